package fields

import (
	"bytes"
	"errors"
	"reflect"
	"strconv"
	"unsafe"
)

// An IntInt is a composite of two integers, such as an order's status and its
// creation time, kept in one string attribute: "101_1428791681".
//
// On its own it is stored without padding, so the strings do not sort as the
// pairs do: "1000_0" comes before "101_0". As the field of a derived attribute
// it is filled from the key template, which pads.
type IntInt struct {
	First, Second int64
}

var intIntType = reflect.TypeFor[IntInt]()

var errIntInt = errors.New("stored text is not two integers with an underscore between, in the form 101_1428791681")

// String is the stored text, both integers in base 10 without padding.
func (i IntInt) String() string { return string(i.append(nil)) }

func (i IntInt) append(dst []byte) []byte {
	return appendInt(append(appendInt(dst, i.First), '_'), i.Second)
}

// ParseIntInt reads what [IntInt.String] writes and nothing else: a plus, a
// leading zero or a space is an error, so that a text that is read is written
// again byte for byte.
func ParseIntInt(text string) (IntInt, error) {
	return parseIntInt([]byte(text))
}

func parseIntInt(text []byte) (IntInt, error) {
	first, second, _ := bytes.Cut(text, []byte("_"))
	a, errA := strconv.ParseInt(string(first), 10, 64)
	b, errB := strconv.ParseInt(string(second), 10, 64)
	i := IntInt{a, b}
	var buf [48]byte
	if errA != nil || errB != nil || !bytes.Equal(i.append(buf[:0]), text) {
		return IntInt{}, errIntInt
	}
	return i, nil
}

func intIntCodec() *codec {
	return &codec{
		kind:  S,
		plain: true,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return (*IntInt)(p).append(dst), nil
		},
		parseText: func(text []byte, p unsafe.Pointer) (err error) {
			*(*IntInt)(p), err = parseIntInt(text)
			return err
		},
		facet: facetRule{shape: shapeText},
	}
}
