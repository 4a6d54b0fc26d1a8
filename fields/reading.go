package fields

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
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

	// order lists the attributes as they came in the items before, each once:
	// DynamoDB sends those of similar items in the same order.
	order []step
}

// A step is an attribute that is expected, and what of its field is needed to read
// it in the form in which DynamoDB sends it.
type step struct {
	field   *Field
	opening string                                       // what stands before its text, after a comma but for the first step
	scan    func(s *wire.Scanner, p unsafe.Pointer) bool // nil if that alone does not do
	offset  uintptr
	index   int
	padded  *padded // of a derived attribute whose facets are among the steps before, else nil
}

func (s *structure) begin() *reading {
	r, _ := s.readings.Get().(*reading)
	if r == nil {
		n := s.size
		r = &reading{structure: s, state: make([]state, n), texts: make([][]byte, n)}
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
	return r.scan.Left(), r.finish(base, asked)
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
	r.owed, r.err = 0, nil
	at := r.usual(base)
	if r.scan.Closing('}') {
		return nil
	}
	r.catchUp(at)
	for first := true; ; first = false {
		at = r.run(at, base)
		more, err := r.scan.More('}', first && at == 0)
		if err != nil || !more {
			return err
		}
		if at, err = r.member(at, base); err != nil {
			return err
		}
		if r.nested && r.err != nil {
			return r.err
		}
	}
}

// usual reads attributes while they are those of the steps, and returns the step
// that it did not take. It leaves the states alone: an item that ends there has
// nothing left to check.
func (r *reading) usual(base unsafe.Pointer) int {
	scan := r.scan
	for at := range r.order {
		s := &r.order[at]
		start := scan.Mark()
		if !scan.Prefix(s.opening) {
			return at
		}
		switch {
		case s.scan != nil && s.scan(scan, unsafe.Add(base, s.offset)):
		case s.padded != nil && r.scanPadded(s.field, base):
		default:
			scan.Back(start)
			return at
		}
	}
	return len(r.order)
}

// catchUp notes the states of the attributes that usual read.
func (r *reading) catchUp(at int) {
	r.restart()
	for i := range r.order[:at] {
		s := &r.order[i]
		r.state[s.index] = seen
		if s.padded != nil {
			r.state[s.index] = right
		}
	}
}

// run is usual for any step on, and for all that can be read in short.
//
// All attributes that were read are among the steps before: one that stands twice
// in an item is left to member.
func (r *reading) run(at int, base unsafe.Pointer) int {
	for ; at < len(r.order); at++ {
		f, start := r.order[at].field, r.scan.Mark()
		if f.scan == nil && !f.derived || !r.scan.Prefix(r.order[at].opening) {
			return at
		}
		if !r.short(f, base) {
			r.scan.Back(start)
			return at
		}
	}
	return at
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

// member reads one attribute where that of a step is expected. It returns the
// step behind that of the attribute.
func (r *reading) member(at int, base unsafe.Pointer) (int, error) {
	start := r.scan.Mark()
	var f *Field
	if at < len(r.order) {
		f = r.order[at].field
	}
	if f == nil || f.scan != nil || !r.scan.Expect(&f.label) {
		name, err := r.scan.Name()
		if err != nil {
			return at, err
		}
		if f = r.byName[string(name)]; f == nil {
			_, err := r.scan.Skip()
			return at, err
		}
	}
	err := r.attribute(f, wire.ScanSource(r.scan), base)
	if err == nil && r.state[f.index] == bad {
		// The value was left at an unknown place. It may be malformed behind that.
		r.scan.Back(start)
		if _, err = r.scan.Name(); err == nil {
			_, err = wire.ReadValue(r.scan)
		}
	}
	if err != nil {
		return at, err
	}
	return r.learn(at, f), nil
}

// learn puts the step of f, which came where another was expected, before that
// one. It returns the step behind it.
func (r *reading) learn(at int, f *Field) int {
	if at < len(r.order) && r.order[at].field == f {
		return at + 1
	}
	i := slices.IndexFunc(r.order, func(s step) bool { return s.field == f })
	if i >= at {
		return i + 1
	}
	if i >= 0 {
		r.order = slices.Delete(r.order, i, i+1)
		at--
	}
	r.order = slices.Insert(r.order, at, f.step())
	for i := range r.order {
		r.order[i].link(r.order[:i])
	}
	return at + 1
}

// step is f as an attribute that is expected.
func (f *Field) step() step {
	s := step{field: f, index: f.index}
	if f.where.hops == nil && !f.derived {
		s.scan, s.offset = f.scan, f.where.offset
	}
	return s
}

// link tells the step what is before it.
func (s *step) link(before []step) {
	s.opening = s.field.label.Opening()
	if len(before) == 0 {
		s.opening = s.opening[len(","):]
	}
	if s.padded = nil; s.field.derived && s.field.Template.padded.among(before) {
		s.padded = s.field.Template.padded
	}
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

// finish checks the derived attributes that were read, and returns the mistake.
func (r *reading) finish(base unsafe.Pointer, asked func(*Field) bool) error {
	if r.owed > 0 {
		r.settle(base, asked)
	}
	return r.err
}

func (r *reading) settle(base unsafe.Pointer, asked func(*Field) bool) {
	for _, f := range r.derived {
		if r.state[f.index] != seen {
			continue
		}
		if err := r.checkDerived(f, base, asked); err != nil {
			r.fail(f, err)
		}
	}
}
