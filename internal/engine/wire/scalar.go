package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"example.com/ddb/internal/engine/apierror"
)

// Text reads a string. Null counts as absent, which gives false.
func (r *Reader) Text() (string, bool) {
	b, ok := r.bytes("String")
	return string(b), ok
}

// bytes reads a string's bytes, which may point into the body.
func (r *Reader) bytes(class string) ([]byte, bool) {
	switch c := r.peek(); c {
	case '"':
		text := r.text()
		return text, r.err == nil
	case 'n':
		r.literal("null")
	case 't':
		r.wrong(apierror.ShapeConversion("TRUE_VALUE", class))
	case 'f':
		r.wrong(apierror.ShapeConversion("FALSE_VALUE", class))
	case '[':
		r.wrong(apierror.ShapeCollection("class java.lang." + class))
	case '{':
		r.wrong(apierror.ShapeUnexpectedObject)
	default:
		r.wrong(apierror.ShapeConversion(r.numberToken(), class))
	}
	return nil, false
}

// Int reads a whole number; class is "Integer" or "Long". A fraction is cut
// off, as the service does. Null counts as absent.
func (r *Reader) Int(class string) (int64, bool) {
	switch r.peek() {
	case 'n':
		r.literal("null")
	case '"':
		r.wrong(apierror.ShapeConversion("STRING_VALUE", class))
	case 't':
		r.wrong(apierror.ShapeConversion("TRUE_VALUE", class))
	case 'f':
		r.wrong(apierror.ShapeConversion("FALSE_VALUE", class))
	case '[':
		r.wrong(apierror.ShapeCollection("class java.lang." + class))
	case '{':
		r.wrong(apierror.ShapeUnexpectedObject)
	default:
		text := r.number()
		if r.err != nil {
			return 0, false
		}
		return wholeNumber(text), true
	}
	return 0, false
}

func wholeNumber(text []byte) int64 {
	if n, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		return n
	}
	f, _ := strconv.ParseFloat(string(text), 64)
	f = math.Floor(f)
	switch {
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	}
	return int64(f)
}

// Bool reads a boolean, or one of the words that the service takes for one.
// Null counts as absent.
func (r *Reader) Bool() (value, ok bool) {
	switch r.peek() {
	case 't':
		r.literal("true")
		return true, r.err == nil
	case 'f':
		r.literal("false")
		return false, r.err == nil
	case 'n':
		r.literal("null")
	case '"':
		start := r.pos
		switch strings.ToUpper(string(r.text())) {
		case "TRUE", "1", "YES":
			return true, r.err == nil
		case "FALSE", "0", "NO":
			return false, r.err == nil
		}
		r.pos = start
		r.wrong(apierror.ShapeUnexpectedToken)
	case '[':
		r.wrong(apierror.ShapeCollection("class java.lang.Boolean"))
	case '{':
		r.wrong(apierror.ShapeUnexpectedObject)
	default:
		r.wrong(apierror.ShapeConversion(r.numberToken(), "Boolean"))
	}
	return false, false
}

// blob reads base64. Null counts as absent.
func (r *Reader) blob() ([]byte, bool) {
	switch r.peek() {
	case '"':
	case 'n':
		r.literal("null")
		return nil, false
	case '[':
		r.wrong(apierror.ShapeCollection("class java.nio.ByteBuffer"))
		return nil, false
	case '{':
		r.wrong(apierror.ShapeUnexpectedObject)
		return nil, false
	default:
		r.wrong(apierror.ShapeNotBase64)
		return nil, false
	}
	start := r.pos
	text := r.text()
	if r.err != nil {
		return nil, false
	}
	if len(text)%4 != 0 {
		r.pos = start
		r.wrong("Base64 encoded length is expected a multiple of 4 bytes but found: " + strconv.Itoa(len(text)))
		return nil, false
	}
	out := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Strict().Decode(out, text)
	if err != nil {
		r.pos = start
		r.wrong(apierror.ShapeBase64Tail)
		return nil, false
	}
	return out[:n], true
}

// text reads a string and gives its bytes: those of the body when it holds no
// escapes. A control character, a bad escape or half a surrogate pair is a
// syntax error.
func (r *Reader) text() []byte {
	start := r.pos + 1
	for i := start; i < len(r.data); i++ {
		switch c := r.data[i]; {
		case c == '"':
			r.pos = i + 1
			return r.data[start:i:i]
		case c == '\\':
			return r.escaped(start, i)
		case c < ' ':
			r.malformed()
			return nil
		}
	}
	r.malformed()
	return nil
}

// escaped reads a string whose first backslash is at i.
func (r *Reader) escaped(start, i int) []byte {
	out := bytes.Clone(r.data[start:i])
	for i < len(r.data) {
		switch c := r.data[i]; {
		case c == '"':
			r.pos = i + 1
			return out
		case c < ' ':
			r.malformed()
			return nil
		case c != '\\':
			out = append(out, c)
			i++
		default:
			var n int
			if out, n = appendEscape(out, r.data[i:]); n == 0 {
				r.malformed()
				return nil
			}
			i += n
		}
	}
	r.malformed()
	return nil
}

// appendEscape appends what the escape at the start of b stands for and gives
// its length, 0 when it is wrong.
func appendEscape(out, b []byte) ([]byte, int) {
	if len(b) < 2 {
		return out, 0
	}
	const short = `"\/bfnrt`
	if i := strings.IndexByte(short, b[1]); i >= 0 {
		return append(out, "\"\\/\b\f\n\r\t"[i]), 2
	}
	if b[1] != 'u' {
		return out, 0
	}
	return appendUnicode(out, b)
}

func appendUnicode(out, b []byte) ([]byte, int) {
	high, ok := hex4(b)
	switch {
	case !ok || high >= 0xDC00 && high < 0xE000:
		return out, 0
	case high < 0xD800 || high >= 0xE000:
		return appendRune(out, high), 6
	}
	low, ok := hex4(b[6:])
	if !ok || low < 0xDC00 || low >= 0xE000 {
		return out, 0
	}
	return appendRune(out, (high-0xD800)<<10|(low-0xDC00)+0x10000), 12
}

func appendRune(out []byte, r rune) []byte {
	return append(out, string(r)...)
}

// hex4 reads an escape: a backslash, u and four hexadecimal digits.
func hex4(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range b[2:6] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

func (r *Reader) literal(word string) {
	if r.err != nil {
		return
	}
	if !bytes.HasPrefix(r.data[r.pos:], []byte(word)) {
		r.malformed()
		return
	}
	r.pos += len(word)
}

// number reads a JSON number and gives its text.
func (r *Reader) number() []byte {
	if r.err != nil {
		return nil
	}
	end := r.pos
	for end < len(r.data) && strings.IndexByte("+-.0123456789eE", r.data[end]) >= 0 {
		end++
	}
	text := r.data[r.pos:end]
	if !json.Valid(text) {
		r.malformed()
		return nil
	}
	r.pos = end
	return text
}

// numberToken names the token of the number at hand, without reading it.
func (r *Reader) numberToken() string {
	for _, c := range r.data[r.pos:] {
		switch {
		case c == '.' || c == 'e' || c == 'E':
			return "DECIMAL_VALUE"
		case c != '-' && (c < '0' || c > '9'):
			return "NUMBER_VALUE"
		}
	}
	return "NUMBER_VALUE"
}
