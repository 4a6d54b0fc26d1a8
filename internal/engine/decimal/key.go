package decimal

// Classes of the first key byte, in order.
const (
	classNegative = 1
	classZero     = 2
	classPositive = 3
)

// AppendKey appends bytes that compare, byte by byte, as the numbers compare,
// and of which none is the beginning of another: a class byte, and for numbers
// other than zero the base-100 exponent, the base-100 digits plus one, and a
// terminator. The bytes of a negative number are complemented. At most 23
// bytes.
func (n *Number) AppendKey(dst []byte) []byte {
	if n.count == 0 {
		return append(dst, classZero)
	}
	var flip byte
	class := byte(classPositive)
	if n.negative {
		flip, class = 0xFF, classNegative
	}
	dst = append(dst, class, byte(n.exponent100()+128)^flip)
	for i := n.firstPair(); i < int(n.count); i += 2 {
		dst = append(dst, (n.pair(i)+1)^flip)
	}
	return append(dst, flip)
}

// exponent100 is the exponent of the leading base-100 digit.
func (n *Number) exponent100() int {
	return int(n.exponent) >> 1
}

// firstPair is the index of the first pair's tens digit, −1 when that digit is
// an implied zero.
func (n *Number) firstPair() int {
	if n.exponent&1 == 0 {
		return -1
	}
	return 0
}

func (n *Number) pair(i int) byte {
	var tens, ones byte
	if i >= 0 {
		tens = n.digits[i]
	}
	if i+1 < MaxDigits {
		ones = n.digits[i+1]
	}
	return tens*10 + ones
}
