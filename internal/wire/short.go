package wire

import (
	"encoding/base64"
	"encoding/binary"
	"math/bits"
)

// The methods in this file read what is left of a scalar behind its opening, as
// in {"S":", up to its last brace. They are for the form in which DynamoDB sends
// it, without white space, escapes and other members. If anything else comes they
// are not ok, and the scanner may be anywhere: see [Scanner.Back].

// Chars reads a text of n bytes. Quotes, backslashes and control characters in
// it are for the caller to refuse.
func (s *Scanner) Chars(n int) (text []byte, ok bool) {
	end := s.pos + n
	if end+1 >= len(s.data) || s.data[end] != '"' || s.data[end+1] != '}' {
		return nil, false
	}
	text = s.data[s.pos:end:end]
	s.pos = end + 2
	return text, true
}

// Plain reads a text of any length, and tells whether it is ASCII.
func (s *Scanner) Plain() (text []byte, ascii, ok bool) {
	data, i := s.data, s.pos
	high := uint64(0)
	for ; i+8 <= len(data); i += 8 {
		w := binary.LittleEndian.Uint64(data[i:])
		if hit := specials(w); hit != 0 {
			// Hit is the highest bit of its byte.
			before := bits.TrailingZeros64(hit) &^ 7
			high |= w & (1<<before - 1)
			return s.closed(i+before/8, high)
		}
		high |= w
	}
	for ; i < len(data) && !special(data[i]); i++ {
		high |= uint64(data[i])
	}
	return s.closed(i, high)
}

// closed is Plain of a text that ends before end, where high has the bits of all
// its bytes.
func (s *Scanner) closed(end int, high uint64) (text []byte, ascii, ok bool) {
	if text, ok = s.Chars(end - s.pos); !ok {
		return nil, false, false
	}
	return text, high&highs == 0, true
}

// Integer reads a whole number of up to 18 digits.
func (s *Scanner) Integer() (v int64, ok bool) {
	data, i := s.data, s.pos
	negative := i < len(data) && data[i] == '-'
	if negative {
		i++
	}
	first := i
	if len(data)-i >= 8 {
		if eight, ok := EightDigits(data[i:]); ok {
			v, i = eight, i+8
		}
	}
	for i < len(data) && data[i]-'0' <= 9 {
		v = v*10 + int64(data[i]-'0')
		i++
	}
	if n := i - first; n == 0 || n > 18 || i+1 >= len(data) || data[i] != '"' || data[i+1] != '}' {
		return 0, false
	}
	s.pos = i + 2
	if negative {
		v = -v
	}
	return v, true
}

// Decimal reads a number of up to 15 digits, perhaps with a fraction: digits
// without the point, of which scale stand behind it. Zero has no sign.
func (s *Scanner) Decimal() (digits int64, scale int, ok bool) {
	data, i := s.data, s.pos
	negative := i < len(data) && data[i] == '-'
	if negative {
		i++
	}
	first, point := i, -1
	for ; i < len(data); i++ {
		c := data[i] - '0'
		if c <= 9 {
			digits = digits*10 + int64(c)
		} else if data[i] == '.' && point < 0 {
			point = i
		} else {
			break
		}
		if i-first > 15 {
			return 0, 0, false
		}
	}
	n := i - first
	if point >= 0 {
		n, scale = n-1, i-point-1
	}
	whole := point < 0 || point > first && scale > 0
	if n == 0 || n > 15 || !whole || i+1 >= len(data) || data[i] != '"' || data[i+1] != '}' || negative && digits == 0 {
		return 0, 0, false
	}
	s.pos = i + 2
	if negative {
		digits = -digits
	}
	return digits, scale, true
}

// Binary reads base64 and returns the bytes that it stands for, newly made.
func (s *Scanner) Binary() (raw []byte, ok bool) {
	text, ascii, ok := s.Plain()
	if !ok || !ascii || len(text)%4 != 0 {
		return nil, false
	}
	n := len(text) / 4 * 3
	for i := len(text) - 1; i >= len(text)-2 && i >= 0 && text[i] == '='; i-- {
		n--
	}
	raw = make([]byte, n)
	got, err := base64.StdEncoding.Decode(raw, text)
	return raw, err == nil && got == n
}

// EightDigits is the number that the first eight bytes of text spell.
func EightDigits(text []byte) (v int64, ok bool) {
	w := binary.LittleEndian.Uint64(text)
	// A digit is 3 in the upper half of its byte, and still that with 6 added.
	if w&(ones*0xF0)|(w+ones*6)&(ones*0xF0)>>4 != ones*0x33 {
		return 0, false
	}
	// Two neighbours become one number, three times over.
	w = w & (ones * 0x0F) * (1 + 10<<8) >> 8
	w = w & 0x00FF00FF00FF00FF * (1 + 100<<16) >> 16
	w = w & 0x0000FFFF0000FFFF * (1 + 10000<<32) >> 32
	return int64(w), true
}

// Boolean reads true or false.
func (s *Scanner) Boolean() (v, ok bool) {
	if s.Prefix("true}") {
		return true, true
	}
	return false, s.Prefix("false}")
}

// PlainScalar is the text of a value of kind k, S or N, if json is that value
// without escapes and nothing else.
func PlainScalar(json []byte, k Kind) (text []byte, ok bool) {
	open := Opening(k)
	s := Scanner{data: json}
	if !s.Prefix(open) {
		return nil, false
	}
	end := s.plain(s.pos)
	if end != len(json)-2 || string(json[end:]) != `"}` {
		return nil, false
	}
	return json[s.pos:end], true
}
