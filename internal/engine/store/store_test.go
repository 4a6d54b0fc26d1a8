package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"example.com/ddb/internal/engine/store"
)

// backends open an empty store of each kind.
var backends = map[string]func(t testing.TB) store.Store{
	"memory": func(testing.TB) store.Store { return store.NewMemory() },
	"durable": func(t testing.TB) store.Store {
		return openFile(t, filepath.Join(t.TempDir(), "data"))
	},
	// Nearly every write empties the journal of the one before.
	"durable, small journal": func(t testing.TB) store.Store {
		return store.LimitJournal(openFile(t, filepath.Join(t.TempDir(), "data")), 60)
	},
}

// onEach runs a test on every backend.
func onEach(t *testing.T, test func(t *testing.T, s store.Store)) {
	for name, open := range backends {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil && !errors.Is(err, store.ErrClosed) {
					t.Error(err)
				}
			})
			test(t, s)
		})
	}
}

func put(t testing.TB, s store.Store, space store.Space, pairs ...string) {
	t.Helper()
	err := s.Write(func(store.Reader) (*store.Batch, error) {
		b := new(store.Batch)
		for i := 0; i < len(pairs); i += 2 {
			b.Put(space, []byte(pairs[i]), []byte(pairs[i+1]))
		}
		return b, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func list(t testing.TB, r store.Reader, space store.Space, rng store.Range) string {
	t.Helper()
	var out bytes.Buffer
	err := r.Range(space, rng, func(key, value []byte) bool {
		fmt.Fprintf(&out, "%s=%s ", key, value)
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func snapshot(t testing.TB, s store.Store, spaces ...store.Space) store.Snapshot {
	t.Helper()
	r, err := s.Snapshot(spaces...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRanges(t *testing.T) {
	onEach(t, func(t *testing.T, s store.Store) {
		put(t, s, 1, "a", "1", "b", "2", "c", "3", "d", "4")
		put(t, s, 2, "x", "9")
		r := snapshot(t, s, 1, 2, 3)
		defer r.Release()
		tests := []struct {
			space store.Space
			rng   store.Range
			want  string
		}{
			{1, store.Range{}, "a=1 b=2 c=3 d=4 "},
			{1, store.Range{Descending: true}, "d=4 c=3 b=2 a=1 "},
			{1, store.Range{From: []byte("b")}, "b=2 c=3 d=4 "},
			{1, store.Range{To: []byte("c")}, "a=1 b=2 "},
			{1, store.Range{From: []byte("b"), To: []byte("d")}, "b=2 c=3 "},
			{1, store.Range{From: []byte("b"), To: []byte("d"), Descending: true}, "c=3 b=2 "},
			{1, store.Range{From: []byte("aa"), To: []byte("cc")}, "b=2 c=3 "},
			{1, store.Range{From: []byte("aa"), To: []byte("cc"), Descending: true}, "c=3 b=2 "},
			{1, store.Range{To: []byte("zz"), Descending: true}, "d=4 c=3 b=2 a=1 "},
			{1, store.Range{From: []byte("c"), To: []byte("b")}, ""},
			{1, store.Range{From: []byte("c"), To: []byte("b"), Descending: true}, ""},
			{1, store.Range{To: []byte("a"), Descending: true}, ""},
			{2, store.Range{}, "x=9 "},
			{3, store.Range{}, ""},
		}
		for _, test := range tests {
			if got := list(t, r, test.space, test.rng); got != test.want {
				t.Errorf("Range(%d, %+v)\n got: %s\nwant: %s", test.space, test.rng, got, test.want)
			}
		}
	})
}

func TestVisitEndsARange(t *testing.T) {
	onEach(t, func(t *testing.T, s store.Store) {
		put(t, s, 1, "a", "1", "b", "2", "c", "3")
		r := snapshot(t, s, 1)
		defer r.Release()
		for _, descending := range []bool{false, true} {
			n := 0
			err := r.Range(1, store.Range{Descending: descending}, func(_, _ []byte) bool {
				n++
				return n < 2
			})
			if err != nil || n != 2 {
				t.Errorf("visited %d, %v", n, err)
			}
		}
	})
}

func TestAFailedPlanChangesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, s store.Store) {
		put(t, s, 1, "a", "1")
		failure := errors.New("no")
		err := s.Write(func(r store.Reader) (*store.Batch, error) {
			b := new(store.Batch)
			b.Put(1, []byte("a"), []byte("2"))
			b.Drop(1)
			return b, failure
		})
		if !errors.Is(err, failure) {
			t.Errorf("Write: %v", err)
		}
		if got, err := s.Get(1, []byte("a")); string(got) != "1" || err != nil {
			t.Errorf("a is %q, %v", got, err)
		}
	})
}

func TestABatchAppliesInOrder(t *testing.T) {
	onEach(t, func(t *testing.T, s store.Store) {
		put(t, s, 1, "a", "1", "b", "2")
		err := s.Write(func(store.Reader) (*store.Batch, error) {
			b := new(store.Batch)
			b.Delete(1, []byte("a"))
			b.Put(1, []byte("a"), []byte("3"))
			b.Put(1, []byte("b"), []byte("4"))
			b.Delete(1, []byte("b"))
			b.Delete(1, []byte("none"))
			b.Delete(7, []byte("none"))
			b.Put(2, []byte("x"), []byte("5"))
			b.Drop(2)
			b.Drop(8)
			b.Put(2, []byte("y"), []byte("6"))
			return b, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		r := snapshot(t, s, 1, 2)
		defer r.Release()
		if got := list(t, r, 1, store.Range{}) + list(t, r, 2, store.Range{}); got != "a=3 y=6 " {
			t.Errorf("got %s", got)
		}
	})
}

func TestAPlanSeesEarlierWrites(t *testing.T) {
	onEach(t, func(t *testing.T, s store.Store) {
		const writers, each = 8, 25
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for range each {
					err := s.Write(func(r store.Reader) (*store.Batch, error) {
						old, err := r.Get(1, []byte("n"))
						b := new(store.Batch)
						b.Put(1, []byte("n"), append(slices.Clone(old), 'x'))
						return b, err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if got, err := s.Get(1, []byte("n")); len(got) != writers*each || err != nil {
			t.Errorf("%d writes are left of %d, %v", len(got), writers*each, err)
		}
	})
}

func TestASnapshotDoesNotChange(t *testing.T) {
	onEach(t, func(t *testing.T, s store.Store) {
		put(t, s, 1, "a", "1", "b", "2")
		old := snapshot(t, s, 1, 2)
		same := snapshot(t, s, 1)
		put(t, s, 1, "a", "3", "c", "4")
		put(t, s, 2, "x", "5")
		young := snapshot(t, s, 1, 2)
		err := s.Write(func(store.Reader) (*store.Batch, error) {
			b := new(store.Batch)
			b.Drop(1)
			return b, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []store.Snapshot{old, same} {
			if got := list(t, r, 1, store.Range{}) + list(t, r, 2, store.Range{}); got != "a=1 b=2 " {
				t.Errorf("the old snapshot has %s", got)
			}
			if v, err := r.Get(1, []byte("a")); string(v) != "1" || err != nil {
				t.Errorf("the old snapshot has a=%s, %v", v, err)
			}
			r.Release()
		}
		if got := list(t, young, 1, store.Range{}) + list(t, young, 2, store.Range{}); got != "a=3 b=2 c=4 x=5 " {
			t.Errorf("the young snapshot has %s", got)
		}
		young.Release()
		if v, err := s.Get(1, []byte("a")); v != nil || err != nil {
			t.Errorf("a is %q, %v", v, err)
		}
	})
}

func TestAClosedStoreSaysSo(t *testing.T) {
	onEach(t, func(t *testing.T, s store.Store) {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		_, get := s.Get(1, []byte("a"))
		_, snap := s.Snapshot(1)
		write := s.Write(func(store.Reader) (*store.Batch, error) { return nil, nil })
		for name, err := range map[string]error{
			"Get": get, "Snapshot": snap, "Write": write, "Backup": s.Backup(new(bytes.Buffer)), "Close": s.Close(),
		} {
			if !errors.Is(err, store.ErrClosed) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestAPanickingPlanPanicsWhereItWasAsked(t *testing.T) {
	onEach(t, func(t *testing.T, s store.Store) {
		func() {
			defer func() {
				if p := fmt.Sprint(recover()); !strings.Contains(p, "oops") {
					t.Errorf("recovered %v", p)
				}
			}()
			_ = s.Write(func(store.Reader) (*store.Batch, error) { panic("oops") })
		}()
		put(t, s, 1, "a", "1")
	})
}

func TestABackupIsACopy(t *testing.T) {
	onEach(t, func(t *testing.T, s store.Store) {
		want := map[string]string{}
		for i := range 300 {
			key := fmt.Sprintf("k%03d", i)
			want[key] = fmt.Sprint(i)
			put(t, s, store.Space(1+i%2), key, want[key])
		}
		path := filepath.Join(t.TempDir(), "copy")
		backupTo(t, s, path)
		put(t, s, 1, "later", "x")
		c, err := store.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := snapshot(t, c, 1, 2)
		got := map[string]string{}
		for _, space := range []store.Space{1, 2} {
			err := r.Range(space, store.Range{}, func(key, value []byte) bool {
				got[string(key)] = string(value)
				return true
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		r.Release()
		if !maps.Equal(got, want) {
			t.Errorf("the copy has %d keys, want %d", len(got), len(want))
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestStoreLikeAMap runs random batches and reads against a sorted map.
func TestStoreLikeAMap(t *testing.T) {
	for name, open := range backends {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			defer s.Close()
			next := store.Space(1)
			rapid.Check(t, func(rt *rapid.T) {
				space := next
				next++
				model := map[string]string{}
				key := rapid.StringMatching(`[ab]{0,3}`)
				rt.Repeat(map[string]func(*rapid.T){
					"write": func(rt *rapid.T) { writeBoth(rt, s, space, model, key) },
					"get": func(rt *rapid.T) {
						k := "k" + key.Draw(rt, "key")
						got, err := s.Get(space, []byte(k))
						want, ok := model[k]
						if err != nil || (got != nil) != ok || string(got) != want {
							rt.Fatalf("Get(%s)\n got: %q, %v\nwant: %q", k, got, err, want)
						}
					},
					"range": func(rt *rapid.T) { rangeBoth(rt, s, space, model, key) },
				})
			})
		})
	}
}

func writeBoth(rt *rapid.T, s store.Store, space store.Space, model map[string]string, key *rapid.Generator[string]) {
	b := new(store.Batch)
	if rapid.IntRange(0, 9).Draw(rt, "drop") == 0 {
		b.Drop(space)
		clear(model)
	}
	for i := range rapid.IntRange(1, 4).Draw(rt, "changes") {
		k := "k" + key.Draw(rt, "key")
		if rapid.Bool().Draw(rt, "delete") {
			b.Delete(space, []byte(k))
			delete(model, k)
		} else {
			v := fmt.Sprint(i, rapid.Byte().Draw(rt, "value"))
			b.Put(space, []byte(k), []byte(v))
			model[k] = v
		}
	}
	if err := s.Write(func(store.Reader) (*store.Batch, error) { return b, nil }); err != nil {
		rt.Fatal(err)
	}
}

func rangeBoth(rt *rapid.T, s store.Store, space store.Space, model map[string]string, key *rapid.Generator[string]) {
	rng := store.Range{Descending: rapid.Bool().Draw(rt, "descending")}
	if rapid.Bool().Draw(rt, "from") {
		rng.From = []byte("k" + key.Draw(rt, "low"))
	}
	if rapid.Bool().Draw(rt, "to") {
		rng.To = []byte("k" + key.Draw(rt, "high"))
	}
	var want bytes.Buffer
	keys := slices.Sorted(maps.Keys(model))
	if rng.Descending {
		slices.Reverse(keys)
	}
	for _, k := range keys {
		if k >= string(rng.From) && (rng.To == nil || k < string(rng.To)) {
			fmt.Fprintf(&want, "%s=%s ", k, model[k])
		}
	}
	r, err := s.Snapshot(space)
	if err != nil {
		rt.Fatal(err)
	}
	defer r.Release()
	var got bytes.Buffer
	err = r.Range(space, rng, func(k, v []byte) bool {
		fmt.Fprintf(&got, "%s=%s ", k, v)
		return true
	})
	if err != nil || got.String() != want.String() {
		rt.Fatalf("Range(%+v)\n got: %s, %v\nwant: %s", rng, &got, err, &want)
	}
}
