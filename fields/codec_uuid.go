package fields

import (
	"encoding/binary"
	"errors"
	"reflect"
	"unsafe"

	"github.com/google/uuid"

	"example.com/ddb/internal/wire"
)

var (
	uuidType     = reflect.TypeFor[uuid.UUID]()
	nullUUIDType = reflect.TypeFor[uuid.NullUUID]()
)

var errUUID = errors.New("stored text is not a UUID of 36 bytes in lower case, the only form that is written and read")

// uuidCodec stores arrays of 16 bytes as S, in the lower-case form of RFC
// 9562, section 4.
func uuidCodec() *codec {
	return &codec{
		kind:  S,
		plain: true,
		brief: true,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return appendUUID(dst, (*[16]byte)(p)), nil
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			return parseUUID(text, (*[16]byte)(p))
		},
		scan: func(s *wire.Scanner, p unsafe.Pointer) bool {
			text, ok := s.Chars(36)
			return ok && parseUUID(text, (*[16]byte)(p)) == nil
		},
		facet: facetRule{
			shape: shapeFixed, width: 36, ordered: true,
			empty: uuid.Nil.String(), emptyName: "the nil UUID",
			valid: func(text []byte) error { return parseUUID(text, new([16]byte)) },
		},
	}
}

// nullUUIDCodec stores uuid.NullUUID as a UUID; one that is not valid is
// absent. Its own methods write text, null, that they do not read.
func nullUUIDCodec() *codec {
	made := uuidCodec()
	parse := made.parseText
	made.parseText = func(text []byte, p unsafe.Pointer) error {
		id := (*uuid.NullUUID)(p)
		err := parse(text, unsafe.Pointer(&id.UUID))
		id.Valid = err == nil
		return err
	}
	made.scan = nil
	made.absent = func(p unsafe.Pointer) bool { return !(*uuid.NullUUID)(p).Valid }
	return made
}

func appendUUID(dst []byte, id *[16]byte) []byte {
	text := [36]byte{8: '-', 13: '-', 18: '-', 23: '-'}
	word := binary.LittleEndian
	word.PutUint64(text[0:], hexOf(word.Uint32(id[0:])))
	second, third := hexOf(word.Uint32(id[4:])), hexOf(word.Uint32(id[8:]))
	word.PutUint32(text[9:], uint32(second))
	word.PutUint32(text[14:], uint32(second>>32))
	word.PutUint32(text[19:], uint32(third))
	word.PutUint32(text[24:], uint32(third>>32))
	word.PutUint64(text[28:], hexOf(word.Uint32(id[12:])))
	return append(dst, text[:]...)
}

func parseUUID(text []byte, id *[16]byte) error {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return errUUID
	}
	word := binary.LittleEndian
	first, wrong1 := fromHex(word.Uint64(text[0:]))
	second, wrong2 := fromHex(uint64(word.Uint32(text[9:])) | uint64(word.Uint32(text[14:]))<<32)
	third, wrong3 := fromHex(uint64(word.Uint32(text[19:])) | uint64(word.Uint32(text[24:]))<<32)
	last, wrong4 := fromHex(word.Uint64(text[28:]))
	if wrong1|wrong2|wrong3|wrong4 != 0 {
		return errUUID
	}
	word.PutUint32(id[0:], first)
	word.PutUint32(id[4:], second)
	word.PutUint32(id[8:], third)
	word.PutUint32(id[12:], last)
	return nil
}

// ones has a 1 in each of eight bytes, so that ones*b has b in each.
const ones = 0x0101010101010101

// hexOf turns four bytes into their eight lower-case hexadecimal digits. Both
// are little-endian, so that the first byte in memory stays the first.
func hexOf(b uint32) uint64 {
	x := uint64(b)
	x = (x | x<<16) & 0x0000FFFF0000FFFF
	x = (x | x<<8) & 0x00FF00FF00FF00FF
	return digitsOf(x>>4&0x000F000F000F000F | x<<8&0x0F000F000F000F00)
}

// digitsOf turns the numbers 0 to 15 in each of eight bytes into digits: from
// 10 on a letter, which is 39 further on than ':' would be.
func digitsOf(n uint64) uint64 {
	letters := (n + ones*(0x80-10)) >> 7 & ones
	return n + ones*'0' + letters*('a'-'0'-10)
}

// fromHex is the reverse of hexOf. Wrong is not 0 for any other digits.
func fromHex(digits uint64) (b uint32, wrong uint64) {
	n := digits&(ones*0x0F) + digits>>6&ones*9
	x := (n<<4 | n>>8) & 0x00FF00FF00FF00FF
	x = (x | x>>8) & 0x0000FFFF0000FFFF
	x |= x >> 16
	return uint32(x), n&(ones*0xF0) | (digitsOf(n) ^ digits)
}
