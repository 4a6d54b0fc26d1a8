package ddbtable

import (
	"errors"
	"slices"

	"example.com/ddb/fields"
)

// A projection is what a read asks for; the zero projection is everything.
type projection struct {
	paths []*fields.Path
	some  bool
	has   func(name string) bool // what the index has; nil if all
	small bool                   // of a view: derived attributes are read to be checked only if they are asked for
	err   error
}

func project[T any](attributes []AnyAttribute[T]) projection {
	p := projection{some: true, paths: make([]*fields.Path, 0, len(attributes))}
	if len(attributes) == 0 {
		p.err = planErrorf("Project has no attributes; name some, or leave it out to read all")
	}
	for _, a := range attributes {
		path, err := targetOf(a)
		if err != nil {
			p.err = errors.Join(p.err, err)
			continue
		}
		p.paths = append(p.paths, path)
	}
	return p
}

// lasting appends the paths of handles that lead to attributes as a whole. It is
// not ok if there is another one, or nothing, or more than few has room for.
func lasting[T any](few []*fields.Path, attributes []AnyAttribute[T]) (_ []*fields.Path, ok bool) {
	defer func() { ok = recover() == nil && ok }() // of nil: see absent
	if len(attributes) > cap(few) {
		return nil, false
	}
	for _, a := range attributes {
		path, err := a.target(nil)
		if err != nil || len(path.Steps()) > 0 {
			return nil, false
		}
		few = append(few, path)
	}
	return few, true
}

// asked reports whether the caller asked for the attribute, or for a part of
// it.
func (p projection) asked(f *fields.Field) bool {
	return !p.some || slices.ContainsFunc(p.paths, func(path *fields.Path) bool { return path.Field() == f })
}

// write appends the text that asks for the projection, the keys in it, and
// the facets of every derived attribute in it. It appends nothing for
// everything.
func (p projection) write(w *writer, keys []*fields.Field) {
	if !p.some {
		return
	}
	var few [8]*fields.Field
	start, seen := len(w.buf), few[:0]
	comma := func() {
		if len(w.buf) > start {
			w.string(", ")
		}
	}
	var room [12]*fields.Field
	for _, f := range p.wholes(room[:0], keys) {
		if !slices.Contains(seen, f) {
			seen = append(seen, f)
			comma()
			w.name(f.Name)
		}
	}
	for i, path := range p.paths {
		if !slices.Contains(seen, path.Field()) && !p.covered(i) {
			comma()
			w.path(path)
		}
	}
}

// reads is what reading an item takes for asked for, nil for everything.
func (p projection) reads(keys []*fields.Field) func(*fields.Field) bool {
	if !p.some {
		return nil
	}
	wholes := p.wholes(nil, keys)
	return func(f *fields.Field) bool { return slices.Contains(wholes, f) }
}

// wholes appends the attributes that are read as a whole, some of them twice.
func (p projection) wholes(all, keys []*fields.Field) []*fields.Field {
	all = append(all, keys...)
	for _, path := range p.paths {
		if len(path.Steps()) == 0 {
			all = append(all, path.Field())
		}
	}
	for _, f := range all {
		if f.Template == nil || p.small && !p.asked(f) {
			continue
		}
		for _, facet := range facetsOf(f) {
			if p.has == nil || p.has(facet.Name) {
				all = append(all, facet)
			}
		}
	}
	return all
}

// covered reports whether another path of the projection is the same as the
// i-th, or leads to something around it: DynamoDB refuses paths that overlap.
func (p projection) covered(i int) bool {
	steps := p.paths[i].Steps()
	for j, other := range p.paths {
		outer := other.Steps()
		if j == i || other.Field() != p.paths[i].Field() || len(outer) > len(steps) {
			continue
		}
		if slices.Equal(outer, steps[:len(outer)]) && (len(outer) < len(steps) || j < i) {
			return true
		}
	}
	return false
}
