package ddbtable

import (
	"context"

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
	t, o := t.observed("get")
	v, err := t.get(ctx, nodesOf(key))
	return v, o.done(ctx, t.opError("get", err))
}

func (t *Table[T]) get(ctx context.Context, equalities []*node) (v T, err error) {
	if err := t.mistake(); err != nil {
		return v, err
	}
	key, err := t.key(equalities)
	if err == nil {
		err = t.projection.err
	}
	if err != nil {
		return v, err
	}
	keys := t.reading()
	r, err := t.getItem(ctx, key, t.consistent, t.projection, keys)
	if err != nil {
		return v, err
	}
	defer r.release()
	if r.item.none() || !t.visible(r.item) {
		return v, ErrNotFound
	}
	err = t.readInto(&v, r.item, t.projection.reads(keys))
	t.drop(&v, t.projection)
	return v, err
}

// getItem sends one GetItem. The reply has no item if there is none.
func (t *core) getItem(ctx context.Context, key []member, consistent bool, p projection, keys []*fields.Field) (reply, error) {
	c := &call{op: opGetItem, table: t.settings.name, key: key, consistent: consistent}
	c.texts.projection = c.texts.text(func(w *writer) { p.write(w, keys) })
	return t.sender.send(ctx, c)
}
