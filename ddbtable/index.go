package ddbtable

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/ddb/fields"
)

// maxParts is how many attributes the partition key and the sort key of a
// global index may have each. All other keys have one of each.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.DesignPattern.MultiAttributeKeys.html
const maxParts = 4

// An index is a key of the table: its primary key, or a secondary index.
type index struct {
	name       string // "" for the primary key
	local      bool
	partitions []*fields.Field // the attributes of the partition key
	sorts      []*fields.Field // those of the sort key, none if there is no sort key

	// What an index that does not project ALL projects beside the keys.
	keysOnly bool
	include  []string

	// rule says which items are in the index; nil for all that have its keys.
	// The attributes in ruled are there only if it is fulfilled.
	rule  *node
	ruled []*fields.Field
}

// keys lists the index's own key attributes.
func (x *index) keys() []*fields.Field {
	if len(x.sorts) == 0 {
		return slices.Clip(x.partitions)
	}
	return slices.Concat(x.partitions, x.sorts)
}

// hasKey reports whether the attribute of that name is one of them.
func (x *index) hasKey(name string) bool {
	named := func(f *fields.Field) bool { return f.Name == name }
	return slices.ContainsFunc(x.partitions, named) || slices.ContainsFunc(x.sorts, named)
}

func (x *index) String() string {
	if x.name == "" {
		return "the table"
	}
	return "index " + x.name
}

// An indexDraft is an index whose parts are being collected.
type indexDraft struct {
	index
	partition, sort, locals []part
	projected               bool
	native                  bool
}

// A part is an attribute of a key, with the number that its tag gives it.
type part struct {
	field  *fields.Field
	number int
}

// add takes an attribute that a tag names as part of the key.
func (x *indexDraft) add(r fields.Role, f *fields.Field) {
	p := part{f, r.Number}
	switch r.Part {
	case fields.Partition:
		x.partition = append(x.partition, p)
	case fields.Sort:
		x.sort = append(x.sort, p)
	case fields.Local:
		x.locals = append(x.locals, p)
	}
}

func (d *definer) checkIndex(x *indexDraft) {
	what := "index " + x.name
	switch {
	case len(x.locals) > 0 && len(x.partition)+len(x.sort) > 0:
		d.fail("has %s both as a local and as a global index; use only local=%s, or partition= and sort=", what, x.name)
		return
	case len(x.locals) > 0:
		x.local, x.partition, x.sort = true, d.primary.partition, x.locals
		if len(d.primary.sort) == 0 {
			d.fail("has the local %s, but the primary key has no sort key; add the option `sort` to a field, or make the index global", what)
		}
	case len(x.partition) == 0:
		d.fail("has %s without a partition key; add `partition=%s` to a field, or write `local=%[2]s`", what, x.name)
	}
	d.complete(x, what)
	if x.native {
		d.expand(x)
	}
	d.atMost(len(x.partitions), maxParts, "attributes in the partition key of "+what)
	d.atMost(len(x.sorts), maxParts, "attributes in the sort key of "+what)
	d.distinct(x, what)
}

// distinct refuses an attribute that stands twice in a key.
func (d *definer) distinct(x *indexDraft, what string) {
	for i, f := range x.keys() {
		if slices.Index(x.keys(), f) < i {
			d.fail("has attribute %s twice in %s; a key takes each attribute once, use another", f.Name, what)
		}
	}
}

// complete sets the key of x from its parts.
func (d *definer) complete(x *indexDraft, what string) {
	x.partitions = d.ordered(x, x.partition, "partition", what)
	x.sorts = d.ordered(x, x.sort, "sort", what)
}

// ordered is the attributes of a part of a key, in their order.
func (d *definer) ordered(x *indexDraft, parts []part, name, what string) []*fields.Field {
	parts = slices.Clone(parts)
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(a.number, b.number) })
	var ordered []*fields.Field
	var goNames []string
	numbered := true
	for i, p := range parts {
		ordered, goNames = append(ordered, p.field), append(goNames, p.field.GoName)
		numbered = numbered && (p.number == i+1 || p.number == 0 && len(parts) == 1)
	}
	switch text := strings.Join(goNames, ", "); {
	case len(parts) > 1 && (x.name == "" || x.local):
		d.fail("has %d %s keys of %s, fields %s; keep one, or join them in one derived attribute with from=: only the key of a global index takes several attributes", len(parts), name, what, text)
	case !numbered:
		d.fail("has the %s key of %s in fields %s; number them from 1 without a gap, %s=%s:1 first, or join them in one derived attribute with from=", name, what, text, name, x.name)
	}
	return ordered
}

// keyFields lists the key attributes of the table and all indexes, each once.
func (s *schema) keyFields() []*fields.Field {
	var all []*fields.Field
	for _, x := range append([]*index{s.primary}, s.indexes...) {
		for _, f := range x.keys() {
			// The types of a collection have fields of their own for one attribute.
			if !slices.ContainsFunc(all, func(g *fields.Field) bool { return g.Name == f.Name }) {
				all = append(all, f)
			}
		}
	}
	return all
}

// partsOf lists the attributes that a key attribute is given by: itself, or
// what it is derived from.
func partsOf(f *fields.Field) []*fields.Field {
	if f.Template != nil {
		return facetsOf(f)
	}
	return []*fields.Field{f}
}

// sortText describes the sort key for an error.
func (x *index) sortText() string {
	var all []string
	for _, f := range x.sorts {
		text := f.Name
		if f.Template != nil {
			text = fmt.Sprint(f.Template)
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}
