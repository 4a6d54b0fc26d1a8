package ddbtable_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
	"example.com/ddb/ddbtable/embedded"
)

// A recorder is a client that keeps the name and the input of every request.
// Before is called with the operation's name in front of each.
type recorder struct {
	*dynamodb.Client
	before func(operation string)

	mu     sync.Mutex
	names  []string
	inputs []any
}

func record(client *dynamodb.Client) *recorder { return &recorder{Client: client} }

func (r *recorder) note(operation string, input any) {
	r.mu.Lock()
	r.names = append(r.names, operation)
	r.inputs = append(r.inputs, input)
	before := r.before
	r.mu.Unlock()
	if before != nil {
		before(operation)
	}
}

// sent returns the operations since the last call of sent.
func (r *recorder) sent() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	names := r.names
	r.names, r.inputs = nil, nil
	return names
}

// lastQuery returns the input of the query that was sent last.
func (r *recorder) lastQuery() *dynamodb.QueryInput {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.inputs[len(r.inputs)-1].(*dynamodb.QueryInput)
}

// expectSent fails the test unless exactly these operations were sent since
// the last look.
func (r *recorder) expectSent(t *testing.T, what string, want ...string) {
	t.Helper()
	if got := r.sent(); !slices.Equal(got, want) {
		t.Errorf("%s sent %q, want %q", what, got, want)
	}
}

func (r *recorder) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	r.note("GetItem", in)
	return r.Client.GetItem(ctx, in, o...)
}

func (r *recorder) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	r.note("PutItem", in)
	return r.Client.PutItem(ctx, in, o...)
}

func (r *recorder) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	r.note("UpdateItem", in)
	return r.Client.UpdateItem(ctx, in, o...)
}

func (r *recorder) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, o ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	r.note("DeleteItem", in)
	return r.Client.DeleteItem(ctx, in, o...)
}

func (r *recorder) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	r.note("Query", in)
	return r.Client.Query(ctx, in, o...)
}

func (r *recorder) CreateTable(ctx context.Context, in *dynamodb.CreateTableInput, o ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error) {
	r.note("CreateTable", in)
	return r.Client.CreateTable(ctx, in, o...)
}

func (r *recorder) DescribeTable(ctx context.Context, in *dynamodb.DescribeTableInput, o ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	r.note("DescribeTable", in)
	return r.Client.DescribeTable(ctx, in, o...)
}

func (r *recorder) DeleteTable(ctx context.Context, in *dynamodb.DeleteTableInput, o ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error) {
	r.note("DeleteTable", in)
	return r.Client.DeleteTable(ctx, in, o...)
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
	r := record(db.Client())
	table := ddbtest.Table(t, r, def, options...)
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

// expectText fails the test unless the error has exactly that text.
func expectText(t *testing.T, what string, err error, want string) {
	t.Helper()
	got := "<nil>"
	if err != nil {
		got = err.Error()
	}
	if got != want {
		t.Errorf("%s\n got: %s\nwant: %s", what, got, want)
	}
}
