// Package decimal computes with DynamoDB numbers: exact decimals of up to 38
// significant digits between 1E-130 and 9.99…E+125 in magnitude, and zero.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
//
// It never goes through a binary floating-point number.
package decimal

import (
	"bytes"
	"cmp"
	"errors"
	"math/big"
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

// A Number is a DynamoDB number: ±0.digits × 10^exp. The zero value is 0. Equal
// numbers are == to each other.
type Number struct {
	neg    bool
	count  uint8           // of digits
	exp    int16           // 0 for 0
	digits [MaxDigits]byte // no '0' at either end; 0 after count
}

// Parse reads decimal notation, with or without an exponent.
func Parse(text []byte) (Number, error) {
	rest := text
	neg := len(rest) > 0 && rest[0] == '-'
	if neg || len(rest) > 0 && rest[0] == '+' {
		rest = rest[1:]
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
	return number(neg, whole, fraction, power)
}

// number is ±whole.fraction × 10^power.
func number(neg bool, whole, fraction []byte, power int) (Number, error) {
	n := Number{neg: neg}
	seen := 0 // digits from the first that is not 0
	for _, part := range [2][]byte{whole, fraction} {
		for _, c := range part {
			switch {
			case c != '0' && seen >= MaxDigits:
				return Number{}, ErrDigits
			case c != '0':
				n.digits[seen] = c
				n.count = uint8(seen) + 1
			case seen == 0:
				power-- // of a 0 before the first digit
				continue
			}
			seen++
		}
	}
	exp := power + len(whole)
	switch {
	case n.count == 0:
		return Number{}, nil
	case exp > maxExp || exp < minExp:
		return Number{}, ErrRange
	}
	n.exp = int16(exp)
	for i, c := range n.digits[:n.count] {
		if c == 0 {
			n.digits[i] = '0'
		}
	}
	return n, nil
}

// text is the digits.
func (n *Number) text() []byte { return n.digits[:n.count] }

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
		n = min(n*10+int(c-'0'), 1<<26)
	}
	return sign * n, true
}

// Append appends n in the form that DynamoDB returns: no exponent, no plus, no
// zeros that say nothing.
func (n Number) Append(dst []byte) []byte {
	if n.count == 0 {
		return append(dst, '0')
	}
	if n.neg {
		dst = append(dst, '-')
	}
	exp, digits := int(n.exp), n.text()
	whole := min(max(exp, 0), len(digits))
	if exp <= 0 {
		dst = append(dst, '0')
	}
	dst = append(dst, digits[:whole]...)
	dst = zeros(dst, exp-len(digits))
	if whole < len(digits) {
		dst = zeros(append(dst, '.'), -exp)
		dst = append(dst, digits[whole:]...)
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
	if s := cmp.Compare(n.sign(), m.sign()); s != 0 || n.count == 0 {
		return s
	}
	c := cmp.Or(cmp.Compare(n.exp, m.exp), bytes.Compare(n.text(), m.text()))
	if n.neg {
		return -c
	}
	return c
}

func (n Number) sign() int {
	switch {
	case n.count == 0:
		return 0
	case n.neg:
		return -1
	}
	return 1
}

// Add returns n + m, or an error if that is no DynamoDB number.
func (n Number) Add(m Number) (Number, error) { return n.add(m, min(n.last(), m.last())) }

// last is the power of ten of the last digit's place.
func (n Number) last() int { return int(n.exp) - int(n.count) }

// add computes in units of 10^low.
func (n Number) add(m Number, low int) (Number, error) {
	sum := n.scaled(low)
	text := sum.Add(sum, m.scaled(low)).Append(nil, 10)
	digits, neg := bytes.CutPrefix(text, []byte("-"))
	return number(neg, digits, nil, low)
}

// scaled is n in units of 10^low.
func (n Number) scaled(low int) *big.Int {
	v := new(big.Int)
	if n.count == 0 {
		return v
	}
	v.SetString(string(zeros(bytes.Clone(n.text()), n.last()-low)), 10)
	if n.neg {
		v.Neg(v)
	}
	return v
}

// Next is the least DynamoDB number greater than n; ok is false at the end.
func (n Number) Next() (next Number, ok bool) {
	if n.count == 0 {
		return Number{count: 1, exp: minExp, digits: [MaxDigits]byte{'1'}}, true
	}
	// One in the last of 38 digits; below a power of ten, towards zero, the
	// digits are finer by one.
	low := int(n.exp) - MaxDigits
	if n.neg && n.count == 1 && n.digits[0] == '1' {
		low--
	}
	step := Number{count: 1, exp: int16(low + 1), digits: [MaxDigits]byte{'1'}}
	next, err := n.add(step, low)
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
	n.neg = !n.neg && n.count > 0
	return n
}
