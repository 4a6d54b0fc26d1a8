package decimal

// AppendText appends n in the canonical form in which DynamoDB returns
// numbers: no exponent, no leading or trailing zeros, no plus sign, at most
// 170 bytes.
func (n *Number) AppendText(dst []byte) []byte {
	if n.count == 0 {
		return append(dst, '0')
	}
	if n.negative {
		dst = append(dst, '-')
	}
	exponent, count := int(n.exponent), int(n.count)
	if exponent < 0 {
		dst = append(dst, '0', '.')
		dst = appendZeros(dst, -exponent-1)
		return appendDigits(dst, n.digits[:count])
	}
	whole := exponent + 1
	if count <= whole {
		dst = appendDigits(dst, n.digits[:count])
		return appendZeros(dst, whole-count)
	}
	dst = appendDigits(dst, n.digits[:whole])
	dst = append(dst, '.')
	return appendDigits(dst, n.digits[whole:count])
}

// String gives the canonical form.
func (n Number) String() string {
	return string(n.AppendText(nil))
}

func appendZeros(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, '0')
	}
	return dst
}

func appendDigits(dst, digits []byte) []byte {
	for _, d := range digits {
		dst = append(dst, '0'+d)
	}
	return dst
}
