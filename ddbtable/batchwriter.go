package ddbtable

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/fields"
)

// Limits of a batch of writes.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
const (
	maxBatchWrites = 25
	maxBatchBytes  = 16 << 20 // of the request
	maxItemBytes   = 400 << 10
)

// defaultConcurrency is how many requests of a batch are under way at once.
const defaultConcurrency = 4

// maxListed is how many items are taken after an error, to be listed.
const maxListed = 10_000

// givens are the items or keys of one chunk as the caller gave them.
type givens interface {
	// tell lists the i-th of them as not written.
	tell(i int)
}

// A batchWriter is a running BatchWrite. One goroutine feeds it.
type batchWriter struct {
	batchOptions
	core  *core
	key   []*fields.Field
	given func() givens

	ctx   context.Context // of the caller, for requests
	going context.Context // ends with an error too, for pauses
	stop  func()

	chunk   *writeChunk // that is being filled
	memory  []byte      // for one request
	id      []byte      // for its identity
	chunks  int
	taken   int
	listed  int
	stopped bool
	fed     bool

	mu        sync.Mutex
	landed    sync.Cond
	flying    []*writeChunk
	unwritten []*writeChunk
	done      int
	err       error
}

func (t *core) batchWriter(ctx context.Context, o batchOptions) (*batchWriter, error) {
	if err := t.mistake(); err != nil {
		return nil, err
	}
	switch {
	case t.schema.union != nil:
		return nil, errOfUnion
	case len(t.schema.guards) > 0:
		return nil, planErrorf("the definition has Unique or Counted, which a batch cannot keep; use Put, Create and Delete, several of them in a WriteTransaction")
	}
	n, err := concurrent(o.concurrency)
	if err != nil {
		return nil, err
	}
	o.concurrency = n
	w := &batchWriter{batchOptions: o, core: t, key: t.schema.primary.keys(), ctx: ctx}
	w.landed.L = &w.mu
	w.going, w.stop = context.WithCancel(ctx)
	return w, nil
}

// concurrent is how many requests of a batch are under way at once, given what
// Concurrency says.
func concurrent(n int) (int, error) {
	switch {
	case n < 0:
		return 0, planErrorf("Concurrency is negative; give the number of requests under way at once, or 0 for the default")
	case n == 0:
		return defaultConcurrency, nil
	}
	return n, nil
}

// put takes an item, and returns its place in the chunk.
func (w *batchWriter) put(r record) int {
	if w.over() != nil {
		return w.list()
	}
	request, i, err := w.putRequest(r)
	if err == nil {
		w.id, err = i.appendIdentity(w.id[:0], w.key)
	}
	if err != nil {
		return w.refuse(err)
	}
	return w.take(request, i.length())
}

// putRequest is the request that puts an item, and the item in the form in
// which it is sent.
func (w *batchWriter) putRequest(r record) (request writeRequest, i item, err error) {
	const open = `{"PutRequest":{"Item":`
	if _, err := w.core.stamp(r, w.core.newWriteID(), false); err != nil {
		return request, i, err
	}
	w.memory, i.typed, err = w.core.encodeOnto(append(w.memory[:0], open...), r)
	if err != nil {
		return request, i, err
	}
	if i.typed != nil {
		request.typed.PutRequest = &types.PutRequest{Item: i.typed}
	} else {
		i.json = w.memory[len(open):]
		w.memory = append(w.memory, `}}`...)
		request.json = w.memory
	}
	if i.length() > maxItemBytes { // more than it counts for
		if n := i.size(); n > maxItemBytes {
			err = planErrorf("the item has %d bytes, the limit is %d; keep large parts of it elsewhere", n, maxItemBytes)
		}
	}
	return request, i, err
}

// remove takes a key, which may be mistaken, and returns its place in the chunk.
func (w *batchWriter) remove(key []member, err error) int {
	switch {
	case w.over() != nil:
		return w.list()
	case err != nil:
		return w.refuse(err)
	}
	w.id = appendIdentity(w.id[:0], key)
	var request writeRequest
	if w.core.sender.json() {
		w.memory = append(appendMembers(append(w.memory[:0], `{"DeleteRequest":{"Key":`...), key), `}}`...)
		request.json = w.memory
	} else {
		request.typed.DeleteRequest = &types.DeleteRequest{Key: typedMembers(key)}
	}
	return w.take(request, len(w.id))
}

// take puts a request into the chunk. One for the same item that is there
// already gives way; one that is under way is waited for, so that the last one
// prevails.
func (w *batchWriter) take(request writeRequest, size int) int {
	w.taken++
	if w.chunk != nil {
		if i := w.chunk.index(w.id); i >= 0 {
			w.chunk.replace(i, request, size)
			w.count(1)
			return i
		}
		if len(w.chunk.writes) == maxBatchWrites || w.chunk.size+size+requestFrame > maxBatchBytes {
			w.launch(false)
		}
	}
	w.await()
	if w.chunk == nil {
		w.chunk = w.newChunk()
	}
	return w.chunk.add(request, size, w.id)
}

// over is why nothing more is sent, nil as long as it is.
func (w *batchWriter) over() error {
	if w.ctx.Err() != nil {
		w.fail(context.Cause(w.ctx))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// refuse ends the batch because of the item that was taken.
func (w *batchWriter) refuse(err error) int {
	w.fail(err)
	return w.list()
}

// list takes an item that is not going to be sent, and returns its place in a
// chunk of such.
func (w *batchWriter) list() int {
	if w.listed == 0 {
		w.giveUp()
		w.chunk = w.newChunk()
	}
	w.taken++
	w.listed++
	w.stopped = w.listed == maxListed
	return w.listed - 1
}

func (w *batchWriter) newChunk() *writeChunk {
	w.chunks++
	c := &writeChunk{number: w.chunks, given: w.given(), buffer: newBuffer()}
	c.writes, c.left = c.memory.writes[:0], c.memory.left[:0]
	return c
}

// giveUp keeps the chunk for the error.
func (w *batchWriter) giveUp() {
	c := w.chunk
	w.chunk = nil
	if c == nil {
		return
	}
	for i := len(c.left); i < w.listed; i++ {
		c.left = append(c.left, i)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unwritten = append(w.unwritten, c)
}

// finish sends what is left, or lists it.
func (w *batchWriter) finish() {
	w.fed = true
	switch {
	case w.over() != nil:
		w.giveUp()
	case w.chunk != nil:
		w.launch(true)
	}
}

// await waits until no request for the item is under way.
func (w *batchWriter) await() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for slices.ContainsFunc(w.flying, func(c *writeChunk) bool { return c.index(w.id) >= 0 }) {
		w.landed.Wait()
	}
}

// launch sends the chunk: the last one in the goroutine of the caller, who has
// nothing else to do.
func (w *batchWriter) launch(last bool) {
	c := w.chunk
	w.chunk = nil
	w.mu.Lock()
	for len(w.flying) >= w.concurrency {
		w.landed.Wait()
	}
	w.flying = append(w.flying, c)
	w.mu.Unlock()
	if last {
		w.fly(c)
	} else {
		go w.fly(c)
	}
}

func (w *batchWriter) fly(c *writeChunk) {
	err := errNoReturn // unless send returns another, or none
	// Deferred, because who waits for the chunk would wait for ever if OnProgress
	// panicked or ended the goroutine, as the FailNow of a test does.
	defer func() {
		if err != nil {
			w.fail(err)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if err != nil {
			w.unwritten = append(w.unwritten, c)
		}
		w.flying = slices.DeleteFunc(w.flying, func(other *writeChunk) bool { return other == c })
		c.buffer.release()
		w.landed.Broadcast()
	}()
	err = w.send(c)
}

var errNoReturn = errors.New("OnProgress ended the goroutine of a request; let it return")

// land waits for what is under way. If the sequence has panicked, nothing is
// sent again.
func (w *batchWriter) land() {
	if !w.fed {
		w.stop()
	}
	w.mu.Lock()
	for len(w.flying) > 0 {
		w.landed.Wait()
	}
	w.mu.Unlock()
	w.stop()
}

func (w *batchWriter) count(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done += n
	if w.progress != nil {
		w.progress(w.done, w.total)
	}
}

func (w *batchWriter) fail(err error) {
	w.stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	// What follows from the end of pauses is not the reason.
	if w.err == nil {
		w.err = err
	}
}

// tell lists what was not written, and returns the reason.
func (w *batchWriter) tell() error {
	slices.SortFunc(w.unwritten, func(a, b *writeChunk) int { return a.number - b.number })
	for _, c := range w.unwritten {
		for _, i := range c.left {
			c.given.tell(i)
		}
	}
	return w.err
}
