package ddbtable

import (
	"context"
	"math"
)

// A Page is some items of a query and the cursors of the pages around it.
type Page[T any] struct {
	// Items are in the order of the query.
	Items []T

	// Next is the cursor of the page that follows. It is empty at the end of
	// the data, and only there.
	Next string

	// Prev is the cursor of the page that comes before, as it was when this
	// page was read. It is empty on the first page, and on a page without
	// items.
	Prev string

	// Capped says that MaxReads ended the page before it was full, or before
	// it was known whether more items follow.
	Capped bool
}

// maxGrowth bounds how much more a page reads at a time while a filter leaves
// it without enough items.
const maxGrowth = 1000

// maxWant keeps DynamoDB's Limit, one more, within its 32 bits.
const maxWant = math.MaxInt32 - 1

// Page reads the page of n items that the cursor stands for; the empty cursor
// is the first. A page has exactly n items that match, unless the data ends or
// MaxReads is reached; a filter makes no page shorter. n is at least 1.
//
// It costs a Query for n+1 items: the last one tells whether a page follows,
// and is read again by it. With a filter, or items left out by OnBadItem, more
// requests follow, each for up to twice as many items, until the page is full.
//
// A cursor is text for URLs, of 8 KiB at most. It carries the position in the
// table, which its holder can read, and works for this query alone: the same
// table, index, key conditions, filter and direction, any page size and
// projection. Any other text is [ErrBadCursor]. An item whose index key changes
// between two pages may be seen twice or not at all.
func (q Query[T]) Page(ctx context.Context, n int, cursor string) (Page[T], error) {
	p, err := q.ready().page(ctx, n, cursor)
	if err != nil {
		return Page[T]{}, err
	}
	return Page[T]{Items: p.items.(*listOf[T]).result(), Next: p.next, Prev: p.prev, Capped: p.capped}, nil
}

// A page is a [Page], its n items being those that were taken into a list.
type page struct {
	items      list
	n          int
	next, prev string
	capped     bool
}

// take appends n items of a list to the page, from the i-th on.
func (p *page) take(from list, i, n int) {
	p.items.take(from, i, n)
	p.n += n
}

func (q *query) page(ctx context.Context, n int, cursor string) (page, error) {
	q, o := q.observed()
	p, err := q.plan()
	var got page
	if err == nil {
		got, err = q.pagePlanned(ctx, p, n, cursor)
	}
	return got, o.done(ctx, q.opError(p, err))
}

func (q *query) pagePlanned(ctx context.Context, p *queryPlan, n int, cursor string) (page, error) {
	if n < 1 {
		return page{}, planErrorf("a page has at least 1 item, not %d", n)
	}
	if q.from != "" {
		return page{}, planErrorf("From is for All and Count; give the cursor to Page itself")
	}
	if p.merged {
		return q.pageMerged(ctx, p, min(n, maxWant), cursor)
	}
	r, err := q.open(p, cursor)
	if err != nil {
		return page{}, err
	}
	defer r.close()
	b := &pager{query: q, reader: r, want: min(n, maxWant), page: page{items: r.list()}}
	if err := b.fill(ctx); err != nil {
		return page{}, err
	}
	if r.backward != q.descending {
		err = b.backward()
	} else {
		err = b.forward(cursor != "")
	}
	return b.page, err
}

// A pager collects one page.
type pager struct {
	page
	query  *query
	reader *reader
	want   int

	first  item // the first item
	last   item // the last item that was judged for the page
	reads  int
	growth int
	ahead  bool // an item follows the full page
}

// fill reads until the page is full and it is known whether an item follows.
func (b *pager) fill(ctx context.Context) error {
	for b.reader.more() && !b.ahead {
		limit := b.limit()
		if limit == 0 {
			b.capped = true
			return nil
		}
		if !b.last.none() { // they lie in the buffer of the request before
			b.first, b.last = b.first.clone(), b.last.clone()
		}
		batch, err := b.reader.next(ctx, limit)
		if err != nil {
			return err
		}
		b.reads += batch.read
		if err := b.takeAll(ctx); err != nil {
			return err
		}
	}
	return nil
}

// limit is how many items the next request may read; 0 says that the cap is
// reached.
func (b *pager) limit() int {
	limit := b.want - b.n + 1
	if b.query.leavesOut(b.reader.plan) {
		b.growth = max(b.want+1, min(2*b.growth, maxGrowth))
		limit = b.growth
	}
	if b.query.pageSize > 0 {
		limit = b.query.pageSize
	}
	if b.query.maxReads > 0 {
		limit = min(limit, b.query.maxReads-b.reads)
	}
	return limit
}

// leavesOut reports whether items that are read may not count for a page.
func (q *query) leavesOut(p *queryPlan) bool {
	t := q.core
	return p.filter != nil || q.onBad != nil || t.hideExpired || t.schema.union != nil && t.schema.union.hidesSome() && !t.withDeleted
}

// takeAll judges the items of one request. The one behind a full page is only
// looked at.
func (b *pager) takeAll(ctx context.Context) error {
	if b.reader.plain() {
		b.takePlain()
		return nil
	}
	rows, last := &b.reader.rows, -1
	for i := range rows.count() {
		at, ok, err := b.query.judge(ctx, b.reader, i)
		if b.n == b.want && (ok || err != nil) {
			b.ahead = true
			break
		}
		if err != nil {
			return err
		}
		last = i
		if !ok {
			continue
		}
		if b.n == 0 {
			b.first = rows.raw(i)
		}
		b.take(b.reader.list(), at, 1)
	}
	if last >= 0 {
		b.last = rows.raw(last)
	}
	return nil
}

// takePlain is takeAll of items that need no judging.
func (b *pager) takePlain() {
	rows := &b.reader.rows
	n := min(rows.count(), b.want-b.n)
	b.ahead = n < rows.count()
	if n == 0 {
		return
	}
	if b.n == 0 {
		b.first = rows.raw(0)
	}
	b.take(b.reader.list(), 0, n)
	b.last = rows.raw(n - 1)
}

// forward completes the page when it was read in the query's direction.
func (b *pager) forward(follows bool) (err error) {
	b.next, err = b.onward(false)
	if err == nil && follows && b.n > 0 && b.reader.plan.scan == nil {
		b.prev, err = b.cursor(place{after: b.first}, true)
	}
	return err
}

// backward completes the page when it was read against the query's direction,
// from the first item of the page that follows it.
func (b *pager) backward() (err error) {
	b.items.reverse()
	if b.prev, err = b.onward(true); err != nil {
		return err
	}
	back := b.reader.turned()
	if b.n > 0 {
		back = place{after: b.first}
	}
	b.next, err = b.cursor(back, false)
	return err
}

// onward is the cursor of what follows in the reader's direction, "" if nothing
// does.
func (b *pager) onward(reverse bool) (string, error) {
	switch {
	case b.ahead || b.capped && b.n == b.want:
		return b.cursor(place{after: b.last}, reverse)
	case b.capped:
		return b.cursor(b.reader.at, reverse)
	}
	return "", nil
}

// cursor is the cursor of a place; reverse says that it is read against the
// query's direction.
func (b *pager) cursor(at place, reverse bool) (string, error) {
	return b.reader.plan.cursor(b.query.core.settings.keys, at, reverse)
}
