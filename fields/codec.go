package fields

import (
	"errors"
	"reflect"
	"unsafe"

	"example.com/ddb/internal/wire"
)

// A codec stores values of one Go type as attribute values. It is compiled
// once for a type and used from many goroutines. The pointers that its
// functions take point to a value of that type.
//
// A codec of a scalar kind has appendText and parseText; any other has write
// and read.
type codec struct {
	kind  Kind // "" if it depends on the value
	plain bool // the text never needs an escape in JSON

	appendText func(dst []byte, p unsafe.Pointer) ([]byte, error)
	parseText  func(text []byte, p unsafe.Pointer) error

	write func(sink *wire.Sink, p unsafe.Pointer) error
	read  func(src wire.Source, k Kind, p unsafe.Pointer) error

	// absent, where it is not nil, says that there is no value: a nil pointer,
	// slice or map, or an empty set. An attribute is left out then, and an
	// element of a list or map is NULL.
	absent func(p unsafe.Pointer) bool
	// clear makes a value absent again; it goes with absent.
	clear func(p unsafe.Pointer)

	// check, where it is not nil, refuses values that are written although
	// their text is well formed: an enum value that is not declared.
	check func(p unsafe.Pointer) error

	facet   facetRule
	pointer bool       // values are pointers to elem's
	elem    *codec     // of a pointer, list, set or map
	key     *codec     // of a map
	sub     *structure // of a nested struct
}

// scalar reports whether values have a text.
func (c *codec) scalar() bool { return c.appendText != nil }

var (
	errAbsent  = errors.New("there is no value to store; use Remove to take the attribute away")
	errNilItem = errors.New("stored value is NULL, which this field cannot hold; use a pointer")
)

// put writes the value at p, which is not absent.
func (c *codec) put(sink *wire.Sink, p unsafe.Pointer) error {
	if c.check != nil {
		if err := c.check(p); err != nil {
			return err
		}
	}
	if !c.scalar() {
		return c.write(sink, p)
	}
	dst, err := c.appendText(sink.Open(c.kind), p)
	sink.Close(c.kind, dst, c.plain)
	return err
}

// putElement writes the value at p where a place cannot be left out.
func (c *codec) putElement(sink *wire.Sink, p unsafe.Pointer) error {
	if c.absent != nil && c.absent(p) {
		if c.kind.Element() != "" {
			return errEmptySet
		}
		sink.Null()
		return nil
	}
	return c.put(sink, p)
}

// get reads src into p.
func (c *codec) get(src wire.Source, p unsafe.Pointer) error {
	k, err := src.Open()
	if err != nil {
		return err
	}
	if k != c.kind && (c.kind != "" || k == "") {
		return c.getOther(src, k, p)
	}
	if err := c.getKind(src, k, p); err != nil {
		return err
	}
	return src.Close()
}

func (c *codec) getKind(src wire.Source, k Kind, p unsafe.Pointer) error {
	if !c.scalar() {
		return c.read(src, k, p)
	}
	text, err := src.Text(k)
	if err != nil {
		return err
	}
	return c.parseText(text, p)
}

// getOther reads a value of a kind that is not the codec's own.
func (c *codec) getOther(src wire.Source, k Kind, p unsafe.Pointer) error {
	switch {
	case k != NULL:
		return &kindError{got: k, want: c.kind}
	case c.absent == nil || c.kind.Element() != "":
		return errNilItem
	}
	if _, err := src.Text(NULL); err != nil {
		return err
	}
	c.clear(p)
	return src.Close()
}

// A compiler makes the codecs of one type; it remembers the structs that it is
// inside of, so that a type may contain itself behind a pointer.
type compiler struct {
	structs map[reflect.Type]*structure
}

// codecOf compiles the codec that t's tag names, or t's own. The error says
// what to do.
func (c *compiler) codecOf(t reflect.Type, tag *tag) (*codec, error) {
	switch {
	case tag.custom != "":
		return c.named(tag.custom, t)
	case tag.codec == "json":
		return jsonCodec(t), nil
	case tag.codec == "set":
		return c.setOf(t)
	}
	if custom := registered("", t); custom != nil && tag.codec == "" {
		return custom(c)
	}
	if t.Kind() == reflect.Pointer {
		elem, err := c.codecOf(t.Elem(), tag)
		if err != nil {
			return nil, err
		}
		return pointerTo(t.Elem(), elem), nil
	}
	return c.valueCodec(t, tag)
}

// valueCodec compiles the codec of a type that is no pointer and has none
// registered.
func (c *compiler) valueCodec(t reflect.Type, tag *tag) (*codec, error) {
	if tag.codec != "" {
		made, err := namedCodec(tag.codec, t, tag)
		if made != nil || err != nil {
			return checked(t, made), err
		}
	}
	made, err := c.ownCodec(t)
	if err != nil {
		return nil, err
	}
	return checked(t, made), nil
}

// ownCodec is chosen by the type alone.
func (c *compiler) ownCodec(t reflect.Type) (*codec, error) {
	switch t {
	case uuidType:
		return uuidCodec(), nil
	case timeType:
		return timeText(), nil
	case intIntType:
		return intIntCodec(), nil
	case decimalType:
		return decimalCodec(), nil
	case attributeValueType:
		return rawCodec(), nil
	}
	if made := textCodec(t); made != nil {
		return made, nil
	}
	if made := basicCodec(t); made != nil {
		return made, nil
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return c.listOf(t)
	case reflect.Map:
		return c.mapOf(t)
	case reflect.Struct:
		return c.structOf(t)
	}
	return nil, unsupported(t)
}
