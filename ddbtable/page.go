package ddbtable

import (
	"context"
	"math"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/fields"
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
	p, err := q.plan()
	if err != nil {
		return Page[T]{}, q.opError(nil, err)
	}
	page, err := q.page(ctx, p, n, cursor)
	if err != nil {
		return Page[T]{}, q.opError(p, err)
	}
	return page, nil
}

func (q Query[T]) page(ctx context.Context, p *queryPlan[T], n int, cursor string) (Page[T], error) {
	if n < 1 {
		return Page[T]{}, planErrorf("a page has at least 1 item, not %d", n)
	}
	if q.from != "" {
		return Page[T]{}, planErrorf("From is for All and Count; give the cursor to Page itself")
	}
	r, err := q.open(p, cursor)
	if err != nil {
		return Page[T]{}, err
	}
	b := &pager[T]{query: q, reader: r, want: min(n, maxWant)}
	if err := b.fill(ctx); err != nil {
		return Page[T]{}, err
	}
	if r.backward != q.descending {
		return b.backward(), nil
	}
	return b.forward(cursor != ""), nil
}

// A pager collects one page.
type pager[T any] struct {
	query  Query[T]
	reader *reader[T]
	want   int

	items  []T
	first  []fields.Value // position of the first item
	last   place          // behind the last item that was judged for the page
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
		batch, err := b.reader.next(ctx, limit, false)
		if err != nil {
			return err
		}
		b.reads += batch.read
		for _, item := range batch.items {
			if err := b.take(item); err != nil || b.ahead {
				return err
			}
		}
	}
	return nil
}

// limit is how many items the next request may read; 0 says that the cap is
// reached.
func (b *pager[T]) limit() int {
	limit := b.want - len(b.items) + 1
	if b.query.filter != nil || b.query.onBad != nil {
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

// take judges one item. The one behind a full page is only looked at.
func (b *pager[T]) take(item map[string]types.AttributeValue) error {
	v, ok, err := b.query.judge(b.reader.plan, item)
	full := len(b.items) == b.want
	if full && (ok || err != nil) {
		b.ahead = true
		return nil
	}
	if err != nil {
		return err
	}
	at, err := b.reader.plan.position(item)
	if err != nil {
		return err
	}
	b.last = place{after: at}
	if ok {
		if b.items == nil {
			b.first = at
		}
		b.items = append(b.items, v)
	}
	return nil
}

// forward is the page when it was read in the query's direction.
func (b *pager[T]) forward(follows bool) Page[T] {
	page := Page[T]{Items: b.items, Capped: b.capped}
	switch {
	case b.ahead || b.capped && len(b.items) == b.want:
		page.Next = b.cursor(b.last, false)
	case b.capped:
		page.Next = b.cursor(b.reader.at, false)
	}
	if follows && len(b.items) > 0 {
		page.Prev = b.cursor(place{after: b.first}, true)
	}
	return page
}

// backward is the page when it was read against the query's direction, from
// the first item of the page that follows it.
func (b *pager[T]) backward() Page[T] {
	slices.Reverse(b.items)
	page := Page[T]{Items: b.items, Capped: b.capped}
	if b.ahead || b.capped {
		at := b.last
		if len(b.items) < b.want {
			at = b.reader.at
		}
		page.Prev = b.cursor(at, true)
	}
	if len(b.items) > 0 {
		page.Next = b.cursor(place{after: b.first}, false)
	} else {
		page.Next = b.cursor(b.reader.turned(), false)
	}
	return page
}

// cursor is the cursor of a place; reverse says that it is read against the
// query's direction.
func (b *pager[T]) cursor(at place, reverse bool) string {
	return b.reader.plan.cursor(b.query.table.settings.keys, at, reverse)
}
