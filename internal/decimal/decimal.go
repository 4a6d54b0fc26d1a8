// Package decimal computes with DynamoDB numbers: exact decimals of up to 38
// significant digits between 1E-130 and 9.99…E+125 in magnitude, and zero.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
//
// It never goes through a binary floating-point number.
package decimal

import (
	"cmp"
	"errors"
	"math/big"
	"strings"
)

// Limits of a DynamoDB number.
const (
	MaxDigits = 38   // significant digits
	maxExp    = 126  // of 0.d × 10^exp: 9.99…E+125
	minExp    = -129 // 1E-130
)

// Errors of [Parse].
var (
	ErrSyntax = errors.New("is not a decimal number")
	ErrDigits = errors.New("has more than 38 significant digits")
	ErrRange  = errors.New("is outside 1E-130 to 9.9999999999999999999999999999999999999E+125 in magnitude")
)

// A Number is a DynamoDB number: ±0.digits × 10^exp. The zero value is 0.
type Number struct {
	neg    bool
	digits string // no zero at either end; "" for 0
	exp    int
}

// Parse reads decimal notation, with or without an exponent.
func Parse(text []byte) (Number, error) {
	var n Number
	rest := text
	if len(rest) > 0 && (rest[0] == '-' || rest[0] == '+') {
		n.neg, rest = rest[0] == '-', rest[1:]
	}
	whole, rest := span(rest)
	var fraction []byte
	if len(rest) > 0 && rest[0] == '.' {
		fraction, rest = span(rest[1:])
	}
	power, ok := exponent(rest)
	if !ok || len(whole)+len(fraction) == 0 {
		return Number{}, ErrSyntax
	}
	digits := strings.TrimLeft(string(whole)+string(fraction), "0")
	n.exp = power + len(digits) - len(fraction)
	n.digits = strings.TrimRight(digits, "0")
	return n.checked()
}

// span splits text after its leading digits.
func span(text []byte) (digits, rest []byte) {
	i := 0
	for i < len(text) && '0' <= text[i] && text[i] <= '9' {
		i++
	}
	return text[:i], text[i:]
}

// exponent reads the part from the e on. Exponents that are far out of range
// are cut off, so that they do not overflow.
func exponent(text []byte) (int, bool) {
	if len(text) == 0 {
		return 0, true
	}
	if text[0] != 'e' && text[0] != 'E' {
		return 0, false
	}
	text = text[1:]
	sign := 1
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		if text[0] == '-' {
			sign = -1
		}
		text = text[1:]
	}
	digits, rest := span(text)
	if len(digits) == 0 || len(rest) > 0 {
		return 0, false
	}
	n := 0
	for _, c := range digits {
		n = min(n*10+int(c-'0'), 1<<30)
	}
	return sign * n, true
}

func (n Number) checked() (Number, error) {
	switch {
	case n.digits == "":
		return Number{}, nil
	case len(n.digits) > MaxDigits:
		return Number{}, ErrDigits
	case n.exp > maxExp || n.exp < minExp:
		return Number{}, ErrRange
	}
	return n, nil
}

// Append appends n in the form that DynamoDB returns: no exponent, no plus, no
// zeros that say nothing.
func (n Number) Append(dst []byte) []byte {
	if n.digits == "" {
		return append(dst, '0')
	}
	if n.neg {
		dst = append(dst, '-')
	}
	whole := min(max(n.exp, 0), len(n.digits))
	if n.exp <= 0 {
		dst = append(dst, '0')
	}
	dst = append(dst, n.digits[:whole]...)
	dst = zeros(dst, n.exp-len(n.digits))
	if whole < len(n.digits) {
		dst = zeros(append(dst, '.'), -n.exp)
		dst = append(dst, n.digits[whole:]...)
	}
	return dst
}

func zeros(dst []byte, count int) []byte {
	for range count {
		dst = append(dst, '0')
	}
	return dst
}

func (n Number) String() string { return string(n.Append(nil)) }

// Compare is negative, zero or positive as n is less than, equal to or
// greater than m.
func (n Number) Compare(m Number) int {
	if s := cmp.Compare(n.sign(), m.sign()); s != 0 || n.digits == "" {
		return s
	}
	c := cmp.Or(cmp.Compare(n.exp, m.exp), strings.Compare(n.digits, m.digits))
	if n.neg {
		return -c
	}
	return c
}

func (n Number) sign() int {
	switch {
	case n.digits == "":
		return 0
	case n.neg:
		return -1
	}
	return 1
}

// Add returns n + m, or an error if that is no DynamoDB number.
func (n Number) Add(m Number) (Number, error) {
	// The last digit of n stands at 10^(exp-len).
	low := min(n.exp-len(n.digits), m.exp-len(m.digits))
	sum := n.scaled(low)
	sum.Add(sum, m.scaled(low))
	text := sum.Append(nil, 10)
	r := Number{neg: text[0] == '-'}
	digits := strings.TrimPrefix(string(text), "-")
	digits = strings.TrimLeft(digits, "0")
	r.exp = low + len(digits)
	r.digits = strings.TrimRight(digits, "0")
	return r.checked()
}

// scaled is n in units of 10^low.
func (n Number) scaled(low int) *big.Int {
	v := new(big.Int)
	if n.digits == "" {
		return v
	}
	v.SetString(n.digits+strings.Repeat("0", n.exp-len(n.digits)-low), 10)
	if n.neg {
		v.Neg(v)
	}
	return v
}

// Next is the least DynamoDB number greater than n; ok is false at the end.
func (n Number) Next() (next Number, ok bool) {
	if n.digits == "" {
		return Number{digits: "1", exp: minExp}, true
	}
	// One in the last of 38 digits; below a power of ten, towards zero, the
	// digits are finer by one.
	low := n.exp - MaxDigits + 1
	if n.neg && n.digits == "1" {
		low--
	}
	next, err := n.Add(Number{digits: "1", exp: low})
	if err != nil {
		// Towards zero the next one below the least magnitude is zero itself.
		return Number{}, n.neg
	}
	return next, true
}

// Prev is the greatest DynamoDB number less than n; ok is false at the end.
func (n Number) Prev() (prev Number, ok bool) {
	next, ok := n.Neg().Next()
	return next.Neg(), ok
}

// Neg is -n.
func (n Number) Neg() Number {
	if n.digits != "" {
		n.neg = !n.neg
	}
	return n
}
