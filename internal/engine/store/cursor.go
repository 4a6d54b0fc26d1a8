package store

import (
	"bytes"

	bolt "go.etcd.io/bbolt"
)

// A cursor walks a bucket's keys inside a range, and checks that none is damaged
// or passed over. The zero cursor has none.
type cursor struct {
	at  *bolt.Cursor
	rng Range
	// key and value are where it is. The key is nil at the end, and when err
	// tells that something is damaged.
	key, value []byte
	err        error
}

func (c *cursor) first() {
	switch {
	case c.at == nil:
	case c.rng.Descending && c.rng.To == nil:
		c.take(c.at.Last())
	case c.rng.Descending:
		c.firstBelow(c.rng.To)
	case c.rng.From == nil:
		c.take(c.at.First())
	default:
		c.firstFrom(c.rng.From)
	}
}

// firstBelow moves to the highest key below a bound.
func (c *cursor) firstBelow(bound []byte) {
	beyond, sealed := c.at.Seek(bound)
	if !bytes.Equal(beyond, bound) {
		if c.err = checkBeside(beyond, sealed, bound, 1); c.err != nil {
			return
		}
	}
	key, sealed := previous(c.at, beyond)
	if c.err = checkBeside(key, sealed, bound, -1); c.err == nil {
		c.take(key, sealed)
	}
}

// firstFrom moves to the lowest key that is not below a bound.
func (c *cursor) firstFrom(bound []byte) {
	key, _ := c.at.Seek(bound)
	before, sealed := previous(c.at, key)
	if c.err = checkBeside(before, sealed, bound, -1); c.err != nil {
		return
	}
	key, sealed = c.at.Seek(bound)
	if key != nil && bytes.Compare(key, bound) < 0 {
		c.err = errValue
		return
	}
	c.take(key, sealed)
}

func (c *cursor) next() {
	if c.rng.Descending {
		c.take(c.at.Prev())
	} else {
		c.take(c.at.Next())
	}
}

// take makes a key the cursor's, unless it is beyond the far end of the range.
func (c *cursor) take(key, sealed []byte) {
	last := c.key
	c.key, c.value = nil, nil
	if key == nil {
		return
	}
	value, err := unseal(key, sealed)
	if err == nil && last != nil && !c.inOrder(last, key) {
		err = errValue
	}
	if err != nil {
		c.err = err
		return
	}
	if c.isInside(key) {
		c.key, c.value = key, value
	}
}

// inOrder tells whether a key comes before another in the range's direction.
func (c *cursor) inOrder(key, other []byte) bool {
	order := bytes.Compare(key, other)
	if c.rng.Descending {
		return order > 0
	}
	return order < 0
}

// isInside tells whether a key is not beyond the range's far end.
func (c *cursor) isInside(key []byte) bool {
	if c.rng.Descending {
		return bytes.Compare(key, c.rng.From) >= 0
	}
	return c.rng.To == nil || bytes.Compare(key, c.rng.To) < 0
}
