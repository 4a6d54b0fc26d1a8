package ddbtable_test

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
	"example.com/ddb/ddbtable/embedded"
)

// A recorder stands between the SDK and an engine and keeps every request, each
// attempt by itself.
type recorder struct {
	client *dynamodb.Client
	next   dynamodb.HTTPClient

	mu     sync.Mutex
	names  []string
	last   string                 // body of the last request
	before func(operation string) // is called in front of each request
	after  func(operation string) // and behind it
}

// record gives a recorder in front of an engine.
func record(db *embedded.DB) *recorder {
	r := new(recorder)
	r.client = db.Client(func(o *dynamodb.Options) { r.next, o.HTTPClient = o.HTTPClient, r })
	return r
}

// Do passes a request on.
func (r *recorder) Do(req *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	r.mu.Lock()
	r.names, r.last = append(r.names, operation), string(body)
	before, after := r.before, r.after
	r.mu.Unlock()
	if before != nil {
		before(operation)
	}
	resp, err := r.next.Do(req)
	if after != nil {
		after(operation)
	}
	return resp, err
}

// sent returns the operations since the last call of sent.
func (r *recorder) sent() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	names := r.names
	r.names = nil
	return names
}

// expectSent fails the test unless exactly these operations were sent since
// the last look.
func (r *recorder) expectSent(t *testing.T, what string, want ...string) {
	t.Helper()
	if got := r.sent(); !slices.Equal(got, want) {
		t.Errorf("%s sent %q, want %q", what, got, want)
	}
}

// bothWays runs a test in each way in which calls can be sent.
func bothWays(t *testing.T, test func(t *testing.T, options ...ddbtable.Option)) {
	t.Run("direct", func(t *testing.T) { test(t) })
	t.Run("SDK types", func(t *testing.T) { test(t, ddbtable.SDKTypes()) })
}

// recorded opens a table of its own behind a recorder, which has forgotten the
// requests that created it.
func recorded[T any](t *testing.T, def *ddbtable.Definition[T], options ...ddbtable.Option) (*ddbtable.Table[T], *recorder) {
	t.Helper()
	table, r, _ := faulty(t, def, options...)
	return table, r
}

// faulty is recorded on an engine into which the test can inject faults.
func faulty[T any](t *testing.T, def *ddbtable.Definition[T], options ...ddbtable.Option) (*ddbtable.Table[T], *recorder, *embedded.DB) {
	t.Helper()
	db := engine(t)
	r := record(db)
	table := ddbtest.Table(t, r.client, def, options...)
	r.sent()
	return table, r, db
}

// engine opens an engine that is closed when the test ends.
func engine(t testing.TB) *embedded.DB {
	t.Helper()
	db, err := embedded.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// put stores items and fails the test if it cannot.
func put[T any](t *testing.T, table *ddbtable.Table[T], items ...T) {
	t.Helper()
	for _, item := range items {
		if _, err := table.Put(item).Run(t.Context()); err != nil {
			t.Fatalf("Put(%+v): %v", item, err)
		}
	}
}

// expect fails the test unless got equals want.
func expect(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n(-want +got)\n%s", what, diff)
	}
}
