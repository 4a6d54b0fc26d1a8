package attribute_test

import (
	"bytes"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"example.com/ddb/internal/engine/attribute"
)

func paths() *rapid.Generator[attribute.Path] {
	name := rapid.Map(rapid.StringMatching(`[abc]{1,2}`), attribute.ByName)
	step := rapid.OneOf(name, rapid.Map(rapid.IntRange(0, 4), attribute.ByIndex))
	return rapid.Custom(func(t *rapid.T) attribute.Path {
		head := name.Draw(t, "head")
		return append(attribute.Path{head}, rapid.SliceOfN(step, 0, 2).Draw(t, "steps")...)
	})
}

// apart draws paths of which none is, or lies in, another, and which agree on
// what is a map and what is a list.
func apart(t *rapid.T) []attribute.Path {
	var out []attribute.Path
	for _, p := range rapid.SliceOfN(paths(), 1, 5).Draw(t, "paths") {
		if !slices.ContainsFunc(out, func(q attribute.Path) bool { return clash(p, q) }) {
			out = append(out, p)
		}
	}
	return out
}

func clash(p, q attribute.Path) bool {
	for i := range min(len(p), len(q)) {
		if p[i].IsIndex() != q[i].IsIndex() {
			return true
		}
		if p[i] != q[i] {
			return false
		}
	}
	return true
}

func at(m model, path attribute.Path) (model, bool) {
	for _, s := range path {
		switch c := m.(type) {
		case map[string]model:
			e, ok := c[s.Name]
			if s.IsIndex() || !ok {
				return nil, false
			}
			m = e
		case []model:
			if !s.IsIndex() || s.Index >= len(c) {
				return nil, false
			}
			m = c[s.Index]
		default:
			return nil, false
		}
	}
	return m, true
}

func TestAtFollowsAPath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := items().Draw(t, "item")
		path := paths().Draw(t, "path")
		want, ok := at(m, path)
		got := attribute.Item(encode(nil, m)).At(path)
		if (got != nil) != ok || ok && !same(decode(got), want) {
			t.Fatalf("At(%v, %s)\n got: %#v\nwant: %v, %v", m, path, got, want, ok)
		}
	})
}

// project keeps of a model what the paths lead to.
func project(m model, all []attribute.Path) (model, bool) {
	var inside []attribute.Path
	for _, p := range all {
		if len(p) == 0 {
			return m, true
		}
		inside = append(inside, p)
	}
	rest := func(s attribute.Step) []attribute.Path {
		var out []attribute.Path
		for _, p := range inside {
			if p[0] == s {
				out = append(out, p[1:])
			}
		}
		return out
	}
	switch c := m.(type) {
	case map[string]model:
		out := map[string]model{}
		for name, e := range c {
			if below := rest(attribute.ByName(name)); below != nil {
				if kept, ok := project(e, below); ok {
					out[name] = kept
				}
			}
		}
		return out, len(out) > 0
	case []model:
		out := []model{}
		for i, e := range c {
			if below := rest(attribute.ByIndex(i)); below != nil {
				if kept, ok := project(e, below); ok {
					out = append(out, kept)
				}
			}
		}
		return out, len(out) > 0
	}
	return nil, false
}

func TestProjectionKeepsWhatThePathsLeadTo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := items().Draw(t, "item")
		all := apart(t)
		want, _ := project(m, all)
		got := attribute.NewProjection(all).Of(encode(nil, m))
		if !same(decode(attribute.Value(got)), want) {
			t.Fatalf("%v of %v\n got: %v\nwant: %v", all, m, decode(attribute.Value(got)), want)
		}
	})
}

func TestACoveringProjectionKeepsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := items().Draw(t, "item")
		names := rapid.SliceOf(rapid.StringMatching(`[abc]{1,2}`)).Draw(t, "names")
		p := attribute.NameProjection(names)
		want := true
		for name := range m {
			want = want && slices.Contains(names, name)
		}
		it := attribute.Item(encode(nil, m))
		if got := p.Covers(it); got != want {
			t.Fatalf("Covers(%v, %v)\n got: %v\nwant: %v", names, m, got, want)
		}
		if kept := p.Of(it); want && !attribute.Equal(attribute.Value(kept), attribute.Value(it)) {
			t.Fatalf("%v of %v is %v", names, m, decode(attribute.Value(kept)))
		}
	})
}

func TestOnlyWholeAttributesCover(t *testing.T) {
	it := attribute.Item(encode(nil, map[string]model{"a": map[string]model{"x": "1", "y": "2"}}))
	nested := attribute.NewProjection([]attribute.Path{{attribute.ByName("a"), attribute.ByName("x")}})
	if nested.Covers(it) {
		t.Error("a part of an attribute covers all of it")
	}
	if whole := attribute.NewProjection([]attribute.Path{{attribute.ByName("a")}}); !whole.Covers(it) {
		t.Error("an attribute does not cover itself")
	}
}

func clone(m model) model {
	switch m := m.(type) {
	case map[string]model:
		out := maps.Clone(m)
		for name, e := range out {
			out[name] = clone(e)
		}
		return out
	case []model:
		out := slices.Clone(m)
		for i, e := range out {
			out[i] = clone(e)
		}
		return out
	}
	return m
}

// TestDocumentChangesOneValue compares single changes with a plain tree.
func TestDocumentChangesOneValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := items().Draw(t, "item")
		path := paths().Draw(t, "path")
		want := clone(m).(map[string]model)
		d := attribute.NewDocument(encode(nil, m))
		remove := rapid.Bool().Draw(t, "remove")
		var got bool
		if remove {
			got = d.Remove(path)
		} else {
			got = d.Set(path, encode(nil, "new"))
		}
		ok := change(want, path, remove)
		if got != ok {
			t.Fatalf("%s of %v\n got: %v\nwant: %v", path, m, got, ok)
		}
		if after := decode(attribute.Value(d.Item())); ok && !same(after, want) {
			t.Fatalf("%s of %v\n got: %v\nwant: %v", path, m, after, want)
		}
	})
}

// change sets "new" at a path of a model, or removes what is there.
func change(m map[string]model, path attribute.Path, remove bool) bool {
	var parent model = m
	if len(path) > 1 {
		var ok bool
		if parent, ok = at(m, path[:len(path)-1]); !ok {
			return false
		}
	}
	last := path[len(path)-1]
	switch c := parent.(type) {
	case map[string]model:
		if last.IsIndex() {
			return false
		}
		if remove {
			delete(c, last.Name)
		} else {
			c[last.Name] = "new"
		}
		return true
	case []model:
		if !last.IsIndex() {
			return false
		}
		switch {
		case last.Index < len(c) && remove:
			replaceList(m, path, slices.Delete(c, last.Index, last.Index+1))
		case last.Index < len(c):
			c[last.Index] = "new"
		case !remove:
			replaceList(m, path, append(c, "new"))
		}
		return true
	}
	return false
}

// replaceList puts a list in the place of the one that a path's last step goes
// into.
func replaceList(m map[string]model, path attribute.Path, list []model) {
	above, last := path[:len(path)-2], path[len(path)-2]
	var parent model = m
	if len(above) > 0 {
		parent, _ = at(m, above)
	}
	switch c := parent.(type) {
	case map[string]model:
		c[last.Name] = list
	case []model:
		c[last.Index] = list
	}
}

func TestDocumentIndexesAreThoseBeforeTheFirstChange(t *testing.T) {
	list := []model{"0", "1", "2", "3", "4"}
	d := attribute.NewDocument(encode(nil, map[string]model{"l": list}))
	index := func(i int) attribute.Path { return attribute.Path{attribute.ByName("l"), attribute.ByIndex(i)} }
	d.Remove(index(0))
	d.Set(index(9), encode(nil, "b"))
	d.Remove(index(3))
	d.Set(index(2), encode(nil, "x"))
	d.Set(index(7), encode(nil, "a"))
	d.Remove(index(50))
	got := decode(attribute.Value(d.Item()))
	if want := (map[string]model{"l": []model{"1", "x", "4", "a", "b"}}); !same(got, want) {
		t.Errorf("\n got: %v\nwant: %v", got, want)
	}
}

// TestDocumentTakesSeveralChanges sets and removes attributes in any order.
func TestDocumentTakesSeveralChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := items().Draw(t, "item")
		want := clone(m).(map[string]model)
		d := attribute.NewDocument(encode(nil, m))
		for _, name := range rapid.SliceOfDistinct(rapid.StringMatching("[a-e]{1,2}"), rapid.ID).Draw(t, "names") {
			path := attribute.Path{attribute.ByName(name)}
			old, there := m[name]
			if was := d.Was(path); (was != nil) != there || there && !same(decode(was), old) {
				t.Fatalf("%s of %v was %x", name, m, was)
			}
			if rapid.Bool().Draw(t, "remove") {
				d.Remove(path)
				delete(want, name)
			} else {
				d.Set(path, encode(nil, "new"))
				want[name] = "new"
			}
		}
		got := d.Item()
		if after := decode(attribute.Value(got)); !same(after, want) || !bytes.Equal(got, encode(nil, want)) {
			t.Fatalf("changes of %v\n got: %v\nwant: %v", m, after, want)
		}
	})
}
