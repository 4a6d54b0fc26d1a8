package ddbtable_test

import (
	"errors"
	"sync"
	"testing"

	"example.com/ddb/ddbtable"
)

// Requests are values: refining one never changes what it was made from, also
// not when two are made from the same one.
func TestRefiningNeverChangesTheOriginal(t *testing.T) {
	table, r := recorded(t, labels)
	for n := range 6 {
		put(t, table, label{ID: "a", N: n, Weight: float64(n), Lines: []string{"x"}})
	}
	base := table.Query(labelID.Eq("a"))
	filtered := base.Filter(labelWeight.Ge(1)).Filter(labelWeight.Le(4)).Filter(labelWeight.Ne(2))
	left, right := filtered.Filter(labelWeight.Ne(3)), filtered.Filter(labelWeight.Ne(1))
	descending, projected := base.Descending(), base.PageSize(1).Project(labelN)
	for name, c := range map[string]struct {
		query ddbtable.Query[label]
		want  []int
	}{
		"base":     {base, []int{0, 1, 2, 3, 4, 5}},
		"filtered": {filtered, []int{1, 3, 4}},
		"left":     {left, []int{1, 4}},
		"right":    {right, []int{3, 4}},

		"descending": {descending, []int{5, 4, 3, 2, 1, 0}},
		"projected":  {projected, []int{0, 1, 2, 3, 4, 5}},
	} {
		items, err := ddbtable.Collect(c.query.All(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, l := range items {
			got = append(got, l.N)
		}
		expect(t, name, got, c.want)
	}

	update := table.Update(labelID.Eq("a"), labelN.Eq(1)).Change(ddbtable.Append(labelLines, "y")).If(labelWeight.Eq(1))
	one, two := update.Change(labelBody.Set([]byte("1"))), update.Change(labelBody.Set([]byte("2")))
	refused := one.If(labelWeight.Eq(77))
	if _, err := refused.Run(t.Context()); !errors.Is(err, ddbtable.ErrConditionFailed) {
		t.Errorf("the refused update gave %v", err)
	}
	for name, u := range map[string]ddbtable.Update[label]{"1": one, "2": two} {
		got, err := u.Run(t.Context())
		if err != nil || string(got.Body) != name {
			t.Errorf("update %s gave %+v, %v", name, got, err)
		}
	}
	got, err := update.Run(t.Context())
	if err != nil || len(got.Lines) != 4 {
		t.Errorf("the update itself gave %+v, %v", got, err)
	}
	if len(r.sent()) == 0 {
		t.Error("nothing was sent")
	}
}

// Slices that a caller gave are the caller's again when the call returns.
func TestArgumentsAreCopied(t *testing.T) {
	table, _ := recorded(t, labels)
	put(t, table, label{ID: "a", N: 1, Weight: 1}, label{ID: "b", N: 2, Weight: 2})
	conds := []ddbtable.Cond[label]{labelID.Eq("a")}
	values := []float64{1, 5}
	query := table.Query(conds...).Filter(labelWeight.In(values...))
	changes := []ddbtable.Change[label]{labelWeight.Set(7)}
	update := table.Update(labelID.Eq("a"), labelN.Eq(1)).Change(changes...)
	conds[0], values[0], changes[0] = labelID.Eq("b"), 2, labelWeight.Set(8)
	items, err := ddbtable.Collect(query.All(t.Context()))
	if err != nil || len(items) != 1 || items[0].ID != "a" {
		t.Errorf("the query gave %v, %v", items, err)
	}
	if l, err := update.Run(t.Context()); err != nil || l.Weight != 7 {
		t.Errorf("the update gave %v, %v", l, err)
	}
}

// One request value may run in many goroutines at once.
func TestRequestsAreSharedByGoroutines(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, labels, options...)
		for n := range 20 {
			put(t, table, label{ID: "a", N: n, Lines: []string{"x"}})
		}
		query := table.Query(labelID.Eq("a"), labelN.Ge(5)).Filter(labelLines.Exists())
		update := table.Update(labelID.Eq("a"), labelN.Eq(1)).Change(ddbtable.Add(labelWeight, 1))
		store, remove := table.Put(label{ID: "b", N: 1}), table.Delete(labelID.Eq("b"), labelN.Eq(2))
		together := ddbtable.WriteTransaction(r.client, table.Put(label{ID: "c", N: 1}), table.Check(labelID.Eq("a"), labelN.Eq(1)))
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 20 {
					page, err := query.Page(t.Context(), 10, "")
					if err != nil || len(page.Items) != 10 || page.Items[0].N != 5 {
						t.Errorf("page of %d items, %v", len(page.Items), err)
					}
					if _, err := update.Run(t.Context()); err != nil {
						t.Error(err)
					}
					if got, err := store.Run(t.Context()); err != nil || got.ID != "b" {
						t.Errorf("%+v was stored, %v", got, err)
					}
					if _, err := remove.Run(t.Context()); err != nil {
						t.Error(err)
					}
				}
				if err := together.RetryConflicts(50).Run(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if l, err := table.Get(t.Context(), labelID.Eq("a"), labelN.Eq(1)); err != nil || l.Weight != 160 {
			t.Errorf("160 additions gave %v, %v", l.Weight, err)
		}
	})
}
