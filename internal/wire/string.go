package wire

import (
	"encoding/base64"
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// String reads a string and undoes its escapes. Whether it is valid UTF-8 is
// not looked at.
func (s *Scanner) String() ([]byte, error) {
	if s.Prefix(`"`) {
		return s.Rest()
	}
	if err := s.Byte('"'); err != nil {
		return nil, err
	}
	return s.Rest()
}

// Rest reads what is left of a string whose opening quote has been passed.
func (s *Scanner) Rest() ([]byte, error) {
	start := s.pos
	i, err := s.special(start)
	if err != nil {
		return nil, err
	}
	if s.data[i] == '"' {
		s.pos = i + 1
		return s.data[start:i:i], nil
	}
	return s.unescape(start, i)
}

// special is the offset of the first quote, backslash or control character at
// or after i.
func (s *Scanner) special(i int) (int, error) {
	if i = s.plain(i); i < len(s.data) {
		return i, nil
	}
	return 0, s.errAt(len(s.data), errTruncated)
}

// plain is special that returns the length of the data if there is none. It
// looks at eight bytes at a time.
func (s *Scanner) plain(i int) int {
	for ; i+8 <= len(s.data); i += 8 {
		if hit := specials(binary.LittleEndian.Uint64(s.data[i:])); hit != 0 {
			return i + bits.TrailingZeros64(hit)/8
		}
	}
	for i < len(s.data) && !special(s.data[i]) {
		i++
	}
	return i
}

// ones has a 1 in each of eight bytes, highs has their highest bits.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// specials has the highest bit of the first of eight bytes that is a quote, a
// backslash or a control character, and perhaps more above it.
func specials(w uint64) uint64 {
	quote, back := w^(ones*'"'), w^(ones*'\\')
	// A borrow can set a bit wrongly only above a right one.
	return ((quote-ones)&^quote | (back-ones)&^back | (w-ones*0x20)&^w) & highs
}

// unescape reads a string that starts at start and has its first special byte
// at i.
func (s *Scanner) unescape(start, i int) ([]byte, error) {
	out := s.scratch[:0]
	for {
		out = append(out, s.data[start:i]...)
		switch s.data[i] {
		case '"':
			s.pos, s.scratch = i+1, out
			return out, nil
		case '\\':
			var err error
			if out, start, err = s.escape(out, i); err != nil {
				return nil, err
			}
		default:
			return nil, s.errAt(i, "control character in a string")
		}
		var err error
		if i, err = s.special(start); err != nil {
			return nil, err
		}
	}
}

// escapes maps the letter of a short escape sequence to what it stands for.
var escapes = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// escape appends what the escape sequence at i stands for and returns the
// offset after it. Half a surrogate pair becomes U+FFFD, as in encoding/json.
func (s *Scanner) escape(out []byte, i int) ([]byte, int, error) {
	if i+1 >= len(s.data) {
		return nil, 0, s.errAt(i, errTruncated)
	}
	if c := escapes[s.data[i+1]]; c != 0 {
		return append(out, c), i + 2, nil
	}
	r, ok := s.hex4(i)
	if !ok {
		return nil, 0, s.errAt(i, "escape sequence in a string is not known")
	}
	i += 6
	if utf16.IsSurrogate(r) {
		low, _ := s.hex4(i)
		if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
			i += 6
		}
	}
	return utf8.AppendRune(out, r), i, nil
}

// hex4 reads the escape at i: a backslash, u and four hexadecimal digits.
func (s *Scanner) hex4(i int) (r rune, ok bool) {
	if i+6 > len(s.data) || s.data[i] != '\\' || s.data[i+1] != 'u' {
		return 0, false
	}
	for _, c := range s.data[i+2 : i+6] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case 'A' <= c && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// binary reads a string of base64 and returns the bytes that it stands for.
func (s *Scanner) binary() ([]byte, error) {
	start := s.pos
	text, err := s.String()
	if err != nil {
		return nil, err
	}
	if s.raw, err = base64.StdEncoding.AppendDecode(s.raw[:0], text); err != nil {
		return nil, s.errAt(start, "binary data is not base64")
	}
	return s.raw, nil
}

// AppendString appends text as a JSON string. Text must be valid UTF-8.
func AppendString(dst []byte, text string) []byte {
	dst = append(dst, '"')
	start := len(dst)
	dst = append(dst, text...)
	return append(AppendEscapes(dst, start), '"')
}

// AppendEscapes replaces what a JSON string may not hold in dst[start:] by its
// escape sequence, in place. Nearly always there is nothing to replace.
func AppendEscapes(dst []byte, start int) []byte {
	i := start
	for i+8 <= len(dst) && specials(binary.LittleEndian.Uint64(dst[i:])) == 0 {
		i += 8
	}
	more := 0
	for _, c := range dst[i:] {
		if special(c) {
			more += len(escapeOf(c)) - 1
		}
	}
	if more == 0 {
		return dst
	}
	// From the end on, no byte is overwritten before it was read.
	from := len(dst)
	dst = slices.Grow(dst, more)[:from+more]
	for to := len(dst); to > from; {
		from--
		if c := dst[from]; special(c) {
			to -= copy(dst[to-len(escapeOf(c)):], escapeOf(c))
		} else {
			to--
			dst[to] = c
		}
	}
	return dst
}

// escapeOf is the escape sequence of a special byte.
func escapeOf(c byte) string {
	const controls = `\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000a\u000b\u000c\u000d\u000e\u000f` +
		`\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f`
	switch c {
	case '"':
		return `\"`
	case '\\':
		return `\\`
	}
	return controls[6*int(c):][:6]
}

// special reports whether a JSON string holds c as an escape sequence only.
func special(c byte) bool { return c < 0x20 || c == '"' || c == '\\' }

// appendBase64 replaces dst[start:] by its base64 text.
func appendBase64(dst []byte, start int) []byte {
	end := len(dst)
	dst = base64.StdEncoding.AppendEncode(dst, dst[start:])
	n := copy(dst[start:], dst[end:])
	return dst[:start+n]
}
