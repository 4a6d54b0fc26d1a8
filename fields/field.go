package fields

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"example.com/ddb/internal/wire"
)

// A Field is one attribute of an item, and the struct field that holds it.
type Field struct {
	// Name is the attribute name.
	Name string

	// GoName is the struct field's name, "_" for a blank field.
	GoName string

	// Kind is the attribute type, "" if it depends on the value.
	Kind Kind

	// Roles are the parts that the attribute plays in keys.
	Roles []Role

	// Template is the key template of a derived attribute, else nil.
	Template *Template

	// Duty is what the attribute is kept for, "" for nothing but its value.
	Duty Duty

	index    int // in its structure
	typ      reflect.Type
	in       *structure
	where    location
	label    wire.Label
	codec    *codec                                       // nil if the field is mistaken
	scan     func(s *wire.Scanner, p unsafe.Pointer) bool // the codec's
	path     Path                                         // to the attribute itself
	derived  bool
	scalar   bool                        // the value has a text
	plain    bool                        // which never needs an escape in JSON
	omitZero func(p unsafe.Pointer) bool // nil without the option
	always   bool                        // there is always a value, at the field's offset
	direct   bool                        // and its text stands between quotes as it is
}

// primary reports whether the attribute is part of the table's primary key.
func (f *Field) primary() bool {
	return slices.ContainsFunc(f.Roles, func(r Role) bool { return r.Index == "" })
}

// Blank reports whether the struct field is blank: no code reads or sets it.
func (f *Field) Blank() bool { return f.GoName == "_" || strings.HasSuffix(f.GoName, "._") }

// Integer reports whether the attribute is a number without a fraction.
func (f *Field) Integer() bool { return f.codec.facet.shape == shapeInteger }

// Plain reports whether no value's text needs an escape in JSON.
func (f *Field) Plain() bool { return f.plain }

// Owner names the struct type that the field is in, as error texts do.
func (f *Field) Owner() string { return f.in.typ.String() }

// CheckKey refuses the values that no key may have: the nil UUID, the zero time
// and the empty string.
func (f *Field) CheckKey(v Value) error {
	if err := f.codec.facet.checkKey([]byte(v.text)); err != nil {
		return f.error(err)
	}
	return nil
}

// TakesKey reports whether CheckKey takes the value of that text.
func (f *Field) TakesKey(text []byte) bool { return f.codec.facet.checkKey(text) == nil }

// A location leads from a struct to one of its fields, through embedded
// structs, of which some may be embedded by pointer.
type location struct {
	offset uintptr // in the struct, or in the last struct pointed to
	hops   []hop
}

// A hop is a pointer to an embedded struct.
type hop struct {
	offset uintptr
	typ    reflect.Type // of the struct
}

// at is where the field lies in the struct at base. It is not ok if a nil
// pointer is in the way.
func (l *location) at(base unsafe.Pointer) (unsafe.Pointer, bool) {
	for _, h := range l.hops {
		base = deref(unsafe.Add(base, h.offset))
		if base == nil {
			return nil, false
		}
	}
	return unsafe.Add(base, l.offset), true
}

// reach is at that makes the embedded structs that are missing.
func (l *location) reach(base unsafe.Pointer) unsafe.Pointer {
	if l.hops == nil {
		return unsafe.Add(base, l.offset)
	}
	return l.leap(base)
}

func (l *location) leap(base unsafe.Pointer) unsafe.Pointer {
	for _, h := range l.hops {
		p := unsafe.Add(base, h.offset)
		if base = deref(p); base == nil {
			base = allocate(h.typ, p)
		}
	}
	return unsafe.Add(base, l.offset)
}

// present is where the field's value lies, if there is one to store.
func (f *Field) present(base unsafe.Pointer) (unsafe.Pointer, bool) {
	if f.always {
		return unsafe.Add(base, f.where.offset), true
	}
	p, ok := f.where.at(base)
	switch {
	case !ok, f.omitZero != nil && f.omitZero(p), f.codec.absent != nil && f.codec.absent(p):
		return nil, false
	}
	return p, true
}

// error wraps what went wrong with the attribute. The path inside an attribute
// is text; the attribute itself is told as data too.
func (f *Field) error(err error) error {
	if f.in.nested {
		return fmt.Errorf("%s.%s: attribute %q: %w", f.Owner(), f.GoName, f.Name, err)
	}
	return &ValueError{Struct: f.Owner(), Field: f.GoName, Attribute: f.Name, Err: err}
}

type zeroer interface{ IsZero() bool }

// zeroTest returns the test of the option omitzero, which is that of
// encoding/json: the type's own method IsZero, or else the zero value.
func zeroTest(t reflect.Type) func(unsafe.Pointer) bool {
	isZeroer := reflect.TypeFor[zeroer]()
	switch {
	case t.Kind() == reflect.Pointer && t.Implements(isZeroer):
		elem := zeroTest(t.Elem())
		return func(p unsafe.Pointer) bool { return deref(p) == nil || elem(deref(p)) }
	case reflect.PointerTo(t).Implements(isZeroer):
		view := asInterface[zeroer](t)
		return func(p unsafe.Pointer) bool { return view(p).IsZero() }
	case t.Kind() == reflect.String:
		return func(p unsafe.Pointer) bool { return *(*string)(p) == "" }
	}
	return func(p unsafe.Pointer) bool { return reflect.NewAt(t, p).Elem().IsZero() }
}
