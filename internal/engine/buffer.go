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

// maxKept bounds the buffers that are used again, so that one large page does
// not stay for ever.
const maxKept = 64 << 10

var buffers = sync.Pool{New: func() any { return &buffer{bytes: make([]byte, 0, 4<<10)} }}

func takeBuffer() *buffer {
	return buffers.Get().(*buffer)
}

// free gives the buffer back. Its bytes must not be used afterwards.
func (b *buffer) free() {
	if cap(b.bytes) > maxKept {
		return
	}
	b.bytes = b.bytes[:0]
	buffers.Put(b)
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
