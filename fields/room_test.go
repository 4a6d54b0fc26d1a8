package fields_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.com/ddb/fields"
)

// roomy has values of every length and codecs of every kind.
type roomy struct {
	ID    uuid.UUID `ddb:"id,partition"`
	Text  string    `ddb:"text"`
	At    time.Time `ddb:"at"`
	Count int       `ddb:"count"`
	Level *int      `ddb:"level"`
}

// Values in a room are those without one, whether they fit or not, and do not
// change when others follow.
func TestRoom(t *testing.T) {
	text := must(fields.PathOf(func(r *roomy) *string { return &r.Text }))
	at := must(fields.PathOf(func(r *roomy) *time.Time { return &r.At }))
	count := must(fields.PathOf(func(r *roomy) *int { return &r.Count }))
	level := must(fields.PathOf(func(r *roomy) **int { return &r.Level }))
	for n := range 60 {
		room, one := new(fields.Room), 1
		words := []string{strings.Repeat("a", n), strings.Repeat("b", 39-n%40), "", "c"}
		var got []fields.Value
		for _, word := range words {
			got = append(got, must(fields.ValueIn(room, text, word)))
		}
		got = append(got,
			must(fields.BoundIn(room, count, n)),
			must(fields.ValueIn(room, at, time.Unix(int64(n), 0))),
			must(fields.ValueIn(room, level, &one)))
		for i, word := range words {
			if got[i] != fields.String(word) {
				t.Errorf("after %d bytes, value %d is %q, want %q", n, i, got[i].Text(), word)
			}
		}
		want := must(fields.ValueOf(at, time.Unix(int64(n), 0)))
		if got[4] != fields.Int(int64(n)) || got[5] != want || got[6] != fields.Int(1) {
			t.Errorf("after %d bytes, the last values are %v", n, got[4:])
		}
	}
}

// A value and a room on a stack keep what they hold while that stack grows, and
// so moves, in the middle of it.
func TestRoomOnAStackThatMoves(t *testing.T) {
	text := must(fields.PathOf(func(r *roomy) *string { return &r.Text }))
	count := must(fields.PathOf(func(r *roomy) *int { return &r.Count }))
	result := make(chan string, 1)
	use := func() {
		room, word, n := fields.Room{}, "~~~", 0
		if !fields.AddTo(&room, text, word, true) || !fields.AddTo(&room, count, n, false) || !fields.AddTo(&room, text, "end", true) {
			result <- "nothing"
			return
		}
		result <- string(room.Text(0, room.Len()))
	}
	for range 10 {
		for depth := range 600 { // each on a stack of its own, that grows at another place
			go deep(depth, use)
			if got := <-result; got != "~~~0end" {
				t.Fatalf("%d calls deep the room has %q", depth, got)
			}
		}
	}
}

// deep calls use that many calls deep.
//
//go:noinline
func deep(calls int, use func()) byte {
	var frame [24]byte
	if calls == 0 {
		use()
		return frame[3]
	}
	return deep(calls-1, use) + frame[calls%len(frame)]
}

// A short value in a room costs no memory.
func TestRoomAllocations(t *testing.T) {
	id := must(fields.PathOf(func(r *roomy) *uuid.UUID { return &r.ID }))
	count := must(fields.PathOf(func(r *roomy) *int { return &r.Count }))
	key := uuid.New()
	if testing.CoverMode() != "" || raceEnabled {
		t.Skip("instrumented code allocates in its own way")
	}
	got := testing.AllocsPerRun(200, func() {
		room := new(fields.Room)
		first, second := must(fields.ValueIn(room, id, key)), must(fields.BoundIn(room, count, 123))
		if first.Text() == "" || second.Text() != "123" {
			t.Error("the values are wrong")
		}
	})
	if got > 1 {
		t.Errorf("a room of two values allocates %v times; want 1", got)
	}
}

func must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}
