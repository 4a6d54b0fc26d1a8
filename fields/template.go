package fields

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"example.com/ddb/internal/wire"
)

// A Template is the key template of a derived attribute: literals and facets,
// as the option from= gives them, such as {order_status:3}_{created:10} or
// ORDER#{order_id}. Two braces stand for one.
type Template struct {
	text   string
	parts  []TemplatePart
	padded *padded // nil if it is more than that
	facets []*Field
}

// A TemplatePart is either a literal or a facet.
type TemplatePart struct {
	Literal string
	Facet   *Facet // nil for a literal
}

// String is the template as it was written.
func (t *Template) String() string { return t.text }

// Parts lists literals and facets from left to right. The slice must not be
// changed.
func (t *Template) Parts() []TemplatePart { return t.parts }

// Facets lists the attributes that the facets are taken from, each once, from
// left to right. The slice must not be changed.
func (t *Template) Facets() []*Field { return t.facets }

// A piece of a template's text is a literal, or what stands between braces.
type piece struct {
	text  string
	facet bool
}

// pieces splits a template's text.
func pieces(text string) ([]piece, error) {
	if !utf8.ValidString(text) {
		return nil, errors.New("key template is not valid UTF-8; write another literal")
	}
	var all []piece
	var literal []byte
	flush := func() {
		if len(literal) > 0 {
			all = append(all, piece{text: string(literal)})
			literal = nil
		}
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c != '{' && c != '}':
			literal = append(literal, c)
		case i+1 < len(text) && text[i+1] == c:
			literal = append(literal, c)
			i++
		case c == '}':
			return nil, errors.New("key template has a } without a {; write }} for the character")
		default:
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				return nil, errors.New("key template has a { without a }; write {{ for the character")
			}
			flush()
			all = append(all, piece{text[i+1 : i+end], true})
			i += end
		}
	}
	flush()
	return all, nil
}

// compileTemplate makes a template whose facets are found by lookup. It
// returns every mistake.
func compileTemplate(text string, lookup func(name string) *Field) (*Template, []string) {
	all, err := pieces(text)
	if err != nil {
		return nil, []string{err.Error()}
	}
	t := &Template{text: text}
	var wrong []string
	for _, piece := range all {
		if !piece.facet {
			t.parts = append(t.parts, TemplatePart{Literal: piece.text})
			continue
		}
		facet, err := compileFacet(piece.text, lookup)
		if err != nil {
			wrong = append(wrong, err.Error())
			continue
		}
		t.parts = append(t.parts, TemplatePart{Facet: facet})
		if !slices.Contains(t.facets, facet.Field) {
			t.facets = append(t.facets, facet.Field)
		}
	}
	t.facets = slices.Clip(t.facets)
	if len(wrong) == 0 {
		wrong = t.link()
	}
	return t, wrong
}

// compileFacet reads what stands between braces: an attribute name, perhaps
// with a colon and a width.
func compileFacet(text string, lookup func(name string) *Field) (*Facet, error) {
	facet, name := &Facet{Field: lookup(text)}, text
	if i := strings.LastIndexByte(text, ':'); i >= 0 && facet.Field == nil {
		name = text[:i]
		form, signed := strings.CutPrefix(text[i+1:], "+")
		most := maxWidth
		if signed {
			most = maxSigned
		}
		digits, err := strconv.Atoi(form)
		if err != nil || digits < 1 || digits > most || strconv.Itoa(digits) != form {
			return nil, fmt.Errorf("facet {%s} has no valid width; write {%s:N} with N from 1 to %d, or {%[2]s:+N} with N up to %[4]d", text, name, maxWidth, maxSigned)
		}
		facet.Field, facet.digits, facet.signed = lookup(name), digits, signed
	}
	return facet, facet.unfit(name)
}

// unfit says why the attribute of that name cannot be a facet of this form.
func (f *Facet) unfit(name string) error {
	switch {
	case f.Field == nil:
		return fmt.Errorf("facet {%s}: no field has that attribute name; name an attribute of the same struct", name)
	case f.Field.derived:
		return fmt.Errorf("facet {%s} is a derived attribute; name the attributes that it is made from", name)
	case f.Field.codec == nil:
		return nil // the field's own mistake is reported
	}
	shape, custom := f.rule().shape, f.Field.codec.custom
	switch {
	case shape == shapeNone:
		return fmt.Errorf("facet {%s} has Go type %s, which has no text; use a string, number, bool, time or UUID", name, f.Field.typ)
	case f.Padded() && shape != shapeInteger && !(custom && shape == shapeNumber):
		return fmt.Errorf("facet {%s} has a width but its attribute is no integer; write {%[1]s}", name)
	}
	return nil
}

// link tells each facet what follows it, and refuses keys that could not be
// parsed back.
func (t *Template) link() (wrong []string) {
	for i, part := range t.parts {
		f := part.Facet
		if f == nil || f.Field.codec == nil {
			continue
		}
		f.last = i == len(t.parts)-1
		if f.plain() && f.digits <= maxSigned {
			f.limit = pow10(f.digits)
		}
		if !f.last {
			f.next = t.parts[i+1].Literal
		}
		if problem := f.ambiguous(); problem != "" {
			wrong = append(wrong, problem)
		}
	}
	t.padded = t.padding()
	return wrong
}

// A padded is a template of facets that are plain, with literals that are
// written in JSON as they are.
type padded struct {
	numbers []paddedNumber
	after   []byte // what follows the last number
}

type paddedNumber struct {
	before  string
	digits  int
	field   *Field
	integer func(p unsafe.Pointer) int64 // the codec's
}

// among reports whether p is one, and its numbers are those of certain steps.
func (p *padded) among(steps []step) bool {
	if p == nil {
		return false
	}
	for _, n := range p.numbers {
		if !slices.ContainsFunc(steps, func(s step) bool { return s.field == n.field }) {
			return false
		}
	}
	return true
}

// padding is the template as a padded one, or nil.
func (t *Template) padding() *padded {
	p, literal := new(padded), ""
	for _, part := range t.parts {
		f := part.Facet
		switch {
		case f == nil:
			literal += part.Literal
		case f.Field.codec != nil && f.plain():
			p.numbers = append(p.numbers, paddedNumber{literal, f.digits, f.Field, f.Field.codec.integer})
			literal = ""
		default:
			return nil
		}
	}
	if len(wire.AppendString(nil, t.text)) != len(t.text)+2 {
		return nil
	}
	p.after = []byte(literal)
	return p
}

// ambiguous says why the end of the facet's text could not be found.
func (f *Facet) ambiguous() string {
	shape := f.rule().shape
	switch {
	case f.last || f.Width() > 0 || shape == shapeBool:
		return ""
	case f.next == "":
		return fmt.Sprintf("facet {%s} varies in width and another facet follows at once; put a literal between, or give a width", f.Field.Name)
	case shape == shapeInteger && strings.ContainsAny(f.next[:1], "0123456789"),
		shape == shapeNumber && strings.ContainsAny(f.next[:1], "0123456789."):
		return fmt.Sprintf("facet {%s} is followed by %q, which could be part of the number; use another separator, such as _ or #", f.Field.Name, f.next)
	}
	return ""
}

// appendItem appends the derived text of the struct at base. It is not present
// if a facet is absent.
func (t *Template) appendItem(dst []byte, base unsafe.Pointer) (_ []byte, present bool, err error) {
	for i := range t.parts { // without copies of them
		part := &t.parts[i]
		if part.Facet == nil {
			dst = append(dst, part.Literal...)
			continue
		}
		f := part.Facet.Field
		p, ok := f.present(base)
		if !ok {
			return dst, false, nil
		}
		if part.Facet.limit > 0 {
			if v := f.codec.integer(p); 0 <= v && v < part.Facet.limit {
				dst = appendPadded(dst, v, part.Facet.digits)
				continue
			}
		}
		start := len(dst)
		if dst, err = f.codec.appendText(dst, p); err == nil {
			dst, err = part.Facet.finish(dst, start, false)
		}
		if err != nil {
			return dst, false, part.Facet.error(err)
		}
	}
	return dst, true, nil
}

// Derive returns the derived text of stored facet values. It is not present if
// value has none for a facet.
func (t *Template) Derive(value func(*Field) (Value, bool)) (v Value, present bool, err error) {
	var few [64]byte
	dst := few[:0]
	for _, part := range t.parts {
		if part.Facet == nil {
			dst = append(dst, part.Literal...)
			continue
		}
		stored, ok := value(part.Facet.Field)
		if !ok {
			return Value{}, false, nil
		}
		if dst, err = part.Facet.Append(dst, stored); err != nil {
			return Value{}, false, part.Facet.error(err)
		}
	}
	return Value{S, string(dst)}, true, nil
}

func (f *Facet) error(err error) error { return fmt.Errorf("facet {%s}: %w", f.Field.Name, err) }

// Parse splits a derived text into the stored texts of its facets, from left
// to right. It is not ok for a text that the template does not make.
func (t *Template) Parse(text string) (stored []string, ok bool) {
	if !t.split([]byte(text), false, func(facet []byte) { stored = append(stored, string(facet)) }) {
		return nil, false
	}
	return stored, true
}

// split calls take with the stored text of each facet. Trusted says that the
// template is known to make the text.
func (t *Template) split(text []byte, trusted bool, take func(stored []byte)) (ok bool) {
	for _, part := range t.parts {
		if part.Facet == nil {
			if text, ok = bytes.CutPrefix(text, []byte(part.Literal)); !ok {
				return false
			}
			continue
		}
		made, stored, rest, ok := part.Facet.take(text)
		if !ok || !trusted && !part.Facet.makes(made, stored) {
			return false
		}
		take(stored)
		text = rest
	}
	return len(text) == 0
}
