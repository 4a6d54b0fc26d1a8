package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"example.com/ddb/internal/engine/store"
)

// listed lists what a reader has in a range, up to some entries.
func listed(t *testing.T, r store.Reader, rng store.Range, most int) []string {
	t.Helper()
	var all []string
	err := r.Range(1, rng, func(key, value []byte) bool {
		all = append(all, fmt.Sprintf("%s=%s", key, value))
		return len(all) < most
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestAPastSnapshotIsTheStateBefore writes at random, remembers what is
// overwritten, and compares the present without the writes with a snapshot that
// was taken before them.
func TestAPastSnapshotIsTheStateBefore(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	s := store.NewMemory()
	defer s.Close()
	for round := range 300 {
		before, err := s.Snapshot(1)
		if err != nil {
			t.Fatal(err)
		}
		p := make(past)
		for range random.IntN(8) {
			writeAt(t, s, p, fmt.Sprint(random.IntN(10)), random.IntN(3) > 0, round)
		}
		now, err := s.Snapshot(1)
		if err != nil {
			t.Fatal(err)
		}
		then := pastSnapshot{now, p}
		for _, rng := range []store.Range{
			{}, {Descending: true}, {From: []byte("3"), To: []byte("7")}, {From: []byte("3"), To: []byte("7"), Descending: true},
		} {
			for _, most := range []int{1, 3, 100} {
				got, want := listed(t, then, rng, most), listed(t, before, rng, most)
				if !slices.Equal(got, want) {
					t.Fatalf("round %d, range %v, at most %d\n got: %q\nwant: %q", round, rng, most, got, want)
				}
			}
		}
		for i := range 10 {
			key := []byte(fmt.Sprint(i))
			got, err := then.Get(1, key)
			want, _ := before.Get(1, key)
			if err != nil || string(got) != string(want) {
				t.Fatalf("round %d: %s is %q, want %q, %v", round, key, got, want, err)
			}
		}
		before.Release()
		now.Release()
	}
}

// writeAt puts or deletes a key and remembers what it held.
func writeAt(t *testing.T, s store.Store, p past, key string, puts bool, round int) {
	t.Helper()
	err := s.Write(func(r store.Reader) (*store.Batch, error) {
		held, err := r.Get(1, []byte(key))
		if err != nil {
			return nil, err
		}
		p.remember(1, []byte(key), held)
		b := new(store.Batch)
		if puts {
			b.Put(1, []byte(key), []byte(fmt.Sprint(round)))
		} else {
			b.Delete(1, []byte(key))
		}
		return b, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
