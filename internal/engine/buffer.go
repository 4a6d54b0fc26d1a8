package engine

import (
	"errors"
	"io"
	"sync"

	"example.com/ddb/internal/engine/wire"
)

// A buffer holds the bytes of a request or a response and is used again.
type buffer struct {
	bytes []byte
}

// Buffers are used again, in two pools: pages of a Query or a Scan, which are 1
// MB of items before they become JSON, would otherwise be most of the garbage
// of a program, and other answers do not need as much.
const (
	maxKept     = 64 << 10
	maxKeptPage = 4 << 20
)

var (
	buffers     = sync.Pool{New: func() any { return &buffer{bytes: make([]byte, 0, 4<<10)} }}
	pageBuffers sync.Pool
)

func takeBuffer() *buffer {
	return buffers.Get().(*buffer)
}

// takeAnswer takes a buffer for the answer of an operation: a large one, if
// there is one, where many items may be in it.
func takeAnswer(operation string) *buffer {
	switch operation {
	case "Query", "Scan", "BatchGetItem", "TransactGetItems":
		if b, ok := pageBuffers.Get().(*buffer); ok {
			return b
		}
	}
	return takeBuffer()
}

// free gives the buffer back. Its bytes must not be used afterwards.
func (b *buffer) free() {
	b.bytes = b.bytes[:0]
	switch size := cap(b.bytes); {
	case size <= maxKept:
		buffers.Put(b)
	case size <= maxKeptPage:
		pageBuffers.Put(b)
	}
}

var errTooLarge = errors.New("engine: request body too large")

// fill reads a body of at most wire.MaxBodyBytes. Expected is its length, −1
// when that is not known; no more than it is ever set aside before it came.
func (b *buffer) fill(body io.Reader, expected int64) error {
	if body == nil {
		return nil
	}
	if expected > wire.MaxBodyBytes {
		return errTooLarge
	}
	for {
		if len(b.bytes) == cap(b.bytes) {
			b.bytes = append(b.bytes, 0)[:len(b.bytes)]
		}
		n, err := body.Read(b.bytes[len(b.bytes):cap(b.bytes)])
		b.bytes = b.bytes[:len(b.bytes)+n]
		switch {
		case len(b.bytes) > wire.MaxBodyBytes:
			return errTooLarge
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}
