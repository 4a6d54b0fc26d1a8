package store

import (
	"bytes"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// commit plans, applies and acknowledges writes.
func (d *durable) commit(together []*pending) {
	err := d.try(together)
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
	var records [][]byte
	size := d.journal.size
	for _, p := range together {
		rec := d.plan(tx, p)
		records = append(records, rec)
		size += len(rec)
	}
	switch {
	case size == d.journal.size:
		return tx.Rollback()
	case size <= d.journal.limit:
		err = d.journal.add(tx, bytes.Join(records, nil))
	default:
		err = d.empty(tx)
	}
	return d.finish(tx, err)
}

// plan runs a write's plan and gives the record of its batch, nil when there is
// nothing to write.
func (d *durable) plan(tx *bolt.Tx, p *pending) []byte {
	if p.run(durableReader{tx, d.recent}); p.err != nil || p.batch == nil {
		return nil
	}
	if p.err = p.batch.check(); p.err != nil {
		return nil
	}
	// What the batch holds may lie in the file, so that what is kept is the
	// record.
	rec := p.batch.appendTo(make([]byte, 0, p.batch.recordSize()))
	p.err = d.recent.replay(rec)
	return rec
}

// check refuses what the file cannot hold.
func (b *Batch) check() error {
	for i := range b.changes {
		if c := &b.changes[i]; len(c.key) > bolt.MaxKeySize || c.key != nil && len(c.key) == 0 {
			return fmt.Errorf("store: cannot write the file: a key has %d bytes; at least 1 and at most %d are possible",
				len(c.key), bolt.MaxKeySize)
		}
	}
	return nil
}

// finish commits a transaction. From then on readers may see it, so its state
// is known before.
func (d *durable) finish(tx *bolt.Tx, err error) error {
	if err == nil {
		d.states.Store(&[2]state{d.states.Load()[1], {tx.ID(), d.recent.freeze()}})
		err = tx.Commit()
	} else {
		err = errors.Join(err, tx.Rollback())
	}
	if err != nil {
		d.failed = fmt.Errorf("store: cannot write the file: %w; mend the cause and open it again", err)
		return d.failed
	}
	if d.committed != nil {
		d.committed()
	}
	return nil
}

// empty applies the journal, and what is not yet in it, to the buckets.
func (d *durable) empty(tx *bolt.Tx) error {
	for space, s := range d.recent {
		if err := s.applyTo(tx, bucketName(space)); err != nil {
			return err
		}
	}
	d.recent = make(recent)
	if err := d.journal.clear(tx); err != nil {
		return err
	}
	return noteBuckets(tx)
}

func (s *recentSpace) applyTo(tx *bolt.Tx, name []byte) (err error) {
	if s.dropped && tx.Bucket(name) != nil {
		if err := tx.DeleteBucket(name); err != nil {
			return err
		}
	}
	if s.tree.Len() == 0 {
		return nil
	}
	bucket, err := tx.CreateBucketIfNotExists(name)
	if err != nil {
		return err
	}
	s.tree.Scan(func(r record) bool {
		if r.value == nil {
			err = bucket.Delete(r.key)
		} else {
			err = bucket.Put(r.key, seal(r.key, r.value))
		}
		return err == nil
	})
	return err
}

// settle empties the journal at the end, so that the file is opened faster the
// next time. When that fails nothing is lost: the journal is read again.
func (d *durable) settle() {
	if d.failed != nil || d.journal.size == 0 {
		return
	}
	if tx, err := d.db.Begin(true); err == nil {
		_ = d.finish(tx, d.empty(tx))
	}
}
