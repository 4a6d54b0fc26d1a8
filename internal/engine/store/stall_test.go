package store_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"example.com/ddb/internal/engine/store"
)

func write(s store.Store, key, value string) error {
	return s.Write(func(store.Reader) (*store.Batch, error) {
		b := new(store.Batch)
		b.Put(1, []byte(key), []byte(value))
		return b, nil
	})
}

// fillKeys writes n values of a size, in as many writes.
func fillKeys(t *testing.T, s store.Store, prefix string, n, size int) {
	t.Helper()
	for i := range n {
		if err := write(s, fmt.Sprint(prefix, i), strings.Repeat("v", size)); err != nil {
			t.Fatal(err)
		}
	}
}

// growth is more than a file is given at once, so that it must grow.
const (
	growthWrites = 30
	growthSize   = 1 << 20
)

// TestWritesGoOnDuringARead writes while a read stands still in the middle. If
// the read blocked the writes this test would never end.
func TestWritesGoOnDuringARead(t *testing.T) {
	onEach(t, func(t *testing.T, s store.Store) {
		fillKeys(t, s, "a", 10, 100)
		r := snapshot(t, s, 1)
		defer r.Release()
		n := 0
		err := r.Range(1, store.Range{}, func(_, _ []byte) bool {
			if n++; n == 5 {
				fillKeys(t, s, "b", growthWrites, growthSize)
			}
			return true
		})
		if n != 10 || err != nil {
			t.Errorf("read %d values of 10, %v", n, err)
		}
	})
}

// TestReadsGoOnDuringAWrite reads in every way while a write's plan stands
// still.
func TestReadsGoOnDuringAWrite(t *testing.T) {
	onEach(t, func(t *testing.T, s store.Store) {
		fillKeys(t, s, "a", 10, 100)
		err := s.Write(func(store.Reader) (*store.Batch, error) {
			b := new(store.Batch)
			b.Put(1, []byte("late"), []byte("v"))
			if v, err := s.Get(1, []byte("a5")); len(v) != 100 || err != nil {
				t.Errorf("Get: %q, %v", v, err)
			}
			r := snapshot(t, s, 1)
			defer r.Release()
			if got := strings.Count(list(t, r, 1, store.Range{}), "="); got != 10 {
				t.Errorf("read %d values of 10", got)
			}
			return b, s.Backup(io.Discard)
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// A slowWriter calls a function when it is first written to.
type slowWriter struct {
	bytes.Buffer
	first func()
}

// Write implements io.Writer.
func (w *slowWriter) Write(p []byte) (int, error) {
	if w.first != nil {
		w.first()
		w.first = nil
	}
	return w.Buffer.Write(p)
}

// TestWritesGoOnDuringABackup writes while the writer of a backup stands still.
// The copy has what was there when it began.
func TestWritesGoOnDuringABackup(t *testing.T) {
	onEach(t, func(t *testing.T, s store.Store) {
		fillKeys(t, s, "a", 10, 100)
		w := &slowWriter{first: func() { fillKeys(t, s, "b", growthWrites, growthSize) }}
		if err := s.Backup(w); err != nil {
			t.Fatal(err)
		}
		if got := openElsewhere(t, writeFile(t, w.Bytes())); got != "10 values" {
			t.Errorf("the copy: %s", got)
		}
	})
}

// TestABackupAmongWritesIsConsistent copies again and again while every write
// puts the same value under two keys.
func TestABackupAmongWritesIsConsistent(t *testing.T) {
	onEach(t, func(t *testing.T, s store.Store) {
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
					put(t, s, 1, "left", fmt.Sprint(i))
					put(t, s, 1, "left", fmt.Sprint(-i), "right", fmt.Sprint(-i))
				}
			}
		}()
		put(t, s, 2, "there", "from the beginning")
		for range 10 {
			var w bytes.Buffer
			if err := s.Backup(&w); err != nil {
				t.Fatal(err)
			}
			checkPair(t, writeFile(t, w.Bytes()))
		}
		close(stop)
		<-stopped
	})
}

// checkPair opens a copy: left is negative when it was written with right.
func checkPair(t *testing.T, path string) {
	t.Helper()
	c, err := store.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r := snapshot(t, c, 1, 2)
	defer r.Release()
	var pair [2]int
	for i, key := range []string{"left", "right"} {
		v, err := r.Get(1, []byte(key))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Sscan(string(v), &pair[i])
	}
	left, right := pair[0], pair[1]
	if left < 0 && left != right || left > 0 && right != 1-left {
		t.Errorf("left is %d, right is %d", left, right)
	}
	if v, err := r.Get(2, []byte("there")); v == nil || err != nil {
		t.Errorf("the other space: %q, %v", v, err)
	}
}
