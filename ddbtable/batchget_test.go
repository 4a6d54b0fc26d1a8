package ddbtable_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

// A readServer answers each BatchGetItem by itself.
type readServer struct {
	// answer gives what is found of the ids, and which of them stay unprocessed.
	answer func(request int, ids []string) (found []coin, left []string)

	mu    sync.Mutex
	sizes []int // keys of each request
}

func (s *readServer) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	var in struct {
		RequestItems map[string]struct {
			Keys []map[string]map[string]string
		}
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	var ids []string
	for _, keys := range in.RequestItems {
		for _, key := range keys.Keys {
			ids = append(ids, key["id"]["S"])
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sizes = append(s.sizes, len(ids))
	found, left := s.answer(len(s.sizes), ids)
	var items, keys []string
	for _, c := range found {
		items = append(items, fmt.Sprintf(`{"id":{"S":%q},"n":{"N":"%d"}}`, c.ID, c.N))
	}
	for _, id := range left {
		keys = append(keys, fmt.Sprintf(`{"id":{"S":%q}}`, id))
	}
	resp := sealed(fmt.Sprintf(`{"Responses":{"coins":[%s]},"UnprocessedKeys":{"coins":{"Keys":[%s]}}}`, strings.Join(items, ","), strings.Join(keys, ",")))
	resp.Request = req
	return resp, nil
}

func readFrom(s *readServer, options ...ddbtable.Option) *ddbtable.Table[coin] {
	client, _ := newCanned(nil, func(o *dynamodb.Options) { o.HTTPClient = s })
	return ddbtable.Open(client, coins, options...)
}

// findsAll finds each id in reverse order.
func findsAll(_ int, ids []string) (found []coin, left []string) {
	for _, id := range slices.Backward(ids) {
		n, _ := strconv.Atoi(id)
		found = append(found, coin{ID: id, N: n})
	}
	return found, nil
}

// Items come in the order of the keys, as often as their keys, and a key
// without an item is told in its place.
func TestGetAllKeepsTheOrderOfTheKeys(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, coins, options...)
		all := someCoins(230)
		if err := table.PutAll(slices.Values(all)).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.sent()
		slices.Reverse(all)
		var want []string
		asked := slices.Clone(all)
		for i, c := range all {
			if i%50 == 0 {
				asked[i].ID = "none" + c.ID
				want = append(want, "missing")
				continue
			}
			want = append(want, c.ID)
		}
		asked, want = append(asked, all[3], all[1]), append(want, all[3].ID, all[1].ID)
		for name, concurrency := range map[string]int{"one by one": 1, "together": 0} {
			var got []string
			get := table.GetAll(coinKeys(asked)).Concurrency(concurrency).OnMissing(func(ddbtable.Key[coin]) { got = append(got, "missing") })
			for range 2 { // it can be ranged over again
				got = nil
				for c, err := range get.All(t.Context()) {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, c.ID)
				}
				expect(t, name, got, want)
				r.expectSent(t, name, "BatchGetItem", "BatchGetItem", "BatchGetItem")
			}
		}
	})
}

// A missing key can be used for another call.
func TestMissingKeysAreKeys(t *testing.T) {
	table, r := recorded(t, labels)
	var missing []ddbtable.Key[label]
	get := table.GetAll(slices.Values([]ddbtable.Key[label]{ddbtable.KeyOf(labelN.Eq(2), labelID.Eq("a")), ddbtable.KeyOf(labelID.Eq("b"), labelN.Eq(1))}))
	put(t, table, label{ID: "b", N: 1})
	got, err := ddbtable.Collect(get.OnMissing(func(k ddbtable.Key[label]) { missing = append(missing, k) }).All(t.Context()))
	if err != nil || len(got) != 1 || len(missing) != 1 {
		t.Fatalf("%v, %d missing, %v", got, len(missing), err)
	}
	put(t, table, label{ID: "a", N: 2, Weight: 3})
	r.sent()
	got, err = ddbtable.Collect(table.GetAll(slices.Values(missing)).All(t.Context()))
	expect(t, "the missing one", got, []label{{ID: "a", N: 2, Weight: 3}})
	if err != nil {
		t.Error(err)
	}
}

func TestUnprocessedKeysAreReadAgainAfterAPause(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		clock := new(restClock)
		table, _, db := faulty(t, coins, append(options, ddbtable.UseClock(clock))...)
		all := someCoins(130)
		if err := table.PutAll(slices.Values(all)).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		fault := db.Inject(embedded.Fault{Effect: embedded.Unprocessed, Operation: "BatchGetItem", Every: 3})
		got, err := ddbtable.Collect(table.GetAll(coinKeys(all)).Concurrency(1).All(t.Context()))
		if err != nil || fault.Hits() == 0 || len(clock.pauses) == 0 {
			t.Errorf("%v; %d keys were left, %d pauses", err, fault.Hits(), len(clock.pauses))
		}
		expect(t, "GetAll", got, all)
	})
}

// The limit of 16 MB for an answer is no reason to wait.
func TestKeysBeyond16MBAreReadAtOnce(t *testing.T) {
	clock := new(restClock)
	table, r := recorded(t, labels, ddbtable.UseClock(clock))
	var keys []ddbtable.Key[label]
	large := strings.Repeat("x", 390<<10)
	if err := table.PutAll(func(yield func(label) bool) {
		for i := range 43 {
			keys = append(keys, ddbtable.KeyOf(labelID.Eq("a"), labelN.Eq(i)))
			if !yield(label{ID: "a", N: i, Lines: []string{large}}) {
				return
			}
		}
	}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.sent()
	n := 0
	for l, err := range table.GetAll(slices.Values(keys)).All(t.Context()) {
		if err != nil || l.N != n {
			t.Fatalf("item %d: %d, %v", n, l.N, err)
		}
		n++
	}
	r.expectSent(t, "GetAll", "BatchGetItem", "BatchGetItem")
	if n != len(keys) || len(clock.pauses) != 0 {
		t.Errorf("%d items, %d pauses", n, len(clock.pauses))
	}
}

// Keys that stay unprocessed are an error in the end.
func TestReadsEndWithoutProgress(t *testing.T) {
	clock := new(restClock)
	s := &readServer{answer: func(_ int, ids []string) ([]coin, []string) { return nil, ids }}
	err := drain(readFrom(s, ddbtable.UseClock(clock)).GetAll(coinKeys(someCoins(3))).All(t.Context()))
	if err == nil || !strings.Contains(err.Error(), "left them unprocessed again and again") || len(s.sizes) != 10 || len(clock.pauses) != 9 {
		t.Errorf("%v after %d requests and %d pauses", err, len(s.sizes), len(clock.pauses))
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = drain(readFrom(s, ddbtable.UseClock(&restClock{during: cancel})).GetAll(coinKeys(someCoins(3))).All(ctx))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a context that ends in a pause: %v", err)
	}
}

// So many requests are under way as the caller says, and none is sent that the
// loop does not come to.
func TestGetAllReadsNoFurtherThanItsConcurrency(t *testing.T) {
	endless := func(yield func(ddbtable.Key[coin]) bool) {
		for i := 0; yield(ddbtable.KeyOf(coinID.Eq(strconv.Itoa(i)))); i++ {
		}
	}
	s := &readServer{answer: findsAll}
	n := 0
	for c, err := range readFrom(s).GetAll(endless).Concurrency(2).All(t.Context()) {
		if err != nil || c.N != n {
			t.Fatalf("item %d: %+v, %v", n, c, err)
		}
		if n++; n == 250 {
			break
		}
	}
	// Three are passed on; a fourth is under way, or was about to be.
	if len(s.sizes) < 3 || len(s.sizes) > 4 {
		t.Errorf("%d requests were sent for %d items", len(s.sizes), n)
	}
}

// A key that comes again and again is read now and then, so that its items are
// passed on.
func TestEndlessRepetitionOfAKeyIsPassedOn(t *testing.T) {
	s := &readServer{answer: findsAll}
	same := func(yield func(ddbtable.Key[coin]) bool) {
		for yield(ddbtable.KeyOf(coinID.Eq("7"))) {
		}
	}
	n := 0
	for c, err := range readFrom(s).GetAll(same).All(t.Context()) {
		if err != nil || c.N != 7 {
			t.Fatal(c, err)
		}
		if n++; n == 5000 {
			break
		}
	}
	if n != 5000 || len(s.sizes) > 10 || slices.Max(s.sizes) != 1 {
		t.Errorf("%d items by requests of sizes %v", n, s.sizes)
	}
}

// An error comes behind the items of all keys before it.
func TestGetAllTellsAnErrorInItsPlace(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		mistaken := func(yield func(ddbtable.Key[coin]) bool) {
			for k := range coinKeys(someCoins(150)) {
				if !yield(k) {
					return
				}
			}
			yield(ddbtable.KeyOf[coin]())
		}
		for name, test := range map[string]struct {
			keys   iter.Seq[ddbtable.Key[coin]]
			answer func(request int, ids []string) ([]coin, []string)
			items  int
			want   string
		}{
			"a mistaken key": {mistaken, findsAll, 150, "id is missing"},
			"a key that was not asked for": {coinKeys(someCoins(150)), func(request int, ids []string) ([]coin, []string) {
				found, _ := findsAll(request, ids)
				if len(ids) == 50 {
					found[0].ID = "other"
				}
				return found, nil
			}, 100, "it has a key that was not asked for"},
			"no sequence": {nil, findsAll, 0, "the sequence is nil"},
		} {
			s := &readServer{answer: test.answer}
			n := 0
			var last error
			for _, err := range readFrom(s, options...).GetAll(test.keys).All(t.Context()) {
				if last = err; err == nil {
					n++
				}
			}
			if n != test.items || last == nil || !strings.Contains(last.Error(), test.want) {
				t.Errorf("%s: %d items, then %v; want %d and %q", name, n, last, test.items, test.want)
			}
		}
	})
}

// An item that cannot be read is an error in its place, and others are read
// with a projection like those of Get.
func TestGetAllReadsLikeGet(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, tasks, options...)
		put(t, table, task{ID: "a", Team: "x", Count: 1}, task{ID: "b", Team: "y", Count: 2})
		keys := slices.Values([]ddbtable.Key[task]{ddbtable.KeyOf(taskID.Eq("b")), ddbtable.KeyOf(taskID.Eq("a"))})
		got, err := ddbtable.Collect(table.Project(taskTeam).GetAll(keys).All(t.Context()))
		if err != nil {
			t.Error(err)
		}
		expect(t, "a projection", got, []task{{Team: "y"}, {Team: "x"}})
		got, err = ddbtable.Collect(table.Consistent().GetAll(keys).All(t.Context()))
		if err != nil {
			t.Error(err)
		}
		expect(t, "whole items", got, []task{{ID: "b", Team: "y", Count: 2, Name: "b#002"}, {ID: "a", Team: "x", Count: 1, Name: "a#001"}})

		raw(t, r.client, table.Name(), map[string]types.AttributeValue{"id": text("bad"), "team": text("x"), "count": number("1"), "name": text("bad#009")})
		keys = slices.Values([]ddbtable.Key[task]{ddbtable.KeyOf(taskID.Eq("b")), ddbtable.KeyOf(taskID.Eq("bad")), ddbtable.KeyOf(taskID.Eq("a"))})
		got, err = ddbtable.Collect(table.GetAll(keys).All(t.Context()))
		if bad, ok := errors.AsType[*ddbtable.ItemError](err); !ok || !errors.Is(err, ddbtable.ErrStale) || bad.Attribute != "name" || len(bad.Key) != 1 {
			t.Errorf("a stale item: %v", err)
		}
		expect(t, "items before a stale one", got, []task{{ID: "b", Team: "y", Count: 2, Name: "b#002"}})
	})
}
