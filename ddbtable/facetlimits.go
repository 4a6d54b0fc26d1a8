package ddbtable

import (
	"strings"

	"example.com/ddb/fields"
)

// facetRange is the range of the keys that begin with prefix, the texts of the
// facets before, and whose next facet fulfils the constraint. Every range that
// is open at one side ends with the keys that begin with prefix, so that
// neither another group of facets nor another type of item gets in.
//
// The limits rest on a key being prefix + facet + next + …: a limit that ends
// where the facet does, or in the character after next, equals no such key.
func facetRange(facet *fields.Facet, next string, c *constraint, prefix string) (_ keyRange, ok bool, err error) {
	if c == nil {
		return prefixed(fields.String(prefix)), true, nil
	}
	f := &facetLimits{facet: facet, next: next, prefix: prefix}
	if c.prefix.Kind() != "" {
		text, _, err := f.text(limit{value: c.prefix})
		return prefixed(fields.String(text)), true, err
	}
	lo, above, err := f.lower(c.lo)
	if err != nil || above {
		return keyRange{}, false, err
	}
	hi, below, err := f.upper(c.hi)
	if err != nil || below {
		return keyRange{}, false, err
	}
	if lo.none() && hi.none() {
		return prefixed(fields.String(prefix)), true, nil
	}
	r, ok := between(f.closed(lo, hi))
	return r, ok, nil
}

// facetLimits makes limits on whole keys of limits on one facet.
type facetLimits struct {
	facet  *fields.Facet
	next   string // the literal after the facet
	prefix string
}

// last reports whether a key ends with the facet.
func (f *facetLimits) last() bool { return f.facet.Last() }

// text is the beginning of the keys that have the limit's value.
func (f *facetLimits) text(l limit) (string, fields.Place, error) {
	text, place, err := f.facet.Bound(l.value)
	if err != nil {
		err = facetError(f.facet, err)
	}
	return f.prefix + text, place, err
}

// closer makes an open limit of a facet with a width, which holds whole
// numbers, a closed one: it is the number beside.
func (f *facetLimits) closer(l limit, step int64) (limit, error) {
	if !l.open || !f.facet.Padded() {
		return l, nil
	}
	beside, err := fields.Sum(l.value, fields.Int(step))
	return limit{value: beside}, err
}

// lower is the limit of the keys whose facet is at least l. Above says that
// there are none.
func (f *facetLimits) lower(l limit) (_ limit, above bool, err error) {
	if l.none() {
		return l, false, nil
	}
	if l, err = f.closer(l, 1); err != nil {
		return limit{}, false, err
	}
	text, place, err := f.text(l)
	switch {
	case err != nil || place == fields.Above:
		return limit{}, true, err
	case place == fields.Below:
		return limit{}, false, nil
	case f.last():
		return limit{fields.String(text), l.open}, false, nil
	case l.open:
		end, ok := successor(fields.String(text + f.next))
		return limit{value: end}, !ok, nil
	}
	return limit{value: fields.String(text + f.next)}, false, nil
}

// upper is the limit of the keys whose facet is at most l. Below says that
// there are none.
func (f *facetLimits) upper(l limit) (_ limit, below bool, err error) {
	if l.none() {
		return l, false, nil
	}
	if l, err = f.closer(l, -1); err != nil {
		return limit{}, false, err
	}
	text, place, err := f.text(l)
	switch {
	case err != nil || place == fields.Below:
		return limit{}, true, err
	case place == fields.Above:
		return limit{}, false, nil
	case f.last() && l.open && f.facet.Width() > 0:
		// The width makes the keys comparable character by character.
		head, last := cutLast(text)
		return limit{value: fields.String(head + string(pred(last)) + "\U0010FFFF")}, false, nil
	case f.last():
		return limit{fields.String(text), l.open}, false, nil
	case l.open:
		// A key with a lesser facet is less than the text of this one, and no
		// key ends there, unless nothing follows before the next facet.
		return limit{fields.String(text), f.next == ""}, false, nil
	}
	return f.atMost(text), false, nil
}

// atMost is the limit of the keys whose facet ends the text, or is less; none
// if there is no greater text.
func (f *facetLimits) atMost(text string) limit {
	if f.last() {
		return limit{value: fields.String(text)}
	}
	end, ok := successor(fields.String(text + f.next))
	if !ok {
		return limit{}
	}
	return limit{end, f.next == ""}
}

// closed gives a range without one of its limits the beginning or end of the
// keys that begin with prefix, or with digits where those come first.
func (f *facetLimits) closed(lo, hi limit) (limit, limit) {
	if f.prefix == "" && !f.facet.Padded() {
		return lo, hi
	}
	if lo.none() {
		lo = limit{value: fields.String(f.prefix + f.digits("0"))}
	}
	if !hi.none() {
		return lo, hi
	}
	if f.prefix == "" {
		return lo, f.atMost(f.digits("9"))
	}
	// The successor itself may be a key: of {n:1}{name}, 6 is one with an empty
	// name, and follows all those that begin with 5.
	if end, ok := successor(fields.String(f.prefix)); ok {
		hi = limit{end, true}
	}
	return lo, hi
}

// digits is the text of a facet with a width that has this digit only, where
// it begins the key.
func (f *facetLimits) digits(digit string) string {
	if f.prefix != "" {
		return ""
	}
	return strings.Repeat(digit, f.facet.Width())
}
