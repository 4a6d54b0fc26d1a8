package engine

import (
	"errors"

	"example.com/ddb/internal/engine/apierror"
)

// lookupAll gives the tables of a batch or a transaction.
func (e *Engine) lookupAll(names []string) ([]*table, *apierror.Error) {
	tables := make([]*table, len(names))
	for i, name := range names {
		t, err := e.lookup(name)
		if err != nil {
			return nil, err
		}
		tables[i] = t
	}
	return tables, nil
}

// writeAll runs an operation that writes to tables, again when one of them
// changed under it.
func (e *Engine) writeAll(names []string, run func([]*table) error) error {
	for {
		tables, refusal := e.lookupAll(names)
		if refusal != nil {
			return refusal
		}
		err := run(tables)
		if !errors.Is(err, errChanged) {
			return err
		}
		e.awaitChange()
	}
}

// A places set holds the items that a request names.
type places map[string]bool

// add tells whether an item is new to the set.
func (p places) add(t *table, key []byte) bool {
	name := t.definition.Name + "\x00" + string(key)
	if p[name] {
		return false
	}
	p[name] = true
	return true
}
