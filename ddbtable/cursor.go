package ddbtable

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"

	"example.com/ddb/fields"
	"example.com/ddb/internal/seal"
)

// cursorVersion changes when the payload or what it is bound to does, so that
// older cursors are refused and not misread.
const cursorVersion = "ddbtable cursor 1"

// The flags at the beginning of a cursor's payload.
const (
	cursorReverse = 1 << iota // read against the query's direction
	cursorKey                 // a position follows, else the number of ranges passed
)

// cursor is the sealed text of a place.
func (p *queryPlan) cursor(keys *seal.Keys, at place, reverse bool) (string, error) {
	var room [256]byte
	payload, err := p.appendPayload(room[:0], at, reverse)
	if err != nil {
		return "", err
	}
	return keys.Seal(p.context(), payload), nil
}

// appendPayload appends the text of a place before it is sealed.
func (p *queryPlan) appendPayload(dst []byte, at place, reverse bool) ([]byte, error) {
	flags := byte(0)
	if reverse {
		flags |= cursorReverse
	}
	if at.after.none() {
		return binary.AppendUvarint(append(dst, flags), uint64(at.ranges)), nil
	}
	var room [4]fields.Value
	values, err := at.after.appendValues(room[:0], p.keys[p.fixed():])
	if err != nil {
		return nil, err
	}
	dst = append(dst, flags|cursorKey)
	for _, v := range values {
		dst = appendText(appendText(dst, string(v.Kind())), v.Text())
	}
	return dst, nil
}

// fixed is how many key attributes are the same for all items: those of the
// partition key of a query. A cursor does not carry them.
func (p *queryPlan) fixed() int {
	if p.scan != nil {
		return 0
	}
	return len(p.index.partitions)
}

// open returns the reader that begins where the cursor says.
func (q *query) open(p *queryPlan, cursor string) (*reader, error) {
	r := q.reader(p)
	if cursor == "" {
		return r, nil
	}
	payload, err := q.core.settings.keys.Open(p.context(), cursor)
	if err != nil || !r.start(payload) {
		return nil, ErrBadCursor
	}
	return r, nil
}

// start begins at the place that a payload tells.
func (r *reader) start(payload []byte) bool {
	if len(payload) == 0 {
		return false
	}
	flags, rest := payload[0], payload[1:]
	if flags&cursorReverse != 0 {
		if r.plan.scan != nil {
			return false
		}
		r.backward = !r.backward
	}
	switch flags &^ cursorReverse {
	case 0:
		return r.startAt(rest)
	case cursorKey:
		return r.startAfter(rest)
	}
	return false
}

// startAt begins at a range. Its number was sealed, but without keys anybody
// can seal.
func (r *reader) startAt(payload []byte) bool {
	n, size := binary.Uvarint(payload)
	if size <= 0 || size != len(payload) || n > uint64(len(r.plan.ranges)) {
		return false
	}
	r.at = place{ranges: int(n)}
	return true
}

// startAfter begins behind a key, which must be one that the query reads.
func (r *reader) startAfter(payload []byte) bool {
	p := r.plan
	position := make([]fields.Value, 0, len(p.keys))
	if p.scan == nil && !p.empty {
		position = append(position, p.partition...)
	}
	for _, f := range p.keys[p.fixed():] {
		kind, rest, ok := cutText(payload)
		if !ok || fields.Kind(kind) != f.Kind {
			return false
		}
		text, rest, ok := cutText(rest)
		if !ok {
			return false
		}
		value, ok := fields.ParseScalar(f.Kind, text)
		if !ok {
			return false
		}
		position, payload = append(position, value), rest
	}
	if len(payload) > 0 || p.empty {
		return false
	}
	i := 0
	if sorts := len(p.index.sorts); sorts > 0 && p.scan == nil {
		first := len(p.partition)
		i = slices.IndexFunc(p.ranges, func(r keyRange) bool { return r.holds(position[first : first+sorts]) })
	}
	if i < 0 {
		return false
	}
	if r.backward {
		i = len(p.ranges) - 1 - i
	}
	r.at = place{ranges: i, after: p.startKey(position)}
	return true
}

// startKey is the ExclusiveStartKey of a position.
func (p *queryPlan) startKey(position []fields.Value) item {
	key := members(p.keys, position)
	if p.core.sender.json() {
		return item{json: appendMembers(nil, key)}
	}
	return item{typed: typedMembers(key)}
}

// context is what a cursor is bound to: the sum of all that, so that sealing a
// cursor costs the same for any query.
func (p *queryPlan) context() []byte {
	p.bound.once.Do(func() { p.bound.context = p.newContext(cursorVersion) })
	return p.bound.context
}

func (p *queryPlan) newContext(version string) []byte {
	c := make([]byte, 0, 256) // which is enough for most
	add := func(texts ...string) {
		for _, text := range texts {
			c = appendText(c, text)
		}
	}
	value := func(v fields.Value) { add(string(v.Kind()), v.Text()) }
	add(version, p.core.settings.name, p.index.name)
	// What only keys of several attributes have is written for them alone, so that
	// all other cursors are what they were.
	if n := len(p.index.partitions); n > 1 {
		add(strconv.Itoa(n))
	}
	for i, f := range p.index.partitions {
		add(f.Name)
		if len(p.partition) > 0 {
			value(p.partition[i])
		} else {
			value(fields.Value{})
		}
	}
	if p.scan != nil {
		add("scan", strconv.Itoa(p.scan.index), strconv.Itoa(p.scan.total))
	}
	for _, f := range p.keys {
		add(f.Name, string(f.Kind))
	}
	c = binary.AppendUvarint(c, uint64(len(p.ranges)))
	for _, r := range p.ranges {
		if n := len(r.fixed); n > 0 {
			c = binary.AppendUvarint(c, uint64(n))
		}
		for _, v := range r.fixed {
			value(v)
		}
		value(r.prefix)
		value(r.lo.value)
		value(r.hi.value)
		c = append(c, bit(r.lo.open)|bit(r.hi.open)<<1)
	}
	var w writer
	filter, _ := w.condition(p.filter)
	add(string(filter))
	for _, name := range w.names {
		add(name)
	}
	for _, v := range w.values {
		value(v)
	}
	sum := sha256.Sum256(append(c, bit(p.descending)|bit(p.merged)<<1))
	return sum[:]
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// appendText appends text behind its length, and cutText takes it off again.
func appendText(dst []byte, text string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

func cutText(b []byte) (text string, rest []byte, ok bool) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return "", nil, false
	}
	b = b[size:]
	return string(b[:n]), b[n:], true
}
