package ddbtable

import (
	"example.com/ddb/fields"
	"example.com/ddb/internal/wire"
)

// appendRequest appends the request of a query. It is not ok if there is no recipe,
// or if a value is such that the plan may be another.
func (r *recipe) appendRequest(dst []byte, b *brief) (_ []byte, ok bool) {
	if r.made.Do(r.make); r.end == "" {
		return dst, false
	}
	return r.render(dst, b)
}

func (r *recipe) render(dst []byte, b *brief) (_ []byte, ok bool) {
	var room [128]byte
	var few [4]int
	texts, ends, ok := r.key(room[:0], few[:0], b)
	if !ok {
		return dst, false
	}
	start, operand := 0, b.filters()
	for i := range r.slots {
		s, text := &r.slots[i], []byte(nil)
		if i < len(ends) {
			text, start = texts[start:ends[i]], ends[i]
		} else {
			text = b.operand(operand)
			operand++
		}
		dst = append(dst, s.before...)
		at := len(dst)
		if dst = append(dst, text...); s.escapes {
			dst = wire.AppendEscapes(dst, at)
		}
	}
	return append(dst, r.end...), true
}

// key appends the texts of the values of the key conditions, and where each ends.
// It is not ok if one is such that the plan may be another: because no key has
// it, or because there are two bounds, of a filter too, and the first is not less.
func (r *recipe) key(texts []byte, ends []int, b *brief) (_ []byte, _ []int, ok bool) {
	for i := range r.steps {
		if texts, ok = r.steps[i].append(texts, b); !ok {
			return nil, nil, false
		}
		if r.steps[i].ends {
			ends = append(ends, len(texts))
		}
	}
	if n := len(ends); n == len(r.plan.partition)+2 {
		lo, hi := texts[ends[n-3]:ends[n-2]], texts[ends[n-2]:]
		ok = fields.CompareTexts(r.plan.texts[0].values[n-1].Kind(), lo, hi) < 0
	}
	return texts, ends, ok && b.ascend(int(b.keys), b.filters())
}

// ascend reports whether of each two bounds the first is less, in the terms from
// the one on whose first operand is at.
func (b *brief) ascend(from, at int) bool {
	for i := from; i < int(b.terms); i++ {
		op := b.ops[i]
		if op == opBetween && fields.CompareTexts(b.paths[i].Kind(), b.operand(at), b.operand(at+1)) >= 0 {
			return false
		}
		at += op.operands()
	}
	return true
}

// append appends what the step is about. It is not ok if no key has it.
func (s *step) append(dst []byte, b *brief) (_ []byte, ok bool) {
	if s.operand >= 0 {
		text := b.operand(s.operand)
		if len(text) == 0 {
			return dst, false
		}
		if s.facet == nil {
			return append(dst, text...), s.field == nil || s.field.TakesKey(text)
		}
		var err error
		if dst, err = s.facet.AppendWritten(dst, text); err != nil {
			return dst, false
		}
	}
	return append(dst, s.literal...), true
}

// A derived query is one that a recipe made, with memory for its plan.
type derived struct {
	use   lastUse
	query query
	cache planCache
	plan  queryPlan

	texts  [1]texts
	ranges [1]keyRange
	values [4]fields.Value
}

// derive makes the query in the long form, with its plan, nil if the recipe is not
// for its values.
func (r *recipe) derive(b *brief) *lastUse {
	if r.made.Do(r.make); r.end == "" {
		return nil
	}
	var room [128]byte
	var few [4]int
	texts, ends, ok := r.key(room[:0], few[:0], b)
	if !ok {
		return nil
	}
	d, of := new(derived), r.plan
	d.use = lastUse{b.operands, &d.query}
	d.query = *r.first.query
	d.query.conds, d.query.filter, d.query.cache = nil, nil, &d.cache
	values, own, start := d.values[:0], string(texts), 0
	for i, end := range ends {
		values = append(values, of.texts[0].values[i].WithText(own[start:end]))
		start = end
	}
	p := &d.plan
	p.binding, p.core, p.projection, p.descending = of.binding, of.core, of.projection, of.descending
	p.keys, p.reading = of.keys, of.reading
	p.partition = values[:len(of.partition):len(of.partition)]
	p.ranges = append(d.ranges[:0], of.ranges[0].with(values[len(of.partition):]))
	at := b.filters()
	for i := int(b.keys); i < int(b.terms); i++ {
		n := b.node(i, at)
		at += len(n.values)
		values, d.query.filter = append(values, n.values...), both(d.query.filter, n)
	}
	p.filter = both(d.query.filter, p.state())
	p.texts = append(d.texts[:0], of.texts[0])
	p.texts[0].values = append(values, of.texts[0].values[len(r.slots):]...)
	d.cache.once.Do(func() { d.cache.plan = p })
	return &d.use
}
