package fields

import (
	"bytes"
	"errors"
	"fmt"
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/internal/wire"
)

// A state says what became of an attribute in a reading.
type state byte

const (
	unseen state = iota
	seen
	right // it is derived, and what its template makes
	bad   // its value did not fit
)

// A reading is the state of reading one item. Readings are used again.
type reading struct {
	*structure
	scan  *wire.Scanner
	own   wire.Scanner // of an item
	state []state      // by the field's index
	texts [][]byte     // of the derived attributes, in memory that belongs to the item
	made  []byte
	owed  int   // how many derived attributes are still to be checked
	err   error // of the field that comes first
	first int   // that field

	// after guesses which attribute comes next: by the index of a field, the
	// one that came after it the last time. The last entry is for the first.
	// DynamoDB sends the attributes of similar items in the same order.
	after []guess
}

// A guess is the field of the attribute that may come next, and what of the
// field is needed to read it in the form in which DynamoDB sends it.
type guess struct {
	field  *Field
	next   string // what stands before its text, see wire.Label
	scan   func(s *wire.Scanner, p unsafe.Pointer) bool
	offset uintptr
	index  int
}

func (s *structure) begin() *reading {
	r, _ := s.readings.Get().(*reading)
	if r == nil {
		n := s.size
		r = &reading{structure: s, state: make([]state, n), texts: make([][]byte, n), after: make([]guess, n+1)}
	}
	r.restart()
	return r
}

// restart begins another item.
func (r *reading) restart() {
	clear(r.state)
	r.owed, r.err, r.first = 0, nil, r.size
}

// end puts the reading back for its next use.
func (r *reading) end() {
	r.scan = nil
	r.own.Reset(nil)
	r.own.Forget()
	for _, f := range r.derived {
		r.texts[f.index] = nil
	}
	r.readings.Put(r)
}

// readItem reads an item of the SDK's type into the struct at base.
func (s *structure) readItem(item map[string]types.AttributeValue, base unsafe.Pointer, asked func(*Field) bool) error {
	r := s.begin()
	defer r.end()
	for _, f := range s.fields {
		av, ok := item[f.Name]
		if !ok {
			continue
		}
		if text, ok := wire.ShortText(av, f.Kind); ok && f.scalar {
			r.typed(f, text, base)
		} else if err := r.attribute(f, wire.ValueSource(av), base); err != nil {
			return s.malformed(err)
		}
	}
	return r.finish(base, asked)
}

// typed reads an attribute with the text of a value in the SDK's form, which
// nobody changes.
func (r *reading) typed(f *Field, text string, base unsafe.Pointer) {
	r.state[f.index] = seen
	var err error
	switch c := f.codec; {
	case f.derived:
		r.texts[f.index] = wire.Bytes(text)
		r.owed++
	case c.keep != nil:
		err = c.keep(text, f.where.reach(base))
	default:
		err = c.parseText(wire.Bytes(text), f.where.reach(base))
	}
	if err != nil {
		r.fail(f, err)
	}
}

// item reads the item at the front of json into the struct at base, and returns
// what follows it. A mistake in the JSON itself ends the reading; a value that
// does not fit is passed over.
func (r *reading) item(json []byte, base unsafe.Pointer, asked func(*Field) bool) (rest []byte, err error) {
	r.scan = &r.own
	r.scan.Reset(json)
	if err := r.members(base); err != nil {
		return nil, r.malformed(err)
	}
	return json[r.scan.Pos():], r.finish(base, asked)
}

func (s *structure) malformed(err error) error {
	return fmt.Errorf("fields: item of Go type %s is malformed: %w", s.typ, err)
}

// members reads the attributes of an item, or of a struct in one up to the first
// that does not fit.
func (r *reading) members(base unsafe.Pointer) error {
	if err := r.scan.Begin('{'); err != nil {
		return err
	}
	none := r.size
	last := r.run(none, true, base)
	first := last == none
	for {
		more, err := r.scan.More('}', first)
		if err != nil || !more {
			return err
		}
		if last, err = r.member(last, base); err != nil {
			return err
		}
		if r.nested && r.err != nil {
			return r.err
		}
		last, first = r.run(last, false, base), false
	}
}

// run reads attributes while each is the one that came after that of the field
// last the last time, and returns the index of the last one's field. First says
// that none was read yet.
func (r *reading) run(last int, first bool, base unsafe.Pointer) int {
	scan := r.scan
	for {
		g := &r.after[last]
		if g.field == nil || r.state[g.index] != unseen {
			return last
		}
		next := g.next
		if first {
			next = next[1:]
		}
		start := scan.Mark()
		if !scan.Prefix(next) {
			return last
		}
		if g.scan != nil {
			if !g.scan(scan, unsafe.Add(base, g.offset)) {
				scan.Back(start)
				return last
			}
			r.state[g.index] = seen
		} else if !r.short(g.field, base) {
			scan.Back(start)
			return last
		}
		last, first = g.index, false
	}
}

// guess is f as the attribute that may come next.
func (f *Field) guess() guess {
	g := guess{field: f, next: f.label.Opening(), index: f.index}
	if f.where.hops == nil && !f.derived {
		g.scan, g.offset = f.scan, f.where.offset
	}
	return g
}

// short reads what is left of the attribute of f behind its opening, in the form
// in which DynamoDB sends it. If it cannot it leaves everything to member.
func (r *reading) short(f *Field, base unsafe.Pointer) bool {
	switch {
	case f.derived && r.scanDerived(f, base), f.scan != nil && f.scan(r.scan, f.where.reach(base)):
		r.state[f.index] = max(r.state[f.index], seen)
		return true
	}
	return false
}

// member reads one attribute, which comes after that of the field last. It
// returns the index of its field, or last if there is none.
func (r *reading) member(last int, base unsafe.Pointer) (int, error) {
	start := r.scan.Mark()
	f := r.after[last].field
	if f == nil || f.scan != nil || !r.scan.Expect(&f.label) {
		name, err := r.scan.Name()
		if err != nil {
			return last, err
		}
		if f = r.byName[string(name)]; f == nil {
			_, err := r.scan.Skip()
			return last, err
		}
		r.after[last] = f.guess()
	}
	err := r.attribute(f, wire.ScanSource(r.scan), base)
	if err == nil && r.state[f.index] == bad {
		// The value was left at an unknown place. It may be malformed behind that.
		r.scan.Back(start)
		if _, err = r.scan.Name(); err == nil {
			_, err = wire.ReadValue(r.scan)
		}
	}
	return f.index, err
}

// attribute reads one attribute into the struct at base. It fails only if the
// value is malformed; one that does not fit makes the field bad.
func (r *reading) attribute(f *Field, src wire.Source, base unsafe.Pointer) error {
	if r.state[f.index] != unseen {
		return src.Malformed(nameTwice)
	}
	r.state[f.index] = seen
	var err error
	if f.derived {
		r.texts[f.index], err = readText(src)
		r.owed++
	} else {
		err = f.codec.get(src, f.where.reach(base))
	}
	if err == nil {
		return nil
	}
	if malformed, ok := errors.AsType[*wire.Error](err); ok {
		return malformed
	}
	r.fail(f, err)
	return nil
}

const nameTwice = "a name stands twice in one object"

// readText returns a copy of the text of a string.
func readText(src wire.Source) ([]byte, error) {
	k, err := src.Open()
	if err != nil {
		return nil, err
	}
	if k != S {
		return nil, &kindError{got: k, want: S}
	}
	text, err := src.Text(k)
	if err != nil {
		return nil, err
	}
	return bytes.Clone(text), src.Close()
}

// fail remembers the mistake of the field that comes first in the struct.
func (r *reading) fail(f *Field, err error) {
	r.state[f.index] = bad
	if f.index < r.first {
		r.first, r.err = f.index, f.error(err)
	}
}

// finish checks the derived attributes that were read.
func (r *reading) finish(base unsafe.Pointer, asked func(*Field) bool) error {
	if r.owed == 0 {
		return r.err
	}
	for _, f := range r.derived {
		if r.state[f.index] != seen {
			continue
		}
		if err := r.checkDerived(f, base, asked); err != nil {
			r.fail(f, err)
		}
	}
	return r.err
}
