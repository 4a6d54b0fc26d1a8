package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"example.com/ddb/internal/engine/store"
)

func backupTo(t testing.TB, s store.Store, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Backup(f), f.Close()); err != nil {
		t.Fatal(err)
	}
}

// newFile makes a store's file with some content.
func newFile(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data")
	s, err := store.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		put(t, s, 1, fmt.Sprintf("k%02d", i), strings.Repeat("v", 400))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAFileKeepsWhatWasWritten(t *testing.T) {
	path := newFile(t)
	for range 2 {
		s, err := store.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := s.Get(1, []byte("k49")); len(v) != 400 || err != nil {
			t.Errorf("k49 is %q, %v", v, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// refused opens a file that is not to be opened, and checks that it is left as
// it was.
func refused(t *testing.T, path, want string) {
	t.Helper()
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.OpenFile(path)
	if err == nil {
		t.Errorf("the file is opened; want an error with %q", want)
		_ = s.Close()
		return
	}
	if !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "store: ") {
		t.Errorf("\n got: %v\nwant: an error with %q", err, want)
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed: %d bytes before, %d after, %v", len(before), len(after), err)
	}
}

func TestATruncatedFileIsRefused(t *testing.T) {
	whole, err := os.ReadFile(newFile(t))
	if err != nil {
		t.Fatal(err)
	}
	page := os.Getpagesize()
	path := filepath.Join(t.TempDir(), "short")
	opened, refusals := 0, 0
	// The file ends with pages that were set aside and are not in use.
	for size := 0; size < len(whole) && opened < 3; size += page {
		if err := os.WriteFile(path, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := store.OpenFile(path)
		if err == nil {
			// What is missing is not in use.
			opened++
			checkAll(t, s)
			continue
		}
		refusals++
		refused(t, path, "it is not a complete database file")
	}
	if refusals < 10 {
		t.Errorf("only %d truncated files were refused", refusals)
	}
}

func checkAll(t *testing.T, s store.Store) {
	t.Helper()
	for i := range 50 {
		if v, err := s.Get(1, fmt.Appendf(nil, "k%02d", i)); len(v) != 400 || err != nil {
			t.Errorf("k%02d is %q, %v", i, v, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNoFileOfThisStoreIsRefused(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	refused(t, write("empty", nil), "it is not a complete database file")
	refused(t, write("text", []byte(strings.Repeat("hello world\n", 10000))), "it is not a complete database file")
	refused(t, write("zeros", make([]byte, 1<<16)), "it is not a complete database file")
	foreign := filepath.Join(dir, "foreign")
	db, err := bolt.Open(foreign, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	refused(t, foreign, "was not made by this engine")
	later := newFile(t)
	remark(t, later)
	refused(t, later, `has format "later"; open it with a newer release`)
	if _, err := store.OpenFile(dir); err == nil {
		t.Error("a directory is opened")
	}
	if _, err := store.OpenFile(filepath.Join(dir, "no", "such", "place")); err == nil {
		t.Error("a file in no directory is opened")
	}
}

// remark gives a file the mark of another format.
func remark(t *testing.T, path string) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		bucket := tx.Bucket([]byte("ddb-format"))
		key, _ := bucket.Cursor().First()
		return bucket.Put(key, []byte("later"))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestALargeBackupIsComplete copies more values than one transaction takes.
func TestALargeBackupIsComplete(t *testing.T) {
	s := store.NewMemory()
	const count = 20001
	err := s.Write(func(store.Reader) (*store.Batch, error) {
		b := new(store.Batch)
		for i := range count {
			b.Put(1, fmt.Appendf(nil, "k%05d", i), []byte("v"))
		}
		return b, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "copy")
	backupTo(t, s, path)
	c, err := store.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r := snapshot(t, c, 1)
	defer r.Release()
	copied := 0
	err = r.Range(1, store.Range{}, func(_, _ []byte) bool {
		copied++
		return true
	})
	if copied != count || err != nil {
		t.Errorf("%d of %d values were copied, %v", copied, count, err)
	}
}

func TestDamagedMetaPagesAreRefused(t *testing.T) {
	path := newFile(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := os.Getpagesize()
	damage := func(offsets ...int) {
		t.Helper()
		bad := bytes.Clone(whole)
		for _, offset := range offsets {
			bad[offset] ^= 0xFF
		}
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const inMeta = 16 + 40
	damage(inMeta, page+inMeta)
	refused(t, path, "it is not a complete database file")
	// One good meta page is enough: the other may be half-written.
	for _, offset := range []int{inMeta, page + inMeta} {
		damage(offset)
		s, err := store.OpenFile(path)
		if err != nil {
			t.Errorf("meta page at %d damaged: %v", offset, err)
			continue
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestADamagedValueIsAnError(t *testing.T) {
	path := newFile(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// Older copies of a page may be in the file, so all of them are damaged.
	bad := bytes.ReplaceAll(whole, []byte("k25"+strings.Repeat("v", 400)), []byte("k25w"+strings.Repeat("v", 399)))
	if bytes.Equal(bad, whole) {
		t.Fatal("the value is not in the file as it is")
	}
	if err := os.WriteFile(path, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := store.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if v, err := s.Get(1, []byte("k25")); err == nil || !strings.Contains(err.Error(), "a stored value is damaged") {
		t.Errorf("Get gives %q, %v", v, err)
	}
	r := snapshot(t, s, 1)
	defer r.Release()
	n := 0
	err = r.Range(1, store.Range{}, func(_, _ []byte) bool { n++; return true })
	if err == nil || n != 25 {
		t.Errorf("Range gives %d values, %v", n, err)
	}
	if v, err := s.Get(1, []byte("k24")); len(v) != 400 || err != nil {
		t.Errorf("the value beside it is %q, %v", v, err)
	}
}

func TestASecondOpenerFailsAtOnce(t *testing.T) {
	path := newFile(t)
	s, err := store.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if second, err := store.OpenFile(path); err == nil || !strings.Contains(err.Error(), "is in use by another process") {
		t.Errorf("second opener: %v, %v", second, err)
	}
	if took := time.Since(start); took > 100*time.Millisecond {
		t.Errorf("the second opener waited for %s", took)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = store.OpenFile(path); err != nil {
		t.Fatalf("after Close: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func BenchmarkDurableWrite(b *testing.B) {
	s, err := store.OpenFile(filepath.Join(b.TempDir(), "data"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	i := 0
	for b.Loop() {
		i++
		put(b, s, 1, fmt.Sprintf("k%09d", i), "value")
	}
}
