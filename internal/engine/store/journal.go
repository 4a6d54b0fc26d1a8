package store

import (
	"bytes"
	"encoding/binary"
	"errors"

	bolt "go.etcd.io/bbolt"
)

// The journal is a bucket of the newest changes, in the order in which they were
// made. A commit that only adds to it writes four or five pages that lie
// together; one that changes the buckets of a table and two indexes writes
// fifteen, all over the file. See decision 0023.
var journalBucket = []byte("ddb-journal")

// journalLimit is the number of bytes that the journal may have before it is
// emptied into the other buckets. So many are read in a few milliseconds when the
// file is opened, and hold enough changes of one page for it to be worth while.
const journalLimit = 1 << 20

// A journal writes and reads the bucket. Its records have the keys 1, 2, 3 …
type journal struct {
	last        uint64
	size, limit int
}

// add appends a record.
func (j *journal) add(tx *bolt.Tx, rec []byte) error {
	bucket := tx.Bucket(journalBucket)
	bucket.FillPercent = 1 // records come in their order
	j.last++
	j.size += len(rec)
	key := binary.BigEndian.AppendUint64(nil, j.last)
	return bucket.Put(key, seal(key, rec))
}

// clear removes all records.
func (j *journal) clear(tx *bolt.Tx) error {
	*j = journal{limit: j.limit}
	if err := tx.DeleteBucket(journalBucket); err != nil {
		return err
	}
	_, err := tx.CreateBucket(journalBucket)
	return err
}

var errJournal = errors.New("store: the newest changes are damaged; restore the file from a backup")

// load gives the changes of all records.
func (j *journal) load(tx *bolt.Tx) (recent, error) {
	changed := make(recent)
	err := tx.Bucket(journalBucket).ForEach(func(key, sealed []byte) error {
		rec, err := unseal(key, sealed)
		if j.last++; err != nil || binary.BigEndian.Uint64(key) != j.last {
			return errJournal
		}
		j.size += len(rec)
		// The page may be written to when the transaction is over.
		return changed.replay(bytes.Clone(rec))
	})
	return changed, err
}

// What a record says of a change.
const (
	journalPut = iota
	// journalSame is a put of the value of the put before, as a table and its
	// indexes have it.
	journalSame
	journalDelete
	journalDrop
)

// appendTo appends the batch in the form of a record.
func (b *Batch) appendTo(dst []byte) []byte {
	var before []byte
	for i := range b.changes {
		c := &b.changes[i]
		kind := byte(journalPut)
		switch {
		case c.key == nil:
			kind = journalDrop
		case c.value == nil:
			kind = journalDelete
		case before != nil && bytes.Equal(before, c.value):
			kind = journalSame
		}
		dst = append(dst, kind)
		dst = binary.AppendUvarint(dst, uint64(c.space))
		if kind != journalDrop {
			dst = appendBytes(dst, c.key)
		}
		if kind == journalPut {
			dst = appendBytes(dst, c.value)
			before = c.value
		}
	}
	return dst
}

// recordSize is enough for a batch's record, so that it is made at once.
func (b *Batch) recordSize() int {
	const aside = 1 + 3*binary.MaxVarintLen32
	n := 0
	for i := range b.changes {
		n += aside + len(b.changes[i].key) + len(b.changes[i].value)
	}
	return n
}

func appendBytes(dst, b []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

// replay applies the changes of a record, which is kept.
func (r recent) replay(rec []byte) error {
	rest := recordReader{rest: rec}
	var before []byte
	for len(rest.rest) > 0 {
		kind := rest.rest[0]
		rest.rest = rest.rest[1:]
		c := change{space: Space(rest.number())}
		if kind != journalDrop {
			c.key = rest.bytes()
		}
		switch kind {
		case journalPut:
			c.value = rest.bytes()
			before = c.value
		case journalSame:
			c.value = before
		}
		if rest.bad || kind > journalDrop {
			return errJournal
		}
		r.apply(&c)
	}
	return nil
}

// A recordReader takes a record apart.
type recordReader struct {
	rest []byte
	bad  bool
}

func (r *recordReader) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *recordReader) bytes() []byte {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}
