package ddbtable

import (
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	streams "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// A StreamEvent is some records of a table's stream, to be read with
// [Definition.Records]. It is the argument of a Lambda function, as whose JSON
// it can be decoded, or is made by [StreamEventOf].
type StreamEvent struct{ records []streamRecord }

// StreamEventOf is the event of records that were read from DynamoDB Streams.
func StreamEventOf(records ...streams.Record) StreamEvent {
	var e StreamEvent
	for _, r := range records {
		one := streamRecord{EventID: aws.ToString(r.EventID), EventName: string(r.EventName)}
		if r.UserIdentity != nil {
			one.UserIdentity.PrincipalID = aws.ToString(r.UserIdentity.PrincipalId)
		}
		if d := r.Dynamodb; d != nil {
			one.Change.SequenceNumber = aws.ToString(d.SequenceNumber)
			one.time = aws.ToTime(d.ApproximateCreationDateTime)
			one.keys, one.err = streamItem(d.Keys, one.err)
			one.old, one.err = streamItem(d.OldImage, one.err)
			one.new, one.err = streamItem(d.NewImage, one.err)
		}
		e.records = append(e.records, one)
	}
	return e
}

// streamItem is an item of the streams' types, none for nil.
func streamItem(attributes map[string]streams.AttributeValue, before error) (item, error) {
	if attributes == nil || before != nil {
		return item{}, before
	}
	typed, err := attributevalue.FromDynamoDBStreamsMap(attributes)
	return item{typed: typed}, err
}

// A streamRecord is a record of the event of a Lambda function. See
// https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
type streamRecord struct {
	EventID      string `json:"eventID"`
	EventName    string `json:"eventName"`
	UserIdentity struct {
		PrincipalID string `json:"principalId"`
	} `json:"userIdentity"`
	Change struct {
		Created        float64         `json:"ApproximateCreationDateTime"` // seconds
		Keys           json.RawMessage `json:"Keys"`
		OldImage       json.RawMessage `json:"OldImage"`
		NewImage       json.RawMessage `json:"NewImage"`
		SequenceNumber string          `json:"SequenceNumber"`
	} `json:"dynamodb"`

	time           time.Time
	keys, old, new item
	err            error
}

// UnmarshalJSON reads the event of a Lambda function.
func (e *StreamEvent) UnmarshalJSON(text []byte) error {
	var event struct {
		Records []streamRecord `json:"Records"`
	}
	if err := json.Unmarshal(text, &event); err != nil {
		return fmt.Errorf("ddbtable: event of a stream: %w", err)
	}
	for i := range event.Records {
		r := &event.Records[i]
		if seconds, fraction := math.Modf(r.Change.Created); seconds != 0 {
			r.time = time.Unix(int64(seconds), int64(fraction*1e9)).UTC()
		}
		r.keys, r.old, r.new = jsonItem(r.Change.Keys), jsonItem(r.Change.OldImage), jsonItem(r.Change.NewImage)
	}
	e.records = event.Records
	return nil
}

// jsonItem is an item in DynamoDB JSON, none if there is none.
func jsonItem(text json.RawMessage) item {
	if len(text) == 0 || string(text) == "null" {
		return item{}
	}
	return item{json: text}
}

// A StreamRecord tells how one item was changed.
type StreamRecord[T any] struct {
	// Event is INSERT, MODIFY or REMOVE. Expired says that it was DynamoDB that
	// removed the item, because its time to live was over.
	Event   string
	Expired bool

	// Old and New are the item before and after. They are nil if there was
	// none, or one of another type, and if the stream's view does not have that
	// image; a stream of keys has neither.
	Old, New *T

	// Key is the item's primary key, for [Table.GetAll] and [Table.DeleteAll],
	// and KeyAttributes holds the same as it is stored.
	Key           Key[T]
	KeyAttributes map[string]types.AttributeValue

	ID             string
	SequenceNumber string    // orders the records of one item
	Time           time.Time // about when it was, to the second
}

// principalTTL is who removes expired items. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
const principalTTL = "dynamodb.amazonaws.com"

// Records ranges over the records of an event, in their order, with the images
// read as Ts, by the same codecs and checks as a read of the table. It sends
// nothing.
//
// Records of items of another type are passed over, if T has a discriminator;
// the definition that [Unite] makes reads all types, and an unknown one is
// [ErrUnknownType]. A record without images does not tell its type: of a table
// with a discriminator, only the united definition can read it, which may be of
// one type. Guard items of [Unique] and [Counted] are passed over.
//
// An error is about the record that comes with it, which is there as far as it
// could be read, with its SequenceNumber and its key: an [ItemError] for an
// image, or what is wrong with the record. The loop may go on behind it.
func (d *Definition[T]) Records(event StreamEvent) iter.Seq2[StreamRecord[T], error] {
	return func(yield func(StreamRecord[T], error) bool) {
		t := &Table[T]{core: core{schema: &d.schema}, def: d}
		for i := range event.records {
			r, ours, err := t.streamRecord(&event.records[i])
			if err != nil {
				err = &OpError{Op: "stream", Table: d.name, Err: err}
			}
			if (ours || err != nil) && !yield(r, err) {
				return
			}
		}
	}
}

// streamRecord reads one record. It is not ours if the item is of another type.
func (t *Table[T]) streamRecord(raw *streamRecord) (r StreamRecord[T], ours bool, err error) {
	r = StreamRecord[T]{
		Event: raw.EventName, Expired: raw.EventName == "REMOVE" && raw.UserIdentity.PrincipalID == principalTTL,
		ID: raw.EventID, SequenceNumber: raw.Change.SequenceNumber, Time: raw.time,
	}
	if raw.err != nil {
		return r, true, raw.err
	}
	var keyErr, oldErr, newErr error
	if r.Key.members, keyErr = t.keyOf(raw.keys); keyErr == nil {
		r.KeyAttributes = typedMembers(r.Key.members)
	}
	if ours, err = t.streamed(raw, r.Key.members); !ours || err != nil {
		return r, ours, err
	}
	r.Old, oldErr = t.image(raw.old)
	r.New, newErr = t.image(raw.new)
	return r, true, cmp.Or(keyErr, newErr, oldErr)
}

// streamed reports whether the item of a record is of this type, before or
// after.
func (t *core) streamed(raw *streamRecord, key []member) (ours bool, err error) {
	imageless := raw.new.none() && raw.old.none()
	switch single := t.schema.duties.discriminator != nil; {
	case t.isGuard(raw.new), t.isGuard(raw.old):
		return false, nil
	case imageless && (single || t.schema.union != nil) && isGuardKey(key):
		return false, nil
	case imageless && single:
		return true, planErrorf("the record has no image, so that it does not tell the type of the item; read it with the definition that Unite makes, or let the stream have images")
	}
	return imageless || t.shows(raw.new) || t.shows(raw.old), nil
}

// shows reports whether an image is one of an item of this type.
func (t *core) shows(image item) bool { return !image.none() && t.owns(image) }

// image reads an image, nil if there is none of this type.
func (t *Table[T]) image(i item) (*T, error) {
	if !t.shows(i) {
		return nil, nil
	}
	r := t.def.blank()
	err := t.readInto(r, i)
	return r.v, err
}
