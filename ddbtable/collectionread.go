package ddbtable

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/fields"
	"example.com/ddb/internal/wire"
)

// A decoder reads items of a response: the plan of a type, or the types of a
// collection.
type decoder[T any] interface {
	ParseNext(json []byte, v *T, asked func(*fields.Field) bool) (rest []byte, err error)
	UnmarshalPart(attributes map[string]types.AttributeValue, v *T, asked func(*fields.Field) bool) error
}

// decoder is what reads items of the table.
func (d *Definition[T]) decoder() decoder[T] {
	if d.union != nil {
		return any(d.union).(decoder[T]) // T is any
	}
	return d.plan
}

// rows are items of the table that are going to be read.
func (d *Definition[T]) rows(asked func(*fields.Field) bool) rowsOf[T] {
	r := rowsOf[T]{plan: d.plan, asked: asked}
	if d.union != nil {
		r.types = d.decoder()
	}
	return r
}

// ParseNext reads the item at the front of json. A collection is not projected:
// every attribute was asked for.
func (u *union) ParseNext(json []byte, v *any, _ func(*fields.Field) bool) (rest []byte, err error) {
	scan := wire.NewScanner(json)
	text, err := scan.Skip()
	if err != nil {
		return nil, err
	}
	*v, err = u.read(item{json: text})
	return json[scan.Pos():], err
}

// UnmarshalPart reads an item of the SDK's type.
func (u *union) UnmarshalPart(attributes map[string]types.AttributeValue, v *any, _ func(*fields.Field) bool) (err error) {
	*v, err = u.read(item{typed: attributes})
	return err
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
