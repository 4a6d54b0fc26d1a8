package attribute

import (
	"strconv"
	"strings"
)

// A Step is one element of a document path: a name, or an index into a list.
type Step struct {
	Name string
	// Index is the position in a list, −1 for a name.
	Index int
}

// ByName gives the step to a map's entry.
func ByName(name string) Step { return Step{Name: name, Index: -1} }

// ByIndex gives the step to a list's element.
func ByIndex(i int) Step { return Step{Index: i} }

// IsIndex tells whether the step goes into a list.
func (s Step) IsIndex() bool { return s.Index >= 0 }

// A Path leads from an item to a value in it. It has at least one step, and
// the first is a name.
type Path []Step

// Head gives the name of the top-level attribute.
func (p Path) Head() string { return p[0].Name }

// Equal tells whether two paths have the same steps.
func (p Path) Equal(q Path) bool {
	if len(p) != len(q) {
		return false
	}
	for i := range p {
		if p[i] != q[i] {
			return false
		}
	}
	return true
}

// String gives the path as the service shows it: "[a, [1], b]".
func (p Path) String() string {
	var b strings.Builder
	b.WriteByte('[')
	for i, s := range p {
		if i > 0 {
			b.WriteString(", ")
		}
		if s.IsIndex() {
			b.WriteString("[" + strconv.Itoa(s.Index) + "]")
		} else {
			b.WriteString(s.Name)
		}
	}
	b.WriteByte(']')
	return b.String()
}

// At gives the value that a path leads to, nil when there is none.
func (it Item) At(path Path) Value {
	v := it.Get(path[0].Name)
	for _, step := range path[1:] {
		v = v.step(step)
	}
	return v
}

func (v Value) step(s Step) Value {
	switch kind := v.Kind(); {
	case kind == Map && !s.IsIndex():
		return v.Entry(s.Name)
	case kind == List && s.IsIndex():
		return v.Index(s.Index)
	}
	return nil
}
