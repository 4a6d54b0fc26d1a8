package fields

import (
	"errors"
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/internal/wire"
)

// write writes the attributes of the struct at base into g.
func (s *structure) write(sink *wire.Sink, g *wire.Group, base unsafe.Pointer) error {
	for _, f := range s.fields {
		var err error
		switch {
		case f.Template != nil:
			err = f.writeDerived(sink, g, base)
		default:
			err = f.write(sink, g, base)
		}
		if err != nil {
			return f.error(err)
		}
	}
	return nil
}

func (f *Field) write(sink *wire.Sink, g *wire.Group, base unsafe.Pointer) error {
	p, ok := f.present(base)
	if !ok {
		return nil
	}
	sink.Name(g, f.Name)
	if f.key {
		if err := f.checkKey(p); err != nil {
			return err
		}
	}
	err := f.codec.put(sink, p)
	sink.Done(g)
	return err
}

// checkKey refuses the values that no key may have.
func (f *Field) checkKey(p unsafe.Pointer) error {
	if f.codec.facet.emptyName == "" {
		return nil
	}
	var buf [64]byte
	text, err := f.codec.appendText(buf[:0], p)
	if err != nil {
		return err
	}
	return f.codec.facet.checkKey(text)
}

var errEmptyKey = errors.New("key template makes the empty string, which cannot be in a key; give a facet a value, or add a literal")

// writeDerived writes what the template makes, or nothing if a facet is
// absent. What the Go field holds is not looked at.
func (f *Field) writeDerived(sink *wire.Sink, g *wire.Group, base unsafe.Pointer) error {
	mark := sink.Mark(g)
	sink.Name(g, f.Name)
	open := sink.Open(S)
	dst, present, err := f.Template.appendItem(open, base)
	if err == nil && present && f.key && len(dst) == len(open) {
		err = errEmptyKey
	}
	if err != nil {
		return err
	}
	if !present {
		sink.Undo(g, mark)
		return nil
	}
	sink.Close(S, dst, false)
	sink.Done(g)
	return nil
}

// A reading is the state of reading one item: which attributes were there, and
// the texts of the derived ones.
type reading struct {
	seen  []bool
	bad   []bool
	texts [][]byte // by the field's index
	made  []byte
	err   error // of the field that comes first
	first int
}

func (s *structure) begin() *reading {
	r, _ := s.states.Get().(*reading)
	if r == nil {
		n := len(s.fields)
		r = &reading{seen: make([]bool, n), bad: make([]bool, n), texts: make([][]byte, n)}
	}
	clear(r.seen)
	clear(r.bad)
	r.err, r.first = nil, len(s.fields)
	return r
}

// fail remembers the mistake of the field that comes first in the struct.
func (r *reading) fail(f *Field, err error) {
	r.bad[f.index] = true
	if f.index < r.first {
		r.first, r.err = f.index, f.error(err)
	}
}

// attribute reads one attribute into the struct at base.
func (r *reading) attribute(f *Field, src wire.Source, base unsafe.Pointer) {
	var err error
	if f.Template != nil {
		r.texts[f.index], err = readText(src, r.texts[f.index][:0])
	} else {
		err = f.codec.get(src, f.where.reach(base))
	}
	r.seen[f.index] = true
	if err != nil {
		r.fail(f, err)
	}
}

// readText appends the text of a string.
func readText(src wire.Source, dst []byte) ([]byte, error) {
	k, err := src.Open()
	if err != nil {
		return dst, err
	}
	if k != S {
		return dst, &kindError{got: k, want: S}
	}
	text, err := src.Text(k)
	if err != nil {
		return dst, err
	}
	return append(dst, text...), src.Close()
}

// finish checks the derived attributes against their facets and fills their
// fields. Asked says which attributes the read asked for; nil means all.
func (s *structure) finish(r *reading, base unsafe.Pointer, asked func(*Field) bool) error {
	for _, f := range s.derived {
		if r.seen[f.index] && !r.bad[f.index] {
			if err := s.derive(r, f, base, asked); err != nil {
				r.fail(f, err)
			}
		}
	}
	err := r.err
	s.states.Put(r)
	return err
}

func (s *structure) derive(r *reading, f *Field, base unsafe.Pointer, asked func(*Field) bool) error {
	text := r.texts[f.index]
	if f.fill != nil && !f.fill(f.Template, string(text), f.where.reach(base)) {
		return ErrStale
	}
	for _, part := range f.Template.parts {
		if part.Facet == nil {
			continue
		}
		facet := part.Facet.Field
		if r.bad[facet.index] || !r.seen[facet.index] && asked != nil && !asked(facet) {
			return nil
		}
		if !r.seen[facet.index] {
			return ErrStale
		}
	}
	made, present, err := f.Template.appendItem(r.made[:0], base)
	r.made = made
	if err != nil || !present || string(made) != string(text) {
		return ErrStale
	}
	return nil
}

// readItem reads an item of the SDK's type into the struct at base.
func (s *structure) readItem(item map[string]types.AttributeValue, base unsafe.Pointer, asked func(*Field) bool) error {
	r := s.begin()
	for _, f := range s.fields {
		if av, ok := item[f.Name]; ok {
			r.attribute(f, wire.ValueSource(av), base)
		}
	}
	return s.finish(r, base, asked)
}

// readJSON reads an item's JSON into the struct at base. A mistake in the JSON
// itself ends the reading; a value that does not fit is passed over.
func (s *structure) readJSON(scan *wire.Scanner, base unsafe.Pointer, asked func(*Field) bool) error {
	r := s.begin()
	if err := scan.Begin('{'); err != nil {
		return err
	}
	for first := true; ; first = false {
		more, err := scan.More('}', first)
		if err != nil {
			return err
		}
		if !more {
			return s.finish(r, base, asked)
		}
		name, err := scan.Name()
		if err != nil {
			return err
		}
		if err := s.readMember(r, name, scan, base); err != nil {
			return err
		}
	}
}

func (s *structure) readMember(r *reading, name []byte, scan *wire.Scanner, base unsafe.Pointer) error {
	f := s.byName[string(name)]
	if f == nil {
		_, err := scan.Skip()
		return err
	}
	start := scan.Mark()
	r.attribute(f, wire.ScanSource(scan), base)
	if !r.bad[f.index] {
		return nil
	}
	// The value was left at an unknown place.
	scan.Back(start)
	_, err := scan.Skip()
	return err
}
