package model_test

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"runtime/debug"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/uuid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/fields"
	"example.com/ddb/model"
)

// A cannedAnswer answers every request, without a network.
type cannedAnswer []byte

func (c cannedAnswer) Do(req *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: http.StatusOK, ContentLength: int64(len(c)), Body: io.NopCloser(bytes.NewReader(c)), Request: req,
		Header: http.Header{"X-Amz-Crc32": {strconv.FormatUint(uint64(crc32.ChecksumIEEE(c)), 10)}},
	}, nil
}

func cannedClient(answer []byte, options ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: "us-east-1", HTTPClient: cannedAnswer(answer),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret"}, nil
		}),
	}, options...)
}

// An emptyProtocol writes and reads nothing, so that a call is the SDK's own
// part of it.
type emptyProtocol struct{ smithyhttp.ClientProtocol }

func (emptyProtocol) SerializeRequest(_ context.Context, _ *smithy.OperationSchema, _ smithy.Serializable, req *smithyhttp.Request) error {
	req.Method, req.URL.Path = http.MethodPost, "/"
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810.Empty")
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	with, err := req.SetStream(bytes.NewReader([]byte("{}")))
	if err == nil {
		*req = *with
	}
	return err
}

func (emptyProtocol) DeserializeResponse(context.Context, *smithy.OperationSchema, *smithy.TypeRegistry, *smithyhttp.Response, smithy.Deserializable) error {
	return nil
}

// orderPage is the answer to a query of n orders of one user.
func orderPage(t *testing.T, user uuid.UUID, n int) []byte {
	t.Helper()
	plan, err := fields.PlanOf[model.Order]()
	if err != nil {
		t.Fatal(err)
	}
	answer := []byte(`{"Items":[`)
	for i := range n {
		if i > 0 {
			answer = append(answer, ',')
		}
		o := model.Order{ID: uuid.UUID{1, byte(i)}, UserID: user, ProductID: uuid.UUID{2}, Created: time.Unix(int64(1700000000+i), 0).UTC(), Status: model.InProgress}
		if answer, err = plan.AppendJSON(answer, &o); err != nil {
			t.Fatal(err)
		}
	}
	return fmt.Appendf(answer, `],"Count":%d,"ScannedCount":%d}`, n, n)
}

// allocations are those of one call, without the collector, which empties
// pools.
func allocations(t *testing.T, call func() error) float64 {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	return testing.AllocsPerRun(100, func() {
		if err := call(); err != nil {
			t.Fatal(err)
		}
	})
}

// What a call allocates beyond an empty call of the SDK is bounded, or what it
// allocates less, as it does not copy the request's headers; `make bench`
// measures more.
func TestAllocationsBeyondTheSDK(t *testing.T) {
	if testing.CoverMode() != "" || raceEnabled {
		t.Skip("instrumented code allocates in its own way")
	}
	ctx, user := t.Context(), uuid.UUID{7}
	id := uuid.UUID{9}
	empty := cannedClient([]byte("{}"), func(o *dynamodb.Options) { o.Protocol = emptyProtocol{o.Protocol} })
	emptyGet := &dynamodb.GetItemInput{TableName: aws.String("purchase"), Key: map[string]types.AttributeValue{}}
	emptyPut := &dynamodb.PutItemInput{TableName: aws.String("purchase"), Item: map[string]types.AttributeValue{}}
	emptyUpdate := &dynamodb.UpdateItemInput{TableName: aws.String("purchase"), Key: map[string]types.AttributeValue{}}
	emptyQuery := &dynamodb.QueryInput{TableName: aws.String("purchase")}

	order := model.Order{ID: id, UserID: user, ProductID: uuid.UUID{2}, Created: time.Unix(1700000000, 0), Status: model.InProgress}
	one := orderPage(t, user, 1)
	text := one[len(`{"Items":[`):bytes.LastIndex(one, []byte(`],"Count"`))]
	orders := ddbtable.Open(cannedClient(fmt.Appendf(nil, `{"Item":%s}`, text)), model.Orders)
	updated := ddbtable.Open(cannedClient(fmt.Appendf(nil, `{"Attributes":%s}`, text)), model.Orders)
	page := func(n int) func() error {
		q := ddbtable.Open(cannedClient(orderPage(t, user, n)), model.Orders).Query(model.UserID.Eq(user), model.OrderStatus.Eq(model.InProgress))
		return func() error {
			got, err := q.Page(ctx, n-1, "")
			if err == nil && (len(got.Items) != n-1 || got.Next == "") {
				err = fmt.Errorf("page has %d items and the cursor %q", len(got.Items), got.Next)
			}
			return err
		}
	}
	hundred, twoHundred := allocations(t, page(100)), allocations(t, page(200))
	for _, tt := range []struct {
		what      string
		got, most float64
	}{
		{"Get over an empty call", allocations(t, func() error {
			_, err := orders.Get(ctx, model.OrderID.Eq(id))
			return err
		}) - allocations(t, func() error {
			_, err := empty.GetItem(ctx, emptyGet)
			return err
		}), -3},
		{"Put over an empty call", allocations(t, func() error {
			_, err := orders.Put(order).Run(ctx)
			return err
		}) - allocations(t, func() error {
			_, err := empty.PutItem(ctx, emptyPut)
			return err
		}), -3},
		{"Update over an empty call", allocations(t, func() error {
			_, err := updated.Update(model.OrderID.Eq(id)).
				Change(model.OrderStatus.Set(model.Completed)).
				If(ddbtable.And[model.Order](model.OrderStatus.Eq(model.InProgress), model.Created.Eq(order.Created))).
				Run(ctx)
			return err
		}) - allocations(t, func() error {
			_, err := empty.UpdateItem(ctx, emptyUpdate)
			return err
		}), 5},
		{"a page of 100 orders over an empty call", hundred - allocations(t, func() error {
			_, err := empty.Query(ctx, emptyQuery)
			return err
		}), 2},
		{"each further order", (twoHundred - hundred) / 100, 0.05},
	} {
		if tt.got > tt.most {
			t.Errorf("%s: %v allocations, at most %v are right", tt.what, tt.got, tt.most)
		}
	}
}

// A kept query is compiled: nothing but the bytes of its request is made anew.
func TestAllocationsOfAKeptQuery(t *testing.T) {
	if testing.CoverMode() != "" || raceEnabled {
		t.Skip("instrumented code allocates in its own way")
	}
	q := ddbtable.Open(cannedClient(nil), model.Orders).Query(model.UserID.Eq(uuid.UUID{7}), model.OrderStatus.Between(model.InProgress, model.Completed)).
		Filter(model.Created.Gt(time.Unix(1700000000, 0))).Project(model.OrderID, model.Created)
	var buf []byte
	got := testing.AllocsPerRun(100, func() {
		var err error
		if buf, err = q.AppendRequest(buf[:0]); err != nil {
			t.Fatal(err)
		}
	})
	if got > 0 {
		t.Errorf("AppendRequest of a kept query allocates %v times", got)
	}
	const want = `{"TableName":"purchase","IndexName":"for_user_id",` +
		`"KeyConditionExpression":"#0 = :0 AND #1 BETWEEN :1 AND :2","FilterExpression":"#2 > :3"`
	if !bytes.HasPrefix(buf, []byte(want)) {
		t.Errorf("request is %s\nwant %s…", buf, want)
	}
}

// A query that is made for each call, with other values, takes no memory before it
// is sent. See decision 0032.
func TestAllocationsOfAFreshQuery(t *testing.T) {
	if testing.CoverMode() != "" || raceEnabled {
		t.Skip("instrumented code allocates in its own way")
	}
	orders, user, created := ddbtable.Open(cannedClient(nil), model.Orders), uuid.UUID{7}, time.Unix(1700000000, 0)
	var buf []byte
	got := testing.AllocsPerRun(100, func() {
		created = created.Add(time.Second)
		q := orders.Query(model.UserID.Eq(user), model.OrderStatus.Between(model.InProgress, model.Completed)).
			Filter(model.Created.Gt(created)).Project(model.OrderID, model.Created, model.OrderStatus)
		var err error
		if buf, err = q.AppendRequest(buf[:0]); err != nil {
			t.Fatal(err)
		}
	})
	if got > 0 {
		t.Errorf("a fresh query allocates %v times", got)
	}
}
