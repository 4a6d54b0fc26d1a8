package ddbtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// A Recorder keeps what is sent with its client. It may be used from any number
// of goroutines.
type Recorder struct {
	client *dynamodb.Client
	next   dynamodb.HTTPClient

	mu   sync.Mutex
	sent []Request
}

// A Request is one attempt of one request.
type Request struct {
	Operation string // such as "Query"
	Table     string // "" where a request names several
	Index     string // "" for the table itself
	Body      []byte // JSON, as it was sent
}

// String is the operation, and the index if there is one: "Query by_courier".
// The table is left out, because [Table] gives it a name by chance.
func (r Request) String() string {
	if r.Index == "" {
		return r.Operation
	}
	return r.Operation + " " + r.Index
}

// Record gives a recorder in front of a client: [Recorder.Client] sends what
// that one would, to the same place.
func Record(client *dynamodb.Client) *Recorder {
	r := new(Recorder)
	r.client = dynamodb.New(client.Options(), func(o *dynamodb.Options) { r.next, o.HTTPClient = o.HTTPClient, r })
	return r
}

// Client is the client whose requests are recorded.
func (r *Recorder) Client() *dynamodb.Client { return r.client }

// Do keeps a request and passes it on. It is called by the SDK.
func (r *Recorder) Do(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	_, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	var names struct{ TableName, IndexName string }
	// A body that is no JSON has no names; whoever answers it will say so.
	_ = json.Unmarshal(body, &names)
	r.mu.Lock()
	r.sent = append(r.sent, Request{operation, names.TableName, names.IndexName, body})
	r.mu.Unlock()
	return r.next.Do(req)
}

// Sent returns the requests since the last call of Sent or Expect, in the order
// in which they were sent. Each attempt of the SDK is one.
func (r *Recorder) Sent() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	sent := r.sent
	r.sent = nil
	return sent
}

// Expect fails the test unless exactly these requests were sent since the last
// call of Sent or Expect, in this order: "GetItem", "Query by_courier". Without
// any it is that nothing was sent. Call Sent to forget the preparations.
func (r *Recorder) Expect(t testing.TB, requests ...string) {
	t.Helper()
	var got []string
	for _, request := range r.Sent() {
		got = append(got, request.String())
	}
	if !slices.Equal(got, requests) {
		t.Errorf("ddbtest: sent %q, want %q", got, requests)
	}
}
