package ddbtable

import (
	"fmt"
	"slices"
	"strings"

	"example.com/ddb/fields"
)

// Sparse puts only those items in an index that fulfil the condition: the
// derived attributes that are keys of this index alone are stored only then.
// Put and Update set and remove them, all together, when the attributes change
// that the condition is about. Such an index holds, and costs, only what is
// looked for in it.
//
// The condition is evaluated here, over stored values: it may use Eq, Ne, In,
// Lt, Le, Gt, Ge, Between, Exists, NotExists, BeginsWith, And, Or and Not on
// whole attributes. One that is the same for all items, such as In of no values,
// is a mistake.
func Sparse[T any](index string, cond Cond[T]) DefineOption {
	return defineOption(func(d *definer) {
		i := slices.IndexFunc(d.indexes, func(x *indexDraft) bool { return x.name == index })
		if i < 0 {
			d.fail("has Sparse for index %s, which no tag names; add `partition=%[1]s` to a field", index)
			return
		}
		n := given(cond)
		switch {
		case n.err != nil:
			d.fail("has Sparse for index %s: %v", index, n.err)
		case !n.local():
			d.fail("has Sparse for index %s with a condition that cannot be evaluated here; compare whole attributes", index)
		case n.vacuous() != "":
			d.fail("has Sparse for index %s with %s", index, n.vacuous())
		case d.indexes[i].rule != nil:
			d.fail("has Sparse for index %s twice; join the conditions", index)
		default:
			d.indexes[i].rule = n
		}
	})
}

// local reports whether the condition can be evaluated here.
func (n *node) local() bool {
	switch n.op {
	case opAnd, opOr, opNot:
		return !slices.ContainsFunc(n.kids, func(kid *node) bool { return !kid.local() })
	case opSDK, opContains, opType:
		return false
	}
	return !n.size && len(n.path.Steps()) == 0 && n.path.Field().Template == nil
}

// vacuous says what of a condition, or of a part of it, does not depend on the
// item, "" if all does. A definition has no use for it: a list was empty that
// it was made from.
func (n *node) vacuous() string {
	switch {
	case n.op == opAnd && len(n.kids) == 0:
		return "And of no conditions, which every item fulfils; give it some, or leave it out"
	case n.op == opIn && n.never():
		return fmt.Sprintf("In of no values of attribute %s, which no item fulfils; give it some, or leave it out", n.path)
	case n.never():
		return fmt.Sprintf("Between on attribute %s with the bounds the wrong way round, which no item fulfils; give the lower one first", n.path)
	}
	for _, kid := range n.kids {
		if text := kid.vacuous(); text != "" {
			return text
		}
	}
	return ""
}

// ruled finds the attributes that the rule of an index decides about.
func (d *definer) ruled(x *indexDraft) {
	if x.rule == nil {
		return
	}
	for _, f := range x.keys() {
		shared := slices.ContainsFunc(d.primary.keys(), func(k *fields.Field) bool { return k == f })
		for _, other := range d.indexes {
			shared = shared || other != x && slices.Contains(other.keys(), f)
		}
		if f.Template != nil && !shared {
			x.index.ruled = append(x.index.ruled, f)
		}
	}
	if len(x.index.ruled) == 0 && x.native {
		d.fail("has Sparse and NativeKeys for index %s, whose attributes are stored whatever the rule says; keep one, or number its attributes and derive one of them, on a blank field perhaps", x.name)
		return
	}
	if len(x.index.ruled) == 0 {
		d.fail("has Sparse for index %s, which has no derived key of its own; add one with from=, on a blank field perhaps", x.name)
	}
}

// ruleOf is the rule that decides about a derived attribute, nil if none does.
func (s *schema) ruleOf(f *fields.Field) *node {
	for _, x := range s.indexes {
		if slices.Contains(x.ruled, f) {
			return x.rule
		}
	}
	return nil
}

// inputs are the attributes that decide about a derived one: its facets, and
// those of its rule.
func (s *schema) inputs(f *fields.Field) []*fields.Field {
	all := facetsOf(f)
	if rule := s.ruleOf(f); rule != nil {
		for _, input := range rule.attributes() {
			if !slices.Contains(all, input) {
				all = append(all, input)
			}
		}
	}
	return all
}

// attributes lists the attributes of a condition's leaves.
func (n *node) attributes() []*fields.Field {
	if n.path != nil {
		return []*fields.Field{n.path.Field()}
	}
	var all []*fields.Field
	for _, kid := range n.kids {
		all = append(all, kid.attributes()...)
	}
	return all
}

// omitted lists the derived attributes that an item must not have.
func (s *schema) omitted(r record) (omit []*fields.Field, err error) {
	for _, x := range s.indexes {
		if x.rule == nil {
			continue
		}
		in := x.rule.holds(func(f *fields.Field) fields.Value {
			value, _, valueErr := r.value(f)
			if valueErr != nil {
				err = valueErr
			}
			return value
		})
		if !in {
			omit = append(omit, x.ruled...)
		}
	}
	return omit, err
}

// hasRules reports whether a rule says which items are in an index.
func (s *schema) hasRules() bool {
	return slices.ContainsFunc(s.indexes, func(x *index) bool { return x.rule != nil })
}

// wellPlaced fails if the item is in an index although the rule of that says
// no.
func (s *schema) wellPlaced(r record, i item) error {
	if !s.hasRules() {
		return nil
	}
	omit, err := s.omitted(r)
	if err != nil {
		return nil // the item cannot be written as it is, which is no matter here
	}
	for _, f := range omit {
		if value, err := i.value(f.Name); err == nil && value.Kind() != "" {
			return &fields.ValueError{Struct: f.Owner(), Field: f.GoName, Attribute: f.Name, Err: ErrStale}
		}
	}
	return nil
}

// holds evaluates a local condition as DynamoDB would; an absent attribute has
// the zero Value.
func (n *node) holds(value func(*fields.Field) fields.Value) bool {
	switch n.op {
	case opAnd:
		return !slices.ContainsFunc(n.kids, func(kid *node) bool { return !kid.holds(value) })
	case opOr:
		return slices.ContainsFunc(n.kids, func(kid *node) bool { return kid.holds(value) })
	case opNot:
		return !n.kids[0].holds(value)
	}
	v := value(n.path.Field())
	switch n.op {
	case opExists:
		return v.Kind() != ""
	case opNotExists:
		return v.Kind() == ""
	case opNe:
		return !v.Equal(n.values[0])
	case opEq, opIn:
		return slices.ContainsFunc(n.values, v.Equal)
	}
	return v.Kind() == n.values[0].Kind() && n.compares(v)
}

// compares evaluates the operators on the order of values of one type.
func (n *node) compares(v fields.Value) bool {
	c := v.Compare(n.values[0])
	switch n.op {
	case opLt:
		return c < 0
	case opLe:
		return c <= 0
	case opGt:
		return c > 0
	case opGe:
		return c >= 0
	case opBetween:
		return c >= 0 && v.Compare(n.values[1]) <= 0
	}
	return strings.HasPrefix(v.Text(), n.values[0].Text())
}
