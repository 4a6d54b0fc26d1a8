package embedded_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable/embedded"
)

// tables makes tables "tab" and "other", each with the items k0 to k5.
func tables(t *testing.T, c *dynamodb.Client) {
	t.Helper()
	for _, name := range []string{"tab", "other"} {
		_, err := c.CreateTable(t.Context(), &dynamodb.CreateTableInput{
			TableName: aws.String(name), BillingMode: types.BillingModePayPerRequest, KeySchema: keySchema("a HASH"),
			AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("a"), AttributeType: "S"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 6 {
			_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(name), Item: item{"a": s(fmt.Sprint("k", i))}})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// readAll reads the items k0 to k5 of both tables in one batch.
func readAll(t *testing.T, c *dynamodb.Client) (*dynamodb.BatchGetItemOutput, error) {
	t.Helper()
	in := &dynamodb.BatchGetItemInput{RequestItems: make(map[string]types.KeysAndAttributes)}
	for _, name := range []string{"tab", "other"} {
		var keys []item
		for i := range 6 {
			keys = append(keys, item{"a": s(fmt.Sprint("k", i))})
		}
		in.RequestItems[name] = types.KeysAndAttributes{Keys: keys, ConsistentRead: aws.Bool(true)}
	}
	return c.BatchGetItem(t.Context(), in)
}

func keys(items []item) []string {
	var all []string
	for _, it := range items {
		all = append(all, text(it["a"]))
	}
	slices.Sort(all)
	return all
}

func TestKeysLeftUnprocessed(t *testing.T) {
	tests := []struct {
		name       string
		fault      embedded.Fault
		tab, other int // keys that are left
	}{
		{"all of a table", embedded.Fault{Table: "tab"}, 6, 0},
		{"every second of a table", embedded.Fault{Table: "tab", Every: 2}, 3, 0},
		{"behind the fourth of a table", embedded.Fault{Table: "other", Skip: 4}, 0, 2},
		{"three of a table", embedded.Fault{Table: "tab", Times: 3}, 3, 0},
		{"of another operation", embedded.Fault{Operation: "BatchWriteItem"}, 0, 0},
		{"of another table", embedded.Fault{Table: "none"}, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			db := open(t)
			c := db.Client(once)
			tables(t, c)
			test.fault.Effect = embedded.Unprocessed
			fault := db.Inject(test.fault)
			out, err := readAll(t, c)
			if err != nil {
				t.Fatal(err)
			}
			for name, left := range map[string]int{"tab": test.tab, "other": test.other} {
				unprocessed := out.UnprocessedKeys[name]
				if len(unprocessed.Keys) != left || left > 0 && !aws.ToBool(unprocessed.ConsistentRead) {
					t.Errorf("of %s are left: %v, want %d", name, unprocessed, left)
				}
				got := keys(append(unprocessed.Keys, out.Responses[name]...))
				if want := []string{"k0", "k1", "k2", "k3", "k4", "k5"}; !slices.Equal(got, want) {
					t.Errorf("of %s are left or read: %v", name, got)
				}
			}
			if fault.Hits() != test.tab+test.other {
				t.Errorf("%d hits", fault.Hits())
			}
		})
	}
}

func TestWritesLeftUnprocessed(t *testing.T) {
	db := open(t)
	c := db.Client(once)
	tables(t, c)
	db.Inject(embedded.Fault{Effect: embedded.Unprocessed, Table: "tab", Every: 2})
	var writes []types.WriteRequest
	for i := range 4 {
		key := item{"a": s(fmt.Sprint("k", i))}
		if i < 2 {
			writes = append(writes, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: key}})
			continue
		}
		key["n"] = n("1")
		writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: key}})
	}
	out, err := c.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{
		RequestItems: map[string][]types.WriteRequest{"tab": writes, "other": writes},
	})
	if err != nil {
		t.Fatal(err)
	}
	left := out.UnprocessedItems["tab"]
	if len(left) != 2 || len(out.UnprocessedItems) != 1 {
		t.Fatalf("left: %v", out.UnprocessedItems)
	}
	if left[0].DeleteRequest == nil || text(left[0].DeleteRequest.Key["a"]) != "k1" ||
		left[1].PutRequest == nil || text(left[1].PutRequest.Item["n"]) != "1" {
		t.Errorf("left: %v", left)
	}
	for key, want := range map[string]string{"k0": "gone", "k1": "old", "k2": "new", "k3": "old"} {
		got := "gone"
		if it := get(t, c, item{"a": s(key)}); it["n"] != nil {
			got = "new"
		} else if it != nil {
			got = "old"
		}
		if got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
}

func TestABatchOfWhichNothingIsProcessedIsThrottled(t *testing.T) {
	db := open(t)
	c := db.Client(once)
	tables(t, c)
	db.Inject(embedded.Fault{Effect: embedded.Unprocessed})
	_, err := readAll(t, c)
	if _, ok := errors.AsType[*types.ProvisionedThroughputExceededException](err); !ok {
		t.Errorf("BatchGetItem: %v", err)
	}
	_, err = c.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{
		"tab": {{DeleteRequest: &types.DeleteRequest{Key: item{"a": s("k0")}}}},
	}})
	if _, ok := errors.AsType[*types.ProvisionedThroughputExceededException](err); !ok {
		t.Errorf("BatchWriteItem: %v", err)
	}
	if get(t, c, item{"a": s("k0")}) == nil {
		t.Error("k0 is gone")
	}
}

// A fault is only what the service could do.
func TestWhatAnEffectCanStrike(t *testing.T) {
	db := open(t)
	c := db.Client(once)
	if _, err := c.CreateTable(t.Context(), withLocalIndexes(1)); err != nil {
		t.Fatal(err)
	}
	key := item{"a": s("k"), "b": s("k")}
	update := aws.String("ADD n :one")
	values := item{":one": n("1")}
	table := aws.String("tab")
	calls := map[string]func() error{
		"PutItem": func() error {
			_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: key})
			return err
		},
		"UpdateItem": func() error {
			_, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
				TableName: table, Key: key, UpdateExpression: update, ExpressionAttributeValues: values,
			})
			return err
		},
		"DeleteItem": func() error {
			_, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: key})
			return err
		},
		"GetItem": func() error {
			_, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: key})
			return err
		},
		"Scan": func() error {
			_, err := c.Scan(t.Context(), &dynamodb.ScanInput{TableName: table})
			return err
		},
		"BatchWriteItem": func() error {
			_, err := c.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{
				"tab": {{PutRequest: &types.PutRequest{Item: key}}},
			}})
			return err
		},
		"TransactWriteItems": func() error {
			_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
				{Update: &types.Update{TableName: table, Key: key, UpdateExpression: update, ExpressionAttributeValues: values}},
			}})
			return err
		},
		"TransactGetItems": func() error {
			_, err := c.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{
				{Get: &types.Get{TableName: table, Key: key}},
			}})
			return err
		},
		"DescribeTable": func() error {
			_, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: table})
			return err
		},
	}
	tests := []struct {
		name  string
		fault embedded.Fault
		codes map[string]string
	}{
		{"Conflict", embedded.Fault{Effect: embedded.Conflict}, map[string]string{
			"PutItem": "TransactionConflictException", "UpdateItem": "TransactionConflictException",
			"DeleteItem": "TransactionConflictException", "TransactWriteItems": "[TransactionConflict]",
			"TransactGetItems": "[TransactionConflict]",
		}},
		{"CollectionFull", embedded.Fault{Effect: embedded.CollectionFull}, map[string]string{
			"PutItem": "ItemCollectionSizeLimitExceededException", "UpdateItem": "ItemCollectionSizeLimitExceededException",
			"BatchWriteItem": "ItemCollectionSizeLimitExceededException", "TransactWriteItems": "[ItemCollectionSizeLimitExceeded]",
		}},
		{"Throttle of tables", embedded.Fault{Effect: embedded.Throttle, Operation: "DescribeTable"}, map[string]string{
			"DescribeTable": "ThrottlingException",
		}},
		{"Throttle of an index, by a write", embedded.Fault{Effect: embedded.Throttle, Operation: "PutItem", Index: "idx0"}, map[string]string{
			"PutItem": "IndexWriteProvisionedThroughputExceeded arn:aws:dynamodb:us-east-1:000000000000:table/tab/index/idx0",
		}},
		{"Throttle of an index that is not there", embedded.Fault{Effect: embedded.Throttle, Operation: "PutItem", Index: "none"}, nil},
		{"Throttle", embedded.Fault{Effect: embedded.Throttle, Operation: "Scan"}, map[string]string{
			"Scan": "TableReadProvisionedThroughputExceeded arn:aws:dynamodb:us-east-1:000000000000:table/tab",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fault := db.Inject(test.fault)
			defer fault.Stop()
			for operation, call := range calls {
				if got := codeOf(call()); got != test.codes[operation] {
					t.Errorf("%s: %q, want %q", operation, got, test.codes[operation])
				}
			}
			if fault.Hits() != len(test.codes) {
				t.Errorf("%d hits", fault.Hits())
			}
		})
	}
}

// codeOf gives the code of an error, or what it has beside: the reason of a
// throttle or of a cancelled transaction.
func codeOf(err error) string {
	if throttled, ok := errors.AsType[*types.ProvisionedThroughputExceededException](err); ok {
		reason := throttled.ThrottlingReasons[0]
		return *reason.Reason + " " + *reason.Resource
	}
	if cancelled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		return "[" + *cancelled.CancellationReasons[0].Code + "]"
	}
	if api, ok := errors.AsType[interface {
		error
		ErrorCode() string
	}](err); ok {
		return api.ErrorCode()
	}
	return ""
}
