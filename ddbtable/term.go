package ddbtable

import "example.com/ddb/fields"

// A term is a condition by value. Most are one comparison with short operands,
// which needs no memory of its own then; any other has a node.
type term struct {
	node   *node
	handle *handle // of a comparison, as is what follows
	op     operator
	cut    uint8 // where the first operand ends in room, and the second begins
	room   fields.Room
}

// ofValue is a comparison with a value that the attribute can have.
func ofValue[V any](h *handle, op operator, v V) (t term) {
	if h.sound() && fields.AddTo(&t.room, h.path, v, true) {
		t.compare(h, op)
	} else {
		t.node = newNode(h, op, true, v)
	}
	return t
}

// ofBound is a comparison with the bound of a range, which need not be one of
// an enum's declared values.
func ofBound[V any](h *handle, op operator, v V) (t term) {
	if h.sound() && fields.AddTo(&t.room, h.path, v, false) {
		t.compare(h, op)
	} else {
		t.node = newNode(h, op, false, v)
	}
	return t
}

// ofBounds is the comparison with both bounds of a range.
func ofBounds[V any](h *handle, lo, hi V) (t term) {
	if h.sound() && fields.AddTo(&t.room, h.path, lo, false) {
		t.compare(h, opBetween)
		if fields.AddTo(&t.room, h.path, hi, false) {
			return t
		}
	}
	return term{node: newNode(h, opBetween, false, lo, hi)}
}

// alone is a condition on the attribute without an operand.
func (h *handle) alone(op operator) (t term) {
	if h.sound() {
		t.compare(h, op)
	} else {
		t.node = newNode[struct{}](h, op, true)
	}
	return t
}

// compare makes it a comparison whose first operand is in the room.
func (t *term) compare(h *handle, op operator) {
	t.handle, t.op, t.cut = h, op, uint8(t.room.Len())
}

// sound reports whether the handle leads somewhere.
func (h *handle) sound() bool { return h != nil && h.path != nil && h.err == nil }

// operands is how many values an operator stands before.
func (op operator) operands() int {
	switch op {
	case opExists, opNotExists:
		return 0
	case opBetween:
		return 2
	}
	return 1
}

// A leaf is a node with memory for its values, so that it is one piece of memory.
type leaf struct {
	node
	operands [2]fields.Value
	room     fields.Room
}

// made is the term's node, of a comparison a new one. It is nil for the zero
// term.
func (t *term) made() *node {
	if t.handle == nil {
		return t.node
	}
	n := &leaf{node: node{op: t.op, path: t.handle.path}, room: t.room}
	ends := [...]int{0, int(t.cut), n.room.Len()}
	for i := range t.op.operands() {
		n.operands[i] = n.room.Value(n.path.Kind(), ends[i], ends[i+1])
	}
	n.values = n.operands[:t.op.operands()]
	return &n.node
}

// newNode makes a condition on the attribute itself. Declared says that the
// operands have to be values that the attribute can have.
func newNode[V any](h *handle, op operator, declared bool, operands ...V) *node {
	n := &node{op: op}
	n.path, n.err = h.target()
	for _, v := range operands {
		if n.err != nil {
			break
		}
		var value fields.Value
		if declared {
			value, n.err = fields.ValueOf(n.path, v)
		} else {
			value, n.err = fields.BoundOf(n.path, v)
		}
		n.values = append(n.values, value)
	}
	return n
}

// termOf is a condition that a caller gave. It calls no method of it, so that
// what the caller gives need not be on the heap.
func termOf[T any](cond Cond[T]) term {
	switch c := cond.(type) {
	case nil:
		return term{}
	case Equality[T]:
		return c.term
	case condition[T]:
		return c.term
	}
	return term{node: &node{op: opAnd, err: errWrapped}}
}

// given is the node of a condition that a caller gave.
func given[T any](cond Cond[T]) *node {
	t := termOf(cond)
	return t.orMistake()
}

// orMistake is the term's node, with a mistake of the zero term.
func (t *term) orMistake() *node {
	if n := t.made(); n != nil {
		return n
	}
	return &node{op: opAnd, err: errNilCondition}
}

var (
	errNilCondition = planErrorf("a condition is nil; leave it out")
	errWrapped      = planErrorf("a condition is nil; leave it out, or give it as it was made, if it is behind a pointer or in a struct of your own")
)
