package ddbtable

import (
	"context"
	"hash/maphash"

	"example.com/ddb/fields"
)

// maxBatchGets is how many keys one BatchGetItem takes.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
const maxBatchGets = 100

// fullAnswer is the length of an answer, in bytes of JSON, from which on
// unprocessed keys are taken for cut off by the limit of 16 MB.
const fullAnswer = 8 << 20

// A batchGetter is a running BatchGet.
type batchGetter struct {
	core        *core
	concurrency int
	key         []*fields.Field
	asked       func(*fields.Field) bool
	texts       texts
	seed        maphash.Seed

	yield   func(from list, i int) bool
	missing func(key []member) // nil if nobody asks

	ctx   context.Context
	stop  func()
	chunk *readChunk   // that is being filled
	queue []*readChunk // under way, in the order of the keys
}

func (t *core) batchGetter(ctx context.Context, concurrency int) (*batchGetter, error) {
	if err := t.mistake(); err != nil {
		return nil, err
	}
	if t.projection.err != nil {
		return nil, t.projection.err
	}
	concurrency, err := concurrent(concurrency)
	if err != nil {
		return nil, err
	}
	reading := t.reading()
	g := &batchGetter{
		core: t, concurrency: concurrency, key: t.schema.primary.keys(),
		asked: t.asked(t.projection, reading), seed: maphash.MakeSeed(),
	}
	g.texts.projection = g.texts.text(func(w *writer) { t.projection.write(w, reading) })
	g.ctx, g.stop = context.WithCancel(ctx)
	return g, nil
}

// add takes a key, and passes items on if too many would be under way.
func (g *batchGetter) add(key []member) error {
	if g.chunk != nil && g.chunk.full() {
		if err := g.start(); err != nil {
			return err
		}
	}
	if g.chunk == nil {
		g.chunk = &readChunk{getter: g, done: make(chan struct{})}
		g.chunk.keys = g.chunk.memory[:0]
	}
	g.chunk.add(key)
	return nil
}

// start sends the chunk, after passing on the first of the queue if that is full.
func (g *batchGetter) start() error {
	if len(g.queue) == g.concurrency {
		if err := g.pass(); err != nil {
			return err
		}
	}
	c := g.chunk
	g.chunk, g.queue = nil, append(g.queue, c)
	go c.run(g.ctx)
	return nil
}

// finish sends what is left, and passes everything on.
func (g *batchGetter) finish() error {
	switch c := g.chunk; {
	case c == nil:
	case len(g.queue) == 0: // there is nothing else to do meanwhile
		g.queue = append(g.queue, c)
		c.run(g.ctx)
	default:
		if err := g.start(); err != nil {
			return err
		}
	}
	for len(g.queue) > 0 {
		if err := g.pass(); err != nil {
			return err
		}
	}
	return nil
}

// pass takes the first chunk off the queue and passes its items on.
func (g *batchGetter) pass() error {
	c := g.queue[0]
	<-c.done
	g.queue = g.queue[1:]
	if c.err != nil {
		return c.err
	}
	for _, place := range c.order {
		switch k := &c.keys[place]; {
		case k.rows == nil:
			if g.missing != nil {
				g.missing(k.key)
			}
		case k.err != nil:
			return k.err
		case !g.yield(k.rows.list, k.row):
			return errStopped
		}
	}
	return nil
}

// drain ends what is still under way.
func (g *batchGetter) drain() {
	g.stop()
	for _, c := range g.queue {
		<-c.done
	}
}
