package ddbtable

import (
	"context"
	"slices"

	"example.com/ddb/fields"
)

// maxMerged is how many ranges are read side by side at most: each is read
// ahead.
const maxMerged = 16

// merge makes a binding whose ranges differ in facets before f one that gives
// the items in the order of f, if that is the facet behind those.
func (b *binding) merge(f *fields.Field, all keyConstraints) bool {
	i := slices.IndexFunc(b.order, func(o orderedFacet) bool {
		c := all.of(o.field)
		return c == nil || !c.discrete
	})
	if i < 1 || b.order[i].field != f || !b.order[i].proper {
		return false
	}
	b.order, b.merged = b.order[i:], len(b.ranges) > 1
	return true
}

func (b *binding) tooManyMerged() error {
	if b.merged && len(b.ranges) > maxMerged {
		return planErrorf("OrderBy of %s merges %d ranges, the limit is %d; give In fewer values", b.order[0].field.Name, len(b.ranges), maxMerged)
	}
	return nil
}

// A merger reads the ranges of a query side by side and gives their items in
// the order of what comes behind the facets in which the ranges differ. Where
// that is equal, the order is that of the ranges.
type merger struct {
	query    *query
	plan     *queryPlan
	streams  []*stream // in the order of the key
	backward bool      // against the order of the key
	reads    int
}

// A stream is one range of a merger.
type stream struct {
	*reader
	in     keyRange
	growth int            // of what a page reads at a time
	next   int            // which of the reader's rows comes next
	began  place          // where the rows begin
	first  item           // key of the first item that was read, none before that
	sorted []fields.Value // by which the next row is compared
}

// only is the plan of one of the ranges.
func (p *queryPlan) only(i int) *queryPlan {
	one := &queryPlan{
		binding: p.binding, core: p.core, filter: p.filter, projection: p.projection, descending: p.descending,
		keys: p.keys, reading: p.reading, followed: p.followed, texts: p.ready()[i : i+1],
	}
	one.ranges = p.ranges[i : i+1]
	return one
}

func (q *query) merger(p *queryPlan) *merger {
	m := &merger{query: q, plan: p, backward: p.descending}
	for i, r := range p.ranges {
		m.streams = append(m.streams, &stream{reader: q.reader(p.only(i)), in: r})
	}
	return m
}

func (m *merger) close() {
	for _, s := range m.streams {
		s.close()
	}
}

// used reports whether all rows that the stream has were passed on.
func (s *stream) used() bool { return s.next >= s.rows.count() }

// ended reports whether the stream has no item left.
func (s *stream) ended() bool { return s.used() && !s.more() }

// ahead makes the next item of every stream known, and returns the stream with
// the one that comes first: nil at the end, or if the cap leaves no reads. Limit
// says how many items a request reads, 0 for as many as it can.
func (m *merger) ahead(ctx context.Context, limit func(*stream) int) (*stream, error) {
	short := false
	for i, s := range m.streams {
		for s.used() && s.more() {
			n, ok := m.share(limit(s), m.streams[i:])
			if !ok {
				short = true // for this one, of which something has been read
				break
			}
			if err := m.fill(ctx, s, n); err != nil {
				return nil, err
			}
		}
	}
	if short {
		return nil, nil
	}
	var first *stream
	for _, s := range m.streams {
		if !s.ended() && (first == nil || m.before(s, first)) {
			first = s
		}
	}
	return first, nil
}

// share is how many items the next request may read, so that each of the other
// streams that wait can read one at least: a page can turn only where every
// stream has been read.
func (m *merger) share(limit int, waiting []*stream) (int, bool) {
	if m.query.maxReads == 0 {
		return limit, true
	}
	n := 0
	for _, s := range waiting {
		if s.used() && s.more() {
			n++
		}
	}
	left := m.query.maxReads - m.reads
	if left < n {
		return 0, false
	}
	share := left / n
	if limit > 0 {
		share = min(share, limit)
	}
	return share, true
}

// fill sends one request of a stream.
func (m *merger) fill(ctx context.Context, s *stream, limit int) error {
	s.next, s.began = 0, s.at
	reply, err := s.reader.next(ctx, limit)
	if err != nil {
		return err
	}
	m.reads += reply.read
	if s.rows.count() == 0 {
		return nil
	}
	if s.first.none() {
		s.first = s.rows.raw(0).clone()
	}
	return s.look()
}

// look notes by what the next row is compared: the attributes of the sort key
// behind those that the range fixes, without the head of the first.
func (s *stream) look() error {
	if s.used() {
		return nil
	}
	s.sorted = s.sorted[:0]
	for i, f := range s.plan.index.sorts[len(s.in.fixed):] {
		v, err := s.rows.raw(s.next).value(f.Name)
		if err != nil {
			return err
		}
		if i == 0 && s.in.head > 0 {
			v = v.WithText(v.Text()[min(s.in.head, len(v.Text())):])
		}
		s.sorted = append(s.sorted, v)
	}
	return nil
}

// pass goes on to the stream's next item.
func (s *stream) pass() error {
	s.next++
	return s.look()
}

// before reports whether the item of a later stream comes before that of an
// earlier one.
func (m *merger) before(later, earlier *stream) bool {
	c := slices.CompareFunc(later.sorted, earlier.sorted, fields.Value.Compare)
	if m.backward {
		return c >= 0
	}
	return c < 0
}

// eachMerged passes the items on in the order of the merger.
func (q *query) eachMerged(ctx context.Context, p *queryPlan, yield func(from list, i int) bool) error {
	q = q.uncapped()
	m, err := q.openMerger(p, q.from)
	if err != nil {
		return err
	}
	defer m.close()
	for {
		s, err := m.ahead(ctx, func(*stream) int { return q.pageSize })
		if s == nil || err != nil {
			return err
		}
		at, ok, err := q.judge(ctx, s.reader, s.next)
		if err != nil {
			return err
		}
		if ok && !yield(s.list(), at) {
			return nil
		}
		if err := s.pass(); err != nil {
			return err
		}
	}
}

// countMerged counts the items of all ranges.
func (q *query) countMerged(ctx context.Context, p *queryPlan) (n int, err error) {
	q = q.uncapped()
	m, err := q.openMerger(p, q.from)
	if err != nil {
		return 0, err
	}
	for _, s := range m.streams {
		more, err := q.count(ctx, s.reader)
		if err != nil {
			return 0, err
		}
		n += more
	}
	return n, nil
}

// uncapped is q without the cap that is for pages.
func (q *query) uncapped() *query {
	n := q.copy()
	n.maxReads = 0
	return n
}
