package ddbtable_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
	"example.com/ddb/model"
)

// A claim is a piece of work that one worker takes. Its marked twin has a
// write-id attribute.
type claim struct {
	ID     string `ddb:"id,partition"`
	Worker string `ddb:"worker"`
	Tries  int    `ddb:"tries"`
}

type markedClaim struct {
	ID     string   `ddb:"id,partition"`
	Worker string   `ddb:"worker"`
	Tries  int      `ddb:"tries"`
	Log    []string `ddb:"log"`
	Team   string   `ddb:"team,partition=by_tries,omitzero"`
	Rank   string   `ddb:"rank,sort=by_tries,from={tries:3}"`
	Write  string   `ddb:"write_id,writeid"`
}

var (
	claims      = ddbtable.MustDefine[claim]("claims")
	claimID     = ddbtable.Attr(func(c *claim) *string { return &c.ID })
	claimWorker = ddbtable.Attr(func(c *claim) *string { return &c.Worker })
	claimTries  = ddbtable.Attr(func(c *claim) *int { return &c.Tries })

	markedClaims = ddbtable.MustDefine[markedClaim]("marked_claims")
	markedID     = ddbtable.Attr(func(c *markedClaim) *string { return &c.ID })
	markedWorker = ddbtable.Attr(func(c *markedClaim) *string { return &c.Worker })
	markedTries  = ddbtable.Attr(func(c *markedClaim) *int { return &c.Tries })
	markedLog    = ddbtable.Attr(func(c *markedClaim) *[]string { return &c.Log })
)

// answerLost makes the next request of an operation fail after it was applied.
func answerLost(db *embedded.DB, operation string, effect embedded.Effect) {
	db.Inject(embedded.Fault{Effect: effect, Operation: operation, Times: 1})
}

// lost are the ways in which an answer gets lost.
var lost = map[string]embedded.Effect{"500": embedded.FailAfter, "connection": embedded.DropAfter}

// By default a conditional write whose first attempt was applied and not
// acknowledged is ambiguous, because another writer may have stored the same.
func TestLostAnswerIsAmbiguous(t *testing.T) {
	for name, effect := range lost {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
				ctx, c := t.Context(), claim{ID: "c", Worker: "ada"}
				table, client, db := faulty(t, claims, options...)

				answerLost(db, "PutItem", effect)
				_, err := table.Create(c).Run(ctx)
				expectAmbiguous(t, "Create", err, ddbtable.ErrExists, &c)

				c.Worker = "eve"
				answerLost(db, "PutItem", effect)
				_, err = table.Put(c).If(claimWorker.Eq("ada")).Run(ctx)
				expectAmbiguous(t, "Put", err, ddbtable.ErrConditionFailed, &c)

				c.Worker = "bob"
				answerLost(db, "UpdateItem", effect)
				_, err = table.Update(claimID.Eq("c")).Change(claimWorker.Set("bob")).If(claimWorker.Eq("eve")).Run(ctx)
				expectAmbiguous(t, "Update", err, ddbtable.ErrConditionFailed, &c)

				answerLost(db, "DeleteItem", effect)
				_, err = table.Delete(claimID.Eq("c")).If(claimWorker.Eq("bob")).Run(ctx)
				expectAmbiguous(t, "Delete", err, ddbtable.ErrNotFound, (*claim)(nil))

				client.expectSent(t, "four writes", "PutItem", "PutItem", "PutItem", "PutItem", "UpdateItem", "UpdateItem", "DeleteItem", "DeleteItem")
			})
		})
	}
}

func expectAmbiguous[T any](t *testing.T, what string, err, kind error, old *T) {
	t.Helper()
	failed, ok := errors.AsType[*ddbtable.ConditionError[T]](err)
	if !ok || !errors.Is(err, kind) || !failed.Ambiguous || !strings.Contains(err.Error(), "an earlier attempt of this call may have been applied") {
		t.Errorf("%s: %v, want an ambiguous %v", what, err, kind)
		return
	}
	expect(t, what+": Old", failed.Old, old)
}

// A refusal that no attempt of the call can have caused is not ambiguous.
func TestPlainRefusalIsNotAmbiguous(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, _, db := faulty(t, claims, options...)
		put(t, table, claim{ID: "c", Worker: "ada"})
		for name, inject := range map[string]func(){
			"no retry":   func() {},
			"a throttle": func() { db.Inject(embedded.Fault{Effect: embedded.Throttle, Operation: "PutItem", Times: 2}) },
		} {
			inject()
			_, err := table.Create(claim{ID: "c", Worker: "eve"}).Run(t.Context())
			failed, ok := errors.AsType[*ddbtable.ConditionError[claim]](err)
			if !ok || failed.Ambiguous {
				t.Errorf("%s: %v, want an error that is not ambiguous", name, err)
			}
		}
		db.Inject(embedded.Fault{Effect: embedded.FailBefore, Operation: "PutItem", Times: 1})
		_, err := table.Create(claim{ID: "c", Worker: "eve"}).Run(t.Context())
		expectAmbiguous(t, "a failure that cannot be told from a lost answer", err, ddbtable.ErrExists, &claim{ID: "c", Worker: "ada"})
	})
}

// Idempotent takes the wanted result for success, whoever stored it.
func TestIdempotentWriteSettlesALostAnswer(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		ctx, c := t.Context(), claim{ID: "c", Worker: "ada"}
		table, _, db := faulty(t, claims, options...)

		answerLost(db, "PutItem", embedded.FailAfter)
		got, err := table.Create(c).Idempotent().Run(ctx)
		expectResult(t, "Create", err, got, c)

		c.Worker = "eve"
		answerLost(db, "PutItem", embedded.FailAfter)
		got, err = table.Put(c).If(claimWorker.Eq("ada")).Idempotent().Run(ctx)
		expectResult(t, "Put", err, got, c)

		c.Worker = "bob"
		answerLost(db, "UpdateItem", embedded.FailAfter)
		got, err = table.Update(claimID.Eq("c")).Change(claimWorker.Set("bob"), claimTries.SetIfAbsent(5)).If(claimWorker.Eq("eve")).Idempotent().Run(ctx)
		expectResult(t, "Update", err, got, c)

		answerLost(db, "DeleteItem", embedded.FailAfter)
		old, err := table.Delete(claimID.Eq("c")).If(claimWorker.Eq("bob")).Idempotent().Run(ctx)
		expectResult(t, "Delete", err, old, (*claim)(nil))

		put(t, table, claim{ID: "c", Worker: "someone else"})
		_, err = table.Update(claimID.Eq("c")).Change(claimWorker.Set("bob")).If(claimWorker.Eq("eve")).Idempotent().Run(ctx)
		if !errors.Is(err, ddbtable.ErrConditionFailed) {
			t.Errorf("Update of another's claim: %v, want ErrConditionFailed", err)
		}
	})
}

func expectResult(t *testing.T, what string, err error, got, want any) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	expect(t, what, got, want)
}

// With a write id a lost answer is settled: the stored item says who wrote it.
func TestWriteIDSettlesALostAnswer(t *testing.T) {
	for name, effect := range lost {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
				ctx, c := t.Context(), markedClaim{ID: "c", Worker: "ada", Rank: "000"}
				table, _, db := faulty(t, markedClaims, options...)

				answerLost(db, "PutItem", effect)
				got, err := table.Create(c).Run(ctx)
				expectMarked(t, "Create", err, got, c)

				c.Worker = "eve"
				answerLost(db, "PutItem", effect)
				got, err = table.Put(c).If(markedWorker.Eq("ada")).Run(ctx)
				expectMarked(t, "Put", err, got, c)

				c.Worker = "bob"
				answerLost(db, "UpdateItem", effect)
				got, err = table.Update(markedID.Eq("c")).Change(markedWorker.Set("bob")).If(markedWorker.Eq("eve")).Run(ctx)
				expectMarked(t, "Update", err, got, c)

				c.Tries, c.Rank = 1, "001"
				answerLost(db, "UpdateItem", effect)
				got, err = table.Update(markedID.Eq("c")).Change(ddbtable.Add(markedTries, 1)).Run(ctx)
				expectMarked(t, "Add to a facet", err, got, c)

				c.Log = []string{"x"}
				answerLost(db, "UpdateItem", effect)
				got, err = table.Update(markedID.Eq("c")).Change(ddbtable.Append(markedLog, "x")).Run(ctx)
				expectMarked(t, "Append", err, got, c)
			})
		})
	}
}

// expectMarked compares all but the write id, which is random.
func expectMarked(t *testing.T, what string, err error, got, want markedClaim) {
	t.Helper()
	if got.Write == "" {
		t.Errorf("%s: the item has no write id", what)
	}
	want.Write = got.Write
	expectResult(t, what, err, got, want)
}

// With a write id the call fails, and is not ambiguous, if another writer has
// stored the same values in between.
func TestWriteIDTellsAnotherWriterOfTheSameValues(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, client, db := faulty(t, markedClaims, options...)
		put(t, table, markedClaim{ID: "c", Worker: "nobody"})
		// Our first attempt is lost before it is applied; the other worker then
		// takes the claim under the same name.
		db.Inject(embedded.Fault{Effect: embedded.FailBefore, Operation: "UpdateItem", Times: 1})
		other := ddbtable.Open(client.other(t), markedClaims, ddbtable.TableName(table.Name()))
		request := func(table *ddbtable.Table[markedClaim]) ddbtable.Update[markedClaim] {
			return table.Update(markedID.Eq("c")).Change(markedWorker.Set("twin")).If(markedWorker.Eq("nobody"))
		}
		meanwhile(t, client, "UpdateItem", func(ctx context.Context) error {
			_, err := request(other).Run(ctx)
			return err
		})
		_, err := request(table).Run(t.Context())
		failed, ok := errors.AsType[*ddbtable.ConditionError[markedClaim]](err)
		if !ok || !errors.Is(err, ddbtable.ErrConditionFailed) || failed.Ambiguous {
			t.Errorf("Update: %v, want ErrConditionFailed that is not ambiguous", err)
		}
	})
}

// meanwhile runs f once, behind the next request of an operation.
func meanwhile(t *testing.T, client *recorder, operation string, f func(context.Context) error) {
	t.Helper()
	done := false
	client.after = func(got string) {
		if got != operation || done {
			return
		}
		done = true
		if err := f(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// An Add on a facet is a Set of the sum on the condition that the facet is
// unchanged, so a lost answer never adds twice.
func TestAddToAFacetIsNeverAppliedTwice(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, _, db := faulty(t, tasks, options...)
		put(t, table, task{ID: "t", Team: "a", Count: 5})
		answerLost(db, "UpdateItem", embedded.FailAfter)
		_, err := table.Update(taskID.Eq("t")).Change(ddbtable.Add(taskCount, 1)).Run(t.Context())
		expectAmbiguous(t, "Update", err, ddbtable.ErrConditionFailed, &task{ID: "t", Team: "a", Count: 6, Name: "t#006"})
	})
}

// The same with a write id that another writer has replaced in between: that
// it is not ours any more does not say that our attempt was not applied.
func TestAddToAFacetIsNotAppliedTwiceBesideAnotherWriter(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, client, db := faulty(t, markedClaims, options...)
		put(t, table, markedClaim{ID: "c", Worker: "nobody", Tries: 5})
		other := ddbtable.Open(client.other(t), markedClaims, ddbtable.TableName(table.Name()))
		meanwhile(t, client, "UpdateItem", func(ctx context.Context) error {
			_, err := other.Update(markedID.Eq("c")).Change(markedWorker.Set("ada")).Run(ctx)
			return err
		})
		answerLost(db, "UpdateItem", embedded.FailAfter)
		_, err := table.Update(markedID.Eq("c")).Change(ddbtable.Add(markedTries, 1)).Run(t.Context())
		failed, ok := errors.AsType[*ddbtable.ConditionError[markedClaim]](err)
		if !ok || !failed.Ambiguous || failed.Old.Tries != 6 {
			t.Errorf("Update: %+v, want an ambiguous error with 6 tries", err)
		}
		got, err := table.Get(t.Context(), markedID.Eq("c"))
		if err != nil || got.Tries != 6 || got.Worker != "ada" {
			t.Errorf("Get = %+v, %v; want 6 tries of ada", got, err)
		}
	})
}

// A put that returns the replaced item finds out with a write id that it has
// replaced its own, and then does not pass that off as the old one.
func TestLostAnswerOfPutReturningIsFoundOut(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, _, db := faulty(t, markedClaims, options...)
		put(t, table, markedClaim{ID: "c", Worker: "ada"})
		answerLost(db, "PutItem", embedded.FailAfter)
		old, err := table.Put(markedClaim{ID: "c", Worker: "eve"}).Returning().Run(t.Context())
		lost, ok := errors.AsType[*ddbtable.ItemError](err)
		if old != nil || !ok || !lost.Applied || lost.Attribute != "write_id" {
			t.Errorf("Put = %v, %v; want an applied ItemError", old, err)
		}
	})
}

// An error of the service that a retry may cure reaches the caller as the SDK
// gives it, when the retries are used up.
func TestServiceErrorsStayReachable(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, client, db := faulty(t, model.Orders, options...)
		fault := db.Inject(embedded.Fault{Effect: embedded.Throttle, Operation: "Query"})
		defer fault.Stop()
		_, err := table.Query(model.UserID.Eq(newOrder().UserID)).Count(t.Context())
		failed, ok := errors.AsType[*ddbtable.OpError](err)
		if !ok || failed.Op != "query" || failed.Table != table.Name() || failed.Index != "for_user_id" {
			t.Errorf("Count: %+v, want an OpError of the index", err)
		}
		if _, ok := errors.AsType[*types.ProvisionedThroughputExceededException](err); !ok {
			t.Errorf("Count: %v does not hold the SDK's error", err)
		}
		client.expectSent(t, "Count", "Query", "Query", "Query")
	})
}

// The retries of a call are those of the client's retryer, also where it is
// watched.
func TestWatchedRetriesFollowTheOptionsOfTheClient(t *testing.T) {
	db := engine(t)
	client := record(db)
	once := dynamodb.New(client.client.Options(), func(o *dynamodb.Options) { o.RetryMaxAttempts = 1 })
	table := ddbtable.Open(once, claims, ddbtable.TableName("claims"))
	if err := table.CreateTable(t.Context()); err != nil {
		t.Fatal(err)
	}
	client.sent()
	answerLost(db, "PutItem", embedded.FailAfter)
	_, err := table.Create(claim{ID: "c"}).Run(t.Context())
	if _, refused := errors.AsType[*ddbtable.ConditionError[claim]](err); err == nil || refused {
		t.Errorf("Create: %v, want the service's error", err)
	}
	client.expectSent(t, "Create", "PutItem")
}

// The write id cannot tell whose doing it is that an item is gone.
func TestVanishedItemIsAmbiguousWithAWriteID(t *testing.T) {
	table, client, db := faulty(t, markedClaims)
	put(t, table, markedClaim{ID: "c", Worker: "ada"})
	behind := ddbtable.Open(db.Client(), markedClaims, ddbtable.TableName(table.Name()))
	answerLost(db, "UpdateItem", lost["500"])
	client.after = func(operation string) {
		if operation == "UpdateItem" {
			client.after = nil
			if _, err := behind.Delete(markedID.Eq("c")).Run(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
	_, err := table.Update(markedID.Eq("c")).Change(markedWorker.Set("eve")).Run(t.Context())
	refused, ok := errors.AsType[*ddbtable.ConditionError[markedClaim]](err)
	if !ok || !errors.Is(err, ddbtable.ErrNotFound) || !refused.Ambiguous {
		t.Errorf("%v, want an ambiguous ErrNotFound", err)
	}
}
