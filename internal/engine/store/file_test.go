package store_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
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

func writeFile(t testing.TB, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "written")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// newFile makes a store's file with some content.
func newFile(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data")
	s, err := store.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, 2, "x", "1")
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

// refused opens a file that is not to be opened, in a process of its own, and
// checks that it is left as it was.
func refused(t *testing.T, path, want string) {
	t.Helper()
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got := openElsewhere(t, path)
	if !strings.HasPrefix(got, "store: ") || !strings.Contains(got, want) {
		t.Errorf("\n got: %s\nwant: an error with %q", got, want)
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed: %d bytes before, %d after, %v", len(before), len(after), err)
	}
}

// TestATruncatedFileIsRefused cuts a file at every page.
func TestATruncatedFileIsRefused(t *testing.T) {
	whole := small(t, newFile(t))
	page := os.Getpagesize()
	if len(whole) < 10*page {
		t.Fatalf("the file has only %d bytes", len(whole))
	}
	for size := 0; size < len(whole); size += page {
		refused(t, writeFile(t, whole[:size]), "it is not a complete database file")
	}
	if got := openElsewhere(t, writeFile(t, whole)); got != "51 values" {
		t.Errorf("the whole file: %s", got)
	}
}

// small gives a file without the pages at its end that were set aside and are
// not in use.
func small(t *testing.T, path string) []byte {
	t.Helper()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return whole[:pagesInUse(whole)*os.Getpagesize()]
}

// pagesInUse gives what the newest meta page says.
func pagesInUse(file []byte) int {
	const pages, tx = 16 + 40, 16 + 48
	newest := file
	if second := file[os.Getpagesize():]; binary.NativeEndian.Uint64(second[tx:]) > binary.NativeEndian.Uint64(file[tx:]) {
		newest = second
	}
	return int(binary.NativeEndian.Uint64(newest[pages:]))
}

func TestWhatIsNoFileOfThisStoreIsRefused(t *testing.T) {
	for _, content := range []string{"", strings.Repeat("hello world\n", 10000), strings.Repeat("\x00", 1<<16)} {
		refused(t, writeFile(t, []byte(content)), "it is not a complete database file")
	}
	dir := t.TempDir()
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
	if got := openElsewhere(t, dir); !strings.Contains(got, "it is not a regular file") {
		t.Errorf("a directory: %s", got)
	}
	nowhere := filepath.Join(dir, "no", "such", "place")
	want := "store: cannot make " + nowhere + ": no such file or directory; make its folder first"
	if got := openElsewhere(t, nowhere); runtime.GOOS != "windows" && got != want {
		t.Errorf("a file in no directory\n got: %s\nwant: %s", got, want)
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
		return bucket.Put([]byte("format"), []byte("later"))
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
	whole := small(t, newFile(t))
	page := os.Getpagesize()
	damage := func(offsets ...int) string {
		bad := bytes.Clone(whole)
		for _, offset := range offsets {
			bad[offset] ^= 0xFF
		}
		return writeFile(t, bad)
	}
	const inMeta = 16 + 40
	refused(t, damage(inMeta, page+inMeta), "it is not a complete database file")
	// One good meta page is enough: the other may be half-written.
	for _, offset := range []int{inMeta, page + inMeta} {
		if got := openElsewhere(t, damage(offset)); !strings.HasSuffix(got, " values") {
			t.Errorf("meta page at %d damaged: %s", offset, got)
		}
	}
}

// TestAFlippedBitInAValueIsAnError flips each bit of a value and its checksum
// in turn.
func TestAFlippedBitInAValueIsAnError(t *testing.T) {
	whole := small(t, newFile(t))
	const size = 400 + 4
	content := []byte("k25" + strings.Repeat("v", 400))
	for bit := 0; bit < 8*size; bit += 13 {
		bad := bytes.Clone(whole)
		// Older copies of the page may be in the file, so all are damaged.
		for at := 0; ; {
			found := bytes.Index(bad[at:], content)
			if found < 0 {
				break
			}
			at += found + len("k25")
			bad[at+bit/8] ^= 1 << (bit % 8)
		}
		checkDamaged(t, bad, bit)
	}
}

// checkDamaged opens a file in which the value of k25 is damaged.
func checkDamaged(t *testing.T, file []byte, bit int) {
	t.Helper()
	s, err := store.OpenFile(writeFile(t, file))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const want = "store: a stored value is damaged; restore the file from a backup"
	if v, err := s.Get(1, []byte("k25")); v != nil || err == nil || err.Error() != want {
		t.Errorf("bit %d: Get gives %q, %v", bit, v, err)
	}
	r := snapshot(t, s, 1)
	defer r.Release()
	n := 0
	err = r.Range(1, store.Range{}, func(_, _ []byte) bool { n++; return true })
	if n != 25 || err == nil || err.Error() != want {
		t.Errorf("bit %d: Range gives %d values, %v", bit, n, err)
	}
	if v, err := s.Get(1, []byte("k24")); len(v) != 400 || err != nil {
		t.Errorf("bit %d: the value beside it is %q, %v", bit, v, err)
	}
}

// TestASecondOpenerFailsAtOnce tries it in this process and in another one,
// which must not wait. Of several tries one has to be fast, because the machine
// may be busy; a wait would make all of them slow.
func TestASecondOpenerFailsAtOnce(t *testing.T) {
	path := newFile(t)
	s, err := store.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fastest := time.Hour
	for range 5 {
		start := time.Now()
		if second, err := store.OpenFile(path); err == nil || !strings.Contains(err.Error(), "is in use by another process") {
			t.Errorf("second opener: %v, %v", second, err)
		}
		fastest = min(fastest, time.Since(start))
	}
	if fastest > 100*time.Millisecond {
		t.Errorf("the second opener waited for %s", fastest)
	}
	if got := openElsewhere(t, path); !strings.Contains(got, "is in use by another process") {
		t.Errorf("in another process: %s", got)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := openElsewhere(t, path); got != "51 values" {
		t.Errorf("after Close: %s", got)
	}
}

// TestAFileIsMadeWholeOrNotAtAll opens a new file in many places at once: all
// find one and the same complete file, and nothing else is left in the folder.
func TestAFileIsMadeWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "data")
	const openers = 8
	opened := make(chan store.Store, openers)
	var wg sync.WaitGroup
	for range openers {
		wg.Go(func() {
			s, err := store.OpenFile(path)
			if err == nil {
				opened <- s
			} else if !strings.Contains(err.Error(), "is in use by another process") {
				t.Errorf("OpenFile: %v", err)
			}
		})
	}
	wg.Wait()
	close(opened)
	if len(opened) > 1 {
		t.Errorf("%d of %d have it open", len(opened), openers)
	}
	for s := range opened {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if got := openElsewhere(t, path); got != "0 values" {
		t.Errorf("the file: %s", got)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("in the folder: %v, %v", entries, err)
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
