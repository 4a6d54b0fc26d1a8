package ddbtable_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
	"example.com/ddb/ddbtable/embedded"
)

// A rawItem is stored by the SDK's own client, whatever a definition says:
// strings as S, ints as N.
type rawItem map[string]any

func storeRaw(t testing.TB, client *dynamodb.Client, table string, items ...rawItem) {
	t.Helper()
	for chunk := range slices.Chunk(items, 25) {
		var requests []types.WriteRequest
		for _, i := range chunk {
			requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: i.attributes()}})
		}
		_, err := client.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: requests}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (i rawItem) attributes() map[string]types.AttributeValue {
	all := make(map[string]types.AttributeValue)
	for name, value := range i {
		switch v := value.(type) {
		case string:
			all[name] = &types.AttributeValueMemberS{Value: v}
		case int:
			all[name] = &types.AttributeValueMemberN{Value: strconv.Itoa(v)}
		}
	}
	return all
}

// readRaw is everything in a table, by the attribute id.
func readRaw(t testing.TB, client *dynamodb.Client, table string) map[string]rawItem {
	t.Helper()
	out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]rawItem)
	for _, attributes := range out.Items {
		i := make(rawItem)
		for name, av := range attributes {
			switch v := av.(type) {
			case *types.AttributeValueMemberS:
				i[name] = v.Value
			case *types.AttributeValueMemberN:
				i[name], _ = strconv.Atoi(v.Value)
			}
		}
		all[i["id"].(string)] = i
	}
	return all
}

func oldJob(id string, began int) rawItem {
	return rawItem{"id": id, "worker": "ada", "state": Waiting, "began": began, "note": "kept"}
}

func (i rawItem) with(name string, value any) rawItem {
	i = maps.Clone(i)
	i[name] = value
	return i
}

func (i rawItem) without(name string) rawItem {
	i = maps.Clone(i)
	delete(i, name)
	return i
}

// repaired runs a repair and fails the test unless it reports this.
func repaired[T any](t *testing.T, what string, r ddbtable.Repair[T], want string) ddbtable.RepairReport {
	t.Helper()
	report, err := r.Run(t.Context())
	if err != nil || report.String() != want {
		t.Errorf("%s: %v, %v\nwant %s", what, report, err, want)
	}
	return report
}

func TestRepairMendsWhatIsStaleAndNothingElse(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, Jobs, options...)
		right := oldJob("right", 1).with("place", "1_0000000001")
		before := map[string]rawItem{
			"right":    right,
			"missing":  oldJob("missing", 2),
			"stale":    oldJob("stale", 3).with("place", "2_0000000001"),
			"surplus":  oldJob("surplus", 4).with("place", "1_0000000004").without("state"),
			"no facet": oldJob("no facet", 5).without("began"),
			"negative": oldJob("negative", -6),
			"mistyped": oldJob("mistyped", 7).with("began", "seven"),
			"two bad":  oldJob("two bad", 8).with("place", "2_0000000001").with("state", "x"),
		}
		storeRaw(t, r.client, table.Name(), slices.Collect(maps.Values(before))...)
		r.sent()
		report, err := table.Repair().DryRun(t.Context())
		expect(t, "dry run", report.String(), "8 read, 3 stale, 0 mended, 0 changed meanwhile, 3 bad (place: 3)")
		if err != nil {
			t.Fatal(err)
		}
		r.expectSent(t, "dry run", "Scan")
		expect(t, "after a dry run", readRaw(t, r.client, table.Name()), before)
		r.sent()

		var bad []string
		repair := table.Repair().OnBadItem(func(e *ddbtable.ItemError) error {
			bad = append(bad, e.Key["id"].(*types.AttributeValueMemberS).Value+" "+e.Attribute)
			return nil
		})
		repaired(t, "run", repair, "8 read, 3 stale, 3 mended, 0 changed meanwhile, 3 bad (place: 3)")
		r.expectSent(t, "run", "Scan", "UpdateItem", "UpdateItem", "UpdateItem")
		slices.Sort(bad)
		expect(t, "bad items", bad, []string{"mistyped began", "negative place", "two bad state"})
		after := maps.Clone(before)
		after["missing"] = before["missing"].with("place", "1_0000000002")
		after["stale"] = before["stale"].with("place", "1_0000000003")
		after["surplus"] = before["surplus"].without("place")
		expect(t, "after the run", readRaw(t, r.client, table.Name()), after)
		repaired(t, "again", table.Repair(), "8 read, 0 stale, 0 mended, 0 changed meanwhile, 3 bad")
	})
}

func TestRepairKeepsSparseIndexesAndVersions(t *testing.T) {
	table, r := recorded(t, bills)
	storeRaw(t, r.client, table.Name(),
		rawItem{"id": "open", "buyer": "ada", "state": "open", "due": 1},
		rawItem{"id": "half", "buyer": "ada", "state": "open", "due": 2, "open_buyer": "BUYER#ada"},
		rawItem{"id": "paid", "buyer": "ada", "state": "paid", "due": 3, "open_buyer": "BUYER#ada", "open_due": "000003"},
		rawItem{"id": "fine", "buyer": "ada", "state": "paid", "due": 4})
	repaired(t, "sparse", table.Repair(), "4 read, 3 stale, 3 mended, 0 changed meanwhile, 0 bad (open_buyer: 2, open_due: 3)")
	all, err := ddbtable.Collect(table.Query(billBuyer.Eq("ada")).All(t.Context()))
	if err != nil || len(all) != 2 || all[0].ID != "open" || all[1].ID != "half" {
		t.Errorf("in the index: %+v, %v", all, err)
	}

	chores, r := recorded(t, Chores)
	storeRaw(t, r.client, chores.Name(),
		rawItem{"id": "a", "owner": "ada", "due": 1, "state": "active", "version": 7, "open_owner": "bob"},
		rawItem{"id": "b", "owner": "ada", "due": 2, "state": "deleted", "version": 8, "open_owner": "ada", "open_due": "active#00002"})
	for id, i := range readRaw(t, r.client, chores.Name()) {
		// The attribute of the rule is BOOL.
		av := i.attributes()
		av["done"] = &types.AttributeValueMemberBOOL{}
		name := chores.Name()
		if _, err := r.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: av}); err != nil {
			t.Fatal(id, err)
		}
	}
	repaired(t, "with versions, and one that is deleted", chores.Repair(), "2 read, 2 stale, 2 mended, 0 changed meanwhile, 0 bad (open_due: 2, open_owner: 1)")
	a, err := chores.Get(t.Context(), ChoreID.Eq("a"))
	b, err2 := chores.WithDeleted().Get(t.Context(), ChoreID.Eq("b"))
	if err := errors.Join(err, err2); err != nil || a.Version != 7 || b.Version != 8 {
		t.Errorf("%+v, %+v, %v", a, b, err)
	}
}

// A remark stands in the table of a customer, and in an index by its author.
type remark struct {
	_        struct{} `ddb:"pk,partition,from=CUSTOMER#{customer_id}"`
	_        struct{} `ddb:"sk,sort,from=REMARK#{number:6}"`
	_        struct{} `ddb:"type,discriminator,from=remark"`
	_        struct{} `ddb:"author_key,partition=by_author,from=AUTHOR#{author}"`
	Customer string   `ddb:"customer_id"`
	Number   int      `ddb:"number"`
	Author   string   `ddb:"author"`
	Stars    int      `ddb:"stars,omitzero"`
}

var (
	remarkCustomer = ddbtable.Attr(func(r *remark) *string { return &r.Customer })
	remarkNumber   = ddbtable.Attr(func(r *remark) *int { return &r.Number })
)

func TestRepairOfACollection(t *testing.T) {
	remarks := ddbtable.MustDefine[remark]("shop")
	table, r := recorded(t, ddbtable.MustUnite(Customers, remarks))
	typed := ddbtable.Open(r.client, remarks, ddbtable.TableName(table.Name()))
	item := func(sk, typ string, number int) rawItem {
		return rawItem{"id": sk + typ, "pk": "CUSTOMER#c", "sk": sk, "type": typ, "customer_id": "c", "number": number, "author": "ada"}
	}
	storeRaw(t, r.client, table.Name(), rawItem{"id": "p", "pk": "CUSTOMER#c", "sk": "A#PROFILE", "type": "customer", "customer_id": "c", "name": "n"},
		item("REMARK#000001", "remark", 1), item("REMARK#000002", "remark", 2).with("author_key", "AUTHOR#bob"), item("REMARK#000009", "remark", 3),
		item("REMARK#000004", "letter", 4), item("REMARK#000005", "remark", 5).with("author_key", "AUTHOR#bob").with("stars", "many"))
	var bad []string
	look := func(e *ddbtable.ItemError) error {
		bad = append(bad, e.Attribute+": "+e.Err.Error())
		return nil
	}
	before := readRaw(t, r.client, table.Name())
	repaired(t, "the united table", table.Repair().OnBadItem(look), "6 read, 2 stale, 2 mended, 0 changed meanwhile, 3 bad (author_key: 2)")
	slices.Sort(bad)
	if len(bad) != 3 || !strings.HasPrefix(bad[0], "sk: ") || !strings.Contains(bad[0], "part of the primary key, which never changes; create the item anew") ||
		!strings.HasPrefix(bad[1], "stars: ") || !strings.Contains(bad[2], "names none of the types") {
		t.Errorf("bad items: %q", bad)
	}
	after := readRaw(t, r.client, table.Name())
	for _, id := range []string{"p", "REMARK#000009remark", "REMARK#000004letter", "REMARK#000005remark"} {
		expect(t, id, after[id], before[id])
	}
	bad = nil
	repaired(t, "one type of it", typed.Repair().OnBadItem(look), "4 read, 0 stale, 0 mended, 0 changed meanwhile, 2 bad")

	storeRaw(t, r.client, table.Name(), item("REMARK#000007", "remark", 7))
	r.before = func(operation string) {
		if operation != "UpdateItem" {
			return
		}
		r.before = nil
		if _, err := typed.Delete(remarkCustomer.Eq("c"), remarkNumber.Eq(7)).Run(t.Context()); err != nil {
			t.Error(err)
		}
	}
	repaired(t, "an item that is deleted meanwhile", typed.Repair(), "5 read, 1 stale, 0 mended, 1 changed meanwhile, 2 bad (author_key: 1)")
}

// A rota is in an index of native keys and in one of texts, made from the same
// attributes.
type rota struct {
	ID     string   `ddb:"id,partition"`
	Worker string   `ddb:"worker"`
	Day    int      `ddb:"day"`
	_      struct{} `ddb:"native_worker,partition=native,from=W#{worker}"`
	_      struct{} `ddb:"native_day,sort=native,from={day:3}"`
	_      struct{} `ddb:"text_worker,partition=texts,from=W#{worker}"`
	_      struct{} `ddb:"text_day,sort=texts,from={day:3}"`
}

// What native keys leave unstored is neither written nor looked at; the texts of
// other indexes are.
func TestRepairBesideNativeKeys(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, ddbtable.MustDefine[rota]("rotas", ddbtable.NativeKeys("native")), options...)
		old := rawItem{"id": "old", "worker": "ada", "day": 1}
		left := old.with("id", "left").with("native_worker", "W#bob").with("native_day", "999")
		texts := func(i rawItem) rawItem { return i.with("text_worker", "W#ada").with("text_day", "001") }
		storeRaw(t, r.client, table.Name(), old, texts(left), old.with("id", "wide").with("day", 1000))
		repaired(t, "old items", table.Repair(), "3 read, 1 stale, 1 mended, 0 changed meanwhile, 1 bad (text_day: 1, text_worker: 1)")
		expect(t, "items", readRaw(t, r.client, table.Name()), map[string]rawItem{
			"old": texts(old), "left": texts(left), "wide": old.with("id", "wide").with("day", 1000),
		})

		// An attribute of both indexes changes behind the read.
		storeRaw(t, r.client, table.Name(), old.with("day", 7))
		r.before = func(operation string) {
			if operation == "UpdateItem" {
				r.before = nil
				storeRaw(t, r.client, table.Name(), old.with("day", 8))
			}
		}
		repaired(t, "an item that changes", table.Repair(), "3 read, 1 stale, 1 mended, 0 changed meanwhile, 1 bad (text_day: 1, text_worker: 1)")
		expect(t, "its text", readRaw(t, r.client, table.Name())["old"]["text_day"], any("008"))
	})
}

func TestRepairMeetsOtherWriters(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		for _, noOld := range []bool{false, true} {
			own := options
			if noOld {
				own = append(slices.Clip(options), ddbtable.NoOldItem())
			}
			table, r := recorded(t, Jobs, own...)
			other := ddbtable.Open(r.client, Jobs, ddbtable.TableName(table.Name()))
			began := 100
			meddle := func(times int, change func() error) {
				storeRaw(t, r.client, table.Name(), oldJob("a", 1))
				r.before = func(operation string) {
					before := r.before
					if r.before = nil; operation == "UpdateItem" && times > 0 {
						times--
						if err := change(); err != nil {
							t.Error(err)
						}
					}
					r.before = before
				}
			}
			raw := func() error {
				began++
				storeRaw(t, r.client, table.Name(), oldJob("a", began))
				return nil
			}
			meddle(2, raw)
			repaired(t, "changed twice", table.Repair(), "1 read, 1 stale, 1 mended, 0 changed meanwhile, 0 bad (place: 1)")
			expect(t, "mended", readRaw(t, r.client, table.Name())["a"]["place"], any("1_0000000102"))
			meddle(100, raw)
			repaired(t, "changed all the time", table.Repair(), "1 read, 1 stale, 0 mended, 1 changed meanwhile, 0 bad (place: 1)")
			meddle(1, func() error {
				_, err := other.Update(JobID.Eq("a")).Change(Began.Set(7)).Run(t.Context())
				return err
			})
			repaired(t, "mended by another", table.Repair(), "1 read, 1 stale, 0 mended, 1 changed meanwhile, 0 bad (place: 1)")
			meddle(1, func() error { _, err := other.Delete(JobID.Eq("a")).Run(t.Context()); return err })
			repaired(t, "deleted", table.Repair(), "1 read, 1 stale, 0 mended, 1 changed meanwhile, 0 bad (place: 1)")
			if left := readRaw(t, r.client, table.Name()); len(left) > 0 {
				t.Errorf("a deleted item is back: %v", left)
			}
			meddle(1, func() error { storeRaw(t, r.client, table.Name(), oldJob("a", -1)); return nil })
			repaired(t, "unfit now", table.Repair(), "1 read, 1 stale, 0 mended, 0 changed meanwhile, 1 bad (place: 1)")
		}
	})
}

func TestRepairGoesOnWhereItWasInterrupted(t *testing.T) {
	const items, segments = 3000, 3
	clock := ddbtest.NewClock(time.Unix(0, 0))
	table, r, db := faulty(t, Jobs, ddbtable.UseClock(clock))
	var old []rawItem
	for i := range items {
		j := oldJob(fmt.Sprint("j", i), i)
		if i%10 > 0 {
			j = j.with("place", fmt.Sprintf("1_%010d", i))
		}
		old = append(old, j)
	}
	storeRaw(t, r.client, table.Name(), old...)
	hit := db.Inject(embedded.Fault{Effect: embedded.Throttle, Every: 7})

	repair := table.Repair().Parallel(segments).RateLimit(1000).WriteLimit(100)
	var saved []string
	var sum ddbtable.RepairReport
	runs := 0
	for {
		runs++
		ctx, cancel := context.WithCancel(t.Context())
		steps := 0
		report, err := repair.Resume(saved).OnProgress(func(r ddbtable.RepairReport) error {
			if steps++; steps == 2 {
				cancel() // in the middle of what the other workers do
			}
			return nil
		}).Run(ctx)
		canceled := ctx.Err() != nil
		cancel()
		sum.Read, sum.Mended = sum.Read+report.Read, sum.Mended+report.Mended
		saved = report.Positions
		if err == nil {
			break
		}
		_, throttled := errors.AsType[*types.ProvisionedThroughputExceededException](err) // on every attempt
		if !throttled && (!canceled || !errors.Is(err, context.Canceled)) {
			t.Fatal(err)
		}
		if runs > 20 {
			t.Fatal("it never ends")
		}
	}
	if runs < 2 || hit.Hits() == 0 {
		t.Errorf("%d runs, %d throttles", runs, hit.Hits())
	}
	hit.Stop()
	if most := items + runs*segments*500; sum.Read < items || sum.Read > most {
		t.Errorf("%d runs read %d items of %d, at most %d", runs, sum.Read, items, most)
	}
	// A write that was under way when its run was canceled may be applied
	// without anybody knowing.
	if sum.Mended > items/10 || sum.Mended < items/10-runs*segments {
		t.Errorf("%d runs mended %d items of %d", runs, sum.Mended, items/10)
	}
	// A write costs 1 unit for the item and at least 1 for the index.
	if waited := clock.Now().Sub(time.Unix(0, 0)); waited < items/10*2/100*time.Second/2 {
		t.Errorf("the limits made it wait %v", waited)
	}
	if n, err := table.Query(Worker.Eq("ada")).Count(t.Context()); n != items || err != nil {
		t.Errorf("the index has %d items, %v", n, err)
	}
	repaired(t, "after it", table.Repair().Parallel(2), fmt.Sprintf("%d read, 0 stale, 0 mended, 0 changed meanwhile, 0 bad", items))
}

func TestRepairReadsAtTheRateThatIsGiven(t *testing.T) {
	clock := ddbtest.NewClock(time.Unix(0, 0))
	table, r := recorded(t, Jobs, ddbtable.UseClock(clock))
	var all []rawItem
	for i := range 1200 {
		all = append(all, oldJob(fmt.Sprint("j", i), i))
	}
	storeRaw(t, r.client, table.Name(), all...)
	if _, err := table.Repair().RateLimit(2).DryRun(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Two requests of 500 items, of some 60 bytes, come before the last one.
	if waited := clock.Now().Sub(time.Unix(0, 0)); waited < 2*time.Second || waited > 10*time.Second {
		t.Errorf("it waited %v", waited)
	}
}

func TestRepairMissesNothingIfItReadsConsistently(t *testing.T) {
	client := ddbtest.Client(t, ddbtest.Strict(3))
	table := ddbtest.Table(t, client, Jobs)
	for i := range 50 {
		storeRaw(t, client, table.Name(), oldJob(fmt.Sprint("j", i), i))
	}
	if lucky, err := table.Repair().DryRun(t.Context()); err != nil || lucky.Stale == 50 {
		t.Errorf("the engine misses nothing: %v, %v", lucky, err)
	}
	repaired(t, "consistent", table.Consistent().Repair(), "50 read, 50 stale, 50 mended, 0 changed meanwhile, 0 bad (place: 50)")
}

func TestRepairsRefusalsAndErrors(t *testing.T) {
	table, r := recorded(t, Jobs)
	storeRaw(t, r.client, table.Name(), oldJob("a", -1), oldJob("b", 2))
	r.sent()
	ctx := t.Context()
	for want, repair := range map[string]ddbtable.Repair[Job]{
		"RateLimit of 0 read units":      table.Repair().RateLimit(0),
		"WriteLimit of -1 write units":   table.Repair().WriteLimit(-1),
		"a scan of 0 segments":           table.Repair().Parallel(0),
		"1 positions for 2 segments":     table.Repair().Parallel(2).Resume([]string{""}),
		"ddbtable: repair: the zero val": {},
	} {
		if _, err := repair.Run(ctx); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant …%s…", err, want)
		}
		if _, err := repair.DryRun(ctx); err == nil {
			t.Errorf("a dry run: no error, want …%s…", want)
		}
	}
	r.expectSent(t, "a mistaken repair")
	if _, err := table.Repair().Resume([]string{"nonsense"}).Run(ctx); !errors.Is(err, ddbtable.ErrBadCursor) {
		t.Errorf("a bad position: %v", err)
	}

	mine := errors.New("mine")
	_, err := table.Repair().OnBadItem(func(*ddbtable.ItemError) error { return mine }).Run(ctx)
	report, err2 := table.Repair().OnProgress(func(ddbtable.RepairReport) error { return mine }).Run(ctx)
	for _, err := range []error{err, err2} {
		if _, wrapped := errors.AsType[*ddbtable.OpError](err); wrapped || !errors.Is(err, mine) {
			t.Errorf("the caller's error came as %v", err)
		}
	}
	expect(t, "items read", report.Read, 2)
}

func TestRepairPassesOverWhatCannotBeWritten(t *testing.T) {
	table, r, db := faulty(t, Jobs)
	large := oldJob("large", 1)
	large["note"] = strings.Repeat("x", 409_600-len("idlarge"+"workerada"+"state"+"began"+"note")-2-2)
	storeRaw(t, r.client, table.Name(), large, oldJob("b", 2))
	var bad []error
	repaired(t, "an item of 400 KB", table.Repair().OnBadItem(func(e *ddbtable.ItemError) error { bad = append(bad, e); return nil }),
		"2 read, 2 stale, 1 mended, 0 changed meanwhile, 1 bad (place: 2)")
	if len(bad) != 1 || !strings.Contains(bad[0].Error(), "size") {
		t.Errorf("bad items: %v", bad)
	}
	db.Inject(embedded.Fault{Effect: embedded.FailBefore, Operation: "UpdateItem"})
	report, err := table.Repair().Run(t.Context())
	if op, ok := errors.AsType[*ddbtable.OpError](err); !ok || op.Op != "repair" || report.Read == 0 {
		t.Errorf("a failing write: %v, %v", report, err)
	}
}
