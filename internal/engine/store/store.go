// Package store keeps ordered keys and their values: in memory or in one
// durable file, behind one interface and one test suite.
//
// Keys live in spaces; a table and each of its indexes has one. A write is a
// plan: a function that reads the current state and gives a [Batch], which is
// applied whole or, when the plan fails, not at all. Plans run one after the
// other, so a plan sees everything that was written before it and nothing
// comes between its reads and its batch.
package store

import (
	"errors"
	"io"
	"slices"
)

// A Space is a key space. Its number is part of the stored form.
type Space uint32

// Meta is the space for what is known of the store itself and its tables.
const Meta Space = 0

// ErrClosed is the answer of a closed store.
var ErrClosed = errors.New("store: the store is closed; open it again")

// A Reader reads one consistent state.
type Reader interface {
	// Get gives the value under a key, nil when there is none. The value must
	// not be changed and is valid as long as the reader.
	Get(space Space, key []byte) ([]byte, error)
	// Range calls visit for the keys in a range, in their order or in the
	// reverse of it, until visit gives false. Key and value must not be
	// changed and are valid until visit returns.
	Range(space Space, r Range, visit func(key, value []byte) bool) error
}

// A Range is an interval of keys. From is inside and To outside of it; nil
// means no bound.
type Range struct {
	From, To   []byte
	Descending bool
}

// A Snapshot is a Reader of the state at one moment. Holding it blocks no
// write.
type Snapshot interface {
	Reader
	// Release ends the use of the snapshot and of all it gave.
	Release()
}

// A Store holds spaces. All methods may be called concurrently.
type Store interface {
	// Get gives the latest value under a key, nil when there is none. The
	// value must not be changed and stays valid.
	Get(space Space, key []byte) ([]byte, error)
	// Snapshot freezes spaces, all of them at the same moment. The caller
	// must release it.
	Snapshot(spaces ...Space) (Snapshot, error)
	// Write runs a plan and applies its batch. An error of the plan is given
	// back as it is. When Write gives nil the batch is visible to every later
	// read, and durable if the store is.
	Write(plan Plan) error
	// Backup writes a consistent copy of everything, in the form of a durable
	// file, while writes go on.
	Backup(w io.Writer) error
	// Close ends the store. Every later call gives ErrClosed. Snapshots must
	// have been released.
	Close() error
}

// A Plan decides what to write. It must not keep the reader, and must not
// change anything itself. A store may run it again before it applies anything.
type Plan func(Reader) (*Batch, error)

// A Batch is a list of changes to be applied in order. The store keeps keys
// and values: they must not be changed after the plan returned. The nil batch
// changes nothing.
type Batch struct {
	changes []change
}

// A change puts a value, deletes a key when the value is nil, or drops a whole
// space when the key is nil too.
type change struct {
	space      Space
	key, value []byte
}

// Grow makes room for n changes.
func (b *Batch) Grow(n int) { b.changes = slices.Grow(b.changes, n) }

// Put stores a value, which must not be nil, under a key.
func (b *Batch) Put(space Space, key, value []byte) {
	b.changes = append(b.changes, change{space, key, value})
}

// Delete removes a key. A key that is not there is nothing to do.
func (b *Batch) Delete(space Space, key []byte) {
	b.changes = append(b.changes, change{space: space, key: key})
}

// Empty tells whether the batch changes nothing.
func (b *Batch) Empty() bool { return len(b.changes) == 0 }

// Drop removes a space with everything in it.
func (b *Batch) Drop(space Space) {
	b.changes = append(b.changes, change{space: space})
}
