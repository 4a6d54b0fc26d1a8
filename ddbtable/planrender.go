package ddbtable

import (
	"slices"

	"example.com/ddb/fields"
)

// A planRoom is memory for the parts of a plan, enough for most.
type planRoom struct {
	keys   [4]*fields.Field
	texts  [1]texts
	text   [200]byte
	names  [6]string
	values [4]fields.Value
}

// render writes the expressions of the requests.
func (p *queryPlan) render(room *planRoom) error {
	p.texts = room.texts[:0]
	if len(p.ranges) > 1 {
		p.texts = make([]texts, 0, len(p.ranges))
	}
	asked := p.entries()
	for _, r := range p.ranges {
		// The first range takes the room, and leaves none to the others.
		w := writer{room.text[:0], room.names[:0], room.values[:0]}
		if len(p.texts) > 0 {
			w = writer{}
		}
		t, err := p.renderRange(w, r, asked)
		if err != nil {
			return err
		}
		p.texts = append(p.texts, t)
	}
	return nil
}

// counting is the texts of the request for a range that counts only: they have
// no projection.
func (p *queryPlan) counting(i int) *texts {
	if !p.entries().some {
		return &p.ready()[i]
	}
	t, _ := p.renderRange(writer{}, p.ranges[i], projection{}) // render had the error
	return &t
}

func (p *queryPlan) renderRange(w writer, r keyRange, asked projection) (t texts, err error) {
	t.writer = w
	if p.scan == nil {
		t.keyCondition = t.text(func(w *writer) { p.writeKey(w, r) })
	}
	if t.filter, err = t.writer.condition(p.sent()); err != nil {
		return t, err
	}
	if asked.some {
		t.projection = t.text(func(w *writer) { asked.write(w, p.reading) })
	}
	return t, nil
}

// prepare makes the members of the requests once for all.
func (p *queryPlan) prepare() {
	prepared := slices.Clone(p.texts)
	for i := range prepared {
		prepared[i].json = prepared[i].appendJSON(nil)
	}
	p.prepared.Store(&prepared)
}

// ready is the texts of the requests, prepared if they are.
func (p *queryPlan) ready() []texts {
	if prepared := p.prepared.Load(); prepared != nil {
		return *prepared
	}
	return p.texts
}
