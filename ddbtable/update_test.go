package ddbtable_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
	"example.com/ddb/fields"
	"example.com/ddb/model"
)

// newOrder is an order of the toy store, in progress since 1428791681.
func newOrder() model.Order {
	return model.Order{ID: uuid.New(), UserID: uuid.New(), ProductID: uuid.New(), Created: time.Unix(1428791681, 0).UTC(), Status: model.InProgress}
}

// stored reads an item in the way of another program; it is nil if there is
// none.
func stored(t *testing.T, client *dynamodb.Client, table string, key map[string]types.AttributeValue) map[string]types.AttributeValue {
	t.Helper()
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

// raw stores an item in the way of another program.
func raw(t *testing.T, client *dynamodb.Client, table string, item map[string]types.AttributeValue) {
	t.Helper()
	if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item}); err != nil {
		t.Fatal(err)
	}
}

func text(s string) types.AttributeValue   { return &types.AttributeValueMemberS{Value: s} }
func number(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }

// textOf is the text of an attribute, "" if the item lacks it.
func textOf(item map[string]types.AttributeValue, name string) string {
	switch v := item[name].(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	case nil:
		return ""
	}
	return fmt.Sprintf("%T", item[name])
}

// A task has facets that may be absent, and a derived attribute that is partly
// made of the key.
type task struct {
	ID       string    `ddb:"id,partition"`
	Team     string    `ddb:"team,partition=by_priority,partition=by_id,omitzero"`
	Priority int       `ddb:"priority,omitzero"`
	Due      time.Time `ddb:"due,unix,omitzero"`
	Count    int       `ddb:"count"`
	Rank     string    `ddb:"rank,sort=by_priority,from={priority:+4}_{due:10}"`
	Name     string    `ddb:"name,sort=by_id,from={id}#{count:3}"`
}

var (
	tasks        = ddbtable.MustDefine[task]("tasks")
	taskID       = ddbtable.Attr(func(v *task) *string { return &v.ID })
	taskTeam     = ddbtable.Attr(func(v *task) *string { return &v.Team })
	taskPriority = ddbtable.Attr(func(v *task) *int { return &v.Priority })
	taskDue      = ddbtable.Attr(func(v *task) *time.Time { return &v.Due })
	taskCount    = ddbtable.Attr(func(v *task) *int { return &v.Count })
)

func unix(s int64) time.Time { return time.Unix(s, 0).UTC() }

// Every way to change a facet leaves the derived attribute right, at the cost
// that the doc comment of Run gives.
func TestEveryUpdatePathKeepsDerivedAttributesRight(t *testing.T) {
	one, read := []string{"UpdateItem"}, []string{"GetItem", "UpdateItem"}
	full := task{ID: "t", Team: "a", Priority: 5, Due: unix(7), Count: 1}
	type update = ddbtable.Update[task]
	cases := map[string]struct {
		from   task
		update func(update) update
		want   task
		sent   []string
	}{
		"Set of one facet": {full, func(u update) update { return u.Change(taskPriority.Set(-6)) },
			task{ID: "t", Team: "a", Priority: -6, Due: unix(7), Count: 1, Rank: "09994_0000000007", Name: "t#001"}, read},
		"Set of all facets": {full, func(u update) update { return u.Change(taskPriority.Set(6), taskDue.Set(unix(8))) },
			task{ID: "t", Team: "a", Priority: 6, Due: unix(8), Count: 1, Rank: "10006_0000000008", Name: "t#001"}, one},
		"Set of one facet, If fixes the other": {full, func(u update) update { return u.Change(taskPriority.Set(6)).If(taskDue.Eq(unix(7))) },
			task{ID: "t", Team: "a", Priority: 6, Due: unix(7), Count: 1, Rank: "10006_0000000007", Name: "t#001"}, one},
		"Set of one facet, And in If fixes the other": {full, func(u update) update {
			return u.Change(taskPriority.Set(6)).If(ddbtable.And(taskCount.Ge(0), ddbtable.And(taskDue.Eq(unix(7)))))
		}, task{ID: "t", Team: "a", Priority: 6, Due: unix(7), Count: 1, Rank: "10006_0000000007", Name: "t#001"}, one},
		"Set of one facet, Or in If does not fix the other": {full, func(u update) update {
			return u.Change(taskPriority.Set(6)).If(ddbtable.Or(taskCount.Ge(0), taskDue.Eq(unix(9))))
		}, task{ID: "t", Team: "a", Priority: 6, Due: unix(7), Count: 1, Rank: "10006_0000000007", Name: "t#001"}, read},
		"Set of a facet, the key is the other": {full, func(u update) update { return u.Change(taskCount.Set(2)) },
			task{ID: "t", Team: "a", Priority: 5, Due: unix(7), Count: 2, Rank: "10005_0000000007", Name: "t#002"}, one},
		"Set of what is no facet": {full, func(u update) update { return u.Change(taskTeam.Set("b")) },
			task{ID: "t", Team: "b", Priority: 5, Due: unix(7), Count: 1, Rank: "10005_0000000007", Name: "t#001"}, one},
		"Add to a facet": {full, func(u update) update { return u.Change(ddbtable.Add(taskCount, 9)) },
			task{ID: "t", Team: "a", Priority: 5, Due: unix(7), Count: 10, Rank: "10005_0000000007", Name: "t#010"}, read},
		"Add to a facet that If fixes": {full, func(u update) update { return u.Change(ddbtable.Add(taskCount, 9)).If(taskCount.Eq(1)) },
			task{ID: "t", Team: "a", Priority: 5, Due: unix(7), Count: 10, Rank: "10005_0000000007", Name: "t#010"}, read},
		"Add to an absent facet": {task{ID: "t", Team: "a", Due: unix(7), Count: 1}, func(u update) update { return u.Change(ddbtable.Add(taskPriority, -9)) },
			task{ID: "t", Team: "a", Priority: -9, Due: unix(7), Count: 1, Rank: "09991_0000000007", Name: "t#001"}, read},
		"SetIfAbsent of a facet that is there": {full, func(u update) update { return u.Change(taskPriority.SetIfAbsent(9)) },
			task{ID: "t", Team: "a", Priority: 5, Due: unix(7), Count: 1, Rank: "10005_0000000007", Name: "t#001"}, read},
		"SetIfAbsent of an absent facet": {task{ID: "t", Team: "a", Due: unix(7), Count: 1}, func(u update) update { return u.Change(taskPriority.SetIfAbsent(9)) },
			task{ID: "t", Team: "a", Priority: 9, Due: unix(7), Count: 1, Rank: "10009_0000000007", Name: "t#001"}, read},
		"Remove of a facet": {full, func(u update) update { return u.Change(taskPriority.Remove()) },
			task{ID: "t", Team: "a", Due: unix(7), Count: 1, Name: "t#001"}, read},
		"Remove of a facet, Set of the other": {full, func(u update) update { return u.Change(taskPriority.Remove(), taskDue.Set(unix(8))) },
			task{ID: "t", Team: "a", Due: unix(8), Count: 1, Name: "t#001"}, one},
		"Set while the other is absent": {task{ID: "t", Team: "a", Priority: 5, Count: 1}, func(u update) update { return u.Change(taskPriority.Set(6)) },
			task{ID: "t", Team: "a", Priority: 6, Count: 1, Name: "t#001"}, read},
		"two derived attributes at once": {full, func(u update) update { return u.Change(taskPriority.Set(6), ddbtable.Add(taskCount, 1)) },
			task{ID: "t", Team: "a", Priority: 6, Due: unix(7), Count: 2, Rank: "10006_0000000007", Name: "t#002"}, read},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
				table, client := recorded(t, tasks, options...)
				put(t, table, c.from)
				client.sent()
				got, err := c.update(table.Update(taskID.Eq("t"))).Run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				client.expectSent(t, "Update", c.sent...)
				expect(t, "Update", got, c.want)
				got, err = table.Consistent().Get(t.Context(), taskID.Eq("t"))
				if err != nil {
					t.Errorf("Get: %v", err)
				}
				expect(t, "Get", got, c.want)
			})
		})
	}
}

// An equality in If that names a wrong facet fails, and nothing is changed.
func TestWrongFacetInIfChangesNothing(t *testing.T) {
	table, client := recorded(t, model.Orders)
	o := newOrder()
	put(t, table, o)
	key := map[string]types.AttributeValue{"order_id": text(o.ID.String())}
	before := stored(t, client.client, table.Name(), key)
	client.sent()
	_, err := table.Update(model.OrderID.Eq(o.ID)).Change(model.OrderStatus.Set(model.Completed)).If(model.Created.Eq(unix(1))).Run(t.Context())
	if !errors.Is(err, ddbtable.ErrConditionFailed) {
		t.Errorf("Update: %v, want ErrConditionFailed", err)
	}
	client.expectSent(t, "Update", "UpdateItem")
	failed, _ := errors.AsType[*ddbtable.ConditionError[model.Order]](err)
	o.StatusCreated = fields.IntInt{First: 101, Second: 1428791681}
	expect(t, "Old", failed.Old, &o)
	if after := stored(t, client.client, table.Name(), key); !slices.Equal(textsOf(before), textsOf(after)) {
		t.Errorf("the item has changed from %v to %v", textsOf(before), textsOf(after))
	}
}

func textsOf(item map[string]types.AttributeValue) []string {
	var all []string
	for name := range item {
		all = append(all, name+"="+textOf(item, name))
	}
	slices.Sort(all)
	return all
}

// Two writers of different facets of one order never leave it stale, and
// neither change is lost.
func TestTwoWritersNeverLeaveAStaleItem(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table := ddbtest.Table(t, engine(t).Client(), model.Orders, options...)
		o := newOrder()
		put(t, table, o)
		statuses := []model.Status{model.Completed, model.Canceled, model.InProgress}
		for round := range 150 {
			want := o
			want.Status, want.Created = statuses[round%3], unix(int64(round))
			want.StatusCreated = fields.IntInt{First: int64(want.Status), Second: int64(round)}
			update := table.Update(model.OrderID.Eq(o.ID))
			race(t, func() error {
				_, err := update.Change(model.OrderStatus.Set(want.Status)).Run(t.Context())
				return err
			}, func() error {
				_, err := update.Change(model.Created.Set(want.Created)).Run(t.Context())
				return err
			})
			got, err := table.Consistent().Get(t.Context(), model.OrderID.Eq(o.ID))
			if err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
			expect(t, "order after both updates", got, want)
			n, err := table.Query(model.UserID.Eq(o.UserID), model.OrderStatus.Eq(want.Status), model.Created.Eq(want.Created)).Count(t.Context())
			if n != 1 || err != nil {
				t.Fatalf("round %d: the index has %d such items, %v", round, n, err)
			}
		}
	})
}

// Adds of many writers to one facet are all counted.
func TestRacingAddsToAFacetAreAllCounted(t *testing.T) {
	table := ddbtest.Table(t, engine(t).Client(), tasks)
	put(t, table, task{ID: "t", Team: "a"})
	const writers, rounds = 3, 20
	add := func() error {
		for range rounds {
			_, err := table.Update(taskID.Eq("t")).Change(ddbtable.Add(taskCount, 1)).Run(t.Context())
			for errors.Is(err, ddbtable.ErrConflict) {
				_, err = table.Update(taskID.Eq("t")).Change(ddbtable.Add(taskCount, 1)).Run(t.Context())
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	race(t, slices.Repeat([]func() error{add}, writers)...)
	got, err := table.Get(t.Context(), taskID.Eq("t"))
	if err != nil || got.Count != writers*rounds || got.Name != "t#060" {
		t.Errorf("Get = %+v, %v; want count %d", got, err, writers*rounds)
	}
}

// race runs functions at the same time and fails the test if one fails.
func race(t *testing.T, all ...func() error) {
	t.Helper()
	var wg sync.WaitGroup
	for _, f := range all {
		wg.Go(func() {
			if err := f(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// interfere makes another writer change the created time in front of the first
// n updates of a table.
func interfere(t *testing.T, client *recorder, table, id string, n int) {
	t.Helper()
	left := n
	client.before = func(operation string) {
		if operation != "UpdateItem" || left == 0 {
			return
		}
		left--
		update := "SET created = created + :one"
		_, err := client.other(t).UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: &table, Key: map[string]types.AttributeValue{"order_id": text(id)},
			UpdateExpression: &update, ExpressionAttributeValues: map[string]types.AttributeValue{":one": number("1")},
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// other is a client of the same engine that is not recorded.
func (r *recorder) other(t *testing.T) *dynamodb.Client {
	t.Helper()
	return dynamodb.New(r.client.Options(), func(o *dynamodb.Options) { o.HTTPClient = r.next })
}

// An update that read its facets is tried again with those of the refusal, at
// most five times.
func TestUpdateGivesUpAfterFiveConflicts(t *testing.T) {
	for _, c := range []struct {
		interferences int
		options       []ddbtable.Option
		sent          []string
		err           error
	}{
		{0, nil, []string{"GetItem", "UpdateItem"}, nil},
		{1, nil, []string{"GetItem", "UpdateItem", "UpdateItem"}, nil},
		{5, nil, append([]string{"GetItem"}, slices.Repeat([]string{"UpdateItem"}, 6)...), nil},
		{6, nil, append([]string{"GetItem"}, slices.Repeat([]string{"UpdateItem"}, 6)...), ddbtable.ErrConflict},
		{1, []ddbtable.Option{ddbtable.NoOldItem()}, []string{"GetItem", "UpdateItem", "GetItem", "UpdateItem"}, nil},
	} {
		t.Run(fmt.Sprint(c.interferences, " ", len(c.options)), func(t *testing.T) {
			bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
				table, client := recorded(t, model.Orders, append(options, c.options...)...)
				o := newOrder()
				put(t, table, o)
				client.sent()
				interfere(t, client, table.Name(), o.ID.String(), c.interferences)
				_, err := table.Update(model.OrderID.Eq(o.ID)).Change(model.OrderStatus.Set(model.Completed)).Run(t.Context())
				if !errors.Is(err, c.err) {
					t.Errorf("Update: %v, want %v", err, c.err)
				}
				client.expectSent(t, "Update", c.sent...)
				item := stored(t, client.other(t), table.Name(), map[string]types.AttributeValue{"order_id": text(o.ID.String())})
				want := []string{"201", fmt.Sprint("201_", 1428791681+c.interferences)}
				if c.err != nil {
					want = []string{"101", "101_1428791681"}
				}
				expect(t, "status and derived attribute", []string{textOf(item, "order_status"), textOf(item, "order_status_created")}, want)
			})
		})
	}
}

// A condition that fails is told from a facet that changed.
func TestFailedConditionIsNotTriedAgain(t *testing.T) {
	table, client := recorded(t, model.Orders)
	o := newOrder()
	put(t, table, o)
	client.sent()
	_, err := table.Update(model.OrderID.Eq(o.ID)).Change(model.OrderStatus.Set(model.Completed)).If(model.OrderStatus.Eq(model.Canceled)).Run(t.Context())
	if !errors.Is(err, ddbtable.ErrConditionFailed) {
		t.Errorf("Update: %v, want ErrConditionFailed", err)
	}
	client.expectSent(t, "Update", "GetItem", "UpdateItem")
}

// An item that is deleted between reading its facets and writing stays so.
func TestItemDeletedInBetweenIsNotFound(t *testing.T) {
	table, client := recorded(t, model.Orders)
	o := newOrder()
	put(t, table, o)
	key := map[string]types.AttributeValue{"order_id": text(o.ID.String())}
	client.before = func(operation string) {
		if operation == "UpdateItem" {
			name := table.Name()
			if _, err := client.other(t).DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &name, Key: key}); err != nil {
				t.Error(err)
			}
		}
	}
	_, err := table.Update(model.OrderID.Eq(o.ID)).Change(model.OrderStatus.Set(model.Completed)).Run(t.Context())
	if !errors.Is(err, ddbtable.ErrNotFound) {
		t.Errorf("Update: %v, want ErrNotFound", err)
	}
	if ghost := stored(t, client.other(t), table.Name(), key); ghost != nil {
		t.Errorf("there is an item: %v", textsOf(ghost))
	}
}

// The width of a facet is kept by every path; nothing is written past it.
func TestFacetPastItsWidthChangesNothing(t *testing.T) {
	table, client := recorded(t, tasks)
	put(t, table, task{ID: "t", Team: "a", Priority: 9999, Due: unix(7), Count: 999})
	key := map[string]types.AttributeValue{"id": text("t")}
	before := textsOf(stored(t, client.client, table.Name(), key))
	for name, change := range map[string]ddbtable.Change[task]{
		"Set":                taskCount.Set(1000),
		"Set below zero":     taskCount.Set(-1),
		"Add":                ddbtable.Add(taskCount, 1),
		"Add to a signed":    ddbtable.Add(taskPriority, 1),
		"Set of a time":      taskDue.Set(unix(10000000000)),
		"Set of an old time": taskDue.Set(unix(-1)),
	} {
		_, err := table.Update(taskID.Eq("t")).Change(change).Run(t.Context())
		if _, ok := errors.AsType[*fields.ValueError](err); !ok {
			t.Errorf("%s: %v, want a ValueError", name, err)
		}
	}
	expect(t, "item", textsOf(stored(t, client.client, table.Name(), key)), before)
}

// Setting a facet mends an item whose derived attribute is stale.
func TestSettingAFacetMendsAStaleItem(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, client := recorded(t, model.Orders, options...)
		o := newOrder()
		o.Created = unix(999999999)
		raw(t, client.client, table.Name(), map[string]types.AttributeValue{
			"order_id": text(o.ID.String()), "user_id": text(o.UserID.String()), "product_id": text(o.ProductID.String()),
			"created": number("999999999"), "order_status": number("101"), "order_status_created": text("101_999999999"),
		})
		if got, err := table.Get(t.Context(), model.OrderID.Eq(o.ID)); !errors.Is(err, ddbtable.ErrStale) || got.Created != o.Created {
			t.Errorf("Get = %+v, %v; want ErrStale with the order", got, err)
		}
		got, err := table.Update(model.OrderID.Eq(o.ID)).Change(model.OrderStatus.Set(model.InProgress)).Run(t.Context())
		o.StatusCreated = fields.IntInt{First: 101, Second: 999999999}
		if err != nil {
			t.Errorf("Update: %v", err)
		}
		expect(t, "Update", got, o)
		n, err := table.Query(model.UserID.Eq(o.UserID), model.OrderStatus.Eq(model.InProgress), model.Created.Eq(o.Created)).Count(t.Context())
		if n != 1 || err != nil {
			t.Errorf("Count = %d, %v; want 1", n, err)
		}
	})
}

// A write that was applied is never a plain error because its result cannot be
// read.
func TestAppliedWriteSaysSo(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, client := recorded(t, model.Orders, options...)
		o := newOrder()
		bad := map[string]types.AttributeValue{
			"order_id": text(o.ID.String()), "user_id": text("not a UUID"), "product_id": text(o.ProductID.String()),
			"created": number("7"), "order_status": number("101"), "order_status_created": text("101_0000000007"),
		}
		request := table.Update(model.OrderID.Eq(o.ID)).Change(model.OrderStatus.Set(model.Completed))
		raw(t, client.client, table.Name(), bad)
		_, err := request.Run(t.Context())
		expectApplied(t, "Update", err, "user_id")
		_, err = table.Delete(model.OrderID.Eq(o.ID)).Run(t.Context())
		expectApplied(t, "Delete", err, "user_id")
		raw(t, client.client, table.Name(), bad)
		_, err = table.Put(o).Returning().Run(t.Context())
		expectApplied(t, "Put", err, "user_id")
		raw(t, client.client, table.Name(), bad)
		_, err = table.Create(o).Run(t.Context())
		failed, ok := errors.AsType[*ddbtable.ConditionError[model.Order]](err)
		if !ok || failed.Old == nil || failed.OldErr == nil || failed.Old.Status != model.InProgress {
			t.Errorf("Create: %+v, want a ConditionError with the item as far as it was read", err)
		}
		if applied, ok := errors.AsType[*ddbtable.ItemError](err); ok && applied.Applied {
			t.Errorf("Create: %v says that it was applied", err)
		}
	})
}

func expectApplied(t *testing.T, what string, err error, attribute string) {
	t.Helper()
	bad, ok := errors.AsType[*ddbtable.ItemError](err)
	if !ok || !bad.Applied || bad.Attribute != attribute || len(bad.Key) != 1 {
		t.Errorf("%s: %+v, want an applied ItemError of %s", what, err, attribute)
	}
}

// An item that an update creates has all that its key is made from.
func TestOrCreateMakesACompleteItem(t *testing.T) {
	type leaf struct {
		Tree  string `ddb:"tree"`
		N     int    `ddb:"n"`
		Total int    `ddb:"total"`
		Key   string `ddb:"key,partition,from=LEAF#{tree}#{n:2}"`
		Kind  string `ddb:"kind,partition=by_tree,from=TREE#{tree}"`
		Place string `ddb:"place,sort=by_tree,from={n:2}"`
		Both  string `ddb:"both,partition=by_total,from={tree}_{total:3}"`
	}
	table, client := recorded(t, ddbtable.MustDefine[leaf]("leaves"))
	tree := ddbtable.Attr(func(v *leaf) *string { return &v.Tree })
	n := ddbtable.Attr(func(v *leaf) *int { return &v.N })
	total := ddbtable.Attr(func(v *leaf) *int { return &v.Total })
	for _, want := range []leaf{
		{"oak", 7, 3, "LEAF#oak#07", "TREE#oak", "07", "oak_003"},
		{"oak", 7, 4, "LEAF#oak#07", "TREE#oak", "07", "oak_004"},
	} {
		got, err := table.Update(tree.Eq("oak"), n.Eq(7)).Change(total.Set(want.Total)).OrCreate().Run(t.Context())
		if err != nil {
			t.Errorf("Update: %v", err)
		}
		expect(t, "Update", got, want)
		client.expectSent(t, "Update", "UpdateItem")
	}
	if count, err := table.Query(tree.Eq("oak"), n.Eq(7)).Via("by_tree").Count(t.Context()); count != 1 || err != nil {
		t.Errorf("the index has %d items, %v", count, err)
	}
}
