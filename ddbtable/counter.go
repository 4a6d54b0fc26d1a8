package ddbtable

import (
	"context"
	"slices"
	"strconv"

	"example.com/ddb/fields"
)

// Counter is how many items have the values that the equalities give to the
// attributes of a [Counted], exactly those. It costs one GetItem; it is strongly
// consistent on a [Table.Consistent] table.
func (t *Table[T]) Counter(ctx context.Context, group ...Equality[T]) (int, error) {
	c, o := t.inner().observed("counter")
	n, err := c.counter(ctx, nodesOf(nil, group))
	return n, o.done(ctx, c.opError("counter", err))
}

func (t *core) counter(ctx context.Context, group []*node) (int, error) {
	if err := t.mistake(); err != nil {
		return 0, err
	}
	given := make(values)
	for _, n := range group {
		switch {
		case n == nil:
			return 0, planErrorf("an equality of the counter is the zero Equality; make it with Eq")
		case n.err != nil:
			return 0, n.err
		}
		given[n.path.Field()] = n.values[0]
	}
	for _, r := range t.schema.guards {
		if !r.counts || len(given) != len(r.of) || len(group) != len(r.of) || !given.have(r.of) {
			continue
		}
		if r.soft != nil && !slices.Contains(r.of, r.soft.field) {
			given[r.soft.field] = r.soft.alive
		}
		return t.readCounter(ctx, r.text(t.schema, given.of))
	}
	return 0, planErrorf("no Counted is of exactly these attributes; give one equality for each attribute of a Counted, or add that to the definition")
}

// have reports whether there is a value of each.
func (v values) have(all []*fields.Field) bool {
	return !slices.ContainsFunc(all, func(f *fields.Field) bool { return v[f].Kind() == "" })
}

// readCounter reads the count in a guard item, 0 if there is none.
func (t *core) readCounter(ctx context.Context, text string) (int, error) {
	g := t.guardTable()
	r, err := g.getItem(ctx, g.guardKey(text), t.consistent, projection{}, nil)
	if err != nil {
		return 0, err
	}
	defer r.release()
	if r.item.none() || text == "" {
		return 0, nil
	}
	v, err := r.item.value(guardCount)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(v.Text())
}
