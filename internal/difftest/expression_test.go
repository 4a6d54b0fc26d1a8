package difftest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A writer writes the expressions of one request.
type writer struct {
	r      *rand.Rand
	counts counts
	names  map[string]any
	values map[string]any
	// item is what a condition is probably about, nil for nothing.
	item item
	// avoid are the attributes that may not be named: a query's key in its
	// filter.
	avoid []string
	// reads and changes are the attributes that expressions mention and that
	// an update changes.
	reads, changes map[string]bool
}

func newWriter(r *rand.Rand, c counts, it item) *writer {
	return &writer{
		r: r, counts: c, item: it, names: map[string]any{}, values: map[string]any{},
		reads: map[string]bool{}, changes: map[string]bool{},
	}
}

// into puts the placeholders into a request.
func (w *writer) into(body map[string]any) {
	if len(w.names) > 0 {
		body["ExpressionAttributeNames"] = w.names
	}
	if len(w.values) > 0 {
		body["ExpressionAttributeValues"] = w.values
	}
}

// chance is true once in n times.
func (w *writer) chance(n int) bool { return w.r.IntN(n) == 0 }

// bare are names that need no placeholder.
var bare = []string{"p", "s", "g", "h", "t", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "x", "y"}

func (w *writer) name(name string) string {
	if slices.Contains(bare, name) && w.chance(2) {
		return name
	}
	for key, bound := range w.names {
		if bound == name {
			return key
		}
	}
	key := fmt.Sprintf("#n%d", len(w.names))
	w.names[key] = name
	return key
}

func (w *writer) value(v value) string {
	key := fmt.Sprintf(":v%d", len(w.values))
	w.values[key] = v
	return key
}

func (w *writer) path(p path) string {
	w.reads[p.head()] = true
	return w.place(p)
}

// place writes a path without taking note of it.
func (w *writer) place(p path) string {
	var b strings.Builder
	for i, step := range p {
		switch step := step.(type) {
		case string:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(w.name(step))
		case int:
			fmt.Fprintf(&b, "[%d]", step)
		}
	}
	return b.String()
}

// somePath gives a path of the item whose value is of a kind, or, with the kind
// "", of any; nil when there is none.
func (w *writer) somePath(kind string) path {
	var fitting []path
	for _, p := range w.item.paths() {
		if (kind == "" || w.item.at(p).kind() == kind) && !slices.Contains(w.avoid, p.head()) {
			fitting = append(fitting, p)
		}
	}
	if len(fitting) == 0 {
		return nil
	}
	return pick(w.r, fitting)
}

// absentPath gives a path that leads nowhere, probably.
func (w *writer) absentPath() path {
	p := path{pick(w.r, []string{"none", "v0", "v8", "v9"})}
	switch w.r.IntN(4) {
	case 0:
		return append(p, "x")
	case 1:
		return append(p, w.r.IntN(5))
	}
	return p
}

// anyPath gives one of the above.
func (w *writer) anyPath() path {
	if p := w.somePath(""); p != nil && !w.chance(5) {
		return p
	}
	return w.absentPath()
}

// projection writes a projection of paths that do not overlap.
func (w *writer) projection() string {
	var paths []string
	for _, head := range []string{"p", "s", "g", "t", "v0", "v1", "v4", "v8", "v9", "none"} {
		if !w.chance(3) {
			continue
		}
		p := path{head}
		for _, candidate := range w.item.paths() {
			if candidate.head() == head && w.chance(3) {
				p = candidate
			}
		}
		paths = append(paths, w.path(p))
	}
	if len(paths) == 0 {
		paths = []string{w.path(path{"v1"})}
	}
	return strings.Join(paths, ", ")
}
