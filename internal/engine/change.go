package engine

import (
	"bytes"

	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/store"
)

// A change is the replacement of one item by another, either of which may be
// absent.
type change struct {
	table    *table
	key      []byte
	old, new attribute.Item
	// service is set when the service itself makes the change.
	service bool
}

// appendTo appends what the change means for the table and its indexes.
func (c *change) appendTo(b *store.Batch) {
	space := c.table.definition.Space
	b.Grow(1 + 2*len(c.table.indexes))
	switch {
	case c.new != nil:
		b.Put(space, c.key, c.new)
	case c.old != nil:
		b.Delete(space, c.key)
	}
	for _, x := range c.table.indexes {
		c.appendIndex(b, x)
	}
}

func (c *change) appendIndex(b *store.Batch, x *index) {
	was, is := c.places(x)
	before, after := x.entry(c.old), x.entry(c.new)
	space := x.definition.Space
	if was != nil && !bytes.Equal(was, is) {
		b.Delete(space, was)
	}
	if is != nil && !(bytes.Equal(was, is) && bytes.Equal(before, after)) {
		b.Put(space, is, after)
	}
}

// places gives where an index has the item before and after the change, nil for
// nowhere.
func (c *change) places(x *index) (was, is []byte) {
	if c.old != nil && x.key.contains(c.old) {
		was = x.place(c.old, c.key)
	}
	if c.new != nil && x.key.contains(c.new) {
		is = x.place(c.new, c.key)
	}
	return was, is
}

// count adds the change to the totals, or with sign −1 takes it back.
func (c *change) count(sign int64) {
	c.table.totals.add(c.old, c.new, sign)
	for _, x := range c.table.indexes {
		if x.totals.counted.Load() {
			x.totals.add(x.entry(c.old), x.entry(c.new), sign)
		}
	}
}

// apply decides on changes and writes them, all or none. Decide runs while no
// other write does, and may run again. Totals are counted while it runs,
// because a count of the whole table must not come in between, and taken back
// when the store fails.
func (e *Engine) apply(decide func(store.Reader) ([]change, error)) error {
	return e.applyWith(func(r store.Reader, _ *store.Batch) ([]change, error) { return decide(r) })
}

// applyWith is apply for a decision that writes to the batch beside its
// changes.
func (e *Engine) applyWith(decide func(store.Reader, *store.Batch) ([]change, error)) error {
	var counted []change
	uncount := func() {
		for i := range counted {
			counted[i].count(-1)
		}
		counted = nil
	}
	err := e.store.Write(func(r store.Reader) (*store.Batch, error) {
		uncount()
		b := new(store.Batch)
		changes, err := decide(r, b)
		if err != nil || len(changes) == 0 && b.Empty() {
			return nil, err
		}
		for i := range changes {
			changes[i].appendTo(b)
			if err := changes[i].record(r, b, e.clock); err != nil {
				return nil, err
			}
		}
		for i := range changes {
			changes[i].count(1)
		}
		counted = changes
		e.strict.wrote(changes)
		return b, nil
	})
	if err != nil {
		uncount()
	}
	return err
}
