package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/store"
	"example.com/ddb/internal/engine/wire"
)

// A record is one change in a stream. What the stream's view leaves out is nil.
type record struct {
	// event is 'I', 'M' or 'R' for INSERT, MODIFY and REMOVE.
	event byte
	// service is set for a deletion by the sweep of expired items.
	service        bool
	at             time.Time
	keys, old, new attribute.Item
}

var eventNames = map[byte]string{'I': "INSERT", 'M': "MODIFY", 'R': "REMOVE"}

// maxTrimmed is how many records that are too old a change removes.
const maxTrimmed = 16

// record appends the change to the stream of its table, if there is one. A
// write that changes nothing leaves no record, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
func (c *change) record(r store.Reader, b *store.Batch, clock func() time.Time) error {
	s := c.table.stream
	if s == nil || bytes.Equal(c.old, c.new) {
		return nil
	}
	now := clock()
	sequence, err := s.next(r, now)
	if err != nil {
		return err
	}
	b.Put(s.definition.Space, recordKey(sequence), c.encodeRecord(s.definition.View, now))
	_, err = s.trim(r, b, now, maxTrimmed)
	return err
}

// trim removes records that are too old, at most a number of them, and tells
// how many that were.
func (s *stream) trim(r store.Reader, b *store.Batch, now time.Time, most int) (int, error) {
	n := 0
	err := r.Range(s.definition.Space, store.Range{To: recordKey(horizon(now))}, func(key, _ []byte) bool {
		b.Delete(s.definition.Space, bytes.Clone(key))
		n++
		return n < most
	})
	return n, err
}

// encodeRecord gives the stored form of a change: a version, the event, who
// made it, the time in milliseconds, and three items, each with its length
// before it.
func (c *change) encodeRecord(view string, now time.Time) []byte {
	event, it := byte('M'), c.new
	switch {
	case c.old == nil:
		event = 'I'
	case c.new == nil:
		event, it = 'R', c.old
	}
	service := byte(0)
	if c.service {
		service = 1
	}
	out := []byte{1, event, service}
	out = binary.BigEndian.AppendUint64(out, uint64(now.UnixMilli()))
	old, new := c.old, c.new
	if view != "OLD_IMAGE" && view != "NEW_AND_OLD_IMAGES" {
		old = nil
	}
	if view != "NEW_IMAGE" && view != "NEW_AND_OLD_IMAGES" {
		new = nil
	}
	for _, part := range []attribute.Item{c.table.keysOf(it), old, new} {
		out = binary.AppendUvarint(out, uint64(len(part)))
		out = append(out, part...)
	}
	return out
}

// keysOf gives the primary key of an item.
func (t *table) keysOf(it attribute.Item) attribute.Item {
	var names []string
	for _, k := range t.key.attributes() {
		names = append(names, k.name)
	}
	return attribute.NameProjection(names).Of(it)
}

// decodeRecord reads what encodeRecord wrote.
func decodeRecord(value []byte) (*record, error) {
	const head = 11
	if len(value) < head || value[0] != 1 {
		return nil, fmt.Errorf("engine: a stream's record has an unknown form")
	}
	rec := &record{event: value[1], service: value[2] == 1}
	rec.at = time.UnixMilli(int64(binary.BigEndian.Uint64(value[3:])))
	rest := value[head:]
	for _, part := range []*attribute.Item{&rec.keys, &rec.old, &rec.new} {
		n, width := binary.Uvarint(rest)
		if width <= 0 || n > uint64(len(rest)-width) {
			return nil, fmt.Errorf("engine: a stream's record is cut off")
		}
		if n > 0 {
			*part = attribute.Item(rest[width : width+int(n)])
		}
		rest = rest[width+int(n):]
	}
	return rec, nil
}

// size gives the bytes of the keys and images.
func (rec *record) size() int {
	size := 0
	for _, it := range []attribute.Item{rec.keys, rec.old, rec.new} {
		if it != nil {
			size += it.Size()
		}
	}
	return size
}

// appendRecord appends a record as GetRecords gives it.
func (s *stream) appendRecord(out []byte, sequence uint64, rec *record) []byte {
	id := sha256.Sum256(append([]byte(s.arn()), recordKey(sequence)...))
	out = append(append(out, `{"eventID":"`...), hex.EncodeToString(id[:16])...)
	out = append(append(out, `","eventName":"`...), eventNames[rec.event]...)
	out = append(out, `","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"`+Region+`","dynamodb":{`...)
	out = strconv.AppendInt(append(out, `"ApproximateCreationDateTime":`...), rec.at.Unix(), 10)
	out = wire.AppendItem(append(out, `,"Keys":`...), rec.keys)
	if rec.new != nil {
		out = wire.AppendItem(append(out, `,"NewImage":`...), rec.new)
	}
	if rec.old != nil {
		out = wire.AppendItem(append(out, `,"OldImage":`...), rec.old)
	}
	out = append(append(out, `,"SequenceNumber":"`...), sequenceText(sequence)...)
	out = strconv.AppendInt(append(out, `","SizeBytes":`...), int64(rec.size()), 10)
	out = append(append(out, `,"StreamViewType":"`...), s.definition.View...)
	out = append(out, `"}`...)
	if rec.service {
		out = append(out, `,"userIdentity":{"PrincipalId":"dynamodb.amazonaws.com","Type":"Service"}`...)
	}
	return append(out, '}')
}

// sequenceText gives a sequence number as clients see it: 21 digits.
func sequenceText(sequence uint64) string { return fmt.Sprintf("1%020d", sequence) }

// parseSequence reads what sequenceText gives. Other numbers are those of no
// record.
func parseSequence(text string) (uint64, bool) {
	if len(text) != 21 || text[0] != '1' {
		return 0, false
	}
	n, err := strconv.ParseUint(text[1:], 10, 64)
	return n, err == nil
}
