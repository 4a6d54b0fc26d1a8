package store

import (
	"bytes"

	bolt "go.etcd.io/bbolt"
)

// A cursor walks a bucket's keys inside a range. The zero cursor has none.
type cursor struct {
	*bolt.Cursor
	Range
}

func (c *cursor) first() (key, value []byte) {
	if c.Cursor == nil {
		return nil, nil
	}
	if c.Descending {
		return c.bound(c.last())
	}
	if c.From == nil {
		return c.bound(c.Cursor.First())
	}
	return c.bound(c.Seek(c.From))
}

// last moves to the highest key below To.
func (c *cursor) last() (key, value []byte) {
	if c.To == nil {
		return c.Cursor.Last()
	}
	if key, _ := c.Seek(c.To); key == nil {
		return c.Cursor.Last()
	}
	return c.Prev()
}

func (c *cursor) next() (key, value []byte) {
	if c.Descending {
		return c.bound(c.Prev())
	}
	return c.bound(c.Next())
}

// comesBefore tells whether a key comes before another in the range's direction.
func (c *cursor) comesBefore(key, other []byte) bool {
	order := bytes.Compare(key, other)
	if c.Descending {
		return order > 0
	}
	return order < 0
}

// bound gives nil for a key beyond the range's far end.
func (c *cursor) bound(key, value []byte) ([]byte, []byte) {
	switch {
	case key == nil:
		return nil, nil
	case c.Descending && bytes.Compare(key, c.From) < 0:
		return nil, nil
	case !c.Descending && c.To != nil && bytes.Compare(key, c.To) >= 0:
		return nil, nil
	}
	return key, value
}
