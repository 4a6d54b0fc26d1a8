package ddbtable_test

import (
	"math"
	"strings"
	"testing"

	"example.com/ddb/ddbtable"
)

func TestExplanationEstimatesCost(t *testing.T) {
	table := ddbtable.Open(nil, tickets)
	team := ticketTeam.Eq("red")
	q := table.Query(team)
	for _, test := range []struct {
		name     string
		e        ddbtable.Explanation
		load     ddbtable.Load
		requests int
		units    float64
		advice   string // part of the only advice, "" for none
	}{
		{"nothing is known", q.Explain(), ddbtable.Load{}, 1, 0.5, ""},
		{"4 KB", q.Explain(), ddbtable.Load{Read: 4, Returned: 4, ItemBytes: 1024}, 1, 0.5, ""},
		{"one byte more", q.Explain(), ddbtable.Load{Read: 1, Returned: 1, ItemBytes: 4097}, 1, 1, ""},
		{"consistent", table.Query(ticketID.Eq("x")).Consistent().Explain(), ddbtable.Load{Read: 4, Returned: 4, ItemBytes: 1025}, 1, 2, ""},
		{"3 MB", q.Explain(), ddbtable.Load{Read: 3 << 10, Returned: 3 << 10, ItemBytes: 1 << 10}, 4, 384, ""},
		{"two ranges", table.Query(team, ticketState.In(1, 2)).Explain(), ddbtable.Load{Read: 4, Returned: 4, ItemBytes: 100}, 2, 1, ""},
		{"small pages", q.PageSize(10).Explain(), ddbtable.Load{Read: 100, Returned: 100, ItemBytes: 100}, 11, 5.5, "PageSize of 10 makes 11 requests of what would be 1"},
		{"a filter that keeps most", q.Filter(ticketNote.Eq("x")).Explain(), ddbtable.Load{Read: 100, Returned: 25, ItemBytes: 100}, 1, 1.5, ""},
		{"a filter that drops most", q.Filter(ticketNote.Eq("x")).Explain(), ddbtable.Load{Read: 100, Returned: 24, ItemBytes: 100}, 1, 1.5, "keeps 24 of the 100 items that are read and billed; make note part of the sort key"},
		{"a scan", table.Scan().Explain(), ddbtable.Load{Read: 100, Returned: 1, ItemBytes: 100}, 1, 1.5, "a scan reads everything"},
		{"more than there can be", q.Explain(), ddbtable.Load{Read: math.MaxInt, Returned: math.MaxInt, ItemBytes: math.MaxInt}, math.MaxInt, math.Ldexp(1, 113), ""},
		{"more bytes than an int holds", q.Explain(), ddbtable.Load{Read: 1 << 40, Returned: 1 << 40, ItemBytes: 1 << 40}, 1 << 60, math.Ldexp(1, 67), ""},
		{"more requests than an int holds, and pages", table.Query(team, ticketState.In(1, 2)).PageSize(1).Explain(), ddbtable.Load{Read: math.MaxInt, Returned: math.MaxInt}, math.MaxInt, math.Ldexp(1, 62), "PageSize of 1 makes 9223372036854775807 requests of what would be 2"},
		{"followed without end", table.Query(team).Follow().Explain(), ddbtable.Load{Read: math.MaxInt, Returned: math.MaxInt, ItemBytes: 1 << 20, FullBytes: 1 << 20}, math.MaxInt, math.Ldexp(1, 71), ""},
		{"a filter that returns more than there can be", q.Filter(ticketNote.Eq("x")).Explain(), ddbtable.Load{Read: 100, Returned: math.MaxInt, ItemBytes: 100}, 1, 1.5, ""},
		{"less than nothing", q.PageSize(10).Explain(), ddbtable.Load{Read: -5000, Returned: -1, ItemBytes: -1 << 40, FullBytes: -1}, 1, 0.5, ""},
		{"nothing is sent", table.Query(team, ticketState.In()).Explain(), ddbtable.Load{Read: 9, ItemBytes: 9}, 0, 0, ""},
	} {
		got := test.e.For(test.load)
		if got.Err != nil || got.Requests != test.requests || got.ReadUnits != test.units {
			t.Errorf("%s: %d requests, %v units, %v; want %d, %v", test.name, got.Requests, got.ReadUnits, got.Err, test.requests, test.units)
		}
		if advice := strings.Join(got.Advice, "; "); (test.advice == "") != (advice == "") || !strings.Contains(advice, test.advice) {
			t.Errorf("%s: the advice is %q, want %q", test.name, advice, test.advice)
		}
		if test.e.Requests != 0 {
			t.Errorf("%s: For changed the explanation that it was called on", test.name)
		}
	}
}

func TestMeasureTellsTheLoad(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := openTickets(t, options...)
		q := table.Query(ticketTeam.Eq("red"), ticketState.In(0, 1)).Filter(ticketNote.Eq("noted"))
		load, err := q.Measure(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r.expectSent(t, "Measure", "Query", "Query")
		n, _ := q.Count(t.Context())
		if load.Read != 16 || load.Returned != n || n == 0 || n == 16 {
			t.Errorf("%+v, %d are counted", load, n)
		}
		// Two requests of half a unit are 8 KB for 16 items.
		if load.ItemBytes != 512 {
			t.Errorf("items of %d bytes", load.ItemBytes)
		}
		load, err = table.Scan().Consistent().Measure(t.Context())
		if err != nil || load.Read != 40 || load.Returned != 40 || load.ItemBytes > 103 || load.ItemBytes < 50 {
			t.Errorf("scan: %+v, %v", load, err)
		}
		if _, err := table.Query(ticketNote.Eq("x")).Measure(t.Context()); err == nil {
			t.Error("a query that no key serves: no error")
		}
	})
}
