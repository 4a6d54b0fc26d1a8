package ddbtable

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"example.com/ddb/fields"
)

// An AnyQuery is a [Query] or a [Scan], whatever its items are.
type AnyQuery interface {
	argument
	inner() *query
}

func (q Query[T]) inner() *query { return q.long() }
func (s Scan[T]) inner() *query  { return s.query().q }

// As makes of a query, or of a scan, one whose items are Ss: structs with ddb
// tags for some of the attributes of the query's own items. Only these are asked
// for. So an index that does not project everything may serve, and no field
// looks like data that was never read.
//
//	type Summary struct {
//		ID      uuid.UUID `ddb:"order_id"`
//		Created time.Time `ddb:"created,unix"`
//	}
//
//	page, err := ddbtable.As[Summary](orders.Query(UserID.Eq(user))).Page(ctx, 10, cursor)
//
// The table must have each attribute of S, stored as S reads it: by the same
// codec, where the width of an integer, a named type or a pointer of S makes no
// difference, and a struct may have fewer members. What is a pointer there is
// one here, so that no zero stands for what is absent. Options that say what an
// attribute is for, such as partition or version, need not be repeated. A derived
// attribute may drop its from=, and is checked for staleness all the same, if its
// facets can be read. Whatever is wrong is reported by the call that sends the
// query, as a [PlanError], and so is an index that lacks an attribute, unless
// there is [Query.Follow].
//
// Order, filter, pages and cursors are the query's own: it is refined before, or
// after by handles on S. So is the cost, as DynamoDB bills whole items of the
// table or index; what is saved is the transfer. Of a scan, All, Page and Count
// of the result scan.
func As[S any](q AnyQuery) Query[S] {
	if absent(q) {
		return Query[S]{}
	}
	v, def := viewOf[S]()
	return longQuery[S](q.inner().as(v, def.list))
}

// GetAs is [Table.Get] of an item as an S, under the rules of [As]. It costs what
// Get does.
func GetAs[S, T any](ctx context.Context, t *Table[T], key ...Equality[T]) (S, error) {
	v, def := viewOf[S]()
	into := def.blank()
	err := t.inner().seen(v).get(ctx, nodesOf(nil, key), into)
	return *into.v, err
}

// A view is a type that items of a table are read into which is not the
// table's own.
type view struct {
	typ    string
	fields []*fields.Field
	err    error

	// derived are the attributes whose staleness the type does not check itself,
	// as the table has them, with their fields.
	derived map[*fields.Field]*fields.Field
}

func viewOf[S any]() (view, *Definition[S]) {
	plan, err := fields.PlanOf[S]()
	if err != nil {
		return view{err: err}, new(Definition[S])
	}
	return view{typ: plan.Type(), fields: plan.Fields()}, &Definition[S]{plan: plan}
}

// as is a query that reads through a view.
func (q *query) as(v view, list func() list) *query {
	n := q.refined()
	n.core = n.core.seen(v)
	n.core.list = list
	return n
}

// seen is the table whose items are read through a view.
func (t *core) seen(v view) *core {
	c := new(core)
	if t != nil {
		*c = *t
	}
	if c.schema == nil {
		return c // which reports what is wrong with it
	}
	c.projection = projection{some: true, err: v.err}
	switch {
	case v.err != nil:
	case t.schema.union != nil:
		c.projection.err = planErrorf("the items of a table of several types are read as what they are; make the query on the definition of one type")
	case t.view != nil || t.projection.some:
		c.projection.err = planErrorf("%s alone says which attributes are read; drop Project, or the other As", v.typ)
	default:
		c.projection = v.over(t.schema)
	}
	c.view = &v
	return c
}

// over is what is read of a table. Its error has everything that the table
// does not have as the view's type wants it.
func (v *view) over(s *schema) projection {
	p := projection{some: true, small: true}
	var wrong []string
	v.derived = make(map[*fields.Field]*fields.Field)
	for _, f := range v.fields {
		stored := s.attribute(f.Name)
		if stored == nil {
			wrong = append(wrong, fmt.Sprintf("attribute %q, which that does not have", f.Name))
			continue
		}
		if err := f.SameForm(stored); err != nil {
			wrong = append(wrong, fmt.Sprintf("attribute %q, which %v", f.Name, err))
			continue
		}
		p.paths = append(p.paths, stored.Path())
		if f.Template == nil && stored.Template != nil {
			v.derived[stored] = f
		}
	}
	if len(wrong) > 0 {
		p.err = planErrorf("%s cannot be read of %s: it wants %s; give its fields the tags of those they stand for", v.typ, s.typ, strings.Join(wrong, ", and "))
	}
	return p
}

// attribute finds an attribute by its name, nil if there is none.
func (s *schema) attribute(name string) *fields.Field {
	i := slices.IndexFunc(s.attributes, func(f *fields.Field) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return s.attributes[i]
}

// check fails if a derived attribute is stale, as far as p has what it is made
// from.
func (v *view) check(i item, p projection) error {
	for stored, f := range v.derived {
		if p.has != nil && slices.ContainsFunc(facetsOf(stored), func(f *fields.Field) bool { return !p.has(f.Name) }) {
			continue
		}
		text, err := i.value(stored.Name)
		if err != nil || text.Kind() == "" {
			continue // reading says what is wrong, and absent is not stale
		}
		made, present, err := stored.Template.Derive(func(facet *fields.Field) (fields.Value, bool) {
			value, err := i.value(facet.Name)
			return value, err == nil && value.Kind() != ""
		})
		if err != nil || !present || !made.Equal(text) {
			return &fields.ValueError{Struct: v.typ, Field: f.GoName, Attribute: f.Name, Err: ErrStale}
		}
	}
	return nil
}
