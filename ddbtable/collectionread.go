package ddbtable

import (
	"slices"

	"example.com/ddb/fields"
	"example.com/ddb/internal/wire"
)

// parse reads the item at the front of json, and returns what follows it. A
// collection is not projected: every attribute was asked for.
func (u *union) parse(json []byte) (v any, rest []byte, err error) {
	scan := wire.NewScanner(json)
	text, err := scan.Skip()
	if err != nil {
		return nil, nil, err
	}
	v, err = u.read(item{json: text})
	return v, json[scan.Pos():], err
}

// read reads an item as a value of its Go type.
func (u *union) read(i item) (any, error) {
	if k := u.of(i); k != nil {
		return k.read(i)
	}
	f := u.discriminator
	return nil, &fields.ValueError{Struct: "the collection", Field: f.GoName, Attribute: f.Name, Err: ErrUnknownType}
}

// bindUnion finds the key that serves the conditions, which are on attributes
// of one type. What they do not restrict is not restricted to that type: an
// equality on the partition key alone reads the whole partition.
func (q *query) bindUnion(all keyConstraints) (*binding, error) {
	u := q.core.schema.union
	var k *kind
	for _, c := range all {
		f := c.field
		owner := u.owner(f)
		switch {
		case owner == nil:
			return nil, planErrorf("attribute %q is of type %s, which is not in the collection; use handles of its types, or add the type with Unite", f.Name, f.Owner())
		case k != nil && owner != k:
			return nil, planErrorf("the key conditions are on attributes of two types; give them on those of one")
		}
		k = owner
	}
	if k == nil {
		return nil, planErrorf("the query has no key condition; give the partition key by attributes of one type, or use Scan")
	}
	b, err := q.choose(append([]*index{k.primary}, k.indexes...), all)
	if err != nil {
		return nil, err
	}
	if b.index = q.core.schema.index(b.index.name); b.index == nil {
		b.index = q.core.schema.primary
	}
	return b, nil
}

// whole widens the sort key of a binding to everything, if nothing was said of
// it.
func (b *binder) whole() bool {
	if !b.union {
		return false
	}
	b.order = nil
	for _, f := range b.index.sorts {
		if slices.ContainsFunc(partsOf(f), b.unbound) {
			return false
		}
		b.order = append(b.order, orderedFacet{f, true})
	}
	b.ranges = []keyRange{{}}
	return true
}
