package ddbtable_test

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/go-cmp/cmp"

	"example.com/ddb/ddbtable"
)

// A deaf client takes no options of a call.
type deaf struct{ ddbtable.Client }

func (d deaf) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return d.Client.GetItem(ctx, in)
}

func (d deaf) PutItem(ctx context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return d.Client.PutItem(ctx, in)
}

func (d deaf) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return d.Client.UpdateItem(ctx, in)
}

func (d deaf) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	return d.Client.DeleteItem(ctx, in)
}

func (d deaf) Query(ctx context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return d.Client.Query(ctx, in)
}

func (d deaf) Scan(ctx context.Context, in *dynamodb.ScanInput, _ ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return d.Client.Scan(ctx, in)
}

func (d deaf) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return d.Client.BatchGetItem(ctx, in)
}

func (d deaf) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	return d.Client.BatchWriteItem(ctx, in)
}

func (d deaf) TransactGetItems(ctx context.Context, in *dynamodb.TransactGetItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactGetItemsOutput, error) {
	return d.Client.TransactGetItems(ctx, in)
}

func (d deaf) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return d.Client.TransactWriteItems(ctx, in)
}

// A seenCall is what a middleware of the program's own sees of one.
type seenCall struct{ in, out any }

// seenBy is what a middleware of the client sees of a call.
func (a apiCall) seenBy(t *testing.T, options func(*dynamodb.Options), way ...ddbtable.Option) (seen seenCall) {
	t.Helper()
	look := middleware.InitializeMiddlewareFunc("look", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleInitialize(ctx, in)
		seen = seenCall{in.Parameters, out.Result}
		return out, metadata, err
	})
	client, _ := newCanned(func(int) *http.Response { return sealed(a.answer) }, options, func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error { return s.Initialize.Add(look, middleware.Before) })
	})
	got, err := a.call(t, client, way...)
	if err != nil || show(got) != a.rightAnswer(t) {
		t.Errorf("%s: %s %v", a.operation, show(got), err)
	}
	return seen
}

var (
	unchanged  = func(*dynamodb.Options) {}
	everything = cmp.Options{
		cmp.Exporter(func(reflect.Type) bool { return true }),
		cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".ResultMetadata" }, cmp.Ignore()), // has times
	}
)

// With SDKTypes a middleware sees the typed input and output whole, and so it does
// of a protocol that ddbtable does not know. Without, it sees neither items nor keys.
func TestMiddlewareSeesTheSDKsTypes(t *testing.T) {
	client, _ := newCanned(nil)
	unknown := func(o *dynamodb.Options) { o.Protocol = otherProtocol{client.Options().Protocol} }
	for _, a := range apiCalls {
		typed, direct, other := a.seenBy(t, unchanged, ddbtable.SDKTypes()), a.seenBy(t, unchanged), a.seenBy(t, unknown)
		if diff := cmp.Diff(typed.in, other.in, everything) + cmp.Diff(typed.out, other.out, everything); diff != "" {
			t.Errorf("%s of another protocol (-SDK types +other)\n%s", a.operation, diff)
		}
		if cmp.Equal(typed.in, direct.in, everything) {
			t.Errorf("%s: the direct way is not taken", a.operation)
		}
		if strings.Contains(a.answer, coinJSON) && cmp.Equal(typed.out, direct.out, everything) {
			t.Errorf("%s: with SDKTypes, a middleware sees %+v", a.operation, typed.out)
		}
	}
}

// A client that might ignore the options of a call gets the SDK's types.
func TestAClientThatIgnoresOptionsIsServed(t *testing.T) {
	for _, a := range apiCalls {
		client, c := newCanned(func(int) *http.Response { return sealed(a.answer) })
		got, err := a.call(t, deaf{client})
		if err != nil || show(got) != a.rightAnswer(t) {
			t.Errorf("%s: %s %v", a.operation, show(got), err)
		}
		plain, typed := newCanned(func(int) *http.Response { return sealed(a.answer) })
		if _, err := a.call(t, plain, ddbtable.SDKTypes()); err != nil || len(c.bodies) != 1 || len(c.bodies[0]) != len(typed.bodies[0]) {
			t.Errorf("%s sent %q, want %q; %v", a.operation, c.bodies, typed.bodies, err)
		}
	}
}

type ownHeader struct{}

func (ownHeader) BeforeRetryLoop(_ context.Context, in *smithyhttp.InterceptorContext) error {
	in.Request.Header.Set("X-Own-Interceptor", "2")
	return nil
}

// What a middleware and an interceptor of the program's own add to a request is
// signed and sent with it.
func TestOwnMiddlewareAndInterceptorsWork(t *testing.T) {
	bothWays(t, func(t *testing.T, way ...ddbtable.Option) {
		for _, a := range apiCalls {
			sent := a.sends(t, "coins", func(o *dynamodb.Options) {
				o.APIOptions = append(o.APIOptions, smithyhttp.AddHeaderValue("X-Own-Middleware", "1"), smithyhttp.AddHeaderValue("X-Amz-Target", "2"))
				o.Interceptors.AddBeforeRetryLoop(ownHeader{})
			}, way...)
			authorization := sent.Signed[0].Authorization
			for name, want := range map[string]string{"X-Own-Middleware": "1", "X-Own-Interceptor": "2", "Content-Type": "application/x-amz-json-1.0"} {
				if sent.Header.Get(name) != want || !strings.Contains(authorization, strings.ToLower(name)) {
					t.Errorf("%s: header %s is %q, signed as %s", a.operation, name, sent.Header.Get(name), authorization)
				}
			}
		}
	})
}

// A deadline ends a call that nobody answers.
func TestDeadlinesEndCalls(t *testing.T) {
	bothWays(t, func(t *testing.T, way ...ddbtable.Option) {
		for _, a := range apiCalls {
			client, _ := newCanned(nil, func(o *dynamodb.Options) { o.HTTPClient = silent{} })
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
			_, err := a.run(ctx, client, ddbtable.Open(client, coins, way...))
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v, want the end of the context", a.operation, err)
			}
		}
	})
}

type silent struct{}

func (silent) Do(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// The error of a call has the request's id, also if the answer was damaged.
func TestErrorsHaveTheRequestID(t *testing.T) {
	bothWays(t, func(t *testing.T, way ...ddbtable.Option) {
		for _, a := range apiCalls {
			for name, status := range map[string]int{"a damaged answer": http.StatusOK, "a damaged refusal": http.StatusBadRequest, "a refusal": http.StatusForbidden} {
				client, _ := newCanned(func(int) *http.Response {
					resp := with(sealed(`{"__type":"com.amazon.coral.service#AccessDeniedException"}`), "X-Amzn-Requestid", "THEID")
					if name != "a refusal" {
						resp = with(resp, "X-Amz-Crc32", "0")
					}
					resp.StatusCode = status
					return resp
				})
				_, err := a.call(t, client, way...)
				failed, ok := errors.AsType[*awshttp.ResponseError](err)
				if !ok || failed.ServiceRequestID() != "THEID" || errors.Is(err, ddbtable.ErrCorruptResponse) != (name != "a refusal") {
					t.Errorf("%s of %s: %v", name, a.operation, err)
				}
			}
		}
	})
}

// The endpoint of a transaction depends on all its tables.
func TestTransactionsOverTablesGoWhereTheSDKsWould(t *testing.T) {
	const arn = "arn:aws:dynamodb:us-east-1:"
	for _, names := range [][2]string{
		{"coins", "medals"},
		{arn + "444455556666:table/coins", arn + "444455556666:table/medals"},
		{arn + "444455556666:table/coins", arn + "777755556666:table/medals"},
		{arn + "444455556666:table/coins", "medals"},
		{"coins", arn + "444455556666:table/medals"},
	} {
		two := func(run func(ctx context.Context, client ddbtable.Client, a, b *ddbtable.Table[coin]) error) apiCall {
			return apiCall{"two tables", `{"Responses":[{},{}]}`, false, func(ctx context.Context, client ddbtable.Client, t *ddbtable.Table[coin]) (any, error) {
				return nil, run(ctx, client, t, ddbtable.Open(client, coins, ddbtable.TableName(names[1])))
			}}
		}
		for _, a := range []apiCall{
			two(func(ctx context.Context, client ddbtable.Client, a, b *ddbtable.Table[coin]) error {
				var x, y *coin
				return ddbtable.GetTransaction(ctx, client, a.GetInto(&x, coinID.Eq("a")), b.GetInto(&y, coinID.Eq("a")))
			}),
			two(func(ctx context.Context, client ddbtable.Client, a, b *ddbtable.Table[coin]) error {
				return ddbtable.WriteTransaction(client, a.Put(coin{ID: "a"}), b.Delete(coinID.Eq("a"))).Token("t").Run(ctx)
			}),
		} {
			if diff := cmp.Diff(a.sends(t, names[0], unchanged, ddbtable.SDKTypes()), a.sends(t, names[0], unchanged)); diff != "" {
				t.Errorf("%v (-SDK types +direct)\n%s", names, diff)
			}
		}
	}
}
