package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"

	bolt "go.etcd.io/bbolt"
)

func bucketName(space Space) []byte {
	return binary.BigEndian.AppendUint32(nil, uint32(space))
}

// castagnoli is the table of the values' checksums.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksumSize is the length of the checksum after each stored value.
const checksumSize = 4

// seal gives the stored form of a value: the value and a checksum over key and
// value.
func seal(key, value []byte) []byte {
	sealed := make([]byte, 0, len(value)+checksumSize)
	sealed = append(sealed, value...)
	return binary.BigEndian.AppendUint32(sealed, checksum(key, value))
}

func checksum(key, value []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value)
}

// unseal gives the value of a stored form, or an error when a bit of it or of
// its key has changed.
func unseal(key, sealed []byte) ([]byte, error) {
	n := len(sealed) - checksumSize
	if n < 0 || binary.BigEndian.Uint32(sealed[n:]) != checksum(key, sealed[:n]) {
		return nil, errValue
	}
	return sealed[:n:n], nil
}

// A durableReader reads in a transaction, and in what is laid over it.
type durableReader struct {
	tx     *bolt.Tx
	recent recent
}

// Release implements Snapshot. Ending a reading transaction cannot fail.
func (r durableReader) Release() { _ = r.tx.Rollback() }

// Get implements Reader.
func (r durableReader) Get(space Space, key []byte) ([]byte, error) {
	if value, known := r.recent.get(space, key); known {
		return value, nil
	}
	bucket := r.tx.Bucket(bucketName(space))
	if bucket == nil {
		return nil, nil
	}
	return lookUp(bucket.Cursor(), key)
}

var errValue = errors.New("store: a stored value is damaged; restore the file from a backup")

// lookUp gives the value under a key. That there is none is shown by the keys on
// both sides of its place: neither is damaged, and nothing is between them. So a
// damaged key cannot hide itself or others.
func lookUp(c *bolt.Cursor, key []byte) ([]byte, error) {
	found, sealed := c.Seek(key)
	if bytes.Equal(found, key) {
		return unseal(key, sealed)
	}
	if err := checkBeside(found, sealed, key, 1); err != nil {
		return nil, err
	}
	before, sealed := previous(c, found)
	return nil, checkBeside(before, sealed, key, -1)
}

// previous moves to the key before one that was found, the last one for nil.
func previous(c *bolt.Cursor, found []byte) (key, sealed []byte) {
	if found == nil {
		return c.Last()
	}
	return c.Prev()
}

// checkBeside checks a key and value beside a place: on its side, and not damaged.
// There may be none.
func checkBeside(key, sealed, place []byte, side int) error {
	if key == nil {
		return nil
	}
	if bytes.Compare(key, place) != side {
		return errValue
	}
	_, err := unseal(key, sealed)
	return err
}

// Range implements Reader. Both states are walked at once, in their order.
func (r durableReader) Range(space Space, rng Range, visit func(key, value []byte) bool) error {
	stored := r.cursor(space, rng)
	stored.first()
	more := true
	emit := func() {
		if more = visit(stored.key, stored.value); more {
			stored.next()
		}
	}
	if s := r.recent[space]; s != nil {
		walk(s.tree, rng, func(changed, value []byte) bool {
			for more && stored.key != nil && stored.inOrder(stored.key, changed) {
				emit()
			}
			if !more || stored.err != nil {
				return false
			}
			if bytes.Equal(stored.key, changed) {
				stored.next()
			}
			if value != nil {
				more = visit(changed, value)
			}
			return more
		})
	}
	for more && stored.key != nil {
		emit()
	}
	return stored.err
}

// cursor gives a cursor over what a range has in its bucket.
func (r durableReader) cursor(space Space, rng Range) *cursor {
	if s := r.recent[space]; s != nil && s.dropped {
		return new(cursor)
	}
	bucket := r.tx.Bucket(bucketName(space))
	if bucket == nil {
		return new(cursor)
	}
	return &cursor{at: bucket.Cursor(), rng: rng}
}
