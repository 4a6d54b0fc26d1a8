package ddbtest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.com/ddb/ddbtable"
)

// Limits of what Table does.
const (
	patience     = time.Minute          // for a table to be created or deleted
	pollInterval = 5 * time.Millisecond // local engines need no longer
	maxName      = 200                  // bytes of the test's name in the table's
)

// Table creates the defined table, opens it, and deletes it when the test ends.
// Its name is made of the test's and a random part, so that tests share an
// engine without meeting. The options are those of [ddbtable.Open], and
// overrule what Table chooses.
//
// The client is that of [Client] or any other; tables of one test may share
// it. Creating and deleting cost what [ddbtable.Table.CreateTable] and
// [ddbtable.Table.DeleteTable] do, and fail after a minute.
func Table[T any](t testing.TB, client ddbtable.Client, def *ddbtable.Definition[T], options ...ddbtable.Option) *ddbtable.Table[T] {
	t.Helper()
	chosen := []ddbtable.Option{ddbtable.TableName(tableName(t)), ddbtable.PollInterval(pollInterval)}
	table := ddbtable.Open(client, def, append(chosen, options...)...)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := table.CreateTable(ctx); err != nil {
		t.Fatalf("ddbtest: %v", err)
	}
	t.Cleanup(func() {
		// The test's own context is done by now.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()
		if err := table.DeleteTable(ctx); err != nil {
			t.Errorf("ddbtest: %v", err)
		}
	})
	return table
}

// tableName is a name that no other test has.
func tableName(t testing.TB) string {
	name := strings.Map(allowed, t.Name())
	return name[:min(len(name), maxName)] + "." + uuid.NewString()
}

// allowed gives each character that a table name may hold, and _ for others.
func allowed(r rune) rune {
	if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '.' || r == '-' {
		return r
	}
	return '_'
}
