package fields

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"unsafe"

	"example.com/ddb/internal/decimal"
	"example.com/ddb/internal/wire"
)

// signedCodec stores any signed integer type as N, over its full range.
func signedCodec(t reflect.Type) *codec {
	switch t.Size() {
	case 1:
		return signedOf[int8]()
	case 2:
		return signedOf[int16]()
	case 4:
		return signedOf[int32]()
	}
	return signedOf[int64]()
}

func signedOf[I int8 | int16 | int32 | int64]() *codec {
	bits := int(8 * unsafe.Sizeof(I(0)))
	return &codec{
		kind:  N,
		plain: true,
		brief: true,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return appendInt(dst, int64(*(*I)(p))), nil
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			v, err := parseInt(text, bits)
			if err == nil {
				*(*I)(p) = I(v)
			}
			return err
		},
		scan: func(s *wire.Scanner, p unsafe.Pointer) bool {
			v, ok := s.Integer()
			if !ok || int64(I(v)) != v {
				return false
			}
			*(*I)(p) = I(v)
			return true
		},
		integer: func(p unsafe.Pointer) int64 { return int64(*(*I)(p)) },
		facet:   facetRule{shape: shapeInteger, fitsInt64: true},
	}
}

// unsignedCodec stores any unsigned integer type as N, over its full range.
func unsignedCodec(t reflect.Type) *codec {
	switch t.Size() {
	case 1:
		return unsignedOf[uint8]()
	case 2:
		return unsignedOf[uint16]()
	case 4:
		return unsignedOf[uint32]()
	}
	return unsignedOf[uint64]()
}

func unsignedOf[I uint8 | uint16 | uint32 | uint64]() *codec {
	bits := int(8 * unsafe.Sizeof(I(0)))
	return &codec{
		kind:  N,
		plain: true,
		brief: true,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return strconv.AppendUint(dst, uint64(*(*I)(p)), 10), nil
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			v, err := parseUint(text, bits)
			if err == nil {
				*(*I)(p) = I(v)
			}
			return err
		},
		scan: func(s *wire.Scanner, p unsafe.Pointer) bool {
			v, ok := s.Integer()
			if !ok || v < 0 || uint64(I(v)) != uint64(v) {
				return false
			}
			*(*I)(p) = I(v)
			return true
		},
		facet: facetRule{shape: shapeInteger, fitsInt64: bits < 64},
	}
}

// appendInt is [strconv.AppendInt], which writes the digits elsewhere first.
func appendInt(dst []byte, v int64) []byte {
	if v < 0 {
		return strconv.AppendInt(dst, v, 10)
	}
	n := 1
	for ten := uint64(10); uint64(v) >= ten; ten *= 10 {
		n++
	}
	return appendPadded(dst, v, n)
}

// parseInt reads an integer in any spelling of a DynamoDB number: 1E2 is 100.
func parseInt(text []byte, bits int) (int64, error) {
	digits, neg := text, len(text) > 0 && text[0] == '-'
	if neg {
		digits = text[1:]
	}
	v, ok := natural(digits)
	if neg {
		v = -v
	}
	// Shifting up and down again changes what does not fit.
	if ok && v<<(64-bits)>>(64-bits) == v {
		return v, nil
	}
	n, err := decimal.Parse(text)
	if err != nil {
		return 0, notNumber(err)
	}
	var buf [32]byte
	v, err = strconv.ParseInt(string(n.Append(buf[:0])), 10, bits)
	return v, integerError(err, bits)
}

func parseUint(text []byte, bits int) (uint64, error) {
	if v, ok := natural(text); ok && uint64(v)<<(64-bits)>>(64-bits) == uint64(v) {
		return uint64(v), nil
	}
	n, err := decimal.Parse(text)
	switch {
	case err != nil:
		return 0, notNumber(err)
	case n.Compare(decimal.Number{}) < 0:
		return 0, errNegative
	}
	var buf [32]byte
	v, err := strconv.ParseUint(string(n.Append(buf[:0])), 10, bits)
	return v, integerError(err, bits)
}

var minus = []byte("-")

// natural reads 1 to 18 digits.
func natural(text []byte) (v int64, ok bool) {
	if len(text) == 0 || len(text) > 18 {
		return 0, false
	}
	if len(text) >= 8 {
		if v, ok = wire.EightDigits(text); !ok {
			return 0, false
		}
		text = text[8:]
	}
	for _, c := range text {
		c -= '0'
		if c > 9 {
			return 0, false
		}
		v = v*10 + int64(c)
	}
	return v, true
}

var (
	errNegative = errors.New("stored number is negative; use a signed integer")
	errFraction = errors.New("stored number has a fraction; use a float, or the codec decimal on a string")
	errFloat    = errors.New("NaN and infinity cannot be stored; DynamoDB has finite numbers only")
)

func integerError(err error, bits int) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("stored number does not fit in %d bits; use a wider type, or the codec decimal on a string", bits)
	}
	return errFraction
}

func notNumber(err error) error { return fmt.Errorf("stored number %w", err) }

// floatCodec stores float32 and float64 types as N, in the shortest text that
// reads back as the same float.
func floatCodec(t reflect.Type) *codec {
	if t.Size() == 4 {
		return floatOf[float32]()
	}
	return floatOf[float64]()
}

func floatOf[F float32 | float64]() *codec {
	bits := int(8 * unsafe.Sizeof(F(0)))
	return &codec{
		kind:  N,
		plain: true,
		brief: true,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return appendFloat(dst, float64(*(*F)(p)), bits)
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			v, err := parseFloat(text, bits)
			if err == nil {
				*(*F)(p) = F(v)
			}
			return err
		},
		scan: func(s *wire.Scanner, p unsafe.Pointer) bool {
			digits, scale, ok := s.Decimal()
			// Both numbers are floats, and their quotient is rounded once.
			if !ok || bits == 32 && (digits > 999999 || digits < -999999 || scale > 10) {
				return false
			}
			*(*F)(p) = F(digits) / F(powers[scale])
			return true
		},
		facet: facetRule{shape: shapeNumber},
	}
}

// powers are those of ten that Decimal's scale needs. Up to 10^10 they are exact
// in 32 bits.
var powers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

func appendFloat(dst []byte, v float64, bits int) ([]byte, error) {
	switch a := math.Abs(v); {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return dst, errFloat
	case v == 0:
		return append(dst, '0'), nil // -0 is 0
	case a > 1e-129 && a < 1e125:
		return strconv.AppendFloat(dst, v, 'g', -1, bits), nil
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, v, 'g', -1, bits)
	if _, err := decimal.Parse(dst[start:]); err != nil {
		return dst, fmt.Errorf("number %w", err)
	}
	return dst, nil
}

// parseFloat reads a number that the float can hold: the float's own shortest
// text must be the same number again.
func parseFloat(text []byte, bits int) (float64, error) {
	want, err := decimal.Parse(text)
	if err != nil {
		return 0, notNumber(err)
	}
	v, err := strconv.ParseFloat(string(text), bits)
	if err != nil {
		return 0, fmt.Errorf("stored number does not fit in a float of %d bits; use the codec decimal on a string", bits)
	}
	if short(text, bits) {
		return v, nil
	}
	back, err := appendFloat(make([]byte, 0, 32), v, bits)
	if got, errBack := decimal.Parse(back); err != nil || errBack != nil || got != want {
		return 0, fmt.Errorf("stored number has more digits than a float of %d bits keeps; use the codec decimal on a string", bits)
	}
	return v, nil
}

// short reports whether text has so few digits that every float keeps them: 6
// in 32 bits, 15 in 64.
func short(text []byte, bits int) bool {
	few := 15
	if bits == 32 {
		few = 6
	}
	return len(text) <= few && !bytes.ContainsAny(text, "eE")
}

// A Decimal is a number of up to 38 significant digits, kept as decimal text
// and stored as N. DynamoDB returns numbers without an exponent and without
// zeros that say nothing, so "1.10" comes back as "1.1". The empty Decimal is
// no number and cannot be stored; use omitzero or a pointer where there may be
// none.
type Decimal string

var decimalType = reflect.TypeFor[Decimal]()

// decimalCodec stores decimal text as N, on any string type.
func decimalCodec() *codec {
	return &codec{
		kind:  N,
		plain: true,
		brief: true,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			start := len(dst)
			dst = append(dst, *(*string)(p)...)
			if _, err := decimal.Parse(dst[start:]); err != nil {
				return dst, fmt.Errorf("decimal text %w", err)
			}
			return dst, nil
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			if _, err := decimal.Parse(text); err != nil {
				return notNumber(err)
			}
			*(*string)(p) = string(text)
			return nil
		},
		keep: func(text string, p unsafe.Pointer) error {
			if _, err := decimal.Parse([]byte(text)); err != nil {
				return notNumber(err)
			}
			*(*string)(p) = text
			return nil
		},
		facet: facetRule{shape: shapeNumber},
	}
}

// canonical spells a number as DynamoDB returns it: 1.10 is 1.1, 1e3 is 1000.
func canonical(text string) string {
	n, err := decimal.Parse([]byte(text))
	if err != nil {
		return text
	}
	return n.String()
}
