package ddbtable

import (
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
	partition []fields.Value // of each attribute; none if empty, or of a scan
	ranges    []keyRange     // in key order; one that is unlimited if nothing is said, none if empty
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

	room struct { // memory for the parts of the binding, enough for most
		partition [1]fields.Value
		ranges    [1]keyRange
		order     [2]orderedFacet
	}
}

// bind returns how key x serves the constraints, or the reason why it cannot.
// The error is a value that no key can have.
func bind(x *index, all keyConstraints, union bool) (*binding, string, error) {
	b := &binder{constraints: all, union: union, binding: binding{index: x}}
	b.partition, b.order = b.room.partition[:0], b.room.order[:0]
	if reason, err := b.bindPartition(); reason != "" || err != nil {
		return nil, reason, err
	}
	if reason, err := b.bindSort(); reason != "" || err != nil {
		return nil, reason, err
	}
	if reason := b.unused(); reason != "" {
		return nil, reason, nil
	}
	if b.empty {
		b.ranges = nil
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

// unbound reports whether something is said of an attribute that the key has not
// taken.
func (b *binder) unbound(f *fields.Field) bool {
	c := b.constraints.of(f)
	return c != nil && c.taken != b.index
}

// bindPartition needs one value for each attribute of the partition key.
func (b *binder) bindPartition() (string, error) {
	for _, f := range b.index.partitions {
		for _, part := range partsOf(f) {
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
	}
	for _, f := range b.index.partitions {
		if b.empty {
			b.partition = nil
			return "", nil
		}
		if err := b.fixPartition(f); err != nil {
			return "", err
		}
	}
	return "", nil
}

// fixPartition gives an attribute of the partition key its value.
func (b *binder) fixPartition(f *fields.Field) error {
	if f.Template == nil {
		v := b.constraints.of(f).values[0]
		b.partition = append(b.partition, v)
		return f.CheckKey(v)
	}
	texts, err := b.texts(f.Template.Parts())
	if len(texts) == 1 && err == nil {
		v := fields.String(texts[0])
		b.partition = append(b.partition, v)
		if v.Text() == "" {
			err = f.CheckKey(v)
		}
	}
	b.empty = b.empty || len(texts) == 0
	return err
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
		case c.implied != nil && !slices.Contains(b.index.sorts, c.field):
			b.implied = c.implied.live()
		case c.implied != nil: // no filter can test it
			left = append(left, c.field.Name+", which SoftDelete asks for,")
		default:
			left = append(left, c.field.Name)
		}
	}
	if len(left) == 0 {
		return ""
	}
	slices.Sort(left)
	attributes := strings.Join(left, ", ")
	switch sorts := b.index.sorts; {
	case !slices.ContainsFunc(sorts, func(f *fields.Field) bool { return slices.ContainsFunc(partsOf(f), b.unbound) }):
		return fmt.Sprintf("%s is not part of its key", attributes)
	case len(sorts) > 1:
		return fmt.Sprintf("DynamoDB takes its sort key %s from left to right, equalities first and one range at the end, and %s comes after an attribute without an Eq or In", b.index.sortText(), attributes)
	}
	return fmt.Sprintf("its sort key %s binds from left to right, and %s comes after an attribute without an Eq or In", b.index.sortText(), attributes)
}
