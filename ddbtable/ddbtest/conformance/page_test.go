package conformance_test

import (
	"errors"
	"slices"
	"testing"

	"example.com/ddb/ddbtable"
)

var pageChecks = []check{
	{name: "pages are full although a filter drops items", run: pagesAreFull},
	{name: "pages go back the way they came", run: pagesGoBack},
	{name: "pages cut runs of equal index keys", run: pagesCutTies},
	{name: "pages end at the limits of ranges", run: pagesEndAtLimits},
	{name: "a page that is capped goes on", run: pagesCapped},
	{name: "a cursor belongs to its query", run: cursorsBelong},
}

func pagesAreFull(t *testing.T, e engine) {
	table := open(t, e, sales)
	all := made(t, e, table)
	q := table.Query(saleBuyer.Eq("ada")).Filter(saleNote.Ne("note 2"))
	first, err := q.Page(t.Context(), 10, "")
	if err != nil || len(first.Items) != 10 || first.Next == "" || first.Prev != "" || first.Capped {
		t.Errorf("first page: %d items, %v, Next %q, Prev %q", len(first.Items), err, first.Next, first.Prev)
	}
	second, err := q.Page(t.Context(), 10, first.Next)
	if err != nil || len(first.Items)+len(second.Items) != len(all)*2/3 || second.Next != "" {
		t.Errorf("second page: %d items, %v, Next %q; want %d in all", len(second.Items), err, second.Next, len(all)*2/3)
	}
}

func pagesGoBack(t *testing.T, e engine) {
	table := open(t, e, sales)
	made(t, e, table)
	for name, q := range map[string]ddbtable.Query[sale]{
		"table":      table.Query(saleBuyer.Eq("ada")),
		"filter":     table.Query(saleBuyer.Eq("ada")).Filter(saleNote.Eq("note 1")),
		"local":      table.Query(saleBuyer.Eq("ada")).Via("buyer_time"),
		"global":     table.Query(saleShop.Eq("s1")).Via("shop_status"),
		"ranges":     table.Query(saleShop.Eq("s1"), saleStatus.In(1, 201, 999)),
		"descending": table.Query(saleShop.Eq("s1"), saleStatus.In(1, 201, 999)).Descending(),
		"projection": table.Query(saleShop.Eq("s1"), salePrice.Le(0.5)).Project(saleNote),
	} {
		var pages []ddbtable.Page[sale]
		for cursor := ""; ; {
			page, err := q.Page(t.Context(), 4, cursor)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			pages = append(pages, page)
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		for i, page := range slices.Backward(pages) {
			if (page.Prev == "") != (i == 0) {
				t.Errorf("%s: page %d has Prev %q", name, i, page.Prev)
			}
			if i == 0 {
				continue
			}
			before, err := q.Page(t.Context(), 4, page.Prev)
			expect(t, name, err, before.Items, pages[i-1].Items)
			again, err := q.Page(t.Context(), 4, before.Next)
			expect(t, name, err, again.Items, page.Items)
		}
	}
}

func pagesCutTies(t *testing.T, e engine) {
	table := open(t, e, sales)
	want := make(map[int]bool)
	for i := range 11 {
		put(t, e, table, sale{Buyer: "ada", Number: i, Time: second(5), Shop: "s1", Status: 7})
		want[i] = true
	}
	for name, q := range map[string]ddbtable.Query[sale]{
		"local":               table.Query(saleBuyer.Eq("ada"), saleTime.Between(second(5), second(5))),
		"local, at the bound": table.Query(saleBuyer.Eq("ada"), saleTime.Le(second(5))),
		"global":              table.Query(saleShop.Eq("s1"), saleStatus.Eq(7)),
		"global, one key":     table.Query(saleShop.Eq("s1"), saleStatus.Eq(7), saleTime.Eq(second(5))),
		"global, descending":  table.Query(saleShop.Eq("s1"), saleStatus.Eq(7), saleTime.Ge(second(5))).Descending(),
	} {
		items, err := readPages(t, q, 3)
		got := make(map[int]bool)
		for _, s := range items {
			got[s.Number] = true
		}
		expect(t, name, err, got, want)
		expect(t, name, nil, len(items), len(want))
	}
}

// A page may end with the item at the far limit of its range, where DynamoDB
// takes no start key.
func pagesEndAtLimits(t *testing.T, e engine) {
	table := open(t, e, sales)
	for i := range 6 {
		put(t, e, table, sale{Buyer: "ada", Number: i, Time: second(int64(i)), Shop: "s1", Status: 7})
	}
	for name, q := range map[string]ddbtable.Query[sale]{
		"table":              table.Query(saleBuyer.Eq("ada"), saleNumber.Between(1, 4)),
		"table, values":      table.Query(saleBuyer.Eq("ada"), saleNumber.In(1, 2, 3, 4)),
		"local":              table.Query(saleBuyer.Eq("ada"), saleTime.Between(second(1), second(4))),
		"global":             table.Query(saleShop.Eq("s1"), saleStatus.Eq(7), saleTime.Between(second(1), second(4))),
		"global, open range": table.Query(saleShop.Eq("s1"), saleStatus.Eq(7), saleTime.Gt(second(0)), saleTime.Lt(second(5))),
	} {
		for _, q := range []ddbtable.Query[sale]{q, q.Descending()} {
			for n := range 4 {
				items, err := readPages(t, q, n+1)
				expect(t, name, err, len(items), 4)
			}
			items, err := ddbtable.Collect(q.PageSize(1).All(t.Context()))
			expect(t, name, err, len(items), 4)
			items, err = ddbtable.Collect(q.PageSize(4).All(t.Context()))
			expect(t, name, err, len(items), 4)
		}
	}
}

func pagesCapped(t *testing.T, e engine) {
	table := open(t, e, sales)
	all := made(t, e, table)
	q := table.Query(saleBuyer.Eq("ada")).Filter(saleTime.Eq(second(11))).MaxReads(5)
	var items []sale
	pages := 0
	for cursor := ""; ; pages++ {
		page, err := q.Page(t.Context(), 10, cursor)
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, page.Items...)
		if cursor = page.Next; cursor == "" {
			break
		}
		if !page.Capped {
			t.Errorf("page %d has %d items and a Next, and is not capped", pages, len(page.Items))
		}
	}
	expect(t, "pages", nil, pages, len(all)/5)
	expect(t, "items", nil, len(items), 1)
}

func cursorsBelong(t *testing.T, e engine) {
	table := open(t, e, sales)
	made(t, e, table)
	q := table.Query(saleBuyer.Eq("ada"))
	page, err := q.Page(t.Context(), 3, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string]ddbtable.Query[sale]{
		"another partition": table.Query(saleBuyer.Eq("adam")),
		"a range":           table.Query(saleBuyer.Eq("ada"), saleNumber.Ge(-5)),
		"another direction": q.Descending(),
		"a filter":          q.Filter(saleNote.Exists()),
		"an index":          q.Via("buyer_time"),
	} {
		if _, err := other.Page(t.Context(), 3, page.Next); !errors.Is(err, ddbtable.ErrBadCursor) {
			t.Errorf("%s: %v, want ErrBadCursor", name, err)
		}
	}
	next, err := q.Project(saleNumber).Consistent().Page(t.Context(), 1, page.Next)
	expect(t, "another size and projection", err, next.Items, []sale{{Number: -2}})
}
