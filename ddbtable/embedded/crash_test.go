package embedded_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable/embedded"
)

// crashTime is the variable for how long TestKill goes on, as time.ParseDuration
// reads it, and crashSeed a child's for its deeds.
const (
	crashTime = "DDB_CRASH_TIME"
	crashSeed = "EMBEDDED_TEST_SEED"
)

// crashWriters write at the same time, each its own items.
const crashWriters = 8

func init() { children["write"] = writeOn }

// writeOn opens the file and writes until it is killed. It writes a byte before
// it opens the file, and each writer one of its own after each answer.
func writeOn(path string) error {
	seed, err := strconv.ParseUint(os.Getenv(crashSeed), 10, 64)
	if err != nil {
		return err
	}
	fmt.Print("o")
	db, err := embedded.Open(embedded.File(path))
	if err != nil {
		return err
	}
	if err := crashTable(db.Client()); err != nil && !strings.Contains(err.Error(), "ResourceInUseException") {
		return err
	}
	failed := make(chan error)
	for w := range crashWriters {
		go func() { failed <- writeAs(w, seed, db.Client(), tell) }()
	}
	return <-failed
}

// writeAs does a writer's deeds and has each acknowledged.
func writeAs(writer int, seed uint64, c *dynamodb.Client, acknowledged func(writer int) error) error {
	for i := 0; ; i++ {
		d := newDeed(seed, writer, i)
		if err := d.send(c); err != nil {
			return err
		}
		if err := acknowledged(writer); err != nil {
			return err
		}
	}
}

func tell(writer int) error {
	_, err := os.Stdout.Write([]byte{'0' + byte(writer)})
	return err
}

// TestKill kills a process in the middle of heavy writing, again and again on
// one file. Every acknowledged write must be there, and of those that were not
// acknowledged, at most one of each writer, whole; every index must agree with
// the table.
func TestKill(t *testing.T) {
	length := 3 * time.Second
	if long := os.Getenv(crashTime); long != "" {
		var err error
		if length, err = time.ParseDuration(long); err != nil {
			t.Fatalf("%s: %v", crashTime, err)
		}
	}
	path := filepath.Join(t.TempDir(), "data")
	var items [crashWriters]held
	writes, kills, end := 0, 0, time.Now().Add(length)
	for ; kills < 5 || time.Now().Before(end); kills++ {
		seed := rand.Uint64()
		done := killOne(t, path, seed, rand.IntN(300))
		db := open(t, embedded.File(path))
		for w, now := range readCrashed(t, db.Client()) {
			writes += done[w]
			items[w] = survived(t, items[w], now, seed, w, done[w])
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			t.Fatalf("in round %d, seed %d", kills, seed)
		}
	}
	t.Logf("%d kills, %d acknowledged writes", kills, writes)
	if writes == 0 {
		t.Error("nothing was ever acknowledged")
	}
}

// killOne runs a process until it has had so many writes acknowledged, kills
// it, and gives how many there were of each writer.
func killOne(t *testing.T, path string, seed uint64, acknowledged int) (done [crashWriters]int) {
	t.Helper()
	child := childOf(t, "write", path)
	child.Env = append(child.Env, fmt.Sprint(crashSeed, "=", seed))
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 1+acknowledged)
	got, err := io.ReadFull(out, first)
	if err != nil {
		t.Errorf("the process ended by itself after %d writes: %v", got, err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil || err.Error() != "signal: killed" {
		t.Errorf("the process ended with %v", err)
	}
	for _, writer := range slices.Concat(first[1:got], rest) {
		if writer != 'o' {
			done[writer-'0']++
		}
	}
	return done
}

// survived checks a writer's items after its process was killed, and gives
// them.
func survived(t *testing.T, before, now held, seed uint64, writer, done int) held {
	t.Helper()
	for i := range done {
		d := newDeed(seed, writer, i)
		before = d.do(before)
	}
	next := newDeed(seed, writer, done)
	if !equalItems(now, before) && !equalItems(now, next.do(before)) {
		t.Errorf("writer %d after %d acknowledged writes\n have: %v\n want: %v\nor the effect of %+v",
			writer, done, rows(now), rows(before), next)
	}
	return now
}

func equalItems(a, b held) bool { return slices.Equal(rows(a), rows(b)) }

func rows(items held) []string {
	var all []string
	for _, it := range items {
		all = append(all, row(it))
	}
	slices.Sort(all)
	return all
}

// row writes attributes of an item, all when none is named.
func row(it item, names ...string) string {
	var parts []string
	for name, v := range it {
		if len(names) == 0 || slices.Contains(names, name) {
			parts = append(parts, name+"="+text(v))
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// readCrashed reads the table, if it was made, and checks every index and the
// count of items against it.
func readCrashed(t *testing.T, c *dynamodb.Client) (items [crashWriters]held) {
	t.Helper()
	list, err := c.ListTables(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(list.TableNames) == 0 {
		return items
	}
	var table, withState []string
	for _, it := range scanAll(t, c, "") {
		w, _ := strconv.Atoi(text(it["w"]))
		k, _ := strconv.Atoi(text(it["k"]))
		if items[w] == nil {
			items[w] = held{}
		}
		items[w][k] = it
		table = append(table, row(it))
		if it["state"] != nil {
			withState = append(withState, row(it, "w", "k", "state", "time"))
		}
	}
	var wg sync.WaitGroup
	for index, want := range map[string][]string{"by_user": filled(items, "user"), "by_time": table, "by_state": withState} {
		wg.Go(func() { checkIndex(t, c, index, want) })
	}
	wg.Wait()
	described, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(crashed)})
	if err != nil || aws.ToInt64(described.Table.ItemCount) != int64(len(table)) {
		t.Errorf("DescribeTable counts %v of %d items, %v", described.Table.ItemCount, len(table), err)
	}
	return items
}

// filled gives the items that have an attribute: an update makes items without
// a user.
func filled(items [crashWriters]held, name string) []string {
	var all []string
	for _, of := range items {
		for _, it := range of {
			if it[name] != nil {
				all = append(all, row(it))
			}
		}
	}
	return all
}

func checkIndex(t *testing.T, c *dynamodb.Client, index string, want []string) {
	var got []string
	for _, it := range scanAll(t, c, index) {
		got = append(got, row(it))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("index %s\n have: %v\n want: %v", index, got, want)
	}
}

func scanAll(t *testing.T, c *dynamodb.Client, index string) []item {
	in := &dynamodb.ScanInput{TableName: aws.String(crashed)}
	if index != "" {
		in.IndexName = aws.String(index)
	}
	var items []item
	for pages := dynamodb.NewScanPaginator(c, in); pages.HasMorePages(); {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Error(err)
			return nil
		}
		items = append(items, page.Items...)
	}
	return items
}
