package fields

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unsafe"
)

// A Template is the key template of a derived attribute: literals and facets,
// as the option from= gives them, such as {order_status:3}_{created:10} or
// ORDER#{order_id}. Two braces stand for one.
type Template struct {
	text  string
	parts []TemplatePart
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

// A placeholder is a facet of a template whose attribute is not looked up yet.
type placeholder struct {
	attribute string
	digits    int
	signed    bool
}

// parseTemplate splits a template's text into literals and placeholders, one
// of which is set in each pair.
func parseTemplate(text string) (literals []string, facets []*placeholder, err error) {
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			literals, facets = append(literals, literal.String()), append(facets, nil)
			literal.Reset()
		}
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c != '{' && c != '}':
			literal.WriteByte(c)
		case i+1 < len(text) && text[i+1] == c:
			literal.WriteByte(c)
			i++
		case c == '}':
			return nil, nil, fmt.Errorf("key template has a } without a {; write }} for the character")
		default:
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				return nil, nil, fmt.Errorf("key template has a { without a }; write {{ for the character")
			}
			facet, err := parsePlaceholder(text[i+1 : i+end])
			if err != nil {
				return nil, nil, err
			}
			flush()
			literals, facets = append(literals, ""), append(facets, facet)
			i += end
		}
	}
	flush()
	return literals, facets, nil
}

// parsePlaceholder reads what stands between braces.
func parsePlaceholder(text string) (*placeholder, error) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 {
		return &placeholder{attribute: text}, nil
	}
	p := &placeholder{attribute: text[:i]}
	form, signed := strings.CutPrefix(text[i+1:], "+")
	p.signed = signed
	most := maxWidth
	if signed {
		most = maxSigned
	}
	digits, err := strconv.Atoi(form)
	if err != nil || digits < 1 || digits > most || form[0] == '+' {
		return nil, fmt.Errorf("facet {%s} has no valid width; write {%s:N} with N from 1 to %d, or {%[2]s:+N} with N up to %d", text, p.attribute, maxWidth, maxSigned)
	}
	p.digits = digits
	return p, nil
}

// compileTemplate looks up the facets' attributes. It returns every mistake.
func compileTemplate(text string, lookup func(name string) *Field) (*Template, []string) {
	literals, facets, err := parseTemplate(text)
	if err != nil {
		return nil, []string{err.Error()}
	}
	t := &Template{text: text}
	var wrong []string
	for i, literal := range literals {
		part := TemplatePart{Literal: literal}
		if facets[i] != nil {
			facet, problem := compileFacet(facets[i], lookup(facets[i].attribute))
			if problem != "" {
				wrong = append(wrong, problem)
				continue
			}
			part.Facet = facet
		}
		t.parts = append(t.parts, part)
	}
	if len(wrong) == 0 {
		wrong = t.link()
	}
	return t, wrong
}

func compileFacet(p *placeholder, f *Field) (*Facet, string) {
	switch {
	case f == nil:
		return nil, fmt.Sprintf("facet {%s}: no field has that attribute name; name an attribute of the same struct", p.attribute)
	case f.Template != nil || f.derived:
		return nil, fmt.Sprintf("facet {%s} is a derived attribute; name the attributes that it is made from", p.attribute)
	case f.codec == nil:
		return nil, "" // its own mistake is reported
	}
	shape := f.codec.facet.shape
	switch {
	case shape == shapeNone:
		return nil, fmt.Sprintf("facet {%s} has Go type %s, which has no text; use a string, number, bool, time or UUID", p.attribute, f.typ)
	case p.digits > 0 && shape != shapeInteger:
		return nil, fmt.Sprintf("facet {%s} has a width but its attribute is no integer; write {%[1]s}", p.attribute)
	}
	return &Facet{Field: f, digits: p.digits, signed: p.signed}, ""
}

// link tells each facet what follows it, and refuses keys that could not be
// parsed back.
func (t *Template) link() (wrong []string) {
	for i, part := range t.parts {
		f := part.Facet
		if f == nil {
			continue
		}
		f.last = i == len(t.parts)-1
		if !f.last {
			f.next = t.parts[i+1].Literal
		}
		if problem := f.ambiguous(); problem != "" {
			wrong = append(wrong, problem)
		}
	}
	return wrong
}

// ambiguous says why the end of the facet's text could not be found.
func (f *Facet) ambiguous() string {
	shape := f.rule().shape
	switch {
	case f.last || f.Width() > 0 || shape == shapeBool:
		return ""
	case f.next == "":
		return fmt.Sprintf("facet {%s} varies in width and another facet follows at once; put a literal between, or give a width", f.Field.Name)
	case shape == shapeInteger && '0' <= f.next[0] && f.next[0] <= '9',
		shape == shapeNumber && strings.ContainsAny(f.next, "0123456789+-.eE"):
		return fmt.Sprintf("facet {%s} is followed by %q, which could be part of the number; use another separator, such as _ or #", f.Field.Name, f.next)
	}
	return ""
}

// appendItem appends the derived text of the struct at base. It is not present
// if a facet is absent.
func (t *Template) appendItem(dst []byte, base unsafe.Pointer) (_ []byte, present bool, err error) {
	for _, part := range t.parts {
		if part.Facet == nil {
			dst = append(dst, part.Literal...)
			continue
		}
		f := part.Facet.Field
		p, ok := f.present(base)
		if !ok {
			return dst, false, nil
		}
		start := len(dst)
		dst, err = f.codec.appendText(dst, p)
		if err == nil {
			dst, err = part.Facet.finish(dst, start)
		}
		if err != nil {
			return dst, false, fmt.Errorf("facet {%s}: %w", f.Name, err)
		}
	}
	return dst, true, nil
}

// Derive returns the derived text of stored facet values. It is not present if
// value has none for a facet.
func (t *Template) Derive(value func(*Field) (Value, bool)) (v Value, present bool, err error) {
	var dst []byte
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
			return Value{}, false, fmt.Errorf("facet {%s}: %w", part.Facet.Field.Name, err)
		}
	}
	return Value{S, string(dst)}, true, nil
}

// Parse splits a derived text into the stored texts of its facets, from left
// to right. It is not ok for a text that the template does not make.
func (t *Template) Parse(text string) (stored []string, ok bool) {
	rest := []byte(text)
	for _, part := range t.parts {
		if part.Facet == nil {
			if rest, ok = bytes.CutPrefix(rest, []byte(part.Literal)); !ok {
				return nil, false
			}
			continue
		}
		var facet []byte
		if facet, rest, ok = part.Facet.parse(rest); !ok {
			return nil, false
		}
		stored = append(stored, string(facet))
	}
	return stored, len(rest) == 0 && t.makes(stored, text)
}

// makes reports whether the facets' stored texts make text, so that a text
// with a wrong width or a separator too many is not taken.
func (t *Template) makes(stored []string, text string) bool {
	i := 0
	made, ok, err := t.Derive(func(f *Field) (Value, bool) {
		i++
		return Value{f.codec.kind, stored[i-1]}, true
	})
	return err == nil && ok && made.text == text
}
