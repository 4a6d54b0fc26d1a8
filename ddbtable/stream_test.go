package ddbtable_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streams "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
	"example.com/ddb/ddbtable/embedded"
)

// lambdaEvent is what a Lambda function gets: a new booking, a change of an
// account by a time to live, an item of no type, and one that is stale.
const lambdaEvent = `{"Records":[
{"eventID":"e1","eventName":"INSERT","eventSource":"aws:dynamodb","dynamodb":{"ApproximateCreationDateTime":1479499740.5,
 "Keys":{"pk":{"S":"BANK#b"},"sk":{"S":"ACC#1#BOOKING#0007"}},"SequenceNumber":"111","SizeBytes":26,"StreamViewType":"NEW_AND_OLD_IMAGES",
 "NewImage":{"pk":{"S":"BANK#b"},"sk":{"S":"ACC#1#BOOKING#0007"},"type":{"S":"booking"},"bank":{"S":"b"},"account":{"S":"1"},"number":{"N":"7"},"day":{"S":"mon"}}}},
{"eventID":"e2","eventName":"REMOVE","userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"},"dynamodb":{
 "Keys":{"pk":{"S":"BANK#b"},"sk":{"S":"ACC#1"}},"SequenceNumber":"112","NewImage":null,
 "OldImage":{"pk":{"S":"BANK#b"},"sk":{"S":"ACC#1"},"type":{"S":"account"},"bank":{"S":"b"},"id":{"S":"1"},"state":{"S":"open"}}}},
{"eventID":"e3","eventName":"MODIFY","dynamodb":{
 "Keys":{"pk":{"S":"BANK#b"},"sk":{"S":"X"}},"SequenceNumber":"113",
 "NewImage":{"pk":{"S":"BANK#b"},"sk":{"S":"X"},"type":{"S":"card"}}}},
{"eventID":"e4","eventName":"MODIFY","dynamodb":{
 "Keys":{"pk":{"S":"BANK#b"},"sk":{"S":"ACC#1#BOOKING#0008"}},"SequenceNumber":"114",
 "NewImage":{"pk":{"S":"BANK#b"},"sk":{"S":"ACC#1#BOOKING#0008"},"type":{"S":"booking"},"bank":{"S":"b"},"account":{"S":"1"},"number":{"N":"9"},"day":{"S":"mon"}}}}
]}`

func decodeEvent(t *testing.T, text string) (e ddbtable.StreamEvent) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		t.Fatal(err)
	}
	return e
}

// tellRecords is the records of an event, a line each.
func tellRecords[T any](d *ddbtable.Definition[T], e ddbtable.StreamEvent) (lines []string) {
	for r, err := range d.Records(e) {
		line := fmt.Sprint(r.SequenceNumber, " ", r.Event)
		if r.Expired {
			line += " expired"
		}
		if r.Old != nil {
			line += " old " + told(any(*r.Old))
		}
		if r.New != nil {
			line += " new " + told(any(*r.New))
		}
		switch {
		case errors.Is(err, ddbtable.ErrStale):
			line += ", stale"
		case errors.Is(err, ddbtable.ErrUnknownType):
			line = fmt.Sprint(r.SequenceNumber, " unknown")
		case err != nil:
			line += ", " + err.Error()
		}
		lines = append(lines, line)
	}
	return lines
}

func TestLambdaEventIsReadAsGoTypes(t *testing.T) {
	e := decodeEvent(t, lambdaEvent)
	expect(t, "bookings", tellRecords(bookings, e), []string{"111 INSERT new booking 1/7", "114 MODIFY new booking 1/9, stale"})
	expect(t, "accounts", tellRecords(accounts, e), []string{"112 REMOVE expired old account 1"})
	expect(t, "all", tellRecords(ledger, e), []string{
		"111 INSERT new booking 1/7", "112 REMOVE expired old account 1", "113 unknown", "114 MODIFY new booking 1/9, stale",
	})
	for r, err := range bookings.Records(e) {
		if want := time.Unix(1479499740, 5e8).UTC(); err != nil || !r.Time.Equal(want) || r.ID != "e1" {
			t.Errorf("%+v, %v", r, err)
		}
		if s, _ := r.KeyAttributes["sk"].(*types.AttributeValueMemberS); s == nil || s.Value != "ACC#1#BOOKING#0007" {
			t.Errorf("the key is %v", r.KeyAttributes)
		}
		break
	}
	if got := tellRecords(bookings, decodeEvent(t, `{}`)); got != nil {
		t.Errorf("an event without records gives %q", got)
	}
	var bad ddbtable.StreamEvent
	if err := json.Unmarshal([]byte(`{"Records":7}`), &bad); err == nil || !strings.Contains(err.Error(), "event of a stream") {
		t.Errorf("an event that is none: %v", err)
	}
}

func TestRecordsOfKeysOnly(t *testing.T) {
	keys := `{"Records":[{"eventName":"MODIFY","dynamodb":{"SequenceNumber":"1","Keys":{"pk":{"S":"BANK#b"},"sk":{"S":"ACC#1#BOOKING#0001"}}}}]}`
	e := decodeEvent(t, keys)
	// One type of several cannot know whether the record is its own.
	if got := tellRecords(bookings, e); len(got) != 1 || !strings.Contains(got[0], "read it with the definition that Unite makes") {
		t.Errorf("bookings: %q", got)
	}
	expect(t, "all", tellRecords(ledger, e), []string{"1 MODIFY"})

	// A type of its own table reads the items by their keys.
	table, _ := openTickets(t)
	e = decodeEvent(t, `{"Records":[{"eventName":"MODIFY","dynamodb":{"Keys":{"id":{"S":"t7"}}}},{"eventName":"REMOVE","dynamodb":{"Keys":{"id":{"S":"gone"}}}},{"dynamodb":{"Keys":{}}}]}`)
	var found []ddbtable.Key[ticket]
	bad := 0
	for r, err := range tickets.Records(e) {
		if err != nil {
			bad++
			continue
		}
		if r.Old != nil || r.New != nil {
			t.Errorf("a record of keys has an image: %+v", r)
		}
		found = append(found, r.Key)
	}
	got, err := ddbtable.Collect(table.GetAll(slices.Values(found)).All(t.Context()))
	if err != nil || len(got) != 1 || got[0].ID != "t7" || bad != 1 {
		t.Errorf("%+v, %v, %d bad", got, err, bad)
	}
	if err := table.DeleteAll(slices.Values(found)).Run(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := table.Get(t.Context(), ticketID.Eq("t7")); !errors.Is(err, ddbtable.ErrNotFound) {
		t.Errorf("after DeleteAll: %v", err)
	}
}

// Keys of several attributes are attributes like others in a stream, and the
// text from before native keys is not looked at.
func TestRecordsOfKeysOfSeveralAttributes(t *testing.T) {
	db := engine(t)
	client := db.Client()
	table := ddbtest.Table(t, client, matches)
	name := table.Name()
	out, err := client.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: &name, StreamSpecification: &types.StreamSpecification{
		StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages,
	}})
	if err != nil {
		t.Fatal(err)
	}
	first := match{ID: "1", Cup: "c", Field: 1, Round: -9, Score: 1 << 60, Player: "a#b"}
	put(t, table, first)
	if _, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: &name, Key: map[string]types.AttributeValue{"id": text("1")}, UpdateExpression: aws.String("SET text_cup = :t"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":t": text("CUP#other")},
	}); err != nil {
		t.Fatal(err)
	}
	second := first
	second.Player = ""
	if _, err := table.Update(matchID.Eq("1")).Change(matchPlayer.Remove()).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got [][2]*match
	for r, err := range matches.Records(ddbtable.StreamEventOf(readStream(t, db, out.TableDescription.LatestStreamArn)...)) {
		if err != nil || len(r.KeyAttributes) != 1 {
			t.Errorf("%+v, %v", r, err)
		}
		got = append(got, [2]*match{r.Old, r.New})
	}
	expect(t, "images", got, [][2]*match{{nil, &first}, {&first, &first}, {&first, &second}})
}

// readStream gives the records of the only shard of a table's stream.
func readStream(t *testing.T, db *embedded.DB, arn *string) []streams.Record {
	t.Helper()
	o := db.Client().Options()
	client := dynamodbstreams.New(dynamodbstreams.Options{
		Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials, HTTPClient: o.HTTPClient,
	})
	described, err := client.DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: arn})
	if err != nil {
		t.Fatal(err)
	}
	iterator, err := client.GetShardIterator(t.Context(), &dynamodbstreams.GetShardIteratorInput{
		StreamArn: arn, ShardId: described.StreamDescription.Shards[0].ShardId, ShardIteratorType: streams.ShardIteratorTypeTrimHorizon,
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := client.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: iterator.ShardIterator})
	if err != nil {
		t.Fatal(err)
	}
	return out.Records
}

func TestRecordsOfTheStreamsAPI(t *testing.T) {
	db := engine(t)
	client := db.Client()
	table := ddbtest.Table(t, client, labels)
	name := table.Name()
	out, err := client.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: &name, StreamSpecification: &types.StreamSpecification{
		StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages,
	}})
	if err != nil {
		t.Fatal(err)
	}
	first := label{ID: "a", N: 1, Weight: 2.5, Tags: []string{"x", "y"}, Lines: []string{"l"}, Props: map[string]string{"k": "v"}, Body: []byte{1}}
	second := first
	second.Lines = append(second.Lines, "m")
	put(t, table, first, second)
	if _, err := table.Delete(labelID.Eq("a"), labelN.Eq(1)).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	event := ddbtable.StreamEventOf(readStream(t, db, out.TableDescription.LatestStreamArn)...)
	for r := range labels.Records(event) { // which leaves the event as it is
		r.KeyAttributes["id"].(*types.AttributeValueMemberS).Value = "changed"
		for _, image := range []*label{r.Old, r.New} {
			if image != nil {
				image.Body[0] = 9
			}
		}
	}
	type change struct {
		Event    string
		Old, New *label
	}
	var got []change
	for r, err := range labels.Records(event) {
		if key, ok := r.KeyAttributes["id"].(*types.AttributeValueMemberS); !ok || key.Value != "a" {
			t.Errorf("the key is %v", r.KeyAttributes)
		}
		if err != nil || r.SequenceNumber == "" || r.ID == "" || r.Time.IsZero() || r.Expired {
			t.Errorf("%+v, %v", r, err)
		}
		got = append(got, change{r.Event, r.Old, r.New})
	}
	expect(t, "changes", got, []change{{"INSERT", nil, &first}, {"MODIFY", &first, &second}, {"REMOVE", &second, nil}})
}

func TestRecordsOfGuardItemsArePassedOverByTheirKeys(t *testing.T) {
	e := decodeEvent(t, `{"Records":[
{"eventName":"INSERT","dynamodb":{"SequenceNumber":"1","Keys":{"id":{"S":"m1"}}}},
{"eventName":"INSERT","dynamodb":{"SequenceNumber":"2","Keys":{"id":{"S":"ddbtable#unique#member#email#u-OEP5gTz5RzaAxt3xYV4k"}}}},
{"eventName":"MODIFY","dynamodb":{"SequenceNumber":"3","Keys":{"id":{"S":"ddbtable#count#member#team#u-OEP5gTz5RzaAxt3xYV4k"}}}},
{"eventName":"REMOVE","dynamodb":{"SequenceNumber":"4","Keys":{"id":{"S":"ddbtable#mine"}}}}]}`)
	expect(t, "united", tellRecords(ddbtable.MustUnite(Members), e), []string{"1 INSERT", "4 REMOVE"})
	for r, err := range Members.Records(e) {
		if err == nil || r.SequenceNumber != "1" && r.SequenceNumber != "4" {
			t.Errorf("one type: %+v, %v", r, err)
		}
	}
	// A table without a discriminator has none.
	expect(t, "without a discriminator", len(tellRecords(tickets, e)), 4)
}

func TestImageOfAnotherTypeIsNone(t *testing.T) {
	e := decodeEvent(t, `{"Records":[{"eventName":"MODIFY","dynamodb":{"SequenceNumber":"1","Keys":{"pk":{"S":"BANK#b"},"sk":{"S":"ACC#1"}},
"OldImage":{"pk":{"S":"BANK#b"},"sk":{"S":"ACC#1"},"type":{"S":"account"},"bank":{"S":"b"},"id":{"S":"1"},"state":{"S":"open"}},
"NewImage":{"pk":{"S":"BANK#b"},"sk":{"S":"ACC#1"},"type":{"S":"card"}}}}]}`)
	expect(t, "the type that it was", tellRecords(accounts, e), []string{"1 MODIFY old account 1"})
	if got := tellRecords(bookings, e); got != nil {
		t.Errorf("a type that it never was: %q", got)
	}
}

func TestRecordIsThereAsFarAsItCouldBeRead(t *testing.T) {
	const event = `{"Records":[{"eventName":"MODIFY","dynamodb":{"SequenceNumber":"1","Keys":{"id":{"S":"t"}},
"OldImage":{"id":{"S":"t"},"team":{"S":"red"}},"NewImage":{"id":{"S":"t"},"team":{"N":"7"}}}}]}`
	for r, err := range tickets.Records(decodeEvent(t, event)) {
		if _, ok := errors.AsType[*ddbtable.ItemError](err); !ok || r.Old == nil || r.Old.Team != "red" || r.New == nil || r.New.ID != "t" {
			t.Errorf("%+v, %v", r, err)
		}
		if !r.Time.IsZero() {
			t.Errorf("a record without a time is of %v", r.Time)
		}
	}
	for r, err := range Members.Records(decodeEvent(t, `{"Records":[{"eventName":"INSERT","dynamodb":{"Keys":{"id":{"S":"m"}}}}]}`)) {
		if s, ok := r.KeyAttributes["id"].(*types.AttributeValueMemberS); err == nil || !ok || s.Value != "m" {
			t.Errorf("the key of a record of an unknown type is %v, %v", r.KeyAttributes, err)
		}
	}
}
