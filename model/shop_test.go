package model_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
	"example.com/ddb/model"
)

// opening is when the orders of the tests begin.
var opening = time.Unix(1428791681, 0).UTC()

// A shop is a store on an engine of its own.
type shop struct {
	*model.Store
	db       *embedded.DB
	client   *dynamodb.Client
	requests *recorder
}

// newShop opens a store whose table exists. Its clock stands still.
func newShop(t *testing.T, options ...model.Option) *shop {
	t.Helper()
	db, err := embedded.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s := &shop{db: db, requests: new(recorder)}
	s.client = db.Client(s.requests.watch)
	still := model.Clock(func() time.Time { return opening })
	s.Store = model.Open(s.client, slices.Concat([]model.Option{still}, options)...)
	if err := s.CreateTable(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.requests.reset()
	return s
}

// order creates an order and moves it to a status.
func (s *shop) order(t *testing.T, user, product uuid.UUID, status model.Status) model.Order {
	t.Helper()
	o, err := s.CreateOrder(t.Context(), user, product)
	if err == nil && status != model.InProgress {
		o, err = s.UpdateStatus(t.Context(), o.ID, status)
	}
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// stored is the item of an order as it is in the table, without the model.
func (s *shop) stored(t *testing.T, order uuid.UUID) map[string]types.AttributeValue {
	t.Helper()
	out, err := s.client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: new(model.Orders.Name()),
		Key:       map[string]types.AttributeValue{"order_id": &types.AttributeValueMemberS{Value: order.String()}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

// put stores an item as another program does, without the model.
func (s *shop) put(t *testing.T, item map[string]types.AttributeValue) {
	t.Helper()
	_, err := s.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new(model.Orders.Name()), Item: item})
	if err != nil {
		t.Fatal(err)
	}
}

// all collects the items of a query.
func all(t *testing.T, q ddbtable.Query[model.Order]) []model.Order {
	t.Helper()
	orders, err := ddbtable.Collect(q.All(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return orders
}

// A recorder notes the operations that a client sends.
type recorder struct {
	client     dynamodb.HTTPClient
	mu         sync.Mutex
	operations []string
}

// watch is an option of the client.
func (r *recorder) watch(o *dynamodb.Options) { r.client, o.HTTPClient = o.HTTPClient, r }

func (r *recorder) Do(req *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	r.mu.Lock()
	r.operations = append(r.operations, operation)
	r.mu.Unlock()
	return r.client.Do(req)
}

// reset forgets the operations and returns them.
func (r *recorder) reset() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	operations := r.operations
	r.operations = nil
	return operations
}
