package ddbtable_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
)

// A ticket lies in an index in which several have the same key.
type ticket struct {
	ID    string `ddb:"id,partition"`
	Team  string `ddb:"team,partition=by_team"`
	State int    `ddb:"state"`
	At    int    `ddb:"at"`
	Note  string `ddb:"note"`
	Place string `ddb:"place,sort=by_team,from={state:2}_{at:4}"`
}

var (
	tickets     = ddbtable.MustDefine[ticket]("tickets")
	ticketTeam  = ddbtable.Attr(func(t *ticket) *string { return &t.Team })
	ticketState = ddbtable.Attr(func(t *ticket) *int { return &t.State })
	ticketAt    = ddbtable.Attr(func(t *ticket) *int { return &t.At })
	ticketNote  = ddbtable.Attr(func(t *ticket) *string { return &t.Note })
)

// openTickets gives a table with 40 tickets of 5 states at 11 times, in no
// order. Every third is noted.
func openTickets(t *testing.T, options ...ddbtable.Option) (*ddbtable.Table[ticket], *recorder) {
	t.Helper()
	table, r := recorded(t, tickets, options...)
	for i := range 40 {
		v := ticket{ID: fmt.Sprint("t", i), Team: "red", State: i * 7 % 5, At: i * i % 11, Note: "-"}
		if i%3 == 0 {
			v.Note = "noted"
		}
		put(t, table, v)
	}
	r.sent()
	return table, r
}

func places(all []ticket) (places []string) {
	for _, v := range all {
		places = append(places, fmt.Sprintf("%d in %d", v.At, v.State))
	}
	return places
}

// sorted is what the model says: the tickets of the states by time, and those
// of one time by state.
func sorted(t *testing.T, table *ddbtable.Table[ticket], descending bool, keep func(ticket) bool) []ticket {
	t.Helper()
	all, err := ddbtable.Collect(table.Scan().All(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	all = slices.DeleteFunc(all, func(v ticket) bool { return !keep(v) })
	slices.SortFunc(all, func(a, b ticket) int {
		d := (a.At-b.At)*100 + a.State - b.State
		if descending {
			d = -d
		}
		return d
	})
	return all
}

func TestMergeGivesTheOrderAcrossRanges(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, _ := openTickets(t, options...)
		for _, descending := range []bool{false, true} {
			q := table.Query(ticketTeam.Eq("red"), ticketState.In(3, 0, 1)).OrderBy(ticketAt)
			within := table.Query(ticketTeam.Eq("red"), ticketState.In(3, 0, 1), ticketAt.Between(3, 9)).OrderBy(ticketAt)
			if descending {
				q, within = q.Descending(), within.Descending()
			}
			in := func(v ticket) bool { return v.State == 3 || v.State < 2 }
			for name, test := range map[string]struct {
				q    ddbtable.Query[ticket]
				keep func(ticket) bool
			}{
				"all":    {q, in},
				"small":  {q.PageSize(1), in},
				"within": {within, func(v ticket) bool { return in(v) && v.At >= 3 && v.At <= 9 }},
				"filter": {q.Filter(ticketNote.Eq("noted")), func(v ticket) bool { return in(v) && v.Note == "noted" }},
			} {
				want := sorted(t, table, descending, test.keep)
				got, err := ddbtable.Collect(test.q.All(t.Context()))
				if err != nil {
					t.Fatal(err)
				}
				expect(t, fmt.Sprint(name, descending), places(got), places(want))
				if n, err := test.q.Count(t.Context()); n != len(want) || err != nil {
					t.Errorf("%s: Count: %d, %v", name, n, err)
				}
				for _, n := range []int{1, 3, len(want), 100} {
					expectPages(t, test.q, n, got)
				}
			}
		}
	})
}

// expectPages reads all pages forward and back again.
func expectPages(t *testing.T, q ddbtable.Query[ticket], n int, want []ticket) {
	t.Helper()
	var got, back []ticket
	cursor, pages := "", 0
	for {
		page, err := q.Page(t.Context(), n, cursor)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, page.Items...)
		pages++
		if page.Next == "" {
			cursor = page.Prev
			if last := (len(want)-1)%n + 1; len(page.Items) != last {
				t.Errorf("the last page has %d items, want %d", len(page.Items), last)
			}
			back = page.Items
			break
		}
		if len(page.Items) != n {
			t.Errorf("a page of %d has %d items", n, len(page.Items))
		}
		cursor = page.Next
	}
	expect(t, fmt.Sprint("pages of ", n), got, want)
	for cursor != "" {
		page, err := q.Page(t.Context(), n, cursor)
		if err != nil {
			t.Fatal(err)
		}
		back = append(slices.Clone(page.Items), back...)
		pages--
		if on, err := q.Page(t.Context(), n, page.Next); err != nil || len(on.Items) == 0 {
			t.Errorf("the page behind the one before: %v, %v", on.Items, err)
		}
		cursor = page.Prev
	}
	expect(t, fmt.Sprint("back in pages of ", n), back, want)
	if pages != 1 {
		t.Errorf("%d pages more forward than back", pages-1)
	}
}

func TestMergeReadsEachRangeOnePageAhead(t *testing.T) {
	table, r := openTickets(t)
	q := table.Query(ticketTeam.Eq("red"), ticketState.In(0, 1)).OrderBy(ticketAt).Descending()
	page, err := q.Page(t.Context(), 3, "")
	if err != nil || len(page.Items) != 3 {
		t.Fatal(page, err)
	}
	r.expectSent(t, "a page of two ranges", "Query", "Query")
	if !strings.Contains(r.last, `"Limit":4`) {
		t.Errorf("the request was %s", r.last)
	}
	for range q.All(t.Context()) {
		break
	}
	r.expectSent(t, "All with break", "Query", "Query")
	// The last page knows that both ranges end.
	if _, err := q.Page(t.Context(), 100, page.Next); err != nil {
		t.Fatal(err)
	}
	r.expectSent(t, "the rest", "Query", "Query")
}

func TestMergedPageThatIsCappedMakesProgress(t *testing.T) {
	table, _ := openTickets(t)
	q := table.Query(ticketTeam.Eq("red"), ticketState.In(0, 1, 2)).OrderBy(ticketAt).Filter(ticketNote.Eq("noted")).MaxReads(3)
	all, err := ddbtable.Collect(q.All(t.Context()))
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	var got []ticket
	cursor, capped := "", 0
	for range 100 {
		page, err := q.Page(t.Context(), 2, cursor)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, page.Items...)
		if page.Capped {
			capped++
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	expect(t, "capped pages", got, all)
	if capped == 0 || cursor != "" {
		t.Errorf("%d pages were capped, cursor %q", capped, cursor)
	}
}

// However early the cap ends a page, the way back is the way there: nothing is
// lost where a page turns.
func TestMergedPagesThatAreCappedTurn(t *testing.T) {
	table, _ := openTickets(t)
	merged := table.Query(ticketTeam.Eq("red"), ticketState.In(0, 1, 2, 3)).OrderBy(ticketAt).Filter(ticketNote.Eq("noted"))
	for _, reads := range []int{4, 5, 7, 10} {
		for _, q := range []ddbtable.Query[ticket]{merged.MaxReads(reads), merged.Descending().MaxReads(reads), merged.PageSize(1).MaxReads(reads)} {
			all := collect(t, q)
			var back []ticket
			expectRest := func(p ddbtable.Page[ticket]) {
				t.Helper()
				if p.Next == "" && len(back) == 0 {
					return
				}
				expect(t, fmt.Sprint("what follows with ", reads, " reads"), ids(collect(t, q.From(p.Next))), ids(back))
			}
			pages := []ddbtable.Page[ticket]{{}}
			for cursor, n := "", 0; n == 0 || cursor != ""; n++ {
				page, err := q.Page(t.Context(), 2, cursor)
				if err != nil || n > 100 {
					t.Fatal(n, err)
				}
				back = slices.Clone(all[len(all)-len(collect(t, q.From(cursor))):])
				cursor = page.Next
				if back = back[len(page.Items):]; cursor != "" {
					expectRest(page)
				}
				if len(page.Items) > 0 {
					pages = append(pages, page)
				}
			}
			last := pages[len(pages)-1]
			back = slices.Clone(all[len(all)-len(last.Items):])
			for cursor, n := last.Prev, 0; cursor != ""; n++ {
				page, err := q.Page(t.Context(), 2, cursor)
				if err != nil || n > 100 {
					t.Fatal(n, err)
				}
				expectRest(page)
				back = append(slices.Clone(page.Items), back...)
				cursor = page.Prev
			}
			expect(t, fmt.Sprint("the way back with ", reads, " reads"), back, all)
		}
	}
}

// Whoever forges a cursor cannot make one range be read one way and another the
// other.
func TestForgedCursorOfAMerge(t *testing.T) {
	table, r := openTickets(t)
	q := table.Query(ticketTeam.Eq("red"), ticketState.In(0, 1)).OrderBy(ticketAt)
	for name, forged := range map[string]struct {
		payload []byte
		ok      bool
	}{
		"both from the beginning": {[]byte{2, 0, 0, 2, 0, 0}, true},
		"both from the end":       {[]byte{2, 1, 0, 2, 1, 0}, true},
		"one each way":            {[]byte{2, 0, 0, 2, 1, 0}, false},
		"one only":                {[]byte{2, 0, 0}, false},
		"three":                   {[]byte{2, 0, 0, 2, 0, 0, 2, 0, 0}, false},
		"a length too far":        {[]byte{2, 0, 0, 9, 0, 0}, false},
	} {
		r.sent()
		cursor, err := ddbtable.Forge(q, forged.payload)
		if err != nil {
			t.Fatal(err)
		}
		_, err = q.Page(t.Context(), 1, cursor)
		if forged.ok && err != nil || !forged.ok && (!errors.Is(err, ddbtable.ErrBadCursor) || len(r.sent()) > 0) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A permit is a ticket that expires.
type permit struct {
	ID    string    `ddb:"id,partition"`
	Team  string    `ddb:"team,partition=by_team"`
	State int       `ddb:"state"`
	At    int       `ddb:"at"`
	Until time.Time `ddb:"until,unix,ttl,omitzero"`
	_     struct{}  `ddb:"place,sort=by_team,from={state:2}_{at:4}"`
}

var (
	permits     = ddbtable.MustDefine[permit]("permits")
	permitTeam  = ddbtable.Attr(func(p *permit) *string { return &p.Team })
	permitState = ddbtable.Attr(func(p *permit) *int { return &p.State })
	permitAt    = ddbtable.Attr(func(p *permit) *int { return &p.At })
	permitUntil = ddbtable.Attr(func(p *permit) *time.Time { return &p.Until })
)

// Where few items count, a page reads more of them each time, of every range.
func TestMergedPageOfFewItemsReadsInSteps(t *testing.T) {
	clock := ddbtest.NewClock(time.Unix(1e9, 0))
	table, r := recorded(t, permits, ddbtable.UseClock(clock))
	var all []permit
	for i := range 1200 {
		all = append(all, permit{ID: fmt.Sprint("p", i), Team: "red", State: i % 3, At: i, Until: time.Unix(1, 0)})
	}
	all[1198].Until = time.Time{} // the last but one that is read
	if err := table.PutAll(slices.Values(all)).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	query := func(table *ddbtable.Table[permit]) ddbtable.Query[permit] {
		return table.Query(permitTeam.Eq("red"), permitState.In(0, 1, 2)).OrderBy(permitAt)
	}
	for what, q := range map[string]ddbtable.Query[permit]{
		"a filter": query(table).Filter(permitUntil.NotExists()),
		"expired":  query(table.HideExpired()),
	} {
		for _, q := range []ddbtable.Query[permit]{q, q.Follow(), q.Descending()} {
			r.sent()
			page, err := q.Page(t.Context(), 1, "")
			if err != nil || len(page.Items) != 1 || page.Items[0].At != 1198 || page.Next != "" {
				t.Fatalf("%s: %+v, %v", what, page, err)
			}
			// 400 items of each range, in steps of 2, 4, 8 …
			queries := slices.DeleteFunc(r.sent(), func(operation string) bool { return operation != "Query" })
			if len(queries) > 3*9 {
				t.Errorf("%s: a page of one took %d requests", what, len(queries))
			}
		}
	}
}

func TestMergeSkipsBadItems(t *testing.T) {
	table, r := openTickets(t)
	other := ddbtable.Open(r.client, ddbtable.MustDefine[looseTicket]("tickets"), ddbtable.TableName(table.Name()))
	put(t, other, looseTicket{ID: "bad", Team: "red", Place: "01_9999", State: 2, At: 9999})
	q := table.Query(ticketTeam.Eq("red"), ticketState.In(0, 1)).OrderBy(ticketAt).Descending()
	if _, err := q.Page(t.Context(), 2, ""); !errors.Is(err, ddbtable.ErrStale) {
		t.Errorf("got %v", err)
	}
	bad := 0
	page, err := q.OnBadItem(func(*ddbtable.ItemError) error { bad++; return nil }).Page(t.Context(), 2, "")
	if err != nil || bad != 1 || len(page.Items) != 2 || page.Items[0].At > 10 {
		t.Errorf("%+v, %d bad, %v", page, bad, err)
	}
}

// A looseTicket is a ticket whose place is what it says.
type looseTicket struct {
	ID    string `ddb:"id,partition"`
	Team  string `ddb:"team,partition=by_team"`
	State int    `ddb:"state"`
	At    int    `ddb:"at"`
	Note  string `ddb:"note"`
	Place string `ddb:"place,sort=by_team"`
}

func TestMergesRefusals(t *testing.T) {
	table, r := openTickets(t)
	in := func(n int) []int {
		var all []int
		for i := range n {
			all = append(all, i)
		}
		return all
	}
	team := ticketTeam.Eq("red")
	merged := table.Query(team, ticketState.In(0, 1)).OrderBy(ticketAt)
	page, err := merged.Page(t.Context(), 2, "")
	if err != nil {
		t.Fatal(err)
	}
	r.sent()
	for _, test := range []struct {
		name string
		q    ddbtable.Query[ticket]
		want string
	}{
		{"17 ranges", table.Query(team, ticketState.In(in(17)...)).OrderBy(ticketAt), "merges 17 ranges, the limit is 16"},
		{"a range before", table.Query(team, ticketState.Between(0, 3)).OrderBy(ticketAt), "sorts by state before at"},
		{"reads for some", merged.MaxReads(1), "MaxReads is 1, less than the 2 ranges"},
		{"cursor of the order by state", table.Query(team, ticketState.In(0, 1)).From(page.Next), "cursor does not belong"},
		{"cursor of other states", table.Query(team, ticketState.In(0, 2)).OrderBy(ticketAt).From(page.Next), "cursor does not belong"},
		{"cursor of the other direction", merged.Descending().From(page.Next), "cursor does not belong"},
	} {
		err := func(ctx context.Context) error {
			if test.name == "reads for some" {
				_, err := test.q.Page(ctx, 1, "")
				return err
			}
			return last(test.q.All(ctx))
		}(t.Context())
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v\nwant …%s…", test.name, err, test.want)
		}
	}
	r.expectSent(t, "refused queries")
	got, err := ddbtable.Collect(merged.From(page.Next).All(t.Context()))
	all, _ := ddbtable.Collect(merged.All(t.Context()))
	if err != nil || len(got) != len(all)-2 {
		t.Errorf("From: %d of %d, %v", len(got), len(all), err)
	}
	if n, err := merged.From(page.Next).Count(t.Context()); n != len(got) || err != nil {
		t.Errorf("Count from the cursor: %d, %v", n, err)
	}
}
