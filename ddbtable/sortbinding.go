package ddbtable

import (
	"fmt"
	"slices"
	"strings"

	"example.com/ddb/fields"
)

// bindSort makes the ranges of the sort key. Its attributes bind from left to
// right: those before the last that is given have values, and the last may have
// a range.
func (b *binder) bindSort() (string, error) {
	b.ranges = b.room.ranges[:]
	if b.whole() {
		return "", nil
	}
	fixed := [][]fields.Value{nil}
	for i, f := range b.index.sorts {
		bind := b.bindPlain
		if f.Template != nil {
			bind = b.bindTemplate
		}
		ranges, discrete, reason, err := bind(f)
		if reason != "" || err != nil {
			return reason, err
		}
		if discrete && i < len(b.index.sorts)-1 {
			if fixed, err = extended(fixed, ranges); err != nil {
				return "", err
			}
			continue
		}
		b.ranges, err = behind(fixed, ranges)
		for _, f := range b.index.sorts[i+1:] {
			b.sortedBy(f)
		}
		return "", err
	}
	return "", nil
}

// extended is every way to fix one more attribute behind those that are fixed.
func extended(fixed [][]fields.Value, values []keyRange) (all [][]fields.Value, err error) {
	for _, before := range fixed {
		for _, r := range values {
			all = append(all, append(slices.Clip(before), r.lo.value))
		}
	}
	return all, atMostRanges(len(all))
}

// behind is the ranges of one attribute behind each way to fix those before, in
// the order of the key.
func behind(fixed [][]fields.Value, ranges []keyRange) (all []keyRange, err error) {
	if len(fixed) == 1 && len(fixed[0]) == 0 {
		return ranges, atMostRanges(len(ranges))
	}
	for _, before := range fixed {
		for _, r := range ranges {
			r.fixed = before
			all = append(all, r)
		}
	}
	return all, atMostRanges(len(all))
}

// sortedBy notes that the result is sorted by an attribute of the sort key.
func (b *binder) sortedBy(f *fields.Field) {
	if f.Template != nil {
		b.remaining(f.Template.Parts())
		return
	}
	b.order = append(b.order, orderedFacet{f, true})
}

// bindPlain makes the ranges of an attribute of the sort key that is not
// derived. They are single values if they are discrete.
func (b *binder) bindPlain(f *fields.Field) (ranges []keyRange, discrete bool, _ string, _ error) {
	c := b.take(f)
	if c == nil || c.never || !c.discrete || len(c.values) > 1 {
		b.sortedBy(f)
	}
	switch {
	case c == nil:
		return []keyRange{{}}, false, "", nil
	case c.never:
		return nil, true, "", nil
	case c.discrete:
		for _, v := range c.values {
			if err := f.CheckKey(v); err != nil {
				return nil, true, "", err
			}
			ranges = append(ranges, exactly(v))
		}
		return ranges, true, "", nil
	case c.prefix.Kind() != "":
		return []keyRange{prefixed(c.prefix)}, false, "", nil
	}
	r, ok := between(c.lo, c.hi)
	b.empty = b.empty || !ok
	return []keyRange{r}, false, "", nil
}

// bindTemplate makes the ranges of an attribute of the sort key that is
// derived: values for its facets from the left, then one range at most, then
// nothing more.
func (b *binder) bindTemplate(f *fields.Field) (ranges []keyRange, discrete bool, reason string, err error) {
	parts := f.Template.Parts()
	for i, part := range parts {
		if part.Facet == nil {
			continue
		}
		c := b.take(part.Facet.Field)
		if c != nil && (c.discrete || c.never) {
			if len(c.values) > 1 {
				b.order = append(b.order, orderedFacet{part.Facet.Field, part.Facet.Ordered()})
			}
			continue
		}
		b.remaining(parts[i:])
		if b.empty {
			return nil, false, "", nil
		}
		prefixes, err := b.texts(parts[:i])
		if err != nil {
			return nil, false, "", err
		}
		ranges, reason, err = b.rangesOf(part.Facet, literalAfter(parts, i), c, prefixes)
		return b.sorted(ranges), false, reason, err
	}
	if b.empty {
		return nil, true, "", nil
	}
	texts, err := b.texts(parts)
	for _, text := range texts {
		ranges = append(ranges, exactly(fields.String(text)))
	}
	return b.sorted(ranges), true, "", err
}

func literalAfter(parts []fields.TemplatePart, i int) string {
	if i+1 < len(parts) {
		return parts[i+1].Literal
	}
	return ""
}

// remaining notes that the result is sorted by the facets in parts.
func (b *binder) remaining(parts []fields.TemplatePart) {
	for _, part := range parts {
		if part.Facet != nil {
			b.order = append(b.order, orderedFacet{part.Facet.Field, part.Facet.Ordered()})
		}
	}
}

// rangesOf makes a range over one facet behind each prefix.
func (b *binder) rangesOf(facet *fields.Facet, next string, c *constraint, prefixes []string) (ranges []keyRange, reason string, err error) {
	if c.restricts() && !facet.Ordered() && !prefixServes(c, next) {
		return nil, fmt.Sprintf("its sort key does not keep the order of %s, so it serves only Eq and In there", facet.Field.Name), nil
	}
	ranges = b.room.ranges[:0]
	for _, prefix := range prefixes {
		r, ok, err := facetRange(facet, next, c, prefix)
		if err != nil {
			return nil, "", err
		}
		if ok {
			r.head = len(prefix)
			ranges = append(ranges, r)
		}
	}
	return ranges, "", nil
}

// prefixServes reports whether BeginsWith can be read from the key although
// the facet does not keep the order: the keys whose facet begins with the
// prefix are then still those that begin with its text, unless the literal
// that follows could be taken for the prefix's end.
func prefixServes(c *constraint, next string) bool {
	prefix := c.prefix.Text()
	for i := range prefix {
		if strings.HasPrefix(next, prefix[i:]) {
			return false
		}
	}
	return prefix != "" && next != ""
}

// sorted brings ranges in the order of the key. Without any, no item can fulfil
// the conditions.
func (b *binder) sorted(ranges []keyRange) []keyRange {
	slices.SortFunc(ranges, compareRanges)
	b.empty = b.empty || len(ranges) == 0
	return ranges
}
