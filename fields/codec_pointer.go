package fields

import (
	"reflect"
	"unsafe"

	"example.com/ddb/internal/wire"
)

// pointerTo stores what a pointer points to; a nil pointer is absent.
func pointerTo(t reflect.Type, elem *codec) *codec {
	c := &codec{
		kind:    elem.kind,
		plain:   elem.plain,
		facet:   elem.facet,
		elem:    elem,
		pointer: true,
		absent: func(p unsafe.Pointer) bool {
			at := deref(p)
			return at == nil || elem.absent != nil && elem.absent(at)
		},
		clear: func(p unsafe.Pointer) { *(*unsafe.Pointer)(p) = nil },
	}
	if elem.check != nil {
		c.check = func(p unsafe.Pointer) error { return elem.check(deref(p)) }
	}
	if elem.scalar() {
		c.appendText = func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return elem.appendText(dst, deref(p))
		}
		c.parseText = func(text []byte, p unsafe.Pointer) error {
			return elem.parseText(text, allocate(t, p))
		}
		return c
	}
	c.write = func(sink *wire.Sink, p unsafe.Pointer) error { return elem.write(sink, deref(p)) }
	c.read = func(src wire.Source, k Kind, p unsafe.Pointer) error {
		return elem.read(src, k, allocate(t, p))
	}
	return c
}

// deref is the pointer stored at p.
func deref(p unsafe.Pointer) unsafe.Pointer { return *(*unsafe.Pointer)(p) }

// allocate makes the pointer at p point to a new zero value of type t.
func allocate(t reflect.Type, p unsafe.Pointer) unsafe.Pointer {
	at := reflect.New(t).UnsafePointer()
	*(*unsafe.Pointer)(p) = at
	return at
}
