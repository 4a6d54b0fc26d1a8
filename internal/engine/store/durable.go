package store

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	bolt "go.etcd.io/bbolt"
)

// A durable keeps the spaces in the buckets of one bbolt file, and what was
// changed lately in the file's journal and in memory.
//
// One writer at a time commits everything that waits in one transaction, so
// that a sync of the disk is shared by all writes that come in while the last
// one runs. The writer is one of those who wait, so that a single one need not
// be woken by another goroutine.
type durable struct {
	db     *bolt.DB
	mu     sync.RWMutex
	closed bool
	// states are the last committed state and the one that is being committed.
	states atomic.Pointer[[2]state]
	queue  queue
	// turn holds a token, which the writer takes out when it is done. What
	// follows belongs to the writer.
	turn    chan struct{}
	journal journal
	recent  recent
	// failed is why nothing more is written, nil while all is well.
	failed error
	// committed is called, in tests, after a commit that was synced and
	// before any of its writes is acknowledged.
	committed func()
}

// A state says what is to be laid over the buckets in a transaction.
type state struct {
	tx     int
	recent recent
}

// newDurable makes a store of an open file, whose journal it reads.
func newDurable(db *bolt.DB) (*durable, error) {
	d := &durable{db: db, turn: make(chan struct{}, 1), journal: journal{limit: journalLimit}}
	err := db.View(func(tx *bolt.Tx) (err error) {
		d.recent, err = d.journal.load(tx)
		s := state{tx.ID(), d.recent.freeze()}
		d.states.Store(&[2]state{s, s})
		return err
	})
	return d, err
}

// begin gives a reader of the latest state. A transaction's number tells what
// belongs to it. Both numbers are too old only when two commits came in between.
func (d *durable) begin() (durableReader, error) {
	for {
		states := d.states.Load()
		tx, err := d.db.Begin(false)
		if err != nil {
			return durableReader{}, fmt.Errorf("store: cannot read the file: %w", err)
		}
		for _, s := range states {
			if s.tx == tx.ID() {
				return durableReader{tx, s.recent}, nil
			}
		}
		_ = tx.Rollback() // ending a reading transaction cannot fail
	}
}

// Get implements Store.
func (d *durable) Get(space Space, key []byte) ([]byte, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return nil, ErrClosed
	}
	r, err := d.begin()
	if err != nil {
		return nil, err
	}
	defer r.Release()
	value, err := r.Get(space, key)
	if value == nil {
		return nil, err
	}
	return append([]byte{}, value...), err
}

// Snapshot implements Store.
func (d *durable) Snapshot(...Space) (Snapshot, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return nil, ErrClosed
	}
	r, err := d.begin()
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Write implements Store.
func (d *durable) Write(plan Plan) error {
	p := &pending{plan: plan, done: make(chan struct{})}
	if err := d.enqueue(p); err != nil {
		return err
	}
	d.await(p)
	if p.panicked != "" {
		panic("store: internal error: " + p.panicked)
	}
	return p.err
}

func (d *durable) enqueue(p *pending) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return ErrClosed
	}
	d.queue.add(p)
	return nil
}

// await returns when a write is done: by another writer, or by this one when
// it gets its turn.
func (d *durable) await(p *pending) {
	select {
	case <-p.done:
	case d.turn <- struct{}{}:
		for !p.isDone() {
			d.commit(d.queue.take())
		}
		<-d.turn
	}
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

// Close implements Store. Writes that were accepted are finished first. The turn
// is never given back.
func (d *durable) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return ErrClosed
	}
	d.closed = true
	d.mu.Unlock()
	d.turn <- struct{}{}
	for together := d.queue.take(); len(together) > 0; together = d.queue.take() {
		d.commit(together)
	}
	d.settle()
	if err := d.db.Close(); err != nil {
		return fmt.Errorf("store: cannot close the file: %w", err)
	}
	return nil
}
