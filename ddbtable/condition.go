package ddbtable

import (
	"cmp"
	"iter"
	"slices"

	"example.com/ddb/fields"
)

// A Cond is a condition on an item of type T: on the key of a query, as a
// filter after reading, or on a write. It is made by the methods of
// [Attribute] and [Size], by [And], [Or] and [Not], by functions such as
// [BeginsWith], and from conditions of the SDK by [Expression]. It is
// immutable. A mistake in it is reported by the request that uses it.
type Cond[T any] interface{ condition(*T) }

// An Equality is the condition that an attribute equals a value. Get, Update
// and Delete take the key as equalities.
type Equality[T any] struct{ term term }

func (Equality[T]) condition(*T) {}

type condition[T any] struct{ term term }

func (condition[T]) condition(*T) {}

// ofNode is a condition that has been made.
func ofNode[T any](n *node) condition[T] { return condition[T]{term{node: n}} }

// An operator says what a node of a condition does.
type operator uint8

const (
	opSDK operator = iota // made by the SDK's expression package
	opAnd
	opOr
	opNot
	opEq
	opNe
	opLt
	opLe
	opGt
	opGe
	opBetween
	opIn
	opBeginsWith
	opContains
	opExists
	opNotExists
	opType
)

// String is the operator's name or sign in an expression.
func (op operator) String() string {
	return [...]string{
		"", "AND", "OR", "NOT", "=", "<>", "<", "<=", ">", ">=", "BETWEEN", "IN",
		"begins_with", "contains", "attribute_exists", "attribute_not_exists", "attribute_type",
	}[op]
}

// A node is one condition, or a combination of others.
type node struct {
	op     operator
	path   *fields.Path
	size   bool // the operand is size(path)
	values []fields.Value
	kids   []*node
	sdk    *sdkCondition
	err    error // the first mistake in this node or below it
}

// Eq is true if the attribute has exactly this value: numbers by value, sets
// in any order.
func (a Attribute[T, V]) Eq(v V) Equality[T] { return Equality[T]{ofValue(a.handle, opEq, v)} }

// Ne is true if the attribute has another value, another type, or is absent.
func (a Attribute[T, V]) Ne(v V) Cond[T] { return condition[T]{ofValue(a.handle, opNe, v)} }

// In is true if the attribute has one of the values; none is never true.
func (a Attribute[T, V]) In(values ...V) Cond[T] {
	return ofNode[T](newNode(a.handle, opIn, true, values...))
}

// Lt is true if the attribute is less than v: numbers by value, text and
// binary by bytes. It is false if the attribute is absent.
func (a Attribute[T, V]) Lt(v V) Cond[T] { return condition[T]{ofBound(a.handle, opLt, v)} }

// Le is true if the attribute is v or less, compared as in [Attribute.Lt].
func (a Attribute[T, V]) Le(v V) Cond[T] { return condition[T]{ofBound(a.handle, opLe, v)} }

// Gt is true if the attribute is greater than v, compared as in
// [Attribute.Lt].
func (a Attribute[T, V]) Gt(v V) Cond[T] { return condition[T]{ofBound(a.handle, opGt, v)} }

// Ge is true if the attribute is v or greater, compared as in [Attribute.Lt].
func (a Attribute[T, V]) Ge(v V) Cond[T] { return condition[T]{ofBound(a.handle, opGe, v)} }

// Between is true if the attribute is lo, hi, or lies between them. If lo is
// greater than hi it is never true, which is no error.
func (a Attribute[T, V]) Between(lo, hi V) Cond[T] {
	return condition[T]{ofBounds(a.handle, lo, hi)}
}

// Exists is true if the item has the attribute, even if it is NULL.
func (a Attribute[T, V]) Exists() Cond[T] { return condition[T]{a.handle.alone(opExists)} }

// NotExists is true if the item lacks the attribute.
func (a Attribute[T, V]) NotExists() Cond[T] { return condition[T]{a.handle.alone(opNotExists)} }

// HasKind is true if the stored attribute is of that attribute type.
func (a Attribute[T, V]) HasKind(k fields.Kind) Cond[T] { return ofNode[T](a.handle.hasKind(k)) }

func (h *handle) hasKind(k fields.Kind) *node {
	n := newNode[struct{}](h, opType, true)
	switch k {
	case fields.S, fields.N, fields.B, fields.BOOL, fields.NULL, fields.M, fields.L, fields.SS, fields.NS, fields.BS:
		n.values = []fields.Value{fields.String(string(k))}
	default:
		n.err = cmp.Or(n.err, planErrorf("HasKind with %q, which is no attribute type; use fields.S, fields.N or another of the constants", k))
	}
	return n
}

// BeginsWith is true if the text of the attribute begins with prefix. As a key
// condition it is a range over the sort key.
func BeginsWith[T any, V ~string](a Attribute[T, V], prefix V) Cond[T] {
	return a.onText(opBeginsWith, prefix)
}

// Contains is true if the text of the attribute contains part.
func Contains[T any, V ~string](a Attribute[T, V], part V) Cond[T] {
	return a.onText(opContains, part)
}

// onText is a condition on text: a Go string may be stored as a number.
func (a Attribute[T, V]) onText(op operator, v V) Cond[T] {
	t := ofBound(a.handle, op, v)
	if t.node == nil && t.handle.path.Kind() == fields.S {
		return condition[T]{t}
	}
	n := t.made()
	if n.err == nil && n.values[0].Kind() != fields.S {
		n.err = planErrorf("attribute %q is stored as type %s, and %s is for text; use a comparison", n.path, n.values[0].Kind(), op)
	}
	return ofNode[T](n)
}

// Has is true if the list or set has an element equal to e.
func Has[T any, S ~[]E, E any](a Attribute[T, S], e E) Cond[T] {
	return has(a, e)
}

// HasKey is [Has] for a set that a map to struct{} holds.
func HasKey[T any, M ~map[E]struct{}, E comparable](a Attribute[T, M], e E) Cond[T] {
	return has(a, e)
}

func has[T, V, E any](a Attribute[T, V], e E) Cond[T] {
	n := newNode[V](a.handle, opContains, true)
	if n.err == nil {
		var value fields.Value
		value, n.err = fields.ElementOf(n.path, e)
		n.values = []fields.Value{value}
	}
	return ofNode[T](n)
}

// And is true if all conditions are. Without conditions it is true, and sends
// nothing.
func And[T any](conds ...Cond[T]) Cond[T] { return combine(opAnd, conds) }

// Or is true if at least one condition is. Without conditions it is a mistake,
// which the request reports.
func Or[T any](conds ...Cond[T]) Cond[T] {
	c := combine(opOr, conds)
	if len(conds) == 0 {
		c.term.node.err = planErrorf("Or has no conditions, which nothing fulfils; give it some, or send no request")
	}
	return c
}

// Not is true if the condition is not. Mind that a comparison with an absent
// attribute is false, so that its Not is true.
func Not[T any](cond Cond[T]) Cond[T] { return combine(opNot, []Cond[T]{cond}) }

func combine[T any](op operator, conds []Cond[T]) condition[T] {
	n := newJoint(op)
	for _, c := range conds {
		n.add(given(c))
	}
	if op == opNot && n.err == nil && n.kids[0].empty() {
		n.err = planErrorf("Not has nothing to negate; give it a condition")
	}
	return ofNode[T](&n.node)
}

// A joint is a node that combines others, with memory for a few.
type joint struct {
	node
	few [3]*node
}

func newJoint(op operator) *joint {
	n := new(joint)
	n.op, n.kids = op, n.few[:0]
	return n
}

func (n *joint) add(kid *node) {
	n.kids = append(n.kids, kid)
	n.err = cmp.Or(n.err, kid.err)
}

// empty reports whether n is always true because it combines nothing: an And
// without conditions, or an Or that has one among its own.
func (n *node) empty() bool {
	switch n.op {
	case opAnd:
		return !slices.ContainsFunc(n.kids, func(kid *node) bool { return !kid.empty() })
	case opOr:
		return slices.ContainsFunc(n.kids, (*node).empty)
	}
	return false
}

// core is n without the combinations around it that combine only one thing.
// It is for a node that is not empty.
func (n *node) core() *node {
	if n.op != opAnd && n.op != opOr {
		return n
	}
	var only *node
	for _, kid := range n.kids {
		switch {
		case kid.empty():
		case only != nil:
			return n
		default:
			only = kid
		}
	}
	return only.core()
}

// never reports whether n is a condition that no item fulfils, and that
// DynamoDB would refuse to take: In of no values, or Between with lo above hi.
func (n *node) never() bool {
	switch n.op {
	case opIn:
		return len(n.values) == 0
	case opBetween:
		lo, hi := n.values[0], n.values[1]
		return lo.Kind() == hi.Kind() && lo.Compare(hi) > 0
	}
	return false
}

// conjuncts are the conditions that n is the AND of; none of no condition.
func (n *node) conjuncts() iter.Seq[*node] {
	return func(yield func(*node) bool) { n.eachConjunct(yield) }
}

func (n *node) eachConjunct(yield func(*node) bool) bool {
	if n == nil {
		return true
	}
	if n.op != opAnd {
		return yield(n)
	}
	for _, kid := range n.kids {
		if !kid.eachConjunct(yield) {
			return false
		}
	}
	return true
}

// fields calls visit with the attribute of every leaf.
func (n *node) fields(visit func(name string)) {
	switch {
	case n.sdk != nil:
		n.sdk.fields(visit)
	case n.path != nil:
		visit(n.path.Field().Name)
	}
	for _, kid := range n.kids {
		kid.fields(visit)
	}
}

// A Size is the size of an attribute, as a number: bytes of text and binary,
// members of a set, list or map. It is made by [SizeOf].
type Size[T any] struct {
	of AnyAttribute[T]
}

// SizeOf is the size of an attribute. A comparison with the size of an absent
// attribute is false.
func SizeOf[T any](a AnyAttribute[T]) Size[T] { return Size[T]{a} }

func (s Size[T]) cond(op operator, operands ...int) Cond[T] {
	n := &node{op: op, size: true}
	n.path, n.err = targetOf(s.of)
	for _, v := range operands {
		n.values = append(n.values, fields.Int(int64(v)))
	}
	return ofNode[T](n)
}

// Eq is true if the size is n.
func (s Size[T]) Eq(n int) Cond[T] { return s.cond(opEq, n) }

// Ne is true if the size is not n.
func (s Size[T]) Ne(n int) Cond[T] { return s.cond(opNe, n) }

// Lt is true if the size is less than n.
func (s Size[T]) Lt(n int) Cond[T] { return s.cond(opLt, n) }

// Le is true if the size is n or less.
func (s Size[T]) Le(n int) Cond[T] { return s.cond(opLe, n) }

// Gt is true if the size is greater than n.
func (s Size[T]) Gt(n int) Cond[T] { return s.cond(opGt, n) }

// Ge is true if the size is n or greater.
func (s Size[T]) Ge(n int) Cond[T] { return s.cond(opGe, n) }

// Between is true if the size is lo, hi, or lies between them.
func (s Size[T]) Between(lo, hi int) Cond[T] { return s.cond(opBetween, lo, hi) }
