package fields

import (
	"strconv"
	"unsafe"
)

// boolCodec stores any Boolean type as BOOL.
func boolCodec() *codec {
	return &codec{
		kind:  BOOL,
		plain: true,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return strconv.AppendBool(dst, *(*bool)(p)), nil
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			*(*bool)(p) = string(text) == "true"
			return nil
		},
		facet: facetRule{shape: shapeBool, ordered: true},
	}
}
