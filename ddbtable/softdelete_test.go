package ddbtable_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
)

// A file is marked when it is deleted, at the front of the key of its folder.
type file struct {
	ID     string `ddb:"id,partition"`
	Folder string `ddb:"folder,partition=by_folder"`
	State  string `ddb:"state"`
	At     int    `ddb:"at"`
	Size   int    `ddb:"size"`
	Place  string `ddb:"place,sort=by_folder,from={state}#{at:4}"`
}

var (
	fileID     = ddbtable.Attr(func(f *file) *string { return &f.ID })
	fileFolder = ddbtable.Attr(func(f *file) *string { return &f.Folder })
	fileState  = ddbtable.Attr(func(f *file) *string { return &f.State })
	fileAt     = ddbtable.Attr(func(f *file) *int { return &f.At })
	fileSize   = ddbtable.Attr(func(f *file) *int { return &f.Size })
	files      = ddbtable.MustDefine[file]("files", ddbtable.SoftDelete(fileState, "here", "gone"))
)

func fileIDs(t *testing.T, q ddbtable.Query[file]) string {
	t.Helper()
	all, err := ddbtable.Collect(q.All(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range all {
		got = append(got, f.ID)
	}
	return strings.Join(got, " ")
}

func TestSoftDeletedItemsAreHiddenRestoredAndPurged(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, files, options...)
		for i := range 4 {
			put(t, table, file{ID: fmt.Sprint("f", i), Folder: "d", State: "here", At: i, Size: i})
		}
		ctx := t.Context()
		q := table.Query(fileFolder.Eq("d"))
		deleted, err := table.Delete(fileID.Eq("f1")).Run(ctx)
		if err != nil || deleted == nil || deleted.State != "here" {
			t.Fatalf("Delete returned %+v, %v", deleted, err)
		}

		expect(t, "in the folder", fileIDs(t, q), "f0 f2 f3")
		expect(t, "of a time", fileIDs(t, table.Query(fileFolder.Eq("d"), fileAt.Le(2))), "f0 f2")
		expect(t, "with deleted", fileIDs(t, table.WithDeleted().Query(fileFolder.Eq("d"))), "f1 f0 f2 f3")
		expect(t, "only deleted", fileIDs(t, table.Query(fileFolder.Eq("d"), fileState.Eq("gone"))), "f1")
		if e := q.Explain(); e.Filter != "" || !strings.Contains(e.KeyConditions[0], `begins_with(place, "here#")`) {
			t.Errorf("the deleted ones are read and dropped:\n%s", e)
		}
		if n, err := table.Scan().Count(ctx); n != 3 || err != nil {
			t.Errorf("the scan counts %d, %v", n, err)
		}
		page, err := q.Page(ctx, 3, "")
		if err != nil || len(page.Items) != 3 || page.Next != "" {
			t.Errorf("page: %+v, %v", page, err)
		}
		if _, err := table.Get(ctx, fileID.Eq("f1")); !errors.Is(err, ddbtable.ErrNotFound) {
			t.Errorf("Get: %v", err)
		}
		if got, err := table.WithDeleted().Get(ctx, fileID.Eq("f1")); err != nil || got.State != "gone" || got.Place != "gone#0001" {
			t.Errorf("Get with deleted: %+v, %v", got, err)
		}

		// Again there is nothing to delete.
		for _, id := range []string{"f1", "none"} {
			if old, err := table.Delete(fileID.Eq(id)).Run(ctx); old != nil || err != nil {
				t.Errorf("Delete of %s: %+v, %v", id, old, err)
			}
		}
		if _, err := table.Delete(fileID.Eq("f1")).If(fileSize.Eq(1)).Run(ctx); !errors.Is(err, ddbtable.ErrConditionFailed) {
			t.Errorf("Delete with a condition: %v", err)
		}

		old, err := table.Delete(fileID.Eq("f1")).If(fileSize.Eq(1)).Idempotent().Run(ctx)
		if old != nil || err != nil {
			t.Errorf("an Idempotent Delete of what is deleted: %+v, %v", old, err)
		}

		back, err := table.Restore(fileID.Eq("f1")).Run(ctx)
		if err != nil || back.State != "here" || back.Place != "here#0001" {
			t.Errorf("Restore: %+v, %v", back, err)
		}
		expect(t, "restored", fileIDs(t, q), "f0 f1 f2 f3")
		if _, err := table.Restore(fileID.Eq("f1")).Run(ctx); !errors.Is(err, ddbtable.ErrConditionFailed) {
			t.Errorf("Restore of what is there: %v", err)
		}

		r.sent()
		if old, err := table.Purge(fileID.Eq("f2")).Run(ctx); err != nil || old == nil {
			t.Errorf("Purge: %+v, %v", old, err)
		}
		r.expectSent(t, "Purge", "DeleteItem")
		if _, err := table.Delete(fileID.Eq("f3")).Run(ctx); err != nil {
			t.Fatal(err)
		}
		if old, err := table.Purge(fileID.Eq("f3")).Run(ctx); err != nil || old == nil || old.State != "gone" {
			t.Errorf("Purge of what was deleted: %+v, %v", old, err)
		}
		expect(t, "purged", fileIDs(t, table.WithDeleted().Query(fileFolder.Eq("d"))), "f0 f1")
	})
}

func TestSoftDeleteInATransaction(t *testing.T) {
	table, r := recorded(t, files)
	put(t, table, file{ID: "a", Folder: "d", State: "here", At: 1}, file{ID: "b", Folder: "d", State: "here", At: 2})
	if err := ddbtable.WriteTransaction(r.client, table.Delete(fileID.Eq("a")), table.Purge(fileID.Eq("b"))).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect(t, "what is left", fileIDs(t, table.WithDeleted().Query(fileFolder.Eq("d"))), "a")
	err := ddbtable.WriteTransaction(r.client, table.Delete(fileID.Eq("a"))).Run(t.Context())
	if !errors.Is(err, ddbtable.ErrConditionFailed) {
		t.Errorf("Delete of what is deleted: %v", err)
	}
}

func TestSoftDeletesRefusals(t *testing.T) {
	other := ddbtable.Attr(func(t *ticket) *string { return &t.Note })
	for want, option := range map[string]ddbtable.DefineOption{
		"an attribute of another type":    ddbtable.SoftDelete(other, "a", "b"),
		"one value for both states":       ddbtable.SoftDelete(fileState, "a", "a"),
		"is part of the primary key":      ddbtable.SoftDelete(fileID, "a", "b"),
		"has SoftDelete: handle is the z": ddbtable.SoftDelete(ddbtable.Attribute[file, string]{}, "a", "b"),
	} {
		if _, err := ddbtable.Define[file]("files", option); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant …%s…", err, want)
		}
	}
	table := ddbtest.Table(t, ddbtest.Client(t), tickets)
	if _, err := table.Restore(ticketID.Eq("x")).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "for a definition with SoftDelete") {
		t.Errorf("Restore without SoftDelete: %v", err)
	}
}

// An oldFile is older than the attribute that marks deleted files.
type oldFile struct {
	ID     string `ddb:"id,partition"`
	Folder string `ddb:"folder,partition=by_folder"`
	At     int    `ddb:"at"`
	Size   int    `ddb:"size"`
	Place  string `ddb:"place,sort=by_folder,omitzero"`
}

var oldFiles = ddbtable.MustDefine[oldFile]("files")

// reads tells in how many ways a file is read.
func reads(t *testing.T, table *ddbtable.Table[file], id string) (n int) {
	t.Helper()
	ctx := t.Context()
	for _, all := range []func() ([]file, error){
		func() ([]file, error) { return ddbtable.Collect(table.Query(fileID.Eq(id)).All(ctx)) },
		func() ([]file, error) { return ddbtable.Collect(table.Scan().Filter(fileSize.Eq(7)).All(ctx)) },
		func() ([]file, error) {
			return ddbtable.Collect(table.GetAll(slices.Values([]ddbtable.Key[file]{ddbtable.KeyOf(fileID.Eq(id))})).All(ctx))
		},
	} {
		got, err := all()
		if err != nil {
			t.Fatal(err)
		}
		n += len(got)
	}
	switch _, err := table.Get(ctx, fileID.Eq(id)); {
	case err == nil:
		n++
	case !errors.Is(err, ddbtable.ErrNotFound):
		t.Fatal(err)
	}
	return n
}

// An item without the attribute is older than it, and not deleted.
func TestItemsOlderThanSoftDeleteAreAlive(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, files, options...)
		old := ddbtable.Open(r.client, oldFiles, ddbtable.TableName(table.Name()))
		ctx := t.Context()
		for what, remove := range map[string]func() error{
			"Delete":           func() error { return err1(table.Delete(fileID.Eq("o")).Run(ctx)) },
			"Delete with If":   func() error { return err1(table.Delete(fileID.Eq("o")).If(fileSize.Eq(7)).Run(ctx)) },
			"in a transaction": func() error { return ddbtable.WriteTransaction(r.client, table.Delete(fileID.Eq("o"))).Run(ctx) },
		} {
			put(t, old, oldFile{ID: "o", Folder: "d", At: 1, Size: 7})
			expect(t, what+": reads before", reads(t, table, "o"), 4)
			if err := remove(); err != nil {
				t.Errorf("%s: %v", what, err)
			}
			expect(t, what+": reads after", reads(t, table, "o"), 0)
			expect(t, what+": of the folder", fileIDs(t, table.Query(fileFolder.Eq("d"))), "")
			if back, err := table.Restore(fileID.Eq("o")).Run(ctx); err != nil || back.Place != "here#0001" {
				t.Errorf("%s: Restore: %+v, %v", what, back, err)
			}
			expect(t, what+": restored", fileIDs(t, table.Query(fileFolder.Eq("d"))), "o")
		}
		put(t, old, oldFile{ID: "o", Folder: "d", At: 1, Size: 7})
		if _, err := table.Restore(fileID.Eq("o")).Run(ctx); !errors.Is(err, ddbtable.ErrConditionFailed) {
			t.Errorf("Restore of what is alive: %v", err)
		}
	})
}

// A third value is a state of the user's own: hidden by default, but there is
// something to delete.
func TestThirdStateIsHiddenAndCanBeDeleted(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, files, options...)
		ctx := t.Context()
		third := file{ID: "x", Folder: "d", State: "lent", At: 1, Size: 7, Place: "lent#0001"}
		put(t, table, third)
		expect(t, "reads", reads(t, table, "x"), 0)
		expect(t, "of the state", fileIDs(t, table.Query(fileFolder.Eq("d"), fileState.Eq("lent"))), "x")
		got, err := table.Delete(fileID.Eq("x")).Run(ctx)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "Delete", got, &third)
		expect(t, "deleted", fileIDs(t, table.Query(fileFolder.Eq("d"), fileState.Eq("gone"))), "x")
		put(t, table, third)
		if err := ddbtable.WriteTransaction(r.client, table.Delete(fileID.Eq("x"))).Run(ctx); err != nil {
			t.Fatal(err)
		}
		expect(t, "deleted in a transaction", fileIDs(t, table.Query(fileFolder.Eq("d"), fileState.Eq("gone"))), "x")
	})
}

// What is not marked is counted, as it is read.
func TestItemsOlderThanSoftDeleteAreCounted(t *testing.T) {
	table, r := recorded(t, ddbtable.MustDefine[file]("files", ddbtable.SoftDelete(fileState, "here", "gone"),
		ddbtable.Counted(fileFolder), ddbtable.GuardTable("-guards")))
	ctx := t.Context()
	count := func(what string, want int) {
		t.Helper()
		if n, err := table.Counter(ctx, fileFolder.Eq("d")); n != want || err != nil {
			t.Errorf("%s: the counter is %d, %v, want %d", what, n, err, want)
		}
	}
	put(t, table, file{ID: "a", Folder: "d", State: "here", At: 1})
	if _, err := table.Update(fileID.Eq("a")).Change(fileState.Remove()).Run(ctx); err != nil {
		t.Fatal(err)
	}
	count("an item without a state", 1)
	if _, err := table.Delete(fileID.Eq("a")).Run(ctx); err != nil {
		t.Fatal(err)
	}
	count("deleted", 0)
	if err := ddbtable.WriteTransaction(r.client, table.Restore(fileID.Eq("a"))).Run(ctx); err != nil {
		t.Fatal(err)
	}
	count("restored", 1)
	if err := ddbtable.WriteTransaction(r.client, table.Delete(fileID.Eq("a"))).Run(ctx); err != nil {
		t.Fatal(err)
	}
	count("deleted in a transaction", 0)
}

// A flag whose zero value is the live one need not be stored.
func TestSoftDeleteOfAFlagThatIsOmitted(t *testing.T) {
	type page struct {
		ID   string `ddb:"id,partition"`
		Gone bool   `ddb:"gone,omitzero"`
	}
	id := ddbtable.Attr(func(p *page) *string { return &p.ID })
	gone := ddbtable.Attr(func(p *page) *bool { return &p.Gone })
	table, _ := recorded(t, ddbtable.MustDefine[page]("pages", ddbtable.SoftDelete(gone, false, true)))
	put(t, table, page{ID: "p"})
	if _, err := table.Get(t.Context(), id.Eq("p")); err != nil {
		t.Errorf("Get of a live item: %v", err)
	}
	if old, err := table.Delete(id.Eq("p")).Run(t.Context()); err != nil || old == nil {
		t.Errorf("Delete: %v, %v", old, err)
	}
	if _, err := table.Get(t.Context(), id.Eq("p")); !errors.Is(err, ddbtable.ErrNotFound) {
		t.Errorf("Get of a deleted item: %v", err)
	}
	_, err := ddbtable.Define[page]("pages", ddbtable.SoftDelete(gone, true, false))
	if want := "whose value for deleted items is left out by omitzero"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the zero value marks deleted items\n got: %v\nwant: …%s…", err, want)
	}
}
