package ddbtable_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
	"example.com/ddb/ddbtable/embedded"
)

// A counterTable has a table of tasks, whose name has the facet count, and one
// of claims, whose rank has the facet tries, on one engine.
type twoTables struct {
	client *dynamodb.Client
	sent   *ddbtest.Recorder
	db     *embedded.DB
	tasks  *ddbtable.Table[task]
	claims *ddbtable.Table[markedClaim]
}

func openTwo(t *testing.T, options ...ddbtable.Option) *twoTables {
	t.Helper()
	two := &twoTables{db: engine(t)}
	two.sent = ddbtest.Record(two.db.Client())
	two.client = two.sent.Client()
	two.tasks = ddbtest.Table(t, two.client, tasks, options...)
	two.claims = ddbtest.Table(t, two.client, markedClaims, options...)
	put(t, two.tasks, task{ID: "a", Team: "x", Count: 1}, task{ID: "b", Team: "x", Count: 2}, task{ID: "c", Team: "x"})
	put(t, two.claims, markedClaim{ID: "a", Team: "x", Tries: 5}, markedClaim{ID: "b", Team: "x", Tries: 6})
	two.sent.Sent()
	return two
}

// tokens are the idempotency tokens of the transactions that were sent, and
// operations the names of all requests.
func (two *twoTables) sentTokens(t *testing.T) (tokens, operations []string) {
	t.Helper()
	for _, r := range two.sent.Sent() {
		operations = append(operations, r.Operation)
		var in struct{ ClientRequestToken string }
		if err := json.Unmarshal(r.Body, &in); err != nil {
			t.Fatal(err)
		}
		if in.ClientRequestToken != "" {
			tokens = append(tokens, in.ClientRequestToken)
		}
		if r.Operation == "BatchGetItem" && !strings.Contains(string(r.Body), `"ConsistentRead":true`) {
			t.Errorf("a read is not consistent: %s", r.Body)
		}
	}
	return tokens, operations
}

// adds changes a facet of several items of two tables.
func (two *twoTables) adds() ddbtable.WriteTx {
	return ddbtable.WriteTransaction(two.client,
		two.tasks.Update(taskID.Eq("a")).Change(ddbtable.Add(taskCount, 1)),
		two.claims.Update(markedID.Eq("a")).Change(ddbtable.Add(markedTries, 1)),
		two.tasks.Update(taskID.Eq("b")).Change(ddbtable.Add(taskCount, 1)),
		two.tasks.Update(taskID.Eq("c")).Change(taskCount.Set(9)), // known, so it is not read
		two.claims.Update(markedID.Eq("b")).Change(ddbtable.Add(markedTries, 1)),
	)
}

func (two *twoTables) expectCounts(t *testing.T, counts, tries []int) {
	t.Helper()
	all, err := ddbtable.Collect(two.tasks.Scan().All(t.Context()))
	if err != nil { // a stale name too
		t.Fatal(err)
	}
	var got []int
	slices.SortFunc(all, func(a, b task) int { return strings.Compare(a.ID, b.ID) })
	for _, v := range all {
		got = append(got, v.Count)
	}
	expect(t, "counts", got, counts)
	claims, err := ddbtable.Collect(two.claims.Scan().All(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	got = nil
	slices.SortFunc(claims, func(a, b markedClaim) int { return strings.Compare(a.ID, b.ID) })
	for _, v := range claims {
		got = append(got, v.Tries)
	}
	expect(t, "tries", got, tries)
}

func TestFacetsOfATransactionComeInOneReadOfEachTable(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		two := openTwo(t, options...)
		add := two.adds()
		if err := add.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		first, operations := two.sentTokens(t)
		expect(t, "requests", operations, []string{"BatchGetItem", "BatchGetItem", "TransactWriteItems"})
		two.expectCounts(t, []int{2, 3, 9}, []int{6, 7})
		two.sent.Sent()

		// The same value once more is another transaction.
		if err := add.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		second, _ := two.sentTokens(t)
		if len(first) != 1 || len(second) != 1 || first[0] == second[0] {
			t.Errorf("tokens %q and %q, want two that differ", first, second)
		}
		two.expectCounts(t, []int{3, 4, 9}, []int{7, 8})
	})
}

// Another writer changes a facet behind the read: the transaction is built anew
// from what the refusal returned, and has another token.
func TestTransactionFollowsAFacetThatChanges(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		two := openTwo(t, options...)
		behind := ddbtable.Open(two.db.Client(), tasks, ddbtable.TableName(two.tasks.Name()))
		r := record(two.db)
		two.client, two.sent = r.client, ddbtest.Record(r.client)
		two.client = two.sent.Client()
		for changes, want := range map[int]int{0: 1, 1: 2, 5: 6, 6: 6} {
			put(t, behind, task{ID: "a", Team: "x", Count: 100})
			left := changes
			r.before = func(operation string) {
				if operation != "TransactWriteItems" || left == 0 {
					return
				}
				left--
				if _, err := behind.Update(taskID.Eq("a")).Change(ddbtable.Add(taskCount, 10)).Run(context.Background()); err != nil {
					t.Error(err)
				}
			}
			err := two.adds().Run(t.Context())
			if changes > 5 != (err != nil) || err != nil && !errors.Is(err, ddbtable.ErrConflict) {
				t.Errorf("%d changes: %v", changes, err)
			}
			tokens, operations := two.sentTokens(t)
			expect(t, "reads", operations[:2], []string{"BatchGetItem", "BatchGetItem"})
			if len(operations) != 2+want || len(slices.Compact(slices.Sorted(slices.Values(tokens)))) != want {
				t.Errorf("%d changes: sent %q with tokens %q, want %d transactions", changes, operations, tokens, want)
			}
			got, err := behind.Get(t.Context(), taskID.Eq("a"))
			if added := 101 + 10*changes; changes <= 5 && (err != nil || got.Count != added) {
				t.Errorf("%d changes: count is %d, %v; want %d", changes, got.Count, err, added)
			}
		}
	})
}

// A condition that fails beside a changed facet is told, not tried again.
func TestFailedConditionBesideAChangedFacet(t *testing.T) {
	two := openTwo(t)
	r := record(two.db)
	r.before = func(operation string) {
		if operation == "TransactWriteItems" {
			if _, err := two.tasks.Update(taskID.Eq("a")).Change(ddbtable.Add(taskCount, 10)).Run(context.Background()); err != nil {
				t.Error(err)
			}
		}
	}
	err := ddbtable.WriteTransaction(r.client,
		two.tasks.Update(taskID.Eq("a")).Change(ddbtable.Add(taskCount, 1)),
		two.claims.Create(markedClaim{ID: "a"}),
	).Run(t.Context())
	if !errors.Is(err, ddbtable.ErrExists) {
		t.Errorf("Run: %v", err)
	}
	r.expectSent(t, "Run", "BatchGetItem", "TransactWriteItems")
}

func TestUpdateOfNothingEndsATransaction(t *testing.T) {
	two := openTwo(t)
	err := ddbtable.WriteTransaction(two.client,
		two.claims.Delete(markedID.Eq("a")),
		two.tasks.Update(taskID.Eq("none")).Change(ddbtable.Add(taskCount, 1)),
	).Run(t.Context())
	canceled, ok := errors.AsType[*ddbtable.TransactionError](err)
	if !ok || len(canceled.Reasons) != 2 || canceled.Reasons[0].Err != nil || !errors.Is(canceled.Reasons[1].Err, ddbtable.ErrNotFound) {
		t.Errorf("Run: %v", err)
	}
	_, operations := two.sentTokens(t)
	expect(t, "requests", operations, []string{"BatchGetItem"})
}

// With a token of the caller's a repetition is not applied again, so that the
// transaction must be the same to the byte: facets must be known.
func TestTransactionWithATokenOfItsOwn(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		two := openTwo(t, options...)
		err := two.adds().Token("t").Run(t.Context())
		if _, planned := errors.AsType[*ddbtable.PlanError](err); !planned || !strings.Contains(err.Error(), "write 0: with a token of your own every facet must be known: count not given") {
			t.Errorf("unknown facets: %v", err)
		}
		for _, token := range []string{"", strings.Repeat("t", 37)} {
			if err := ddbtable.WriteTransaction(two.client, two.tasks.Delete(taskID.Eq("a"))).Token(token).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "give 1 to 36") {
				t.Errorf("a token of %d bytes: %v", len(token), err)
			}
		}
		two.sentTokens(t)

		coins := ddbtest.Table(t, two.client, coins, options...)
		put(t, coins, coin{ID: "a", N: 1})
		two.sent.Sent()
		add := ddbtable.WriteTransaction(two.client,
			coins.Update(coinID.Eq("a")).Change(ddbtable.Add(coinN, 1)),
			two.tasks.Update(taskID.Eq("a")).Change(taskCount.Set(7)),
		).Token("mine")
		for range 2 {
			if err := add.Run(t.Context()); err != nil {
				t.Error(err)
			}
		}
		tokens, _ := two.sentTokens(t)
		expect(t, "tokens", tokens, []string{"mine", "mine"})
		got, err := coins.Get(t.Context(), coinID.Eq("a"))
		if err != nil || got.N != 2 {
			t.Errorf("%+v, %v; want it to be added once", got, err)
		}

		// Another transaction with the token is refused. So is the same with a
		// write id, which is another for each Run.
		err = ddbtable.WriteTransaction(two.client, coins.Delete(coinID.Eq("a"))).Token("mine").Run(t.Context())
		if _, used := errors.AsType[*types.IdempotentParameterMismatchException](err); !used || !strings.Contains(err.Error(), "the token was used within the last 10 minutes") {
			t.Errorf("another transaction: %v", err)
		}
	})
}

// Each part tells its reason, its condition and the stored item, in its type.
func TestTransactionErrorTellsEachReason(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		two := openTwo(t, options...)
		err := ddbtable.WriteTransaction(two.client,
			two.tasks.Create(task{ID: "secret"}),
			two.tasks.Create(task{ID: "a"}),
			two.claims.Update(markedID.Eq("a")).Change(markedWorker.Set("me")).If(markedWorker.Eq("nobody at all")),
			two.claims.Check(markedID.Eq("none")),
			two.tasks.Delete(taskID.Eq("b")).If(taskCount.Gt(2)),
		).Run(t.Context())
		canceled, ok := errors.AsType[*ddbtable.TransactionError](err)
		if !ok || len(canceled.Reasons) != 5 {
			t.Fatalf("Run: %v, want 5 reasons", err)
		}
		r := canceled.Reasons
		expect(t, "the first write", r[0], ddbtable.TransactionReason{Table: two.tasks.Name(), Code: "None"})
		expectReason(t, r[1], ddbtable.ErrExists, "attribute_not_exists(id)", &task{ID: "a", Team: "x", Count: 1, Name: "a#001"})
		expectReason(t, r[3], ddbtable.ErrNotFound, "attribute_exists(id)", (*markedClaim)(nil))
		expectReason(t, r[4], ddbtable.ErrConditionFailed, "count > ?", &task{ID: "b", Team: "x", Count: 2, Name: "b#002"})
		old, ok := errors.AsType[*ddbtable.ConditionError[markedClaim]](r[2].Err)
		if !ok || old.Old == nil || old.Old.Tries != 5 || !strings.HasSuffix(r[2].Condition, "worker = ?") {
			t.Errorf("%+v", r[2])
		}
		for _, secret := range []string{"secret", "nobody at all"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error tells a value: %v", err)
			}
		}
		if _, ok := errors.AsType[*types.TransactionCanceledException](err); !ok {
			t.Errorf("%v has no error of the SDK", err)
		}
		two.expectCounts(t, []int{1, 2, 0}, []int{5, 6})
	})
}

func expectReason[T any](t *testing.T, r ddbtable.TransactionReason, kind error, condition string, old *T) {
	t.Helper()
	failed, ok := errors.AsType[*ddbtable.ConditionError[T]](r.Err)
	if !ok || !errors.Is(r.Err, kind) || failed.Ambiguous || r.Code != "ConditionalCheckFailed" || r.Condition != condition {
		t.Errorf("%+v, want %v for %s", r, kind, condition)
		return
	}
	expect(t, condition, failed.Old, old)
}

func TestConflictsAreTriedAgainOnRequest(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		clock := new(restClock)
		two := openTwo(t, append(options, ddbtable.UseClock(clock))...)
		write := ddbtable.WriteTransaction(two.client, two.tasks.Update(taskID.Eq("a")).Change(taskPriority.Set(3)), two.claims.Delete(markedID.Eq("a")))
		for _, test := range []struct{ conflicts, retries, sent int }{{1, 0, 1}, {3, 2, 3}, {2, 2, 3}, {0, 2, 1}} {
			fault := two.db.Inject(embedded.Fault{Effect: embedded.Conflict, Operation: "TransactWriteItems", Times: max(test.conflicts, 1)})
			if test.conflicts == 0 {
				fault.Stop()
			}
			clock.pauses = nil
			err := write.RetryConflicts(test.retries).Run(t.Context())
			fault.Stop()
			if failed := test.conflicts > test.retries; failed != (err != nil) || failed && !errors.Is(err, ddbtable.ErrConflict) {
				t.Errorf("%+v: %v", test, err)
			}
			tokens, _ := two.sentTokens(t)
			if n := len(slices.Compact(slices.Sorted(slices.Values(tokens)))); n != test.sent || len(clock.pauses) != test.sent-1 {
				t.Errorf("%+v: sent with %d tokens, %d pauses", test, n, len(clock.pauses))
			}
		}
		// What a condition refuses is refused again, so it is not tried.
		err := ddbtable.WriteTransaction(two.client, two.tasks.Create(task{ID: "a"})).RetryConflicts(3).Run(t.Context())
		if tokens, _ := two.sentTokens(t); !errors.Is(err, ddbtable.ErrExists) || len(tokens) != 1 {
			t.Errorf("a failed condition: %v, sent %d times", err, len(tokens))
		}
		if err := write.RetryConflicts(-1).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "RetryConflicts is negative") {
			t.Errorf("RetryConflicts(-1): %v", err)
		}
	})
}

// What DynamoDB would refuse is found before it is sent.
func TestTransactionRefusals(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		two := openTwo(t, options...)
		many, large := []ddbtable.TransactWrite{}, []ddbtable.TransactWrite{}
		for i := range 101 {
			many = append(many, two.tasks.Delete(taskID.Eq(strconv.Itoa(i))))
		}
		for i := range 11 {
			large = append(large, two.tasks.Create(task{ID: strconv.Itoa(i), Team: strings.Repeat("x", 390<<10)}))
		}
		arn := ddbtable.Open(two.client, tasks, append(options, ddbtable.TableName("arn:aws:dynamodb:us-east-1:111122223333:table/"+two.tasks.Name()))...)
		prices := ddbtable.Open(two.client, tariffs, options...)
		for _, test := range []struct {
			want   string
			writes []ddbtable.TransactWrite
		}{
			{"a transaction has 1 to 100 writes, not 0", nil},
			{"a transaction has 1 to 100 writes, not 101", many},
			{"bytes together, the limit is 4194304; split it", large},
			{"writes 0 and 1 are about the same item", []ddbtable.TransactWrite{two.tasks.Create(task{ID: "a"}), two.tasks.Check(taskID.Eq("a"))}},
			{"writes 0 and 1 are about the same item", []ddbtable.TransactWrite{two.tasks.Delete(taskID.Eq("a")), arn.Delete(taskID.Eq("a"))}},
			{"writes 0 and 1 are about the same item", []ddbtable.TransactWrite{prices.Put(tariff{Price: "1"}), prices.Put(tariff{Price: "1.0"})}},
			{"writes 1 and 2 are about the same item", []ddbtable.TransactWrite{nil, two.tasks.Create(task{ID: "a"}), two.tasks.Check(taskID.Eq("a"))}},
			{"write 0 is nil; leave it out", []ddbtable.TransactWrite{nil}},
			{"Idempotent has no meaning in a transaction", []ddbtable.TransactWrite{two.tasks.Create(task{ID: "n"}).Idempotent()}},
		} {
			err := ddbtable.WriteTransaction(two.client, test.writes...).Run(t.Context())
			if _, planned := errors.AsType[*ddbtable.PlanError](err); !planned || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v\nwant %q", err, test.want)
			}
		}
		if err := ddbtable.WriteTransaction(nil, two.tasks.Delete(taskID.Eq("a"))).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "client is nil") {
			t.Errorf("without a client: %v", err)
		}
		if _, operations := two.sentTokens(t); operations != nil {
			t.Errorf("sent %q", operations)
		}
	})
}

// An answer that is lost behind the transaction does no harm: the SDK's next
// attempt has the same token.
func TestLostAnswerOfATransaction(t *testing.T) {
	for name, effect := range lost {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
				two := openTwo(t, options...)
				answerLost(two.db, "TransactWriteItems", effect)
				if err := two.adds().Run(t.Context()); err != nil {
					t.Fatal(err)
				}
				tokens, operations := two.sentTokens(t)
				expect(t, "requests", operations, []string{"BatchGetItem", "BatchGetItem", "TransactWriteItems", "TransactWriteItems"})
				if tokens[0] != tokens[1] {
					t.Errorf("tokens %q, want one", tokens)
				}
				two.expectCounts(t, []int{2, 3, 9}, []int{6, 7})

				coins := ddbtest.Table(t, two.client, coins, options...)
				answerLost(two.db, "TransactWriteItems", effect)
				err := ddbtable.WriteTransaction(two.client, coins.Create(coin{ID: "a"}), two.claims.Delete(markedID.Eq("a")).If(markedTries.Eq(6))).Run(t.Context())
				if err != nil {
					t.Errorf("Create and Delete: %v", err)
				}
			})
		})
	}
}

// An attempt whose answer is lost may have been applied. What meets a conflict
// behind it is sent again under its token, so that it adds no second time.
func TestConflictBehindALostAnswer(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		two := openTwo(t, append(options, ddbtable.UseClock(new(restClock)))...)
		answerLost(two.db, "TransactWriteItems", embedded.FailAfter)
		two.db.Inject(embedded.Fault{Effect: embedded.Conflict, Operation: "TransactWriteItems", Times: 1})
		write := ddbtable.WriteTransaction(two.client, two.tasks.Update(taskID.Eq("a")).Change(ddbtable.Add(taskPriority, 1))).RetryConflicts(1)
		if err := write.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		tokens, _ := two.sentTokens(t)
		if len(tokens) != 3 || len(slices.Compact(tokens)) != 1 {
			t.Errorf("tokens %q, want one three times", tokens)
		}
		if got, err := two.tasks.Get(t.Context(), taskID.Eq("a")); err != nil || got.Priority != 1 {
			t.Errorf("added %d, %v", got.Priority, err)
		}
	})
}

func TestGetTransactionReadsInto(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		two := openTwo(t, options...)
		var a, none *task
		var claimed *markedClaim
		reads := []ddbtable.TransactRead{
			two.tasks.GetInto(&a, taskID.Eq("a")),
			two.claims.Project(markedTries).GetInto(&claimed, markedID.Eq("b")),
			two.tasks.GetInto(&none, taskID.Eq("none")),
		}
		none = new(task)
		if err := ddbtable.GetTransaction(t.Context(), two.client, reads...); err != nil {
			t.Fatal(err)
		}
		expect(t, "a", a, &task{ID: "a", Team: "x", Count: 1, Name: "a#001"})
		expect(t, "claimed", claimed, &markedClaim{Tries: 6})
		expect(t, "none", none, (*task)(nil))

		// An item that cannot be read is told, and the others are there.
		name := two.tasks.Name()
		if _, err := two.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: map[string]types.AttributeValue{
			"id": &types.AttributeValueMemberS{Value: "a"}, "count": &types.AttributeValueMemberN{Value: "1"},
			"team": &types.AttributeValueMemberS{Value: "x"}, "name": &types.AttributeValueMemberS{Value: "a#009"},
		}}); err != nil {
			t.Fatal(err)
		}
		claimed = nil
		err := ddbtable.GetTransaction(t.Context(), two.client, reads...)
		if bad, ok := errors.AsType[*ddbtable.ItemError](err); !ok || !errors.Is(err, ddbtable.ErrStale) || bad.Attribute != "name" || a == nil || claimed == nil {
			t.Errorf("a stale item: %v; %v, %v", err, a, claimed)
		}

		two.db.Inject(embedded.Fault{Effect: embedded.Conflict, Operation: "TransactGetItems", Times: 1})
		err = ddbtable.GetTransaction(t.Context(), two.client, reads...)
		if canceled, ok := errors.AsType[*ddbtable.TransactionError](err); !ok || !errors.Is(canceled.Reasons[0].Err, ddbtable.ErrConflict) || strings.Contains(err.Error(), "write 0") {
			t.Errorf("a conflict: %v", err)
		}

		two.sent.Sent()
		var nowhere **task
		for want, reads := range map[string][]ddbtable.TransactRead{
			"a transaction has 1 to 100 reads, not 0":   nil,
			"a transaction has 1 to 100 reads, not 101": slices.Repeat(reads[:1], 101),
			"read 1 is nil; leave it out":               {reads[0], nil},
			"GetInto has no place for the item":         {two.tasks.GetInto(nowhere, taskID.Eq("a"))},
			"reads 0 and 2 are about the same item":     append(slices.Clone(reads[:2]), two.tasks.Project(taskTeam).GetInto(&a, taskID.Eq("a"))),
			"read 0: id is missing":                     {two.tasks.GetInto(&a)},
		} {
			if err := ddbtable.GetTransaction(t.Context(), two.client, reads...); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v\nwant %q", err, want)
			}
		}
		if all := two.sent.Sent(); len(all) != 0 {
			t.Errorf("sent %v", all)
		}
	})
}
