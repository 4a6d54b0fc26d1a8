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
		return nil, errors.New("store: a stored value is damaged; restore the file from a backup")
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
	sealed := bucket.Get(key)
	if sealed == nil {
		return nil, nil
	}
	return unseal(key, sealed)
}

// Range implements Reader. Both states are walked at once, in their order.
func (r durableReader) Range(space Space, rng Range, visit func(key, value []byte) bool) error {
	stored := r.cursor(space, rng)
	key, sealed := stored.first()
	more, err := true, error(nil)
	emit := func() {
		var value []byte
		if value, err = unseal(key, sealed); err == nil {
			more = visit(key, value)
			key, sealed = stored.next()
		}
	}
	if s := r.recent[space]; s != nil {
		walk(s.tree, rng, func(changed, value []byte) bool {
			for more && err == nil && key != nil && stored.comesBefore(key, changed) {
				emit()
			}
			if !more || err != nil {
				return false
			}
			if bytes.Equal(key, changed) {
				key, sealed = stored.next()
			}
			if value != nil {
				more = visit(changed, value)
			}
			return more
		})
	}
	for more && err == nil && key != nil {
		emit()
	}
	return err
}

// cursor gives a cursor over what a range has in its bucket.
func (r durableReader) cursor(space Space, rng Range) cursor {
	if s := r.recent[space]; s != nil && s.dropped {
		return cursor{}
	}
	bucket := r.tx.Bucket(bucketName(space))
	if bucket == nil {
		return cursor{}
	}
	return cursor{bucket.Cursor(), rng}
}
