package fields

import (
	"encoding"
	"fmt"
	"reflect"
	"unicode/utf8"
	"unsafe"
)

var (
	textAppenderType    = reflect.TypeFor[encoding.TextAppender]()
	textMarshalerType   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
	validatorType       = reflect.TypeFor[validator]()
)

// A validator knows which of its values are declared.
type validator interface{ Valid() bool }

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
	if t.Kind() == reflect.Interface || !p.Implements(textUnmarshalerType) {
		return nil
	}
	read := asInterface[encoding.TextUnmarshaler](t)
	c := &codec{
		kind: S,
		parseText: func(text []byte, p unsafe.Pointer) error {
			return read(p).UnmarshalText(text)
		},
		facet: facetRule{shape: shapeText, emptyName: "the empty string"},
	}
	switch {
	case p.Implements(textAppenderType):
		write := asInterface[encoding.TextAppender](t)
		c.appendText = func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return validText(len(dst))(write(p).AppendText(dst))
		}
	case p.Implements(textMarshalerType):
		write := asInterface[encoding.TextMarshaler](t)
		c.appendText = func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			text, err := write(p).MarshalText()
			return validText(len(dst))(append(dst, text...), err)
		}
	default:
		return nil
	}
	return c
}

// validText refuses text from start on that is not UTF-8.
func validText(start int) func(dst []byte, err error) ([]byte, error) {
	return func(dst []byte, err error) ([]byte, error) {
		if err == nil && !utf8.Valid(dst[start:]) {
			err = errUTF8
		}
		return dst, err
	}
}

// checked adds to the codec of an enum-like type that it writes and reads only
// values that its method Valid accepts.
func checked(t reflect.Type, c *codec) *codec {
	if c == nil || !c.scalar() || !t.Implements(validatorType) {
		return c
	}
	view := asInterface[validator](t)
	valid := func(p unsafe.Pointer) error {
		if view(p).Valid() {
			return nil
		}
		return &enumError{t}
	}
	parse := c.parseText
	c.parseText = func(text []byte, p unsafe.Pointer) error {
		if err := parse(text, p); err != nil {
			return err
		}
		return valid(p)
	}
	c.check = valid
	return c
}

// An enumError says that a value is none of its type's declared ones.
type enumError struct{ typ reflect.Type }

func (e *enumError) Error() string {
	return fmt.Sprintf("value is not one that Go type %s declares (its method Valid says no)", e.typ)
}
