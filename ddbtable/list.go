package ddbtable

import (
	"slices"

	"example.com/ddb/fields"
)

// A list is items as values of their Go type, to what does not know that type:
// see schema.
type list interface {
	// room makes room for n items in all.
	room(n int)

	// parse appends the item at the front of json and those that follow it
	// behind a comma, telling into of each, and returns what is left. After done,
	// it is about the items of another response.
	parse(json []byte, into *typedRows) (rest []byte, err error)
	done()

	// add appends an item of the SDK's type.
	add(typed item, asked func(*fields.Field) bool) error

	// at is the i-th item until at is called again.
	at(i int) record

	// clear forgets the items, but not those that were taken.
	clear()

	// take appends n items of a list of the same Go type, or of this one, from
	// the i-th on, to those that were taken.
	take(from list, i, n int)

	// reverse turns the order of those that were taken.
	reverse()
}

// listOf is a list of Ts.
type listOf[T any] struct {
	def    *Definition[T]
	reader fields.Reader[T]
	items  []T
	one    [1]T // memory for the first, which tells how many there may be
	now    recordOf[T]

	taken []T
	given bool // the memory of items is that of taken
}

func (d *Definition[T]) list() list { return &listOf[T]{def: d} }

func (l *listOf[T]) room(n int) {
	if n > cap(l.items) || cap(l.items) == 1 {
		l.items = append(make([]T, 0, n), l.items...)
	}
}

func (l *listOf[T]) parse(json []byte, into *typedRows) (rest []byte, err error) {
	if l.def.union == nil && !l.reader.Open() {
		if l.reader, err = l.def.plan.Reader(into.asked); err != nil {
			return nil, err
		}
	}
	if cap(l.items) == 0 {
		l.one = [1]T{} // of an earlier response
		l.items = l.one[:0]
	}
	for {
		v := l.next()
		if l.def.union == nil {
			rest, err = l.reader.Next(json, v)
		} else {
			var made any
			made, rest, err = l.def.union.parse(json)
			*v, _ = made.(T) // T is any
		}
		err = into.took(rest, err)
		if err != nil || len(rest) == 0 || rest[0] != ',' {
			return rest, err
		}
		json = rest[1:]
	}
}

// next appends a zero item. Memory behind the items is zero.
func (l *listOf[T]) next() *T {
	n := len(l.items)
	if n < cap(l.items) {
		l.items = l.items[:n+1]
	} else {
		l.items = append(l.items, *new(T))
	}
	return &l.items[n]
}

func (l *listOf[T]) done() { l.reader.Close() }

func (l *listOf[T]) add(typed item, asked func(*fields.Field) bool) error {
	l.next()
	return l.at(len(l.items)-1).read(typed, asked)
}

func (l *listOf[T]) at(i int) record {
	l.now.def, l.now.v = l.def, &l.items[i]
	return &l.now
}

func (l *listOf[T]) clear() {
	if l.given {
		l.items, l.given = nil, false
	}
	clear(l.items)
	l.items = l.items[:0]
}

func (l *listOf[T]) take(from list, i, n int) {
	other := from.(*listOf[T])
	if l == other && l.taken == nil {
		// What is taken stays in the memory of the first response that has
		// some: it never moves behind its own place.
		l.taken, l.given = l.items[:0], true
	}
	if l == other && l.given && i == len(l.taken) {
		l.taken = l.taken[:i+n] // they are in their place
		return
	}
	l.taken = append(l.taken, other.items[i:i+n]...)
}

func (l *listOf[T]) reverse() { slices.Reverse(l.taken) }

// result is what was taken, without the memory of what was not.
func (l *listOf[T]) result() []T {
	switch {
	case len(l.taken) == 0:
		return nil
	case len(l.taken) < cap(l.taken)/2:
		return slices.Clone(l.taken)
	}
	clear(l.taken[len(l.taken):cap(l.taken)])
	return slices.Clip(l.taken)
}
