package conformance_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// engineChecks look at the engine itself, in what ddbtable builds on.
var engineChecks = []check{
	{name: "a failed condition has the stored item", needs: []feature{oldItem}, run: hasOldItem},
	{name: "a start key at the far bound is refused", needs: []feature{startKeyBounds}, run: refusesStartKey},
	{name: "a start key need not be an item's", run: takesAnyStartKey},
}

func hasOldItem(t *testing.T, e engine) {
	table := open(t, e, stocks)
	put(t, e, table, stock{Shop: "s", Number: 1, Note: "old"})
	name, condition := table.Name(), "attribute_not_exists(shop)"
	_, err := e.client.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: &name, ConditionExpression: &condition,
		Item:                                map[string]types.AttributeValue{"shop": text("s"), "number": number("1")},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
	if !ok {
		t.Fatal(err)
	}
	expect(t, "item", nil, failed.Item["note"].(*types.AttributeValueMemberS).Value, "old")
}

// startAt reads the numbers of a shop between 1 and 5 from a start key on.
func startAt(t *testing.T, e engine, at string) ([]map[string]types.AttributeValue, error) {
	t.Helper()
	table := open(t, e, stocks)
	for i := range 7 {
		put(t, e, table, stock{Shop: "s", Number: i})
	}
	name, condition := table.Name(), "shop = :s AND #n BETWEEN :lo AND :hi"
	out, err := e.client.Query(t.Context(), &dynamodb.QueryInput{
		TableName: &name, KeyConditionExpression: &condition,
		ExpressionAttributeNames:  map[string]string{"#n": "number"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":s": text("s"), ":lo": number("1"), ":hi": number("5")},
		ExclusiveStartKey:         map[string]types.AttributeValue{"shop": text("s"), "number": number(at)},
	})
	if err != nil {
		return nil, err
	}
	return out.Items, nil
}

func refusesStartKey(t *testing.T, e engine) {
	_, err := startAt(t, e, "5")
	if bad, ok := errors.AsType[smithy.APIError](err); !ok || bad.ErrorCode() != "ValidationException" {
		t.Errorf("Query: %v, want a ValidationException", err)
	}
}

func takesAnyStartKey(t *testing.T, e engine) {
	items, err := startAt(t, e, "3.5")
	expect(t, "items", err, len(items), 2)
}
