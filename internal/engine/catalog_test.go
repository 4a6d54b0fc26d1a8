package engine

import (
	"errors"
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

const createHash = `{"TableName":"hash","BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}]}`

func serve(t *testing.T, e *Engine, operation, body string) string {
	t.Helper()
	out, err := e.Serve(t.Context(), operation, []byte(body), nil)
	if err != nil {
		t.Fatalf("%s: %v", operation, err)
	}
	return string(out)
}

// TestAWriteIsMadeToTheTableThatIsThere replaces a table between a write's
// lookup and its plan.
func TestAWriteIsMadeToTheTableThatIsThere(t *testing.T) {
	e := newEngine(t)
	serve(t, e, "CreateTable", createHash)
	var seen []*table
	err := e.write("hash", func(tab *table) error {
		if seen = append(seen, tab); len(seen) == 1 {
			serve(t, e, "DeleteTable", `{"TableName":"hash"}`)
			serve(t, e, "CreateTable", createHash)
		}
		return e.apply(func(store.Reader) ([]change, error) { return nil, e.current(tab) })
	})
	if err != nil || len(seen) != 2 || seen[0] == seen[1] {
		t.Errorf("%d attempts, %v", len(seen), err)
	}
}

// TestAChangeOfTablesThatFailsChangesNothing lets the store refuse a new table.
func TestAChangeOfTablesThatFailsChangesNothing(t *testing.T) {
	s := &refusing{Store: store.NewMemory()}
	e, err := New(Config{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	s.refuse = true
	if _, err := e.Serve(t.Context(), "CreateTable", []byte(createHash), nil); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("CreateTable: %v", err)
	}
	s.refuse = false
	if got := serve(t, e, "ListTables", "{}"); got != `{"TableNames":[]}` {
		t.Errorf("after a refused CreateTable: %s", got)
	}
	serve(t, e, "CreateTable", createHash)
	serve(t, e, "PutItem", `{"TableName":"hash","Item":{"a":{"S":"k"}}}`)
	s.refuse = true
	for operation, body := range map[string]string{
		"DeleteTable": `{"TableName":"hash"}`,
		"PutItem":     `{"TableName":"hash","Item":{"a":{"S":"other"}}}`,
		"DeleteItem":  `{"TableName":"hash","Key":{"a":{"S":"k"}}}`,
	} {
		if _, err := e.Serve(t.Context(), operation, []byte(body), nil); err == nil {
			t.Errorf("%s succeeds", operation)
		}
	}
	s.refuse = false
	if got := serve(t, e, "Scan", `{"TableName":"hash"}`); got != `{"Items":[{"a":{"S":"k"}}],"Count":1,"ScannedCount":1}` {
		t.Errorf("after refused writes: %s", got)
	}
	if got := serve(t, e, "DescribeTable", `{"TableName":"hash"}`); !strings.Contains(got, `"ItemCount":1,`) {
		t.Errorf("after refused writes: %s", got)
	}
}

// A refusing store plans writes and then fails, as a full disk does.
type refusing struct {
	store.Store
	refuse bool
}

// Write implements store.Store.
func (s *refusing) Write(plan store.Plan) error {
	if !s.refuse {
		return s.Store.Write(plan)
	}
	return s.Store.Write(func(r store.Reader) (*store.Batch, error) {
		b, err := plan(r)
		if err == nil && b != nil {
			err = errors.New("store: disk full")
		}
		return nil, err
	})
}
