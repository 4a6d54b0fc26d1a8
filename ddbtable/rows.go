package ddbtable

import (
	"errors"

	"example.com/ddb/fields"
)

// typedRows are the items of one response, read as values of their Go type.
type typedRows struct {
	list  list
	asked func(*fields.Field) bool // nil for everything
	limit int                      // how many items there are at most, 0 if unknown
	n     int                      // how many there are
	bad   []badRow
	typed []item   // the items as received, in the SDK's type
	json  []byte   // or what the first of them begins
	spans [][2]int // and where each stands in it
	one   [1][2]int
}

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
		r.json = json
	}
	if cap(r.spans) == 0 {
		r.spans = r.one[:0]
	}
	if rest, err = r.list.parse(json, r.asked); err != nil {
		if err = r.took(err); err != nil {
			return nil, err
		}
	}
	start := len(r.json) - len(json)
	r.spans = append(r.spans, [2]int{start, len(r.json) - len(rest)})
	if r.n++; r.n == 1 {
		r.grow(len(json), len(json)-len(rest))
	}
	return rest, nil
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
		r.spans = append(make([][2]int, 0, n), r.spans...)
	}
}

func (r *typedRows) add(typed item) {
	// There is no JSON that could be mistaken.
	_ = r.took(r.list.add(typed, r.asked))
	r.typed = append(r.typed, typed)
	r.n++
}

// took keeps the error of an item that cannot be read for whoever comes to it.
func (r *typedRows) took(err error) error {
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
