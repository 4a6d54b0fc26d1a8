package fields

import (
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
	bad // its value did not fit
)

// A reading is the state of reading one item. Readings are used again.
type reading struct {
	*structure
	scan  wire.Scanner
	state []state  // by the field's index
	texts [][]byte // of the derived attributes
	made  []byte
	err   error // of the field that comes first
	first int   // that field

	// after guesses which attribute comes next: by the index of a field, the
	// one that came after it the last time. The last entry is for the first.
	// DynamoDB sends the attributes of similar items in the same order.
	after []*Field
}

func (s *structure) begin() *reading {
	r, _ := s.readings.Get().(*reading)
	if r == nil {
		n := len(s.fields)
		r = &reading{structure: s, state: make([]state, n), texts: make([][]byte, n), after: make([]*Field, n+1)}
	}
	clear(r.state)
	r.err, r.first = nil, len(s.fields)
	return r
}

// end puts the reading back for its next use.
func (r *reading) end() {
	r.scan.Reset(nil)
	r.readings.Put(r)
}

// readItem reads an item of the SDK's type into the struct at base.
func (s *structure) readItem(item map[string]types.AttributeValue, base unsafe.Pointer, asked func(*Field) bool) error {
	r := s.begin()
	defer r.end()
	for _, f := range s.fields {
		if av, ok := item[f.Name]; ok {
			if err := r.attribute(f, wire.ValueSource(av), base); err != nil {
				return s.malformed(err)
			}
		}
	}
	return r.finish(base, asked)
}

// readJSON reads the item at the front of json into the struct at base, and
// returns what follows it. A mistake in the JSON itself ends the reading; a
// value that does not fit is passed over.
func (s *structure) readJSON(json []byte, base unsafe.Pointer, asked func(*Field) bool) (rest []byte, err error) {
	r := s.begin()
	defer r.end()
	r.scan.Reset(json)
	if err := r.members(base); err != nil {
		return nil, s.malformed(err)
	}
	return json[r.scan.Pos():], r.finish(base, asked)
}

func (s *structure) malformed(err error) error {
	return fmt.Errorf("fields: item of Go type %s is malformed: %w", s.typ, err)
}

func (r *reading) members(base unsafe.Pointer) error {
	if err := r.scan.Begin('{'); err != nil {
		return err
	}
	last := len(r.fields) // index of the field that was read last
	for first := true; ; first = false {
		more, err := r.scan.More('}', first)
		if err != nil || !more {
			return err
		}
		if last, err = r.member(last, base); err != nil {
			return err
		}
	}
}

// member reads one attribute, which comes after that of the field last. It
// returns the index of its field, or last if there is none.
func (r *reading) member(last int, base unsafe.Pointer) (int, error) {
	start := r.scan.Mark()
	f := r.after[last]
	if f == nil || !r.scan.Expect(&f.label) {
		name, err := r.scan.Name()
		if err != nil {
			return last, err
		}
		if f = r.byName[string(name)]; f == nil {
			_, err := r.scan.Skip()
			return last, err
		}
		r.after[last] = f
	}
	err := r.attribute(f, wire.ScanSource(&r.scan), base)
	if err == nil && r.state[f.index] == bad {
		// The value was left at an unknown place.
		r.scan.Back(start)
		err = r.scan.SkipMember()
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
		r.texts[f.index], err = readText(src, r.texts[f.index][:0])
	} else {
		err = f.codec.get(src, f.where.reach(base))
	}
	if malformed, ok := errors.AsType[*wire.Error](err); ok {
		return malformed
	}
	if err != nil {
		r.fail(f, err)
	}
	return nil
}

const nameTwice = "a name stands twice in one object"

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

// fail remembers the mistake of the field that comes first in the struct.
func (r *reading) fail(f *Field, err error) {
	r.state[f.index] = bad
	if f.index < r.first {
		r.first, r.err = f.index, f.error(err)
	}
}

// finish checks the derived attributes that were read.
func (r *reading) finish(base unsafe.Pointer, asked func(*Field) bool) error {
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
