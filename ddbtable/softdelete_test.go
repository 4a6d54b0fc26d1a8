package ddbtable_test

import (
	"errors"
	"fmt"
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
