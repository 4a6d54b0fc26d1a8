package engine

import (
	"strings"
	"testing"

	"example.com/ddb/internal/engine/store"
)

func TestAStoreOfNoTablesIsAnError(t *testing.T) {
	s := store.NewMemory()
	err := s.Write(func(store.Reader) (*store.Batch, error) {
		b := new(store.Batch)
		b.Put(store.Meta, append(tablePrefix, 'x'), []byte("{"))
		return b, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{Store: s}); err == nil || !strings.HasPrefix(err.Error(), "engine: cannot read the tables: ") {
		t.Errorf("New: %v", err)
	}
}
