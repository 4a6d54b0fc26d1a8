package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"runtime/debug"
	"sync"

	bolt "go.etcd.io/bbolt"
)

// castagnoli is the table of the values' checksums.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksumSize is the length of the checksum after each stored value.
const checksumSize = 4

// A durable keeps the spaces in the buckets of one bbolt file. One goroutine
// writes: it commits everything that waits in one transaction, so that a sync
// of the disk is shared by all writes that come in while the last one runs.
type durable struct {
	db     *bolt.DB
	queue  chan *pending
	mu     sync.RWMutex
	closed bool
	done   chan struct{}
	// failed is why nothing more is written, nil while all is well. Only the
	// writer uses it.
	failed error
	// committed is called, in tests, after a commit that was synced and
	// before any of its writes is acknowledged.
	committed func()
}

// A pending is a write that waits for the writer.
type pending struct {
	plan  Plan
	batch *Batch
	err   error
	// panicked is what the plan panicked with and where, to be raised where it
	// belongs.
	panicked string
	done     chan struct{}
}

func (p *pending) run(r Reader) {
	defer func() {
		if cause := recover(); cause != nil {
			p.batch = nil
			p.panicked = fmt.Sprintf("%v\n%s", cause, debug.Stack())
		}
	}()
	p.batch, p.err = p.plan(r)
}

// maxTogether bounds the writes of one transaction, so that a plan's wait
// stays short.
const maxTogether = 512

// Get implements Store.
func (d *durable) Get(space Space, key []byte) ([]byte, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return nil, ErrClosed
	}
	var value []byte
	err := d.db.View(func(tx *bolt.Tx) error {
		found, err := boltReader{tx}.Get(space, key)
		if found != nil {
			value = append([]byte{}, found...)
		}
		return err
	})
	return value, err
}

// Snapshot implements Store.
func (d *durable) Snapshot(...Space) (Snapshot, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return nil, ErrClosed
	}
	tx, err := d.db.Begin(false)
	if err != nil {
		return nil, fmt.Errorf("store: cannot read the file: %w", err)
	}
	return boltSnapshot{boltReader{tx}}, nil
}

// Write implements Store.
func (d *durable) Write(plan Plan) error {
	p := &pending{plan: plan, done: make(chan struct{})}
	d.mu.RLock()
	if d.closed {
		d.mu.RUnlock()
		return ErrClosed
	}
	d.queue <- p
	d.mu.RUnlock()
	<-p.done
	if p.panicked != "" {
		panic("store: internal error: " + p.panicked)
	}
	return p.err
}

// Backup implements Store.
func (d *durable) Backup(w io.Writer) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return ErrClosed
	}
	return d.db.View(func(tx *bolt.Tx) error {
		if _, err := tx.WriteTo(w); err != nil {
			return fmt.Errorf("store: backup: %w", err)
		}
		return nil
	})
}

// Close implements Store. Writes that were accepted are finished first.
func (d *durable) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return ErrClosed
	}
	d.closed = true
	close(d.queue)
	d.mu.Unlock()
	<-d.done
	if err := d.db.Close(); err != nil {
		return fmt.Errorf("store: cannot close the file: %w", err)
	}
	return nil
}

// run is the writer.
func (d *durable) run() {
	defer close(d.done)
	for p := range d.queue {
		d.commit(d.gather(p))
	}
}

// gather takes what waits behind a write.
func (d *durable) gather(first *pending) []*pending {
	together := []*pending{first}
	for len(together) < maxTogether {
		select {
		case p, open := <-d.queue:
			if !open {
				return together
			}
			together = append(together, p)
		default:
			return together
		}
	}
	return together
}

// commit plans, applies and acknowledges writes. When the file refuses what
// was planned together, each write is tried alone, so that the one at fault
// takes no other with it.
func (d *durable) commit(together []*pending) {
	err := d.try(together)
	if err != nil && d.failed == nil && len(together) > 1 {
		for _, p := range together {
			d.commit([]*pending{p})
		}
		return
	}
	for _, p := range together {
		if p.err == nil {
			p.err = err
		}
		close(p.done)
	}
}

// try plans and applies writes in one transaction. When its commit fails it is
// not known what of it is on disk, so nothing more is built on that.
func (d *durable) try(together []*pending) error {
	if d.failed != nil {
		return d.failed
	}
	tx, err := d.db.Begin(true)
	if err != nil {
		return fmt.Errorf("store: cannot write the file: %w", err)
	}
	changed := false
	for _, p := range together {
		if p.run(boltReader{tx}); p.err != nil || p.batch == nil {
			continue
		}
		changed = true
		if err := applyAll(tx, p.batch); err != nil {
			return errors.Join(fmt.Errorf("store: cannot write the file: %w", err), tx.Rollback())
		}
	}
	if !changed {
		return tx.Rollback()
	}
	if err := tx.Commit(); err != nil {
		d.failed = fmt.Errorf("store: cannot write the file: %w; mend the cause and open it again", err)
		return d.failed
	}
	if d.committed != nil {
		d.committed()
	}
	return nil
}

func applyAll(tx *bolt.Tx, b *Batch) error {
	for i := range b.changes {
		if err := applyOne(tx, &b.changes[i]); err != nil {
			return err
		}
	}
	return nil
}

func applyOne(tx *bolt.Tx, c *change) error {
	name := bucketName(c.space)
	if c.key == nil {
		if tx.Bucket(name) == nil {
			return nil
		}
		return tx.DeleteBucket(name)
	}
	bucket := tx.Bucket(name)
	if c.value == nil {
		if bucket == nil {
			return nil
		}
		return bucket.Delete(c.key)
	}
	if bucket == nil {
		var err error
		if bucket, err = tx.CreateBucket(name); err != nil {
			return err
		}
	}
	return bucket.Put(c.key, seal(c.key, c.value))
}

func bucketName(space Space) []byte {
	return binary.BigEndian.AppendUint32(nil, uint32(space))
}

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

// A boltReader reads in a transaction.
type boltReader struct{ tx *bolt.Tx }

// Get implements Reader.
func (r boltReader) Get(space Space, key []byte) ([]byte, error) {
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

// Range implements Reader.
func (r boltReader) Range(space Space, rng Range, visit func(key, value []byte) bool) error {
	bucket := r.tx.Bucket(bucketName(space))
	if bucket == nil {
		return nil
	}
	c := cursor{Cursor: bucket.Cursor(), Range: rng}
	for key, sealed := c.first(); key != nil; key, sealed = c.next() {
		value, err := unseal(key, sealed)
		if err != nil {
			return err
		}
		if !visit(key, value) {
			return nil
		}
	}
	return nil
}

// A boltSnapshot is a reading transaction.
type boltSnapshot struct{ boltReader }

// Release implements Snapshot. Ending a reading transaction cannot fail.
func (s boltSnapshot) Release() { _ = s.tx.Rollback() }
