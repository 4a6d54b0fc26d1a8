package ddbtable

import "example.com/ddb/fields"

// facetValues are stored values of attributes: few, so that looking through
// them is cheaper than a map. An attribute that is known to be absent has the
// zero Value.
type facetValues []facetValue

type facetValue struct {
	field *fields.Field
	value fields.Value
}

// of is the value of an attribute; it is not ok if that is not known.
func (all facetValues) of(f *fields.Field) (value fields.Value, ok bool) {
	for i := range all {
		if all[i].field == f {
			return all[i].value, true
		}
	}
	return fields.Value{}, false
}

// value is the value of an attribute, the zero Value if there is none.
func (all facetValues) value(f *fields.Field) fields.Value {
	v, _ := all.of(f)
	return v
}

// with is all with another value of an attribute. Like append it may change
// all.
func (all facetValues) with(f *fields.Field, v fields.Value) facetValues {
	for i := range all {
		if all[i].field == f {
			all[i].value = v
			return all
		}
	}
	return append(all, facetValue{f, v})
}

// without is all without the attribute. It changes all.
func (all facetValues) without(f *fields.Field) facetValues {
	for i := range all {
		if all[i].field == f {
			return append(all[:i], all[i+1:]...)
		}
	}
	return all
}

// differ reports whether one of the values is another than before.
func (all facetValues) differ(before facetValues) bool {
	for _, facet := range all {
		if old, _ := before.of(facet.field); !facet.value.Equal(old) {
			return true
		}
	}
	return false
}
