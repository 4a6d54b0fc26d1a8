package decimal

// Add gives a + b, exactly. The result may be out of range (ErrOverflow,
// ErrUnderflow) or need more than 38 digits (ErrPrecision).
func Add(a, b Number) (Number, error) {
	switch {
	case a.count == 0:
		return b, nil
	case b.count == 0:
		return a, nil
	case a.negative == b.negative:
		return sum(&a, &b)
	}
	switch compareMagnitude(&a, &b) {
	case 0:
		return Number{}, nil
	case -1:
		return difference(&b, &a)
	default:
		return difference(&a, &b)
	}
}

// Sub gives a − b under Add's rules.
func Sub(a, b Number) (Number, error) {
	return Add(a, b.Neg())
}

// A column holds the digits of two aligned numbers: index 0 is one above the
// higher leading digit, to take a carry. Two numbers whose digits do not fit
// cannot have an exact result of 38 digits: the lower one then ends beyond it.
type column struct {
	digits [2*MaxDigits + 2]int8
	// exponent is that of digits[0].
	exponent int
}

func (c *column) index(exponent int) int { return c.exponent - exponent }

func (c *column) put(n *Number, sign int8) bool {
	first := c.index(int(n.exponent))
	if first+int(n.count) > len(c.digits) {
		return false
	}
	for i := range int(n.count) {
		c.digits[first+i] += sign * int8(n.digits[i])
	}
	return true
}

// carry brings every digit into 0…9, from the lowest up.
func (c *column) carry() {
	for i := len(c.digits) - 1; i > 0; i-- {
		switch {
		case c.digits[i] > 9:
			c.digits[i] -= 10
			c.digits[i-1]++
		case c.digits[i] < 0:
			c.digits[i] += 10
			c.digits[i-1]--
		}
	}
}

func (c *column) number(negative bool) (Number, error) {
	first, last := 0, len(c.digits)-1
	for c.digits[first] == 0 {
		first++
	}
	for c.digits[last] == 0 {
		last--
	}
	n := Number{negative: negative, exponent: int16(c.exponent - first)}
	switch {
	case n.exponent > MaxExponent:
		return Number{}, ErrOverflow
	case n.exponent < MinExponent:
		return Number{}, ErrUnderflow
	case last-first+1 > MaxDigits:
		return Number{}, ErrPrecision
	}
	n.count = uint8(last - first + 1)
	for i := range int(n.count) {
		n.digits[i] = byte(c.digits[first+i])
	}
	return n, nil
}

func sum(a, b *Number) (Number, error) {
	return combine(a, b, 1)
}

// difference gives a − b for |a| > |b| and signs that differ, in a's sign.
func difference(a, b *Number) (Number, error) {
	return combine(a, b, -1)
}

func combine(a, b *Number, sign int8) (Number, error) {
	c := column{exponent: int(max(a.exponent, b.exponent)) + 1}
	if !c.put(a, 1) || !c.put(b, sign) {
		return Number{}, ErrPrecision
	}
	c.carry()
	return c.number(a.negative)
}
