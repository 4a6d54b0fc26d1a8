package fields

import (
	"errors"
	"reflect"
	"unsafe"

	"github.com/google/uuid"
)

var uuidType = reflect.TypeFor[uuid.UUID]()

var errUUID = errors.New("stored text is not a UUID of 36 bytes in lower case, the only form that is written and read")

// uuidCodec stores arrays of 16 bytes as S, in the lower-case form of RFC
// 9562, section 4.
func uuidCodec() *codec {
	return &codec{
		kind:  S,
		plain: true,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return appendUUID(dst, (*[16]byte)(p)), nil
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			return parseUUID(text, (*[16]byte)(p))
		},
		facet: facetRule{
			shape: shapeFixed, width: 36, ordered: true,
			empty: uuid.Nil.String(), emptyName: "the nil UUID",
			valid: func(text []byte) error { return parseUUID(text, new([16]byte)) },
		},
	}
}

// uuidPairs is where the two digits of each byte stand in the text.
var uuidPairs = [16]int{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34}

const hexDigits = "0123456789abcdef"

func appendUUID(dst []byte, id *[16]byte) []byte {
	text := [36]byte{8: '-', 13: '-', 18: '-', 23: '-'}
	for i, at := range uuidPairs {
		text[at], text[at+1] = hexDigits[id[i]>>4], hexDigits[id[i]&0xF]
	}
	return append(dst, text[:]...)
}

// hexValue maps a lower-case hexadecimal digit to its value and any other byte
// to 0xFF.
var hexValue = func() (table [256]byte) {
	for i := range table {
		table[i] = 0xFF
	}
	for i, c := range []byte(hexDigits) {
		table[c] = byte(i)
	}
	return table
}()

func parseUUID(text []byte, id *[16]byte) error {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return errUUID
	}
	var parsed [16]byte
	for i, at := range uuidPairs {
		high, low := hexValue[text[at]], hexValue[text[at+1]]
		if high|low > 0x0F {
			return errUUID
		}
		parsed[i] = high<<4 | low
	}
	*id = parsed
	return nil
}
