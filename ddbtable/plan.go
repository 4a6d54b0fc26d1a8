package ddbtable

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

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
	followed   *followPlan     // nil without Follow

	prepared atomic.Pointer[[]texts] // the texts with their JSON

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
	uses atomic.Int32 // not counted from the second on
}

// plan is the plan of the query, made when it is first asked for. A query that
// is asked for it again is kept by its user, and worth to have its requests
// prepared.
func (q *query) plan() (*queryPlan, error) {
	p, err := q.planned()
	if err != nil {
		return nil, err
	}
	if uses := &q.cache.uses; uses.Load() < 2 && uses.Add(1) == 2 {
		p.prepare()
	}
	return p, nil
}

// planned is plan of one who does not use it.
func (q *query) planned() (*queryPlan, error) {
	if q == nil || q.cache == nil {
		return nil, errZero
	}
	c := q.cache
	c.once.Do(func() { c.plan, c.err = q.newPlan() })
	return c.plan, c.err
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
	made := new(struct {
		queryPlan
		room planRoom
	})
	p := &made.queryPlan
	p.binding, p.core, p.scan, p.filter = *found, t, q.scan, q.filter
	p.projection, p.descending = t.projection, q.descending
	if p.index.partial() {
		p.projection.has = func(name string) bool { return t.projects(p.index, name) }
	}
	p.keys = made.room.keys[:0]
	for _, keys := range [...][]*fields.Field{p.index.partitions, p.index.sorts, t.schema.primary.partitions, t.schema.primary.sorts} {
		for _, f := range keys {
			if !slices.Contains(p.keys, f) {
				p.keys = append(p.keys, f)
			}
		}
	}
	p.reading = p.keys
	if t.hideExpired {
		p.reading = append(slices.Clip(p.keys), t.schema.duties.ttl)
	}
	state := p.state()
	p.filter = both(p.filter, state)
	if q.follow {
		if err := p.follow(q.filter, state); err != nil {
			return nil, err
		}
	}
	if err := p.check(q.filter); err != nil {
		return nil, err
	}
	return p, p.render(&made.room)
}

// state is the part of the filter that the definition makes.
func (p *queryPlan) state() *node {
	return both(p.core.ours(), both(p.implied, p.guardless()))
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
		texts: &p.ready()[i], consistent: p.core.consistent && p.index.consistent(), backward: backward,
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
		var few [8]*index
		return q.choose(append(append(few[:0], q.core.schema.primary), q.core.schema.indexes...), all)
	}
	if q.orderBy != nil || q.descending { // of a query that As made of a scan
		return nil, planErrorf("a scan has no order; drop OrderBy and Descending, or query a key")
	}
	b := &binding{index: q.core.schema.primary, ranges: []keyRange{{}}}
	if soft != nil {
		b.implied = soft.live()
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
	var few [4]*binding
	serving, _, err := q.serving(few[:0], keys, all, false)
	var reasons []string
	if len(serving) == 0 && err == nil {
		serving, reasons, err = q.serving(few[:0], keys, all, true)
	}
	if err != nil {
		return nil, err
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

// serving appends the bindings of those keys that serve, and gives the reasons
// of the others. Unless they are to be told, keys are passed over whose partition key
// has a part that nothing is said of: they cannot serve.
func (q *query) serving(serving []*binding, keys []*index, all keyConstraints, told bool) (_ []*binding, reasons []string, _ error) {
	for _, c := range all {
		c.taken = nil
	}
	for _, x := range keys {
		if q.via != nil && (x.name == "" || x.name != *q.via) || !told && !x.begun(all) {
			continue
		}
		b, reason, err := bind(x, all, q.core.schema.union != nil)
		if err != nil {
			return nil, nil, err
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
	return serving, reasons, nil
}

// begun reports whether there is a constraint on every part of the partition
// key.
func (x *index) begun(all keyConstraints) bool {
	for _, f := range x.partitions {
		if f.Template == nil {
			if all.of(f) == nil {
				return false
			}
			continue
		}
		if slices.ContainsFunc(facetsOf(f), func(part *fields.Field) bool { return all.of(part) == nil }) {
			return false
		}
	}
	return true
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

// check refuses what DynamoDB would refuse of the index that was chosen. Filter
// is the caller's own.
func (p *queryPlan) check(filter *node) error {
	t, x := p.core, p.index
	if err := p.tooManyMerged(); err != nil {
		return err
	}
	if t.consistent && !x.consistent() && p.followed == nil {
		return planErrorf("global %s cannot be read consistently; drop Consistent, or query the table or a local index, or read the items from the table with Follow", x)
	}
	if lacking := t.lacking(x, t.projection, p.filter); lacking != nil && p.followed == nil {
		return p.lackingError(lacking, filter)
	}
	var err error
	if p.filter != nil && p.scan == nil {
		p.filter.fields(func(name string) {
			if x.hasKey(name) {
				err = planErrorf("attribute %q is a key of %s, which a filter cannot test; give it as a key condition", name, x)
			}
		})
	}
	return err
}

// consistent reports whether the index can be read consistently.
func (x *index) consistent() bool { return x.name == "" || x.local }

// partial reports whether the index lacks attributes of its items.
func (x *index) partial() bool { return x.name != "" && (x.keysOnly || x.include != nil) }

// projects reports whether an index has the attribute.
func (t *core) projects(x *index, name string) bool {
	if !x.partial() {
		return true
	}
	return slices.Contains(x.include, name) || x.hasKey(name) || t.schema.primary.hasKey(name)
}
