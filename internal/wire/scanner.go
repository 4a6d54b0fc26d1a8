package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds the nesting of a value that is skipped or read: DynamoDB
// nests 32 levels deep, each of which takes two JSON objects or arrays.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const maxDepth = 70

var errTruncated = errors.New("JSON ends too early")

// A Scanner pulls JSON tokens out of a buffer, front to back. The slices that
// it returns point into the buffer, or into a scratch buffer of its own where
// a string holds escapes, and are valid until the next call.
type Scanner struct {
	data    []byte
	pos     int
	depth   int
	scratch []byte
}

// NewScanner returns a scanner at the beginning of data, which it does not
// change.
func NewScanner(data []byte) *Scanner {
	return &Scanner{data: data}
}

// Reset moves s to the beginning of data.
func (s *Scanner) Reset(data []byte) {
	s.data, s.pos, s.depth = data, 0, 0
}

// Pos is the offset of the next byte.
func (s *Scanner) Pos() int { return s.pos }

// Prefix passes over text if exactly that comes next, white space included.
func (s *Scanner) Prefix(text string) bool {
	end := s.pos + len(text)
	if end > len(s.data) || string(s.data[s.pos:end]) != text {
		return false
	}
	s.pos = end
	return true
}

// Begin passes over the opening bracket: '{' or '['.
func (s *Scanner) Begin(open byte) error {
	s.depth++
	if s.depth > maxDepth {
		return fmt.Errorf("JSON is nested deeper than %d levels", maxDepth)
	}
	return s.Byte(open)
}

// More reports whether another member follows, and passes over the comma
// before it; else over the closing bracket. First says that none was read yet.
func (s *Scanner) More(closing byte, first bool) (bool, error) {
	c, err := s.peek()
	switch {
	case err != nil:
		return false, err
	case c == closing:
		s.pos++
		s.depth--
		return false, nil
	case first:
		return true, nil
	}
	return true, s.Byte(',')
}

// Name reads a member's name and the colon after it.
func (s *Scanner) Name() ([]byte, error) {
	name, err := s.String()
	if err != nil {
		return nil, err
	}
	// The colon does not overwrite scratch, so name stays valid.
	return name, s.Byte(':')
}

// End fails if anything but white space is left.
func (s *Scanner) End() error {
	if _, err := s.peek(); err == nil {
		return fmt.Errorf("JSON goes on after its end, at byte %d", s.pos)
	}
	return nil
}

// Byte passes over c and the white space before it.
func (s *Scanner) Byte(c byte) error {
	got, err := s.peek()
	if err != nil {
		return err
	}
	if got != c {
		return s.unexpected(string(rune(c)))
	}
	s.pos++
	return nil
}

func (s *Scanner) unexpected(want string) error {
	return fmt.Errorf("JSON has %q at byte %d where %s is expected", s.data[s.pos], s.pos, want)
}

// peek skips white space and returns the byte after it.
func (s *Scanner) peek() (byte, error) {
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c, nil
		}
	}
	return 0, errTruncated
}

// Bool reads true or false.
func (s *Scanner) Bool() (bool, error) {
	if _, err := s.peek(); err != nil {
		return false, err
	}
	switch {
	case s.Prefix("true"):
		return true, nil
	case s.Prefix("false"):
		return false, nil
	}
	return false, s.unexpected("true or false")
}

// Null passes over null if that comes next.
func (s *Scanner) Null() bool {
	_, err := s.peek()
	return err == nil && s.Prefix("null")
}

// String reads a string and undoes its escapes. Whether it is valid UTF-8 is
// not looked at.
func (s *Scanner) String() ([]byte, error) {
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
// or after i. It looks at eight bytes at a time.
func (s *Scanner) special(i int) (int, error) {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	for i+8 <= len(s.data) {
		w := binary.LittleEndian.Uint64(s.data[i:])
		quote, back := w^(ones*'"'), w^(ones*'\\')
		// A byte's high bit is set in hit if the byte is one of the three. A
		// borrow can set it wrongly only above a right one, and the lowest is
		// taken.
		hit := ((quote - ones) &^ quote) | ((back - ones) &^ back) | ((w - ones*0x20) &^ w)
		if hit &= highs; hit != 0 {
			return i + bits.TrailingZeros64(hit)/8, nil
		}
		i += 8
	}
	for ; i < len(s.data); i++ {
		if c := s.data[i]; c == '"' || c == '\\' || c < 0x20 {
			return i, nil
		}
	}
	return 0, errTruncated
}

// unescape reads a string that starts at start and has its first special byte
// at i.
func (s *Scanner) unescape(start, i int) ([]byte, error) {
	out := s.scratch[:0]
	for {
		out = append(out, s.data[start:i]...)
		switch c := s.data[i]; c {
		case '"':
			s.pos, s.scratch = i+1, out
			return out, nil
		case '\\':
			var err error
			if out, start, err = s.escape(out, i); err != nil {
				return nil, err
			}
		default:
			return nil, fmt.Errorf("JSON string has the control character %#x at byte %d", c, i)
		}
		var err error
		if i, err = s.special(start); err != nil {
			return nil, err
		}
	}
}

// escape appends what the escape sequence at i stands for and returns the
// offset after it. Half a surrogate pair becomes U+FFFD, as in encoding/json.
func (s *Scanner) escape(out []byte, i int) ([]byte, int, error) {
	if i+1 >= len(s.data) {
		return nil, 0, errTruncated
	}
	switch c := s.data[i+1]; c {
	case '"', '\\', '/':
		return append(out, c), i + 2, nil
	case 'b':
		return append(out, '\b'), i + 2, nil
	case 'f':
		return append(out, '\f'), i + 2, nil
	case 'n':
		return append(out, '\n'), i + 2, nil
	case 'r':
		return append(out, '\r'), i + 2, nil
	case 't':
		return append(out, '\t'), i + 2, nil
	case 'u':
		r, err := s.hex4(i)
		if err != nil {
			return nil, 0, err
		}
		i += 6
		if utf16.IsSurrogate(r) {
			low, err := s.hex4(i)
			if err == nil && utf16.DecodeRune(r, low) != utf8.RuneError {
				r = utf16.DecodeRune(r, low)
				i += 6
			}
		}
		return utf8.AppendRune(out, r), i, nil
	}
	return nil, 0, fmt.Errorf("JSON string has the unknown escape %q at byte %d", s.data[i:i+2], i)
}

// hex4 reads the sequence \uXXXX at i.
func (s *Scanner) hex4(i int) (rune, error) {
	if i+6 > len(s.data) {
		return 0, errTruncated
	}
	ok := s.data[i] == '\\' && s.data[i+1] == 'u'
	var r rune
	for _, c := range s.data[i+2 : i+6] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case 'A' <= c && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			ok = false
		}
	}
	if !ok {
		return 0, fmt.Errorf("JSON string has a bad \\u escape at byte %d", i)
	}
	return r, nil
}

// Skip passes over one JSON value of any type and returns its text.
func (s *Scanner) Skip() ([]byte, error) {
	c, err := s.peek()
	if err != nil {
		return nil, err
	}
	start := s.pos
	switch c {
	case '{':
		err = s.skipAll('{', '}')
	case '[':
		err = s.skipAll('[', ']')
	case '"':
		_, err = s.String()
	default:
		err = s.skipLiteral()
	}
	if err != nil {
		return nil, err
	}
	return s.data[start:s.pos:s.pos], nil
}

func (s *Scanner) skipAll(open, closing byte) error {
	if err := s.Begin(open); err != nil {
		return err
	}
	for first := true; ; first = false {
		more, err := s.More(closing, first)
		if err != nil || !more {
			return err
		}
		if open == '{' {
			if _, err := s.Name(); err != nil {
				return err
			}
		}
		if _, err := s.Skip(); err != nil {
			return err
		}
	}
}

// skipLiteral passes over true, false, null or a number.
func (s *Scanner) skipLiteral() error {
	if s.Prefix("true") || s.Prefix("false") || s.Prefix("null") {
		return nil
	}
	_, err := s.Number()
	return err
}

// Number reads a JSON number and returns its text.
func (s *Scanner) Number() ([]byte, error) {
	if _, err := s.peek(); err != nil {
		return nil, err
	}
	start := s.pos
	if !s.number() {
		s.pos = min(s.pos, len(s.data)-1)
		return nil, s.unexpected("a value")
	}
	return s.data[start:s.pos:s.pos], nil
}

// number passes over -?int frac? exp? of RFC 8259, section 6.
func (s *Scanner) number() bool {
	s.Prefix("-")
	if !s.Prefix("0") && !s.digits() {
		return false
	}
	if s.Prefix(".") && !s.digits() {
		return false
	}
	if s.Prefix("e") || s.Prefix("E") {
		_ = s.Prefix("+") || s.Prefix("-")
		return s.digits()
	}
	return true
}

func (s *Scanner) digits() bool {
	start := s.pos
	for s.pos < len(s.data) && '0' <= s.data[s.pos] && s.data[s.pos] <= '9' {
		s.pos++
	}
	return s.pos > start
}

// A ScanMark is a place in the JSON to go back to.
type ScanMark struct{ pos, depth int }

// Mark remembers where s is.
func (s *Scanner) Mark() ScanMark { return ScanMark{s.pos, s.depth} }

// Back goes back to m.
func (s *Scanner) Back(m ScanMark) { s.pos, s.depth = m.pos, m.depth }

// Take gives read what is left of the JSON, and goes on at the rest that it
// returns. What it reads is not counted as depth.
func (s *Scanner) Take(read func(json []byte) (rest []byte, err error)) error {
	rest, err := read(s.data[s.pos:])
	s.pos = len(s.data) - len(rest)
	return err
}

// Peek fails if the next byte after white space is not c.
func (s *Scanner) Peek(c byte) error {
	got, err := s.peek()
	if err == nil && got != c {
		err = s.unexpected(string(rune(c)))
	}
	return err
}
