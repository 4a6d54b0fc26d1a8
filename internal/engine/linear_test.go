package engine_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestManyEntriesTakeLinearTime guards that a body of up to 16 MiB cannot keep
// a processor for minutes: with 32 times the entries, a request takes about 32 times
// as long, whether it is refused or not, and some more for the garbage; when each
// entry is compared with each it takes 1024 times as long.
func TestManyEntriesTakeLinearTime(t *testing.T) {
	if raceEnabled || testing.Short() {
		t.Skip("compares times")
	}
	const (
		few  = 1500
		many = 32 * few
		most = 320
	)
	h := newHandler(t)
	answerTime(t, h, "CreateTable", `{"TableName":"things","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[
		{"AttributeName":"a","AttributeType":"S"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],
		"GlobalSecondaryIndexes":[{"IndexName":"keys","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],
		"Projection":{"ProjectionType":"KEYS_ONLY"}}]}`)
	const (
		updates = `"TableName":"things","Key":{"a":{"S":"big"}},"ReturnValues":"UPDATED_NEW","AttributeUpdates":{`
		key     = `"TableName":"things","Key":{"a":{"S":"k"}},`
		item    = `"TableName":"things","Item":{"a":{"S":"k"}`
		arn     = `"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/things",`
		create  = `"TableName":"other","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],`
		define  = create + `"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"GlobalSecondaryIndexes":[`
		index   = `"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"Projection":{"ProjectionType":`
	)
	for _, test := range []struct{ name, operation, before, entry, after string }{
		{"AttributeUpdates", "UpdateItem", updates, `"%d":{"Value":{"S":"x"},"Action":"PUT"}`, `}`},
		{"AttributeUpdates of what is there", "UpdateItem", updates, `"%d":{"Value":{"S":"y"},"Action":"PUT"}`, `}`},
		{"AttributeUpdates that delete", "UpdateItem", updates, `"%d":{"Action":"DELETE"}`, `}`},
		{"AttributeUpdates that add", "UpdateItem", updates, `"%d":{"Action":"ADD","Value":{"N":"1"}}`, `}`},
		{"AttributeUpdates that add again", "UpdateItem", updates, `"%d":{"Action":"ADD","Value":{"N":"1"}}`, `}`},
		{"ScanFilter of many attributes", "Scan", `"TableName":"things","ScanFilter":{`, `"%d":{"ComparisonOperator":"NOT_NULL"}`, `}`},
		{"Expected of many attributes", "PutItem", `"TableName":"things","Item":{"a":{"S":"big"}},"Expected":{`,
			`"%d":{"ComparisonOperator":"NOT_NULL"}`, `}`},
		{"AttributeUpdates of nothing", "UpdateItem", key + `"AttributeUpdates":{`, `"x%d":{}`, `}`},
		{"Expected", "PutItem", item + `},"Expected":{`, `"x%d":{"Value":{"S":"x"}}`, `}`},
		{"ScanFilter", "Scan", `"TableName":"things","ScanFilter":{`, `"x%d":{"ComparisonOperator":"NULL"}`, `}`},
		{"QueryFilter", "Query", `"TableName":"things","QueryFilter":{`, `"x%d":{"ComparisonOperator":"NULL"}`, `}`},
		{"KeyConditions", "Query", `"TableName":"things","KeyConditions":{`, `"x%d":{"ComparisonOperator":"NULL"}`, `}`},
		{"values of IN", "Scan", `"TableName":"things","ScanFilter":{"x":{"ComparisonOperator":"IN","AttributeValueList":[`,
			`{"S":"%d"}`, `]}}`},
		{"AttributesToGet", "GetItem", key + `"AttributesToGet":[`, `"x%d"`, `]`},
		{"AttributesToGet of an index", "Scan", `"TableName":"things","IndexName":"keys","AttributesToGet":[`, `"x%d"`, `]`},
		{"ExpressionAttributeNames", "GetItem", key + `"ExpressionAttributeNames":{`, `"#%d":"x"`, `}`},
		{"ExpressionAttributeValues", "DeleteItem", key + `"ExpressionAttributeValues":{`, `":%d":{"N":"1"}`, `}`},
		{"attributes", "PutItem", item, `,"x%d":{"N":"1"}`, `}`},
		{"an attribute again and again", "PutItem", item, `,"x":{"N":"%d"}`, `}`},
		{"a set of strings", "PutItem", item + `,"x":{"SS":[`, `"%d"`, `]}}`},
		{"a set of numbers", "PutItem", item + `,"x":{"NS":[`, `"%d"`, `]}}`},
		{"a set of bytes", "PutItem", item + `,"x":{"BS":[`, `"%08d"`, `]}}`},
		{"tables read", "BatchGetItem", `"RequestItems":{`, `"table%d":{"Keys":[{"a":{"S":"k"}}]}`, `}`},
		{"keys read", "BatchGetItem", `"RequestItems":{"things":{"Keys":[`, `{"a":{"S":"%d"}}`, `]}}`},
		{"tables written", "BatchWriteItem", `"RequestItems":{`, `"table%d":[]`, `}`},
		{"items written", "BatchWriteItem", `"RequestItems":{"things":[`, `{"PutRequest":{"Item":{"a":{"S":"%d"}}}}`, `]}`},
		{"TransactItems", "TransactWriteItems", `"TransactItems":[`,
			`{"Delete":{"TableName":"things","Key":{"a":{"S":"%d"}}}}`, `]`},
		{"TransactItems read", "TransactGetItems", `"TransactItems":[`,
			`{"Get":{"TableName":"things","Key":{"a":{"S":"%d"}}}}`, `]`},
		{"Tags", "TagResource", arn + `"Tags":[`, `{"Key":"k%d","Value":"v"}`, `]`},
		{"TagKeys", "UntagResource", arn + `"TagKeys":[`, `"k%d"`, `]`},
		{"AttributeDefinitions", "CreateTable", create + `"AttributeDefinitions":[`,
			`{"AttributeName":"x%d","AttributeType":"S"}`, `]`},
		{"KeySchema", "CreateTable", `"TableName":"other","KeySchema":[`, `{"AttributeName":"x%d","KeyType":"HASH"}`, `]`},
		{"GlobalSecondaryIndexes", "CreateTable", define, `{"IndexName":"index%d",` + index + `"ALL"}}`, `]`},
		{"NonKeyAttributes", "CreateTable", define + `{"IndexName":"index",` + index + `"INCLUDE","NonKeyAttributes":[`,
			`"x%d"`, `]}}]`},
		{"GlobalSecondaryIndexUpdates", "UpdateTable", `"TableName":"things","GlobalSecondaryIndexUpdates":[`,
			`{"Delete":{"IndexName":"index%d"}}`, `]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			body := func(entries int) string {
				var b strings.Builder
				b.WriteString("{" + test.before)
				for i := range entries {
					if i > 0 && test.entry[0] != ',' {
						b.WriteByte(',')
					}
					fmt.Fprintf(&b, test.entry, i)
				}
				return b.String() + test.after + "}"
			}
			short, long := body(few), body(many)
			var quick, slow time.Duration
			for range 5 {
				quick = shorter(quick, answerTime(t, h, test.operation, short))
				if slow = shorter(slow, answerTime(t, h, test.operation, long)); slow <= most*quick {
					break
				}
			}
			if slow > most*quick {
				t.Errorf("%d entries take %v, %d entries %v", few, quick, many, slow)
			}
		})
	}
}

// shorter gives the shorter of two times of which the first may be missing.
func shorter(a, b time.Duration) time.Duration {
	if a == 0 {
		return b
	}
	return min(a, b)
}

// answerTime measures a request that is refused, or not, but never for its JSON.
func answerTime(t *testing.T, h http.Handler, operation, body string) time.Duration {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header = http.Header{
		"Content-Type": {"application/x-amz-json-1.0"}, "X-Amz-Target": {"DynamoDB_20120810." + operation},
		"X-Amz-Date": {"20261122T000000Z"}, "Authorization": {"AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c"},
	}
	w := httptest.NewRecorder()
	start := time.Now()
	h.ServeHTTP(w, r)
	taken := time.Since(start)
	answer, _ := io.ReadAll(w.Body)
	if strings.Contains(string(answer), "SerializationException") || w.Code >= http.StatusInternalServerError {
		t.Fatalf("status %d: %.200s", w.Code, answer)
	}
	return taken
}
