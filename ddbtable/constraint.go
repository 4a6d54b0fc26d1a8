package ddbtable

import (
	"slices"
	"strings"

	"example.com/ddb/fields"
)

// A constraint is what all key conditions of a query together say of one
// attribute: one of some values, or a range.
type constraint struct {
	field    *fields.Field
	values   []fields.Value // in order, each once
	discrete bool           // values counts
	lo, hi   limit
	prefix   fields.Value
	never    bool // nothing fulfils it

	// implied is what a constraint that the definition makes is of: where no key
	// serves it, it is a filter. It is nil for one of the query's own.
	implied *softDelete

	taken *index // the last key that made use of it
}

// keyConstraints are those of one query, each on another attribute: few, so that
// looking through them is cheaper than a map.
type keyConstraints []*constraint

// of is the constraint of an attribute, nil if there is none.
func (all keyConstraints) of(f *fields.Field) *constraint {
	for _, c := range all {
		if c.field == f {
			return c
		}
	}
	return nil
}

// constrain joins the key conditions of each attribute.
func constrain(conds []*node) (keyConstraints, error) {
	// Most queries are about the facets of one key.
	few := new(struct {
		all  [4]*constraint
		made [2]constraint
	})
	all, made := keyConstraints(few.all[:0]), few.made[:0]
	for _, cond := range conds {
		if cond.err != nil {
			return nil, cond.err
		}
		for n := range cond.conjuncts() {
			if n.empty() {
				continue
			}
			if err := keyable(n); err != nil {
				return nil, err
			}
			c := all.of(n.path.Field())
			if c == nil {
				if len(made) == cap(made) {
					made = make([]constraint, 0, 4)
				}
				made = append(made, constraint{field: n.path.Field()})
				c = &made[len(made)-1]
				all = append(all, c)
			}
			c.add(n)
		}
	}
	for _, c := range all {
		c.settle()
	}
	return all, nil
}

// keyable refuses conditions that cannot be about a key.
func keyable(n *node) error {
	const remedy = "; a query takes equalities, ranges, In and BeginsWith on attributes that keys are made from, use Filter for the rest"
	switch n.op {
	case opAnd, opOr, opNot:
		return planErrorf("%s cannot be a key condition%s", n.op, remedy)
	case opSDK:
		return planErrorf("a condition of the expression package cannot be a key condition%s", remedy)
	}
	switch {
	case n.path.Field().Template != nil:
		return planErrorf("attribute %q is derived and not given itself; give the attributes that it is made from: %s", n.path, names(facetsOf(n.path.Field())))
	case n.size:
		return planErrorf("the size of attribute %q cannot be in a key condition%s", n.path, remedy)
	case len(n.path.Steps()) > 0:
		return planErrorf("%q cannot be in a key condition, because it is inside an attribute%s", n.path, remedy)
	}
	switch n.op {
	case opEq, opIn, opLt, opLe, opGt, opGe, opBetween, opBeginsWith:
		return nil
	}
	return planErrorf("%s on attribute %q cannot be a key condition%s", n.op, n.path, remedy)
}

// add intersects the constraint with one more condition.
func (c *constraint) add(n *node) {
	switch n.op {
	case opEq, opIn:
		c.restrict(n.values)
	case opGt, opGe:
		c.raise(limit{n.values[0], n.op == opGt})
	case opLt, opLe:
		c.lower(limit{n.values[0], n.op == opLt})
	case opBetween:
		c.raise(limit{value: n.values[0]})
		c.lower(limit{value: n.values[1]})
	case opBeginsWith:
		c.narrow(n.values[0])
	}
}

func (c *constraint) restrict(values []fields.Value) {
	if len(values) == 1 && !c.discrete {
		c.values, c.discrete = values, true
		return
	}
	values = slices.Clone(values)
	slices.SortFunc(values, fields.Value.Compare)
	values = slices.CompactFunc(values, func(a, b fields.Value) bool { return a.Compare(b) == 0 })
	if c.discrete {
		values = slices.DeleteFunc(values, func(v fields.Value) bool {
			return !slices.ContainsFunc(c.values, func(w fields.Value) bool { return v.Compare(w) == 0 })
		})
	}
	c.values, c.discrete = values, true
}

func (c *constraint) raise(l limit) {
	d := 1
	if !c.lo.none() {
		d = l.value.Compare(c.lo.value)
	}
	if d > 0 || d == 0 && l.open {
		c.lo = l
	}
}

func (c *constraint) lower(l limit) {
	d := -1
	if !c.hi.none() {
		d = l.value.Compare(c.hi.value)
	}
	if d < 0 || d == 0 && l.open {
		c.hi = l
	}
}

// narrow keeps the longer of two prefixes, of which one must begin with the
// other.
func (c *constraint) narrow(prefix fields.Value) {
	switch {
	case strings.HasPrefix(prefix.Text(), c.prefix.Text()):
		c.prefix = prefix
	case !strings.HasPrefix(c.prefix.Text(), prefix.Text()):
		c.never = true
	}
}

// restricts reports whether the constraint is more than that the attribute is
// there: every text begins with nothing.
func (c *constraint) restricts() bool {
	return c != nil && (c.discrete || c.prefix.Text() != "" || !c.lo.none() || !c.hi.none())
}

// settle brings a constraint in one of its forms: never, discrete, a prefix
// alone, or limits alone.
func (c *constraint) settle() {
	if c.prefix.Kind() != "" && (c.discrete || !c.lo.none() || !c.hi.none()) {
		c.raise(limit{value: c.prefix})
		if end, ok := successor(c.prefix); ok {
			c.lower(limit{value: end, open: true})
		}
		c.prefix = fields.Value{}
	}
	in := keyRange{lo: c.lo, hi: c.hi}
	if c.discrete {
		if slices.ContainsFunc(c.values, func(v fields.Value) bool { return !in.contains(v) }) {
			c.values = slices.DeleteFunc(slices.Clone(c.values), func(v fields.Value) bool { return !in.contains(v) })
		}
		c.never = c.never || len(c.values) == 0
		return
	}
	if !c.lo.none() && !c.hi.none() {
		d := c.lo.value.Compare(c.hi.value)
		c.never = c.never || d > 0 || d == 0 && (c.lo.open || c.hi.open)
	}
}
