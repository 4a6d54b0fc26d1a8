package store

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/tidwall/btree"
)

// NewMemory makes an empty store in memory.
func NewMemory() Store {
	return &memory{spaces: make(map[Space]*memorySpace)}
}

// A memory holds a copy-on-write B-tree for each space. Single reads share a
// lock for reading; longer ones get a copy of the tree, which costs nothing
// until the next write touches a node.
type memory struct {
	// writer is held while a plan runs, so that plans follow one another
	// while reads go on.
	writer sync.Mutex
	// mu guards the trees. It is held for reading by Get, and for writing
	// while a batch is applied or a tree is copied.
	mu     sync.RWMutex
	spaces map[Space]*memorySpace
	closed bool
}

type tree = btree.BTreeG[record]

type record struct {
	key, value []byte
}

type memorySpace struct {
	tree *tree
	// frozen is a copy of the tree as it is now, shared by all snapshots
	// taken since the last write. It may be nil.
	frozen *tree
}

func newTree() *tree {
	return btree.NewBTreeGOptions(lessRecord, btree.Options{NoLocks: true})
}

func lessRecord(a, b record) bool { return bytes.Compare(a.key, b.key) < 0 }

// Get implements Store.
func (m *memory) Get(space Space, key []byte) ([]byte, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, ErrClosed
	}
	return m.get(space, key), nil
}

func (m *memory) get(space Space, key []byte) []byte {
	s := m.spaces[space]
	if s == nil {
		return nil
	}
	r, _ := s.tree.Get(record{key: key})
	return r.value
}

// Snapshot implements Store.
func (m *memory) Snapshot(spaces ...Space) (Snapshot, error) {
	if s, err := m.frozen(spaces); s != nil || err != nil {
		return s, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, ErrClosed
	}
	s := make(memorySnapshot, 0, len(spaces))
	for _, space := range spaces {
		s = append(s, frozenSpace{space, m.freeze(space)})
	}
	return s, nil
}

// frozen makes a snapshot of trees that are already frozen, without stopping
// other readers. It gives nil when one is not.
func (m *memory) frozen(spaces []Space) (Snapshot, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, ErrClosed
	}
	s := make(memorySnapshot, 0, len(spaces))
	for _, space := range spaces {
		held := m.spaces[space]
		if held == nil {
			continue
		}
		if held.frozen == nil {
			return nil, nil
		}
		s = append(s, frozenSpace{space, held.frozen})
	}
	return s, nil
}

func (m *memory) freeze(space Space) *tree {
	if held := m.spaces[space]; held != nil {
		return held.freeze()
	}
	return nil
}

func (s *memorySpace) freeze() *tree {
	if s.frozen == nil {
		s.frozen = s.tree.Copy()
	}
	return s.frozen
}

// Write implements Store.
func (m *memory) Write(plan Plan) error {
	m.writer.Lock()
	defer m.writer.Unlock()
	if m.isClosed() {
		return ErrClosed
	}
	// Only a writer changes the trees, so the plan reads them without a lock.
	batch, err := plan(memoryReader{m})
	if err != nil || batch == nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range batch.changes {
		m.apply(&batch.changes[i])
	}
	return nil
}

func (m *memory) isClosed() bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.closed
}

func (m *memory) apply(c *change) {
	if c.key == nil {
		delete(m.spaces, c.space)
		return
	}
	s := m.spaces[c.space]
	if s == nil {
		if c.value == nil {
			return
		}
		s = &memorySpace{tree: newTree()}
		m.spaces[c.space] = s
	}
	s.frozen = nil
	if c.value == nil {
		s.tree.Delete(record{key: c.key})
	} else {
		s.tree.Set(record{c.key, c.value})
	}
}

// Close implements Store.
func (m *memory) Close() error {
	m.writer.Lock()
	defer m.writer.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	m.closed = true
	m.spaces = nil
	return nil
}

// Backup implements Store. It fills a durable file beside the writer, since
// that is the form of a backup.
func (m *memory) Backup(w io.Writer) error {
	snapshot, spaces, err := m.freezeAll()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "ddb-backup-")
	if err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	defer os.RemoveAll(dir)
	return backupTo(filepath.Join(dir, "backup"), snapshot, spaces, w)
}

func (m *memory) freezeAll() (Snapshot, []Space, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, nil, ErrClosed
	}
	var s memorySnapshot
	var spaces []Space
	for space := range m.spaces {
		s = append(s, frozenSpace{space, m.freeze(space)})
		spaces = append(spaces, space)
	}
	return s, spaces, nil
}

// A memoryReader is what plans read: the trees themselves.
type memoryReader struct{ m *memory }

func (r memoryReader) Get(space Space, key []byte) ([]byte, error) {
	return r.m.get(space, key), nil
}

func (r memoryReader) Range(space Space, rng Range, visit func(key, value []byte) bool) error {
	if s := r.m.spaces[space]; s != nil {
		walk(s.tree, rng, visit)
	}
	return nil
}

// A memorySnapshot holds the trees it was asked for. There are few, so they
// are searched in turn.
type memorySnapshot []frozenSpace

type frozenSpace struct {
	space Space
	tree  *tree
}

func (s memorySnapshot) find(space Space) *tree {
	for i := range s {
		if s[i].space == space {
			return s[i].tree
		}
	}
	return nil
}

// Get implements Reader.
func (s memorySnapshot) Get(space Space, key []byte) ([]byte, error) {
	t := s.find(space)
	if t == nil {
		return nil, nil
	}
	r, _ := t.Get(record{key: key})
	return r.value, nil
}

// Range implements Reader.
func (s memorySnapshot) Range(space Space, r Range, visit func(key, value []byte) bool) error {
	if t := s.find(space); t != nil {
		walk(t, r, visit)
	}
	return nil
}

// Release implements Snapshot.
func (s memorySnapshot) Release() {}

func walk(t *tree, r Range, visit func(key, value []byte) bool) {
	if r.Descending {
		walkDown(t, r, visit)
		return
	}
	step := func(rec record) bool {
		if r.To != nil && bytes.Compare(rec.key, r.To) >= 0 {
			return false
		}
		return visit(rec.key, rec.value)
	}
	if r.From == nil {
		t.Scan(step)
	} else {
		t.Ascend(record{key: r.From}, step)
	}
}

func walkDown(t *tree, r Range, visit func(key, value []byte) bool) {
	step := func(rec record) bool {
		if r.To != nil && bytes.Equal(rec.key, r.To) {
			return true
		}
		if bytes.Compare(rec.key, r.From) < 0 {
			return false
		}
		return visit(rec.key, rec.value)
	}
	if r.To == nil {
		t.Reverse(step)
	} else {
		t.Descend(record{key: r.To}, step)
	}
}
