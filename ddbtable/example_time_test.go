package ddbtable_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
	"example.com/ddb/ddbtable/embedded"
)

// A Session ends by itself.
type Session struct {
	ID      string    `ddb:"id,partition"`
	User    string    `ddb:"user"`
	Created time.Time `ddb:"created,unix,truncate,createdat"`
	Seen    time.Time `ddb:"seen,unix,truncate,updatedat"`
	Ends    time.Time `ddb:"ends,unix,ttl"`
}

var (
	Sessions    = ddbtable.MustDefine[Session]("sessions")
	SessionID   = ddbtable.Attr(func(s *Session) *string { return &s.ID })
	SessionEnds = ddbtable.Attr(func(s *Session) *time.Time { return &s.Ends })
)

// openSessions makes the table on an engine with the example's clock.
func openSessions(clock *ddbtest.Clock) (*ddbtable.Table[Session], func() error) {
	db, err := embedded.Open(embedded.Clock(clock.Now))
	if err != nil {
		log.Fatal(err)
	}
	sessions := ddbtable.Open(db.Client(), Sessions, ddbtable.UseClock(clock))
	if err := sessions.CreateTable(context.Background()); err != nil {
		log.Fatal(err)
	}
	return sessions, db.Close
}

// The times of the first and the last write are kept by the table, from its
// clock.
func ExampleUseClock_timestamps() {
	ctx := context.Background()
	clock := ddbtest.NewClock(time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC))
	sessions, done := openSessions(clock)
	defer done()

	ends := clock.Now().Add(time.Hour)
	if _, err := sessions.Create(Session{ID: "s1", User: "ada", Ends: ends}).Run(ctx); err != nil {
		log.Fatal(err)
	}
	clock.Advance(30 * time.Minute)
	s, err := sessions.Update(SessionID.Eq("s1")).Change(SessionEnds.Set(ends.Add(time.Hour))).Run(ctx)
	fmt.Println(s.Created.Format(time.TimeOnly), s.Seen.Format(time.TimeOnly), s.Ends.Format(time.TimeOnly), err)
	// Output:
	// 09:00:00 09:30:00 11:00:00 <nil>
}

// DynamoDB deletes what has ended, some time later. Until then HideExpired
// passes over it.
func ExampleTable_EnableTTL_ttl() {
	ctx := context.Background()
	clock := ddbtest.NewClock(time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC))
	sessions, done := openSessions(clock)
	defer done()
	if err := sessions.EnableTTL(ctx); err != nil {
		log.Fatal(err)
	}
	current := sessions.HideExpired()

	if _, err := sessions.Create(Session{ID: "s1", User: "ada", Ends: clock.Now().Add(time.Hour)}).Run(ctx); err != nil {
		log.Fatal(err)
	}
	_, err := current.Get(ctx, SessionID.Eq("s1"))
	fmt.Println(err)
	clock.Advance(time.Hour)
	_, err = current.Get(ctx, SessionID.Eq("s1"))
	fmt.Println(errors.Is(err, ddbtable.ErrNotFound))
	// Output:
	// <nil>
	// true
}
