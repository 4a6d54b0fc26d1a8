package ddbtable

import (
	"slices"

	"example.com/ddb/fields"
)

// maxKeyName is the most bytes that the name of an attribute in a key has.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const maxKeyName = 255

// NativeKeys gives a global index the attributes as its key that its derived
// keys are made from, in the order of their templates, instead of a text of
// them: with sort=by_user,from={status:3}_{created:10} the index is sorted by
// status and, where that is equal, by created, each by its own type. Literals
// and widths do not count then, numbers sort as numbers, and of a BOOL no key
// can be made. Nothing else changes for who queries.
//
// The derived attribute is not stored, unless it is a key of the table or of
// another index too, so its field must be blank. What an item has of it from
// before stays there, and is not looked at. An update of a facet is the Set of
// one attribute, without the read that a derived attribute may need. An item
// that lacks one of the attributes is not in the index; what must not be in a
// key, such as the empty string, is refused in all of them.
//
// Only a global index can have such a key, with up to 4 attributes as partition
// key, which a query must all know, and up to 4 as sort key. Tags can say it as
// well, with sort=by_user:1 on the one field and sort=by_user:2 on the other.
// DynamoDB has such keys since November 2025, DynamoDB Local since 3.3; other
// engines may not. An index that exists cannot be changed to it: give it another
// name, and take the old one away when all items are in the new one. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.DesignPattern.MultiAttributeKeys.html
// and decision 0030.
func NativeKeys(indexes ...string) DefineOption {
	return defineOption(func(d *definer) {
		if len(indexes) == 0 {
			d.fail("has NativeKeys without an index; name one, or leave it out")
		}
		for _, name := range indexes {
			i := slices.IndexFunc(d.indexes, func(x *indexDraft) bool { return x.name == name })
			switch {
			case i < 0:
				d.fail("has NativeKeys for index %s, which no tag names; add `partition=%[1]s` to a field", name)
			case d.indexes[i].native:
				d.fail("has NativeKeys for index %s twice; keep one", name)
			default:
				d.indexes[i].native = true
			}
		}
	})
}

// expand puts the attributes in the key of x that its derived ones are made
// from.
func (d *definer) expand(x *indexDraft) {
	switch {
	case x.local:
		d.fail("has NativeKeys for the local index %s, whose sort key has one attribute; make the index global, or leave NativeKeys out", x.name)
		return
	case !slices.ContainsFunc(x.keys(), func(f *fields.Field) bool { return f.Template != nil }):
		d.fail("has NativeKeys for index %s, whose key is not derived; leave it out", x.name)
		return
	}
	x.partitions = d.facetsAsKeys(x, x.partitions)
	x.sorts = d.facetsAsKeys(x, x.sorts)
}

func (d *definer) facetsAsKeys(x *indexDraft, of []*fields.Field) []*fields.Field {
	var all []*fields.Field
	for _, f := range of {
		if f.Template != nil && len(facetsOf(f)) == 0 {
			d.fail("has NativeKeys for index %s, whose key attribute %s is made from no attribute; give its template a facet", x.name, f.Name)
		}
		if f.Template != nil && !slices.Contains(d.unstored, f) {
			d.unstored = append(d.unstored, f)
		}
		all = append(all, partsOf(f)...)
	}
	for _, f := range all {
		switch {
		case f.Kind != fields.S && f.Kind != fields.N && f.Kind != fields.B:
			d.fail("has NativeKeys for index %s, but attribute %s is of type %s, and a key is S, N or B; store it as a string or number", x.name, f.Name, f.Kind)
		case len(f.Name) > maxKeyName:
			d.fail("has NativeKeys for index %s, but the name of attribute %.20s… has more than %d bytes; shorten it", x.name, f.Name, maxKeyName)
		case !slices.Contains(d.native, f):
			d.native = append(d.native, f)
		}
	}
	return all
}

// leaveOut finds which derived attributes are not stored because NativeKeys has
// other keys in their place.
func (d *definer) leaveOut() {
	isKey := func(f *fields.Field) bool {
		return slices.Contains(d.primary.keys(), f) || slices.ContainsFunc(d.indexes, func(x *indexDraft) bool { return slices.Contains(x.keys(), f) })
	}
	d.unstored = slices.DeleteFunc(d.unstored, isKey)
	for _, f := range d.unstored {
		if !f.Blank() {
			d.fail("has NativeKeys, so that attribute %s is not stored and field %s would stay empty; make it a blank field, _ struct{}", f.Name, f.GoName)
		}
	}
}

// checkNative refuses values that no key may have.
func (s *schema) checkNative(r record) error {
	for _, f := range s.native {
		v, ok, err := r.value(f)
		if err == nil && ok {
			err = f.CheckKey(v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
