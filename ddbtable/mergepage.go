package ddbtable

import (
	"context"
	"slices"

	"example.com/ddb/internal/seal"
)

// openMerger returns the merger that begins where the cursor says.
func (q *query) openMerger(p *queryPlan, cursor string) (*merger, error) {
	m := q.merger(p)
	if q.maxReads > 0 && q.maxReads < len(m.streams) {
		return nil, planErrorf("MaxReads is %d, less than the %d ranges that OrderBy merges; give at least one read for each", q.maxReads, len(m.streams))
	}
	if cursor == "" {
		return m, nil
	}
	payload, err := q.core.settings.keys.Open(p.context(), cursor)
	if err != nil || !m.start(payload) {
		return nil, ErrBadCursor
	}
	return m, nil
}

// start begins each stream at its place.
func (m *merger) start(payload []byte) bool {
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
func (m *merger) cursor(at func(*stream) place, reverse bool) (string, error) {
	var payload []byte
	for _, s := range m.streams {
		one, err := s.reader.plan.appendPayload(nil, at(s), reverse)
		if err != nil {
			return "", err
		}
		payload = appendText(payload, string(one))
	}
	text := m.query.core.settings.keys.Seal(m.plan.context(), payload)
	if len(text) > seal.MaxText {
		return "", planErrorf("the cursor of the next page would have %d bytes, because it holds a key for each of %d ranges; the limit is %d, give In fewer values or make keys shorter", len(text), len(m.streams), seal.MaxText)
	}
	return text, nil
}

// passed is the place behind the last item that was passed on.
func (s *stream) passed() place {
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
func (s *stream) turned() place {
	switch {
	case !s.first.none():
		return place{after: s.first}
	case s.more():
		return s.at
	}
	return place{}
}

// pageMerged reads one page. See [Query.Page].
func (q *query) pageMerged(ctx context.Context, p *queryPlan, want int, cursor string) (page, error) {
	m, err := q.openMerger(p, cursor)
	if err != nil {
		return page{}, err
	}
	defer m.close()
	return m.page(ctx, want, cursor != "")
}

// page collects up to want items, and looks whether more follow.
func (m *merger) page(ctx context.Context, want int, follows bool) (p page, err error) {
	p.items = m.query.core.list()
	ahead := false
	for {
		s, err := m.ahead(ctx, func(s *stream) int { return m.limit(s, want-p.n+1) })
		if err != nil {
			return page{}, err
		}
		if s == nil {
			break
		}
		at, ok, err := m.query.judge(ctx, s.reader, s.next)
		if ahead = p.n == want && (ok || err != nil); ahead {
			break
		}
		if err == nil {
			err = s.pass()
		}
		if err != nil {
			return page{}, err
		}
		if ok {
			p.take(s.list(), at, 1)
		}
	}
	p.capped = !ahead && slices.ContainsFunc(m.streams, func(s *stream) bool { return !s.ended() })
	err = m.cursors(&p, ahead || p.capped, follows && p.n > 0)
	return p, err
}

// limit is how many items the next request of a stream reads: those that the
// page lacks and one more, and more each time if some of them may not count.
func (m *merger) limit(s *stream, lacking int) int {
	q := m.query
	switch {
	case q.pageSize > 0:
		return q.pageSize
	case q.leavesOut(m.plan):
		s.growth = max(lacking, min(2*s.growth, maxGrowth))
		return s.growth
	}
	return lacking
}

// cursors gives a page the cursors of those around it.
func (m *merger) cursors(p *page, on, back bool) (err error) {
	onward, backward := &p.next, &p.prev
	reverse := m.backward != m.query.descending
	if reverse {
		p.items.reverse()
		onward, backward, back = backward, onward, true
	}
	if on {
		*onward, err = m.cursor((*stream).passed, reverse)
	}
	if err == nil && back {
		*backward, err = m.cursor((*stream).turned, !reverse)
	}
	return err
}
