package ddbtable

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// requestFrame is at most what a request for one item has beside the item, in
// bytes.
const requestFrame = 64

// A writeRequest is one write of a batch, in the form in which it is sent.
type writeRequest struct {
	json  []byte
	typed types.WriteRequest
}

// A writeChunk is the writes of one request of a batch.
type writeChunk struct {
	number int
	given  givens
	writes []chunkWrite
	left   []int   // those that are not written yet
	size   int     // of the request, in bytes
	buffer *buffer // of JSON and identities

	memory struct {
		writes [maxBatchWrites]chunkWrite
		left   [maxBatchWrites]int
	}
}

// A chunkWrite is one write of a chunk; its JSON and its identity stand in the
// buffer.
type chunkWrite struct {
	json, id [2]int
	typed    types.WriteRequest
	size     int
}

func (c *writeChunk) add(request writeRequest, size int, id []byte) int {
	n := len(c.writes)
	c.writes, c.left = append(c.writes, chunkWrite{id: c.keep(id)}), append(c.left, n)
	c.replace(n, request, size)
	return n
}

// replace puts a request in the place of the i-th.
func (c *writeChunk) replace(i int, request writeRequest, size int) {
	w := &c.writes[i]
	c.size += size + requestFrame - w.size
	w.size, w.typed, w.json = size+requestFrame, request.typed, c.keep(request.json)
}

// keep copies bytes into the buffer and says where they stand.
func (c *writeChunk) keep(b []byte) [2]int {
	start := len(c.buffer.bytes)
	c.buffer.bytes = append(c.buffer.bytes, b...)
	return [2]int{start, start + len(b)}
}

func (c *writeChunk) bytes(span [2]int) []byte { return c.buffer.bytes[span[0]:span[1]] }

// index is the place of the write of the item with that identity, or -1.
func (c *writeChunk) index(id []byte) int {
	return slices.IndexFunc(c.writes, func(w chunkWrite) bool { return bytes.Equal(c.bytes(w.id), id) })
}

// send sends a chunk until nothing is left of it.
func (w *batchWriter) send(c *writeChunk) error {
	pauses := pauses{clock: w.core.settings.wait.clock}
	for {
		if err := w.over(); err != nil {
			return err
		}
		out, err := w.core.sender.send(w.ctx, c.call(w.core.settings.name))
		if err != nil {
			return err
		}
		rest, err := w.unprocessed(c, out.left)
		out.release()
		if err != nil {
			return err
		}
		written := len(c.left) - len(rest)
		c.left = rest
		w.count(written)
		if len(rest) == 0 {
			return nil
		}
		if err := pauses.wait(w.going, written > 0, false); err != nil {
			return err
		}
	}
}

// call is the request for what is left.
func (c *writeChunk) call(table string) *call {
	all := make([]writeRequest, len(c.left))
	for n, i := range c.left {
		all[n] = writeRequest{c.bytes(c.writes[i].json), c.writes[i].typed}
	}
	return &call{op: opBatchWrite, table: table, texts: &noTexts, several: &several{writes: all}}
}

// unprocessed finds the writes that the service returned.
func (w *batchWriter) unprocessed(c *writeChunk, returned []item) (rest []int, err error) {
	var id []byte
	for _, item := range returned {
		if id, err = item.appendIdentity(id[:0], w.key); err != nil {
			return nil, err
		}
		i := c.index(id)
		if !slices.Contains(c.left, i) {
			return nil, fmt.Errorf("%w: it leaves an item unprocessed that was not sent", ErrCorruptResponse)
		}
		rest = append(rest, i)
	}
	slices.Sort(rest)
	return slices.Compact(rest), nil
}
