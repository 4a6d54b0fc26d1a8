package wire

import "fmt"

// maxDepth bounds the nesting of braces and brackets. DynamoDB nests values 32
// levels deep, each of which takes two, with one around the value in the last; an
// item and what is around it in a response take four more at most.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const maxDepth = 70

// An Error says that JSON, or an attribute value, is not what DynamoDB sends:
// there is no telling what was meant. It is no matter of one attribute.
type Error struct {
	Offset int // in the JSON, -1 in the SDK's form
	Reason string
}

func (e *Error) Error() string {
	if e.Offset < 0 {
		return e.Reason
	}
	return fmt.Sprintf("JSON at byte %d: %s", e.Offset, e.Reason)
}

// A Scanner pulls JSON tokens out of a buffer, front to back. The slices that
// it returns point into the buffer, or into scratch memory of its own, and are
// valid until the next call. Its errors are of type [*Error].
type Scanner struct {
	data    []byte
	pos     int
	depth   int
	opened  Kind   // of the value that Expect passed into
	scratch []byte // of a string without its escapes
	raw     []byte // of binary data
	kept    []byte // memory for strings, of which the end is free
}

// NewScanner returns a scanner at the beginning of data, which it does not
// change.
func NewScanner(data []byte) *Scanner { return &Scanner{data: data} }

// Reset moves s to the beginning of data.
func (s *Scanner) Reset(data []byte) { s.data, s.pos, s.depth, s.opened = data, 0, 0, "" }

// Strings that are kept share memory of this size, so that one costs no
// allocation of its own. A long one does not: it would waste the rest.
const (
	keptTogether = 4 << 10
	longString   = 512
)

// Keep returns text as a string in memory of its own, which it may share with
// other strings of the same JSON: as long as one of them is used, up to 4 KiB
// are.
func (s *Scanner) Keep(text []byte) string {
	n := len(text)
	if n == 0 || n > longString {
		return string(text)
	}
	if n > cap(s.kept)-len(s.kept) {
		// What is left of the JSON bounds what is left to be kept.
		s.kept = make([]byte, 0, max(n, min(keptTogether, n+len(s.data)-s.pos)))
	}
	start := len(s.kept)
	s.kept = append(s.kept, text...)
	return view(s.kept[start:])
}

// Forget ends the sharing of memory with strings that were kept.
func (s *Scanner) Forget() { s.kept = nil }

// Comma passes over a comma if that comes next.
func (s *Scanner) Comma() bool {
	if s.pos < len(s.data) && s.data[s.pos] == ',' {
		s.pos++
		return true
	}
	return false
}

// Closing passes over the closing bracket if exactly that comes next.
func (s *Scanner) Closing(bracket byte) bool {
	if s.pos < len(s.data) && s.data[s.pos] == bracket {
		s.pos++
		s.depth--
		return true
	}
	return false
}

// Pos is the offset of the next byte.
func (s *Scanner) Pos() int { return s.pos }

// Left is the JSON from the next byte on.
func (s *Scanner) Left() []byte { return s.data[s.pos:] }

// Prefix passes over text if exactly that comes next, white space included.
func (s *Scanner) Prefix(text string) bool {
	rest := s.data[s.pos:]
	if len(rest) < len(text) || string(rest[:len(text)]) != text {
		return false
	}
	s.pos += len(text)
	return true
}

// Begin passes over the opening bracket: '{' or '['.
func (s *Scanner) Begin(open byte) error {
	s.depth++
	if s.depth > maxDepth {
		return s.errAt(s.pos, errDepth)
	}
	if s.pos < len(s.data) && s.data[s.pos] == open {
		s.pos++
		return nil
	}
	return s.Byte(open)
}

// More reports whether another member follows, and passes over the comma
// before it; else over the closing bracket. First says that none was read yet.
func (s *Scanner) More(closing byte, first bool) (bool, error) {
	if s.pos < len(s.data) {
		switch c := s.data[s.pos]; {
		case c == ',' && !first:
			s.pos++
			return true, nil
		case first && (c == '"' || c == '{'):
			return true, nil
		}
	}
	_, err := s.peek()
	switch {
	case err != nil:
		return false, err
	case s.Closing(closing):
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
		return s.errAt(s.pos, "text goes on after the end")
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
		return s.errAt(s.pos, string(rune(c))+" is missing")
	}
	s.pos++
	return nil
}

const (
	errTruncated = "text ends too early"
	errDepth     = "value is nested too deeply; DynamoDB nests 32 levels"
)

func (s *Scanner) errAt(offset int, reason string) error {
	return &Error{Offset: offset, Reason: reason}
}

// peek skips white space and returns the byte after it.
func (s *Scanner) peek() (byte, error) {
	for ; s.pos < len(s.data); s.pos++ {
		if c := s.data[s.pos]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c, nil
		}
	}
	return 0, s.errAt(s.pos, errTruncated)
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
	return false, s.errAt(s.pos, "true or false is missing")
}

// Null passes over null if that comes next.
func (s *Scanner) Null() bool {
	c, err := s.peek()
	return err == nil && c == 'n' && s.Prefix("null")
}

// Skip passes over one JSON value of any type and returns its text.
func (s *Scanner) Skip() ([]byte, error) {
	c, err := s.peek()
	if err != nil {
		return nil, err
	}
	start := s.pos
	switch c {
	case '{', '[':
		if s.skipScalar() {
			break
		}
		// ']' is '[' + 2 and '}' is '{' + 2 in ASCII.
		err = s.skipAll(c, c+2)
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

// skipScalar passes over {"S":"…"}, or the same with another letter, in the form
// in which DynamoDB sends it and without escapes, if that comes next.
func (s *Scanner) skipScalar() bool {
	data := s.data[s.pos:]
	if len(data) < len(`{"S":""}`) || data[0] != '{' || data[1] != '"' || special(data[2]) ||
		data[3] != '"' || data[4] != ':' || data[5] != '"' || s.depth >= maxDepth {
		return false
	}
	end := s.plain(s.pos + len(`{"S":"`))
	if end+1 >= len(s.data) || s.data[end] != '"' || s.data[end+1] != '}' {
		return false
	}
	s.pos = end + len(`"}`)
	return true
}

func (s *Scanner) skipAll(open, closing byte) error {
	return s.Each(open, closing, func([]byte) error {
		_, err := s.Skip()
		return err
	})
}

// Each calls read before each member of an object or array.
func (s *Scanner) Each(open, closing byte, read func(name []byte) error) error {
	if err := s.Begin(open); err != nil {
		return err
	}
	for first := true; ; first = false {
		more, err := s.More(closing, first)
		if err != nil || !more {
			return err
		}
		var name []byte
		if open == '{' {
			if name, err = s.Name(); err != nil {
				return err
			}
		}
		if err := read(name); err != nil {
			return err
		}
	}
}

// skipLiteral passes over true, false, null or a number.
func (s *Scanner) skipLiteral() error {
	start := s.pos
	if s.Prefix("true") || s.Prefix("false") || s.Prefix("null") || s.number() {
		return nil
	}
	return s.errAt(start, "value is missing")
}

// Number reads a JSON number and returns its text.
func (s *Scanner) Number() ([]byte, error) {
	if _, err := s.peek(); err != nil {
		return nil, err
	}
	start := s.pos
	if !s.number() {
		return nil, s.errAt(start, "number is missing")
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
func (s *Scanner) Back(m ScanMark) { s.pos, s.depth, s.opened = m.pos, m.depth, "" }

// Take gives read what is left of the JSON, and goes on at the rest that it
// returns. What it reads is not counted as depth.
func (s *Scanner) Take(read func(json []byte) (rest []byte, err error)) error {
	rest, err := read(s.data[s.pos:])
	s.pos, s.opened = len(s.data)-len(rest), ""
	return err
}

// Peek fails if the next byte after white space is not c.
func (s *Scanner) Peek(c byte) error {
	got, err := s.peek()
	if err == nil && got != c {
		err = s.errAt(s.pos, string(rune(c))+" is missing")
	}
	return err
}
