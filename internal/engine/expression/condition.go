package expression

import (
	"bytes"
	"strconv"

	"example.com/ddb/internal/engine/attribute"
)

// A Condition is a condition or filter expression, parsed and with its
// placeholders resolved. It is immutable.
type Condition struct {
	root  node
	paths []attribute.Path
}

// Holds tells whether the condition is true of an item. The nil item has no
// attributes.
func (c *Condition) Holds(it attribute.Item) bool { return c.root.holds(it) }

// Paths gives every document path that the condition mentions.
func (c *Condition) Paths() []attribute.Path { return c.paths }

// A node is a condition: it is true of an item or it is not.
type node interface {
	holds(attribute.Item) bool
}

// An operand is what a comparison compares: a path, a value, or size of one.
type operand interface {
	// of gives the operand's value, nil when it has none.
	of(attribute.Item) attribute.Value
}

type (
	pathOperand  struct{ path attribute.Path }
	valueOperand struct{ value attribute.Value }
	// callOperand is a function call before its place is known.
	callOperand struct {
		name string
		args []operand
	}
)

func (o *pathOperand) of(it attribute.Item) attribute.Value { return it.At(o.path) }

func (o *valueOperand) of(attribute.Item) attribute.Value { return o.value }

// of evaluates size, the only function that gives a value in a condition.
func (o *callOperand) of(it attribute.Item) attribute.Value {
	n := sizeOf(o.args[0].of(it))
	if n < 0 {
		return nil
	}
	return attribute.AppendCanonical(nil, strconv.AppendInt(nil, int64(n), 10))
}

// sizeOf gives the value of the size function, −1 for types without one: the
// number of UTF-16 code units of an S, of bytes of a B, of elements of the
// others.
func sizeOf(v attribute.Value) int {
	switch kind := v.Kind(); kind {
	case attribute.String:
		return utf16Len(v.Payload())
	case attribute.Binary:
		return len(v.Payload())
	case attribute.List, attribute.Map, attribute.Strs, attribute.Nums, attribute.Bins:
		return v.Len()
	}
	return -1
}

// utf16Len counts a character outside the basic plane, which is four bytes in
// UTF-8, as two.
func utf16Len(text []byte) int {
	n := 0
	for _, c := range text {
		switch {
		case c >= 0xF0:
			n += 2
		case c < 0x80 || c >= 0xC0:
			n++
		}
	}
	return n
}

type (
	andNode     struct{ parts []node }
	orNode      struct{ parts []node }
	notNode     struct{ part node }
	compareNode struct {
		operator    string
		left, right operand
	}
	betweenNode struct{ value, lower, upper operand }
	inNode      struct {
		value operand
		list  []operand
	}
	callNode struct {
		name string
		args []operand
	}
	// bareNode is an operand where a condition is wanted: never true, and
	// never part of a condition that was parsed without problems.
	bareNode struct{ operand operand }
)

func (n *andNode) holds(it attribute.Item) bool {
	for _, part := range n.parts {
		if !part.holds(it) {
			return false
		}
	}
	return true
}

func (n *orNode) holds(it attribute.Item) bool {
	for _, part := range n.parts {
		if part.holds(it) {
			return true
		}
	}
	return false
}

func (n *notNode) holds(it attribute.Item) bool { return !n.part.holds(it) }

func (n *bareNode) holds(attribute.Item) bool { return false }

func (n *compareNode) holds(it attribute.Item) bool {
	return compare(n.operator, n.left.of(it), n.right.of(it))
}

// compare applies a comparison. Absent values and values of different types
// are unequal and have no order.
func compare(operator string, a, b attribute.Value) bool {
	switch operator {
	case "=":
		return attribute.Equal(a, b)
	case "<>":
		return !attribute.Equal(a, b)
	}
	c, ok := attribute.Compare(a, b)
	if !ok {
		return false
	}
	switch operator {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	default:
		return c >= 0
	}
}

func (n *betweenNode) holds(it attribute.Item) bool {
	v := n.value.of(it)
	return compare(">=", v, n.lower.of(it)) && compare("<=", v, n.upper.of(it))
}

func (n *inNode) holds(it attribute.Item) bool {
	v := n.value.of(it)
	for _, o := range n.list {
		if attribute.Equal(v, o.of(it)) {
			return true
		}
	}
	return false
}

func (n *callNode) holds(it attribute.Item) bool {
	first := n.args[0].of(it)
	switch n.name {
	case "attribute_exists":
		return first != nil
	case "attribute_not_exists":
		return first == nil
	}
	second := n.args[1].of(it)
	switch n.name {
	case "attribute_type":
		return first != nil && first.Kind().String() == second.Text()
	case "begins_with":
		return beginsWith(first, second)
	default:
		return contains(first, second)
	}
}

func beginsWith(v, prefix attribute.Value) bool {
	kind := v.Kind()
	if kind != prefix.Kind() || (kind != attribute.String && kind != attribute.Binary) {
		return false
	}
	return bytes.HasPrefix(v.Payload(), prefix.Payload())
}

// contains looks for a part of a string or binary, an element of a set, or an
// element of a list, which may be of any type.
func contains(v, part attribute.Value) bool {
	kind := v.Kind()
	switch {
	case kind == attribute.None || part == nil:
		return false
	case kind == attribute.List:
		elements := v.Elements()
		for e, ok := elements.Next(); ok; e, ok = elements.Next() {
			if attribute.Equal(e, part) {
				return true
			}
		}
		return false
	case kind.IsSet():
		return kind.Element() == part.Kind() && v.Has(part.Payload())
	case kind == attribute.String || kind == attribute.Binary:
		return kind == part.Kind() && bytes.Contains(v.Payload(), part.Payload())
	}
	return false
}
