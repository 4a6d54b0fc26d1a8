package engine_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// purchases is the table of the toy store's orders, with two indexes that hold
// whole items.
const purchases = `{"TableName":"purchase","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[
	{"AttributeName":"order_id","AttributeType":"S"},{"AttributeName":"user_id","AttributeType":"S"},
	{"AttributeName":"product_id","AttributeType":"S"},{"AttributeName":"order_status_created","AttributeType":"S"}],
	"KeySchema":[{"AttributeName":"order_id","KeyType":"HASH"}],"GlobalSecondaryIndexes":[
	{"IndexName":"for_user_id","KeySchema":[{"AttributeName":"user_id","KeyType":"HASH"},
	{"AttributeName":"order_status_created","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
	{"IndexName":"for_product_id","KeySchema":[{"AttributeName":"product_id","KeyType":"HASH"},
	{"AttributeName":"order_status_created","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}`

// purchase gives a put of one of a hundred orders of a user.
func purchase(n, status int) string {
	return fmt.Sprintf(`{"TableName":"purchase","Item":{"order_id":{"S":"%036d"},"user_id":{"S":"%036d"},
		"product_id":{"S":"%036d"},"created":{"N":"%d"},"order_status":{"N":"%d"},"order_status_created":{"S":"%d_%[4]d"}}}`,
		n, 7, n, 1700000000+n, status, status)
}

// A repeater sends requests to a handler and allocates nothing itself.
type repeater struct {
	handler http.Handler
	request *http.Request
	sent    bytes.Reader
	answer  http.Header
	status  int
	size    int
}

func (r *repeater) Header() http.Header         { return r.answer }
func (r *repeater) WriteHeader(status int)      { r.status = status }
func (r *repeater) Write(p []byte) (int, error) { r.size += len(p); return len(p), nil }

func newRepeater(h http.Handler) *repeater {
	r := &repeater{handler: h, request: httptest.NewRequest(http.MethodPost, "/", nil), answer: make(http.Header)}
	r.request.Header = http.Header{
		"Content-Type": {"application/x-amz-json-1.0"}, "X-Amz-Target": {""}, "X-Amz-Date": {"20261122T000000Z"},
		"Authorization": {"AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c"},
	}
	r.request.Body = io.NopCloser(&r.sent)
	return r
}

// send sends a request and gives the length of the answer.
func (r *repeater) send(t *testing.T, target string, body []byte) int {
	r.request.Header["X-Amz-Target"][0] = target
	r.sent.Reset(body)
	r.request.ContentLength = int64(len(body))
	clear(r.answer)
	r.size = 0
	r.handler.ServeHTTP(r, r.request)
	if r.status != http.StatusOK {
		t.Fatalf("%s: status %d", target, r.status)
	}
	return r.size
}

// TestAllocations guards what the handler allocates for a request: without the
// SDK, and without what net/http takes for a connection.
func TestAllocations(t *testing.T) {
	if testing.CoverMode() != "" || raceEnabled {
		t.Skip("instrumented code allocates in its own way")
	}
	const prefix = "DynamoDB_20120810."
	r := newRepeater(newHandler(t))
	r.send(t, prefix+"CreateTable", []byte(purchases))
	for n := range 100 {
		r.send(t, prefix+"PutItem", []byte(purchase(n, 101)))
	}
	key := fmt.Sprintf(`"TableName":"purchase","Key":{"order_id":{"S":"%036d"}}`, 50)
	tests := []struct {
		operation string
		most      float64
		bodies    []string
		answer    int
	}{
		{"GetItem", 14, []string{"{" + key + "}"}, 250},
		{"PutItem", 34, []string{purchase(50, 201), purchase(50, 301)}, 2},
		{"UpdateItem", 52, []string{
			"{" + key + `,"UpdateExpression":"SET order_status = :s","ExpressionAttributeValues":{":s":{"N":"201"}}}`,
			"{" + key + `,"UpdateExpression":"SET order_status = :s","ExpressionAttributeValues":{":s":{"N":"301"}}}`,
		}, 2},
		{"Query", 46, []string{fmt.Sprintf(`{"TableName":"purchase","IndexName":"for_user_id",
			"KeyConditionExpression":"user_id = :u","ExpressionAttributeValues":{":u":{"S":"%036d"}}}`, 7)}, 25000},
		{"DeleteItem", 24, []string{"{" + key + "}"}, 2},
	}
	for _, test := range tests {
		var bodies [][]byte
		for _, body := range test.bodies {
			bodies = append(bodies, []byte(body))
		}
		target, i := prefix+test.operation, 0
		got := testing.AllocsPerRun(200, func() {
			if size := r.send(t, target, bodies[i%len(bodies)]); size < test.answer {
				t.Fatalf("%s: the answer has only %d bytes", test.operation, size)
			}
			i++
		})
		if got > test.most {
			t.Errorf("%s allocates %v times; want at most %v", test.operation, got, test.most)
		}
	}
}
