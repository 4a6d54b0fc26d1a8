package attribute

import "slices"

// A Projection is a set of paths to be kept of items. Paths do not overlap:
// the expression parser has refused that.
type Projection struct {
	root branch
	// flat is set when every path is a single name.
	flat bool
}

// A branch is one node of the tree that the paths form. A leaf keeps its whole
// value.
type branch struct {
	step Step
	subs []*branch
}

// NewProjection makes a projection of paths. Without paths it keeps nothing.
func NewProjection(paths []Path) *Projection {
	if !slices.ContainsFunc(paths, func(path Path) bool { return len(path) > 1 }) {
		names := make([]string, len(paths))
		for i, path := range paths {
			names[i] = path.Head()
		}
		return NameProjection(names)
	}
	p := new(Projection)
	for _, path := range paths {
		p.root.add(path)
	}
	p.root.sort()
	return p
}

// NameProjection makes a projection of top-level attributes. A name that is
// there twice counts once.
func NameProjection(names []string) *Projection {
	sorted := slices.Clone(names)
	slices.Sort(sorted)
	p := &Projection{flat: true}
	for _, name := range slices.Compact(sorted) {
		p.root.subs = append(p.root.subs, &branch{step: ByName(name)})
	}
	return p
}

func (b *branch) add(path Path) {
	if len(path) == 0 {
		return
	}
	for _, sub := range b.subs {
		if sub.step == path[0] {
			sub.add(path[1:])
			return
		}
	}
	sub := &branch{step: path[0]}
	sub.add(path[1:])
	b.subs = append(b.subs, sub)
}

func (b *branch) sort() {
	slices.SortFunc(b.subs, func(x, y *branch) int {
		if x.step.Index != y.step.Index {
			return x.step.Index - y.step.Index
		}
		if x.step.Name < y.step.Name {
			return -1
		}
		return 1
	})
	for _, sub := range b.subs {
		sub.sort()
	}
}

// Of gives the part of an item that the paths lead to: only those entries and
// elements, inside the maps and lists that hold them. The result may be empty.
func (p *Projection) Of(it Item) Item {
	return p.AppendOf(nil, it)
}

// AppendOf appends what Of gives.
func (p *Projection) AppendOf(dst []byte, it Item) []byte {
	dst, _ = p.root.project(dst, Value(it))
	return dst
}

// Covers tells whether the projection keeps everything of an item: whether its
// attributes are all top-level names of the projection. It spares a copy.
func (p *Projection) Covers(it Item) bool {
	if !p.flat || it.Len() > len(p.root.subs) {
		return false
	}
	entries, subs := it.Entries(), p.root.subs
	for name, _, ok := entries.Next(); ok; name, _, ok = entries.Next() {
		for len(subs) > 0 && subs[0].step.Name < string(name) {
			subs = subs[1:]
		}
		if len(subs) == 0 || subs[0].step.Name != string(name) {
			return false
		}
	}
	return true
}

// Has tells whether the projection keeps a whole top-level attribute.
func (p *Projection) Has(name string) bool {
	for _, sub := range p.root.subs {
		if sub.step.Name == name {
			return len(sub.subs) == 0
		}
	}
	return false
}

// project appends what b keeps of a map or a list and tells whether that is
// anything.
func (b *branch) project(dst []byte, v Value) ([]byte, bool) {
	start := len(dst)
	dst = Open(dst, v.Kind())
	if v.Kind() == Map {
		dst = b.projectMap(dst, v)
	} else {
		dst = b.projectList(dst, v)
	}
	finish(dst, start)
	return dst, len(dst) > start+headerSize
}

func (b *branch) projectMap(dst []byte, v Value) []byte {
	entries, subs := v.Entries(), b.subs
	for len(subs) > 0 {
		name, value, ok := entries.Next()
		if !ok {
			break
		}
		for len(subs) > 0 && (subs[0].step.IsIndex() || subs[0].step.Name < string(name)) {
			subs = subs[1:]
		}
		if len(subs) == 0 || subs[0].step.Name != string(name) {
			continue
		}
		start := len(dst)
		dst = AppendName(dst, name)
		if dst, ok = subs[0].keep(dst, value); !ok {
			dst = dst[:start]
		}
	}
	return dst
}

func (b *branch) projectList(dst []byte, v Value) []byte {
	elements, i := v.Elements(), -1
	for _, sub := range b.subs {
		if !sub.step.IsIndex() {
			continue
		}
		var value Value
		ok := true
		for i < sub.step.Index && ok {
			value, ok = elements.Next()
			i++
		}
		if !ok {
			break
		}
		start := len(dst)
		if dst, ok = sub.keep(dst, value); !ok {
			dst = dst[:start]
		}
	}
	return dst
}

// keep appends what the branch keeps of the value it leads to.
func (b *branch) keep(dst []byte, v Value) ([]byte, bool) {
	if len(b.subs) == 0 {
		return append(dst, v...), true
	}
	if kind := v.Kind(); kind != Map && kind != List {
		return dst, false
	}
	return b.project(dst, v)
}
