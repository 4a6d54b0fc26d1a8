package ddbtable

import (
	"slices"

	"example.com/ddb/fields"
)

// A brief is a query by value, as most are: some terms, of which the first ones
// are about the key and the others filter, and perhaps a projection and a
// direction. So a query that is declared for one call needs no memory. See
// decision 0032.
type brief struct {
	core *core
	shape
	operands
}

// Operands are the texts of the operands of a brief query, side by side.
type operands struct {
	ends [6]uint8
	text [74]byte
}

// A shape is what of a brief query does not depend on values. Queries of one shape
// have the same plan but for these, as a rule: see recipe.
type shape struct {
	paths      [4]*fields.Path // of the terms
	projected  [4]*fields.Path
	ops        [4]operator
	keys       uint8 // how many terms there are about the key
	terms      uint8 // and at all
	used       uint8 // how many operands they have
	projects   uint8 // how many paths are projected, if any
	descending bool
}

// key adds a condition on the key, before there are filters, if there is room for
// it.
func (b *brief) key(t *term) bool {
	if !b.add(t) {
		return false
	}
	b.keys++
	return true
}

// add adds a term, if it is a comparison and there is room for it.
func (b *brief) add(t *term) bool {
	n := t.op.operands()
	if b.core == nil || t.handle == nil || !t.handle.lasting || int(b.terms) == len(b.paths) || int(b.used)+n > len(b.ends) {
		return false
	}
	start, length := b.length(), t.room.Len()
	if start+length > len(b.text) {
		return false
	}
	copy(b.text[start:], t.room.Text(0, length))
	b.paths[b.terms], b.ops[b.terms] = t.handle.path, t.op
	b.terms++
	if n == 2 {
		b.ends[b.used] = uint8(start) + t.cut
	}
	if n > 0 {
		b.ends[int(b.used)+n-1] = uint8(start + length)
		b.used += uint8(n)
	}
	return true
}

// length is how much of text is used.
func (b *brief) length() int {
	if b.used == 0 {
		return 0
	}
	return int(b.ends[b.used-1])
}

// operand is the text of an operand.
func (b *brief) operand(i int) []byte {
	start := uint8(0)
	if i > 0 {
		start = b.ends[i-1]
	}
	return b.text[start:b.ends[i]]
}

// project makes paths what is read, if they lead to attributes as a whole, and
// there is room for them.
func (b *brief) project(paths []*fields.Path) bool {
	if b.core == nil || b.core.view != nil || len(paths) == 0 || len(paths) > len(b.projected) {
		return false
	}
	b.projected = [len(b.projected)]*fields.Path{}
	b.projects = uint8(copy(b.projected[:], paths))
	return true
}

// long is the query in the long form.
func (b *brief) long() *query {
	q, at := b.core.query(), 0
	for i := range int(b.terms) {
		n := b.node(i, at)
		at += len(n.values)
		if i < int(b.keys) {
			q.require(n)
		} else {
			q.filter = both(q.filter, n)
		}
	}
	q.descending = b.descending
	if b.projects == 0 {
		return q
	}
	return q.projected(projection{some: true, paths: slices.Clone(b.projected[:b.projects])})
}

// node is the i-th term as a node, whose operands begin with the one at at.
func (b *brief) node(i, at int) *node {
	n := &leaf{node: node{op: b.ops[i], path: b.paths[i]}}
	n.values = n.operands[:n.op.operands()]
	for j := range n.values {
		n.operands[j] = n.room.Keep(n.path.Kind(), b.operand(at+j))
	}
	return &n.node
}

// A queryForm is a query in one of two forms: brief as long as everything has its
// place there, and long for the rest.
type queryForm struct {
	brief brief
	q     *query // nil if it is brief, or of the zero Query
}

// long is the long form, to be refined.
func (f *queryForm) long() *query {
	if f.q != nil || f.brief.core == nil {
		return f.q
	}
	return f.brief.long()
}

// ready is the long form, to be used: its plan is known if one of that shape is.
func (f *queryForm) ready() *query {
	if f.q != nil || f.brief.core == nil {
		return f.q
	}
	return f.brief.core.recipes.query(&f.brief)
}
