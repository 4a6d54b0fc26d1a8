package ddbtest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
	"example.com/ddb/ddbtable/embedded"
)

// A Note is what the program under test stores.
type Note struct {
	ID   string `ddb:"id,partition"`
	Text string `ddb:"text"`
}

var (
	Notes  = ddbtable.MustDefine[Note]("notes")
	NoteID = ddbtable.Attr(func(n *Note) *string { return &n.ID })
)

// keep is the code under test.
func keep(ctx context.Context, notes *ddbtable.Table[Note], n Note) error {
	_, err := notes.Create(n).Run(ctx)
	return err
}

// t is the argument of a test function.
var t = new(exampleT)

// A test gets a table that is there and empty, and need not clean up.
func ExampleTable() {
	defer t.done()
	notes := ddbtest.Table(t, ddbtest.Client(t), Notes)
	if err := keep(t.Context(), notes, Note{ID: "n1", Text: "milk"}); err != nil {
		t.Fatal(err)
	}
	note, err := notes.Get(t.Context(), NoteID.Eq("n1"))
	fmt.Println(note.Text, err)
	// Output:
	// milk <nil>
}

// A test of what a piece of code sends, when it meets a throttle, and how long
// it waits, on a clock that nobody waits for.
func ExampleRecord_testing() {
	defer t.done()
	clock := ddbtest.NewClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	db := ddbtest.Engine(t, embedded.Clock(clock.Now))
	r := ddbtest.Record(db.Client())
	notes := ddbtest.Table(t, r.Client(), Notes, ddbtable.UseClock(clock))
	r.Sent() // forget what made the table
	db.Inject(embedded.Fault{Effect: embedded.Throttle, Operation: "PutItem", Times: 1})

	if err := keep(t.Context(), notes, Note{ID: "n1", Text: "milk"}); err != nil {
		t.Fatal(err)
	}
	r.Expect(t, "PutItem", "PutItem")
	r.Expect(t) // nothing more
	// Output:
}

// A program with several tables opens them all with one client.
func ExampleClient() {
	defer t.done()
	client := ddbtest.Client(t)
	drafts, published := ddbtest.Table(t, client, Notes), ddbtest.Table(t, client, Notes)
	fmt.Println(drafts.Name() != published.Name())
	// Output:
	// true
}

// A test on a strict engine finds code that leans on luck: here the note is
// read before every copy of the table has it, unless the read is consistent.
func ExampleStrict() {
	defer t.done()
	notes := ddbtest.Table(t, ddbtest.Client(t, ddbtest.Strict(1)), Notes)
	missed := 0
	for i := range 20 {
		n := Note{ID: fmt.Sprint("n", i)}
		if err := keep(t.Context(), notes, n); err != nil {
			t.Fatal(err)
		}
		if _, err := notes.Get(t.Context(), NoteID.Eq(n.ID)); errors.Is(err, ddbtable.ErrNotFound) {
			missed++
		}
		if _, err := notes.Consistent().Get(t.Context(), NoteID.Eq(n.ID)); err != nil {
			t.Fatal(err)
		}
	}
	fmt.Println("not found right after they were kept:", missed, "of 20 notes")
	// Output:
	// not found right after they were kept: 11 of 20 notes
}

// An exampleT stands for a test where there is none.
type exampleT struct {
	testing.TB
	cleanups []func()
}

func (t *exampleT) Helper()                  {}
func (t *exampleT) Failed() bool             { return false }
func (t *exampleT) Name() string             { return "Example" }
func (t *exampleT) Context() context.Context { return context.Background() }
func (t *exampleT) Cleanup(f func())         { t.cleanups = append(t.cleanups, f) }
func (t *exampleT) Fatal(args ...any)        { panic(fmt.Sprint(args...)) }
func (t *exampleT) Fatalf(format string, args ...any) {
	panic(fmt.Sprintf(format, args...))
}
func (t *exampleT) Errorf(format string, args ...any) { fmt.Printf(format, args...) }

func (t *exampleT) done() {
	for len(t.cleanups) > 0 {
		last := len(t.cleanups) - 1
		t.cleanups[last]()
		t.cleanups = t.cleanups[:last]
	}
}
