package embedded_test

import (
	"errors"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable/embedded"
)

func addToken(t *testing.T, c *dynamodb.Client, amount string) error {
	t.Helper()
	_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
		ClientRequestToken: aws.String("token"),
		TransactItems: []types.TransactWriteItem{{Update: &types.Update{
			TableName: aws.String("tab"), Key: item{"a": s("k")}, UpdateExpression: aws.String("ADD n :n"),
			ExpressionAttributeValues: item{":n": n(amount)},
		}}},
	})
	return err
}

func TestATokenLivesTenMinutesAndOutlivesARestart(t *testing.T) {
	now := time.Unix(1e9, 0)
	path := filepath.Join(t.TempDir(), "data")
	opts := []embedded.Option{embedded.File(path), embedded.Clock(func() time.Time { return now })}
	db := open(t, opts...)
	createTable(t, db.Client(), false)
	if err := addToken(t, db.Client(), "1"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	c := open(t, opts...).Client()
	now = now.Add(10*time.Minute - 1)
	if err := addToken(t, c, "1"); err != nil {
		t.Fatal(err)
	}
	if _, ok := errors.AsType[*types.IdempotentParameterMismatchException](addToken(t, c, "2")); !ok {
		t.Error("another transaction with the token passed")
	}
	if got := text(get(t, c, item{"a": s("k")})["n"]); got != "1" {
		t.Errorf("n is %s before the token ended", got)
	}
	now = now.Add(1)
	if err := addToken(t, c, "2"); err != nil {
		t.Fatal(err)
	}
	if got := text(get(t, c, item{"a": s("k")})["n"]); got != "3" {
		t.Errorf("n is %s after the token ended", got)
	}
}

func TestTheSDKReadsTheReasonsOfACancelledTransaction(t *testing.T) {
	c := open(t).Client()
	createTable(t, c, false)
	put(t, c, item{"a": s("k"), "n": n("1")})
	_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: aws.String("tab"), Item: item{"a": s("l")}}},
		{Put: &types.Put{
			TableName: aws.String("tab"), Item: item{"a": s("k")}, ConditionExpression: aws.String("attribute_not_exists(a)"),
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}},
	}})
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		t.Fatalf("error: %v", err)
	}
	reasons := cancelled.CancellationReasons
	if len(reasons) != 2 || *reasons[0].Code != "None" || *reasons[1].Code != "ConditionalCheckFailed" ||
		text(reasons[1].Item["n"]) != "1" || cancelled.ErrorMessage() == "" {
		t.Errorf("reasons: %+v", reasons)
	}
	if get(t, c, item{"a": s("l")}) != nil {
		t.Error("a part of the transaction was done")
	}
}

// TestTransactionsKeepTheSum moves amounts between two items while others read
// both: every read sees the same sum.
func TestTransactionsKeepTheSum(t *testing.T) {
	c := open(t).Client()
	createTable(t, c, false)
	put(t, c, item{"a": s("x"), "n": n("100")})
	put(t, c, item{"a": s("y"), "n": n("100")})
	add := func(key, amount string) types.TransactWriteItem {
		return types.TransactWriteItem{Update: &types.Update{
			TableName: aws.String("tab"), Key: item{"a": s(key)}, UpdateExpression: aws.String("ADD n :n"),
			ExpressionAttributeValues: item{":n": n(amount)},
		}}
	}
	get := func(key string) types.TransactGetItem {
		return types.TransactGetItem{Get: &types.Get{TableName: aws.String("tab"), Key: item{"a": s(key)}}}
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 50 {
				if _, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
					TransactItems: []types.TransactWriteItem{add("x", "-50"), add("y", "50")},
				}); err != nil {
					t.Error(err)
				}
				if _, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
					TransactItems: []types.TransactWriteItem{add("x", "50"), add("y", "-50")},
				}); err != nil {
					t.Error(err)
				}
			}
		})
		group.Go(func() {
			for range 50 {
				out, err := c.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{
					TransactItems: []types.TransactGetItem{get("x"), get("y")},
				})
				if err != nil {
					t.Error(err)
					continue
				}
				sum := numberOf(t, out.Responses[0].Item["n"]) + numberOf(t, out.Responses[1].Item["n"])
				if sum != 200 {
					t.Errorf("the sum is %d", sum)
				}
			}
		})
	}
	group.Wait()
}

func TestABatchStopsReadingAt16MB(t *testing.T) {
	c := open(t).Client()
	createTable(t, c, false)
	big := make([]byte, 399<<10)
	keys := []item{}
	for i := range 50 {
		key := item{"a": s(string(rune('A' + i)))}
		keys = append(keys, key)
		put(t, c, item{"a": key["a"], "b": &types.AttributeValueMemberB{Value: big}})
	}
	out, err := c.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{
		RequestItems: map[string]types.KeysAndAttributes{"tab": {Keys: keys, ConsistentRead: aws.Bool(true)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	left := out.UnprocessedKeys["tab"]
	if got := len(out.Responses["tab"]); got != 41 || len(left.Keys) != 9 || !aws.ToBool(left.ConsistentRead) {
		t.Errorf("%d read, %d left", got, len(left.Keys))
	}
}

func numberOf(t *testing.T, v types.AttributeValue) int {
	t.Helper()
	i, err := strconv.Atoi(text(v))
	if err != nil {
		t.Error(err)
	}
	return i
}

func TestAConflictCancelsATransaction(t *testing.T) {
	db := open(t)
	c := db.Client()
	createTable(t, c, false)
	db.Inject(embedded.Fault{Effect: embedded.Conflict, Table: "tab", Times: 1})
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](addToken(t, c, "1"))
	if !ok || *cancelled.CancellationReasons[0].Code != "TransactionConflict" {
		t.Errorf("error: %v", cancelled)
	}
	if err := addToken(t, c, "1"); err != nil {
		t.Error(err)
	}
	if got := text(get(t, c, item{"a": s("k")})["n"]); got != "1" {
		t.Errorf("n is %s", got)
	}
}
