package ddbtable_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
	"example.com/ddb/ddbtable/embedded"
)

// A sheet has a version. Its marked twin has a write id too.
type sheet struct {
	ID      string `ddb:"id,partition"`
	Text    string `ddb:"text"`
	Version int    `ddb:"version,version"`
}

type markedSheet struct {
	ID      string `ddb:"id,partition"`
	Text    string `ddb:"text"`
	Version int    `ddb:"version,version"`
	Write   string `ddb:"write_id,writeid"`
}

var (
	sheets       = ddbtable.MustDefine[sheet]("sheets")
	sheetID      = ddbtable.Attr(func(s *sheet) *string { return &s.ID })
	sheetText    = ddbtable.Attr(func(s *sheet) *string { return &s.Text })
	sheetVersion = ddbtable.Attr(func(s *sheet) *int { return &s.Version })

	markedSheets       = ddbtable.MustDefine[markedSheet]("marked_sheets")
	markedSheetID      = ddbtable.Attr(func(s *markedSheet) *string { return &s.ID })
	markedSheetText    = ddbtable.Attr(func(s *markedSheet) *string { return &s.Text })
	markedSheetVersion = ddbtable.Attr(func(s *markedSheet) *int { return &s.Version })
)

// The requests that change sheet s, which was read with the version of seen.
func putSheet(table *ddbtable.Table[sheet], seen int) ddbtable.Put[sheet] {
	return table.Put(sheet{ID: "s", Text: "put", Version: seen})
}

func updateSheet(table *ddbtable.Table[sheet], seen int) ddbtable.Update[sheet] {
	return table.Update(sheetID.Eq("s")).Change(sheetText.Set("updated")).If(sheetVersion.Eq(seen))
}

func deleteSheet(table *ddbtable.Table[sheet], seen int) ddbtable.Delete[sheet] {
	return table.Delete(sheetID.Eq("s")).If(sheetVersion.Eq(seen))
}

// Each write makes the next version, of the one that was seen.
func TestVersionsAreCounted(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, sheets, options...)
		ctx := t.Context()
		expectVersion := func(what string, got sheet, err error, version int) {
			t.Helper()
			if err != nil || got.Version != version {
				t.Errorf("%s: version %d, %v; want %d", what, got.Version, err, version)
			}
		}
		got, err := table.Create(sheet{ID: "s", Version: 77}).Run(ctx)
		expectVersion("Create", got, err, 1)
		got, err = putSheet(table, 1).Run(ctx)
		expectVersion("Put", got, err, 2)
		got, err = updateSheet(table, 2).Run(ctx)
		expectVersion("Update", got, err, 3)
		got, err = table.Put(sheet{ID: "new"}).Run(ctx)
		expectVersion("Put of a new item", got, err, 1)
		got, err = table.Update(sheetID.Eq("other")).Change(sheetText.Set("x")).OrCreate().Run(ctx)
		expectVersion("OrCreate of none", got, err, 1)
		err = ddbtable.WriteTransaction(r.client, updateSheet(table, 3), table.Put(sheet{ID: "new", Version: 1})).Run(ctx)
		if err != nil {
			t.Error(err)
		}
		got, err = table.Get(ctx, sheetID.Eq("s"))
		expectVersion("an Update in a transaction", got, err, 4)
		got, err = table.Get(ctx, sheetID.Eq("new"))
		expectVersion("a Put in a transaction", got, err, 2)
	})
}

// Who has not seen the stored version is told, and gets it.
func TestVersionConflictReturnsTheStoredItem(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, sheets, options...)
		ctx, stored := t.Context(), sheet{ID: "s", Text: "updated", Version: 3}
		put(t, table, sheet{ID: "s"}, sheet{ID: "s", Version: 1})
		if _, err := updateSheet(table, 2).Run(ctx); err != nil {
			t.Fatal(err)
		}
		r.sent()
		transaction := func(w ddbtable.TransactWrite) error {
			err := ddbtable.WriteTransaction(r.client, w).Run(ctx)
			if canceled, ok := errors.AsType[*ddbtable.TransactionError](err); ok && !strings.Contains(canceled.Reasons[0].Condition, "version") {
				t.Errorf("the condition is %q", canceled.Reasons[0].Condition)
			}
			return err
		}
		for what, err := range map[string]error{
			"Put of an old one":            err1(putSheet(table, 2).Run(ctx)),
			"Put of a new one":             err1(putSheet(table, 0).Run(ctx)),
			"Put returning":                err1(putSheet(table, 2).Returning().Run(ctx)),
			"Update":                       err1(updateSheet(table, 2).Run(ctx)),
			"Delete":                       err1(deleteSheet(table, 2).Run(ctx)),
			"Put in a transaction":         transaction(putSheet(table, 2)),
			"Update in a transaction":      transaction(updateSheet(table, 2)),
			"Delete in a transaction":      transaction(deleteSheet(table, 2)),
			"Check of a version":           transaction(table.Check(sheetID.Eq("s")).If(sheetVersion.Eq(2))),
			"one that will be in the next": transaction(putSheet(table, 4)),
		} {
			failed, ok := errors.AsType[*ddbtable.ConditionError[sheet]](err)
			if !ok || !errors.Is(err, ddbtable.ErrConditionFailed) || failed.Ambiguous {
				t.Errorf("%s: %v", what, err)
				continue
			}
			expect(t, what, failed.Old, &stored)
		}
		if n := len(r.sent()); n != 10 {
			t.Errorf("%d requests were sent, want one for each", n)
		}
		for what, err := range map[string]error{
			"Update":                  err1(table.Update(sheetID.Eq("s")).Change(sheetText.Set("x")).Run(ctx)),
			"Delete":                  err1(table.Delete(sheetID.Eq("s")).Run(ctx)),
			"Update in a transaction": ddbtable.WriteTransaction(r.client, table.Update(sheetID.Eq("s")).Change(sheetText.Set("x"))).Run(ctx),
			"Delete with a range":     err1(table.Delete(sheetID.Eq("s")).If(sheetVersion.Ge(1)).Run(ctx)),
		} {
			if _, ok := errors.AsType[*ddbtable.PlanError](err); !ok || !strings.Contains(err.Error(), "AnyVersion") {
				t.Errorf("%s without a version: %v", what, err)
			}
		}
		r.expectSent(t, "writes without a version")
	})
}

func TestAnyVersionIsAnOptOutOfOneCall(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, sheets, options...)
		ctx := t.Context()
		put(t, table, sheet{ID: "s"})
		for what, err := range map[string]error{
			"Put":              err1(putSheet(table, 8).AnyVersion().Run(ctx)),
			"Update":           err1(table.Update(sheetID.Eq("s")).Change(sheetText.Set("x")).AnyVersion().Run(ctx)),
			"in a transaction": ddbtable.WriteTransaction(r.client, putSheet(table, 20).AnyVersion()).Run(ctx),
			"PutAll":           table.PutAll(func(yield func(sheet) bool) { yield(sheet{ID: "s", Version: 30}) }).Run(ctx),
			"Delete":           err1(table.Delete(sheetID.Eq("s")).AnyVersion().Run(ctx)),
		} {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
			put(t, table, sheet{ID: what})
		}
	})
}

// A write whose answer is lost meets its own version. That is marked, and with
// a write id it is settled; but a write id does not tell who deleted an item.
func TestLostAnswerOfAVersionedWrite(t *testing.T) {
	for name, effect := range lost {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
				ctx := t.Context()
				table, _, db := faulty(t, sheets, options...)
				put(t, table, sheet{ID: "s"})
				answerLost(db, "PutItem", effect)
				_, err := putSheet(table, 1).Run(ctx)
				expectAmbiguous(t, "Put", err, ddbtable.ErrConditionFailed, &sheet{ID: "s", Text: "put", Version: 2})
				answerLost(db, "UpdateItem", effect)
				_, err = updateSheet(table, 2).Run(ctx)
				expectAmbiguous(t, "Update", err, ddbtable.ErrConditionFailed, &sheet{ID: "s", Text: "updated", Version: 3})
				answerLost(db, "DeleteItem", effect)
				_, err = deleteSheet(table, 3).Run(ctx)
				expectAmbiguous(t, "Delete", err, ddbtable.ErrNotFound, (*sheet)(nil))

				marked := ddbtest.Table(t, db.Client(), markedSheets, options...)
				put(t, marked, markedSheet{ID: "s"})
				answerLost(db, "PutItem", effect)
				got, err := marked.Put(markedSheet{ID: "s", Text: "put", Version: 1}).Run(ctx)
				if err != nil || got.Version != 2 {
					t.Errorf("Put with a write id: %+v, %v", got, err)
				}
				answerLost(db, "UpdateItem", effect)
				got, err = marked.Update(markedSheetID.Eq("s")).Change(markedSheetText.Set("updated")).If(markedSheetVersion.Eq(2)).Run(ctx)
				if err != nil || got.Version != 3 || got.Text != "updated" {
					t.Errorf("Update with a write id: %+v, %v", got, err)
				}
				answerLost(db, "DeleteItem", effect)
				_, err = marked.Delete(markedSheetID.Eq("s")).If(markedSheetVersion.Eq(3)).Run(ctx)
				expectAmbiguous(t, "Delete with a write id", err, ddbtable.ErrNotFound, (*markedSheet)(nil))

				// The token of a transaction settles all of them.
				put(t, table, sheet{ID: "s"})
				for seen, w := range []ddbtable.TransactWrite{putSheet(table, 1), updateSheet(table, 2), deleteSheet(table, 3)} {
					answerLost(db, "TransactWriteItems", effect)
					if err := ddbtable.WriteTransaction(db.Client(), w).Run(ctx); err != nil {
						t.Errorf("a transaction of version %d: %v", seen+1, err)
					}
				}
			})
		})
	}
}

// A real conflict behind a doubtful attempt is told apart exactly: the stored
// write id is another's, and its version is the one that this write would have
// made.
func TestRealConflictBehindADoubtfulAttempt(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, client, db := faulty(t, markedSheets, options...)
		other := ddbtable.Open(db.Client(), markedSheets, ddbtable.TableName(table.Name()))
		for operation, write := range map[string]func(seen int) error{
			"PutItem": func(seen int) error {
				return err1(table.Put(markedSheet{ID: "s", Text: "mine", Version: seen}).Run(t.Context()))
			},
			"UpdateItem": func(seen int) error {
				return err1(table.Update(markedSheetID.Eq("s")).Change(markedSheetText.Set("mine")).If(markedSheetVersion.Eq(seen)).Run(t.Context()))
			},
			"UpdateItem of any version": func(int) error {
				return err1(table.Update(markedSheetID.Eq("s")).Change(markedSheetText.Set("mine")).If(markedSheetText.Eq("before")).AnyVersion().Run(t.Context()))
			},
		} {
			put(t, other, markedSheet{ID: operation})
			operation, _, _ := strings.Cut(operation, " ")
			if _, err := other.Put(markedSheet{ID: "s", Text: "before"}).AnyVersion().Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			db.Inject(embedded.Fault{Effect: embedded.FailBefore, Operation: operation, Times: 1})
			meanwhile(t, client, operation, func(ctx context.Context) error {
				_, err := other.Put(markedSheet{ID: "s", Text: "mine", Version: 1}).Run(ctx)
				return err
			})
			err := write(1)
			failed, ok := errors.AsType[*ddbtable.ConditionError[markedSheet]](err)
			if !ok || failed.Ambiguous || failed.Old == nil || failed.Old.Version != 2 {
				t.Errorf("%s: %v, want a conflict with version 2 that is not ambiguous", operation, err)
			}
			client.sent()
		}
	})
}

// If the first attempt was applied, and another writer has come behind it, the
// version tells that the write id does not.
func TestOvertakenWriteIsAmbiguous(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, client, db := faulty(t, markedSheets, options...)
		other := ddbtable.Open(db.Client(), markedSheets, ddbtable.TableName(table.Name()))
		for operation, write := range map[string]func() error{
			"PutItem": func() error {
				return err1(table.Put(markedSheet{ID: "s", Text: "mine", Version: 1}).Run(t.Context()))
			},
			"UpdateItem": func() error {
				return err1(table.Update(markedSheetID.Eq("s")).Change(markedSheetText.Set("mine")).If(markedSheetVersion.Eq(1)).Run(t.Context()))
			},
		} {
			if _, err := other.Put(markedSheet{ID: "s"}).AnyVersion().Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			answerLost(db, operation, embedded.FailAfter)
			meanwhile(t, client, operation, func(ctx context.Context) error {
				_, err := other.Put(markedSheet{ID: "s", Text: "theirs", Version: 2}).Run(ctx)
				return err
			})
			err := write()
			failed, ok := errors.AsType[*ddbtable.ConditionError[markedSheet]](err)
			if !ok || !failed.Ambiguous || failed.Old == nil || failed.Old.Version != 3 {
				t.Errorf("%s: %v, want an ambiguous conflict with version 3", operation, err)
			}
		}
	})
}

// An unversioned item is older than the version attribute of a sheet.
type unversioned struct {
	ID   string `ddb:"id,partition"`
	Text string `ddb:"text"`
}

// A sheetByOthers is what a program writes that counts versions by itself, from
// 0.
type sheetByOthers struct {
	ID      string `ddb:"id,partition"`
	Text    string `ddb:"text"`
	Version int    `ddb:"version"`
}

var (
	unversionedSheets = ddbtable.MustDefine[unversioned]("sheets")
	sheetsByOthers    = ddbtable.MustDefine[sheetByOthers]("sheets")
)

// Version 0 is what is read of an item that has none, so every write takes it
// for that.
func TestVersionZeroIsAnItemWithoutVersion(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, sheets, options...)
		old := ddbtable.Open(r.client, unversionedSheets, ddbtable.TableName(table.Name()))
		zero := ddbtable.Open(r.client, sheetsByOthers, ddbtable.TableName(table.Name()))
		ctx := t.Context()
		transaction := func(w ddbtable.TransactWrite) error { return ddbtable.WriteTransaction(r.client, w).Run(ctx) }
		writes := map[string]func() error{
			"Put":                     func() error { return err1(putSheet(table, 0).Run(ctx)) },
			"Put with If":             func() error { return err1(putSheet(table, 0).If(sheetVersion.Eq(0)).Run(ctx)) },
			"Update":                  func() error { return err1(updateSheet(table, 0).Run(ctx)) },
			"Update with more":        func() error { return err1(updateSheet(table, 0).If(sheetText.Eq("old")).Run(ctx)) },
			"OrCreate":                func() error { return err1(updateSheet(table, 0).OrCreate().Run(ctx)) },
			"Delete":                  func() error { return err1(deleteSheet(table, 0).Run(ctx)) },
			"Put in a transaction":    func() error { return transaction(putSheet(table, 0)) },
			"Update in a transaction": func() error { return transaction(updateSheet(table, 0)) },
			"Delete in a transaction": func() error { return transaction(deleteSheet(table, 0)) },
			"Check": func() error {
				return transaction(table.Check(sheetID.Eq("s")).If(sheetVersion.Eq(0)))
			},
		}
		for what, write := range writes {
			put(t, old, unversioned{ID: "s", Text: "old"})
			if err := write(); err != nil {
				t.Errorf("%s of an item without version: %v", what, err)
			}
			put(t, zero, sheetByOthers{ID: "s", Text: "old"})
			if err := write(); err != nil {
				t.Errorf("%s of an item with version 0: %v", what, err)
			}
			put(t, zero, sheetByOthers{ID: "s", Text: "old", Version: 1})
			if err := write(); !errors.Is(err, ddbtable.ErrConditionFailed) {
				t.Errorf("%s of an item with version 1: %v", what, err)
			}
		}
		// An item that is not there is still told from one without a version.
		for _, what := range []string{"Update", "Delete", "Update in a transaction", "Delete in a transaction", "Check"} {
			if _, err := table.Delete(sheetID.Eq("s")).AnyVersion().Run(ctx); err != nil {
				t.Fatal(err)
			}
			if err := writes[what](); !errors.Is(err, ddbtable.ErrNotFound) {
				t.Errorf("%s of no item: %v", what, err)
			}
		}
		for _, what := range []string{"OrCreate", "Put with If"} {
			if err := writes[what](); err != nil {
				t.Errorf("%s of no item: %v", what, err)
			}
			if _, err := table.Delete(sheetID.Eq("s")).If(sheetVersion.Eq(1)).Run(ctx); err != nil {
				t.Errorf("%s made another version than 1: %v", what, err)
			}
		}
	})
}

// A lost answer of a write that saw no version meets version 1.
func TestLostAnswerOfAWriteThatSawNoVersion(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, _, db := faulty(t, sheets, options...)
		old := ddbtable.Open(db.Client(), unversionedSheets, ddbtable.TableName(table.Name()))
		put(t, old, unversioned{ID: "s", Text: "old"})
		answerLost(db, "UpdateItem", embedded.FailAfter)
		_, err := updateSheet(table, 0).Run(t.Context())
		expectAmbiguous(t, "Update", err, ddbtable.ErrConditionFailed, &sheet{ID: "s", Text: "updated", Version: 1})
	})
}
