package fields

import (
	"fmt"
	"unsafe"

	"example.com/ddb/internal/wire"
)

// bytesCodec stores any slice of bytes as B. A nil slice is absent; an empty
// one is stored as empty.
func bytesCodec() *codec {
	return &codec{
		kind: B,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return append(dst, *(*[]byte)(p)...), nil
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			*(*[]byte)(p) = append(make([]byte, 0, len(text)), text...)
			return nil
		},
		scan: func(s *wire.Scanner, p unsafe.Pointer) bool {
			raw, ok := s.Binary()
			if ok {
				*(*[]byte)(p) = raw
			}
			return ok
		},
		absent: func(p unsafe.Pointer) bool { return *(*[]byte)(p) == nil },
		facet:  facetRule{emptyName: "the empty value"},
	}
}

// byteArrayCodec stores an array of n bytes as B of exactly that length.
func byteArrayCodec(n int) *codec {
	return &codec{
		kind: B,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return append(dst, unsafe.Slice((*byte)(p), n)...), nil
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			if len(text) != n {
				return fmt.Errorf("stored value has %d bytes, the field holds exactly %d", len(text), n)
			}
			copy(unsafe.Slice((*byte)(p), n), text)
			return nil
		},
		facet: facetRule{emptyName: "the empty value"},
	}
}
