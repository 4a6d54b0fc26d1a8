package ddbtable

import (
	"context"
	"errors"
	"iter"

	"github.com/aws/smithy-go"

	"example.com/ddb/fields"
)

// A Query reads the items of one partition of the table or of an index, in the
// order of the sort key. It is immutable: its methods return refined copies,
// and it can be run any number of times, from any number of goroutines.
type Query[T any] struct {
	table *Table[T]
	*query
}

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

// refined is a copy of q to be changed, whose plan is still to come.
func (q *query) refined() *query {
	n := q.copy()
	n.cache = new(planCache)
	return n
}

// fail is q with a mistake.
func (q *query) fail(err error) { q.err = errors.Join(q.err, err) }

// on is q for a refined table.
func (q Query[T]) on(t *Table[T]) Query[T] {
	n := q.refined()
	n.core = t.inner()
	return Query[T]{t, n}
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
// The partition key needs one value. On the sort key, facets of a template
// bind from left to right: each needs an equality or In before the next is
// looked at, and one range ends it. In on a sort key reads several ranges, one
// after the other, in the order of the key. If nothing serves the conditions
// the error is a [PlanError] that says of each index why.
func (t *Table[T]) Query(conds ...Cond[T]) Query[T] {
	q := Query[T]{}.on(t)
	for _, c := range conds {
		n := given(c)
		q.fail(n.err)
		q.conds = append(q.conds, n)
	}
	return q
}

// Filter drops items after they have been read: DynamoDB reads and bills them
// all the same. It may test any attribute but the keys of the index that is
// used. Several filters must all be fulfilled.
func (q Query[T]) Filter(cond Cond[T]) Query[T] {
	return Query[T]{q.table, q.withFilter(given(cond))}
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
	if attribute == nil {
		return Query[T]{q.table, q.orderedBy(nil, errZeroHandle)}
	}
	return Query[T]{q.table, q.orderedBy(attribute.target(nil))}
}

func (q *query) orderedBy(path *fields.Path, err error) *query {
	n := q.refined()
	switch {
	case err != nil:
		n.fail(err)
	case len(path.Steps()) > 0:
		n.fail(planErrorf("OrderBy of %s, which is inside an attribute; keys are made of whole attributes", path))
	default:
		n.orderBy = path.Field()
	}
	return n
}

// Via chooses a secondary index by its name.
func (q Query[T]) Via(index string) Query[T] {
	n := q.refined()
	n.via = &index
	return Query[T]{q.table, n}
}

// Descending reads from the end of the sort key.
func (q Query[T]) Descending() Query[T] {
	n := q.refined()
	n.descending = true
	return Query[T]{q.table, n}
}

// Consistent is [Table.Consistent] for this query.
func (q Query[T]) Consistent() Query[T] {
	return q.on(q.table.Consistent())
}

// Project is [Table.Project] for this query.
func (q Query[T]) Project(attributes ...AnyAttribute[T]) Query[T] {
	return q.on(q.table.Project(attributes...))
}

// PageSize is how many items one request reads at most: DynamoDB's Limit. Zero,
// the default, leaves it to All and Count to read 1 MB at a time, and to Page
// to read what it is likely to need.
func (q Query[T]) PageSize(n int) Query[T] { return Query[T]{q.table, q.pageSized(n)} }

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
func (q Query[T]) MaxReads(n int) Query[T] { return Query[T]{q.table, q.capped(n)} }

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
	n := q.copy()
	n.onBad = f
	return Query[T]{q.table, n}
}

// From starts All and Count at a cursor of this query. The empty cursor is the
// beginning.
func (q Query[T]) From(cursor string) Query[T] {
	n := q.copy()
	n.from = cursor
	return Query[T]{q.table, n}
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
func (q Query[T]) observed() (Query[T], *tally) {
	if q.query == nil {
		q.query = new(query)
	}
	core, o := q.core.observed(q.op())
	if o != nil {
		q.query = q.copy()
		q.core = core
	}
	return q, o
}

// All ranges over the items lazily: it sends a request when the loop needs
// one, and none after break. An error comes last, with a zero item. Ranging
// again reads again.
//
// It costs one Query for each 1 MB of items read, or for each PageSize of
// them, and one more for each further range that In makes.
func (q Query[T]) All(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		q, o := q.observed()
		p, err := q.all(ctx, func(v T) bool { return yield(v, nil) })
		if err = o.done(ctx, q.opError(p, err)); err != nil {
			yield(*new(T), err)
		}
	}
}

func (q Query[T]) all(ctx context.Context, yield func(T) bool) (*queryPlan, error) {
	p, err := q.plan()
	if err != nil {
		return nil, err
	}
	if p.merged {
		return p, q.allMerged(ctx, p, yield)
	}
	r, err := q.open(p, q.from)
	if err != nil {
		return p, err
	}
	defer r.close()
	for r.more() {
		if _, err := r.next(ctx, q.pageSize); err != nil {
			return p, err
		}
		for i := range r.rows.items {
			ok, err := q.judge(r, i)
			if err != nil {
				return p, err
			}
			if ok && !yield(r.rows.items[i]) {
				return p, nil
			}
		}
	}
	return p, nil
}

// Count counts the items that fulfil conditions and filter, without passing
// them on: an item that could not be read counts too. It costs what All does.
func (q Query[T]) Count(ctx context.Context) (int, error) {
	q, o := q.observed()
	p, err := q.plan()
	n := 0
	if err == nil {
		n, err = q.countAll(ctx, p)
	}
	return n, o.done(ctx, q.opError(p, err))
}

func (q Query[T]) countAll(ctx context.Context, p *queryPlan) (int, error) {
	if p.merged {
		return q.countMerged(ctx, p)
	}
	r, err := q.open(p, q.from)
	if err != nil {
		return 0, err
	}
	return q.count(ctx, r)
}

// count counts what a reader has left.
func (q Query[T]) count(ctx context.Context, r *reader[T]) (n int, err error) {
	defer r.close()
	if q.core.hideExpired || q.core.schema.union != nil {
		return q.countVisible(ctx, r)
	}
	r.count = true
	for r.more() {
		reply, err := r.next(ctx, q.pageSize)
		if err != nil {
			return 0, err
		}
		n += reply.count
	}
	return n, nil
}

// countVisible counts by reading, because only so are the items told that are
// passed over.
func (q Query[T]) countVisible(ctx context.Context, r *reader[T]) (n int, err error) {
	for r.more() {
		if _, err := r.next(ctx, q.pageSize); err != nil {
			return 0, err
		}
		for i := range r.rows.items {
			if !q.table.passesOver(&r.rows, i) {
				n++
			}
		}
	}
	return n, nil
}

// judge decides on the i-th item of a batch, which is then as it is passed on.
// It is not ok if the item is left out.
func (q Query[T]) judge(r *reader[T], i int) (ok bool, err error) {
	t := q.table
	if t.passesOver(&r.rows, i) {
		return false, nil
	}
	err = r.rows.err(i)
	if err == nil && !r.plan.projection.some {
		err = t.wellPlaced(&r.rows.items[i], r.rows.raw(i))
	}
	if err == nil {
		t.drop(&r.rows.items[i], r.plan.projection)
		return true, nil
	}
	err = t.itemError(r.rows.raw(i), err)
	if bad, is := errors.AsType[*ItemError](err); is && q.onBad != nil {
		err = q.onBad(bad)
	}
	return false, err
}

// AppendRequest appends the JSON of the first request that All sends without a
// cursor: for tests, logs and measurements. It sends nothing, and appends nothing
// if no item can fulfil the conditions. The JSON holds key values, so mind where
// you print it.
func (q Query[T]) AppendRequest(dst []byte) ([]byte, error) {
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

// Collect gathers the items of a sequence such as [Query.All] gives. At an
// error it stops and returns the items before it as well.
func Collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for v, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}

// A reader reads the ranges of a query, request by request, in one direction.
type reader[T any] struct {
	plan     *queryPlan
	sender   sender
	backward bool // against the order of the sort key
	count    bool
	at       place
	rows     rowsOf[T] // of the last request
	reply    reply
}

// A place is where a reader goes on: behind a key, or at the beginning of a
// range.
type place struct {
	ranges int  // how many ranges have been passed, in the reader's direction
	after  item // key attributes; none at the beginning
}

func (q Query[T]) reader(p *queryPlan) *reader[T] {
	return &reader[T]{
		plan: p, sender: q.core.sender, backward: p.descending,
		rows: q.table.def.rows(p.projection.reads(p.reading)),
	}
}

func (r *reader[T]) close() { r.reply.release() }

// more reports whether there may be items left.
func (r *reader[T]) more() bool { return !r.plan.empty && r.at.ranges < len(r.plan.ranges) }

// current is which range is being read.
func (r *reader[T]) current() int {
	if r.backward {
		return len(r.plan.ranges) - 1 - r.at.ranges
	}
	return r.at.ranges
}

// next sends one request, or none if the place is known to be a range's end.
// The items are in rows until next is called again.
func (r *reader[T]) next(ctx context.Context, limit int) (reply, error) {
	r.close()
	r.rows.reset()
	atEnd, err := r.atEnd()
	if err != nil {
		return reply{}, err
	}
	if atEnd && r.plan.index.name == "" {
		r.skip()
		return reply{}, nil
	}
	r.rows.limit = limit
	r.reply, err = r.sender.send(ctx, r.call(limit))
	if err != nil {
		// In an index, equal keys may follow the place; DynamoDB refuses it all
		// the same where none can.
		// https://github.com/aws/aws-sdk-ruby/issues/2456
		if bad, ok := errors.AsType[smithy.APIError](err); ok && atEnd && bad.ErrorCode() == "ValidationException" {
			r.skip()
			return reply{}, nil
		}
		return reply{}, err
	}
	if r.reply.last.none() {
		r.skip()
	} else {
		r.at.after = r.reply.last
	}
	return r.reply, nil
}

func (r *reader[T]) skip() { r.at = place{ranges: r.at.ranges + 1} }

// turned is the reader's place for one that reads the other way.
func (r *reader[T]) turned() place {
	if !r.at.after.none() {
		return r.at
	}
	return place{ranges: len(r.plan.ranges) - r.at.ranges}
}

// atEnd reports whether the place is the inclusive limit of the range.
func (r *reader[T]) atEnd() (bool, error) {
	if r.at.after.none() {
		return false, nil
	}
	in := r.plan.ranges[r.current()]
	if !in.ends(r.backward) {
		return false, nil
	}
	v, err := r.at.after.value(r.plan.index.sorts[len(in.fixed)].Name)
	return err == nil && in.endsAt(v, r.backward), err
}

// call is the request for what follows the place.
func (r *reader[T]) call(limit int) *call {
	c := new(r.plan.request(r.current(), r.backward))
	c.start, c.count, c.limit, c.rows = r.at.after, r.count, limit, &r.rows
	if r.count {
		c.texts = r.plan.counts[r.current()]
	}
	return c
}
