package ddbtable

import (
	"bytes"
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
	typed []item   // the items as received, in the SDK's type
	json  []byte   // or what the first of them begins
	ends  []uint32 // and where each ends in it
	first [1]uint32
}

// A badRow is an item that could not be read.
type badRow struct {
	index int
	err   error
}

func (r *typedRows) reset() {
	r.list.clear()
	r.n, r.bad, r.typed, r.ends = 0, r.bad[:0], r.typed[:0], r.ends[:0]
}

func (r *typedRows) count() int { return r.n }

func (r *typedRows) parse(json []byte) (rest []byte, err error) {
	if r.n == 0 {
		if uint64(len(json)) > math.MaxUint32 {
			return nil, errLongAnswer
		}
		r.json = json
	}
	if cap(r.ends) == 0 {
		r.ends = r.first[:0]
	}
	return r.list.parse(json, r)
}

var errLongAnswer = errors.New("it has more than 4 GiB, where DynamoDB sends 16 MiB at most")

// took notes that the list took an item, what follows it, and what was wrong with
// it. It returns what is wrong with more than that item.
func (r *typedRows) took(rest []byte, err error) error {
	if err != nil {
		if err = r.spoilt(err); err != nil {
			return err
		}
	}
	r.ends = append(r.ends, uint32(len(r.json)-len(rest)))
	if r.n++; r.n == 1 {
		r.grow()
	}
	return nil
}

func (r *typedRows) done() { r.list.done() }

// grow makes room for as many items as the JSON seems to hold, given the
// length of the first.
func (r *typedRows) grow() {
	n := len(r.json)/int(r.ends[0]) + 1
	if r.limit > 0 {
		n = min(n, r.limit)
	}
	n = max(n, 1)
	r.list.room(n)
	if n > cap(r.ends) || cap(r.ends) == 1 {
		r.ends = append(make([]uint32, 0, n), r.ends...)
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
	if r.ends == nil || len(r.typed) > 0 {
		return r.typed[i]
	}
	json := r.json[:r.ends[i]]
	if i > 0 {
		json = json[r.ends[i-1]:]
	}
	return item{json: json[bytes.IndexByte(json, '{'):]} // behind a comma and white space
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
