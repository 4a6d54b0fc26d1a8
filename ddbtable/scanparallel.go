package ddbtable

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// scanEnd is the position of a segment that has been read to its end. It is
// too short to be a cursor.
const scanEnd = "end"

// A ParallelScan reads all items with several workers, each of which has a
// segment. It is immutable; Each sends it.
type ParallelScan[T any] struct {
	scan     Scan[T]
	segments int
	from     []string
}

// Parallel makes it a scan by as many workers, each with a segment of its own.
// Each worker has one request under way, or holds the items of one: 1 MB of
// them at most.
func (s Scan[T]) Parallel(segments int) ParallelScan[T] {
	return ParallelScan[T]{scan: s, segments: segments}
}

// Resume begins each segment at the position that an earlier run, of the same
// scan with as many segments, had reached. No positions are the beginning.
func (p ParallelScan[T]) Resume(positions []string) ParallelScan[T] {
	p.from = slices.Clone(positions)
	return p
}

// Each calls f with the items of each request, none if the filter dropped them
// all, and with the positions of all segments behind those items. Whoever keeps
// the positions together with what became of the items can [ParallelScan.Resume]
// after a crash without losing an item or seeing one twice. The slices are f's
// own. F is called by one goroutine at a time; as long as it works, no more than
// one further request is sent for each segment.
//
// It costs what [Scan.All] does, and at least one Scan for each segment that is
// not at its end. The first error ends it: f's own is returned as it is, one of
// a position that is not of this scan is [ErrBadCursor]. What is under way then
// is waited for, also if f panics.
func (p ParallelScan[T]) Each(ctx context.Context, f func(items []T, positions []string) error) error {
	if f == nil {
		return p.scan.query().q.parallel(ctx, p.segments, p.from, nil)
	}
	return p.scan.query().q.parallel(ctx, p.segments, p.from, func(taken list, positions []string) error {
		return f(taken.(*listOf[T]).taken, positions)
	})
}

// parallel calls f with the items of each request.
func (q *query) parallel(ctx context.Context, segments int, from []string, f func(taken list, positions []string) error) error {
	q, o := q.observed()
	run := &parallelRun{query: q, f: f, ready: make(chan *segmentRun), positions: slices.Clone(from)}
	err := run.begin(segments)
	if err == nil {
		err = run.read(ctx)
	}
	if err = o.done(ctx, q.opError(nil, err)); err == nil {
		return run.stopped
	}
	return err
}

// A parallelRun is a running ParallelScan.
type parallelRun struct {
	query     *query
	f         func(list, []string) error
	ready     chan *segmentRun
	segments  []*segmentRun
	positions []string
	taking    *segmentRun // whose items are being passed on
	stopped   error       // of f

	// work is done by the workers with the rows of each request, instead of
	// passing the items on. It is nil for a scan.
	work func(context.Context, *typedRows) error
}

// A segmentRun is the part of one worker.
type segmentRun struct {
	index  int
	query  *query
	reader *reader
	err    error
	taken  chan struct{}
}

// begin opens every segment at its position. It sends nothing.
func (r *parallelRun) begin(segments int) error {
	if r.f == nil {
		return planErrorf("the function of Each is nil; give one that takes the items")
	}
	switch q := r.query; {
	case q.core.mistake() != nil:
		return q.core.mistake()
	case segments < 1:
		return planErrorf("a scan of %d segments reads nothing; give at least 1", segments)
	case q.from != "":
		return planErrorf("From is for All and Count; give Resume the positions of a parallel scan")
	case q.scan != nil && q.scan.total > 1:
		return planErrorf("Parallel makes segments of the whole table; drop Segment")
	}
	if len(r.positions) == 0 {
		r.positions = make([]string, segments)
	}
	if len(r.positions) != segments {
		return planErrorf("there are %d positions for %d segments; resume a scan with as many segments as it was begun with", len(r.positions), segments)
	}
	for i, position := range r.positions {
		s := &segmentRun{index: i, query: r.query.segmented(i, segments), taken: make(chan struct{})}
		p, err := s.query.plan()
		switch {
		case err != nil:
			return err
		case position == scanEnd:
			continue
		}
		if s.reader, err = s.query.open(p, position); err != nil {
			return err
		}
		r.segments = append(r.segments, s)
	}
	return nil
}

// read runs the workers and passes on what they read.
func (r *parallelRun) read(outer context.Context) (err error) {
	ctx, cancel := context.WithCancel(outer)
	defer r.end(cancel)
	var workers sync.WaitGroup
	for _, s := range r.segments {
		workers.Go(func() { s.run(ctx, r.ready, r.work) })
	}
	go func() {
		workers.Wait()
		close(r.ready)
	}()
	for s := range r.ready {
		r.taking = s
		if err = r.take(ctx, s); err != nil || r.stopped != nil {
			return err
		}
		r.taking = nil
		s.taken <- struct{}{}
	}
	if outer.Err() != nil {
		err = context.Cause(outer)
	}
	return err
}

// end ends the workers and waits for them. It is deferred: a function of the
// caller's may panic, or end the goroutine as the FailNow of a test does.
func (r *parallelRun) end(cancel func()) {
	cancel()
	if r.taking != nil {
		r.taking.taken <- struct{}{}
	}
	for s := range r.ready {
		s.taken <- struct{}{}
	}
}

// run sends the requests of one segment, each after the items of the one before
// have been taken.
func (s *segmentRun) run(ctx context.Context, ready chan<- *segmentRun, work func(context.Context, *typedRows) error) {
	defer s.reader.close()
	for s.reader.more() && s.err == nil && ctx.Err() == nil {
		s.step(ctx, ready, work)
	}
}

// step sends one request.
func (s *segmentRun) step(ctx context.Context, ready chan<- *segmentRun, work func(context.Context, *typedRows) error) {
	defer func() {
		ready <- s
		<-s.taken
	}()
	if _, s.err = s.reader.next(ctx, s.query.pageSize); s.err == nil && work != nil {
		s.err = errSegmentEnded // unless work returns another, or none
		s.err = work(ctx, &s.reader.rows)
	}
}

var errSegmentEnded = errors.New("OnBadItem ended the goroutine of a segment; let it return")

// take passes on the items of one request.
func (r *parallelRun) take(ctx context.Context, s *segmentRun) error {
	if s.err != nil {
		return s.err
	}
	items, err := r.items(ctx, s)
	if err != nil {
		return err
	}
	position := scanEnd
	if s.reader.more() {
		if position, err = s.reader.plan.cursor(s.query.core.settings.keys, s.reader.at, false); err != nil {
			return err
		}
	}
	r.positions[s.index] = position
	r.stopped = r.f(items, slices.Clone(r.positions))
	return nil
}

// items are those that are passed on.
func (r *parallelRun) items(ctx context.Context, s *segmentRun) (items list, err error) {
	items = s.query.core.list()
	if r.work != nil {
		return items, nil
	}
	for i := range s.reader.rows.count() {
		at, ok, err := s.query.judge(ctx, s.reader, i)
		if err != nil {
			return nil, err
		}
		if ok {
			items.take(s.reader.list(), at, 1)
		}
	}
	return items, nil
}
