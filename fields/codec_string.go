package fields

import (
	"errors"
	"unicode/utf8"
	"unsafe"

	"example.com/ddb/internal/wire"
)

var errUTF8 = errors.New("text is not valid UTF-8; DynamoDB stores UTF-8 only, use []byte for other bytes")

// stringCodec stores any string type as S.
func stringCodec() *codec {
	return &codec{
		kind:     S,
		verbatim: true,
		brief:    true,
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
		scan: func(s *wire.Scanner, p unsafe.Pointer) bool {
			text, ascii, ok := s.Plain()
			if !ok || !ascii && !utf8.Valid(text) {
				return false
			}
			*(*string)(p) = s.Keep(text)
			return true
		},
		keep: func(text string, p unsafe.Pointer) error {
			if !utf8.ValidString(text) {
				return errUTF8
			}
			*(*string)(p) = text
			return nil
		},
		facet: facetRule{shape: shapeText, ordered: true, emptyName: "the empty string"},
	}
}
