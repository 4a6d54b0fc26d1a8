package fields

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"unsafe"

	"example.com/ddb/internal/decimal"
)

// integer reads and writes the integers of one width behind a pointer.
type integer[I int64 | uint64] struct {
	load  func(unsafe.Pointer) I
	store func(unsafe.Pointer, I)
}

func integerOf[I int64 | uint64, V signed | unsigned]() integer[I] {
	return integer[I]{
		load:  func(p unsafe.Pointer) I { return I(*(*V)(p)) },
		store: func(p unsafe.Pointer, i I) { *(*V)(p) = V(i) },
	}
}

type signed interface {
	int | int8 | int16 | int32 | int64
}

type unsigned interface {
	uint | uint8 | uint16 | uint32 | uint64 | uintptr
}

var signedBySize = map[uintptr]integer[int64]{
	1: integerOf[int64, int8](),
	2: integerOf[int64, int16](),
	4: integerOf[int64, int32](),
	8: integerOf[int64, int64](),
}

var unsignedBySize = map[uintptr]integer[uint64]{
	1: integerOf[uint64, uint8](),
	2: integerOf[uint64, uint16](),
	4: integerOf[uint64, uint32](),
	8: integerOf[uint64, uint64](),
}

// signedCodec stores any signed integer type as N, over its full range.
func signedCodec(t reflect.Type) *codec {
	i, bits := signedBySize[t.Size()], t.Bits()
	return &codec{
		kind:  N,
		plain: true,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return strconv.AppendInt(dst, i.load(p), 10), nil
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			v, err := parseInt(text, bits)
			if err == nil {
				i.store(p, v)
			}
			return err
		},
		facet: facetRule{shape: shapeInteger},
	}
}

// unsignedCodec stores any unsigned integer type as N, over its full range.
func unsignedCodec(t reflect.Type) *codec {
	i, bits := unsignedBySize[t.Size()], t.Bits()
	return &codec{
		kind:  N,
		plain: true,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return strconv.AppendUint(dst, i.load(p), 10), nil
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			v, err := parseUint(text, bits)
			if err == nil {
				i.store(p, v)
			}
			return err
		},
		facet: facetRule{shape: shapeInteger},
	}
}

// parseInt reads an integer in any spelling of a DynamoDB number: 1E2 is 100.
func parseInt(text []byte, bits int) (int64, error) {
	// The common case, without allocating. Shifting up and down again changes
	// what does not fit.
	if v, ok := digits(text); ok && v<<(64-bits)>>(64-bits) == v {
		return v, nil
	}
	n, err := decimal.Parse(text)
	if err != nil {
		return 0, notNumber(err)
	}
	v, err := strconv.ParseInt(n.String(), 10, bits)
	return v, integerError(err, n, bits)
}

func parseUint(text []byte, bits int) (uint64, error) {
	if v, ok := digits(text); ok && v >= 0 && uint64(v)<<(64-bits)>>(64-bits) == uint64(v) {
		return uint64(v), nil
	}
	n, err := decimal.Parse(text)
	if err != nil {
		return 0, notNumber(err)
	}
	v, err := strconv.ParseUint(n.String(), 10, bits)
	return v, integerError(err, n, bits)
}

// digits reads up to 18 digits with an optional minus.
func digits(text []byte) (v int64, ok bool) {
	neg := len(text) > 0 && text[0] == '-'
	if neg {
		text = text[1:]
	}
	if len(text) == 0 || len(text) > 18 {
		return 0, false
	}
	for _, c := range text {
		c -= '0'
		if c > 9 {
			return 0, false
		}
		v = v*10 + int64(c)
	}
	if neg {
		v = -v
	}
	return v, true
}

func integerError(err error, n decimal.Number, bits int) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("stored number does not fit in %d bits; use a wider type, or the codec decimal on a string", bits)
	case n.Compare(decimal.Number{}) < 0:
		return errors.New("stored number is negative, or has a fraction; use a signed integer or the codec decimal on a string")
	}
	return errors.New("stored number has a fraction; use a float, or the codec decimal on a string")
}

func notNumber(err error) error { return fmt.Errorf("stored number %w", err) }

var errFloat = errors.New("NaN and infinity cannot be stored; DynamoDB has finite numbers only")

// floatCodec stores float32 and float64 types as N, in the shortest text that
// reads back as the same float.
func floatCodec(t reflect.Type) *codec {
	bits := t.Bits()
	load := func(p unsafe.Pointer) float64 { return *(*float64)(p) }
	store := func(p unsafe.Pointer, v float64) { *(*float64)(p) = v }
	if bits == 32 {
		load = func(p unsafe.Pointer) float64 { return float64(*(*float32)(p)) }
		store = func(p unsafe.Pointer, v float64) { *(*float32)(p) = float32(v) }
	}
	return &codec{
		kind:  N,
		plain: true,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			return appendFloat(dst, load(p), bits)
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			v, err := parseFloat(text, bits)
			if err == nil {
				store(p, v)
			}
			return err
		},
		facet: facetRule{shape: shapeNumber},
	}
}

func appendFloat(dst []byte, v float64, bits int) ([]byte, error) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return dst, errFloat
	}
	if v == 0 {
		return append(dst, '0'), nil
	}
	if a := math.Abs(v); a < 1e-129 || a > 1e125 {
		start := len(dst)
		dst = strconv.AppendFloat(dst, v, 'e', -1, bits)
		if _, err := decimal.Parse(dst[start:]); err != nil {
			return dst, fmt.Errorf("number %w", err)
		}
		return dst, nil
	}
	return strconv.AppendFloat(dst, v, 'g', -1, bits), nil
}

// parseFloat reads a number that the float can hold: the float's own shortest
// text must be the same number again.
func parseFloat(text []byte, bits int) (float64, error) {
	if short(text, bits) {
		return strconv.ParseFloat(string(text), bits)
	}
	want, err := decimal.Parse(text)
	if err != nil {
		return 0, notNumber(err)
	}
	v, err := strconv.ParseFloat(string(text), bits)
	if err != nil {
		return 0, fmt.Errorf("stored number does not fit in a float of %d bits; use the codec decimal on a string", bits)
	}
	back, err := appendFloat(nil, v, bits)
	if err != nil {
		return 0, err
	}
	if got, err := decimal.Parse(back); err != nil || got != want {
		return 0, fmt.Errorf("stored number has more digits than a float of %d bits keeps; use the codec decimal on a string", bits)
	}
	return v, nil
}

// short reports whether text is a plain number of so few digits that every
// float keeps them: 6 in 32 bits, 15 in 64.
func short(text []byte, bits int) bool {
	if len(text) == 0 || len(text) > 6+(bits-32)*9/32 {
		return false
	}
	_, rest := span(text)
	if len(rest) > 0 && rest[0] == '.' && len(rest) < len(text) {
		_, rest = span(rest[1:])
	}
	return len(rest) == 0
}

// span splits text after its leading digits.
func span(text []byte) (digits, rest []byte) {
	i := 0
	for i < len(text) && '0' <= text[i] && text[i] <= '9' {
		i++
	}
	return text[:i], text[i:]
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
		facet: facetRule{shape: shapeNumber},
	}
}
