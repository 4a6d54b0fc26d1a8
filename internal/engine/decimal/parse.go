package decimal

import "math"

// Parse reads a number: an optional sign, digits with an optional point, and
// an optional exponent, as in "1", "-0.5", "+3", ".5", "5.", "1e3". Spaces,
// underscores, NaN and infinities are errors, and so are exponents that 64 bits
// do not hold. The cost is linear in the text.
func Parse[T ~string | ~[]byte](text T) (Number, error) {
	s := scanner[T]{text: text}
	s.sign()
	s.mantissa()
	if !s.sawDigit {
		return Number{}, ErrSyntax
	}
	s.exponent()
	if s.bad || s.pos != len(text) {
		return Number{}, ErrSyntax
	}
	return s.number()
}

// A scanner collects a mantissa's significant digits without ever holding
// more than fit.
type scanner[T ~string | ~[]byte] struct {
	text     T
	pos      int
	negative bool
	sawDigit bool
	bad      bool
	// leading is the exponent that the first significant digit has before the
	// exponent part is added.
	leading int
	// zeros counts zeros seen since the last nonzero digit.
	zeros  int
	count  int
	over   bool
	digits [MaxDigits]byte
	exp10  int
}

func (s *scanner[T]) sign() {
	if len(s.text) > 0 && (s.text[0] == '-' || s.text[0] == '+') {
		s.negative = s.text[0] == '-'
		s.pos = 1
	}
}

func (s *scanner[T]) mantissa() {
	point, before, after := false, 0, 0
	for ; s.pos < len(s.text); s.pos++ {
		c := s.text[s.pos]
		if c == '.' && !point {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		s.sawDigit = true
		if s.count == 0 && c != '0' {
			s.leading = -after - 1
		}
		s.digit(c - '0')
		if point {
			after++
		} else if s.count > 0 {
			before++
		}
	}
	if before > 0 {
		s.leading = before - 1
	}
}

func (s *scanner[T]) digit(d byte) {
	if d == 0 {
		if s.count > 0 {
			s.zeros++
		}
		return
	}
	if s.count+s.zeros >= MaxDigits {
		s.over = true
		s.count = MaxDigits
		return
	}
	s.count += s.zeros
	s.zeros = 0
	s.digits[s.count] = d
	s.count++
}

// farExponent is beyond every exponent that any mantissa of a request body can
// bring back into range.
const farExponent = 1 << 26

func (s *scanner[T]) exponent() {
	if s.pos >= len(s.text) || (s.text[s.pos] != 'e' && s.text[s.pos] != 'E') {
		return
	}
	s.pos++
	negative := false
	if s.pos < len(s.text) && (s.text[s.pos] == '-' || s.text[s.pos] == '+') {
		negative = s.text[s.pos] == '-'
		s.pos++
	}
	start, read := s.pos, int64(0)
	for ; s.pos < len(s.text) && s.text[s.pos] >= '0' && s.text[s.pos] <= '9'; s.pos++ {
		d := int64(s.text[s.pos] - '0')
		if read > (math.MaxInt64-d)/10 {
			s.bad = true
			return
		}
		read = read*10 + d
	}
	s.bad = s.pos == start
	s.exp10 = int(min(read, farExponent))
	if negative {
		s.exp10 = -s.exp10
	}
}

func (s *scanner[T]) number() (Number, error) {
	exponent := s.exp10 // of zero, which the service judges by what is written
	if s.count > 0 {
		exponent += s.leading
	}
	switch {
	case exponent > MaxExponent:
		return Number{}, ErrOverflow
	case exponent < MinExponent:
		return Number{}, ErrUnderflow
	case s.over:
		return Number{}, ErrPrecision
	case s.count == 0:
		return Number{}, nil
	}
	return Number{
		negative: s.negative,
		exponent: int16(exponent),
		count:    uint8(s.count),
		digits:   s.digits,
	}, nil
}

// IsCanonicalInteger tells whether text is an integer that is already in
// canonical form and in range, so that it needs no parsing: digits without a
// leading zero, perhaps after a minus sign, at most 38 of them.
func IsCanonicalInteger[T ~string | ~[]byte](text T) bool {
	start := 0
	if len(text) > 1 && text[0] == '-' {
		start = 1
	}
	digits := len(text) - start
	if digits == 0 || digits > MaxDigits {
		return false
	}
	if text[start] == '0' {
		return len(text) == 1
	}
	for i := start; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}
