package ddbtable_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
	"example.com/ddb/ddbtable/embedded"
)

var (
	// The index of the tickets has keys only, or the note too.
	bareTickets  = ddbtable.MustDefine[ticket]("tickets", ddbtable.KeysOnly("by_team"))
	notedTickets = ddbtable.MustDefine[ticket]("tickets", ddbtable.Include("by_team", ticketNote))
)

// fill puts n tickets into a table, in 3 states. Every third is noted.
func fill(t *testing.T, table *ddbtable.Table[ticket], n int) {
	t.Helper()
	items := func(yield func(ticket) bool) {
		for i := range n {
			v := ticket{ID: fmt.Sprint("t", i), Team: "red", State: i % 3, At: i * 7 % n, Note: "-"}
			if i%3 == 0 {
				v.Note = "noted"
			}
			if !yield(v) {
				return
			}
		}
	}
	if err := table.PutAll(items).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// followed is a table of n tickets whose index has keys only.
func followed(t *testing.T, n int, options ...ddbtable.Option) (*ddbtable.Table[ticket], *recorder) {
	t.Helper()
	table, r := recorded(t, bareTickets, options...)
	fill(t, table, n)
	r.sent()
	return table, r
}

func collect[T any](t *testing.T, q ddbtable.Query[T]) []T {
	t.Helper()
	all, err := ddbtable.Collect(q.All(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// walk reads all pages of n items, and each page before them on the way back.
func walk[T any](t *testing.T, q ddbtable.Query[T], n int) (all []T) {
	t.Helper()
	var last ddbtable.Page[T]
	for cursor := ""; ; {
		page, err := q.Page(t.Context(), n, cursor)
		if err != nil {
			t.Fatal(err)
		}
		if page.Next != "" && len(page.Items) != n {
			t.Errorf("a page of %d items is followed by another, want %d", len(page.Items), n)
		}
		if page.Prev != "" {
			before, err := q.Page(t.Context(), n, page.Prev)
			if err != nil {
				t.Fatal(err)
			}
			expect(t, "the page before", before.Items, last.Items)
		}
		all, last = append(all, page.Items...), page
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
}

func TestWithoutFollowOrAsNoZerosAreRead(t *testing.T) {
	table, r := followed(t, 3)
	ctx, q := t.Context(), table.Query(ticketTeam.Eq("red"))
	_, pageErr := q.Page(ctx, 1, "")
	_, countErr := q.Count(ctx)
	for what, err := range map[string]error{"All": drain(q.All(ctx)), "Page": pageErr, "Count": countErr, "Scan": drain(table.Scan().Via("by_team").All(ctx))} {
		plan, ok := errors.AsType[*ddbtable.PlanError](err)
		if want := "index by_team does not project state, at, note; read the items from the table with Follow, or let the index project more, or read less of them with As or Project"; !ok || !strings.Contains(plan.Error(), want) {
			t.Errorf("%s: got %v, want %q", what, err, want)
		}
	}
	r.expectSent(t, "what cannot be read")
}

// What a definition or a table asks an index for is told apart from what the
// caller asks for, because it is left out in another way.
func TestWhatAnIndexLacksIsToldWithItsRemedy(t *testing.T) {
	type note struct {
		ID     string    `ddb:"id,partition"`
		Folder string    `ddb:"folder,partition=keys,partition=some"`
		State  string    `ddb:"state"`
		Text   string    `ddb:"text"`
		Until  time.Time `ddb:"until,unix,ttl,omitzero"`
	}
	type line struct {
		ID string `ddb:"id"`
	}
	folder := ddbtable.Attr(func(n *note) *string { return &n.Folder })
	state := ddbtable.Attr(func(n *note) *string { return &n.State })
	text := ddbtable.Attr(func(n *note) *string { return &n.Text })
	table, r := recorded(t, ddbtable.MustDefine[note]("notes", ddbtable.SoftDelete(state, "here", "gone"), ddbtable.KeysOnly("keys"), ddbtable.Include("some", text)))
	short := func(q ddbtable.Query[note]) ddbtable.Query[line] { return ddbtable.As[line](q) }
	in := func(table *ddbtable.Table[note], index string) ddbtable.Query[note] {
		return table.Query(folder.Eq("f")).Via(index)
	}
	const more = "read the items from the table with Follow, or let the index project more"
	for _, test := range []struct {
		what string
		err  error
		want string // "" for none
	}{
		{"of the caller, the definition and the table", in(table.HideExpired(), "keys").Explain().Err,
			"index keys does not project state (SoftDelete), text, until (HideExpired); " + more + ", or read less of them with As or Project, and deleted ones too with WithDeleted, and expired ones too without HideExpired"},
		{"of the caller", in(table.WithDeleted(), "keys").Explain().Err, "does not project state, text, until; " + more + ", or read less of them with As or Project"},
		{"of the definition", short(in(table, "keys")).Explain().Err, "does not project state (SoftDelete); " + more + ", or read deleted ones too with WithDeleted"},
		{"of a scan", ddbtable.As[line](table.Scan().Via("some")).Explain().Err, "does not project state (SoftDelete); " + more + ", or read deleted ones too with WithDeleted"},
		{"of the table", short(in(table.WithDeleted().HideExpired(), "some")).Explain().Err, "does not project until (HideExpired); " + more + ", or read expired ones too without HideExpired"},
		{"of the filter", short(in(table.WithDeleted(), "keys").Filter(text.Eq("t"))).Explain().Err, "does not project text; " + more + ", or drop text from Filter"},
		{"of nobody", short(in(table.WithDeleted(), "keys")).Explain().Err, ""},
		{"of nobody, with a filter", short(in(table.WithDeleted(), "some").Filter(text.Eq("t"))).Explain().Err, ""},
		{"followed", in(table.HideExpired(), "keys").Follow().Explain().Err, ""},
	} {
		switch {
		case test.want == "" && test.err != nil:
			t.Errorf("%s: %v", test.what, test.err)
		case test.want != "" && (test.err == nil || !strings.HasSuffix(test.err.Error(), test.want)):
			t.Errorf("%s\n got: %v\nwant: …%s", test.what, test.err, test.want)
		}
	}
	r.expectSent(t, "plans")

	all, _, _, _ := openLedger(t)
	err := all.Query(ddbtable.Of(bookingDay.Eq("mon"))).Explain().Err
	if err == nil || !strings.HasSuffix(err.Error(), more) {
		t.Errorf("of a collection\n got: %v\nwant: …%s", err, more)
	}
	err = ddbtable.As[struct {
		Number int `ddb:"number"`
	}](ddbtable.Open(r.client, bookings).Query(bookingDay.Eq("mon"))).Explain().Err
	if want := "does not project number, type (which tells the types of the table apart); " + more; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("of one type of a collection\n got: %v\nwant: …%s", err, want)
	}
}

func TestFollowReadsTheItemsInTheOrderOfTheIndex(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := followed(t, 40, options...)
		byKey := collect(t, ddbtable.As[ticket](table.Scan()))
		slices.SortFunc(byKey, func(a, b ticket) int { return strings.Compare(a.Place, b.Place) })
		r.sent()

		q := table.Query(ticketTeam.Eq("red")).Follow()
		expect(t, "All", collect(t, q), byKey)
		r.expectSent(t, "All", "Query", "BatchGetItem")
		n, err := q.Count(t.Context())
		if n != 40 || err != nil {
			t.Errorf("Count = %d, %v; want 40", n, err)
		}
		r.expectSent(t, "Count", "Query", "BatchGetItem")
		page, err := q.Page(t.Context(), 7, "")
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "a page", page.Items, byKey[:7])
		r.expectSent(t, "a page", "Query", "BatchGetItem")
		expect(t, "pages", walk(t, q, 7), byKey)
		slices.Reverse(byKey)
		expect(t, "pages, descending", walk(t, q.Descending(), 9), byKey)

		merged := table.Query(ticketTeam.Eq("red"), ticketState.In(0, 2)).OrderBy(ticketAt).Follow()
		want := slices.DeleteFunc(byKey, func(v ticket) bool { return v.State == 1 })
		slices.SortFunc(want, func(a, b ticket) int { return a.At - b.At })
		expect(t, "merged ranges", collect(t, merged), want)
		expect(t, "pages of merged ranges", walk(t, merged, 4), want)
		if n, err := merged.Count(t.Context()); n != len(want) || err != nil {
			t.Errorf("Count of merged ranges = %d, %v; want %d", n, err, len(want))
		}
	})
}

func TestFollowReadsNoFurtherThanTheLoop(t *testing.T) {
	table, r := followed(t, 250)
	q := table.Query(ticketTeam.Eq("red")).Follow()
	n := 0
	for v, err := range q.All(t.Context()) {
		if n++; err != nil || v.Note == "" {
			t.Fatal(v, err)
		}
		if n == 100 {
			break
		}
	}
	r.expectSent(t, "100 items", "Query", "BatchGetItem")
	if got := len(collect(t, q)); got != 250 {
		t.Errorf("All has %d items, want 250", got)
	}
	r.expectSent(t, "all items", "Query", "BatchGetItem", "BatchGetItem", "BatchGetItem")
	if got := len(walk(t, q, 120)); got != 250 {
		t.Errorf("pages have %d items, want 250", got)
	}
}

// While the keys are on their way the table changes.
func TestFollowLeavesOutWhatTheIndexIsWrongAbout(t *testing.T) {
	for what, change := range map[string]func(ctx context.Context, table *ddbtable.Table[ticket], id string) error{
		"gone": func(ctx context.Context, table *ddbtable.Table[ticket], id string) error {
			return err1(table.Delete(ticketID.Eq(id)).Run(ctx))
		},
		"elsewhere in the index": func(ctx context.Context, table *ddbtable.Table[ticket], id string) error {
			return err1(table.Update(ticketID.Eq(id)).Change(ticketState.Set(9)).Run(ctx))
		},
		"out of the index": func(ctx context.Context, table *ddbtable.Table[ticket], id string) error {
			return err1(table.Update(ticketID.Eq(id)).Change(ticketTeam.Remove()).Run(ctx))
		},
	} {
		t.Run(what, func(t *testing.T) {
			table, r := followed(t, 30)
			q := table.Query(ticketTeam.Eq("red"), ticketState.Between(0, 2)).Follow()
			want := collect(t, q)
			lost := []ticket{want[1], want[4], want[5]}
			changed := false
			r.after = func(operation string) {
				if operation != "Query" || changed {
					return
				}
				changed = true
				for _, v := range lost {
					if err := change(context.Background(), table, v.ID); err != nil {
						t.Error(err)
					}
				}
			}
			want = slices.DeleteFunc(want, func(v ticket) bool { return slices.Contains(lost, v) })
			expect(t, "pages", walk(t, q, 5), want)
		})
	}
}

func TestFollowTestsTheFilterOnTheItems(t *testing.T) {
	table, r := followed(t, 30)
	q := table.Query(ticketTeam.Eq("red")).Follow()
	noted := q.Filter(ticketNote.Eq("noted"))
	for _, v := range append(collect(t, noted), walk(t, noted, 4)...) {
		if v.Note != "noted" {
			t.Errorf("got %+v", v)
		}
	}
	if got := len(walk(t, noted, 4)); got != 10 {
		t.Errorf("pages have %d items, want 10", got)
	}
	if n, err := noted.Count(t.Context()); n != 10 || err != nil {
		t.Errorf("Count = %d, %v; want 10", n, err)
	}
	capped, err := q.Filter(ticketNote.Eq("none")).MaxReads(9).Page(t.Context(), 2, "")
	if err != nil || len(capped.Items) != 0 || !capped.Capped || capped.Next == "" {
		t.Errorf("a capped page is %+v, %v", capped, err)
	}
	r.sent()
	err = drain(q.Filter(ddbtable.Contains(ticketNote, "not")).All(t.Context()))
	if err == nil || !strings.Contains(err.Error(), "the filter tests note, which index by_team does not project, in a way that only DynamoDB can") {
		t.Errorf("a filter that cannot be evaluated here: %v", err)
	}
	r.expectSent(t, "it")

	// An index that has the note leaves out what does not have the right one,
	// before items are followed.
	table, r = recorded(t, notedTickets)
	fill(t, table, 30)
	r.sent()
	q = table.Query(ticketTeam.Eq("red")).Follow()
	if got := len(collect(t, q.Filter(ddbtable.Contains(ticketNote, "not")))); got != 10 {
		t.Errorf("the index finds %d items, want 10", got)
	}
	expect(t, "keys in the last batch", strings.Count(r.last, `"id":`), 10)
	r.after = func(operation string) {
		if operation == "Query" {
			r.after = nil
			if err := err1(table.Update(ticketID.Eq("t3")).Change(ticketNote.Set("-")).Run(context.Background())); err != nil {
				t.Error(err)
			}
		}
	}
	if got := len(collect(t, q.Filter(ticketNote.Eq("noted")))); got != 9 {
		t.Errorf("%d items have the note, want 9", got)
	}
}

// A gauge may lack what conditions are about.
type gauge struct {
	ID   string `ddb:"id,partition"`
	Team string `ddb:"team,partition=by_team"`
	N    *int   `ddb:"n"`
	Text string `ddb:"text,omitzero"`
}

// What is evaluated here is what DynamoDB evaluates, for Follow and Sparse alike.
func TestConditionsMeanTheSameHereAndThere(t *testing.T) {
	n := ddbtable.Attr(func(g *gauge) **int { return &g.N })
	word := ddbtable.Attr(func(g *gauge) *string { return &g.Text })
	team := ddbtable.Attr(func(g *gauge) *string { return &g.Team })
	table, _ := recorded(t, ddbtable.MustDefine[gauge]("gauges", ddbtable.KeysOnly("by_team")))
	numbers := []*int{nil, new(-1), new(0), new(1), new(2)}
	texts := []string{"", "a", "ab", "b", "b\x00"}
	for i, x := range numbers {
		for j, s := range texts {
			put(t, table, gauge{ID: fmt.Sprint(i, " ", j), Team: "t", N: x, Text: s})
		}
	}
	var simple []ddbtable.Cond[gauge]
	for i, x := range numbers {
		if x == nil {
			continue
		}
		s, low, small := texts[i], numbers[1], texts[2]
		simple = append(simple,
			n.Eq(x), n.Ne(x), n.Lt(x), n.Le(x), n.Gt(x), n.Ge(x), n.In(low, x), n.Between(low, x), n.Between(x, x),
			word.Eq(s), word.Ne(s), word.Lt(s), word.Le(s), word.Gt(s), word.Ge(s), word.In(small, s), word.Between(small, s), ddbtable.BeginsWith(word, s), ddbtable.BeginsWith(word, "a"), word.Between("a", s), n.Between(new(0), x))
	}
	simple = append(simple, n.Exists(), n.NotExists(), word.Exists(), word.NotExists())
	all := slices.Clone(simple)
	for i, c := range simple {
		d := simple[(i*7+3)%len(simple)]
		all = append(all, ddbtable.Not(c), ddbtable.And(c, d), ddbtable.Or(c, d), ddbtable.Not(ddbtable.And(c, ddbtable.Not(d))))
	}
	ids := func(q ddbtable.Query[gauge]) (ids []string) {
		for _, g := range collect(t, q) {
			ids = append(ids, g.ID)
		}
		slices.Sort(ids)
		return ids
	}
	counts := make(map[int]bool)
	for i, c := range all {
		there := ids(ddbtable.As[gauge](table.Scan().Filter(c)))
		expect(t, fmt.Sprint("condition ", i), ids(table.Query(team.Eq("t")).Follow().Filter(c)), there)
		counts[len(there)] = true
	}
	if len(counts) < 10 {
		t.Errorf("the conditions do not differ: %v", counts)
	}
}

func TestFollowReadsConsistentlyFromTheTable(t *testing.T) {
	table, r := followed(t, 3)
	q := table.Query(ticketTeam.Eq("red")).Follow()
	r.before = func(operation string) {
		consistent := strings.Contains(r.last, `"ConsistentRead":true`)
		if consistent != (operation == "BatchGetItem") {
			t.Errorf("%s: %s", operation, r.last)
		}
	}
	expect(t, "items", len(collect(t, q.Consistent())), 3)
	r.before = func(string) {
		if strings.Contains(r.last, "ConsistentRead") {
			t.Error(r.last)
		}
	}
	expect(t, "items", len(collect(t, q)), 3)
}

func TestFollowTakesUnprocessedKeysUpAgain(t *testing.T) {
	db := engine(t)
	clock := ddbtest.NewClock(time.Unix(1e9, 0))
	table := ddbtest.Table(t, db.Client(), bareTickets, ddbtable.UseClock(clock))
	fill(t, table, 30)
	q := table.Query(ticketTeam.Eq("red")).Follow()
	want := collect(t, q)
	fault := db.Inject(embedded.Fault{Effect: embedded.Unprocessed, Times: 20})
	expect(t, "items", collect(t, q), want)
	if fault.Hits() != 20 {
		t.Errorf("%d keys were left unprocessed, want 20", fault.Hits())
	}
}

func TestFollowMistakes(t *testing.T) {
	table, r := followed(t, 1)
	for what, test := range map[string]struct {
		err  error
		want string
	}{
		"the table itself": {drain(table.Query(ticketID.Eq("t0")).Follow().All(t.Context())), "Follow is for an index, but the table itself serves the query"},
		"a whole scan":     {drain(table.Scan().Follow().All(t.Context())), "Follow is for an index"},
		"the zero Query":   {drain(ddbtable.Query[ticket]{}.Follow().All(t.Context())), "zero value"},
		"a key in a filter": {drain(table.Query(ticketTeam.Eq("red")).Filter(ticketTeam.Eq("red")).Follow().All(t.Context())),
			`attribute "team" is a key of index by_team, which a filter cannot test`},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", what, test.err, test.want)
		}
	}
	r.expectSent(t, "a mistake")
}

func TestFollowMeetsBadItems(t *testing.T) {
	table, r := followed(t, 3)
	ctx := t.Context()
	raw(t, r.client, table.Name(), map[string]types.AttributeValue{
		"id": text("bad"), "team": text("red"), "place": text("01_0001"), "state": text("x"),
	})
	q := table.Query(ticketTeam.Eq("red")).Follow()
	err := drain(q.All(ctx))
	if bad, ok := errors.AsType[*ddbtable.ItemError](err); !ok || bad.Attribute != "state" || len(bad.Key) != 1 {
		t.Errorf("got %v, want an error about the attribute state", err)
	}
	var told []string
	q = q.OnBadItem(func(bad *ddbtable.ItemError) error {
		told = append(told, bad.Attribute)
		return nil
	})
	expect(t, "items", len(collect(t, q)), 3)
	expect(t, "told", told, []string{"state"})
}

func TestFollowOfScansAndProjections(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := followed(t, 130, options...)
		scan := table.Scan().Via("by_team").Follow()
		if n, err := scan.Count(t.Context()); n != 130 || err != nil {
			t.Errorf("Count = %d, %v; want 130", n, err)
		}
		n := 0
		err := scan.Parallel(3).Each(t.Context(), func(items []ticket, _ []string) error {
			for _, v := range items {
				if v.Note == "" {
					t.Errorf("got %+v", v)
				}
			}
			n += len(items)
			return nil
		})
		if n != 130 || err != nil {
			t.Errorf("Each has %d items, %v; want 130", n, err)
		}
		r.sent()
		page, err := table.Query(ticketTeam.Eq("red")).Project(ticketNote).Follow().Page(t.Context(), 1, "")
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "a projected item", page.Items, []ticket{{Note: "noted"}})
		if !strings.Contains(r.last, "ProjectionExpression") {
			t.Errorf("the batch asks for everything: %s", r.last)
		}
	})
}

func TestFollowIsCountedAndExplained(t *testing.T) {
	var calls []ddbtable.Call
	table, _ := followed(t, 30, ddbtable.OnCall(func(_ context.Context, c ddbtable.Call) { calls = append(calls, c) }))
	calls = nil
	q := table.Query(ticketTeam.Eq("red")).Follow()
	if _, err := q.Page(t.Context(), 9, ""); err != nil {
		t.Fatal(err)
	}
	c := calls[0]
	expect(t, "the call", []any{len(calls), c.Op, c.Index, c.Requests, c.Items}, []any{1, "query", "by_team", 2, 20})
	expect(t, "its capacity", c.Indexes, map[string]ddbtable.Capacity{"": {Read: 5}, "by_team": {Read: 0.5}})

	noted := q.Filter(ticketNote.Eq("noted"))
	expect(t, "the explanation", strings.ReplaceAll(noted.Explain().String(), table.Name(), "tickets"), strings.TrimPrefix(`
query table tickets, index by_team
  key      team = "red"
  follow   each item by its key from table tickets, 100 in one request
  test     note = "noted"
  order    state, at`, "\n"))
	load, err := noted.Measure(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "the load", load, ddbtable.Load{Read: 30, Returned: 10, ItemBytes: 136, FullBytes: 4096})
	e := noted.Explain().For(load)
	expect(t, "the cost", []any{e.Requests, e.ReadUnits}, []any{2, 15.5})
	e = noted.Consistent().Explain().For(load)
	expect(t, "the cost of consistent reads", []any{e.Requests, e.ReadUnits}, []any{2, 30.5})
	e = q.Explain().For(ddbtable.Load{Read: 201, Returned: 201, ItemBytes: 100, FullBytes: 5000})
	expect(t, "the cost of large items", []any{e.Requests, e.ReadUnits}, []any{4, 203.5})
	sifted := ddbtable.Open(nil, notedTickets).Query(ticketTeam.Eq("red")).Follow().Filter(ticketNote.Eq("noted")).Explain()
	e = sifted.For(ddbtable.Load{Read: 201, Returned: 100, ItemBytes: 100, FullBytes: 100})
	expect(t, "the cost of what the index lets through", []any{e.Requests, e.ReadUnits, e.Filter, e.Tested},
		[]any{2, 52.5, `note = "noted"`, `note = "noted"`})
}

func TestFollowHidesWhatIsDeletedOrExpired(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		clock := ddbtest.NewClock(time.Unix(1e9, 0))
		narrow := ddbtable.MustDefine[account]("ledger", ddbtable.SoftDelete(accountState, "open", "closed"), ddbtable.KeysOnly("by_bank"))
		table, _ := recorded(t, narrow, append(options, ddbtable.UseClock(clock))...)
		for i := range 6 {
			v := account{Bank: "b", ID: fmt.Sprint(i), State: "open"}
			if i%2 == 1 {
				v.Until = clock.Now().Add(time.Hour)
			}
			put(t, table, v)
		}
		if err := err1(table.Delete(accountBank.Eq("b"), accountID.Eq("2")).Run(t.Context())); err != nil {
			t.Fatal(err)
		}
		clock.Advance(2 * time.Hour)
		ids := func(table *ddbtable.Table[account]) string {
			var all []string
			for _, v := range walk(t, table.Query(accountBank.Eq("b")).Via("by_bank").Follow(), 2) {
				all = append(all, v.ID)
			}
			slices.Sort(all)
			return strings.Join(all, " ")
		}
		expect(t, "what is not deleted", ids(table), "0 1 3 4 5")
		expect(t, "what is neither deleted nor expired", ids(table.HideExpired()), "0 4")
		expect(t, "everything", ids(table.WithDeleted()), "0 1 2 3 4 5")
	})
}

func TestFollowOfCollections(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		all, _, b, _ := openLedger(t, options...)
		day := all.Query(ddbtable.Of(bookingDay.Eq("mon"))).Follow()
		got := tellAll(t, day)
		slices.Sort(got)
		expect(t, "bookings of a day, as any", got, []string{"booking 1/1", "booking 2/1"})
		expect(t, "bookings of a day", len(walk(t, b.Query(bookingDay.Eq("mon")).Follow(), 1)), 2)
	})
}

// An index that lags, batches that are done in part, requests that are
// throttled: what is returned is as the table has it.
func TestFollowOfAnIndexThatLags(t *testing.T) {
	left := 0
	for seed := range uint64(4) {
		clock := ddbtest.NewClock(time.Unix(1e9, 0))
		table := ddbtest.Table(t, ddbtest.Client(t, ddbtest.Strict(seed)), bareTickets, ddbtable.UseClock(clock))
		fill(t, table, 24)
		q := table.Query(ticketTeam.Eq("red"), ticketState.Between(0, 2)).Follow().Consistent()
		for i := range 12 {
			id := ticketID.Eq(fmt.Sprint("t", i))
			_, err := table.Update(id).Change(ticketState.Set(7)).Run(t.Context())
			if i%2 == 0 {
				_, err = table.Delete(id).Run(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			for cursor, n := "", 0; n == 0 || cursor != ""; n++ {
				page, err := q.Page(t.Context(), 5, cursor)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range page.Items {
					stored, err := table.Consistent().Get(t.Context(), ticketID.Eq(v.ID))
					if err != nil || stored != v || v.State > 2 {
						t.Fatalf("seed %d: got %+v, stored is %+v, %v", seed, v, stored, err)
					}
				}
				cursor = page.Next
			}
			entries, err := ddbtable.Collect(table.Query(ticketTeam.Eq("red"), ticketState.Between(0, 2)).Project(ticketID).All(t.Context()))
			if err != nil {
				t.Fatal(err)
			}
			left += len(entries) - (23 - i)
		}
		// The third read sees the last writes.
		collect(t, q)
		collect(t, q)
		expect(t, "in the end", len(collect(t, q)), 12)
	}
	if left == 0 {
		t.Error("the index never lagged")
	}
}
