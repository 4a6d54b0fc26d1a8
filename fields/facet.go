package fields

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"

	"example.com/ddb/internal/decimal"
)

// A facetShape says what the stored texts of a codec look like.
type facetShape int

const (
	shapeNone    facetShape = iota // no text that could be part of a key
	shapeText                      // any text
	shapeFixed                     // text of one width
	shapeBool                      // true or false: neither begins with the other
	shapeInteger                   // a decimal integer
	shapeNumber                    // a decimal number
)

// A facetRule says how a codec's values behave as facets and in keys.
type facetRule struct {
	shape     facetShape
	width     int    // of shapeFixed
	ordered   bool   // texts, compared byte by byte, are in the order of the values
	empty     string // text that no key or facet may have
	emptyName string // what that is, for the error; "" if every text is fine
}

// checkKey refuses a text that must not be in a key.
func (r *facetRule) checkKey(text []byte) error {
	if r.emptyName != "" && string(text) == r.empty {
		return fmt.Errorf("%s cannot be in a key; give the attribute a value", r.emptyName)
	}
	return nil
}

// checkFacet refuses a text that must not be in a facet: the nil UUID and the
// zero time. An empty string is a value there like any other.
func (r *facetRule) checkFacet(text []byte) error {
	if r.empty == "" {
		return nil
	}
	return r.checkKey(text)
}

// maxWidth is the most digits of a DynamoDB number, and maxSigned the most
// whose offset is an int64.
const (
	maxWidth  = decimal.MaxDigits
	maxSigned = 18
)

// A Facet is one value inside a key template, taken from an attribute's stored
// scalar. It has one of three forms: {a} is the stored text; {a:10} a
// non-negative integer, padded with zeros to exactly 10 digits; {a:+10} an
// integer of up to 10 digits with its sign, written as its sum with 10^10 in
// exactly 11 digits.
type Facet struct {
	// Field is the attribute that the value is taken from.
	Field *Field

	digits int    // of the padded forms; 0 for the stored text
	signed bool   // the form with +
	next   string // literal that follows, "" at the end or before another facet
	last   bool   // nothing follows
}

// Last reports whether keys end with the facet.
func (f *Facet) Last() bool { return f.last }

// Padded reports whether the facet has a form with a width.
func (f *Facet) Padded() bool { return f.digits > 0 }

// Width is the number of bytes of every text, 0 if that varies.
func (f *Facet) Width() int {
	switch {
	case f.signed:
		return f.digits + 1
	case f.Padded():
		return f.digits
	}
	return f.rule().width
}

// Ordered reports whether whole keys that differ first in this facet sort as
// its values do, so that ranges over it can be read from the key. A text of
// varying width has that property only at the end of the template, or before a
// literal that is lower than every byte that the text may hold.
func (f *Facet) Ordered() bool {
	r := f.rule()
	switch {
	case f.Padded():
		return true
	case r.shape == shapeFixed, r.shape == shapeBool:
		return r.ordered
	case r.shape == shapeText:
		return r.ordered && (f.last || f.next != "" && f.next[0] == 0)
	}
	return false
}

func (f *Facet) rule() *facetRule { return &f.Field.codec.facet }

// Append appends the facet's text of a stored value.
func (f *Facet) Append(dst []byte, v Value) ([]byte, error) {
	return f.finish(append(dst, v.text...), len(dst))
}

// finish turns the stored text in dst[start:] into the facet's text.
func (f *Facet) finish(dst []byte, start int) ([]byte, error) {
	text := dst[start:]
	if err := f.rule().checkFacet(text); err != nil {
		return dst, err
	}
	if !f.Padded() {
		return dst, f.checkSeparator(text)
	}
	digits, neg, err := integerText(text)
	if err != nil {
		return dst, err
	}
	if f.signed {
		return f.offset(dst[:start], digits, neg)
	}
	switch {
	case neg:
		return dst, fmt.Errorf("facet {%s:%d} takes no negative number; use the form {%[1]s:+%[2]d}", f.Field.Name, f.digits)
	case len(digits) > f.digits:
		return dst, f.errWidth()
	}
	return pad(dst[:start], digits, f.digits), nil
}

// checkSeparator refuses a text in which the literal that follows would be
// found too early when the key is parsed.
func (f *Facet) checkSeparator(text []byte) error {
	if f.next == "" || f.rule().shape != shapeText {
		return nil
	}
	// The literal may also begin inside the text and end in itself.
	for i := range text {
		if hasPrefixAcross(text[i:], f.next) {
			return fmt.Errorf("text holds the separator %q that follows facet {%s} in its key template; use a separator that no value holds", f.next, f.Field.Name)
		}
	}
	return nil
}

// hasPrefixAcross reports whether text followed by next begins with next.
func hasPrefixAcross(text []byte, next string) bool {
	n := min(len(text), len(next))
	return string(text[:n]) == next[:n] && next[n:] == next[:len(next)-n]
}

func (f *Facet) errWidth() error {
	return fmt.Errorf("number has more digits than the %d that its facet in the key template has; widen the facet, which changes stored keys", f.digits)
}

// offset appends the signed form.
func (f *Facet) offset(dst, digits []byte, neg bool) ([]byte, error) {
	if len(digits) > f.digits {
		return dst, f.errWidth()
	}
	v, _ := strconv.ParseInt(string(digits), 10, 64)
	if neg {
		v = -v
	}
	return pad(dst, strconv.AppendInt(nil, v+pow10(f.digits), 10), f.digits+1), nil
}

func pow10(n int) int64 { return int64(math.Pow10(n)) }

// pad appends digits with zeros before them. Digits may lie at the end of dst.
func pad(dst, digits []byte, width int) []byte {
	n := len(dst)
	dst = append(dst, digits...)
	for len(dst) < n+width {
		dst = append(dst, '0')
	}
	copy(dst[n+width-len(digits):], dst[n:n+len(digits)])
	for i := n; i < n+width-len(digits); i++ {
		dst[i] = '0'
	}
	return dst
}

var errInteger = errors.New("facet with a width takes whole numbers only")

// integerText splits a number's text in sign and digits. A DynamoDB number may
// be spelled in other ways, such as 1e3.
func integerText(text []byte) (digits []byte, neg bool, err error) {
	digits, neg = bytes.CutPrefix(text, []byte("-"))
	if _, rest := span(digits); len(rest) == 0 && len(digits) > 0 && digits[0] != '0' {
		return digits, neg, nil
	}
	n, err := decimal.Parse(text)
	if err != nil {
		return nil, false, errInteger
	}
	digits, neg = bytes.CutPrefix(n.Append(nil), []byte("-"))
	if _, rest := span(digits); len(rest) > 0 {
		return nil, false, errInteger
	}
	return digits, neg, nil
}

// A Place says where a value lies among those that a facet can hold.
type Place int

// The places.
const (
	Below  Place = -1 // less than the least
	Within Place = 0
	Above  Place = 1 // greater than the greatest
)

// Bound is Append for the bound of a range: a number that is too wide for the
// facet is no error, but lies below or above everything that it can hold.
func (f *Facet) Bound(v Value) (string, Place, error) {
	if f.Padded() {
		digits, neg, err := integerText([]byte(v.text))
		switch {
		case err != nil:
			return "", Within, err
		case neg && (!f.signed || len(digits) > f.digits):
			return "", Below, nil
		case len(digits) > f.digits:
			return "", Above, nil
		}
		dst, err := f.finish([]byte(v.text), 0)
		return string(dst), Within, err
	}
	return v.text, Within, f.checkSeparator([]byte(v.text))
}

// parse takes the facet's text off the front of text and returns the stored
// text that it was made from.
func (f *Facet) parse(text []byte) (stored, rest []byte, ok bool) {
	n := f.extent(text)
	if n < 0 || n > len(text) {
		return nil, nil, false
	}
	stored, rest = text[:n], text[n:]
	if f.Padded() {
		digits, tail := span(stored)
		if len(tail) > 0 {
			return nil, nil, false
		}
		return f.unpad(digits), rest, true
	}
	return stored, rest, true
}

// extent is the length of the facet's text at the front of text, -1 if there
// is none.
func (f *Facet) extent(text []byte) int {
	r := f.rule()
	switch {
	case f.Width() > 0:
		return f.Width()
	case f.last:
		return len(text)
	case r.shape == shapeBool:
		if bytes.HasPrefix(text, []byte("true")) {
			return len("true")
		}
		return len("false")
	case r.shape == shapeInteger:
		sign := len(text) - len(bytes.TrimPrefix(text, []byte("-")))
		digits, _ := span(text[sign:])
		return sign + len(digits)
	}
	return bytes.Index(text, []byte(f.next))
}

// unpad undoes the padded forms.
func (f *Facet) unpad(digits []byte) []byte {
	if f.signed {
		v, _ := strconv.ParseInt(string(digits), 10, 64)
		return strconv.AppendInt(nil, v-pow10(f.digits), 10)
	}
	if digits = bytes.TrimLeft(digits, "0"); len(digits) == 0 {
		return []byte("0")
	}
	return digits
}
