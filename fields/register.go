package fields

import (
	"fmt"
	"reflect"
	"sync"
	"unicode/utf8"
	"unsafe"

	"example.com/ddb/internal/decimal"
	"example.com/ddb/internal/wire"
)

// A Codec says how values of type V are stored as one attribute value. Write
// one as a literal for a scalar, or make one with [Via].
type Codec[V any] struct {
	// Kind is the attribute type: S, N or B.
	Kind Kind

	// Append appends the stored text of v to dst: UTF-8 for S, decimal digits
	// for N, bytes for B.
	Append func(dst []byte, v V) ([]byte, error)

	// Parse reads what Append wrote. It must not keep text.
	Parse func(text []byte) (V, error)

	// Ordered says that the texts of S or B, compared byte by byte, are in the
	// order of the values. Without it ranges over a facet of this codec are
	// refused.
	Ordered bool

	via func(*compiler) (*codec, error)
}

// Via stores V in the way that W is stored: to converts for writing, from for
// reading. W may be of any type that can be stored, a struct or map too.
func Via[V, W any](to func(V) (W, error), from func(W) (V, error)) Codec[V] {
	return Codec[V]{via: func(c *compiler) (*codec, error) {
		inner, err := c.codecOf(reflect.TypeFor[W](), &tag{})
		if err != nil {
			return nil, err
		}
		return viaCodec(inner, to, from), nil
	}}
}

// Register makes c known. With an empty name it is the codec of V wherever V
// is stored without another being named; with a name it is used where a tag
// says codec=name, on fields of type V.
//
// Register before the first plan of a type that uses V is compiled: in an init
// function or a package variable's initializer. A codec that is registered
// twice, or is incomplete, is reported by every plan that would use it.
func Register[V any](name string, c Codec[V]) {
	t := reflect.TypeFor[V]()
	registry.Lock()
	defer registry.Unlock()
	id := codecID{name: name, typ: t}
	if _, twice := registry.codecs[id]; twice {
		c = Codec[V]{via: func(*compiler) (*codec, error) {
			return nil, fmt.Errorf("codec %q of Go type %s is registered twice; register it once", name, t)
		}}
	}
	registry.codecs[id] = c.compile
}

type codecID struct {
	name string
	typ  reflect.Type
}

var registry = struct {
	sync.RWMutex
	codecs map[codecID]func(*compiler) (*codec, error)
}{codecs: make(map[codecID]func(*compiler) (*codec, error))}

func registered(name string, t reflect.Type) func(*compiler) (*codec, error) {
	registry.RLock()
	defer registry.RUnlock()
	return registry.codecs[codecID{name, t}]
}

// named compiles the codec that a tag names with codec=.
func (c *compiler) named(name string, t reflect.Type) (*codec, error) {
	if custom := registered(name, t); custom != nil {
		return custom(c)
	}
	if t.Kind() != reflect.Pointer {
		return nil, fmt.Errorf("no codec %q is registered for Go type %s; call fields.Register(%[1]q, …) in an init function", name, t)
	}
	elem, err := c.named(name, t.Elem())
	if err != nil {
		return nil, err
	}
	return pointerTo(t.Elem(), elem), nil
}

func (c Codec[V]) compile(with *compiler) (*codec, error) {
	if c.via != nil {
		return c.via(with)
	}
	if c.Kind != S && c.Kind != N && c.Kind != B || c.Append == nil || c.Parse == nil {
		return nil, fmt.Errorf("registered codec of Go type %s is incomplete; set Kind to S, N or B, and Append and Parse", reflect.TypeFor[V]())
	}
	shape := map[Kind]facetShape{S: shapeText, N: shapeInteger}[c.Kind]
	return &codec{
		kind: c.Kind,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			start := len(dst)
			dst, err := c.Append(dst, *(*V)(p))
			if err == nil {
				err = storable(c.Kind, dst[min(start, len(dst)):])
			}
			return dst, err
		},
		parseText: func(text []byte, p unsafe.Pointer) (err error) {
			*(*V)(p), err = c.Parse(text)
			return err
		},
		facet: facetRule{shape: shape, ordered: c.Ordered},
	}, nil
}

// storable checks what a codec from outside wrote.
func storable(k Kind, text []byte) error {
	switch {
	case k == S && !utf8.Valid(text):
		return errUTF8
	case k == N:
		if _, err := decimal.Parse(text); err != nil {
			return fmt.Errorf("text of the registered codec %w", err)
		}
	}
	return nil
}

func viaCodec[V, W any](inner *codec, to func(V) (W, error), from func(W) (V, error)) *codec {
	c := &codec{kind: inner.kind, facet: inner.facet}
	if inner.absent != nil {
		c.absent = func(p unsafe.Pointer) bool {
			w, err := to(*(*V)(p))
			return err == nil && inner.absent(unsafe.Pointer(&w))
		}
		c.clear = func(p unsafe.Pointer) {
			var zero V
			*(*V)(p) = zero
		}
	}
	store := func(w *W, p unsafe.Pointer) error {
		v, err := from(*w)
		if err == nil {
			*(*V)(p) = v
		}
		return err
	}
	if inner.scalar() {
		c.appendText = func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			w, err := to(*(*V)(p))
			if err != nil {
				return dst, err
			}
			if inner.check != nil {
				if err := inner.check(unsafe.Pointer(&w)); err != nil {
					return dst, err
				}
			}
			return inner.appendText(dst, unsafe.Pointer(&w))
		}
		c.parseText = func(text []byte, p unsafe.Pointer) error {
			var w W
			if err := inner.parseText(text, unsafe.Pointer(&w)); err != nil {
				return err
			}
			return store(&w, p)
		}
		return c
	}
	c.write = func(sink *wire.Sink, p unsafe.Pointer) error {
		w, err := to(*(*V)(p))
		if err != nil {
			return err
		}
		return inner.write(sink, unsafe.Pointer(&w))
	}
	c.read = func(src wire.Source, k Kind, p unsafe.Pointer) error {
		var w W
		if err := inner.read(src, k, unsafe.Pointer(&w)); err != nil {
			return err
		}
		return store(&w, p)
	}
	return c
}
