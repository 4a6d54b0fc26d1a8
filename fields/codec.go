package fields

import (
	"errors"
	"reflect"
	"time"
	"unsafe"

	"example.com/ddb/internal/wire"
)

// A codec stores values of one Go type as attribute values. It is compiled
// once for a type and used from many goroutines. The pointers that its
// functions take point to a value of that type.
//
// A codec of a scalar kind has appendText and parseText; any other has write
// and read.
type codec struct {
	typ      reflect.Type
	form     string // how values are stored, see Field.SameForm; "" for a derived attribute
	kind     Kind   // "" if it depends on the value
	opening  string // what stands before the text of a scalar
	verbatim bool   // every text that parseText takes is written again as it is
	plain    bool   // the text never needs an escape in JSON

	appendText func(dst []byte, p unsafe.Pointer) ([]byte, error)
	parseText  func(text []byte, p unsafe.Pointer) error

	write func(sink *wire.Sink, p unsafe.Pointer) error
	read  func(src wire.Source, k Kind, p unsafe.Pointer) error

	// absent, where it is not nil, says that there is no value: a nil pointer,
	// slice or map, or an empty set. An attribute is left out then, and an
	// element of a list or map is NULL.
	absent func(p unsafe.Pointer) bool

	// check, where it is not nil, refuses values that are not written although
	// their text is well formed: an enum value that is not declared.
	check func(p unsafe.Pointer) error

	// keep, where it is not nil, is parseText of a text that is the value's to
	// keep.
	keep func(text string, p unsafe.Pointer) error

	// scan, where it is not nil, reads what is left of a scalar behind its
	// opening, if that is written as DynamoDB does. It is false for what is
	// written otherwise or does not fit: get tells which.
	scan func(s *wire.Scanner, p unsafe.Pointer) bool

	// integer, where it is not nil, is the number whose decimal digits are the
	// text of the value at p.
	integer func(p unsafe.Pointer) int64

	facet   facetRule
	custom  bool          // registered by the program
	brief   bool          // appendText and check do not keep the pointer that they take
	unit    time.Duration // of times, what is kept of them; 0 for all
	pointer bool          // values are pointers to elem's
	elem    *codec        // of a pointer, list, set or map
	key     *codec        // of a map
	sub     *structure    // of a nested struct
}

// scalar reports whether values have a text.
func (c *codec) scalar() bool { return c.appendText != nil }

var (
	errAbsent = errors.New("there is no value to store; use Remove to take the attribute away")
	errNull   = errors.New("stored value is NULL, which the field cannot hold; use a pointer")
)

// put writes the value at p, which is not absent.
func (c *codec) put(sink *wire.Sink, p unsafe.Pointer) error {
	if err := sink.Room(); err != nil {
		return err
	}
	if !c.scalar() {
		return c.write(sink, p)
	}
	dst, err := c.text(sink.Open(c.kind), p)
	sink.Close(c.kind, dst, c.plain)
	return err
}

// text appends the text of the scalar at p, which has to be a declared value.
func (c *codec) text(dst []byte, p unsafe.Pointer) ([]byte, error) {
	if c.check != nil {
		if err := c.check(p); err != nil {
			return dst, err
		}
	}
	return c.appendText(dst, p)
}

// putElement writes the value at p where a place cannot be left out.
func (c *codec) putElement(sink *wire.Sink, p unsafe.Pointer) error {
	switch {
	case c.absent == nil || !c.absent(p):
		return c.put(sink, p)
	case c.kind.Element() != "":
		return errEmptySet
	}
	sink.Null()
	return sink.Room()
}

// get reads src into p.
func (c *codec) get(src wire.Source, p unsafe.Pointer) error {
	if c.scan != nil && c.getShort(src.Scanner(), p) {
		return nil
	}
	if text, ok := src.Short(c.kind); ok && c.scalar() {
		return c.parse(src, text, p)
	}
	k, err := src.Open()
	if err != nil {
		return err
	}
	if k != "" && (k == c.kind || c.kind == "") {
		err = c.getKind(src, k, p)
	} else {
		err = c.getOther(src, k, p)
	}
	if err != nil {
		return err
	}
	return src.Close()
}

// getShort reads the value that comes next, if that is a scalar in the form in
// which DynamoDB sends it. If it cannot it leaves everything to get.
func (c *codec) getShort(scan *wire.Scanner, p unsafe.Pointer) bool {
	if scan == nil {
		return false
	}
	start := scan.Mark()
	if scan.Prefix(c.opening) && c.scan(scan, p) {
		return true
	}
	scan.Back(start)
	return false
}

// scanText is scan by means of parseText.
func (c *codec) scanText(s *wire.Scanner, p unsafe.Pointer) bool {
	text, _, ok := s.Plain()
	return ok && c.parseText(text, p) == nil
}

// getKind reads a value that was opened and is of the codec's kind.
func (c *codec) getKind(src wire.Source, k Kind, p unsafe.Pointer) error {
	if !c.scalar() {
		return c.read(src, k, p)
	}
	text, err := src.Text(k)
	if err != nil {
		return err
	}
	return c.parse(src, text, p)
}

// parse reads a text that src passed on.
func (c *codec) parse(src wire.Source, text []byte, p unsafe.Pointer) error {
	if c.keep != nil {
		return c.keep(src.Keep(text), p)
	}
	return c.parseText(text, p)
}

// getOther reads a value of another kind.
func (c *codec) getOther(src wire.Source, k Kind, p unsafe.Pointer) error {
	switch {
	case k != NULL:
		return &kindError{got: k, want: c.kind}
	case c.absent == nil || c.kind.Element() != "":
		return errNull
	}
	reflect.NewAt(c.typ, p).Elem().SetZero()
	_, err := src.Text(NULL)
	return err
}

// nilTest is the test for nil of a type that has it, else nil. The first word
// of a slice, map, pointer or interface is nil if and only if the value is.
func nilTest(t reflect.Type) func(unsafe.Pointer) bool {
	switch t.Kind() {
	case reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface, reflect.Func, reflect.Chan:
		return func(p unsafe.Pointer) bool { return deref(p) == nil }
	}
	return nil
}
