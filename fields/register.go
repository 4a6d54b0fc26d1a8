package fields

import (
	"fmt"
	"reflect"
	"sync"
	"unsafe"

	"example.com/ddb/internal/wire"
)

// A Codec says how values of type V are stored as one attribute value. Write
// one as a literal for a scalar, or make one with [Via]. A nil V (a pointer,
// slice, map or interface) is absent and reaches no codec.
type Codec[V any] struct {
	// Kind is the attribute type: S, N or B.
	Kind Kind

	// Append appends the stored text of v to dst: UTF-8 for S, decimal digits
	// for N, bytes for B.
	Append func(dst []byte, v V) ([]byte, error)

	// Parse reads what Append wrote. It must neither keep nor change text.
	Parse func(text []byte) (V, error)

	// Ordered says that the texts of an S, compared byte by byte, are in the
	// order of the values. Without it ranges over a facet of this codec are
	// refused.
	Ordered bool

	via func(*compiler) (*codec, error)
}

// Via stores V in the way that W is stored: to converts for writing, from for
// reading. W may be of any type that can be stored, a struct or map too. What
// is absent as a W is absent as a V.
func Via[V, W any](to func(V) (W, error), from func(W) (V, error)) Codec[V] {
	return Codec[V]{via: func(c *compiler) (*codec, error) {
		if to == nil || from == nil {
			return nil, fmt.Errorf("registered codec of Go type %s is incomplete; give fields.Via two functions", reflect.TypeFor[V]())
		}
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
// Register in an init function of the package that defines V, so that it is
// done before plans of types that use V are compiled, which package variables
// elsewhere may do. If it comes too late, plans that were compiled without it
// fail at each use, rather than store V in two forms. A codec that is
// registered twice, or is incomplete, is reported by every plan that would use
// it.
func Register[V any](name string, c Codec[V]) {
	id := codecID{name, reflect.TypeFor[V]()}
	registry.Lock()
	defer registry.Unlock()
	if _, twice := registry.codecs[id]; twice {
		c = Codec[V]{via: func(*compiler) (*codec, error) {
			return nil, fmt.Errorf("codec %q of Go type %s is registered twice; register it once", name, id.typ)
		}}
	}
	registry.codecs[id] = c.compile
	for _, s := range registry.missed[id] {
		s.late.Store(&TagError{Struct: s.typ.String(), Reason: fmt.Sprintf("codec %q of Go type %s was registered after this type was compiled; register it in an init function of the package that defines it", name, id.typ)})
	}
}

type codecID struct {
	name string
	typ  reflect.Type
}

// registry holds the codecs by name and type, and which plans asked for a
// codec that was not there.
var registry = struct {
	sync.Mutex
	codecs map[codecID]func(*compiler) (*codec, error)
	missed map[codecID][]*structure
}{
	codecs: make(map[codecID]func(*compiler) (*codec, error)),
	missed: make(map[codecID][]*structure),
}

func (c *compiler) registered(name string, t reflect.Type) func(*compiler) (*codec, error) {
	id := codecID{name, t}
	registry.Lock()
	defer registry.Unlock()
	custom, ok := registry.codecs[id]
	if !ok {
		registry.missed[id] = append(registry.missed[id], c.root)
	}
	return custom
}

// named compiles the codec that a tag names with codec=.
func (c *compiler) named(name string, t reflect.Type) (*codec, error) {
	if custom := c.registered(name, t); custom != nil {
		return custom(c)
	}
	if t.Kind() == reflect.Pointer {
		return c.pointerTo(t, &tag{custom: name})
	}
	return nil, fmt.Errorf("no codec %q is registered for Go type %s; call fields.Register(%[1]q, …) in an init function", name, t)
}

func (c Codec[V]) compile(with *compiler) (*codec, error) {
	if c.via != nil {
		return c.via(with)
	}
	t := reflect.TypeFor[V]()
	shapes := map[Kind]facetShape{S: shapeText, N: shapeNumber, B: shapeNone}
	shape, ok := shapes[c.Kind]
	if !ok || c.Append == nil || c.Parse == nil {
		return nil, fmt.Errorf("registered codec of Go type %s is incomplete; set Kind to S, N or B, and Append and Parse", t)
	}
	return &codec{
		kind:   c.Kind,
		custom: true,
		absent: nilTest(t),
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			// Append takes over the text even if it is not in dst's own memory.
			text, err := c.Append(dst[len(dst):], *(*V)(p))
			if err == nil {
				err = checkText(c.Kind, text)
			}
			return append(dst, text...), err
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			if err := checkText(c.Kind, text); err != nil {
				return err
			}
			v, err := c.Parse(text)
			if err == nil {
				*(*V)(p) = v
			}
			return err
		},
		facet: facetRule{shape: shape, ordered: c.Ordered && c.Kind == S, emptyName: "the empty value"},
	}, nil
}

func viaCodec[V, W any](inner *codec, to func(V) (W, error), from func(W) (V, error)) *codec {
	c := &codec{kind: inner.kind, facet: inner.facet, custom: true, absent: nilTest(reflect.TypeFor[V]())}
	if isNil := c.absent; inner.absent != nil {
		c.absent = func(p unsafe.Pointer) bool {
			if isNil != nil && isNil(p) {
				return true
			}
			w, err := to(*(*V)(p))
			return err == nil && inner.absent(unsafe.Pointer(&w))
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
			return inner.text(dst, unsafe.Pointer(&w))
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
