package fields

import (
	"fmt"
	"reflect"
	"time"

	"example.com/ddb/internal/wire"
)

// A compiler makes the codecs of one item type.
type compiler struct {
	root *structure

	// made are the codecs of lists, maps and structs. They are entered before
	// their elements are compiled, so that a type may contain itself.
	made map[reflect.Type]*codec

	depth int // of types inside types
}

// maxTypes is far more than the types that lie inside one another where there
// is an end.
const maxTypes = 1000

// codecOf compiles the codec that t's tag names, or t's own. The error says
// what to do.
func (c *compiler) codecOf(t reflect.Type, tag *tag) (*codec, error) {
	if c.depth++; c.depth > maxTypes {
		return nil, fmt.Errorf("values of Go type %s contain themselves with nothing between; put a struct, slice or map between", t)
	}
	made, err := c.choose(t, tag)
	c.depth--
	if err != nil {
		return nil, err
	}
	made.typ, made.form = t, formOf(t, tag, made)
	checkEnum(made)
	if made.scalar() {
		made.opening = wire.Opening(made.kind)
		if made.scan == nil && made.kind != B {
			made.scan = made.scanText
		}
	}
	return made, nil
}

func (c *compiler) choose(t reflect.Type, tag *tag) (*codec, error) {
	switch {
	case tag.custom != "":
		return c.named(tag.custom, t)
	case tag.codec == "json":
		return jsonCodec(t), nil
	case tag.codec == "":
		if custom := c.registered("", t); custom != nil {
			return custom(c)
		}
	}
	switch {
	case t.Kind() == reflect.Pointer:
		return c.pointerTo(t, tag)
	case tag.codec != "":
		return c.builtin(tag.codec, t, tag.truncate)
	}
	return c.ownCodec(t)
}

// ownCodec is chosen by the type alone.
func (c *compiler) ownCodec(t reflect.Type) (*codec, error) {
	switch t {
	case uuidType:
		return uuidCodec(), nil
	case nullUUIDType:
		return nullUUIDCodec(), nil
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
	if made := c.basicCodec(t); made != nil {
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
	return nil, fmt.Errorf("values of Go type %s cannot be stored; use a supported type, register a codec with fields.Register, or exclude the field with `ddb:\"-\"`", t)
}

// basicCodec is the codec of what a type is made of, or nil.
func (c *compiler) basicCodec(t reflect.Type) *codec {
	switch k := t.Kind(); {
	case k == reflect.String:
		return stringCodec()
	case k == reflect.Bool:
		return boolCodec()
	case isTime(t):
		return timeText()
	case isSigned(k):
		return signedCodec(t)
	case isUnsigned(k):
		return unsignedCodec(t)
	case isFloat(k):
		return floatCodec(t)
	case k == reflect.Slice && c.plainByte(t.Elem()):
		return bytesCodec()
	case k == reflect.Array && c.plainByte(t.Elem()):
		return byteArrayCodec(t.Len())
	}
	return nil
}

// plainByte reports whether t is a byte and no more than that: a slice of
// bytes that are enum values or have a codec of their own is a list.
func (c *compiler) plainByte(t reflect.Type) bool {
	return t.Kind() == reflect.Uint8 && !isEnum(t) && textCodec(t) == nil && c.registered("", t) == nil
}

func isSigned(k reflect.Kind) bool   { return reflect.Int <= k && k <= reflect.Int64 }
func isUnsigned(k reflect.Kind) bool { return reflect.Uint <= k && k <= reflect.Uintptr }
func isFloat(k reflect.Kind) bool    { return k == reflect.Float32 || k == reflect.Float64 }

// builtins are the codecs that a tag can name, and what they are for.
var builtins = map[string]string{
	"bool":      "a bool",
	"bytes":     "bytes",
	"decimal":   "fields.Decimal or another string type",
	"float":     "a float",
	"int":       "a signed integer",
	"int_int":   "fields.IntInt",
	"json":      "any type",
	"list":      "a slice or array",
	"map":       "a map or struct",
	"set":       "a slice, or a map to struct{}",
	"string":    "a string",
	"time":      "time.Time",
	"uint":      "an unsigned integer",
	"unix":      "time.Time",
	"unixmilli": "time.Time",
	"uuid":      "uuid.UUID or another array of 16 bytes",
}

// builtin compiles the codec that a tag names, which must fit the type.
func (c *compiler) builtin(name string, t reflect.Type, truncate bool) (*codec, error) {
	k := t.Kind()
	switch {
	case name == "bool" && k == reflect.Bool, name == "string" && k == reflect.String,
		name == "int" && isSigned(k), name == "uint" && isUnsigned(k), name == "float" && isFloat(k),
		name == "bytes" && (k == reflect.Slice || k == reflect.Array) && c.plainByte(t.Elem()):
		return c.basicCodec(t), nil
	case name == "decimal" && k == reflect.String:
		return decimalCodec(), nil
	case name == "int_int" && t == intIntType:
		return intIntCodec(), nil
	case name == "list" && (k == reflect.Slice || k == reflect.Array):
		return c.listOf(t)
	case name == "map" && k == reflect.Map:
		return c.mapOf(t)
	case name == "map" && k == reflect.Struct:
		return c.structOf(t)
	case name == "set" && (k == reflect.Slice || isMapSet(t)):
		return c.setOf(t)
	case name == "time" && isTime(t):
		return timeText(), nil
	case name == "unix" && isTime(t):
		return unixTime(time.Second, truncate), nil
	case name == "unixmilli" && isTime(t):
		return unixTime(time.Millisecond, truncate), nil
	case name == "uuid" && k == reflect.Array && t.Len() == 16 && t.Elem().Kind() == reflect.Uint8:
		return uuidCodec(), nil
	}
	return nil, fmt.Errorf("option %q does not fit Go type %s; it is for %s", name, t, builtins[name])
}
