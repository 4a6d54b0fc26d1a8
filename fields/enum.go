package fields

import (
	"fmt"
	"reflect"
	"unsafe"

	"example.com/ddb/internal/wire"
)

// A validator knows which of its values are declared.
type validator interface{ Valid() bool }

// isEnum reports whether t has a method Valid, on its values or on pointers to
// them.
func isEnum(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[validator]())
}

// checkEnum makes the codec of an enum-like type, stored as a scalar, write
// and read only values that the type's method Valid accepts.
//
// A codec that takes pointers itself, as that of JSON does, checks what they
// point to; pointerTo leaves that to the codec it wraps.
func checkEnum(c *codec) {
	t, pointers := pointee(c.typ)
	if !c.scalar() || c.pointer || !isEnum(t) {
		return
	}
	view, parse := asInterface[validator](t), c.parseText
	// A method on values gets a copy; one on pointers may keep its receiver.
	c.brief = c.brief && t.Implements(reflect.TypeFor[validator]())
	c.check = func(p unsafe.Pointer) error {
		if at := follow(p, pointers); at == nil || view(at).Valid() {
			return nil
		}
		return &enumError{t}
	}
	c.parseText = checked(c, parse)
	if c.keep != nil {
		c.keep = checked(c, c.keep)
	}
	if scan := c.scan; scan != nil && pointers == 0 {
		c.scan = func(s *wire.Scanner, p unsafe.Pointer) bool { return scan(s, p) && view(p).Valid() }
	}
}

// checked is parse and then the codec's check.
func checked[V any](c *codec, parse func(V, unsafe.Pointer) error) func(V, unsafe.Pointer) error {
	return func(v V, p unsafe.Pointer) error {
		if err := parse(v, p); err != nil {
			return err
		}
		return c.check(p)
	}
}

// An enumError says that a value is none of its type's declared ones.
type enumError struct{ typ reflect.Type }

func (e *enumError) Error() string {
	return fmt.Sprintf("value is not one that Go type %s declares (its method Valid says no)", e.typ)
}
