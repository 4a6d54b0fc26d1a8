package engine

import (
	"crypto/rand"
	"fmt"

	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/store"
)

// startCounting begins the totals of a new table, which is empty.
func (t *table) startCounting() {
	t.totals.counted.Store(true)
	for _, x := range t.indexes {
		x.totals.counted.Store(true)
	}
}

// countAll counts a table that came from a file, once, while no write runs.
func (e *Engine) countAll(t *table) error {
	if t.totals.counted.Load() {
		return nil
	}
	return e.store.Write(func(r store.Reader) (*store.Batch, error) {
		if err := e.current(t); err != nil {
			return nil, err
		}
		if err := t.totals.fill(r, t.definition.Space); err != nil {
			return nil, err
		}
		for _, x := range t.indexes {
			if err := x.totals.fill(r, x.definition.Space); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
}

func (t *totals) fill(r store.Reader, space store.Space) error {
	var items, bytes int64
	err := r.Range(space, store.Range{}, func(_, value []byte) bool {
		items++
		bytes += int64(attribute.Item(value).Size())
		return true
	})
	if err != nil {
		return err
	}
	t.items.Store(items)
	t.bytes.Store(bytes)
	t.counted.Store(true)
	return nil
}

// newID gives a random UUID.
func newID() string {
	var b [16]byte
	// Reading random bytes never fails, see crypto/rand.
	_, _ = rand.Read(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}
