// Package decimal holds DynamoDB's numbers: exact decimals of up to 38
// significant digits with magnitudes from 1E-130 to 9.99…E+125.
//
// [Parse] reads every form the service accepts, [Number.AppendText] writes the
// canonical one, [Number.AppendKey] writes bytes that sort like the numbers.
// Nothing is ever rounded and no float64 is involved: [Number.Add] fails when
// the exact result does not fit.
package decimal

import (
	"bytes"
	"errors"
)

// Limits of a number, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const (
	// MaxDigits is the number of significant digits.
	MaxDigits = 38
	// MaxExponent is the exponent of the leading digit of the largest number.
	MaxExponent = 125
	// MinExponent is that of the smallest magnitude above zero.
	MinExponent = -130
)

// Errors of Parse, Add and Sub.
var (
	ErrSyntax    = errors.New("decimal: not a number")
	ErrOverflow  = errors.New("decimal: magnitude too large")
	ErrUnderflow = errors.New("decimal: magnitude too small")
	ErrPrecision = errors.New("decimal: more than 38 significant digits")
)

// A Number is an exact decimal. The zero value is 0. Numbers that are equal
// are equal as Go values, so == and map keys work.
type Number struct {
	negative bool
	// exponent is that of the leading digit: 12.3 has exponent 1.
	exponent int16
	// count is the number of significant digits, 0 for zero.
	count uint8
	// digits are 0 to 9, the first and the last of them not zero.
	digits [MaxDigits]byte
}

// Neg gives −n. −0 is 0.
func (n Number) Neg() Number {
	if n.count > 0 {
		n.negative = !n.negative
	}
	return n
}

// Compare gives −1, 0 or +1 as a is less than, equal to or greater than b.
func Compare(a, b *Number) int {
	if s, t := a.sign(), b.sign(); s != t {
		if s < t {
			return -1
		}
		return 1
	}
	c := compareMagnitude(a, b)
	if a.negative {
		return -c
	}
	return c
}

func (n *Number) sign() int {
	switch {
	case n.count == 0:
		return 0
	case n.negative:
		return -1
	default:
		return 1
	}
}

func compareMagnitude(a, b *Number) int {
	switch {
	case a.count == 0 || b.count == 0:
		return int(min(a.count, 1)) - int(min(b.count, 1))
	case a.exponent != b.exponent:
		if a.exponent < b.exponent {
			return -1
		}
		return 1
	default:
		// Digits after the last are zero in the array, and a zero tail does
		// not change the value.
		return bytes.Compare(a.digits[:], b.digits[:])
	}
}

// Size gives the number's size in bytes by DynamoDB's rule: one byte for every
// two digits, aligned to even powers of ten, one more for the exponent, one
// more for a minus sign; 1 for zero. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
func (n *Number) Size() int {
	if n.count == 0 {
		return 1
	}
	size := 1 + n.pairs()
	if n.negative {
		size++
	}
	return size
}

// pairs gives how many base-100 digits n has.
func (n *Number) pairs() int {
	odd := 0
	if n.exponent&1 == 0 {
		// An even exponent puts the leading digit alone into its pair.
		odd = 1
	}
	return (int(n.count) + odd + 1) / 2
}
