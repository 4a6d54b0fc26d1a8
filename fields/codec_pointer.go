package fields

import (
	"reflect"
	"unsafe"

	"example.com/ddb/internal/wire"
)

// pointerTo stores what a pointer points to; a nil pointer is absent.
func (c *compiler) pointerTo(t reflect.Type, tag *tag) (*codec, error) {
	of := t.Elem()
	elem, err := c.codecOf(of, tag)
	if err != nil {
		return nil, err
	}
	made := &codec{
		kind:    elem.kind,
		plain:   elem.plain,
		facet:   elem.facet,
		elem:    elem,
		pointer: true,
		absent: func(p unsafe.Pointer) bool {
			at := deref(p)
			return at == nil || elem.absent != nil && elem.absent(at)
		},
	}
	if elem.check != nil {
		made.check = func(p unsafe.Pointer) error { return elem.check(deref(p)) }
	}
	if elem.scalar() {
		made.appendText = func(dst []byte, p unsafe.Pointer) ([]byte, error) { return elem.appendText(dst, deref(p)) }
		made.parseText = func(text []byte, p unsafe.Pointer) error { return elem.parseText(text, allocate(of, p)) }
		if elem.scan != nil {
			made.scan = func(s *wire.Scanner, p unsafe.Pointer) bool { return elem.scan(s, allocate(of, p)) }
		}
		if elem.keep != nil {
			made.keep = func(text string, p unsafe.Pointer) error { return elem.keep(text, allocate(of, p)) }
		}
		return made, nil
	}
	made.write = func(sink *wire.Sink, p unsafe.Pointer) error { return elem.write(sink, deref(p)) }
	made.read = func(src wire.Source, k Kind, p unsafe.Pointer) error { return elem.read(src, k, allocate(of, p)) }
	return made, nil
}

// target is the codec of what pointers lead to in the end.
func (c *codec) target() *codec {
	for c.pointer {
		c = c.elem
	}
	return c
}

// pointee is what a pointer type leads to in the end, and over how many
// pointers. A type that points to itself has no end.
func pointee(t reflect.Type) (end reflect.Type, pointers int) {
	for ; t.Kind() == reflect.Pointer && pointers < maxTypes; pointers++ {
		t = t.Elem()
	}
	return t, pointers
}

// follow follows a number of pointers from p on, and is nil if one of them is.
func follow(p unsafe.Pointer, pointers int) unsafe.Pointer {
	for ; p != nil && pointers > 0; pointers-- {
		p = deref(p)
	}
	return p
}

// deref is the pointer stored at p.
func deref(p unsafe.Pointer) unsafe.Pointer { return *(*unsafe.Pointer)(p) }

// allocate makes the pointer at p point to a new zero value of type t.
func allocate(t reflect.Type, p unsafe.Pointer) unsafe.Pointer {
	at := reflect.New(t).UnsafePointer()
	*(*unsafe.Pointer)(p) = at
	return at
}
