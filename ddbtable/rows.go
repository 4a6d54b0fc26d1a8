package ddbtable

import (
	"errors"
	"math"

	"example.com/ddb/fields"
)

// typedRows are the items of one response, read as values of their Go type.
type typedRows struct {
	list  list
	asked func(*fields.Field) bool // nil for everything
	limit int                      // how many items there are at most, 0 if unknown
	n     int                      // how many there are
	bad   []badRow
	typed []item // the items as received, in the SDK's type
	json  []byte // or what the first of them begins
	spans []span // and where each stands in it
	one   [1]span
}

// A span is where an item begins and ends.
type span [2]uint32

// A badRow is an item that could not be read.
type badRow struct {
	index int
	err   error
}

func (r *typedRows) reset() {
	r.list.clear()
	r.n, r.bad, r.typed, r.spans = 0, r.bad[:0], r.typed[:0], r.spans[:0]
}

func (r *typedRows) count() int { return r.n }

func (r *typedRows) parse(json []byte) (rest []byte, err error) {
	if r.n == 0 {
		if uint64(len(json)) > math.MaxUint32 {
			return nil, errLongAnswer
		}
		r.json = json
	}
	if cap(r.spans) == 0 {
		r.spans = r.one[:0]
	}
	return r.list.parse(json, r)
}

var errLongAnswer = errors.New("it has more than 4 GiB, where DynamoDB sends 16 MiB at most")

// took notes that the list took the item at the front of json, and what was
// wrong with it. It returns what is wrong with more than that item.
func (r *typedRows) took(json, rest []byte, err error) error {
	if err != nil {
		if err = r.spoilt(err); err != nil {
			return err
		}
	}
	start, end := len(r.json)-len(json), len(r.json)-len(rest)
	r.spans = append(r.spans, span{uint32(start), uint32(end)})
	if r.n++; r.n == 1 {
		r.grow(len(json), end-start)
	}
	return nil
}

func (r *typedRows) done() { r.list.done() }

// grow makes room for as many items as the JSON seems to hold, given the
// length of the first.
func (r *typedRows) grow(all, first int) {
	n := all/first + 1
	if r.limit > 0 {
		n = min(n, r.limit)
	}
	n = max(n, 1)
	r.list.room(n)
	if n > cap(r.spans) || cap(r.spans) == 1 {
		r.spans = append(make([]span, 0, n), r.spans...)
	}
}

func (r *typedRows) add(typed item) {
	// There is no JSON that could be mistaken.
	_ = r.spoilt(r.list.add(typed, r.asked))
	r.typed = append(r.typed, typed)
	r.n++
}

// spoilt keeps the error of an item that cannot be read for whoever comes to it.
func (r *typedRows) spoilt(err error) error {
	if _, ok := errors.AsType[*fields.ValueError](err); ok {
		r.bad = append(r.bad, badRow{r.n, err})
		return nil
	}
	return err
}

// raw is the i-th item as it was received.
func (r *typedRows) raw(i int) item {
	if r.spans == nil || len(r.typed) > 0 {
		return r.typed[i]
	}
	return item{json: r.json[r.spans[i][0]:r.spans[i][1]]}
}

// err is why the i-th item could not be read, or nil.
func (r *typedRows) err(i int) error {
	for _, b := range r.bad {
		if b.index == i {
			return b.err
		}
	}
	return nil
}
