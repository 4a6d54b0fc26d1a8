package ddbtable

import (
	"context"
	"errors"
	"iter"
	"math"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"example.com/ddb/fields"
)

// A Query reads the items of one partition of the table or of an index, in the
// order of the sort key. It is immutable: its methods return refined copies,
// and it can be run any number of times, from any number of goroutines.
type Query[T any] struct {
	table      *Table[T]
	conds      []*node
	filter     *node
	orderBy    *fields.Field
	via        *string
	descending bool
	pageSize   int
	maxReads   int
	onBad      func(*ItemError) error
	from       string
	err        error
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
	q := Query[T]{table: t}
	for _, c := range conds {
		n := given(c)
		q.err = errors.Join(q.err, n.err)
		q.conds = append(q.conds, n)
	}
	return q
}

// Filter drops items after they have been read: DynamoDB reads and bills them
// all the same. It may test any attribute but the keys of the index that is
// used. Several filters must all be fulfilled.
func (q Query[T]) Filter(cond Cond[T]) Query[T] {
	q.filter = both(q.filter, given(cond))
	return q
}

// OrderBy chooses the index whose items, given the conditions, are sorted by
// this attribute. It does not sort: without such an index the query fails.
func (q Query[T]) OrderBy(attribute AnyAttribute[T]) Query[T] {
	if attribute == nil {
		q.err = errors.Join(q.err, errZeroHandle)
		return q
	}
	path, err := attribute.target(*new(T))
	switch {
	case err != nil:
		q.err = errors.Join(q.err, err)
	case len(path.Steps()) > 0:
		q.err = errors.Join(q.err, planErrorf("OrderBy of %s, which is inside an attribute; keys are made of whole attributes", path))
	default:
		q.orderBy = path.Field()
	}
	return q
}

// Via chooses a secondary index by its name.
func (q Query[T]) Via(index string) Query[T] {
	q.via = &index
	return q
}

// Descending reads from the end of the sort key.
func (q Query[T]) Descending() Query[T] {
	q.descending = true
	return q
}

// Consistent is [Table.Consistent] for this query.
func (q Query[T]) Consistent() Query[T] {
	q.table = q.table.Consistent()
	return q
}

// Project is [Table.Project] for this query.
func (q Query[T]) Project(attributes ...AnyAttribute[T]) Query[T] {
	q.table = q.table.Project(attributes...)
	return q
}

// PageSize is how many items one request reads at most: DynamoDB's Limit. Zero,
// the default, leaves it to All and Count to read 1 MB at a time, and to Page
// to read what it is likely to need.
func (q Query[T]) PageSize(n int) Query[T] {
	if n < 0 {
		q.err = errors.Join(q.err, planErrorf("PageSize is negative; give the number of items read in one request, or 0 for the default"))
	}
	q.pageSize = n
	return q
}

// MaxReads is how many items one Page reads at most, matching or not. Zero, the
// default, is no limit: a filter that matches nothing then reads all.
func (q Query[T]) MaxReads(n int) Query[T] {
	if n < 0 {
		q.err = errors.Join(q.err, planErrorf("MaxReads is negative; give the number of items read, or 0 for no limit"))
	}
	q.maxReads = n
	return q
}

// OnBadItem is called with each item that cannot be passed on. If it returns
// nil the item is left out and counts as not matching; else reading stops with
// what it returns. Without it reading stops at the first such item. A page
// that looks one item ahead may call it for an item behind its end.
func (q Query[T]) OnBadItem(f func(*ItemError) error) Query[T] {
	q.onBad = f
	return q
}

// From starts All and Count at a cursor of this query. The empty cursor is the
// beginning.
func (q Query[T]) From(cursor string) Query[T] {
	q.from = cursor
	return q
}

func (q Query[T]) opError(p *queryPlan[T], err error) error {
	index := ""
	if p != nil {
		index = p.index.name
	}
	return q.table.indexError("query", index, err)
}

// All ranges over the items lazily: it sends a request when the loop needs
// one, and none after break. An error comes last, with a zero item. Ranging
// again reads again.
//
// It costs one Query for each 1 MB of items read, or for each PageSize of
// them, and one more for each further range that In makes.
func (q Query[T]) All(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		p, err := q.all(ctx, func(v T) bool { return yield(v, nil) })
		if err != nil {
			yield(*new(T), q.opError(p, err))
		}
	}
}

func (q Query[T]) all(ctx context.Context, yield func(T) bool) (*queryPlan[T], error) {
	p, err := q.plan()
	if err != nil {
		return nil, err
	}
	r, err := q.open(p, q.from)
	if err != nil {
		return p, err
	}
	for r.more() {
		batch, err := r.next(ctx, q.pageSize, false)
		if err != nil {
			return p, err
		}
		for _, item := range batch.items {
			v, ok, err := q.judge(p, item)
			if err != nil {
				return p, err
			}
			if ok && !yield(v) {
				return p, nil
			}
		}
	}
	return p, nil
}

// Count counts the items that fulfil conditions and filter, without passing
// them on: an item that could not be read counts too. It costs what All does.
func (q Query[T]) Count(ctx context.Context) (int, error) {
	p, err := q.plan()
	if err != nil {
		return 0, q.opError(p, err)
	}
	r, err := q.open(p, q.from)
	if err != nil {
		return 0, q.opError(p, err)
	}
	n := 0
	for r.more() {
		batch, err := r.next(ctx, q.pageSize, true)
		if err != nil {
			return 0, q.opError(p, err)
		}
		n += batch.count
	}
	return n, nil
}

// judge reads one item. It is not ok if the item is left out.
func (q Query[T]) judge(p *queryPlan[T], item map[string]types.AttributeValue) (v T, ok bool, err error) {
	v, err = q.table.read(item, p.projection, p.keys)
	if err == nil {
		return v, true, nil
	}
	if bad, is := errors.AsType[*ItemError](err); is && q.onBad != nil {
		err = q.onBad(bad)
	}
	return *new(T), false, err
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
	plan     *queryPlan[T]
	backward bool // against the order of the sort key
	at       place
}

// A place is where a reader goes on: behind a key, or at the beginning of a
// range.
type place struct {
	ranges int            // how many ranges have been passed, in the reader's direction
	after  []fields.Value // key attributes as the plan lists them; nil at the beginning
}

// A batch is what one request read.
type batch struct {
	items []map[string]types.AttributeValue
	count int
	read  int // items read, also those that the filter dropped
}

// more reports whether there may be items left.
func (r *reader[T]) more() bool { return !r.plan.empty && r.at.ranges < len(r.plan.ranges) }

// current is the range that is being read.
func (r *reader[T]) current() keyRange {
	if r.backward {
		return r.plan.ranges[len(r.plan.ranges)-1-r.at.ranges]
	}
	return r.plan.ranges[r.at.ranges]
}

// next sends one request, or none if the place is known to be a range's end.
func (r *reader[T]) next(ctx context.Context, limit int, count bool) (batch, error) {
	atEnd := r.atEnd()
	if atEnd && r.plan.index.name == "" {
		r.skip()
		return batch{}, nil
	}
	out, err := r.plan.table.client.Query(ctx, r.input(limit, count))
	if err != nil {
		// In an index, equal keys may follow the place; DynamoDB refuses it all
		// the same where none can.
		// https://github.com/aws/aws-sdk-ruby/issues/2456
		if bad, ok := errors.AsType[smithy.APIError](err); ok && atEnd && bad.ErrorCode() == "ValidationException" {
			r.skip()
			return batch{}, nil
		}
		return batch{}, err
	}
	if out.LastEvaluatedKey == nil {
		r.skip()
	} else if r.at.after, err = r.plan.position(out.LastEvaluatedKey); err != nil {
		return batch{}, err
	}
	return batch{items: out.Items, count: int(out.Count), read: int(out.ScannedCount)}, nil
}

func (r *reader[T]) skip() { r.at = place{ranges: r.at.ranges + 1} }

// turned is the reader's place for one that reads the other way.
func (r *reader[T]) turned() place {
	if r.at.after != nil {
		return r.at
	}
	return place{ranges: len(r.plan.ranges) - r.at.ranges}
}

// atEnd reports whether the place is the inclusive limit of the range.
func (r *reader[T]) atEnd() bool {
	if r.at.after == nil || r.plan.index.sort == nil {
		return false
	}
	return r.current().endsAt(r.at.after[1], r.backward)
}

// input is the request for what follows the place.
func (r *reader[T]) input(limit int, count bool) *dynamodb.QueryInput {
	p, t := r.plan, r.plan.table
	var w writer
	key := w.name(p.index.partition.Name) + " = " + w.value(p.partition)
	if p.index.sort != nil {
		if cond := r.current().condition(&w, p.index.sort); cond != "" {
			key += " AND " + cond
		}
	}
	in := &dynamodb.QueryInput{TableName: &t.settings.name, KeyConditionExpression: &key}
	if p.index.name != "" {
		in.IndexName = &p.index.name
	}
	if p.filter != nil {
		if text, _ := w.condition(p.filter); text != "" {
			in.FilterExpression = &text
		}
	}
	if count {
		in.Select = types.SelectCount
	} else if text := p.projection.expression(&w, p.keys); text != "" {
		in.ProjectionExpression = &text
	}
	if r.backward {
		in.ScanIndexForward = aws.Bool(false)
	}
	if t.consistent {
		in.ConsistentRead = aws.Bool(true)
	}
	if limit > 0 {
		in.Limit = aws.Int32(int32(min(limit, math.MaxInt32)))
	}
	if r.at.after != nil {
		in.ExclusiveStartKey = p.startKey(r.at.after)
	}
	in.ExpressionAttributeNames, in.ExpressionAttributeValues = w.nameMap(), w.valueMap()
	return in
}

// position picks the key attributes out of an item or a LastEvaluatedKey, as
// they were received.
func (p *queryPlan[T]) position(item map[string]types.AttributeValue) ([]fields.Value, error) {
	values := make([]fields.Value, len(p.keys))
	for i, f := range p.keys {
		v, err := fields.FromAttributeValue(item[f.Name])
		if err != nil {
			return nil, planErrorf("the response lacks the key attribute %q", f.Name)
		}
		values[i] = v
	}
	return values, nil
}

// startKey is the ExclusiveStartKey of a position.
func (p *queryPlan[T]) startKey(position []fields.Value) map[string]types.AttributeValue {
	key := make(map[string]types.AttributeValue, len(position))
	for i, f := range p.keys {
		key[f.Name] = position[i].AttributeValue()
	}
	return key
}
