package ddbtable_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
	"example.com/ddb/ddbtable/embedded"
	"example.com/ddb/fields"
)

// A tariff is known by a number.
type tariff struct {
	Price fields.Decimal `ddb:"price,partition"`
	Name  string         `ddb:"name"`
}

var (
	tariffs     = ddbtable.MustDefine[tariff]("tariffs")
	tariffPrice = ddbtable.Attr(func(t *tariff) *fields.Decimal { return &t.Price })
)

// someCoins are n coins with the keys 0, 1, ….
func someCoins(n int) []coin {
	all := make([]coin, n)
	for i := range all {
		all[i] = coin{ID: strconv.Itoa(i), N: i}
	}
	return all
}

func coinKeys(coins []coin) iter.Seq[ddbtable.Key[coin]] {
	return func(yield func(ddbtable.Key[coin]) bool) {
		for _, c := range coins {
			if !yield(ddbtable.KeyOf(coinID.Eq(c.ID))) {
				return
			}
		}
	}
}

// storedCoins are all coins of the table, by their numbers.
func storedCoins(t *testing.T, table *ddbtable.Table[coin]) []coin {
	t.Helper()
	all, err := ddbtable.Collect(table.Scan().All(context.WithoutCancel(t.Context())))
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b coin) int { return a.N - b.N })
	return all
}

// restClock lets pauses pass at once, and keeps them.
type restClock struct {
	mu     sync.Mutex
	pauses []time.Duration
	during func() // is called in each
}

func (c *restClock) Now() time.Time { return time.Unix(1700000000, 0) }

func (c *restClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	c.pauses = append(c.pauses, d)
	c.mu.Unlock()
	if c.during != nil {
		c.during()
	}
	return context.Cause(ctx)
}

// A batchServer answers each BatchWriteItem by itself.
type batchServer struct {
	// answer gives the writes that stay unprocessed, or the body of an error.
	answer func(request int, writes []json.RawMessage) (left []json.RawMessage, failure string)

	mu      sync.Mutex
	sizes   []int // writes of each request
	written int
}

func (s *batchServer) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	var in struct {
		RequestItems map[string][]json.RawMessage
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for table, writes := range in.RequestItems {
		s.sizes = append(s.sizes, len(writes))
		left, failure := s.answer(len(s.sizes), writes)
		if failure != "" {
			resp := sealed(failure)
			resp.StatusCode, resp.Request = http.StatusBadRequest, req
			return resp, nil
		}
		s.written += len(writes) - len(left)
		unprocessed := map[string][]json.RawMessage{table: left}
		if len(left) == 0 {
			unprocessed = nil
		}
		answer, err := json.Marshal(map[string]any{"UnprocessedItems": unprocessed})
		resp := sealed(string(answer))
		resp.Request = req
		return resp, err
	}
	return nil, errors.New("a batch without a table")
}

const notToday = `{"__type":"com.amazonaws.dynamodb.v20120810#ValidationException","message":"not today"}`

// served opens a table on such a server.
func served[T any](s *batchServer, def *ddbtable.Definition[T], options ...ddbtable.Option) *ddbtable.Table[T] {
	client, _ := newCanned(nil, func(o *dynamodb.Options) { o.HTTPClient = s })
	return ddbtable.Open(client, def, options...)
}

func takesAll(int, []json.RawMessage) ([]json.RawMessage, string) { return nil, "" }

func TestBatchesAreCutByCountAndBytes(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		for n, want := range map[int][]int{0: nil, 1: {1}, 25: {25}, 26: {25, 1}, 75: {25, 25, 25}} {
			s := &batchServer{answer: takesAll}
			table := served(s, coins, options...)
			if err := table.PutAll(slices.Values(someCoins(n))).Concurrency(1).Run(t.Context()); err != nil {
				t.Error(err)
			}
			if err := table.DeleteAll(coinKeys(someCoins(n))).Concurrency(1).Run(t.Context()); err != nil {
				t.Error(err)
			}
			expect(t, fmt.Sprint(n, " items put, and deleted"), s.sizes, slices.Concat(want, want))
		}
	})
}

// An item of 400 KB may take six times that in a request.
func TestBatchesStayBelow16MB(t *testing.T) {
	if raceEnabled {
		t.Skip("one request after the other, of 17 MB of escapes, takes the race detector a minute")
	}
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		var sizes []int
		client, _ := newCanned(nil, func(o *dynamodb.Options) {
			o.HTTPClient = doer(func(req *http.Request) (*http.Response, error) {
				body, err := io.ReadAll(req.Body)
				if sizes = append(sizes, bytes.Count(body, []byte("PutRequest"))); len(body) > 16<<20 {
					t.Errorf("a request has %d bytes, more than 16 MB", len(body))
				}
				resp := sealed("{}")
				resp.Request = req
				return resp, err
			})
		})
		table := ddbtable.Open(client, labels, options...)
		large := label{Lines: []string{strings.Repeat("\x01", 399<<10)}}
		err := table.PutAll(func(yield func(label) bool) {
			for i := range 7 {
				large.ID = strconv.Itoa(i)
				if !yield(large) {
					return
				}
			}
		}).Concurrency(1).Run(t.Context())
		if err != nil {
			t.Error(err)
		}
		expect(t, "writes of each request", sizes, []int{6, 1})
	})
}

// One item that the service would refuse would take 24 others with it.
func TestBatchRefusesAnItemThatIsTooLarge(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		s := &batchServer{answer: takesAll}
		table := served(s, labels, options...)
		fits, large := label{ID: "a", Body: make([]byte, 399<<10)}, label{ID: "b", Body: make([]byte, 400<<10)}
		if err := table.PutAll(slices.Values([]label{fits})).Run(t.Context()); err != nil {
			t.Error(err)
		}
		err := table.PutAll(slices.Values([]label{fits, large})).Run(t.Context())
		failed, ok := errors.AsType[*ddbtable.BatchError[label]](err)
		if _, planned := errors.AsType[*ddbtable.PlanError](err); !ok || !planned || len(failed.Items) != 2 || !strings.Contains(err.Error(), "the limit is 409600") {
			t.Errorf("PutAll: %v, want a PlanError with both items", err)
		}
		expect(t, "requests", s.sizes, []int{1})
	})
}

// The last item of a key is the one that stays, wherever the others stand, and
// also if the service leaves one of them for later.
func TestLastItemOfAKeyWins(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		came := make(chan struct{})
		clock := &restClock{during: func() {
			<-came
			for range 1000 {
				runtime.Gosched()
			}
		}}
		table, _, db := faulty(t, coins, append(options, ddbtable.UseClock(clock))...)
		fault := db.Inject(embedded.Fault{Effect: embedded.Unprocessed, Operation: "BatchWriteItem", Times: 3})
		first := someCoins(25)
		err := table.PutAll(func(yield func(coin) bool) {
			for _, c := range first {
				if !yield(c) {
					return
				}
			}
			_ = yield(coin{ID: "x", N: 25}) && yield(coin{ID: "x", N: 26})
			close(came)
			for _, c := range first { // all of them once more
				if !yield(coin{ID: c.ID, N: c.N + 100}) {
					return
				}
			}
		}).Run(t.Context())
		if err != nil || fault.Hits() != 3 {
			t.Fatalf("PutAll: %v; %d writes were left unprocessed", err, fault.Hits())
		}
		want := []coin{{ID: "x", N: 26}}
		for _, c := range first {
			want = append(want, coin{ID: c.ID, N: c.N + 100})
		}
		expect(t, "stored", storedCoins(t, table), want)
	})
}

// To DynamoDB 1 and 1.0 are one key, and a batch that has both is refused.
func TestKeysOfABatchAreComparedAsNumbers(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, _ := recorded(t, tariffs, options...)
		one, also := tariff{"1", "first"}, tariff{"1.0", "last"}
		if err := table.PutAll(slices.Values([]tariff{one, {"10", "ten"}, also})).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		keys := slices.Values([]ddbtable.Key[tariff]{
			ddbtable.KeyOf(tariffPrice.Eq("1")), ddbtable.KeyOf(tariffPrice.Eq("1e1")), ddbtable.KeyOf(tariffPrice.Eq("1.00")), ddbtable.KeyOf(tariffPrice.Eq("0")),
		})
		missing := 0
		got, err := ddbtable.Collect(table.GetAll(keys).OnMissing(func(ddbtable.Key[tariff]) { missing++ }).All(t.Context()))
		if err != nil || missing != 1 {
			t.Errorf("GetAll: %v; %d missing", err, missing)
		}
		expect(t, "GetAll", got, []tariff{{"1", "last"}, {"10", "ten"}, {"1", "last"}})
		if err := table.DeleteAll(keys).Run(t.Context()); err != nil {
			t.Error(err)
		}
		if n, err := table.Scan().Count(t.Context()); n != 0 || err != nil {
			t.Errorf("%d items are left, %v", n, err)
		}
	})
}

func TestUnprocessedItemsAreSentAgainAfterAPause(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		clock := new(restClock)
		table, _, db := faulty(t, coins, append(options, ddbtable.UseClock(clock))...)
		// One batch at a time, or the third item could be the same one again and
		// again.
		fault := db.Inject(embedded.Fault{Effect: embedded.Unprocessed, Operation: "BatchWriteItem", Every: 3})
		all := someCoins(130)
		if err := table.PutAll(slices.Values(all)).Concurrency(1).Run(t.Context()); err != nil {
			t.Error(err)
		}
		expect(t, "stored", storedCoins(t, table), all)
		if fault.Hits() == 0 || len(clock.pauses) == 0 {
			t.Errorf("%d writes were left, %d pauses", fault.Hits(), len(clock.pauses))
		}
		if err := table.DeleteAll(coinKeys(all[1:])).Concurrency(1).Run(t.Context()); err != nil {
			t.Error(err)
		}
		expect(t, "left", storedCoins(t, table), all[:1])
	})
}

// Pauses are random, and up to twice as long each time. Ten attempts that write
// nothing are enough; one that writes something begins anew.
func TestPausesGrowAndEnd(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		clock := new(restClock)
		s := &batchServer{answer: func(request int, writes []json.RawMessage) ([]json.RawMessage, string) {
			if request == 3 {
				return writes[1:], ""
			}
			return writes, ""
		}}
		table := served(s, coins, append(options, ddbtable.UseClock(clock))...)
		all := someCoins(3)
		err := table.PutAll(slices.Values(all)).Run(t.Context())
		failed, ok := errors.AsType[*ddbtable.BatchError[coin]](err)
		if !ok || !strings.Contains(err.Error(), "2 items not written: the service left them unprocessed") {
			t.Fatalf("PutAll: %v", err)
		}
		expect(t, "not written", failed.Items, all[1:])
		expect(t, "taken", failed.Taken, 3)
		expect(t, "sizes of the requests", s.sizes, []int{3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2})
		limit := 50 * time.Millisecond
		for i, pause := range clock.pauses {
			if i == 2 { // something had been written
				limit = 50 * time.Millisecond
			}
			if pause < 0 || pause > limit {
				t.Errorf("pause %d takes %v, more than %v", i, pause, limit)
			}
			limit *= 2
		}
		if last := clock.pauses[len(clock.pauses)-3:]; slices.Max(last) < 100*time.Millisecond || last[0] == last[1] {
			t.Errorf("the last pauses are %v", last)
		}
	})
}

// Whatever ends a batch, each item is either stored or listed.
func TestEveryItemIsWrittenOrListed(t *testing.T) {
	all := someCoins(130)
	for name, test := range map[string]struct {
		answer  func(request int, writes []json.RawMessage) ([]json.RawMessage, string)
		items   func(cancel func()) iter.Seq[coin]
		written [2]int // at least and at most
	}{
		"an item cannot be encoded": {takesAll, func(func()) iter.Seq[coin] {
			return changed(all, 3, func(c *coin) { c.ID = "" })
		}, [2]int{0, 0}},
		"a later item cannot be encoded": {takesAll, func(func()) iter.Seq[coin] {
			return changed(all, 30, func(c *coin) { c.ID = "" })
		}, [2]int{0, 25}},
		"a request fails": {func(request int, _ []json.RawMessage) ([]json.RawMessage, string) {
			if request == 2 {
				return nil, notToday
			}
			return nil, ""
		}, func(func()) iter.Seq[coin] { return slices.Values(all) }, [2]int{25, 25}},
		"the last request fails": {func(request int, _ []json.RawMessage) ([]json.RawMessage, string) {
			if request == 6 {
				return nil, notToday
			}
			return nil, ""
		}, func(func()) iter.Seq[coin] { return slices.Values(all) }, [2]int{125, 125}},
		"the context ends": {takesAll, func(cancel func()) iter.Seq[coin] {
			return changed(all, 60, func(*coin) { cancel() })
		}, [2]int{0, 50}},
		"the service returns what was not sent": {func(request int, writes []json.RawMessage) ([]json.RawMessage, string) {
			return slices.Repeat([]json.RawMessage{json.RawMessage(`{"PutRequest":{"Item":{"id":{"S":"other"}}}}`)}, len(writes)), ""
		}, func(func()) iter.Seq[coin] { return slices.Values(all) }, [2]int{0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				done := 0
				items := slices.Collect(test.items(func() {}))
				s := &batchServer{answer: test.answer}
				err := served(s, coins, options...).PutAll(test.items(cancel)).Concurrency(1).Total(130).
					OnProgress(func(n, total int) {
						if n <= done || total != 130 {
							t.Errorf("progress %d of %d after %d", n, total, done)
						}
						done = n
					}).Run(ctx)
				failed, ok := errors.AsType[*ddbtable.BatchError[coin]](err)
				if !ok || failed.Taken != 130 || failed.Stopped {
					t.Fatalf("PutAll: %+v", err)
				}
				if s.written < test.written[0] || s.written > test.written[1] {
					t.Errorf("%d items were written, want %v", s.written, test.written)
				}
				expect(t, "not written", failed.Items, items[s.written:])
				expect(t, "progress", done, s.written)
			})
		})
	}
}

// changed is a sequence of which one item is changed when it is taken.
func changed(all []coin, i int, change func(*coin)) iter.Seq[coin] {
	return func(yield func(coin) bool) {
		for n, c := range all {
			if n == i {
				change(&c)
			}
			if !yield(c) {
				return
			}
		}
	}
}

// The same with several requests under way, each key once in the end.
func TestConcurrentBatchListsWhatFailed(t *testing.T) {
	s := &batchServer{answer: func(request int, writes []json.RawMessage) ([]json.RawMessage, string) {
		if request > 7 {
			return nil, notToday
		}
		return writes[:1], ""
	}}
	all := someCoins(500)
	err := served(s, coins, ddbtable.UseClock(new(restClock))).DeleteAll(coinKeys(all)).Concurrency(8).Run(t.Context())
	failed, ok := errors.AsType[*ddbtable.BatchError[coin]](err)
	if !ok || len(failed.Items) != 0 || s.written+len(failed.Keys) != len(all) {
		t.Fatalf("%d keys are deleted, %d listed, %d were given: %v", s.written, len(failed.Keys), len(all), err)
	}
	again := served(&batchServer{answer: takesAll}, coins)
	if err := again.DeleteAll(slices.Values(failed.Keys)).Run(t.Context()); err != nil {
		t.Error(err)
	}
}

// A sequence without an end is left, and the error says so.
func TestEndlessSequenceIsLeftAfterAnError(t *testing.T) {
	s := &batchServer{answer: func(int, []json.RawMessage) ([]json.RawMessage, string) { return nil, notToday }}
	err := served(s, coins).PutAll(func(yield func(coin) bool) {
		for i := 0; yield(coin{ID: strconv.Itoa(i), N: i}); i++ {
		}
	}).Run(t.Context())
	failed, ok := errors.AsType[*ddbtable.BatchError[coin]](err)
	if !ok || !failed.Stopped || len(failed.Items) != failed.Taken || failed.Taken < 10_000 || failed.Taken > 10_150 {
		t.Fatalf("PutAll: %v", err)
	}
	for i, c := range failed.Items {
		if c.N != i {
			t.Fatalf("item %d is number %d", i, c.N)
		}
	}
	if want := fmt.Sprintf("nor what the sequence has behind the first %d", failed.Taken); !strings.Contains(err.Error(), want) {
		t.Errorf("%v\ndoes not say %q", err, want)
	}
}

// A panic of the sequence is the caller's; nothing is under way behind it.
func TestPanicOfTheSequencePassesThrough(t *testing.T) {
	var mu sync.Mutex
	running, left := 0, 0
	s := &batchServer{answer: func(int, []json.RawMessage) ([]json.RawMessage, string) { return nil, "" }}
	client, _ := newCanned(nil, func(o *dynamodb.Options) {
		o.HTTPClient = doer(func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			running++
			mu.Unlock()
			defer func() {
				mu.Lock()
				running--
				mu.Unlock()
			}()
			runtime.Gosched()
			return s.Do(req)
		})
	})
	table := ddbtable.Open(client, coins)
	func() {
		defer func() {
			mu.Lock()
			left = running
			mu.Unlock()
			if got := recover(); got != "out of coins" {
				t.Errorf("recovered %v", got)
			}
		}()
		_ = table.PutAll(func(yield func(coin) bool) {
			for _, c := range someCoins(60) {
				yield(c)
			}
			panic("out of coins")
		}).Run(t.Context())
	}()
	if left != 0 {
		t.Errorf("%d requests are under way behind the panic", left)
	}
	expect(t, "requests", s.sizes, []int{25, 25})
}

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(req *http.Request) (*http.Response, error) { return d(req) }

// The context ends the pauses too.
func TestPausesEndWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &batchServer{answer: func(_ int, writes []json.RawMessage) ([]json.RawMessage, string) { return writes, "" }}
	table := served(s, coins, ddbtable.UseClock(&restClock{during: cancel}))
	err := table.PutAll(slices.Values(someCoins(3))).Run(ctx)
	failed, ok := errors.AsType[*ddbtable.BatchError[coin]](err)
	if !ok || !errors.Is(err, context.Canceled) || len(failed.Items) != 3 {
		t.Errorf("PutAll: %v", err)
	}
	expect(t, "requests", s.sizes, []int{3})
}

func TestBatchRefusals(t *testing.T) {
	table, r := recorded(t, coins)
	for want, err := range map[string]error{
		"the sequence is nil":                table.PutAll(nil).Run(t.Context()),
		"sequence is nil; give one":          table.DeleteAll(nil).Run(t.Context()),
		"Concurrency is negative":            table.PutAll(slices.Values(someCoins(1))).Concurrency(-1).Run(t.Context()),
		"requests under way at once, or 0":   drain(table.GetAll(coinKeys(someCoins(1))).Concurrency(-1).All(t.Context())),
		"1 items not written: id is missing": table.DeleteAll(slices.Values([]ddbtable.Key[coin]{ddbtable.KeyOf[coin]()})).Run(t.Context()),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	r.expectSent(t, "refused batches")
}

// A batch cannot mark items, so what would remove them for good has to be said.
func TestDeleteAllUnderSoftDelete(t *testing.T) {
	table, r := recorded(t, ddbtable.MustDefine[task]("tasks", ddbtable.SoftDelete(taskTeam, "here", "gone")))
	if err := table.PutAll(slices.Values([]task{{ID: "a", Team: "here"}, {ID: "b", Team: "gone"}})).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.sent()
	keys := slices.Values([]ddbtable.Key[task]{ddbtable.KeyOf(taskID.Eq("a")), ddbtable.KeyOf(taskID.Eq("b"))})
	err := table.DeleteAll(keys).Run(t.Context())
	if _, planned := errors.AsType[*ddbtable.PlanError](err); !planned || !strings.Contains(err.Error(), "the definition has SoftDelete, and a batch removes items for good; mark them with Delete, or say WithDeleted().DeleteAll") {
		t.Errorf("DeleteAll: %v", err)
	}
	r.expectSent(t, "what was refused")
	if err := table.WithDeleted().DeleteAll(keys).Run(t.Context()); err != nil {
		t.Error(err)
	}
	if n, err := table.WithDeleted().Scan().Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d items are left, %v", n, err)
	}
}

// Items that a batch stores get their version, times and write id like others.
func TestBatchSetsWhatPutSets(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		clock := ddbtest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
		table := ddbtest.Table(t, ddbtest.Client(t), stays, append(options, ddbtable.UseClock(clock))...)
		old := stay{ID: "old", Page: "p", Created: clock.Now().Add(-time.Hour)}
		if err := table.PutAll(slices.Values([]stay{{ID: "new", Page: "p"}, old})).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for id, want := range map[string]time.Time{"new": clock.Now(), "old": old.Created} {
			got, err := table.Get(t.Context(), stayID.Eq(id))
			if err != nil || !got.Created.Equal(want) || !got.Updated.Equal(clock.Now()) {
				t.Errorf("%s: created %v, updated %v, %v", id, got.Created, got.Updated, err)
			}
		}
	})
}
