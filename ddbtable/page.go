package ddbtable

import (
	"context"
	"math"
	"slices"
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
	q, o := q.observed()
	p, err := q.plan()
	var page Page[T]
	if err == nil {
		page, err = q.page(ctx, p, n, cursor)
	}
	if err = o.done(ctx, q.opError(p, err)); err != nil {
		return Page[T]{}, err
	}
	return page, nil
}

func (q Query[T]) page(ctx context.Context, p *queryPlan, n int, cursor string) (Page[T], error) {
	if n < 1 {
		return Page[T]{}, planErrorf("a page has at least 1 item, not %d", n)
	}
	if q.from != "" {
		return Page[T]{}, planErrorf("From is for All and Count; give the cursor to Page itself")
	}
	if p.merged {
		return q.pageMerged(ctx, p, min(n, maxWant), cursor)
	}
	r, err := q.open(p, cursor)
	if err != nil {
		return Page[T]{}, err
	}
	defer r.close()
	b := &pager[T]{query: q, reader: r, want: min(n, maxWant)}
	if err := b.fill(ctx); err != nil {
		return Page[T]{}, err
	}
	if r.backward != q.descending {
		return b.backward()
	}
	return b.forward(cursor != "")
}

// A pager collects one page.
type pager[T any] struct {
	query  Query[T]
	reader *reader[T]
	want   int

	items  []T
	first  item // key of the first item
	last   item // key of the last item that was judged for the page
	reads  int
	growth int
	ahead  bool // an item follows the full page
	capped bool
}

// fill reads until the page is full and it is known whether an item follows.
func (b *pager[T]) fill(ctx context.Context) error {
	for b.reader.more() && !b.ahead {
		limit := b.limit()
		if limit == 0 {
			b.capped = true
			return nil
		}
		batch, err := b.reader.next(ctx, limit)
		if err != nil {
			return err
		}
		b.reads += batch.read
		if err := b.takeAll(); err != nil {
			return err
		}
	}
	return nil
}

// limit is how many items the next request may read; 0 says that the cap is
// reached.
func (b *pager[T]) limit() int {
	limit := b.want - len(b.items) + 1
	if b.reader.plan.filter != nil || b.query.table.hideExpired || b.query.onBad != nil {
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

// takeAll judges the items of one request. The one behind a full page is only
// looked at. Keys are copied when the request is done with, because they lie in
// its buffer.
func (b *pager[T]) takeAll() error {
	rows := &b.reader.rows
	if b.items == nil {
		// The page is made in the memory of its first request: what is kept
		// never moves behind its own place.
		b.items = rows.items[:0]
		defer rows.give()
	}
	last := -1
	for i := range rows.items {
		ok, err := b.query.judge(b.reader, i)
		if len(b.items) == b.want && (ok || err != nil) {
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
		if len(b.items) == 0 {
			b.first = rows.raw(i).clone()
		}
		b.items = append(b.items, rows.items[i])
	}
	if last >= 0 {
		b.last = rows.raw(last).clone()
	}
	return nil
}

// result is the page's items, without the memory of those that were left out.
func (b *pager[T]) result() []T {
	switch {
	case len(b.items) == 0:
		return nil
	case len(b.items) < cap(b.items)/2:
		return slices.Clone(b.items)
	}
	clear(b.items[len(b.items):cap(b.items)])
	return slices.Clip(b.items)
}

// forward is the page when it was read in the query's direction.
func (b *pager[T]) forward(follows bool) (page Page[T], err error) {
	page = Page[T]{Items: b.result(), Capped: b.capped}
	switch {
	case b.ahead || b.capped && len(b.items) == b.want:
		page.Next, err = b.cursor(place{after: b.last}, false)
	case b.capped:
		page.Next, err = b.cursor(b.reader.at, false)
	}
	if err == nil && follows && len(b.items) > 0 && b.reader.plan.scan == nil {
		page.Prev, err = b.cursor(place{after: b.first}, true)
	}
	return page, err
}

// backward is the page when it was read against the query's direction, from
// the first item of the page that follows it.
func (b *pager[T]) backward() (page Page[T], err error) {
	slices.Reverse(b.items)
	page = Page[T]{Items: b.result(), Capped: b.capped}
	switch {
	case b.ahead || b.capped && len(b.items) == b.want:
		page.Prev, err = b.cursor(place{after: b.last}, true)
	case b.capped:
		page.Prev, err = b.cursor(b.reader.at, true)
	}
	if err == nil && len(b.items) > 0 {
		page.Next, err = b.cursor(place{after: b.first}, false)
	} else if err == nil {
		page.Next, err = b.cursor(b.reader.turned(), false)
	}
	return page, err
}

// cursor is the cursor of a place; reverse says that it is read against the
// query's direction.
func (b *pager[T]) cursor(at place, reverse bool) (string, error) {
	return b.reader.plan.cursor(b.query.table.settings.keys, at, reverse)
}
