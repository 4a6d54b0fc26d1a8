package ddbtable

import (
	"bytes"
	"context"
	"fmt"
	"hash/maphash"
)

// maxRepeated is how many keys a chunk takes if they are the same again and
// again.
const maxRepeated = 10 * maxBatchGets

// A readChunk is one request for up to 100 different keys.
type readChunk struct {
	getter *batchGetter
	keys   []chunkKey // that differ
	order  []int      // the place in keys of each key as they were given
	ids    []byte     // identities of the keys
	places [256]uint8 // of a key in keys, from 1 on, by the hash of its identity
	memory [maxBatchGets]chunkKey

	done chan struct{}
	err  error
}

// A chunkKey is one key, and what became of it.
type chunkKey struct {
	key  []member
	id   [2]int     // in ids
	rows *typedRows // that have the item, nil if there is none
	row  int
	err  error
}

func (c *readChunk) full() bool { return len(c.keys) == maxBatchGets || len(c.order) == maxRepeated }

func (c *readChunk) add(key []member) {
	start := len(c.ids)
	c.ids = appendIdentity(c.ids, key)
	place, slot := c.find(c.ids[start:])
	if place < 0 {
		place = len(c.keys)
		c.places[slot] = uint8(place + 1)
		c.keys = append(c.keys, chunkKey{key: key, id: [2]int{start, len(c.ids)}})
	} else {
		c.ids = c.ids[:start]
	}
	c.order = append(c.order, place)
}

// find is the place of the key with that identity, or -1 and the slot where it
// belongs: the next free one behind that of its hash.
func (c *readChunk) find(id []byte) (place int, slot uint8) {
	for slot = uint8(maphash.Bytes(c.getter.seed, id)); ; slot++ {
		place = int(c.places[slot]) - 1
		if place < 0 || bytes.Equal(id, c.ids[c.keys[place].id[0]:c.keys[place].id[1]]) {
			return place, slot
		}
	}
}

func (c *readChunk) run(ctx context.Context) {
	defer close(c.done)
	c.err = c.read(ctx)
}

// read sends the chunk until nothing is left of it.
func (c *readChunk) read(ctx context.Context) error {
	t, pauses := c.getter.core, pauses{clock: c.getter.core.settings.wait.clock}
	left := make([][]member, len(c.keys))
	for i := range c.keys {
		left[i] = c.keys[i].key
	}
	for {
		rows := &typedRows{list: t.list(), asked: c.getter.asked, limit: len(left)}
		out, err := t.sender.send(ctx, &call{
			op: opBatchGet, table: t.settings.name, consistent: t.consistent, texts: &c.getter.texts, several: &several{keys: left}, rows: rows,
		})
		if err != nil {
			return err
		}
		rest, err := c.take(rows, out.left)
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
func (c *readChunk) take(rows *typedRows, returned []item) (left [][]member, err error) {
	t := c.getter.core
	var id []byte
	asked := func(i item) (*chunkKey, error) {
		place := -1
		if id, err = i.appendIdentity(id[:0], c.getter.key); err == nil {
			place, _ = c.find(id)
		}
		if place < 0 { // also if no key can be such
			return nil, fmt.Errorf("%w: it has a key that was not asked for", ErrCorruptResponse)
		}
		return &c.keys[place], nil
	}
	for i := range rows.count() {
		raw := rows.raw(i)
		k, err := asked(raw)
		if err != nil {
			return nil, err
		}
		if !t.visible(raw) {
			continue
		}
		k.rows, k.row, k.err = rows, i, rows.err(i)
		if k.err == nil {
			k.err = t.finish(rows.list.at(i), raw, t.projection)
		}
		k.err = t.itemError(raw, k.err)
	}
	for _, i := range returned {
		k, err := asked(i)
		if err != nil {
			return nil, err
		}
		left = append(left, k.key)
	}
	return left, nil
}
