package ddbtable_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
	"example.com/ddb/ddbtable/embedded"
)

// membersApart keeps its guard items in a table of their own.
var membersApart = ddbtable.MustDefine[Member]("members",
	ddbtable.Unique(MemberEmail), ddbtable.Unique[Member](MemberTeam, MemberName), ddbtable.Counted(MemberTeam), ddbtable.GuardTable("-guards"))

// bothPlaces runs a test with guard items in each place, sent in each way.
func bothPlaces(t *testing.T, test func(t *testing.T, table *ddbtable.Table[Member], r *recorder, db *embedded.DB)) {
	for name, def := range map[string]*ddbtable.Definition[Member]{"same table": Members, "apart": membersApart} {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
				table, r, db := faulty(t, def, append(options, ddbtable.UseClock(ddbtest.NewClock(time.Unix(0, 0))))...)
				test(t, table, r, db)
			})
		})
	}
}

func member(id, email, team, name string) Member {
	m := Member{ID: id, Team: team, Name: name}
	if email != "" {
		m.Email = &email
	}
	return m
}

func fail(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// violates fails the test unless err is about exactly this constraint.
func violates(t *testing.T, what string, err error, attributes ...string) {
	t.Helper()
	taken, ok := errors.AsType[*ddbtable.UniqueError](err)
	if !ok || !errors.Is(err, ddbtable.ErrNotUnique) || !slices.Equal(taken.Attributes, attributes) {
		t.Errorf("%s: %v, want that %v is taken", what, err, attributes)
	}
	if errors.Is(err, ddbtable.ErrConditionFailed) || errors.Is(err, ddbtable.ErrExists) {
		t.Errorf("%s: %v is also the failure of a condition", what, err)
	}
}

// guards fails the test unless the guard items are those of the stored items.
// They are read with the SDK's own client, behind the table's back.
func guards(t testing.TB, client *dynamodb.Client, table *ddbtable.Table[Member]) {
	t.Helper()
	items, claimed, counted := map[string]string{}, map[string]int{}, map[string]int{}
	want := map[string]int{}
	for _, name := range []string{table.Name(), table.Name() + "-guards"} {
		out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &name})
		if err != nil && strings.HasSuffix(name, "-guards") {
			continue // they are in the same table
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range out.Items {
			key, ok := i["guard"].(*types.AttributeValueMemberS)
			if !ok {
				key = i["id"].(*types.AttributeValueMemberS)
			}
			owner, isClaim := i["guard_owner"].(*types.AttributeValueMemberM)
			count, isCount := i["guard_count"].(*types.AttributeValueMemberN)
			switch {
			case isClaim:
				claimed[owner.Value["id"].(*types.AttributeValueMemberS).Value]++
			case isCount && count.Value != "0":
				counted[count.Value]++
			case !isCount:
				items[key.Value] = i["team"].(*types.AttributeValueMemberS).Value
				want[key.Value]++
				if i["email"] != nil {
					want[key.Value]++
				}
			}
		}
	}
	if !maps.Equal(claimed, want) {
		t.Fatalf("guard items by owner are %v, want %v", claimed, want)
	}
	teams, wantCounts := map[string]int{}, map[string]int{}
	for _, team := range items {
		teams[team]++
	}
	for team, n := range teams {
		wantCounts[fmt.Sprint(n)]++
		if got, err := table.Consistent().Counter(t.Context(), MemberTeam.Eq(team)); got != n || err != nil {
			t.Fatalf("counter of %s is %d, %v, want %d", team, got, err, n)
		}
	}
	if !maps.Equal(counted, wantCounts) {
		t.Fatalf("counters are %v, want %v", counted, wantCounts)
	}
}

func TestValuesAreClaimedAndFreedByEveryWrite(t *testing.T) {
	bothPlaces(t, func(t *testing.T, table *ddbtable.Table[Member], r *recorder, _ *embedded.DB) {
		ctx := t.Context()
		step := func(what string, err error, sent ...string) {
			t.Helper()
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			r.expectSent(t, what, sent...)
			guards(t, r.client, table)
			r.sent()
		}
		_, err := table.Create(member("a", "a@x", "blue", "ada")).Run(ctx)
		step("Create", err, "TransactWriteItems")
		_, err = table.Create(member("n", "", "blue", "nil")).Run(ctx)
		step("Create without the optional value", err, "TransactWriteItems")
		_, err = table.Put(member("b", "b@x", "red", "ada")).Run(ctx)
		step("Put of a new item", err, "GetItem", "TransactWriteItems")

		_, err = table.Create(member("c", "a@x", "red", "c")).Run(ctx)
		violates(t, "Create", err, "email")
		_, err = table.Put(member("c", "c@x", "blue", "ada")).Run(ctx)
		violates(t, "Put", err, "team", "name")
		_, err = table.Update(MemberID.Eq("b")).Change(MemberTeam.Set("blue")).Run(ctx)
		violates(t, "Update", err, "team", "name")
		r.sent()

		got, err := table.Update(MemberID.Eq("b")).Change(MemberTeam.Set("blue"), MemberName.Set("bob")).Run(ctx)
		step("Update", err, "GetItem", "TransactWriteItems", "GetItem")
		expect(t, "the updated item", got.Team+" "+got.Name+" "+*got.Email, "blue bob b@x")
		_, err = table.Update(MemberID.Eq("b")).Change(MemberEmail.Set(new("d@x"))).If(MemberEmail.Eq(new("b@x"))).Run(ctx)
		step("Update that knows the old value", err, "TransactWriteItems", "GetItem")
		_, err = table.Update(MemberID.Eq("b")).Change(MemberEmail.Remove()).Run(ctx)
		step("Update that removes the value", err, "GetItem", "TransactWriteItems", "GetItem")
		_, err = table.Update(MemberID.Eq("o")).Change(MemberEmail.Set(new("b@x")), MemberTeam.Set("red"), MemberName.SetIfAbsent("o")).OrCreate().Run(ctx)
		step("Update that creates", err, "GetItem", "TransactWriteItems", "GetItem")
		_, err = table.Update(MemberID.Eq("o")).Change(MemberName.SetIfAbsent("other")).OrCreate().Run(ctx)
		step("Update that might have created", err, "GetItem", "TransactWriteItems", "GetItem")
		old, err := table.Put(member("o", "o@x", "blue", "o")).Returning().Run(ctx)
		step("Put of an old item", err, "GetItem", "TransactWriteItems")
		expect(t, "the replaced item", *old, member("o", "b@x", "red", "o"))

		old, err = table.Delete(MemberID.Eq("o")).Run(ctx)
		step("Delete", err, "GetItem", "TransactWriteItems")
		expect(t, "the deleted item", *old, member("o", "o@x", "blue", "o"))
		old, err = table.Delete(MemberID.Eq("o")).Run(ctx)
		step("Delete of nothing", err, "GetItem", "TransactWriteItems")
		if old != nil {
			t.Errorf("Delete of nothing returned %+v", old)
		}
		if n, err := table.Counter(ctx, MemberTeam.Eq("red")); n != 0 || err != nil {
			t.Errorf("the counter of an empty team is %d, %v", n, err)
		}
		r.sent()

		// Nothing of it is seen by a read, whatever it is.
		n, err := table.Scan().Count(ctx)
		expect(t, "Count", n, 3)
		all, err2 := ddbtable.Collect(table.Scan().All(ctx))
		expect(t, "All", len(all), 3)
		page, err3 := table.Scan().Page(ctx, 3, "")
		expect(t, "Page", fmt.Sprint(len(page.Items), page.Next), "3")
		seen := 0
		err4 := table.Scan().Parallel(2).Each(ctx, func(items []Member, _ []string) error { seen += len(items); return nil })
		expect(t, "Parallel", seen, 3)
		if err := errors.Join(err, err2, err3, err4); err != nil {
			t.Error(err)
		}
	})
}

func TestWritesThatDoNotTouchAValueAreAsTheyWere(t *testing.T) {
	table, r, _ := faulty(t, invoicesUnique)
	ctx := t.Context()
	put(t, table, Invoice{Customer: "c", Number: 1, Cents: 5, Due: time.Unix(1, 0)})
	r.sent()
	if _, err := table.Update(BilledTo.Eq("c"), Number.Eq(1)).Change(invoiceDue.Set(time.Unix(2, 0))).Run(ctx); err != nil {
		t.Fatal(err)
	}
	r.expectSent(t, "Update of another attribute", "UpdateItem")
	if n, err := table.Counter(ctx, BilledTo.Eq("c")); n != 1 || err != nil {
		t.Errorf("the counter of what the key gives is %d, %v", n, err)
	}
}

func TestOwnConditionIsToldFromATakenValue(t *testing.T) {
	bothPlaces(t, func(t *testing.T, table *ddbtable.Table[Member], r *recorder, _ *embedded.DB) {
		ctx := t.Context()
		put(t, table, member("a", "a@x", "blue", "ada"), member("b", "b@x", "blue", "bob"))
		_, err := table.Create(member("a", "a@x", "red", "z")).Run(ctx)
		fail(t, "Create of a key that is there", err, ddbtable.ErrExists)
		refused, ok := errors.AsType[*ddbtable.ConditionError[Member]](err)
		if !ok || refused.Old == nil || refused.Old.Team != "blue" || refused.Ambiguous {
			t.Errorf("Create: %+v", refused)
		}
		if _, ok := errors.AsType[*types.TransactionCanceledException](err); !ok {
			t.Errorf("the SDK's error is out of reach in %v", err)
		}
		_, err = table.Put(member("a", "b@x", "blue", "ada")).If(MemberName.Eq("z")).Run(ctx)
		fail(t, "Put whose condition fails, of a taken value", err, ddbtable.ErrConditionFailed)
		_, err = table.Update(MemberID.Eq("a")).Change(MemberName.Set("q")).If(MemberTeam.Eq("red")).Run(ctx)
		fail(t, "Update", err, ddbtable.ErrConditionFailed)
		_, err = table.Update(MemberID.Eq("z")).Change(MemberName.Set("q")).Run(ctx)
		fail(t, "Update of nothing", err, ddbtable.ErrNotFound)
		_, err = table.Delete(MemberID.Eq("a")).If(MemberTeam.Eq("red")).Run(ctx)
		fail(t, "Delete", err, ddbtable.ErrConditionFailed)
		_, err = table.Delete(MemberID.Eq("z")).If(MemberTeam.Eq("red")).Run(ctx)
		fail(t, "Delete of nothing", err, ddbtable.ErrNotFound)
		guards(t, r.client, table)

		// What is Idempotent is settled.
		_, err = table.Create(member("a", "a@x", "blue", "ada")).Idempotent().Run(ctx)
		_, err2 := table.Put(member("a", "a@x", "blue", "ada")).If(MemberID.NotExists()).Idempotent().Run(ctx)
		got, err3 := table.Update(MemberID.Eq("a")).Change(MemberName.Set("ada")).If(MemberName.Eq("old")).Idempotent().Run(ctx)
		_, err4 := table.Delete(MemberID.Eq("z")).If(MemberTeam.Eq("red")).Idempotent().Run(ctx)
		if err := errors.Join(err, err2, err3, err4); err != nil || got.Name != "ada" {
			t.Errorf("Idempotent: %+v, %v", got, err)
		}
		_, err = table.Create(member("a", "a@x", "blue", "other")).Idempotent().Run(ctx)
		fail(t, "an Idempotent Create of another item", err, ddbtable.ErrExists)
		guards(t, r.client, table)
	})
}

func TestUniqueInTransactions(t *testing.T) {
	bothPlaces(t, func(t *testing.T, table *ddbtable.Table[Member], r *recorder, _ *embedded.DB) {
		ctx := t.Context()
		tx := func(writes ...ddbtable.TransactWrite) error {
			return ddbtable.WriteTransaction(r.client, writes...).Run(ctx)
		}
		if err := tx(table.Create(member("a", "a@x", "blue", "ada")), table.Create(member("b", "b@x", "blue", "bob")), table.Put(member("c", "", "red", "c"))); err != nil {
			t.Fatal(err)
		}
		guards(t, r.client, table)
		swap := tx(table.Update(MemberID.Eq("a")).Change(MemberEmail.Set(new("b@x"))), table.Update(MemberID.Eq("b")).Change(MemberEmail.Set(new("a@x")), MemberTeam.Set("red")))
		if swap != nil {
			t.Fatalf("two items change their values: %v", swap)
		}
		guards(t, r.client, table)
		if err := tx(table.Update(MemberID.Eq("a")).Change(MemberTeam.Set("red")), table.Update(MemberID.Eq("b")).Change(MemberTeam.Set("blue"))); err != nil {
			t.Fatalf("two items change their teams: %v", err)
		}
		if strings.Contains(r.last, "guard_count") {
			t.Errorf("counts that stay the same are written: %s", r.last)
		}
		guards(t, r.client, table)
		if err := tx(table.Delete(MemberID.Eq("a")), table.Create(member("d", "b@x", "blue", "ada"))); err != nil {
			t.Fatalf("an item takes over from one that is deleted: %v", err)
		}
		guards(t, r.client, table)

		err := tx(table.Check(MemberID.Eq("d")), table.Create(member("e", "a@x", "red", "e")))
		violates(t, "a taken value", err, "email")
		canceled, ok := errors.AsType[*ddbtable.TransactionError](err)
		if !ok || len(canceled.Reasons) != 2 || canceled.Reasons[0].Err != nil || !errors.Is(canceled.Reasons[1].Err, ddbtable.ErrNotUnique) {
			t.Errorf("the reasons are %+v", canceled)
		}
		r.sent()
		err = tx(table.Create(member("e", "e@x", "red", "e")), table.Create(member("f", "e@x", "red", "f")))
		violates(t, "one value twice", err, "email")
		r.expectSent(t, "one value twice")
		if err := tx(table.Delete(MemberID.Eq("none"))); err != nil {
			t.Errorf("Delete of nothing: %v", err)
		}

		var many []ddbtable.TransactWrite
		for i := range 34 {
			many = append(many, table.Create(member(fmt.Sprint("m", i), fmt.Sprint(i, "@x"), "green", fmt.Sprint(i))))
		}
		r.sent()
		if err := tx(many...); err == nil || !strings.Contains(err.Error(), "has 34 writes and changes 69 guard items, together the limit is 100; split it") {
			t.Errorf("too many: %v", err)
		}
		r.expectSent(t, "too many")
		if err := tx(many[:33]...); err != nil {
			t.Errorf("33 creates with their guards make 100: %v", err)
		}
		guards(t, r.client, table)

		with := func(w ddbtable.TransactWrite) error {
			return ddbtable.WriteTransaction(r.client, w).Token("mine").Run(ctx)
		}
		if err := with(table.Put(member("t", "t@x", "red", "t"))); err == nil || !strings.Contains(err.Error(), "the stored values of what is Unique or Counted must be known: email, team, name not given") {
			t.Errorf("a token without the old value: %v", err)
		}
		for range 2 {
			if err := with(table.Create(member("t", "t@x", "red", "t"))); err != nil {
				t.Errorf("a token of the caller's: %v", err)
			}
		}
		guards(t, r.client, table)
	})
}

// A table is the same by its name and by its ARN, and so are its guard items.
func TestUniqueInTransactionsOfATableByTwoNames(t *testing.T) {
	bothPlaces(t, func(t *testing.T, table *ddbtable.Table[Member], r *recorder, _ *embedded.DB) {
		byARN := ddbtable.Open(r.client, table.Definition(), ddbtable.TableName("arn:aws:dynamodb:us-east-1:111122223333:table/"+table.Name()))
		tx := func(writes ...ddbtable.TransactWrite) error {
			return ddbtable.WriteTransaction(r.client, writes...).Run(t.Context())
		}
		if err := tx(table.Create(member("a", "a@x", "blue", "ada")), byARN.Create(member("b", "b@x", "blue", "bob"))); err != nil {
			t.Fatalf("two items of one team: %v", err)
		}
		guards(t, r.client, table)
		if err := tx(byARN.Delete(MemberID.Eq("a")), table.Create(member("c", "a@x", "blue", "ada"))); err != nil {
			t.Fatalf("an item takes over from one that is deleted: %v", err)
		}
		guards(t, r.client, table)
		r.sent()
		violates(t, "one value twice", tx(byARN.Create(member("d", "d@x", "red", "d")), table.Create(member("e", "d@x", "red", "e"))), "email")
		r.expectSent(t, "one value twice")
	})
}

func TestOneOfManyWritersGetsTheValue(t *testing.T) {
	for _, strict := range []bool{false, true} {
		t.Run(fmt.Sprint("strict ", strict), func(t *testing.T) {
			var options []ddbtest.Option
			if strict {
				options = append(options, ddbtest.Strict(7))
			}
			client := ddbtest.Client(t, options...)
			table := ddbtest.Table(t, client, Members)
			const writers = 8
			errs := make([]error, writers)
			var all sync.WaitGroup
			for i := range writers {
				all.Go(func() {
					m := member(fmt.Sprint("m", i), "same@x", "blue", fmt.Sprint(i))
					if i%2 == 0 {
						_, errs[i] = table.Create(m).Run(t.Context())
					} else {
						_, errs[i] = table.Put(m).Run(t.Context())
					}
				})
			}
			all.Wait()
			won := 0
			for i, err := range errs {
				if err == nil {
					won++
				} else {
					violates(t, fmt.Sprint("writer ", i), err, "email")
				}
			}
			if n, err := table.Consistent().Counter(t.Context(), MemberTeam.Eq("blue")); won != 1 || n != 1 || err != nil {
				t.Errorf("%d writers won, the counter is %d, %v", won, n, err)
			}
		})
	}
}

func TestWritersOfOneItemLeaveOneValue(t *testing.T) {
	client := ddbtest.Client(t)
	table := ddbtest.Table(t, client, Members)
	put(t, table, member("m", "0@x", "blue", "m"))
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			team := []string{"blue", "red"}[i%2]
			_, err := table.Update(MemberID.Eq("m")).Change(MemberEmail.Set(new(fmt.Sprint(i, "@x"))), MemberTeam.Set(team)).Run(t.Context())
			if err != nil && !errors.Is(err, ddbtable.ErrConflict) {
				t.Errorf("writer %d: %v", i, err)
			}
		})
	}
	all.Wait()
	guards(t, client, table)
}

func TestOldValueThatChangesInBetweenIsFreed(t *testing.T) {
	bothPlaces(t, func(t *testing.T, table *ddbtable.Table[Member], r *recorder, _ *embedded.DB) {
		ctx := t.Context()
		put(t, table, member("a", "a@x", "blue", "ada"))
		meddle := func(times int, change func() error) {
			n := 0
			r.before = func(operation string) {
				if operation != "TransactWriteItems" || n >= times {
					return
				}
				n++
				before := r.before
				r.before = nil
				if err := change(); err != nil {
					t.Error(err)
				}
				r.before = before
			}
		}
		between := 0
		other := func() error {
			between++
			_, err := table.Update(MemberID.Eq("a")).Change(MemberEmail.Set(new(fmt.Sprint("between", between, "@x")))).Run(ctx)
			return err
		}
		meddle(1, other)
		if _, err := table.Put(member("a", "b@x", "red", "ada")).Run(ctx); err != nil {
			t.Fatal(err)
		}
		guards(t, r.client, table)
		meddle(1, func() error { _, err := table.Delete(MemberID.Eq("a")).Run(ctx); return err })
		if _, err := table.Put(member("a", "b@x", "red", "ada")).Run(ctx); err != nil {
			t.Fatalf("the item was deleted in between: %v", err)
		}
		guards(t, r.client, table)
		meddle(1, other)
		old, err := table.Delete(MemberID.Eq("a")).Run(ctx)
		if err != nil || old == nil || *old.Email != fmt.Sprint("between", between, "@x") {
			t.Fatalf("Delete: %+v, %v", old, err)
		}
		guards(t, r.client, table)
		meddle(1, func() error { _, err := table.Create(member("a", "new@x", "red", "ada")).Run(ctx); return err })
		if _, err := table.Put(member("a", "b@x", "red", "ada")).Run(ctx); err != nil {
			t.Fatalf("the item was created in between: %v", err)
		}
		guards(t, r.client, table)

		// What a stale attempt wanted is no matter: the value that it missed is
		// not needed any more.
		if _, err := table.Update(MemberID.Eq("a")).Change(MemberEmail.Remove()).Run(ctx); err != nil {
			t.Fatal(err)
		}
		meddle(1, func() error {
			_, err := table.Create(member("c", "wanted@x", "red", "c")).Run(ctx)
			return errors.Join(err, other())
		})
		got, err := table.Update(MemberID.Eq("a")).Change(MemberEmail.SetIfAbsent(new("wanted@x"))).Run(ctx)
		if err != nil || *got.Email != fmt.Sprint("between", between, "@x") {
			t.Errorf("SetIfAbsent of what is there: %+v, %v", got, err)
		}
		guards(t, r.client, table)

		meddle(100, other)
		_, err = table.Update(MemberID.Eq("a")).Change(MemberEmail.Set(new("c@x"))).Run(ctx)
		fail(t, "an item that changes all the time", err, ddbtable.ErrConflict)
		r.before = nil
		guards(t, r.client, table)
	})
}

func TestLostAnswersAndConflictsAreSettled(t *testing.T) {
	bothPlaces(t, func(t *testing.T, table *ddbtable.Table[Member], r *recorder, db *embedded.DB) {
		ctx := t.Context()
		for _, effect := range []embedded.Effect{embedded.FailBefore, embedded.FailAfter, embedded.DropAfter, embedded.Throttle, embedded.Conflict} {
			strike := func(what string, write func() error) {
				t.Helper()
				hit := db.Inject(embedded.Fault{Effect: effect, Operation: "TransactWriteItems", Times: 2})
				if err := write(); err != nil || hit.Hits() != 2 {
					t.Errorf("effect %d: %s: %v after %d hits", effect, what, err, hit.Hits())
				}
				hit.Stop()
				guards(t, r.client, table)
			}
			strike("Create", func() error { _, err := table.Create(member("a", "a@x", "blue", "ada")).Run(ctx); return err })
			strike("Put", func() error { _, err := table.Put(member("a", "b@x", "red", "ada")).Run(ctx); return err })
			strike("Update", func() error {
				_, err := table.Update(MemberID.Eq("a")).Change(MemberTeam.Set("blue")).Run(ctx)
				return err
			})
			strike("Delete", func() error { _, err := table.Delete(MemberID.Eq("a")).Run(ctx); return err })
		}
		hit := db.Inject(embedded.Fault{Effect: embedded.Conflict, Operation: "TransactWriteItems"})
		_, err := table.Create(member("a", "a@x", "blue", "ada")).Run(ctx)
		fail(t, "conflicts without end", err, ddbtable.ErrConflict)
		if hit.Hits() != 11 {
			t.Errorf("the transaction was sent %d times", hit.Hits())
		}
		hit.Stop()

		// Behind a write that was applied, what cannot be read is told as such.
		if _, err := table.Create(member("a", "a@x", "blue", "ada")).Run(ctx); err != nil {
			t.Fatal(err)
		}
		r.after = func(operation string) {
			if operation == "TransactWriteItems" {
				r.after = nil
				if _, err := table.Delete(MemberID.Eq("a")).Run(ctx); err != nil {
					t.Error(err)
				}
			}
		}
		_, err = table.Update(MemberID.Eq("a")).Change(MemberName.Set("x")).Run(ctx)
		if bad, ok := errors.AsType[*ddbtable.ItemError](err); !ok || !bad.Applied {
			t.Errorf("Update of an item that is gone then: %v", err)
		}
	})
}

func TestItemsOlderThanTheRuleAreAdopted(t *testing.T) {
	bothPlaces(t, func(t *testing.T, table *ddbtable.Table[Member], r *recorder, _ *embedded.DB) {
		ctx, name := t.Context(), table.Name()
		s := func(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }
		for _, id := range []string{"old1", "old2"} {
			_, err := r.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &name, Item: map[string]types.AttributeValue{
				"type": s("member"), "id": s(id), "email": s("same@x"), "team": s("t" + id), "name": s("n"),
			}})
			if err != nil {
				t.Fatal(err)
			}
		}
		set := func(id string) error {
			_, err := table.Update(MemberID.Eq(id)).Change(MemberEmail.Set(new("same@x"))).Run(ctx)
			return err
		}
		if err := set("old1"); err != nil {
			t.Fatalf("an item claims the value that it has: %v", err)
		}
		violates(t, "the other one", set("old2"), "email")
		if _, err := table.Delete(MemberID.Eq("old2")).Run(ctx); err != nil {
			t.Fatalf("an item whose guard is another's is deleted: %v", err)
		}
		violates(t, "after that", errOf(table.Create(member("new", "same@x", "t", "n")).Run(ctx)), "email")
		if _, err := table.Delete(MemberID.Eq("old1")).Run(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := table.Create(member("new", "same@x", "t", "n")).Run(ctx); err != nil {
			t.Errorf("the value is free: %v", err)
		}
	})
}

func errOf[T any](_ T, err error) error { return err }

// Any sequence of writes leaves the guard items that the items want.
func TestValueOfAnItemThatVanishedIsFreedByItsKey(t *testing.T) {
	bothPlaces(t, func(t *testing.T, table *ddbtable.Table[Member], r *recorder, _ *embedded.DB) {
		ctx := t.Context()
		put(t, table, member("a", "a@x", "blue", "ada"))
		name := table.Name()
		_, err := r.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &name, Key: rawItem{"id": "a"}.attributes()})
		if err != nil {
			t.Fatal(err)
		}
		violates(t, "a value without an item", errOf(table.Create(member("b", "a@x", "red", "b")).Run(ctx)), "email")
		_, err = table.Put(member("a", "a@x", "blue", "ada")).Run(ctx)
		_, err2 := table.Delete(MemberID.Eq("a")).Run(ctx)
		_, err3 := table.Create(member("b", "a@x", "red", "b")).Run(ctx)
		if err := errors.Join(err, err2, err3); err != nil {
			t.Error(err)
		}
	})
}

func TestGuardItemsAreThoseOfTheItems(t *testing.T) {
	client := ddbtest.Client(t)
	table := ddbtest.Table(t, client, Members)
	other := ddbtest.Table(t, client, membersApart)
	rapid.Check(t, func(rt *rapid.T) {
		table := rapid.SampledFrom([]*ddbtable.Table[Member]{table, other}).Draw(rt, "table")
		ctx := t.Context()
		text := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(rt, label) }
		one := func() Member {
			return member(text("id", "a", "b", "c"), text("email", "", "1@x", "2@x"), text("team", "red", "blue"), text("name", "p", "q"))
		}
		write := func() ddbtable.TransactWrite {
			m := one()
			switch text("write", "create", "put", "update", "or create", "remove", "delete") {
			case "create":
				return table.Create(m)
			case "put":
				return table.Put(m)
			case "update":
				return table.Update(MemberID.Eq(m.ID)).Change(MemberTeam.Set(m.Team), MemberName.SetIfAbsent(m.Name))
			case "or create":
				return table.Update(MemberID.Eq(m.ID)).Change(MemberTeam.Set(m.Team), MemberName.Set(m.Name)).OrCreate()
			case "remove":
				return table.Update(MemberID.Eq(m.ID)).Change(MemberEmail.Remove())
			}
			return table.Delete(MemberID.Eq(m.ID))
		}
		for range rapid.IntRange(1, 8).Draw(rt, "writes") {
			var err error
			w := write()
			if rapid.Bool().Draw(rt, "together") {
				err = ddbtable.WriteTransaction(client, w, write()).Run(ctx)
			} else {
				switch w := w.(type) {
				case ddbtable.Create[Member]:
					_, err = w.Run(ctx)
				case ddbtable.Put[Member]:
					_, err = w.Run(ctx)
				case ddbtable.Update[Member]:
					_, err = w.Run(ctx)
				case ddbtable.Delete[Member]:
					_, err = w.Run(ctx)
				}
			}
			_, mistaken := errors.AsType[*ddbtable.PlanError](err) // one item twice
			if err != nil && !mistaken && !errors.Is(err, ddbtable.ErrNotUnique) && !errors.Is(err, ddbtable.ErrExists) && !errors.Is(err, ddbtable.ErrNotFound) {
				rt.Fatal(err)
			}
			guards(t, client, table)
		}
	})
}
