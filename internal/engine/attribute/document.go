package attribute

import (
	"bytes"
	"slices"
	"sort"
)

// A Document is an item that is being changed. Only the maps and lists on the
// way to a change are taken apart; everything else stays the bytes it was.
// Indexes always refer to the lists as they were before the first change. The
// paths of the changes do not overlap: the expression parser has refused that.
type Document struct {
	root node
}

// A node is a value of a document: raw until a change leads into it.
type node struct {
	raw  Value
	kind Kind
	// entries of a map, in the order of their names, with a nil node where one
	// was removed.
	entries []entry
	// added are further entries, in the order in which they came.
	added []entry
	// elements of a list, nil where one was removed.
	elements []*node
	// appended holds elements set beyond the list's end.
	appended []appendix
}

type entry struct {
	name []byte
	node *node
}

type appendix struct {
	index int
	node  *node
}

// NewDocument starts changing an item. The nil item is an empty document.
func NewDocument(it Item) *Document {
	if it == nil {
		return &Document{root: node{kind: Map}}
	}
	d := &Document{root: node{raw: Value(it)}}
	d.root.expand()
	return d
}

// Set puts a value at a path. It gives false when the path's last step has no
// map or list to go into. An index beyond a list's end appends; several of
// them append in the order of their indexes.
func (d *Document) Set(path Path, v Value) bool {
	parent := d.parent(path)
	if parent == nil {
		return false
	}
	last := path[len(path)-1]
	switch {
	case !last.IsIndex():
		parent.setEntry(last.Name, &node{raw: v})
	case last.Index < len(parent.elements):
		parent.elements[last.Index] = &node{raw: v}
	default:
		parent.appended = append(parent.appended, appendix{last.Index, &node{raw: v}})
	}
	return true
}

// Remove takes a value away. It gives false when the path's last step has no
// map or list to go into; an absent entry or an index beyond the end is
// nothing to do.
func (d *Document) Remove(path Path) bool {
	parent := d.parent(path)
	if parent == nil {
		return false
	}
	last := path[len(path)-1]
	switch {
	case !last.IsIndex():
		if i, found := parent.find(last.Name); found {
			parent.entries[i].node = nil
		}
	case last.Index < len(parent.elements):
		parent.elements[last.Index] = nil
	}
	return true
}

// Was gives the value that was at a path before the changes, nil for none.
func (d *Document) Was(path Path) Value {
	parent := d.parent(path)
	if parent == nil {
		return nil
	}
	if n := parent.child(path[len(path)-1]); n != nil {
		return n.raw
	}
	return nil
}

// Item gives the changed item.
func (d *Document) Item() Item {
	return Item(d.root.encode(make([]byte, 0, len(d.root.raw)+256)))
}

// parent gives the container of a path's last step, nil when there is none
// of the right type.
func (d *Document) parent(path Path) *node {
	n := &d.root
	for _, step := range path[:len(path)-1] {
		if n = n.child(step); n == nil {
			return nil
		}
		n.expand()
	}
	want := Map
	if path[len(path)-1].IsIndex() {
		want = List
	}
	if n.kind != want {
		return nil
	}
	return n
}

func (n *node) child(s Step) *node {
	switch {
	case n.kind == Map && !s.IsIndex():
		if i, found := n.find(s.Name); found {
			return n.entries[i].node
		}
	case n.kind == List && s.IsIndex() && s.Index < len(n.elements):
		return n.elements[s.Index]
	}
	return nil
}

func (n *node) find(name string) (int, bool) {
	return sort.Find(len(n.entries), func(i int) int {
		switch other := n.entries[i].name; {
		case name < string(other):
			return -1
		case name > string(other):
			return 1
		}
		return 0
	})
}

func (n *node) setEntry(name string, value *node) {
	i, found := n.find(name)
	if found {
		n.entries[i].node = value
		return
	}
	n.added = append(n.added, entry{[]byte(name), value})
}

// merge puts the added entries among the others.
func (n *node) merge() {
	if len(n.added) == 0 {
		return
	}
	n.entries = append(n.entries, n.added...)
	slices.SortFunc(n.entries, func(a, b entry) int { return bytes.Compare(a.name, b.name) })
	n.added = nil
}

// expand takes a map or list apart.
func (n *node) expand() {
	if n.kind != None {
		return
	}
	n.kind = n.raw.Kind()
	switch n.kind {
	case Map:
		children := make([]node, n.raw.Len())
		n.entries = make([]entry, len(children))
		entries := n.raw.Entries()
		for i := range children {
			name, v, _ := entries.Next()
			children[i].raw = v
			n.entries[i] = entry{name, &children[i]}
		}
	case List:
		children := make([]node, n.raw.Len())
		n.elements = make([]*node, len(children))
		elements := n.raw.Elements()
		for i := range children {
			children[i].raw, _ = elements.Next()
			n.elements[i] = &children[i]
		}
	}
}

func (n *node) encode(dst []byte) []byte {
	if n.kind != Map && n.kind != List {
		return append(dst, n.raw...)
	}
	start := len(dst)
	dst = Open(dst, n.kind)
	n.merge()
	for _, e := range n.entries {
		if e.node != nil {
			dst = AppendName(dst, e.name)
			dst = e.node.encode(dst)
		}
	}
	for _, e := range n.elements {
		if e != nil {
			dst = e.encode(dst)
		}
	}
	slices.SortStableFunc(n.appended, func(a, b appendix) int { return a.index - b.index })
	for _, a := range n.appended {
		dst = a.node.encode(dst)
	}
	finish(dst, start)
	return dst
}
