package fields

import (
	"errors"
	"strconv"
	"unsafe"

	"example.com/ddb/internal/wire"
)

var errBool = errors.New("text is neither true nor false")

// boolCodec stores any Boolean type as BOOL.
func boolCodec() *codec {
	return &codec{
		kind:  BOOL,
		plain: true,
		brief: true,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return strconv.AppendBool(dst, *(*bool)(p)), nil
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			*(*bool)(p) = string(text) == "true"
			return nil
		},
		scan: func(s *wire.Scanner, p unsafe.Pointer) bool {
			v, ok := s.Boolean()
			if ok {
				*(*bool)(p) = v
			}
			return ok
		},
		facet: facetRule{shape: shapeBool, ordered: true, valid: func(text []byte) error {
			if s := string(text); s != "true" && s != "false" {
				return errBool
			}
			return nil
		}},
	}
}
