package ddbtable

import (
	"context"
	"errors"
	"iter"
)

// maxBatchGets is how many keys one BatchGetItem takes.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
const maxBatchGets = 100

// fullAnswer is the length of an answer, in bytes of JSON, from which on
// unprocessed keys are taken for cut off by the limit of 16 MB.
const fullAnswer = 8 << 20

// A BatchGet reads the items with many keys. It is immutable; All sends it.
type BatchGet[T any] struct {
	table       *Table[T]
	keys        iter.Seq[Key[T]]
	concurrency int
	missing     func(Key[T])
}

// GetAll returns the request that reads the items with these keys. Keys are
// taken from the sequence as they are needed.
func (t *Table[T]) GetAll(keys iter.Seq[Key[T]]) BatchGet[T] {
	return BatchGet[T]{table: t, keys: keys, concurrency: defaultConcurrency}
}

// Concurrency is how many requests are under way at once: 4 without it.
func (b BatchGet[T]) Concurrency(n int) BatchGet[T] {
	b.concurrency = n
	return b
}

// OnMissing is called with each key that no item has, in its place in the
// order of the keys, by the goroutine that ranges over All.
func (b BatchGet[T]) OnMissing(f func(Key[T])) BatchGet[T] {
	b.missing = f
	return b
}

// All ranges over the items in the order of their keys; an item comes as often
// as its key. Requests are sent as the loop goes on, up to the concurrency
// ahead of it, and none after break. An error comes last, with a zero item.
//
// It costs one BatchGetItem for each 100 keys, and as many read units as the
// single reads. A key that comes several times within 100 is read once. Keys
// that the service leaves unprocessed are sent again as in [BatchWrite.Run], at
// once if the limit of 16 MB for an answer was the reason.
func (b BatchGet[T]) All(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		b := b // a loop may be run again
		t, o := b.table.observed("batch get")
		b.table = t
		if err := o.done(ctx, t.inner().opError("batch get", b.all(ctx, yield))); err != nil {
			yield(*new(T), err)
		}
	}
}

// errStopped ends the work when the loop breaks.
var errStopped = errors.New("stopped")

func (b BatchGet[T]) all(ctx context.Context, yield func(T, error) bool) error {
	t := b.table
	if err := t.inner().mistake(); err != nil {
		return err
	}
	switch {
	case t.projection.err != nil:
		return t.projection.err
	case b.concurrency < 1:
		return planErrorf("Concurrency is below 1; give the number of requests under way at once")
	}
	ctx, cancel := context.WithCancel(ctx)
	g := &batchGetter[T]{BatchGet: b, yield: yield}
	defer g.drain()
	defer cancel()
	return stopped(g.run(ctx))
}

// A batchGetter is a running BatchGet.
type batchGetter[T any] struct {
	BatchGet[T]
	yield func(T, error) bool
	queue []*getChunk[T] // under way, in the order of the keys
}

func (g *batchGetter[T]) run(ctx context.Context) error {
	chunk := g.newChunk()
	var wrong error
	for k := range g.keys {
		if wrong = chunk.add(k); wrong != nil {
			break
		}
		if len(chunk.members) == maxBatchGets {
			if err := g.start(ctx, chunk); err != nil {
				return err
			}
			chunk = g.newChunk()
		}
	}
	if err := g.start(ctx, chunk); err != nil {
		return err
	}
	for len(g.queue) > 0 {
		if err := g.pass(); err != nil {
			return err
		}
	}
	return wrong
}

func (g *batchGetter[T]) newChunk() *getChunk[T] {
	return &getChunk[T]{
		table: g.table, members: make(map[string][]member),
		found: make(map[string]*got[T]), done: make(chan struct{}),
	}
}

// start sends a chunk, after passing on the first of the queue if that is full.
func (g *batchGetter[T]) start(ctx context.Context, chunk *getChunk[T]) error {
	if len(chunk.members) == 0 {
		return nil
	}
	if len(g.queue) == g.concurrency {
		if err := g.pass(); err != nil {
			return err
		}
	}
	g.queue = append(g.queue, chunk)
	go func() {
		defer close(chunk.done)
		chunk.err = chunk.read(ctx)
	}()
	return nil
}

// pass takes the first chunk off the queue and passes its items on.
func (g *batchGetter[T]) pass() error {
	first := g.queue[0]
	<-first.done
	g.queue = g.queue[1:]
	return first.pass(g.missing, g.yield)
}

// drain waits for what is still under way.
func (g *batchGetter[T]) drain() {
	for _, c := range g.queue {
		<-c.done
	}
}

func stopped(err error) error {
	if errors.Is(err, errStopped) {
		return nil
	}
	return err
}

// A getChunk is one request for up to 100 different keys.
type getChunk[T any] struct {
	table   *Table[T]
	keys    []Key[T]            // as they were given
	ids     []string            // of keys
	members map[string][]member // the different keys by identity
	found   map[string]*got[T]
	done    chan struct{}
	err     error
}

// got is an item that was found.
type got[T any] struct {
	v   T
	err error
}

func (c *getChunk[T]) add(k Key[T]) error {
	key, err := c.table.members(k)
	if err != nil {
		return err
	}
	id := identity(key)
	c.keys, c.ids, c.members[id] = append(c.keys, k), append(c.ids, id), key
	return nil
}

// read sends the chunk until nothing is left of it.
func (c *getChunk[T]) read(ctx context.Context) error {
	t, pauses := c.table, pauses{clock: c.table.settings.wait.clock}
	keys := t.reading()
	rows := typedRows{list: t.list(), asked: t.projection.reads(keys)}
	left := make([][]member, 0, len(c.members))
	for _, key := range c.members {
		left = append(left, key)
	}
	for {
		request := &call{op: opBatchGet, table: t.settings.name, consistent: t.consistent, rows: &rows}
		request.texts.projection = request.texts.text(func(w *writer) { t.projection.write(w, keys) })
		for _, key := range left {
			request.parts = append(request.parts, &call{key: key})
		}
		out, err := t.sender.send(ctx, request)
		if err != nil {
			return err
		}
		rest, err := c.take(&rows, out.left)
		full := out.bytes >= fullAnswer
		out.release()
		if err != nil || len(rest) == 0 {
			return err
		}
		if err := pauses.wait(ctx, len(rest) < len(left), full); err != nil {
			return err
		}
		left = rest
	}
}

// take keeps the items of an answer and returns the keys that are left.
func (c *getChunk[T]) take(rows *typedRows, returned []item) ([][]member, error) {
	t := c.table
	for i := range rows.count() {
		id, err := t.identityOf(rows.raw(i))
		if err != nil {
			return nil, err
		}
		if !t.visible(rows.raw(i)) {
			continue
		}
		g := &got[T]{err: rows.err(i)}
		if g.err == nil {
			g.err = t.finish(rows.list.at(i), rows.raw(i), t.projection)
		}
		g.v, g.err = rows.list.(*listOf[T]).items[i], t.itemError(rows.raw(i), g.err)
		c.found[id] = g
	}
	var left [][]member
	for _, i := range returned {
		id, err := t.identityOf(i)
		if err != nil {
			return nil, err
		}
		left = append(left, c.members[id])
	}
	return left, nil
}

// pass passes the chunk's items on in the order of the keys.
func (c *getChunk[T]) pass(missing func(Key[T]), yield func(T, error) bool) error {
	if c.err != nil {
		return c.err
	}
	for i, id := range c.ids {
		g := c.found[id]
		switch {
		case g == nil && missing != nil:
			missing(c.keys[i])
		case g == nil:
		case g.err != nil:
			return g.err
		case !yield(g.v, nil):
			return errStopped
		}
	}
	return nil
}
