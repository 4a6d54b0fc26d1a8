package embedded_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func is(operator types.ComparisonOperator, values ...types.AttributeValue) types.Condition {
	return types.Condition{ComparisonOperator: operator, AttributeValueList: values}
}

// TestProgramsFromBeforeExpressions runs the calls of a program that knows no
// expressions, on an index with several attributes in its key.
func TestProgramsFromBeforeExpressions(t *testing.T) {
	c := open(t).Client()
	_, err := c.CreateTable(t.Context(), withPartitionKey(2))
	must(t, err)
	for _, b := range []string{"1", "2", "3"} {
		put(t, c, item{"a": s("p"), "b": s(b), "k0": s("x"), "k1": s("y")})
	}
	_, err = c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String("tab"), Key: item{"a": s("p"), "b": s("2")},
		AttributeUpdates: map[string]types.AttributeValueUpdate{
			"k1": {Action: types.AttributeActionPut, Value: s("z")}, "n": {Action: types.AttributeActionAdd, Value: n("5")},
		},
		Expected: map[string]types.ExpectedAttributeValue{"n": {Exists: aws.Bool(false)}},
	})
	must(t, err)
	out, err := c.Query(t.Context(), &dynamodb.QueryInput{
		TableName: aws.String("tab"), IndexName: aws.String("idx"),
		KeyConditions: map[string]types.Condition{
			"k0": is(types.ComparisonOperatorEq, s("x")), "k1": is(types.ComparisonOperatorEq, s("y")),
		},
		QueryFilter: map[string]types.Condition{"b": is(types.ComparisonOperatorNe, s("1"))},
	})
	if err != nil || out.Count != 1 || out.ScannedCount != 2 || text(out.Items[0]["b"]) != "3" {
		t.Errorf("Query: %+v, %v", out, err)
	}
	_, err = c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
		TableName: aws.String("tab"), Key: item{"a": s("p"), "b": s("2")},
		Expected: map[string]types.ExpectedAttributeValue{"n": {Value: n("6")}},
	})
	if _, failed := errors.AsType[*types.ConditionalCheckFailedException](err); !failed {
		t.Errorf("DeleteItem of another value: %v", err)
	}
	scanned, err := c.Scan(t.Context(), &dynamodb.ScanInput{
		TableName: aws.String("tab"), AttributesToGet: []string{"n"},
		ScanFilter: map[string]types.Condition{"n": is(types.ComparisonOperatorIn, n("4"), n("5.0"))},
	})
	if err != nil || len(scanned.Items) != 1 || text(scanned.Items[0]["n"]) != "5" || len(scanned.Items[0]) != 1 {
		t.Errorf("Scan: %+v, %v", scanned, err)
	}
}
