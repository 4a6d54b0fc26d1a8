package ddbtable

import "sync"

// maxPooled is the largest buffer that is kept for the next call, in bytes: a
// page of 1 MB, the most that a Query returns, and what surrounds it.
const maxPooled = 2 << 20

// A buffer holds the bytes of a request or response. It is pooled: after
// release nothing may point into it.
type buffer struct{ bytes []byte }

var buffers = sync.Pool{New: func() any { return new(buffer) }}

func newBuffer() *buffer {
	b := buffers.Get().(*buffer)
	b.bytes = b.bytes[:0]
	return b
}

func (b *buffer) release() {
	scrub(b.bytes)
	if cap(b.bytes) <= maxPooled {
		buffers.Put(b)
	}
}
