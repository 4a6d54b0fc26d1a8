package ddbtable

import (
	"context"
	"slices"

	"example.com/ddb/internal/seal"
)

// openMerger returns the merger that begins where the cursor says.
func (q Query[T]) openMerger(p *queryPlan, cursor string) (*merger[T], error) {
	m := q.merger(p)
	if q.maxReads > 0 && q.maxReads < len(m.streams) {
		return nil, planErrorf("MaxReads is %d, less than the %d ranges that OrderBy merges; give at least one read for each", q.maxReads, len(m.streams))
	}
	if cursor == "" {
		return m, nil
	}
	payload, err := q.table.settings.keys.Open(p.context(), cursor)
	if err != nil || !m.start(payload) {
		return nil, ErrBadCursor
	}
	return m, nil
}

// start begins each stream at its place.
func (m *merger[T]) start(payload []byte) bool {
	for i, s := range m.streams {
		text, rest, ok := cutText(payload)
		if !ok || !s.reader.start([]byte(text)) {
			return false
		}
		if i > 0 && s.backward != m.streams[0].backward {
			return false
		}
		payload = rest
	}
	m.backward = m.streams[0].backward
	return len(payload) == 0
}

// cursor seals the places of all streams.
func (m *merger[T]) cursor(at func(*stream[T]) place, reverse bool) (string, error) {
	var payload []byte
	for _, s := range m.streams {
		one, err := s.reader.plan.payload(at(s), reverse)
		if err != nil {
			return "", err
		}
		payload = appendText(payload, string(one))
	}
	text := m.query.table.settings.keys.Seal(m.plan.context(), payload)
	if len(text) > seal.MaxText {
		return "", planErrorf("the cursor of the next page would have %d bytes, because it holds a key for each of %d ranges; the limit is %d, give In fewer values or make keys shorter", len(text), len(m.streams), seal.MaxText)
	}
	return text, nil
}

// passed is the place behind the last item that was passed on.
func (s *stream[T]) passed() place {
	switch {
	case s.used():
		return s.at
	case s.next == 0:
		return s.began
	}
	return place{after: s.rows.raw(s.next - 1)}
}

// turned is where a stream that reads the other way begins to read what this
// one has not passed before the page.
func (s *stream[T]) turned() place {
	switch {
	case !s.first.none():
		return place{after: s.first}
	case s.more():
		return s.at
	}
	return place{}
}

// pageMerged reads one page. See [Query.Page].
func (q Query[T]) pageMerged(ctx context.Context, p *queryPlan, want int, cursor string) (Page[T], error) {
	m, err := q.openMerger(p, cursor)
	if err != nil {
		return Page[T]{}, err
	}
	defer m.close()
	return m.page(ctx, want, cursor != "")
}

// page collects up to want items, and looks whether more follow.
func (m *merger[T]) page(ctx context.Context, want int, follows bool) (page Page[T], err error) {
	ahead := false
	for limit := 0; ; {
		limit = m.limit(want-len(page.Items)+1, limit)
		s, err := m.ahead(ctx, limit)
		if err != nil {
			return Page[T]{}, err
		}
		if s == nil {
			break
		}
		i := s.next
		ok, err := m.query.judge(s.reader, i)
		if ahead = len(page.Items) == want && (ok || err != nil); ahead {
			break
		}
		if err == nil {
			err = s.pass()
		}
		if err != nil {
			return Page[T]{}, err
		}
		if ok {
			page.Items = append(page.Items, s.rows.items[i])
		}
	}
	page.Capped = !ahead && slices.ContainsFunc(m.streams, func(s *stream[T]) bool { return !s.ended() })
	err = m.cursors(&page, ahead || page.Capped, follows && len(page.Items) > 0)
	return page, err
}

// limit is how many items a request reads: those that the page lacks and one
// more, and more each time if some of them may not count.
func (m *merger[T]) limit(lacking, last int) int {
	q := m.query
	switch {
	case q.pageSize > 0:
		return q.pageSize
	case q.filter != nil || q.onBad != nil:
		return max(lacking, min(2*last, maxGrowth))
	}
	return lacking
}

// cursors gives a page the cursors of those around it.
func (m *merger[T]) cursors(page *Page[T], on, back bool) (err error) {
	onward, backward := &page.Next, &page.Prev
	reverse := m.backward != m.query.descending
	if reverse {
		slices.Reverse(page.Items)
		onward, backward, back = backward, onward, true
	}
	if on {
		*onward, err = m.cursor((*stream[T]).passed, reverse)
	}
	if err == nil && back {
		*backward, err = m.cursor((*stream[T]).turned, !reverse)
	}
	return err
}
