package ddbtable

import (
	"fmt"
	"runtime"

	"example.com/ddb/fields"
)

// An Attribute is a handle on one attribute of items of Go type T, whose
// values are of Go type V. It makes conditions and changes, so that no
// attribute name stands in a string and no value has a wrong type. A handle
// belongs to the Go type: every table of that type shares it.
type Attribute[T, V any] struct{ handle *handle }

// A handle is what of an Attribute does not depend on Go types.
type handle struct {
	path    *fields.Path
	err     error // of At and Entry
	lasting bool  // made by Attr: a program has few of them
}

// AnyAttribute is a handle on an attribute of T, whatever its values are.
type AnyAttribute[T any] interface {
	argument
	target(*T) (*fields.Path, error)
}

func (a Attribute[T, V]) target(*T) (*fields.Path, error) { return a.handle.target() }

func (h *handle) target() (*fields.Path, error) {
	if h == nil {
		return nil, errZeroHandle
	}
	return h.path, h.err
}

var errZeroHandle = planErrorf("handle is the zero Attribute; make it with ddbtable.Attr")

// String is the attribute's name or document path, such as address.city.
func (a Attribute[T, V]) String() string { return a.handle.String() }

func (h *handle) String() string {
	if h == nil || h.path == nil {
		return "?"
	}
	return h.path.Document()
}

// Attr returns the handle on the field that selector points to, in T itself or
// in a struct nested in it:
//
//	var OrderStatus = ddbtable.Attr(func(o *Order) *Status { return &o.Status })
//
// Selector is called once, with a probe whose nested pointers are set. Attr
// panics if it points to no attribute, or if T's tags are mistaken; the text
// gives the caller's file and line. Use it in package variables.
func Attr[T, V any](selector func(*T) *V) Attribute[T, V] {
	path, err := fields.PathOf(selector)
	if err != nil {
		_, file, line, _ := runtime.Caller(1)
		panic(fmt.Sprintf("ddbtable: Attr at %s:%d: %v", file, line, err))
	}
	return Attribute[T, V]{&handle{path: path, lasting: true}}
}

// At is the handle on the element at position i, from 0, of a list. A mistake
// is reported by the call that uses the handle.
func At[T any, S ~[]E, E any](list Attribute[T, S], i int) Attribute[T, E] {
	path, err := list.target(nil)
	if err == nil {
		path, err = path.Element(i)
	}
	return Attribute[T, E]{&handle{path: path, err: err}}
}

// Entry is the handle on the member with that key of a map. A mistake is
// reported by the call that uses the handle.
func Entry[T any, M ~map[K]V, K comparable, V any](dict Attribute[T, M], key K) Attribute[T, V] {
	path, err := dict.target(nil)
	if err == nil {
		path, err = fields.Member(path, key)
	}
	return Attribute[T, V]{&handle{path: path, err: err}}
}
