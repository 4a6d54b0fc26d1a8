package fields

import (
	"bytes"
	"encoding"
	"reflect"
	"unicode/utf8"
	"unsafe"
)

var (
	textAppenderType    = reflect.TypeFor[encoding.TextAppender]()
	textMarshalerType   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// asInterface returns a function that views a pointer to a t as I, which *t
// implements. It makes the method lookup once; the interface value of a
// pointer is that lookup's result beside the pointer.
func asInterface[I any](t reflect.Type) func(p unsafe.Pointer) I {
	sample := reflect.New(t).Interface().(I)
	return func(p unsafe.Pointer) I {
		view := sample
		(*[2]unsafe.Pointer)(unsafe.Pointer(&view))[1] = p
		return view
	}
}

// textCodec stores a type that writes and reads itself as text as S; nil if t
// does not do both.
func textCodec(t reflect.Type) *codec {
	p := reflect.PointerTo(t)
	if !p.Implements(textUnmarshalerType) {
		return nil
	}
	var marshal func(dst []byte, p unsafe.Pointer) ([]byte, error)
	switch {
	case p.Implements(textAppenderType):
		view := asInterface[encoding.TextAppender](t)
		marshal = func(dst []byte, p unsafe.Pointer) ([]byte, error) { return view(p).AppendText(dst) }
	case p.Implements(textMarshalerType):
		view := asInterface[encoding.TextMarshaler](t)
		marshal = func(_ []byte, p unsafe.Pointer) ([]byte, error) { return view(p).MarshalText() }
	default:
		return nil
	}
	view := asInterface[encoding.TextUnmarshaler](t)
	return &codec{
		kind:   S,
		absent: nilTest(t),
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			// Append takes over the text even if it is not in dst's own memory.
			text, err := marshal(dst[len(dst):], p)
			if err == nil && !utf8.Valid(text) {
				err = errUTF8
			}
			return append(dst, text...), err
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			if !utf8.Valid(text) {
				return errUTF8
			}
			// The method may do with its argument what it likes; text may be the
			// bytes of a string.
			return view(p).UnmarshalText(bytes.Clone(text))
		},
		facet: facetRule{shape: shapeText, emptyName: "the empty string"},
	}
}
