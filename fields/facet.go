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
	shapeNumber                    // a number, perhaps with a fraction
)

// A facetRule says how a codec's values behave as facets and in keys.
type facetRule struct {
	shape     facetShape
	width     int  // of shapeFixed
	ordered   bool // texts, compared byte by byte, are in the order of the values
	fitsInt64 bool // integers are in the range of int64

	empty     string // text that no key or facet may have
	emptyName string // what that is, for the error; "" if every text is fine

	// valid, where it is not nil, refuses a stored text that the codec does not
	// write, such as a UUID in capitals.
	valid func(text []byte) error
}

// checkKey refuses a text that must not be in a key.
func (r *facetRule) checkKey(text []byte) error {
	if r.emptyName == "" || len(text) != len(r.empty) {
		return nil
	}
	if n := len(text); n > 0 && text[n-1] != r.empty[n-1] { // which saves most comparisons
		return nil
	}
	if string(text) == r.empty {
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
	limit  int64  // of plain facets, 10 to the power of digits; 0 of others, and if that is too much
	next   string // literal that follows, "" at the end or before another facet
	last   bool   // nothing follows
}

// Last reports whether keys end with the facet.
func (f *Facet) Last() bool { return f.last }

// Padded reports whether the facet has a form with a width.
func (f *Facet) Padded() bool { return f.digits > 0 }

// plain reports whether the facet's text is nothing but the digits, padded with
// zeros, of a number that the field always has.
func (f *Facet) plain() bool {
	return f.digits > 0 && !f.signed && f.Field.codec.integer != nil && f.Field.omitZero == nil
}

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
// literal that is lower than every byte that the text may hold: U+0000.
func (f *Facet) Ordered() bool {
	r := f.rule()
	switch {
	case f.Padded():
		return true
	case r.shape == shapeText:
		return r.ordered && (f.last || f.next == "\x00")
	}
	return r.ordered
}

func (f *Facet) rule() *facetRule { return &f.Field.codec.facet }

// Append appends the facet's text of a stored value. A value of another
// attribute type, or one that the attribute's codec does not write, is an
// error.
func (f *Facet) Append(dst []byte, v Value) ([]byte, error) {
	if err := f.checkStored(v); err != nil {
		return dst, err
	}
	return f.finish(append(dst, v.text...), len(dst), true)
}

// AppendWritten is [Facet.Append] of a text that the attribute's codec has just
// written.
func (f *Facet) AppendWritten(dst, text []byte) ([]byte, error) {
	if n := f.digits - len(text); n >= 0 && f.plain() && len(text) > 0 && text[0] != '-' {
		return append(append(dst, manyZeros[:n]...), text...), nil
	}
	return f.finish(append(dst, text...), len(dst), false)
}

func (f *Facet) checkStored(v Value) error {
	valid := f.rule().valid
	switch {
	case v.kind != f.Field.Kind:
		return &kindError{got: v.kind, want: f.Field.Kind}
	case valid != nil:
		return valid([]byte(v.text))
	}
	return nil
}

// finish turns the text in dst[start:] into the facet's text. Stored says that
// the text was not just written by the attribute's codec, so that a number may
// be spelled in any way.
func (f *Facet) finish(dst []byte, start int, stored bool) ([]byte, error) {
	if err := f.rule().checkFacet(dst[start:]); err != nil {
		return dst, err
	}
	return f.form(dst, start, stored)
}

// form is finish without the check for values that have no place in a facet.
func (f *Facet) form(dst []byte, start int, stored bool) (_ []byte, err error) {
	switch shape := f.rule().shape; {
	case shape == shapeText:
		return dst, f.checkSeparator(dst[start:])
	case shape == shapeNumber || shape == shapeInteger && stored:
		if dst, err = spell(dst, start); err != nil {
			return dst, err
		}
	}
	if stored && f.rule().shape == shapeInteger && bytes.IndexByte(dst[start:], '.') >= 0 {
		return dst, errInteger
	}
	if f.Padded() {
		return f.pad(dst, start)
	}
	return dst, nil
}

// spell spells the number in dst[start:] as DynamoDB returns it, because what
// is read must make the same key as what was written.
func spell(dst []byte, start int) ([]byte, error) {
	n, err := decimal.Parse(dst[start:])
	if err != nil {
		return dst, fmt.Errorf("number %w", err)
	}
	return n.Append(dst[:start]), nil
}

var errInteger = errors.New("facet in the key template takes whole numbers only")

// pad turns the number in dst[start:] into one of the forms with a width.
func (f *Facet) pad(dst []byte, start int) ([]byte, error) {
	digits, neg := bytes.CutPrefix(dst[start:], minus)
	switch {
	case f.rule().shape == shapeNumber && bytes.IndexByte(digits, '.') >= 0:
		return dst, errInteger
	case neg && (!f.signed || len(digits) > f.digits):
		return dst, &widthError{f, Below}
	case len(digits) > f.digits:
		return dst, &widthError{f, Above}
	case f.signed:
		v, _ := strconv.ParseInt(string(dst[start:]), 10, 64)
		dst = appendInt(dst[:start], v+pow10(f.digits))
	}
	return zeros(dst, start, f.Width()), nil
}

// A widthError says that a number does not fit in the digits of a facet.
type widthError struct {
	facet *Facet
	place Place
}

func (e *widthError) Error() string {
	if e.place == Below && !e.facet.signed {
		return fmt.Sprintf("number is negative, which its facet in the key template does not take; use the form {%s:+%d}", e.facet.Field.Name, e.facet.digits)
	}
	return fmt.Sprintf("number has more than the %d digits of its facet in the key template; widen the facet, which changes stored keys", e.facet.digits)
}

// zeros puts zeros before the digits in dst[start:] up to a width.
func zeros(dst []byte, start, width int) []byte {
	count := start + width - len(dst)
	for range count {
		dst = append(dst, '0')
	}
	copy(dst[start+count:], dst[start:])
	for i := range count {
		dst[start+i] = '0'
	}
	return dst
}

// manyZeros are those of the widest facet.
const manyZeros = "00000000000000000000000000000000000000"

// appendPadded appends v with zeros before it, of which there are enough.
func appendPadded(dst []byte, v int64, digits int) []byte {
	dst = append(dst, manyZeros[:digits]...)
	i, rest := len(dst), uint64(v)
	for ; rest >= 10; rest /= 100 {
		i -= 2
		two := rest % 100 * 2
		dst[i], dst[i+1] = twoDigits[two], twoDigits[two+1]
	}
	if rest > 0 {
		dst[i-1] = '0' + byte(rest)
	}
	return dst
}

// twoDigits are the numbers from 00 to 99.
const twoDigits = "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849" +
	"5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"

func pow10(n int) int64 { return int64(math.Pow10(n)) }

// checkSeparator refuses a text in which the literal that follows would be
// found too early when the key is parsed.
func (f *Facet) checkSeparator(text []byte) error {
	if f.next == "" {
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
	if v.kind != f.Field.Kind {
		return "", Within, &kindError{got: v.kind, want: f.Field.Kind}
	}
	text, err := f.form([]byte(v.text), 0, true)
	if tooWide, ok := errors.AsType[*widthError](err); ok {
		return "", tooWide.place, nil
	}
	return string(text), Within, err
}

// take takes the facet's text off the front of text and returns the stored
// text that it was made from, which is meaningless unless the facet makes that
// text of it: see makes.
func (f *Facet) take(text []byte) (made, stored, rest []byte, ok bool) {
	n := f.extent(text)
	if n < 0 || n > len(text) {
		return nil, nil, nil, false
	}
	made, rest = text[:n:n], text[n:]
	if f.Padded() {
		stored, ok = f.unpad(made)
		return made, stored, rest, ok
	}
	return made, made, rest, true
}

// makes reports whether the facet makes that text of a stored one.
func (f *Facet) makes(made, stored []byte) bool {
	if valid := f.rule().valid; valid != nil && valid(stored) != nil {
		return false
	}
	var buf [64]byte
	again, err := f.finish(append(buf[:0], stored...), 0, true)
	return err == nil && bytes.Equal(again, made)
}

// extent is the length of the facet's text at the front of text, negative if
// there is none.
func (f *Facet) extent(text []byte) int {
	shape := f.rule().shape
	switch {
	case f.Width() > 0:
		return f.Width()
	case f.last:
		return len(text)
	case shape == shapeBool && bytes.HasPrefix(text, []byte("true")):
		return len("true")
	case shape == shapeBool:
		return len("false")
	case shape == shapeText:
		return bytes.Index(text, []byte(f.next))
	}
	digits := bytes.TrimPrefix(text, minus)
	if shape == shapeInteger {
		return len(text) - len(bytes.TrimLeft(digits, "0123456789"))
	}
	return len(text) - len(bytes.TrimLeft(digits, "0123456789."))
}

// unpad undoes the forms with a width.
func (f *Facet) unpad(text []byte) (stored []byte, ok bool) {
	if f.signed {
		v, err := strconv.ParseInt(string(text), 10, 64)
		return appendInt(nil, v-pow10(f.digits)), err == nil
	}
	stored = bytes.TrimLeft(text[:len(text)-1], "0")
	return text[len(text)-1-len(stored):], true
}
