package ddbtable

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"example.com/ddb/fields"
)

// A queryPlan is a query whose index has been found.
type queryPlan struct {
	binding
	core       *core
	scan       *segment // nil for a query
	filter     *node
	projection projection
	descending bool
	keys       []*fields.Field // of the index, then of the table, each once
	reading    []*fields.Field // keys, and what else is looked at
	texts      []texts         // of the request for each range
	counts     []texts         // the same without a projection
	followed   *followPlan     // nil without Follow

	bound struct { // what cursors are bound to, made when it is first needed
		once    sync.Once
		context []byte
	}
}

// A planCache keeps the plan of one query value, which never changes.
type planCache struct {
	once sync.Once
	plan *queryPlan
	err  error
}

// plan is the plan of the query, made when it is first asked for.
func (q *query) plan() (*queryPlan, error) {
	if q == nil || q.cache == nil {
		return nil, errZero
	}
	q.cache.once.Do(func() { q.cache.plan, q.cache.err = q.newPlan() })
	return q.cache.plan, q.cache.err
}

// newPlan finds the key that serves the query. It sends nothing.
func (q *query) newPlan() (*queryPlan, error) {
	t := q.core
	if err := q.mistake(); err != nil {
		return nil, err
	}
	found, err := q.bind()
	if err != nil {
		return nil, err
	}
	p := &queryPlan{
		binding: *found, core: t, scan: q.scan, filter: q.filter,
		projection: t.projection, descending: q.descending,
	}
	p.projection.has = func(name string) bool { return t.projects(p.index, name) }
	for _, f := range slices.Concat(p.index.keys(), t.schema.primary.keys()) {
		if !slices.Contains(p.keys, f) {
			p.keys = append(p.keys, f)
		}
	}
	p.reading = p.keys
	if t.hideExpired {
		p.reading = append(slices.Clip(p.keys), t.schema.duties.ttl)
	}
	state := both(p.implied, p.guardless())
	if !p.fixes(t.schema.duties.discriminator) {
		state = both(t.ours(), state)
	}
	p.filter = both(p.filter, state)
	if q.follow {
		if err := p.follow(q.filter, state); err != nil {
			return nil, err
		}
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	return p, p.render()
}

// fixes reports whether all items of the query have one value of an attribute,
// because the key says so: no filter can test it once more.
func (p *queryPlan) fixes(f *fields.Field) bool {
	if p.scan != nil {
		return false
	}
	i := slices.Index(p.index.sorts, f)
	return slices.Contains(p.index.partitions, f) || i >= 0 && !slices.ContainsFunc(p.ranges, func(r keyRange) bool {
		return len(r.fixed) < i || len(r.fixed) == i && !r.exact()
	})
}

// render writes the expressions of the requests.
func (p *queryPlan) render() error {
	asked := p.entries()
	for _, r := range p.ranges {
		with, err := p.renderRange(r, asked)
		if err != nil {
			return err
		}
		without := with
		if asked.some {
			without, _ = p.renderRange(r, projection{})
		}
		p.texts, p.counts = append(p.texts, with), append(p.counts, without)
	}
	return nil
}

func (p *queryPlan) renderRange(r keyRange, asked projection) (t texts, err error) {
	if p.scan == nil {
		t.keyCondition = t.text(func(w *writer) { p.writeKey(w, r) })
	}
	if t.filter, err = t.writer.condition(p.sent()); err != nil {
		return t, err
	}
	t.projection = t.text(func(w *writer) { asked.write(w, p.reading) })
	t.json = t.appendJSON(nil)
	return t, nil
}

// entries is what is asked for of the index: if its items are followed, keys.
func (p *queryPlan) entries() projection {
	if p.followed == nil {
		return p.projection
	}
	return projection{some: !p.index.keysOnly, has: func(string) bool { return false }}
}

// sent is the filter that DynamoDB evaluates.
func (p *queryPlan) sent() *node {
	if p.followed == nil {
		return p.filter
	}
	return p.followed.sent
}

// request is the request for the beginning of a range.
func (p *queryPlan) request(i int, backward bool) call {
	c := call{
		op: opQuery, table: p.core.settings.name, index: p.index.name,
		texts: p.texts[i], consistent: p.core.consistent && p.index.consistent(), backward: backward,
	}
	if p.scan != nil {
		c.op, c.segment = opScan, p.scan
	}
	return c
}

// writeKey appends the key condition of a range.
func (p *queryPlan) writeKey(w *writer, r keyRange) {
	for i, f := range p.index.partitions {
		if i > 0 {
			w.string(" AND ")
		}
		w.name(f.Name)
		w.string(" = ")
		w.value(p.partition[i])
	}
	r.write(w, p.index.sorts)
}

// bind finds the key that serves the query. A scan reads the whole of one.
func (q *query) bind() (*binding, error) {
	soft := q.core.schema.soft
	if q.core.withDeleted {
		soft = nil
	}
	if q.scan == nil {
		all, err := constrain(q.conds)
		if err != nil {
			return nil, err
		}
		if soft != nil && all.of(soft.field) == nil {
			all = append(all, soft.constraint())
		}
		if q.core.schema.union != nil {
			return q.bindUnion(all)
		}
		return q.choose(append([]*index{q.core.schema.primary}, q.core.schema.indexes...), all)
	}
	b := &binding{index: q.core.schema.primary, ranges: []keyRange{{}}}
	if soft != nil {
		b.implied = soft.constraint().node()
	}
	if q.via == nil {
		return b, nil
	}
	if b.index = q.core.schema.index(*q.via); b.index == nil {
		return nil, q.noIndex()
	}
	return b, nil
}

func (q *query) noIndex() error {
	if len(q.core.schema.indexes) == 0 {
		return planErrorf("there is no index %s, the table has none; drop Via", *q.via)
	}
	var names []string
	for _, x := range q.core.schema.indexes {
		names = append(names, x.name)
	}
	return planErrorf("there is no index %s; use one of %s", *q.via, strings.Join(names, ", "))
}

// mistake is what is wrong with the query's parts.
func (q *query) mistake() error {
	if err := q.core.mistake(); err != nil {
		return err
	}
	switch {
	case q.err != nil:
		return q.err
	case q.core.projection.err != nil:
		return q.core.projection.err
	case q.filter != nil && q.filter.err != nil:
		return q.filter.err
	}
	return nil
}

// choose binds the constraints to each of the keys and takes one: the table itself
// where it serves; else the index, if all that serve give one order.
func (q *query) choose(keys []*index, all keyConstraints) (*binding, error) {
	var serving []*binding
	var reasons []string
	for _, x := range q.candidates(keys) {
		b, reason, err := bind(x, all, q.core.schema.union != nil)
		if err != nil {
			return nil, err
		}
		if reason == "" {
			reason = q.misordered(b, all)
		}
		if reason != "" {
			reasons = append(reasons, x.String()+": "+reason)
			continue
		}
		serving = append(serving, b)
	}
	switch {
	case len(serving) == 0 && q.via != nil && len(reasons) == 0:
		return nil, q.noIndex()
	case len(serving) == 0:
		return nil, &PlanError{Reason: "no key serves these conditions; change them, move some to Filter, or add an index", Indexes: reasons}
	case serving[0].index.name == "":
		return serving[0], nil
	}
	return q.same(serving)
}

// candidates are the keys that the query may use: all, or the index that Via
// names.
func (q *query) candidates(keys []*index) []*index {
	if q.via == nil {
		return keys
	}
	return slices.DeleteFunc(keys, func(x *index) bool { return x.name == "" || x.name != *q.via })
}

// misordered says why a binding does not give the order that is asked for.
func (q *query) misordered(b *binding, all keyConstraints) string {
	if q.orderBy == nil {
		return ""
	}
	f, c := q.orderBy, all.of(q.orderBy)
	switch {
	case c != nil && c.discrete && len(c.values) <= 1:
		return "" // all items have the same value
	case len(b.order) > 0 && b.order[0].field == f && b.order[0].proper:
		return ""
	case b.merge(f, all):
		return ""
	case len(b.order) > 0 && b.order[0].field == f:
		return fmt.Sprintf("its sort key does not keep the order of %s", f.Name)
	case len(b.order) > 0:
		return fmt.Sprintf("it sorts by %s before %s", b.order[0].field.Name, f.Name)
	}
	return fmt.Sprintf("it does not sort by %s", f.Name)
}

// same takes the first of the bindings that serve fully, if they all give the
// same order: then it does not matter which is used.
func (q *query) same(serving []*binding) (*binding, error) {
	first := serving[0]
	for _, other := range serving[1:] {
		if !slices.Equal(first.order, other.order) {
			return nil, planErrorf("%s and %s both serve the query but in different orders, by %s and by %s; choose with OrderBy or Via",
				first.index, other.index, orderText(first.order), orderText(other.order))
		}
	}
	for _, b := range serving {
		if q.core.lacking(b.index, q.core.projection, q.filter) == nil {
			return b, nil
		}
	}
	return first, nil
}

func orderText(order []orderedFacet) string {
	var all []string
	for _, o := range order {
		all = append(all, o.field.Name)
	}
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, ", ")
}

// check refuses what DynamoDB would refuse of the index that was chosen.
func (p *queryPlan) check() error {
	t, x := p.core, p.index
	if err := p.tooManyMerged(); err != nil {
		return err
	}
	if t.consistent && !x.consistent() && p.followed == nil {
		return planErrorf("global %s cannot be read consistently; drop Consistent, or query the table or a local index, or read the items from the table with Follow", x)
	}
	if lacking := t.lacking(x, t.projection, p.filter); lacking != nil && p.followed == nil {
		remedy := "less of them with As or Project"
		if t.view != nil {
			remedy = "leave that out of " + t.view.typ
		}
		return planErrorf("%s does not project %s; read the items from the table with Follow, or %s, or let the index project more", x, strings.Join(lacking, ", "), remedy)
	}
	var err error
	if p.filter != nil && p.scan == nil {
		p.filter.fields(func(name string) {
			if slices.ContainsFunc(x.keys(), func(f *fields.Field) bool { return f.Name == name }) {
				err = planErrorf("attribute %q is a key of %s, which a filter cannot test; give it as a key condition", name, x)
			}
		})
	}
	return err
}

// consistent reports whether the index can be read consistently.
func (x *index) consistent() bool { return x.name == "" || x.local }

// projects reports whether an index has the attribute.
func (t *core) projects(x *index, name string) bool {
	if x.name == "" || !x.keysOnly && x.include == nil {
		return true
	}
	isKey := func(f *fields.Field) bool { return f.Name == name }
	return slices.Contains(x.include, name) || slices.ContainsFunc(x.keys(), isKey) || slices.ContainsFunc(t.schema.primary.keys(), isKey)
}

// lacking lists the attributes that a read needs and an index does not have.
func (t *core) lacking(x *index, p projection, filter *node) []string {
	var lacking []string
	need := func(name string) {
		if !t.projects(x, name) && !slices.Contains(lacking, name) {
			lacking = append(lacking, name)
		}
	}
	for _, f := range t.schema.attributes {
		if p.asked(f) || t.hideExpired && f == t.schema.duties.ttl {
			need(f.Name)
		}
	}
	if filter != nil {
		filter.fields(need)
	}
	return lacking
}
