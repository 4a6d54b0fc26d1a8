package ddbtable

import (
	"context"
	"errors"

	"example.com/ddb/fields"
)

// Get reads the item with the primary key that the equalities give: one for
// each key attribute, or one for each facet of a key that is made by a
// template. Their order does not matter.
//
// It costs one GetItem: half a read unit for each 4 KB, begun, of the item, and
// twice that on a table that is [Table.Consistent]. Errors are [ErrNotFound],
// and [ItemError] together with the item as far as it could be read.
func (t *Table[T]) Get(ctx context.Context, key ...Equality[T]) (T, error) {
	r := t.blank()
	var few [4]*node
	err := t.inner().get(ctx, nodesOf(few[:0], key), r)
	return *r.v, err
}

// get reads the item with that key into a record.
func (t *core) get(ctx context.Context, equalities []*node, into record) error {
	t, o := t.observed("get")
	err := t.getInto(ctx, equalities, into)
	if _, partly := errors.AsType[*ItemError](err); err != nil && !partly {
		into.reset() // of an item that is hidden, say
	}
	return o.done(ctx, t.opError("get", err))
}

func (t *core) getInto(ctx context.Context, equalities []*node, into record) error {
	if err := t.mistake(); err != nil {
		return err
	}
	key, err := t.key(equalities)
	if err == nil {
		err = t.projection.err
	}
	if err != nil {
		return err
	}
	c := t.getCall(key, t.projection, t.reading(), into)
	c.consistent = t.consistent
	r, err := t.sender.send(ctx, c)
	if err != nil {
		return err
	}
	defer r.release()
	if r.item.none() || !t.visible(r.item) {
		return ErrNotFound
	}
	return t.took(into, r.item, t.projection, c.into.err)
}

// getItem sends one GetItem. The reply has no item if there is none.
func (t *core) getItem(ctx context.Context, key []member, consistent bool, p projection, keys []*fields.Field) (reply, error) {
	c := t.getCall(key, p, keys, nil)
	c.consistent = consistent
	return t.sender.send(ctx, c)
}

// getCall is the request for one item, to be read into a record if there is one.
func (t *core) getCall(key []member, p projection, keys []*fields.Field, into record) *call {
	c := newCall(opGetItem, t.settings.name, p.some)
	c.key = key
	if into != nil {
		c.into = reading{record: into, asked: t.asked(p, keys)}
	}
	if p.some {
		c.texts.projection = c.texts.text(func(w *writer) { p.write(w, keys) })
	}
	return c
}
