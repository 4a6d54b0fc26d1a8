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
	"example.com/ddb/ddbtable/embedded"
)

// ids lists what a parallel scan passes on, sorted.
func ids(all []ticket) (ids []string) {
	for _, v := range all {
		ids = append(ids, v.ID)
	}
	slices.Sort(ids)
	return ids
}

func TestParallelScanReadsEachItemOnce(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := openTickets(t, options...)
		want, err := ddbtable.Collect(table.Scan().All(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		for _, segments := range []int{1, 4, 60} {
			var got []ticket
			var positions []string
			err := table.Scan().PageSize(3).Parallel(segments).Each(t.Context(), func(items []ticket, p []string) error {
				got, positions = append(got, items...), p
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			expect(t, "items", ids(got), ids(want))
			r.sent()
			err = table.Scan().Parallel(segments).Resume(positions).Each(t.Context(), func([]ticket, []string) error {
				t.Error("a scan that was at its end passes something on")
				return nil
			})
			if err != nil {
				t.Error(err)
			}
			r.expectSent(t, "a scan that was at its end")
		}
		filtered := 0
		err = table.Scan().Filter(ticketNote.Eq("noted")).Parallel(3).Each(t.Context(), func(items []ticket, _ []string) error {
			filtered += len(items)
			return nil
		})
		if filtered != 14 || err != nil {
			t.Errorf("%d items pass the filter, %v", filtered, err)
		}
	})
}

func TestParallelScanGoesOnWhereItWasInterrupted(t *testing.T) {
	table, _ := openTickets(t)
	want, err := ddbtable.Collect(table.Scan().All(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	var got []ticket
	var saved []string
	interrupted := errors.New("interrupted")
	scan := table.Scan().PageSize(2).Parallel(3)
	runs := 0
	for {
		runs++
		steps := 0
		err := scan.Resume(saved).Each(t.Context(), func(items []ticket, positions []string) error {
			if steps++; steps > 4 {
				return interrupted // these items are not kept, and neither are the positions
			}
			got, saved = append(got, items...), positions
			return nil
		})
		if err == nil {
			break
		}
		if _, wrapped := errors.AsType[*ddbtable.OpError](err); wrapped || !errors.Is(err, interrupted) {
			t.Fatalf("the caller's error came as %v", err)
		}
	}
	expect(t, "items of all runs", ids(got), ids(want))
	if runs < 4 {
		t.Errorf("%d runs", runs)
	}
}

func TestParallelScanStopsAtAFailure(t *testing.T) {
	table, _, db := faulty(t, tickets)
	put(t, table, ticket{ID: "1", Team: "red"})
	db.Inject(embedded.Fault{Effect: embedded.FailBefore, Operation: "Scan", Skip: 1})
	err := table.Scan().Parallel(3).Each(t.Context(), func([]ticket, []string) error { return nil })
	if op, ok := errors.AsType[*ddbtable.OpError](err); !ok || op.Op != "scan" {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	calm := ddbtable.Open(engine(t).Client(), tickets)
	if err := calm.Scan().Parallel(2).Each(ctx, func([]ticket, []string) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

func TestParallelScansRefusals(t *testing.T) {
	table, r := openTickets(t)
	take := func([]ticket, []string) error { return nil }
	for want, p := range map[string]ddbtable.ParallelScan[ticket]{
		"a scan of 0 segments":          table.Scan().Parallel(0),
		"a scan of -1 segments":         table.Scan().Parallel(-1),
		"give Resume the positions":     table.Scan().From("nonsense").Parallel(2),
		"drop Segment":                  table.Scan().Segment(0, 3).Parallel(2),
		"the zero value of a table":     {},
		"1 positions for 2 segments":    table.Scan().Parallel(2).Resume([]string{""}),
		"cursor does not belong":        table.Scan().Parallel(2).Resume([]string{"", "nonsense"}),
		"RateLimit of 0":                table.Scan().RateLimit(0).Parallel(2),
		"give 1 to 1,000,000 segments":  table.Scan().Parallel(1_000_001),
		"there is no index by_night":    table.Scan().Via("by_night").Parallel(2),
		"PageSize is negative":          table.Scan().PageSize(-1).Parallel(2),
		"RateLimit of -1 read units":    table.Scan().RateLimit(-1).Parallel(2),
		"the function of Each is nil":   table.Scan().Parallel(2),
		"2 positions for 1 segments; r": table.Scan().Parallel(1).Resume([]string{"", ""}),
	} {
		f := take
		if strings.Contains(want, "is nil") {
			f = nil
		}
		if err := p.Each(t.Context(), f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant …%s…", err, want)
		}
	}
	r.expectSent(t, "refused scans")
}

// A cursor belongs to its segment, and so does a position.
func TestCursorsOfSegments(t *testing.T) {
	table, r := openTickets(t)
	var saved []string
	enough := errors.New("enough")
	err := table.Scan().PageSize(2).Parallel(2).Each(t.Context(), func(_ []ticket, positions []string) error {
		if saved = positions; saved[0] != "" && saved[1] != "" {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Fatal(err)
	}
	first, second := table.Scan().Segment(0, 2), table.Scan().Segment(1, 2)
	page, err := first.Page(t.Context(), 2, "")
	if err != nil || page.Next == "" {
		t.Fatal(page, err)
	}
	r.sent()
	for name, err := range map[string]error{
		"the other segment":        err1(second.Page(t.Context(), 2, page.Next)),
		"more segments":            err1(table.Scan().Segment(0, 3).Page(t.Context(), 2, page.Next)),
		"the whole table":          err1(table.Scan().Page(t.Context(), 2, page.Next)),
		"a query":                  err1(table.Query(ticketID.Eq("t0")).Page(t.Context(), 2, page.Next)),
		"positions in other order": table.Scan().Parallel(2).Resume([]string{saved[1], saved[0]}).Each(t.Context(), func([]ticket, []string) error { return nil }),
		"positions with a filter":  table.Scan().Filter(ticketNote.Eq("-")).Parallel(2).Resume(saved).Each(t.Context(), func([]ticket, []string) error { return nil }),
	} {
		if !errors.Is(err, ddbtable.ErrBadCursor) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r.expectSent(t, "cursors of others")
	if _, err := first.Page(t.Context(), 2, page.Next); err != nil {
		t.Error(err)
	}
	if err := table.Scan().Parallel(2).Resume(saved).Each(t.Context(), func([]ticket, []string) error { return nil }); err != nil {
		t.Error(err)
	}
}

func TestRateLimitIsKept(t *testing.T) {
	clock := ddbtest.NewClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	units := 0.0
	table := ddbtest.Table(t, engine(t).Client(), tickets, ddbtable.UseClock(clock),
		ddbtable.OnCall(func(_ context.Context, c ddbtable.Call) { units += c.Capacity.Read }))
	for i := range 20 {
		put(t, table, ticket{ID: strings.Repeat("x", i+1), Team: "red", Note: strings.Repeat("long ", 2000)})
	}
	for name, run := range map[string]func(ddbtable.Scan[ticket]) error{
		"All": func(s ddbtable.Scan[ticket]) error { return last(s.All(t.Context())) },
		"Parallel": func(s ddbtable.Scan[ticket]) error {
			return s.Parallel(3).Each(t.Context(), func([]ticket, []string) error { return nil })
		},
	} {
		units = 0
		start := clock.Now()
		if err := run(table.Scan().PageSize(1).RateLimit(2)); err != nil {
			t.Fatal(err)
		}
		// What was sent last is not waited for; three segments send at once.
		took := clock.Now().Sub(start).Seconds()
		if units < 20 || took < (units-6)/2 || took > 3*units/2 {
			t.Errorf("%s: %v units took %v s, at 2 in a second", name, units, took)
		}
	}
}

// A sleeper is a clock that tells how long it was asked to sleep, and wakes up
// with the context's error.
type sleeper struct {
	*ddbtest.Clock
	slept []time.Duration
}

func (s *sleeper) Sleep(ctx context.Context, d time.Duration) error {
	s.slept = append(s.slept, d)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return s.Clock.Sleep(ctx, d)
}

// What was waited for and not sent is not paid for: the next run of the scan
// waits no longer.
func TestCanceledWaitsCostNothing(t *testing.T) {
	clock := &sleeper{Clock: ddbtest.NewClock(time.Unix(1e9, 0))}
	table, r := recorded(t, tickets, ddbtable.UseClock(clock))
	for i := range 3 {
		put(t, table, ticket{ID: fmt.Sprint("t", i), Team: "red", Note: strings.Repeat("long ", 2000)}) // 1.5 read units
	}
	scan := table.Scan().PageSize(1).RateLimit(0.1)
	for range 5 {
		ctx, cancel := context.WithCancel(t.Context())
		r.after = func(string) { cancel() }
		if err := drain(scan.All(ctx)); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		cancel()
		clock.Advance(15 * time.Second) // what was read is paid for
	}
	expect(t, "waits for the second request of each run", clock.slept, slices.Repeat([]time.Duration{15 * time.Second}, 5))
}

// However slow a scan is to be, it waits.
func TestRateLimitNearZero(t *testing.T) {
	clock := &sleeper{Clock: ddbtest.NewClock(time.Unix(1e9, 0))}
	table, _ := recorded(t, tickets, ddbtable.UseClock(clock))
	put(t, table, ticket{ID: "a", Team: "red"}, ticket{ID: "b", Team: "red"})
	if err := drain(table.Scan().PageSize(1).RateLimit(1e-12).All(t.Context())); err != nil {
		t.Fatal(err)
	}
	if len(clock.slept) == 0 || slices.Min(clock.slept) < 365*24*time.Hour {
		t.Errorf("it waited for %v", clock.slept)
	}
}
