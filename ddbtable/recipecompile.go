package ddbtable

import (
	"bytes"
	"slices"
	"strconv"

	"example.com/ddb/fields"
	"example.com/ddb/internal/wire"
)

// A step appends to a value of the key conditions: the text of a facet or a whole
// value, or neither, and a literal.
type step struct {
	operand int           // of the facet or whole value, -1 for neither
	facet   *fields.Facet // nil for a whole value,
	field   *fields.Field // whose it is, if it must be one that keys take
	literal string
	ends    bool // the value is complete
}

// A slot is where a value stands in a request.
type slot struct {
	before  string // what stands before it, from the text of the value before on
	escapes bool   // its text may need some
}

// make makes the recipe, if the plan is of the common kind.
func (r *recipe) make() {
	first := &brief{shape: r.shape, operands: r.first.operands}
	common := len(r.plan.ranges) == 1 && len(r.plan.index.sorts) <= 1
	if !common || !r.compile(first) || !r.write(first) {
		r.end = ""
	}
}

// compile makes the steps.
func (r *recipe) compile(b *brief) bool {
	for i, path := range b.paths[:b.keys] {
		if slices.ContainsFunc(b.paths[:i], func(other *fields.Path) bool { return other.Field() == path.Field() }) {
			return false // two conditions are joined first
		}
	}
	for _, f := range r.plan.index.partitions {
		if f.Template != nil {
			if !r.prefix(b, f.Template.Parts()) {
				return false
			}
			r.complete()
			continue
		}
		op, operand := b.about(f)
		if op != opEq {
			return false
		}
		r.steps = append(r.steps, step{field: f, operand: operand, ends: true})
	}
	for _, f := range r.plan.index.sorts {
		if f.Template != nil {
			return r.template(b, f.Template.Parts())
		}
		op, operand := b.about(f)
		for i := range op.operands() {
			whole := step{operand: operand + i, ends: true}
			if op == opEq {
				whole.field = f
			}
			r.steps = append(r.steps, whole)
		}
	}
	return true
}

// about finds the term of the key about an attribute, and its first operand. The
// operator is one without operands if there is none.
func (b *brief) about(f *fields.Field) (op operator, operand int) {
	for i := range int(b.keys) {
		if b.paths[i].Field() == f {
			return b.ops[i], operand
		}
		operand += b.ops[i].operands()
	}
	return opExists, 0
}

func (r *recipe) complete() { r.steps[len(r.steps)-1].ends = true }

// prefix makes the steps of template parts whose facets all have one value.
func (r *recipe) prefix(b *brief, parts []fields.TemplatePart) bool {
	begin := len(r.steps)
	for _, part := range parts {
		if part.Facet == nil {
			if len(r.steps) == begin {
				r.steps = append(r.steps, step{operand: -1})
			}
			r.steps[len(r.steps)-1].literal += part.Literal
			continue
		}
		op, operand := b.about(part.Facet.Field)
		if op != opEq {
			return false
		}
		r.steps = append(r.steps, step{facet: part.Facet, operand: operand})
	}
	return true
}

// template makes the steps of a derived sort key: facets with one value, then
// perhaps one between two.
func (r *recipe) template(b *brief, parts []fields.TemplatePart) bool {
	i := slices.IndexFunc(parts, func(part fields.TemplatePart) bool {
		if part.Facet == nil {
			return false
		}
		op, _ := b.about(part.Facet.Field)
		return op != opEq
	})
	if i < 0 {
		i = len(parts)
	}
	op, operand := opExists, 0
	if i < len(parts) {
		op, operand = b.about(parts[i].Facet.Field)
	}
	if op == opExists {
		if i == 0 {
			return true
		}
		ok := r.prefix(b, parts[:i])
		r.complete()
		return ok
	}
	if op != opBetween {
		return false
	}
	ends := [2]string{literalAfter(parts, i), literalAfter(parts, i)}
	if v, ok := successor(fields.String(ends[1])); ok { // of no literal, where keys end with the facet, there is none
		ends[1] = v.Text()
	}
	for j, end := range ends {
		if !r.prefix(b, parts[:i]) {
			return false
		}
		r.steps = append(r.steps, step{facet: parts[i].Facet, operand: operand + j, literal: end, ends: true})
	}
	return true
}

// write makes the pieces of the request, and tries them.
func (r *recipe) write(b *brief) bool {
	c := r.plan.request(0, r.plan.descending)
	body, t := c.appendBody(nil), r.plan.texts[0]
	filters := int(b.used) - b.filters()
	plain := r.completed()
	own := len(plain)
	if len(t.values) < own+filters {
		return false
	}
	// The values come last among the texts, and flags behind them.
	names := writer{names: t.names}
	flags := len(c.appendFlags(nil)) + len("}")
	values := len(t.appendPlaceholders(nil)) - len(names.appendPlaceholders(nil))
	piece := body[: len(body)-flags-values : len(body)-flags-values]
	for i, v := range t.values {
		piece = append(piece, separator(i, `,"ExpressionAttributeValues":{`)...)
		piece = append(strconv.AppendInt(append(piece, `":`...), int64(i), 10), `":`...)
		if i >= own+filters {
			piece = v.AppendJSON(piece) // the definition's own
			continue
		}
		escapes := v.Kind() != fields.N && (i >= own || !plain[i])
		r.slots = append(r.slots, slot{string(append(piece, wire.Opening(v.Kind())...)), escapes})
		piece = wire.AppendClosing(nil, 0, v.Kind(), true)
	}
	r.end = string(append(closeIf(piece, len(t.values)), body[len(body)-flags:]...))
	got, ok := r.render(nil, b)
	return ok && bytes.Equal(got, body)
}

// completed tells of each value that the steps make whether it never needs an
// escape in JSON.
func (r *recipe) completed() (plain []bool) {
	all := true
	for i := range r.steps {
		if all = all && r.steps[i].plain(); r.steps[i].ends {
			plain, all = append(plain, all), true
		}
	}
	return plain
}

// plain reports whether what the step appends never needs an escape in JSON.
func (s *step) plain() bool {
	of := s.field
	if s.facet != nil {
		of = s.facet.Field
	}
	return (s.operand < 0 || of != nil && of.Plain()) && len(wire.AppendString(nil, s.literal)) == len(s.literal)+2
}

// filters is the first operand of a filter.
func (b *brief) filters() (n int) {
	for _, op := range b.ops[:b.keys] {
		n += op.operands()
	}
	return n
}
