package ddbtable_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"example.com/ddb/ddbtable"
)

// A zero value was made by nobody's method and knows no table. Every call with
// one is an error, and no panic.
func TestZeroValuesAreErrors(t *testing.T) {
	type (
		create = ddbtable.Create[label]
		put    = ddbtable.Put[label]
		update = ddbtable.Update[label]
		remove = ddbtable.Delete[label]
		query  = ddbtable.Query[label]
		scan   = ddbtable.Scan[label]
	)
	id, n := labelID.Eq("a"), labelN.Eq(1)
	table := new(ddbtable.Table[label])
	for name, call := range map[string]func(context.Context) error{
		"Create":               func(ctx context.Context) error { return err1(create{}.Run(ctx)) },
		"Create, refined":      func(ctx context.Context) error { return err1(create{}.Idempotent().Run(ctx)) },
		"Put":                  func(ctx context.Context) error { return err1(put{}.Run(ctx)) },
		"Put, refined":         func(ctx context.Context) error { return err1(put{}.If(n).AnyVersion().Run(ctx)) },
		"Put, returning":       func(ctx context.Context) error { return err1(put{}.Returning().Run(ctx)) },
		"PutReturning":         func(ctx context.Context) error { return err1(ddbtable.PutReturning[label]{}.Run(ctx)) },
		"Update":               func(ctx context.Context) error { return err1(update{}.Run(ctx)) },
		"Update, refined":      func(ctx context.Context) error { return err1(update{}.Change(labelWeight.Set(1)).If(n).Run(ctx)) },
		"Delete":               func(ctx context.Context) error { return err1(remove{}.Run(ctx)) },
		"Delete, refined":      func(ctx context.Context) error { return err1(remove{}.If(n).Idempotent().Run(ctx)) },
		"Query, all":           func(ctx context.Context) error { return drain(query{}.All(ctx)) },
		"Query, page":          func(ctx context.Context) error { return err1(query{}.Page(ctx, 1, "")) },
		"Query, count":         func(ctx context.Context) error { return err1(query{}.Count(ctx)) },
		"Query, explained":     func(ctx context.Context) error { return query{}.Explain().Err },
		"Query, filtered":      func(ctx context.Context) error { return drain(query{}.Filter(n).All(ctx)) },
		"Query, consistent":    func(ctx context.Context) error { return drain(query{}.Consistent().All(ctx)) },
		"Query, projected":     func(ctx context.Context) error { return drain(query{}.Project(labelN).All(ctx)) },
		"Query, ordered":       func(ctx context.Context) error { return drain(query{}.OrderBy(labelN).Via("i").All(ctx)) },
		"Query, from a cursor": func(ctx context.Context) error { return drain(query{}.From("x").All(ctx)) },
		"Scan, all":            func(ctx context.Context) error { return drain(scan{}.All(ctx)) },
		"Scan, segment":        func(ctx context.Context) error { return drain(scan{}.Segment(0, 2).All(ctx)) },
		"BatchWrite":           func(ctx context.Context) error { return ddbtable.BatchWrite[label]{}.Run(ctx) },
		"Table, get":           func(ctx context.Context) error { return err1(table.Get(ctx, id, n)) },
		"Table, refined": func(ctx context.Context) error {
			return err1(table.Consistent().Project(labelN).HideExpired().WithDeleted().Get(ctx, id, n))
		},
		"Table, query":       func(ctx context.Context) error { return drain(table.Query(id).All(ctx)) },
		"Table, scan":        func(ctx context.Context) error { return drain(table.Scan().All(ctx)) },
		"Table, create":      func(ctx context.Context) error { return err1(table.Create(label{}).Run(ctx)) },
		"Table, put":         func(ctx context.Context) error { return err1(table.Put(label{}).Run(ctx)) },
		"Table, update":      func(ctx context.Context) error { return err1(table.Update(id, n).Change(labelWeight.Set(1)).Run(ctx)) },
		"Table, restore":     func(ctx context.Context) error { return err1(table.Restore(id, n).Run(ctx)) },
		"Table, delete":      func(ctx context.Context) error { return err1(table.Delete(id, n).Run(ctx)) },
		"Table, purge":       func(ctx context.Context) error { return err1(table.Purge(id, n).Run(ctx)) },
		"Table, CreateTable": table.CreateTable,
		"Table, DeleteTable": table.DeleteTable,
		"Table, several at once": func(ctx context.Context) error {
			return drain(table.GetAll(slices.Values([]ddbtable.Key[label]{ddbtable.KeyOf(id, n)})).All(ctx))
		},
		"Table, put several": func(ctx context.Context) error { return table.PutAll(slices.Values([]label{{}})).Run(ctx) },
		"Table, delete several": func(ctx context.Context) error {
			return table.DeleteAll(slices.Values([]ddbtable.Key[label]{ddbtable.KeyOf(id, n)})).Run(ctx)
		},
		"Table, transaction": func(ctx context.Context) error {
			return ddbtable.WriteTransaction(engine(t).Client(), table.Put(label{})).Run(ctx)
		},
		"transaction": func(ctx context.Context) error {
			return ddbtable.WriteTransaction(engine(t).Client(), put{}, update{}, remove{}, create{}).Run(ctx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := call(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "ddbtable: ") {
				t.Errorf("got %v, want an error", err)
			}
		})
	}
	if table.Name() != "" || table.Definition() != nil {
		t.Errorf("the zero Table has name %q and definition %v", table.Name(), table.Definition())
	}
}
