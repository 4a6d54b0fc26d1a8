package engine

import (
	"runtime"
	"sync/atomic"
	"testing"

	"example.com/ddb/internal/engine/store"
)

// A recording store counts the writes that have begun and those that are done.
type recording struct {
	store.Store
	begun, done atomic.Int64
}

// Write implements store.Store. It lingers, so that whoever does not wait for
// it is ahead of it.
func (r *recording) Write(plan store.Plan) error {
	r.begun.Add(1)
	defer r.done.Add(1)
	err := r.Store.Write(plan)
	for range 1000 {
		runtime.Gosched()
	}
	return err
}

// acknowledged are requests that write, each to what the one before has left.
var acknowledged = []struct{ operation, body string }{
	{"CreateTable", `{"TableName":"tab","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],
		"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}]}`},
	{"PutItem", `{"TableName":"tab","Item":{"a":{"S":"k"}}}`},
	{"UpdateItem", `{"TableName":"tab","Key":{"a":{"S":"k"}},"UpdateExpression":"ADD n :n",
		"ExpressionAttributeValues":{":n":{"N":"1"}}}`},
	{"DeleteItem", `{"TableName":"tab","Key":{"a":{"S":"k"}}}`},
	{"BatchWriteItem", `{"RequestItems":{"tab":[{"PutRequest":{"Item":{"a":{"S":"k"}}}}]}}`},
	{"TransactWriteItems", `{"TransactItems":[{"Delete":{"TableName":"tab","Key":{"a":{"S":"k"}}}}]}`},
	{"TagResource", `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/tab","Tags":[{"Key":"a","Value":"b"}]}`},
	{"UpdateTimeToLive", `{"TableName":"tab","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"t"}}`},
	{"UpdateTable", `{"TableName":"tab","DeletionProtectionEnabled":false,"TableClass":"STANDARD_INFREQUENT_ACCESS"}`},
	{"DeleteTable", `{"TableName":"tab"}`},
}

func TestNoRequestIsAnsweredBeforeItsWriteIsDone(t *testing.T) {
	s := &recording{Store: store.NewMemory()}
	e, err := New(Config{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for _, r := range acknowledged {
		before := s.done.Load()
		_, err := e.Serve(t.Context(), r.operation, []byte(r.body), nil)
		if begun, done := s.begun.Load(), s.done.Load(); err != nil || done == before || begun != done {
			t.Errorf("%s: %d writes begun, %d done, %d before, %v", r.operation, begun, done, before, err)
		}
	}
}
