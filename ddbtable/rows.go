package ddbtable

import (
	"errors"

	"example.com/ddb/fields"
)

// rowsOf are the items of one response, read into Ts.
type rowsOf[T any] struct {
	plan  *fields.Plan[T]
	types decoder[T]               // of a collection, which has no plan of its own
	asked func(*fields.Field) bool // nil for everything
	limit int                      // how many items there are at most, 0 if unknown

	reader fields.Reader[T]
	items  []T
	bad    []badRow
	typed  []item   // the items as received, in the SDK's type
	json   []byte   // or what the first of them begins
	spans  [][2]int // and where each stands in it

	one struct { // memory for the first, which tells how many there may be
		items [1]T
		spans [1][2]int
	}
}

// A badRow is an item that could not be read.
type badRow struct {
	index int
	err   error
}

func (r *rowsOf[T]) reset() {
	clear(r.items)
	r.items, r.bad, r.typed, r.spans = r.items[:0], r.bad[:0], r.typed[:0], r.spans[:0]
}

func (r *rowsOf[T]) count() int { return len(r.items) }

func (r *rowsOf[T]) parse(json []byte) (rest []byte, err error) {
	n := len(r.items)
	if n == 0 {
		r.json = json
	}
	if cap(r.items) == 0 {
		r.items, r.spans = r.one.items[:0], r.one.spans[:0]
	}
	r.items = append(r.items, *new(T))
	if rest, err = r.read(json, &r.items[n]); err != nil {
		if err = r.took(err); err != nil {
			return nil, err
		}
	}
	start := len(r.json) - len(json)
	r.spans = append(r.spans, [2]int{start, len(r.json) - len(rest)})
	if n == 0 {
		r.grow(len(json), len(json)-len(rest))
	}
	return rest, nil
}

// read reads the item at the front of json.
func (r *rowsOf[T]) read(json []byte, v *T) (rest []byte, err error) {
	if r.types != nil {
		return r.types.ParseNext(json, v, r.asked)
	}
	if !r.reader.Open() {
		if r.reader, err = r.plan.Reader(r.asked); err != nil {
			return nil, err
		}
	}
	return r.reader.Next(json, v)
}

// give says that the memory of the items belongs to somebody else now.
func (r *rowsOf[T]) give() { r.items = nil }

func (r *rowsOf[T]) done() { r.reader.Close() }

// grow makes room for as many items as the JSON seems to hold, given the
// length of the first.
func (r *rowsOf[T]) grow(all, first int) {
	n := all/first + 1
	if r.limit > 0 {
		n = min(n, r.limit)
	}
	if n = max(n, 1); n > cap(r.items) || cap(r.items) == 1 {
		r.items = append(make([]T, 0, n), r.items...)
		r.spans = append(make([][2]int, 0, n), r.spans...)
	}
}

func (r *rowsOf[T]) add(typed item) {
	r.items = append(r.items, *new(T))
	decode := r.plan.UnmarshalPart
	if r.types != nil {
		decode = r.types.UnmarshalPart
	}
	err := decode(typed.typed, &r.items[len(r.items)-1], r.asked)
	// There is no JSON that could be mistaken.
	_ = r.took(err)
	r.typed = append(r.typed, typed)
}

// took keeps the error of an item that cannot be read for whoever comes to it.
func (r *rowsOf[T]) took(err error) error {
	if _, ok := errors.AsType[*fields.ValueError](err); ok {
		r.bad = append(r.bad, badRow{len(r.items) - 1, err})
		return nil
	}
	return err
}

// raw is the i-th item as it was received.
func (r *rowsOf[T]) raw(i int) item {
	if r.spans == nil || len(r.typed) > 0 {
		return r.typed[i]
	}
	return item{json: r.json[r.spans[i][0]:r.spans[i][1]]}
}

// err is why the i-th item could not be read, or nil.
func (r *rowsOf[T]) err(i int) error {
	for _, b := range r.bad {
		if b.index == i {
			return b.err
		}
	}
	return nil
}
