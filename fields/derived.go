package fields

import (
	"bytes"
	"errors"
	"unsafe"
)

var (
	errEmptyKey = errors.New("key template makes the empty string, which cannot be in a key; give a facet a value, or add a literal")
	errNoKey    = errors.New("every item has a primary key, and there is no value for it; set the field, or all facets of its key template")
)

// derive appends what the template makes of the struct at base. It is not
// present if a facet is absent. What the Go field holds is not looked at.
func (f *Field) derive(dst []byte, base unsafe.Pointer) (_ []byte, present bool, err error) {
	start := len(dst)
	dst, present, err = f.Template.appendItem(dst, base)
	switch {
	case err != nil:
		return dst, false, err
	case !present && f.primary():
		return dst, false, errNoKey
	case present && len(f.Roles) > 0 && len(dst) == start:
		return dst, false, errEmptyKey
	}
	return dst, present, nil
}

// checkDerived compares the text that was read for a derived attribute with
// what its template makes, if all its facets were read, and fills its Go field.
// Asked says which attributes the read asked for; nil means all.
func (r *reading) checkDerived(f *Field, base unsafe.Pointer, asked func(*Field) bool) error {
	text := r.texts[f.index]
	if r.hasNumbers(f.Template.padded) {
		if pair, length := f.Template.padded.makes(text, base); length == len(text) {
			return f.fillPadded(text, pair, base)
		}
	}
	checked := r.knowsFacets(f.Template, asked)
	right := checked && r.makes(f.Template, text, base)
	if err := f.fill(text, right, base); err != nil {
		return err
	}
	if checked && !right {
		return ErrStale
	}
	return nil
}

// knowsFacets reports whether it is known of each facet what it is, be it
// absent.
func (r *reading) knowsFacets(t *Template, asked func(*Field) bool) bool {
	for _, part := range t.parts {
		if part.Facet == nil {
			continue
		}
		f := part.Facet.Field
		if r.state[f.index] == bad || r.state[f.index] == unseen && asked != nil && !asked(f) {
			return false
		}
	}
	return true
}

// makes reports whether the template makes that text of the struct at base.
func (r *reading) makes(t *Template, text []byte, base unsafe.Pointer) bool {
	for _, part := range t.parts {
		if part.Facet != nil && r.state[part.Facet.Field.index] == unseen {
			return false // the field has a zero value, the item has none
		}
	}
	made, present, err := t.appendItem(r.made[:0], base)
	r.made = made
	return err == nil && present && string(made) == string(text)
}

// scanDerived reads what is left of a derived attribute behind its opening.
func (r *reading) scanDerived(f *Field, base unsafe.Pointer) (ok bool) {
	if r.hasNumbers(f.Template.padded) && r.scanPadded(f, base) {
		return true
	}
	r.texts[f.index], _, ok = r.scan.Plain()
	r.owed++
	return ok
}

// scanPadded is scanDerived of a padded template whose facets were read before,
// if the text is what it makes of them: nothing is left to check.
func (r *reading) scanPadded(f *Field, base unsafe.Pointer) bool {
	pair, length := f.Template.padded.makes(r.scan.Left(), base)
	if length < 0 {
		return false
	}
	text, ok := r.scan.Chars(length)
	if !ok || f.fillPadded(text, pair, base) != nil {
		return false
	}
	r.state[f.index] = right
	return true
}

// hasNumbers reports whether a template is padded and its facets were read.
func (r *reading) hasNumbers(p *padded) bool {
	if p == nil {
		return false
	}
	for i := range p.numbers {
		if r.state[p.numbers[i].field.index] != seen {
			return false
		}
	}
	return true
}

// makes reports whether it is certain, at little cost, that text begins
// with what a padded template makes of the struct at base: whole numbers are
// compared as such. It returns the first two, and the length, -1 if it is not.
func (p *padded) makes(text []byte, base unsafe.Pointer) (pair IntInt, length int) {
	at := 0
	for i := range p.numbers {
		n := &p.numbers[i]
		if len(text)-at < len(n.before)+n.digits {
			return pair, -1
		}
		for j := range len(n.before) {
			if text[at+j] != n.before[j] {
				return pair, -1
			}
		}
		at += len(n.before)
		v, ok := natural(text[at : at+n.digits])
		if !ok || v != n.integer(n.field.where.reach(base)) {
			return pair, -1
		}
		at += n.digits
		switch i {
		case 0:
			pair.First = v
		case 1:
			pair.Second = v
		}
	}
	if !bytes.HasPrefix(text[at:], p.after) {
		return pair, -1
	}
	return pair, at + len(p.after)
}

// fillPadded is fill with the text that a padded template makes, and the first
// two numbers in it.
func (f *Field) fillPadded(text []byte, pair IntInt, base unsafe.Pointer) error {
	if f.typ == intIntType {
		*(*IntInt)(f.where.reach(base)) = pair
		return nil
	}
	return f.fill(text, true, base)
}

// fill fills the field of a derived attribute, if it has one, with the text that
// was read. Trusted says that the template is known to make the text.
func (f *Field) fill(text []byte, trusted bool, base unsafe.Pointer) error {
	switch {
	case f.Blank():
		return nil
	case f.typ == intIntType:
		return f.Template.fillIntInt(text, trusted, (*IntInt)(f.where.reach(base)))
	}
	return f.codec.parseText(text, f.where.reach(base))
}

// fillIntInt fills an IntInt with the two facets.
func (t *Template) fillIntInt(text []byte, trusted bool, i *IntInt) error {
	var pair [2]int64
	var errs [2]error
	n := 0
	ok := t.split(text, trusted, func(facet []byte) {
		pair[n], errs[n] = parseInt(facet, 64)
		n++
	})
	if !ok || errs[0] != nil || errs[1] != nil {
		return ErrStale
	}
	*i = IntInt{pair[0], pair[1]}
	return nil
}

// twoIntegers reports whether an IntInt holds every pair of facets.
func twoIntegers(t *Template) bool {
	n := 0
	for _, part := range t.parts {
		if f := part.Facet; f != nil && f.Field.codec != nil {
			n++
			if !f.Padded() && (f.rule().shape != shapeInteger || !f.rule().fitsInt64) || f.digits > maxSigned {
				return false
			}
		}
	}
	return n == 2
}
