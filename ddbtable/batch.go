package ddbtable

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Limits of one batch request.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
const (
	maxBatchWrites = 25
	maxBatchGets   = 100
	maxBatchBytes  = 16 << 20
)

// How unprocessed items are sent again: after a random time of up to 50 ms,
// doubled each time up to 10 s, and at most so often without any progress.
const (
	firstPause  = 50 * time.Millisecond
	longestWait = 10 * time.Second
	maxIdle     = 10
)

// defaultConcurrency is how many requests of a batch are under way at once.
const defaultConcurrency = 4

// A BatchError says which items of a batch were not written. All others that
// were taken from the sequence were.
type BatchError[T any] struct {
	// Items are those of PutAll, Keys those of DeleteAll, that were not
	// written, in the order in which they were given.
	Items []T
	Keys  []Key[T]

	// Err is why: the first error, whatever request it came from.
	Err error
}

func (e *BatchError[T]) Error() string {
	return fmt.Sprintf("%d items not written: %v", len(e.Items)+len(e.Keys), e.Err)
}

func (e *BatchError[T]) Unwrap() error { return e.Err }

// errUnprocessed is why items stay unprocessed when the service gives no other
// reason.
var errUnprocessed = errors.New("the service left them unprocessed again and again, because of throttling; try again later, or provide more capacity")

// A BatchWrite puts or deletes many items, without conditions. It is
// immutable; Run sends it. The requests of one batch are independent: there is
// no all or nothing, for that see [WriteTransaction].
type BatchWrite[T any] struct {
	table       *Table[T]
	entries     func(yield func(entry[T], error) bool)
	concurrency int
	progress    func(done, total int)
	total       int
}

// An entry is one write of a batch.
type entry[T any] struct {
	order int
	item  T
	key   Key[T]
	call  *call
	id    string
}

// PutAll returns the request that stores all items, each in the place of
// whatever has its key, as in [Table.Put]. Items are taken from the sequence as
// they are needed. If a key comes several times, the last item wins. A batch
// has no conditions: items are replaced whatever their version or type is.
func (t *Table[T]) PutAll(items iter.Seq[T]) BatchWrite[T] {
	return BatchWrite[T]{table: t, entries: func(yield func(entry[T], error) bool) {
		for v := range items {
			e := entry[T]{item: v}
			err := t.putEntry(&e)
			if !yield(e, err) {
				return
			}
		}
	}}
}

func (t *Table[T]) putEntry(e *entry[T]) error {
	r := t.record(e.item)
	if _, err := t.stamp(r, t.newWriteID(), false); err != nil {
		return err
	}
	i, err := t.encode(r)
	if err != nil {
		return err
	}
	e.call = &call{op: opPutItem, table: t.settings.name, item: i}
	e.id, err = t.identityOf(i)
	return err
}

// DeleteAll returns the request that removes the items with these keys, those
// that exist. Keys are taken from the sequence as they are needed; one that
// comes several times is deleted once.
func (t *Table[T]) DeleteAll(keys iter.Seq[Key[T]]) BatchWrite[T] {
	return BatchWrite[T]{table: t, entries: func(yield func(entry[T], error) bool) {
		for k := range keys {
			e := entry[T]{key: k}
			key, err := t.members(k)
			e.call, e.id = &call{op: opDeleteItem, table: t.settings.name, key: key}, identity(key)
			if !yield(e, err) {
				return
			}
		}
	}}
}

// Concurrency is how many requests are under way at once: 4 without it.
func (b BatchWrite[T]) Concurrency(n int) BatchWrite[T] {
	b.concurrency = n
	return b
}

// OnProgress is called after each request, from one goroutine at a time, with
// the number of items written so far, and of all items if Total says it, else
// 0.
func (b BatchWrite[T]) OnProgress(f func(done, total int)) BatchWrite[T] {
	b.progress = f
	return b
}

// Total says how many items the sequence has, for OnProgress.
func (b BatchWrite[T]) Total(n int) BatchWrite[T] {
	b.total = n
	return b
}

// Run writes all items and returns when every one has been written, or has
// been given up.
//
// It costs one BatchWriteItem for each 25 items, and as many write units as the
// single writes. Items that the service leaves unprocessed are sent again,
// after a random pause that grows from 50 ms to 10 s, until the context ends or
// 10 attempts in a row have written nothing. After an error no further item is
// taken from the sequence; the error is a [BatchError] with every item that was
// taken and not written.
func (b BatchWrite[T]) Run(ctx context.Context) error {
	t, o := b.table.observed("batch write")
	b.table = t
	return o.done(ctx, t.inner().opError("batch write", b.run(ctx)))
}

func (b BatchWrite[T]) run(ctx context.Context) error {
	if err := b.table.inner().mistake(); err != nil {
		return err
	}
	if len(b.table.schema.guards) > 0 {
		return planErrorf("the definition has Unique or Counted, which a batch cannot keep; use Put, Create and Delete, several of them in a WriteTransaction")
	}
	if b.concurrency < 0 {
		return planErrorf("Concurrency is negative; give the number of requests under way at once, or 0 for the default")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &batchWriter[T]{
		BatchWrite: b, cancel: cancel, flying: make(map[string]bool),
		slots: make(chan struct{}, max(b.concurrency, 1)),
	}
	if b.concurrency == 0 {
		w.slots = make(chan struct{}, defaultConcurrency)
	}
	w.landed.L = &w.mu
	w.feed(ctx)
	w.flights.Wait()
	return w.result()
}

// A batchWriter is a running BatchWrite.
type batchWriter[T any] struct {
	BatchWrite[T]
	cancel  func()
	slots   chan struct{}
	flights sync.WaitGroup

	chunk []entry[T]
	bytes int

	mu     sync.Mutex
	landed sync.Cond
	flying map[string]bool // identities of the items under way
	done   int
	failed []entry[T]
	err    error
}

// feed takes items and sends them in chunks. A key that is under way is waited
// for, so that the last item with a key is the one that stays.
func (w *batchWriter[T]) feed(ctx context.Context) {
	n := 0
	for e, err := range w.entries {
		e.order = n
		n++
		if err == nil {
			err = context.Cause(ctx) // also of a request that failed
		}
		if err != nil {
			w.fail([]entry[T]{e}, err)
			break
		}
		w.take(ctx, e)
	}
	w.launch(ctx)
}

func (w *batchWriter[T]) take(ctx context.Context, e entry[T]) {
	i := slices.IndexFunc(w.chunk, func(other entry[T]) bool { return other.id == e.id })
	if i >= 0 {
		w.chunk[i] = e
		w.count(1)
		return
	}
	size := e.call.item.length()
	if len(w.chunk) == maxBatchWrites || w.bytes+size > maxBatchBytes {
		w.launch(ctx)
	}
	w.await(e.id)
	w.chunk, w.bytes = append(w.chunk, e), w.bytes+size
}

// await waits until the item with that identity has landed.
func (w *batchWriter[T]) await(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.flying[id] {
		w.landed.Wait()
	}
}

// launch sends the chunk in a goroutine of its own.
func (w *batchWriter[T]) launch(ctx context.Context) {
	chunk := w.chunk
	w.chunk, w.bytes = nil, 0
	if len(chunk) == 0 {
		return
	}
	w.mu.Lock()
	for _, e := range chunk {
		w.flying[e.id] = true
	}
	w.mu.Unlock()
	w.slots <- struct{}{}
	w.flights.Go(func() {
		left, err := w.write(ctx, chunk)
		<-w.slots
		if err != nil {
			w.fail(left, err)
		}
		w.mu.Lock()
		for _, e := range chunk {
			delete(w.flying, e.id)
		}
		w.landed.Broadcast()
		w.mu.Unlock()
	})
}

// write sends a chunk until nothing is left of it.
func (w *batchWriter[T]) write(ctx context.Context, left []entry[T]) ([]entry[T], error) {
	t, pauses := w.table, pauses{clock: w.table.settings.wait.clock}
	for {
		if ctx.Err() != nil {
			return left, context.Cause(ctx)
		}
		c := &call{op: opBatchWrite, table: t.settings.name}
		for _, e := range left {
			c.parts = append(c.parts, e.call)
		}
		out, err := t.sender.send(ctx, c)
		if err != nil {
			return left, err
		}
		rest, err := w.unprocessed(left, out.left)
		out.release()
		if err != nil {
			return left, err
		}
		w.count(len(left) - len(rest))
		if len(rest) == 0 {
			return nil, nil
		}
		if err := pauses.wait(ctx, len(rest) < len(left), false); err != nil {
			return rest, err
		}
		left = rest
	}
}

// unprocessed picks the entries that the service returned.
func (w *batchWriter[T]) unprocessed(sent []entry[T], returned []item) ([]entry[T], error) {
	ids := make(map[string]bool, len(returned))
	for _, i := range returned {
		id, err := w.table.identityOf(i)
		if err != nil {
			return nil, err
		}
		ids[id] = true
	}
	var rest []entry[T]
	for _, e := range sent {
		if ids[e.id] {
			rest = append(rest, e)
		}
	}
	return rest, nil
}

func (w *batchWriter[T]) count(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done += n
	if w.progress != nil {
		w.progress(w.done, w.total)
	}
}

func (w *batchWriter[T]) fail(left []entry[T], err error) {
	w.cancel()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failed = append(w.failed, left...)
	// What follows from the cancellation is not the reason.
	if w.err == nil {
		w.err = err
	}
}

// result is the error that lists what was not written.
func (w *batchWriter[T]) result() error {
	if w.err == nil {
		return nil
	}
	e := &BatchError[T]{Err: w.err}
	slices.SortFunc(w.failed, func(a, b entry[T]) int { return a.order - b.order })
	for i, f := range w.failed {
		switch {
		case i > 0 && w.failed[i-1].order == f.order:
		case f.key.equalities != nil || f.key.members != nil:
			e.Keys = append(e.Keys, f.key)
		default:
			e.Items = append(e.Items, f.item)
		}
	}
	return e
}

// pauses are the waits of one chunk.
type pauses struct {
	clock Clock
	last  time.Duration
	idle  int
}

// wait pauses before what was left unprocessed is sent again: not at all if
// the size of the answer was the reason.
func (p *pauses) wait(ctx context.Context, progress, full bool) error {
	if full && progress {
		return nil
	}
	p.idle++
	if progress {
		p.idle, p.last = 0, 0
	}
	if p.idle == maxIdle {
		return errUnprocessed
	}
	p.last = min(max(2*p.last, firstPause), longestWait)
	return p.clock.Sleep(ctx, rand.N(p.last))
}
