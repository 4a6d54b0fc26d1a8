package conformance_test

import (
	"fmt"
	"slices"
	"testing"

	"example.com/ddb/ddbtable"
)

var batchChecks = []check{
	{name: "many items are written, read and deleted", run: writesMany},
	{name: "a scan reads all, in pages, with a filter and in segments", run: scans},
}

// shelf are items and their keys, more than one batch takes.
func shelf(n int) (items []stock, keys []ddbtable.Key[stock]) {
	for i := range n {
		items = append(items, stock{Shop: fmt.Sprint("s", i%7), Number: i, Name: fmt.Sprint("n", i)})
		keys = append(keys, ddbtable.KeyOf(stockShop.Eq(items[i].Shop), stockNumber.Eq(i)))
	}
	return items, keys
}

func writesMany(t *testing.T, e engine) {
	table := open(t, e, stocks)
	items, keys := shelf(130)
	if err := table.PutAll(slices.Values(items)).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	settle(t, e, table.Name())
	missing := ddbtable.KeyOf(stockShop.Eq("none"), stockNumber.Eq(1))
	var missed int
	got, err := ddbtable.Collect(table.GetAll(slices.Values(append(keys[:130:130], missing, keys[0]))).OnMissing(func(ddbtable.Key[stock]) { missed++ }).All(t.Context()))
	expect(t, "GetAll", err, got, append(items[:130:130], items[0]))
	if missed != 1 {
		t.Errorf("%d keys are missing, want 1", missed)
	}
	if err := table.DeleteAll(slices.Values(append(keys[5:], missing))).Run(t.Context()); err != nil {
		t.Error(err)
	}
	settle(t, e, table.Name())
	got, err = ddbtable.Collect(table.GetAll(slices.Values(keys)).All(t.Context()))
	expect(t, "GetAll of what is left", err, got, items[:5])
}

func scans(t *testing.T, e engine) {
	table := open(t, e, stocks)
	items, _ := shelf(60)
	if err := table.PutAll(slices.Values(items)).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	settle(t, e, table.Name())
	scan := table.Scan()
	for name, scan := range map[string]ddbtable.Scan[stock]{"all": scan, "consistent": scan.Consistent(), "small requests": scan.PageSize(7)} {
		got, err := ddbtable.Collect(scan.All(t.Context()))
		expect(t, name, err, byNumber(got), items)
	}
	n, err := scan.Filter(stockName.Eq("n7")).Count(t.Context())
	expect(t, "Count with a filter", err, n, 1)

	var paged []stock
	for cursor, more := "", true; more; more = cursor != "" {
		page, err := scan.Filter(stockNumber.Lt(40)).Page(t.Context(), 9, cursor)
		if err != nil || page.Next != "" && len(page.Items) != 9 {
			t.Fatalf("Page has %d items, %v; Next %q", len(page.Items), err, page.Next)
		}
		paged, cursor = append(paged, page.Items...), page.Next
	}
	expect(t, "pages", nil, byNumber(paged), items[:40])

	var parts []stock
	for i := range 3 {
		part, err := ddbtable.Collect(scan.Segment(i, 3).All(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part...)
	}
	expect(t, "segments", nil, byNumber(parts), items)
}

func byNumber(items []stock) []stock {
	return slices.SortedFunc(slices.Values(items), func(a, b stock) int { return a.Number - b.Number })
}
