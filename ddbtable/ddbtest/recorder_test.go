package ddbtest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
	"example.com/ddb/ddbtable/embedded"
)

// A reporter is a test that notes its failures.
type reporter struct {
	testing.TB
	text string
}

func (r *reporter) Helper()                           {}
func (r *reporter) Errorf(format string, args ...any) { r.text += fmt.Sprintf(format, args...) }

func TestRecorderTellsWhatWasSent(t *testing.T) {
	r := ddbtest.Record(ddbtest.Client(t))
	notes := ddbtest.Table(t, r.Client(), Notes)
	if sent := r.Sent(); len(sent) < 2 || sent[0].Operation != "CreateTable" || sent[0].Table != notes.Name() {
		t.Errorf("the preparations were %v", sent)
	}
	for range notes.Scan().All(t.Context()) {
	}
	if _, err := notes.Create(Note{ID: "n1"}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	failed := &reporter{TB: t}
	r.Expect(failed, "Scan")
	if want := `ddbtest: sent ["Scan" "PutItem"], want ["Scan"]`; failed.text != want {
		t.Errorf("got  %s\nwant %s", failed.text, want)
	}
	r.Expect(t)
	if got := (ddbtest.Request{Operation: "Query", Index: "by_day"}).String(); got != "Query by_day" {
		t.Errorf("a request is shown as %q", got)
	}
	if _, err := notes.Get(t.Context(), NoteID.Eq("n1")); err != nil {
		t.Fatal(err)
	}
	if sent := r.Sent(); len(sent) != 1 || !strings.Contains(string(sent[0].Body), `"n1"`) {
		t.Errorf("the request was %v", sent)
	}
}

func TestClockIsSetByTheTest(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	clock := ddbtest.NewClock(start)
	var _ ddbtable.Clock = clock
	db := ddbtest.Engine(t, embedded.Clock(clock.Now))
	notes := ddbtest.Table(t, db.Client(), Notes, ddbtable.UseClock(clock))
	if _, err := notes.Scan().Count(t.Context()); err != nil {
		t.Fatal(err)
	}
	now := clock.Now()
	clock.Advance(time.Hour)
	if err := clock.Sleep(t.Context(), time.Minute); err != nil || clock.Now().Sub(now) != time.Hour+time.Minute {
		t.Errorf("after an hour and a minute it is %v, %v", clock.Now(), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := clock.Sleep(ctx, time.Minute); err == nil || clock.Now().Sub(now) != time.Hour+time.Minute {
		t.Errorf("a wait that is canceled gave %v at %v", err, clock.Now())
	}
}
