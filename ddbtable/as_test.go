package ddbtable_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
)

type (
	// A line is what a list of tickets shows.
	line struct {
		Note string `ddb:"note"`
		At   int16  `ddb:"at"`
	}

	// A spot is what the keys of the tickets' index say.
	spot struct {
		ID    string `ddb:"id"`
		Place string `ddb:"place"`
	}

	// A stop is what a list of parcels shows.
	stop struct {
		Number *int64 `ddb:"number"`
		From   struct {
			City string `ddb:"city"`
		} `ddb:"from"`
		Tags map[string]struct{} `ddb:"tags,set"`
	}
)

var lineAt = ddbtable.Attr(func(l *line) *int16 { return &l.At })

func TestAsReadsASmallerType(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, tickets, options...)
		fill(t, table, 20)
		whole := table.Query(ticketTeam.Eq("red"), ticketState.In(0, 2)).Filter(ticketAt.Lt(15)).OrderBy(ticketAt).Descending()
		var want []line
		for _, v := range collect(t, whole) {
			want = append(want, line{v.Note, int16(v.At)})
		}
		small := ddbtable.As[line](whole)
		expect(t, "All", collect(t, small), want)
		expect(t, "pages", walk(t, small, 3), want)
		if n, err := small.Count(t.Context()); n != len(want) || err != nil {
			t.Errorf("Count = %d, %v; want %d", n, err, len(want))
		}
		refined := ddbtable.As[line](table.Query(ticketTeam.Eq("red"), ticketState.In(0, 2))).Filter(lineAt.Lt(15)).OrderBy(lineAt).Descending()
		expect(t, "refined by handles on the smaller type", collect(t, refined), want)
		if !strings.Contains(r.last, `"ProjectionExpression":`) || strings.Contains(r.last, `"owner"`) {
			t.Errorf("asked for more: %s", r.last)
		}

		// Cursors are the query's own, whatever its items are.
		page, err := whole.Page(t.Context(), 2, "")
		if err != nil {
			t.Fatal(err)
		}
		next, err := small.Page(t.Context(), 2, page.Next)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "the page behind the other's", next.Items, want[2:4])

		n := 0
		for v, err := range ddbtable.As[line](table.Scan()).All(t.Context()) {
			if n++; err != nil || v.Note == "" {
				t.Errorf("scan: got %+v, %v", v, err)
			}
		}
		expect(t, "scanned", n, 20)
	})
}

func TestAsReadsWhatAnIndexHas(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := followed(t, 9, options...)
		q := table.Query(ticketTeam.Eq("red")).Descending()
		got := walk(t, ddbtable.As[spot](q), 4)
		if len(got) != 9 || got[0] != (spot{"t5", "02_0008"}) || got[8] != (spot{"t0", "00_0000"}) {
			t.Errorf("got %+v", got)
		}
		for _, operation := range r.sent() {
			if operation != "Query" {
				t.Errorf("sent %s", operation)
			}
		}
		err := drain(ddbtable.As[line](q).All(t.Context()))
		if err == nil || !strings.Contains(err.Error(), "index by_team does not project at, note; read the items from the table with Follow, or let the index project more, or leave at, note out of ddbtable_test.line") {
			t.Errorf("got %v", err)
		}
		r.expectSent(t, "what the index lacks")
		expect(t, "followed", len(collect(t, ddbtable.As[line](q.Follow()))), 9)
		r.expectSent(t, "what the index lacks, followed", "Query", "BatchGetItem")
		if !strings.Contains(r.last, "ProjectionExpression") || strings.Contains(r.last, `"state"`) {
			t.Errorf("the batch is %s", r.last)
		}
		expect(t, "followed, and filtered by handles on the smaller type",
			len(collect(t, ddbtable.As[line](q).Follow().Filter(lineAt.Lt(3)))), 3)
	})
}

// What lags is old and not wrong: what As reads of an index fits together, and
// what it follows is as the table has it.
func TestAsReadsAnIndexThatLags(t *testing.T) {
	lagged := 0
	for seed := range uint64(4) {
		clock := ddbtest.NewClock(time.Unix(1e9, 0))
		table := ddbtest.Table(t, ddbtest.Client(t, ddbtest.Strict(seed)), bareTickets, ddbtable.UseClock(clock))
		fill(t, table, 12)
		q := table.Query(ticketTeam.Eq("red")).Descending()
		for i := range 12 {
			id := fmt.Sprint("t", i)
			if _, err := table.Update(ticketID.Eq(id)).Change(ticketState.Set(7), ticketNote.Set("moved")).Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			moved := 0
			for _, v := range collect(t, ddbtable.As[spot](q)) {
				if strings.HasPrefix(v.Place, "07_") {
					moved++
				}
			}
			lagged += i + 1 - moved
			lines := collect(t, ddbtable.As[line](q).Follow().Consistent())
			for _, v := range lines {
				stored, err := ddbtable.Collect(table.Consistent().Scan().Filter(ticketAt.Eq(int(v.At))).All(t.Context()))
				if err != nil || len(stored) != 1 || stored[0].Note != v.Note {
					t.Fatalf("seed %d: got %+v, stored is %+v, %v", seed, v, stored, err)
				}
			}
		}
		collect(t, q.Follow())
		collect(t, q.Follow())
		if n := len(collect(t, ddbtable.As[line](q).Follow().Consistent())); n != 12 {
			t.Errorf("in the end there are %d items, want 12", n)
		}
	}
	if lagged == 0 {
		t.Error("the index never lagged")
	}
}

func TestGetAs(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, tickets, options...)
		fill(t, table, 3)
		ctx := t.Context()
		got, err := ddbtable.GetAs[line](ctx, table, ticketID.Eq("t0"))
		if err != nil || got != (line{"noted", 0}) || !strings.Contains(r.last, "ProjectionExpression") {
			t.Errorf("GetAs = %+v, %v; sent %s", got, err, r.last)
		}
		if _, err := ddbtable.GetAs[line](ctx, table, ticketID.Eq("t7")); !errors.Is(err, ddbtable.ErrNotFound) {
			t.Errorf("GetAs of what is missing: %v", err)
		}
		r.sent()
		if _, err := ddbtable.GetAs[line](ctx, table.Project(ticketNote), ticketID.Eq("t0")); err == nil || !strings.Contains(err.Error(), "drop Project") {
			t.Errorf("GetAs and Project: %v", err)
		}
		var none *ddbtable.Table[ticket]
		for _, table := range []*ddbtable.Table[ticket]{none, new(ddbtable.Table[ticket])} {
			if _, err := ddbtable.GetAs[line](ctx, table, ticketID.Eq("t0")); err == nil {
				t.Error("GetAs of no table: no error")
			}
		}
		r.expectSent(t, "mistakes")
	})
}

// A derived attribute whose type leaves out what it is made from is checked all
// the same.
func TestAsFindsStaleAttributes(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, tickets, options...)
		fill(t, table, 3)
		raw(t, r.client, table.Name(), map[string]types.AttributeValue{
			"id": text("bad"), "team": text("red"), "place": text("01_0001"), "state": &types.AttributeValueMemberN{Value: "2"}, "at": &types.AttributeValueMemberN{Value: "1"},
		})
		q := ddbtable.As[spot](table.Query(ticketTeam.Eq("red")))
		err := drain(q.All(t.Context()))
		bad, ok := errors.AsType[*ddbtable.ItemError](err)
		if !ok || !errors.Is(err, ddbtable.ErrStale) || bad.Attribute != "place" || bad.Field != "Place" || len(bad.Key) != 1 {
			t.Errorf("All: got %v", err)
		}
		skipped := q.OnBadItem(func(*ddbtable.ItemError) error { return nil })
		expect(t, "without it", len(walk(t, skipped, 2)), 3)
		// So is a text that nothing makes, because a facet is absent.
		raw(t, r.client, table.Name(), map[string]types.AttributeValue{
			"id": text("half"), "team": text("red"), "place": text("01_0001"), "state": &types.AttributeValueMemberN{Value: "1"},
		})
		for _, id := range []string{"bad", "half"} {
			if _, err := ddbtable.GetAs[spot](t.Context(), table, ticketID.Eq(id)); !errors.Is(err, ddbtable.ErrStale) {
				t.Errorf("GetAs of %s: got %v", id, err)
			}
		}
	})
}

func TestAsReadsParts(t *testing.T) {
	table, _ := recorded(t, parcels)
	put(t, table, parcel{Customer: "ada", Number: 7, Status: "new", Day: "mon", Sent: time.Unix(1e9, 0), From: address{"Rome", "00100"}, Tags: []string{"b"}})
	got := collect(t, ddbtable.As[stop](table.Query(parcelCustomer.Eq("ada"))))
	if len(got) != 1 || *got[0].Number != 7 || got[0].From.City != "Rome" || len(got[0].Tags) != 1 {
		t.Errorf("got %+v", got)
	}
}

type (
	unknownParts struct {
		Name string `ddb:"name"`
		At   int    `ddb:"at"`
	}
	otherType struct {
		At string `ddb:"at"`
	}
	otherTemplate struct {
		State int    `ddb:"state"`
		Place string `ddb:"place,from={state:3}"`
	}
	madeHere struct {
		State int    `ddb:"state"`
		Note  string `ddb:"note,from={state:3}"`
	}
	untagged struct{ At int }
)

func TestAsMistakes(t *testing.T) {
	table, r := recorded(t, tickets)
	all, _, _, _ := openLedger(t)
	ctx, q := t.Context(), table.Query(ticketTeam.Eq("red"))
	for what, test := range map[string]struct {
		err  error
		want string
	}{
		"an attribute that is none": {drain(ddbtable.As[unknownParts](q).All(ctx)),
			`ddbtable_test.unknownParts cannot be read of ddbtable_test.ticket: it wants attribute "name", which that does not have; give its fields the tags of those they stand for`},
		"another type":            {drain(ddbtable.As[otherType](q).All(ctx)), `it wants attribute "at", which is stored as int, not as string`},
		"another template":        {drain(ddbtable.As[otherTemplate](q).All(ctx)), `it wants attribute "place", which is not derived with from={state:3}`},
		"a template of its own":   {drain(ddbtable.As[madeHere](table.Scan()).All(ctx)), `attribute "note", which is not derived with from={state:3}`},
		"a mistaken tag":          {drain(ddbtable.As[untagged](q).All(ctx)), "field has no ddb tag"},
		"Project before":          {drain(ddbtable.As[line](q.Project(ticketNote)).All(ctx)), "ddbtable_test.line alone says which attributes are read; drop Project"},
		"Project behind":          {drain(ddbtable.As[line](q).Project(lineAt).All(ctx)), "drop Project"},
		"As twice":                {drain(ddbtable.As[line](ddbtable.As[spot](q)).All(ctx)), "alone says which attributes are read"},
		"an order of a scan":      {drain(ddbtable.As[line](table.Scan()).OrderBy(lineAt).All(ctx)), "a scan has no order; drop OrderBy and Descending"},
		"a scan backwards":        {drain(ddbtable.As[line](table.Scan()).Descending().All(ctx)), "a scan has no order"},
		"a collection":            {drain(ddbtable.As[line](all.Query(ddbtable.Of(accountBank.Eq("b")))).All(ctx)), "make the query on the definition of one type"},
		"nil":                     {drain(ddbtable.As[line](nil).All(ctx)), "zero value"},
		"the zero Query":          {drain(ddbtable.As[line](ddbtable.Query[ticket]{}).All(ctx)), "zero value"},
		"the zero Query, refined": {drain(ddbtable.As[line](ddbtable.Scan[ticket]{}).OrderBy(lineAt).Follow().All(ctx)), "zero value"},
		"an order that is none":   {drain(ddbtable.As[unknownParts](q).OrderBy(ddbtable.Attr(func(u *unknownParts) *string { return &u.Name })).All(ctx)), "name"},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.want) {
			t.Errorf("%s:\n got %v\nwant %s", what, test.err, test.want)
		}
	}
	r.expectSent(t, "a mistake")
}

func TestAsLeavesTheQueryAsItIs(t *testing.T) {
	table, _ := recorded(t, tickets)
	fill(t, table, 5)
	q := table.Query(ticketTeam.Eq("red"))
	before := q.Explain().String()
	collect(t, ddbtable.As[line](q))
	expect(t, "the explanation", q.Explain().String(), before)
	expect(t, "the explanation of the other", strings.Split(ddbtable.As[line](q).Explain().String(), "\n")[2:],
		[]string{"  read     team, place, id, note, at", "  order    state, at"})
	items := collect(t, q)
	if slices.ContainsFunc(items, func(v ticket) bool { return v.Team != "red" || v.Place == "" }) {
		t.Errorf("got %+v", items)
	}
}
