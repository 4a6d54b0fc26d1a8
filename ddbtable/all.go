package ddbtable

import (
	"context"
	"errors"
	"iter"
)

// All ranges over the items lazily: it sends a request when the loop needs
// one, and none after break. An error comes last, with a zero item. Ranging
// again reads again.
//
// It costs one Query for each 1 MB of items read, or for each PageSize of
// them, and one more for each further range that In makes.
func (q Query[T]) All(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		err := q.ready().all(ctx, func(from list, i int) bool {
			return yield(from.(*listOf[T]).items[i], nil)
		})
		if err != nil {
			yield(*new(T), err)
		}
	}
}

// all calls yield with each item that is passed on, as long as it returns true.
func (q *query) all(ctx context.Context, yield func(from list, i int) bool) error {
	q, o := q.observed()
	p, err := q.plan()
	if err == nil {
		err = q.each(ctx, p, yield)
	}
	return o.done(ctx, q.opError(p, err))
}

func (q *query) each(ctx context.Context, p *queryPlan, yield func(from list, i int) bool) error {
	if p.merged {
		return q.eachMerged(ctx, p, yield)
	}
	r, err := q.open(p, q.from)
	if err != nil {
		return err
	}
	defer r.close()
	for r.more() {
		if _, err := r.next(ctx, q.pageSize); err != nil {
			return err
		}
		for i := range r.rows.count() {
			at, ok, err := q.judge(ctx, r, i)
			if err != nil {
				return err
			}
			if ok && !yield(r.list(), at) {
				return nil
			}
		}
	}
	return nil
}

// Count counts the items that fulfil conditions and filter, without passing
// them on: an item that could not be read counts too. It costs what All does.
func (q Query[T]) Count(ctx context.Context) (int, error) { return q.ready().countAll(ctx) }

func (q *query) countAll(ctx context.Context) (n int, err error) {
	q, o := q.observed()
	p, err := q.plan()
	if err == nil {
		n, err = q.countPlanned(ctx, p)
	}
	return n, o.done(ctx, q.opError(p, err))
}

func (q *query) countPlanned(ctx context.Context, p *queryPlan) (int, error) {
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
func (q *query) count(ctx context.Context, r *reader) (n int, err error) {
	defer r.close()
	if q.core.hideExpired || q.core.schema.union != nil || r.follow != nil {
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
func (q *query) countVisible(ctx context.Context, r *reader) (n int, err error) {
	for r.more() {
		if _, err := r.next(ctx, q.pageSize); err != nil {
			return 0, err
		}
		if r.follow != nil {
			more, err := r.follow.countAll(ctx)
			if err != nil {
				return 0, err
			}
			n += more
			continue
		}
		for i := range r.rows.count() {
			if !q.core.passesOver(r.rows.raw(i)) {
				n++
			}
		}
	}
	return n, nil
}

// judge decides on the i-th item of a request. It is not ok if the item is left
// out; else it is, as it is passed on, at a place in the reader's list.
func (q *query) judge(ctx context.Context, r *reader, i int) (at int, ok bool, err error) {
	if r.plain() {
		return i, true, nil
	}
	rows, at := &r.rows, i
	if r.follow != nil {
		if at, ok, err = r.follow.find(ctx, i); err != nil || !ok {
			return at, ok, err
		}
		rows = &r.follow.rows
	}
	t, raw := q.core, rows.raw(at)
	if t.passesOver(raw) {
		return at, false, nil
	}
	if err = rows.err(at); err == nil {
		err = t.finish(rows.list.at(at), raw, r.plan.projection)
	}
	if err == nil {
		return at, true, nil
	}
	err = t.itemError(raw, err)
	if bad, is := errors.AsType[*ItemError](err); is && q.onBad != nil {
		err = q.onBad(bad)
	}
	return at, false, err
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
