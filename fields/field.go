package fields

import (
	"reflect"
	"unsafe"
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

	// WriteID says that the attribute takes a random value at each write.
	WriteID bool

	index    int // in its structure
	typ      reflect.Type
	owner    reflect.Type
	where    location
	codec    *codec // nil for a blank field
	derived  bool
	omitZero func(p unsafe.Pointer) bool // nil without the option
	key      bool                        // part of some key
	fill     func(t *Template, text string, p unsafe.Pointer) bool
}

// Integer reports whether the attribute is a number without a fraction.
func (f *Field) Integer() bool {
	return f.codec != nil && f.codec.kind == N && f.codec.facet.shape == shapeInteger
}

// Owner names the struct type that the field is in, as error texts do.
func (f *Field) Owner() string { return f.owner.String() }

// CheckKey refuses the values that no key may have: the nil UUID, the zero time
// and the empty string.
func (f *Field) CheckKey(v Value) error {
	if f.codec == nil {
		return nil
	}
	if err := f.codec.facet.checkKey([]byte(v.text)); err != nil {
		return f.error(err)
	}
	return nil
}

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
	p, ok := f.where.at(base)
	switch {
	case !ok, f.omitZero != nil && f.omitZero(p), f.codec.absent != nil && f.codec.absent(p):
		return nil, false
	}
	return p, true
}

// error wraps what went wrong with the attribute.
func (f *Field) error(err error) error {
	return &ValueError{Struct: f.owner.String(), Field: f.GoName, Attribute: f.Name, Err: err}
}

// zeroTest returns the test of the option omitzero: the type's own method
// IsZero, or whether all bytes are zero.
func zeroTest(t reflect.Type) func(unsafe.Pointer) bool {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[interface{ IsZero() bool }]()) && t.Kind() != reflect.Interface {
		view := asInterface[interface{ IsZero() bool }](t)
		if t.Kind() == reflect.Pointer {
			return func(p unsafe.Pointer) bool { return deref(p) == nil || view(p).IsZero() }
		}
		return func(p unsafe.Pointer) bool { return view(p).IsZero() }
	}
	switch t.Kind() {
	case reflect.Bool, reflect.Int8, reflect.Uint8:
		return func(p unsafe.Pointer) bool { return *(*uint8)(p) == 0 }
	case reflect.Int, reflect.Int64, reflect.Uint, reflect.Uint64:
		return func(p unsafe.Pointer) bool { return *(*uint64)(p) == 0 }
	case reflect.String:
		return func(p unsafe.Pointer) bool { return *(*string)(p) == "" }
	case reflect.Pointer, reflect.Map:
		return func(p unsafe.Pointer) bool { return deref(p) == nil }
	case reflect.Slice:
		return func(p unsafe.Pointer) bool { return (*sliceHeader)(p).data == nil }
	}
	return func(p unsafe.Pointer) bool { return reflect.NewAt(t, p).Elem().IsZero() }
}
