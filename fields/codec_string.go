package fields

import (
	"errors"
	"reflect"
	"unicode/utf8"
	"unsafe"
)

var errUTF8 = errors.New("text is not valid UTF-8; DynamoDB stores UTF-8 only, use []byte for other bytes")

// stringCodec stores any string type as S.
func stringCodec() *codec {
	return &codec{
		kind: S,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			text := *(*string)(p)
			if !utf8.ValidString(text) {
				return dst, errUTF8
			}
			return append(dst, text...), nil
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			if !utf8.Valid(text) {
				return errUTF8
			}
			*(*string)(p) = string(text)
			return nil
		},
		facet: facetRule{shape: shapeText, emptyName: "the empty string"},
	}
}

// basicCodec is the codec of a type's underlying kind, or nil.
func basicCodec(t reflect.Type) *codec {
	switch t.Kind() {
	case reflect.String:
		return stringCodec()
	case reflect.Bool:
		return boolCodec()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return signedCodec(t)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return unsignedCodec(t)
	case reflect.Float32, reflect.Float64:
		return floatCodec(t)
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 && !hasOwnCodec(t.Elem()) {
			return bytesCodec()
		}
	case reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 && !hasOwnCodec(t.Elem()) {
			return byteArrayCodec(t.Len())
		}
	}
	return nil
}

// hasOwnCodec reports whether a byte type is more than a byte, so that a slice
// of it is a list.
func hasOwnCodec(t reflect.Type) bool {
	return registered("", t) != nil || textCodec(t) != nil || t.Implements(validatorType)
}
