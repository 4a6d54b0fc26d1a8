package store_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"example.com/ddb/internal/engine/store"
)

// damagePage is small, so that a small file has branches above branches.
const damagePage = 1024

// damagedContent is what the file holds that is to be damaged: spaces, keys and
// values of many lengths, so that there are pages of every kind.
func damagedContent() map[store.Space]map[string]string {
	content := map[store.Space]map[string]string{}
	r := rand.New(rand.NewPCG(1, 2))
	for i, count := range []int{150, 20, 3} {
		space := store.Space(i + 1)
		content[space] = map[string]string{}
		for i := range count {
			key := fmt.Sprintf("key %05d %s", i*37%1000, strings.Repeat("k", i%50))
			content[space][key] = strings.Repeat(fmt.Sprintf("%03d", r.IntN(1000)), i%40)
		}
	}
	content[2]["long"] = strings.Repeat("long", 2000)
	return content
}

// damageable makes the file. It is made with small pages behind the store's back
// and then written to by it, so that some pages are free.
func damageable(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data")
	db, err := bolt.Open(path, 0o600, &bolt.Options{PageSize: damagePage})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	edit(t, path, func(tx *bolt.Tx) error {
		bucket, err := tx.CreateBucket([]byte("ddb-format"))
		if err != nil {
			return err
		}
		return bucket.Put([]byte("format"), []byte("1"))
	})
	s := openFile(t, path)
	for space, values := range damagedContent() {
		for key, value := range values {
			put(t, s, space, key, value+"before")
		}
		if space == 1 {
			s = store.LimitJournal(s, 0) // what follows goes to the buckets at once
		}
	}
	for space, values := range damagedContent() {
		var pairs []string
		for key, value := range values {
			pairs = append(pairs, key, value)
		}
		put(t, s, space, pairs...)
	}
	store.LimitJournal(s, 1<<20)
	put(t, s, 3, "in the journal", "value")
	var whole bytes.Buffer
	if err := s.Backup(&whole); err != nil { // as a killed process leaves it
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return whole.Bytes()
}

// TestAFlippedBitAnywhereIsNoWrongItem flips bits in pages of every kind: in all
// headers and elements, and here and there in the rest. Whatever the store says
// of the file is true, or an error, and no process dies.
func TestAFlippedBitAnywhereIsNoWrongItem(t *testing.T) {
	whole := damageable(t)
	path := writeFile(t, whole)
	kinds := map[uint16]int{}
	for at := 0; at < len(whole); at += damagePage {
		kinds[binary.NativeEndian.Uint16(whole[at+8:])]++
	}
	for kind, name := range map[uint16]string{1: "branch", 2: "leaf", 4: "meta", 16: "free list"} {
		if kinds[kind] == 0 {
			t.Errorf("the file has no %s page", name)
		}
	}
	got := inChild(t, "damage", path)
	if !strings.HasPrefix(got, "right ") {
		t.Error(got)
	}
	t.Logf("%d pages of each kind: %v; %s", len(whole)/damagePage, kinds, got)
}

// TestAKeyOfABranchIsThatOfThePageBelow flips a bit at the end of each key in each
// branch, which leaves them in order.
func TestAKeyOfABranchIsThatOfThePageBelow(t *testing.T) {
	whole, order := damageable(t), binary.NativeEndian
	keys := 0
	for _, n := range branches(t, writeFile(t, whole)) {
		page := n * damagePage
		for i := range int(order.Uint16(whole[page+10:])) {
			element := page + 16 + 16*i
			end := element + int(order.Uint32(whole[element:])) + int(order.Uint32(whole[element+4:]))
			bad := bytes.Clone(whole)
			bad[end-1] ^= 1
			s, err := store.OpenFile(writeFile(t, bad))
			if err == nil {
				s.Close()
				t.Errorf("page %d, key %d: the file is opened", n, i)
			}
			keys++
		}
	}
	if keys < 20 {
		t.Errorf("the branches have %d keys, too few to be sure", keys)
	}
}

// branches lists the branch pages in use.
func branches(t *testing.T, path string) (pages []int) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true, PreLoadFreelist: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(func(tx *bolt.Tx) error {
		for n := 0; ; n++ {
			page, err := tx.Page(n)
			if page == nil || err != nil {
				return err
			}
			if page.Type == "branch" {
				pages = append(pages, n)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

func init() { children["damage"] = flipAll }

// flipAll damages a file in all ways, one at a time, and reads it each time. What
// it prints last tells where it was when it died.
func flipAll(path string) error {
	whole, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	content := damagedContent()
	content[3]["in the journal"] = "value"
	r := rand.New(rand.NewPCG(3, 4))
	refused, right := 0, 0
	var wrong []string
	for at := 0; at < len(whole); at += damagePage {
		for _, bit := range bitsOf(r, whole[at:at+damagePage]) {
			fmt.Fprintf(os.Stderr, "\rpage %d, bit %d", at/damagePage, bit)
			bad := bytes.Clone(whole)
			bad[at+bit/8] ^= 1 << (bit % 8)
			switch told, err := tellAll(path, bad, content); {
			case told != "":
				wrong = append(wrong, fmt.Sprintf("page %d, bit %d: %s", at/damagePage, bit, told))
			case err != nil:
				refused++
			default:
				right++
			}
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%d wrong, first:\n%s", len(wrong), strings.Join(wrong[:min(len(wrong), 10)], "\n"))
	}
	fmt.Printf("right %d, refused %d", right, refused)
	return nil
}

// bitsOf chooses bits of a page: some of its header and of its first elements, and
// some of the rest.
func bitsOf(r *rand.Rand, page []byte) []int {
	var bits []int
	for range 3 {
		bits = append(bits, r.IntN(16*8), 16*8+r.IntN(10*16*8), r.IntN(len(page)*8))
	}
	return bits
}

// tellAll opens a damaged file and compares all that it says with what is right:
// "" and an error when it refuses something, "" and nil when all is right.
func tellAll(path string, file []byte, content map[store.Space]map[string]string) (wrong string, refusal error) {
	bad := path + ".bad"
	if err := os.WriteFile(bad, file, 0o600); err != nil {
		return err.Error(), nil
	}
	s, err := store.OpenFile(bad)
	if err != nil {
		return "", err
	}
	defer s.Close()
	for space := range store.Space(5) {
		told, err := tellSpace(s, space, content[space])
		if told != "" {
			return told, nil
		}
		if err != nil {
			refusal = err
		}
	}
	return "", refusal
}

// tellSpace compares single reads, also of keys that are not there, and ranges in
// both directions.
func tellSpace(s store.Store, space store.Space, content map[string]string) (wrong string, refusal error) {
	for key, want := range content {
		for _, key := range []string{key, key + "!", "!" + key} {
			got, err := s.Get(space, []byte(key))
			value, there := content[key]
			switch {
			case err != nil:
				refusal = err
			case (got != nil) != there || string(got) != value:
				return fmt.Sprintf("Get(%d, %q) gives %q, want %q", space, key, got, want), nil
			}
		}
	}
	r, err := s.Snapshot(space)
	if err != nil {
		return "", err
	}
	defer r.Release()
	for _, rng := range []store.Range{
		{}, {Descending: true}, {From: []byte("key 003"), To: []byte("key 007")}, {From: []byte("key 003"), To: []byte("key 007"), Descending: true},
	} {
		got := map[string]string{}
		err := r.Range(space, rng, func(key, value []byte) bool {
			got[string(key)] = string(value)
			return true
		})
		want := maps.Clone(content)
		maps.DeleteFunc(want, func(key, _ string) bool {
			return key < string(rng.From) || rng.To != nil && key >= string(rng.To)
		})
		switch {
		case err != nil:
			refusal = err
		case !maps.Equal(got, want):
			return fmt.Sprintf("Range(%d, %+v) gives %d values, want %d", space, rng, len(got), len(want)), nil
		}
	}
	return "", refusal
}
