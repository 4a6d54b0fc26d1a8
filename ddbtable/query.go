package ddbtable

import (
	"errors"

	"example.com/ddb/fields"
)

// A Query reads the items of one partition of the table or of an index, in the
// order of the sort key. It is immutable: its methods return refined copies,
// and it can be run any number of times, from any number of goroutines.
type Query[T any] struct {
	_ [0]*T // no query of another type can be converted to it
	queryForm
}

// longQuery is a query in the long form.
func longQuery[T any](q *query) Query[T] { return Query[T]{queryForm: queryForm{q: q}} }

// A query is what of a Query or a Scan does not depend on the Go type: see
// schema.
type query struct {
	core       *core
	conds      []*node
	filter     *node
	orderBy    *fields.Field
	via        *string
	scan       *segment // it reads all partitions
	descending bool
	follow     bool
	pageSize   int
	maxReads   int
	onBad      func(*ItemError) error
	from       string
	err        error
	cache      *planCache
}

// copy is a copy of q to be changed in what does not touch its plan.
func (q *query) copy() *query {
	n := new(query)
	if q != nil { // of the zero Query
		*n = *q
	}
	return n
}

// A plannable is a query with the memory for its plan, and for what most
// queries have.
type plannable struct {
	query
	own   planCache
	conds [3]*node
}

// refined is a copy of q to be changed, whose plan is still to come.
func (q *query) refined() *query {
	n := new(plannable)
	if q != nil { // of the zero Query
		n.query = *q
	}
	n.cache = &n.own
	return &n.query
}

// fail is q with a mistake.
func (q *query) fail(err error) { q.err = errors.Join(q.err, err) }

// on is q for a refined table.
func (q *query) on(refine func(*core)) *query {
	n := new(struct {
		plannable
		table core
	})
	if q != nil { // of the zero Query
		n.query = *q
	}
	if n.core != nil {
		n.table = *n.core
	}
	refine(&n.table)
	n.core, n.cache = &n.table, &n.own
	return &n.query
}

// Query returns the query for the items that fulfil all conditions. They are
// equalities, ranges, In and [BeginsWith] on the attributes that keys are made
// from; ddbtable finds the key that serves them:
//
//   - the table's own key where it does;
//   - else the secondary index that does. If several do, and would give
//     different orders, [Query.OrderBy] or [Query.Via] must choose, so that
//     adding an index never changes a query silently.
//
// The partition key needs one value, for each of its attributes if it has
// several. On the sort key, the facets of a template, or the attributes of a key
// that has several, bind from left to right: each needs an equality or In before
// the next is looked at, and one range ends it. In on a sort key reads several
// ranges, one after the other, in the order of the key. If nothing serves the
// conditions the error is a [PlanError] that says of each index why.
func (t *Table[T]) Query(conds ...Cond[T]) Query[T] {
	var q Query[T]
	declare(&q.queryForm, t.inner(), conds)
	return q
}

// declare makes a query. It and others below take the query by its place so that
// what is left of the methods is copied into their callers, and no query is.
func declare[T any](f *queryForm, t *core, conds []Cond[T]) {
	f.brief.core = t
	for _, c := range conds {
		cond := termOf(c)
		f.require(&cond)
	}
}

// require adds a condition on the key to a query that nobody has yet.
func (f *queryForm) require(t *term) {
	if f.q == nil {
		if f.brief.key(t) {
			return
		}
		f.q = f.brief.long()
	}
	f.q.require(t.orMistake())
}

func (t *core) query() *query {
	q := new(plannable)
	q.core, q.cache, q.query.conds = t, &q.own, q.conds[:0]
	return &q.query
}

// require adds a condition to a query that nobody has yet.
func (q *query) require(n *node) {
	q.conds = append(q.conds, n)
	q.fail(n.err)
}

// Filter drops items after they have been read: DynamoDB reads and bills them
// all the same. It may test any attribute but the keys of the index that is
// used. Several filters must all be fulfilled.
func (q Query[T]) Filter(cond Cond[T]) Query[T] {
	filter(&q.queryForm, cond)
	return q
}

func filter[T any](f *queryForm, cond Cond[T]) {
	t := termOf(cond)
	if f.q != nil || !f.brief.add(&t) {
		*f = queryForm{q: f.long().withFilter(t.orMistake())}
	}
}

func (q *query) withFilter(cond *node) *query {
	n := q.refined()
	n.filter = both(n.filter, cond)
	return n
}

// OrderBy chooses the index whose items, given the conditions, are sorted by
// this attribute. Without such an index the query fails: what does not come
// sorted is not sorted here.
//
// Where In on the facets before the attribute makes several ranges, each of
// them sorted by it, they are read side by side and merged, up to 16: orders in
// one of two states, the latest first. All, Page and Count then cost at least
// one Query for each range, and a page of n items up to n+1 items of each.
// Items with equal values come in the order of the ranges.
func (q Query[T]) OrderBy(attribute AnyAttribute[T]) Query[T] {
	return longQuery[T](q.long().orderedBy(targetOf(attribute)))
}

func (q *query) orderedBy(path *fields.Path, err error) *query {
	n := q.refined()
	switch {
	case err != nil:
		n.fail(err)
	case len(path.Steps()) > 0:
		n.fail(planErrorf("OrderBy of %s, which is inside an attribute; keys are made of whole attributes", path))
	default:
		n.orderBy = n.core.own(path.Field())
	}
	return n
}

// own is the attribute as the table has it, which may be of a view.
func (t *core) own(f *fields.Field) *fields.Field {
	if t == nil || t.view == nil {
		return f
	}
	return t.schema.attribute(f.Name)
}

// Via chooses a secondary index by its name.
func (q Query[T]) Via(index string) Query[T] { return longQuery[T](q.long().through(index)) }

func (q *query) through(index string) *query {
	n := q.refined()
	if index == "" {
		n.fail(planErrorf("Via has no name of an index; give one, or drop Via to read the table itself"))
	}
	n.via = &index
	return n
}

// Descending reads from the end of the sort key.
func (q Query[T]) Descending() Query[T] {
	if q.q == nil && q.brief.core != nil {
		q.brief.descending = true
		return q
	}
	return longQuery[T](q.long().backward())
}

func (q *query) backward() *query {
	n := q.refined()
	n.descending = true
	return n
}

// Consistent is [Table.Consistent] for this query.
func (q Query[T]) Consistent() Query[T] {
	return longQuery[T](q.long().on((*core).consistently))
}

// Project is [Table.Project] for this query.
func (q Query[T]) Project(attributes ...AnyAttribute[T]) Query[T] {
	projectOn(&q.queryForm, attributes)
	return q
}

func projectOn[T any](f *queryForm, attributes []AnyAttribute[T]) {
	var few [4]*fields.Path
	if paths, ok := lasting(few[:0], attributes); !ok || f.q != nil || !f.brief.project(paths) {
		*f = queryForm{q: f.long().projected(project(attributes))}
	}
}

func (q *query) projected(p projection) *query {
	n := q.on(func(t *core) { t.projection = p })
	if n.core.view != nil {
		n.fail(planErrorf("%s alone says which attributes are read; drop Project", n.core.view.typ))
	}
	return n
}

// PageSize is how many items one request reads at most: DynamoDB's Limit. Zero,
// the default, leaves it to All and Count to read 1 MB at a time, and to Page
// to read what it is likely to need.
func (q Query[T]) PageSize(n int) Query[T] { return longQuery[T](q.long().pageSized(n)) }

func (q *query) pageSized(items int) *query {
	n := q.refined()
	if items < 0 {
		n.fail(planErrorf("PageSize is negative; give the number of items read in one request, or 0 for the default"))
	}
	n.pageSize = items
	return n
}

// MaxReads is how many items one Page reads at most, matching or not. Zero, the
// default, is no limit: a filter that matches nothing then reads all.
func (q Query[T]) MaxReads(n int) Query[T] { return longQuery[T](q.long().capped(n)) }

func (q *query) capped(items int) *query {
	n := q.refined()
	if items < 0 {
		n.fail(planErrorf("MaxReads is negative; give the number of items read, or 0 for no limit"))
	}
	n.maxReads = items
	return n
}

// OnBadItem is called with each item that cannot be passed on. If it returns
// nil the item is left out and counts as not matching; else reading stops with
// what it returns. Without it reading stops at the first such item. A page
// that looks one item ahead may call it for an item behind its end.
func (q Query[T]) OnBadItem(f func(*ItemError) error) Query[T] {
	n := q.long().copy()
	n.onBad = f
	return longQuery[T](n)
}

// From starts All and Count at a cursor of this query. The empty cursor is the
// beginning.
func (q Query[T]) From(cursor string) Query[T] {
	n := q.long().copy()
	n.from = cursor
	return longQuery[T](n)
}

func (q *query) opError(p *queryPlan, err error) error {
	if err == nil {
		return nil
	}
	index := ""
	if p != nil {
		index = p.index.name
	}
	return q.core.indexError(q.op(), index, err)
}

func (q *query) op() string {
	if q.scan != nil {
		return "scan"
	}
	return "query"
}

// observed is the query whose requests are counted, if they are to be.
func (q *query) observed() (*query, *tally) {
	if q == nil {
		q = new(query) // of the zero Query
	}
	core, o := q.core.observed(q.op())
	if o != nil {
		q = q.copy()
		q.core = core
	}
	return q, o
}

// AppendRequest appends the JSON of the first request that All sends without a
// cursor: for tests, logs and measurements. It sends nothing, and appends nothing
// if no item can fulfil the conditions. The JSON holds key values, so mind where
// you print it.
func (q Query[T]) AppendRequest(dst []byte) ([]byte, error) {
	return q.appendRequest(dst)
}

func (f *queryForm) appendRequest(dst []byte) ([]byte, error) {
	if f.q == nil && f.brief.core != nil {
		if dst, ok := f.brief.core.recipes.appendRequest(dst, &f.brief); ok {
			return dst, nil
		}
	}
	return f.ready().appendRequest(dst)
}

func (q *query) appendRequest(dst []byte) ([]byte, error) {
	if q == nil {
		q = new(query) // of the zero Query
	}
	p, err := q.plan()
	if err != nil {
		return dst, q.opError(nil, err)
	}
	if p.empty || len(p.ranges) == 0 {
		return dst, nil
	}
	first := 0
	if p.descending {
		first = len(p.ranges) - 1
	}
	c := p.request(first, p.descending)
	c.limit = q.pageSize
	return c.appendBody(dst), nil
}
