package ddbtable

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/ddb/fields"
)

// maxRanges is how many ranges of one query In may make, over all attributes.
const maxRanges = 100

// A binding is how one key serves the key conditions of a query.
type binding struct {
	index     *index
	partition fields.Value
	ranges    []keyRange     // in key order; one that is unlimited if nothing is said
	order     []orderedFacet // what the items of the query are sorted by
	empty     bool           // no item can fulfil the conditions
	merged    bool           // the ranges are read side by side, see merger
	implied   *node          // what the definition wants and the key does not serve
}

// An orderedFacet is an attribute that the result is sorted by.
type orderedFacet struct {
	field  *fields.Field
	proper bool // the order is that of the values
}

// A binder binds the constraints of a query to one key.
type binder struct {
	constraints keyConstraints
	union       bool // of a table of several types
	binding
}

// bind returns how key x serves the constraints, or the reason why it cannot.
// The error is a value that no key can have.
func bind(x *index, all keyConstraints, union bool) (*binding, string, error) {
	b := &binder{constraints: all, union: union, binding: binding{index: x}}
	if reason, err := b.bindPartition(); reason != "" || err != nil {
		return nil, reason, err
	}
	if reason, err := b.bindSort(); reason != "" || err != nil {
		return nil, reason, err
	}
	if reason := b.unused(); reason != "" {
		return nil, reason, nil
	}
	return &b.binding, "", nil
}

// take is the constraint of an attribute, which counts as used then.
func (b *binder) take(f *fields.Field) *constraint {
	c := b.constraints.of(f)
	if c != nil {
		c.taken = b.index
		b.empty = b.empty || c.never
	}
	return c
}

// bindPartition needs one value for the partition key.
func (b *binder) bindPartition() (string, error) {
	f := b.index.partition
	parts := []*fields.Field{f}
	if f.Template != nil {
		parts = facetsOf(f)
	}
	for _, part := range parts {
		c := b.take(part)
		switch {
		case c == nil:
			return fmt.Sprintf("its partition key needs an equality on %s", part.Name), nil
		case !c.discrete && !c.never:
			return fmt.Sprintf("its partition key needs an equality on %s, a range does not do", part.Name), nil
		case len(c.values) > 1:
			return fmt.Sprintf("its partition key takes one value of %s, run one query for each value of In", part.Name), nil
		}
	}
	if b.empty {
		return "", nil
	}
	if f.Template == nil {
		b.partition = b.constraints.of(f).values[0]
		return "", f.CheckKey(b.partition)
	}
	texts, err := b.texts(f.Template.Parts())
	if len(texts) == 1 {
		b.partition = fields.String(texts[0])
	}
	b.empty = b.empty || len(texts) == 0
	return "", err
}

// texts are the texts of template parts whose facets all have values.
func (b *binder) texts(parts []fields.TemplatePart) ([]string, error) {
	texts := []string{""}
	for _, part := range parts {
		if part.Facet == nil {
			appendAll(texts, part.Literal)
			continue
		}
		encoded, err := encodeAll(part.Facet, b.constraints.of(part.Facet.Field).values)
		if err != nil {
			return nil, err
		}
		var next []string
		for _, text := range texts {
			for _, e := range encoded {
				next = append(next, text+e)
			}
			if err := atMostRanges(len(next)); err != nil {
				return nil, err
			}
		}
		texts = next
	}
	return texts, nil
}

func appendAll(texts []string, literal string) {
	for i := range texts {
		texts[i] += literal
	}
}

// encodeAll leaves out values that the facet cannot hold: no key has them.
func encodeAll(facet *fields.Facet, values []fields.Value) ([]string, error) {
	var texts []string
	for _, v := range values {
		if _, place, err := facet.Bound(v); err != nil || place != fields.Within {
			if err != nil {
				return nil, facetError(facet, err)
			}
			continue
		}
		text, err := facet.Append(nil, v)
		if err != nil {
			return nil, facetError(facet, err)
		}
		texts = append(texts, string(text))
	}
	return texts, nil
}

func facetError(facet *fields.Facet, err error) error {
	f := facet.Field
	return &fields.ValueError{Struct: f.Owner(), Field: f.GoName, Attribute: f.Name, Err: err}
}

// bindSort makes the ranges of the sort key.
func (b *binder) bindSort() (string, error) {
	f := b.index.sort
	switch {
	case f == nil:
		b.ranges = []keyRange{{}}
		return "", nil
	case b.whole():
		return "", nil
	case f.Template != nil:
		return b.bindTemplate(f.Template.Parts())
	}
	return "", b.bindPlain(f)
}

// bindPlain makes the ranges of a sort key that is an attribute of its own.
func (b *binder) bindPlain(f *fields.Field) error {
	b.order = []orderedFacet{{f, true}}
	c := b.take(f)
	switch {
	case c == nil:
		b.ranges = []keyRange{{}}
	case c.never:
	case c.discrete:
		if len(c.values) == 1 {
			b.order = nil
		}
		for _, v := range c.values {
			if err := f.CheckKey(v); err != nil {
				return err
			}
			b.ranges = append(b.ranges, exactly(v))
		}
	case c.prefix.Kind() != "":
		b.ranges = []keyRange{prefixed(c.prefix)}
	default:
		r, ok := between(c.lo, c.hi)
		b.ranges, b.empty = []keyRange{r}, b.empty || !ok
	}
	return b.tooMany()
}

// bindTemplate makes the ranges of a sort key that is derived: values for its
// facets from the left, then one range at most, then nothing more.
func (b *binder) bindTemplate(parts []fields.TemplatePart) (string, error) {
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
			return "", nil
		}
		prefixes, err := b.texts(parts[:i])
		if err != nil {
			return "", err
		}
		return b.rangesOf(part.Facet, literalAfter(parts, i), c, prefixes)
	}
	if b.empty {
		return "", nil
	}
	texts, err := b.texts(parts)
	for _, text := range texts {
		b.ranges = append(b.ranges, exactly(fields.String(text)))
	}
	b.sorted()
	return "", cmp.Or(err, b.tooMany())
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
func (b *binder) rangesOf(facet *fields.Facet, next string, c *constraint, prefixes []string) (string, error) {
	if c.restricts() && !facet.Ordered() && !prefixServes(c, next) {
		return fmt.Sprintf("its sort key does not keep the order of %s, so it serves only Eq and In there", facet.Field.Name), nil
	}
	for _, prefix := range prefixes {
		r, ok, err := facetRange(facet, next, c, prefix)
		if err != nil {
			return "", err
		}
		if ok {
			r.head = len(prefix)
			b.ranges = append(b.ranges, r)
		}
	}
	b.sorted()
	return "", b.tooMany()
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

func (b *binder) sorted() {
	slices.SortFunc(b.ranges, compareRanges)
	b.empty = b.empty || len(b.ranges) == 0
}

func (b *binder) tooMany() error { return atMostRanges(len(b.ranges)) }

func atMostRanges(n int) error {
	if n > maxRanges {
		return planErrorf("In makes more than %d ranges of the sort key, which is the limit; give fewer values", maxRanges)
	}
	return nil
}

// unused says which attribute the key could not take.
func (b *binder) unused() string {
	var left []string
	for _, c := range b.constraints {
		switch {
		case c.taken == b.index:
		case c.implied:
			b.implied = c.node()
		default:
			left = append(left, c.field.Name)
		}
	}
	if len(left) == 0 {
		return ""
	}
	slices.Sort(left)
	attributes := strings.Join(left, ", ")
	sort := b.index.sort
	if sort != nil && sort.Template != nil {
		for _, name := range left {
			if slices.ContainsFunc(facetsOf(sort), func(f *fields.Field) bool { return f.Name == name }) {
				return fmt.Sprintf("its sort key %s binds from left to right, and %s comes after an attribute without an Eq or In", sort.Template, attributes)
			}
		}
	}
	return fmt.Sprintf("%s is not part of its key", attributes)
}
