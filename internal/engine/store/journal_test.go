package store_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	bolt "go.etcd.io/bbolt"

	"example.com/ddb/internal/engine/store"
)

func openFile(t testing.TB, path string) store.Store {
	t.Helper()
	s, err := store.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// journaled gives a file whose changes are all in its journal, as a process that
// was killed leaves it.
func journaled(t *testing.T) string {
	t.Helper()
	s := openFile(t, filepath.Join(t.TempDir(), "data"))
	defer s.Close()
	put(t, s, 1, "a", "1", "b", "2", "c", "2")
	put(t, s, 2, "x", "1")
	put(t, s, 3, "long", strings.Repeat("l", 3000)) // more than fits beside other buckets
	err := s.Write(func(store.Reader) (*store.Batch, error) {
		b := new(store.Batch)
		b.Delete(1, []byte("b"))
		b.Drop(2)
		b.Put(2, []byte("y"), []byte(""))
		return b, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "killed")
	backupTo(t, s, path)
	return path
}

// edit changes a file behind the store's back.
func edit(t *testing.T, path string, change func(tx *bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(change), db.Close()); err != nil {
		t.Fatal(err)
	}
}

func countRecords(t *testing.T, path string) (n int) {
	t.Helper()
	edit(t, path, func(tx *bolt.Tx) error {
		if bucket := tx.Bucket([]byte("ddb-journal")); bucket != nil {
			return bucket.ForEach(func(_, _ []byte) error { n++; return nil })
		}
		return nil
	})
	return n
}

// TestAJournalIsReadWhenTheFileIsOpened opens what a killed process left, and
// again after the journal was emptied by Close.
func TestAJournalIsReadWhenTheFileIsOpened(t *testing.T) {
	path := journaled(t)
	for _, records := range []int{4, 0} {
		if n := countRecords(t, path); n != records {
			t.Errorf("the journal has %d records, want %d", n, records)
		}
		s := openFile(t, path)
		fillKeys(t, s, "pages of the file are written anew", 40, 1000)
		r := snapshot(t, s)
		if got := list(t, r, 1, store.Range{To: []byte("p")}) + list(t, r, 2, store.Range{}); got != "a=1 c=2 y= " {
			t.Errorf("read %s", got)
		}
		r.Release()
		if v, err := s.Get(1, []byte("b")); v != nil || err != nil {
			t.Errorf("the deleted value is %q, %v", v, err)
		}
		if v, err := s.Get(2, []byte("y")); v == nil || len(v) != 0 || err != nil {
			t.Errorf("the empty value is %#v, %v", v, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestADamagedJournalIsRefused takes a record away, or flips a bit of one.
func TestADamagedJournalIsRefused(t *testing.T) {
	second := binary.BigEndian.AppendUint64(nil, 2)
	for name, damage := range map[string]func(bucket *bolt.Bucket) error{
		"a record is missing": func(b *bolt.Bucket) error { return b.Delete(second) },
		"a bit is flipped": func(b *bolt.Bucket) error {
			rec := append([]byte{}, b.Get(second)...)
			rec[3] ^= 4
			return b.Put(second, rec)
		},
	} {
		path := journaled(t)
		edit(t, path, func(tx *bolt.Tx) error { return damage(tx.Bucket([]byte("ddb-journal"))) })
		want := "store: the newest changes are damaged; restore the file from a backup"
		if got := openElsewhere(t, path); got != want {
			t.Errorf("%s\n got: %s\nwant: %s", name, got, want)
		}
	}
}

// TestAFileWithoutAJournalIsTakenOver opens a file of the first format. From then
// on a release that knows only that one refuses it.
func TestAFileWithoutAJournalIsTakenOver(t *testing.T) {
	path := newFile(t)
	mark := func(tx *bolt.Tx) *bolt.Bucket { return tx.Bucket([]byte("ddb-format")) }
	edit(t, path, func(tx *bolt.Tx) error { return mark(tx).Put([]byte("format"), []byte("1")) })
	if got := openElsewhere(t, path); got != "51 values" {
		t.Errorf("read %s", got)
	}
	edit(t, path, func(tx *bolt.Tx) error {
		if format := mark(tx).Get([]byte("format")); string(format) != "2" {
			t.Errorf("the format is %s", format)
		}
		return nil
	})
}

// TestReadersSeeOneStateWhileTheJournalIsEmptied moves amounts between accounts
// in two spaces. A reader always sees the same sum: one that reads without pause,
// and one that reads just when a commit is done, which must see all of it.
func TestReadersSeeOneStateWhileTheJournalIsEmptied(t *testing.T) {
	s := store.LimitJournal(openFile(t, filepath.Join(t.TempDir(), "data")), 200)
	defer s.Close()
	moves := 0
	store.OnCommit(s, func() {
		sum, seen, later, err := readAccounts(s)
		if err != nil || sum != 0 || seen != moves || later != moves {
			t.Errorf("after %d moves a snapshot has %d and the sum %d, Get gives %d, %v", moves, seen, sum, later, err)
		}
	})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for last := 0; ; {
			select {
			case <-stop:
				return
			default:
			}
			sum, seen, later, err := readAccounts(s)
			if err != nil || sum != 0 || seen < last || later < seen {
				t.Errorf("after %d moves a snapshot has %d and the sum %d, Get gives %d, %v", last, seen, sum, later, err)
				return
			}
			last = later
		}
	})
	for i := range 60 {
		moves++
		if err := s.Write(move(moves, fmt.Sprint(i%7), fmt.Sprint(i%5))); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	wg.Wait()
	store.OnCommit(s, nil)
}

// move takes one from an account of the first space and gives it to one of the
// second.
func move(number int, from, to string) store.Plan {
	return func(r store.Reader) (*store.Batch, error) {
		b := new(store.Batch)
		var failed error
		add := func(space store.Space, account string, n int) {
			old, err := r.Get(space, []byte(account))
			failed = errors.Join(failed, err)
			b.Put(space, []byte(account), fmt.Append(nil, numberOf(old)+n))
		}
		add(1, from, -1)
		add(2, to, 1)
		b.Put(3, []byte("moves"), fmt.Append(nil, number))
		return b, failed
	}
}

// numberOf reads a number; no text is 0.
func numberOf(text []byte) int {
	n, _ := strconv.Atoi(string(text))
	return n
}

func readAccounts(s store.Store) (sum, moves, later int, err error) {
	r, err := s.Snapshot()
	if err != nil {
		return 0, 0, 0, err
	}
	defer r.Release()
	add := func(_, value []byte) bool {
		sum += numberOf(value)
		return true
	}
	err = errors.Join(r.Range(1, store.Range{}, add), r.Range(2, store.Range{Descending: true}, add))
	inSnapshot, err1 := r.Get(3, []byte("moves"))
	latest, err2 := s.Get(3, []byte("moves"))
	return sum, numberOf(inSnapshot), numberOf(latest), errors.Join(err, err1, err2)
}
