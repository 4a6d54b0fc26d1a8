package engine

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/store"
)

// Keys of the store's meta space.
var (
	tablePrefix  = []byte("table/")
	nextSpaceKey = []byte("next-space")
)

// States of a table or an index.
const (
	statusActive   = "ACTIVE"
	statusCreating = "CREATING"
	statusUpdating = "UPDATING"
	statusDeleting = "DELETING"
)

// load reads the tables of the store.
func (e *Engine) load() error {
	snapshot, err := e.store.Snapshot(store.Meta)
	if err != nil {
		return fmt.Errorf("engine: cannot read the tables: %w", err)
	}
	defer snapshot.Release()
	tables := make(map[string]*table)
	var damaged error
	err = snapshot.Range(store.Meta, store.Range{From: tablePrefix, To: prefixEnd(tablePrefix)},
		func(key, value []byte) bool {
			var d definition
			if damaged = json.Unmarshal(value, &d); damaged != nil {
				return false
			}
			tables[d.Name] = newTable(d)
			return true
		})
	if err = errors.Join(err, damaged); err == nil {
		err = e.loadStreams(snapshot, tables)
	}
	if err != nil {
		return fmt.Errorf("engine: cannot read the tables: %w", err)
	}
	e.planned = tables
	e.publish()
	return nil
}

// publish makes the planned tables visible.
func (e *Engine) publish() {
	tables := maps.Clone(e.planned)
	e.tables.Store(&tables)
}

// alter changes the set of tables. Change runs in a plan: it checks the planned
// tables, appends to the batch and gives the table as it will be, or nil for a
// table that will be no more. The caller holds e.admin.
func (e *Engine) alter(name string, change func(store.Reader, *store.Batch) (*table, error)) error {
	before := (*e.tables.Load())[name]
	e.announced = nil
	err := e.store.Write(func(r store.Reader) (*store.Batch, error) {
		b := new(store.Batch)
		t, err := change(r, b)
		if err != nil {
			return nil, err
		}
		if err := putDefinition(b, name, t); err != nil {
			return nil, err
		}
		e.plan(name, t)
		return b, nil
	})
	if err == nil {
		e.strict.begin(e.announced)
		e.replace(name)
		return nil
	}
	// Plans after a failed one must not go on from it.
	undo := e.store.Write(func(store.Reader) (*store.Batch, error) {
		e.plan(name, before)
		return nil, nil
	})
	return errors.Join(err, undo)
}

// redefine changes the definition of a table whose data stays, and gives the
// table as it is then, or missing when there is none. Change gets a copy of the
// definition; what its fields refer to is shared and must not be changed.
func (e *Engine) redefine(
	name string, missing *apierror.Error, change func(*definition) *apierror.Error,
) (*table, error) {
	e.admin.Lock()
	defer e.admin.Unlock()
	var next *table
	err := e.alter(name, func(store.Reader, *store.Batch) (*table, error) {
		t := e.planned[name]
		if t == nil {
			return nil, missing
		}
		d := t.definition
		if err := change(&d); err != nil {
			return nil, err
		}
		next = t.altered(d)
		return next, nil
	})
	return next, err
}

func (e *Engine) plan(name string, t *table) {
	if t == nil {
		delete(e.planned, name)
		return
	}
	e.planned[name] = t
}

// replace publishes one table as planned. The caller holds e.admin, so that
// nobody plans another change of tables meanwhile.
func (e *Engine) replace(name string) {
	tables := maps.Clone(*e.tables.Load())
	if t := e.planned[name]; t != nil {
		tables[name] = t
	} else {
		delete(tables, name)
	}
	e.tables.Store(&tables)
}

func putDefinition(b *store.Batch, name string, t *table) error {
	key := append(append([]byte{}, tablePrefix...), name...)
	if t == nil {
		b.Delete(store.Meta, key)
		return nil
	}
	value, err := json.Marshal(t.definition)
	if err != nil {
		return fmt.Errorf("engine: cannot store table %s: %w", name, err)
	}
	b.Put(store.Meta, key, value)
	return nil
}

// reserve takes n unused spaces. A plan may call it once: the reader does not see
// what the batch holds.
func reserve(r store.Reader, b *store.Batch, n int) (store.Space, error) {
	first := store.Meta + 1
	value, err := r.Get(store.Meta, nextSpaceKey)
	if err != nil {
		return 0, err
	}
	if value != nil {
		first = store.Space(binary.BigEndian.Uint32(value))
	}
	next := binary.BigEndian.AppendUint32(nil, uint32(first)+uint32(n))
	b.Put(store.Meta, nextSpaceKey, next)
	return first, nil
}

// prefixEnd gives the lowest key above all keys that begin with a prefix, nil
// when there is none.
func prefixEnd(prefix []byte) []byte {
	end := append([]byte{}, prefix...)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	return nil
}
