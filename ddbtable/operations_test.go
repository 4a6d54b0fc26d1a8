package ddbtable_test

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable"
)

// A coin is small, and has a value of each way of decoding.
type coin struct {
	ID   string   `ddb:"id,partition"`
	N    int      `ddb:"n"`
	Tags []string `ddb:"tags,set"`
}

var (
	coinID = ddbtable.Attr(func(c *coin) *string { return &c.ID })
	coinN  = ddbtable.Attr(func(c *coin) *int { return &c.N })
	coins  = ddbtable.MustDefine[coin]("coins")
)

// One coin, as it stands in responses.
const coinJSON = `{"id":{"S":"a"},"n":{"N":"7"},"tags":{"SS":["x"]}}`

// An apiCall is one call of DynamoDB's API as ddbtable makes it, and a
// response to it.
type apiCall struct {
	operation string
	answer    string
	write     bool // it is not safe to send it again after it was answered
	run       func(ctx context.Context, client ddbtable.Client, table *ddbtable.Table[coin]) (any, error)
}

// apiCalls has every operation that reads or writes items.
var apiCalls = []apiCall{
	{"GetItem", `{"Item":` + coinJSON + `}`, false, func(ctx context.Context, _ ddbtable.Client, t *ddbtable.Table[coin]) (any, error) {
		return t.Get(ctx, coinID.Eq("a"))
	}},
	{"PutItem", `{"Attributes":` + coinJSON + `}`, true, func(ctx context.Context, _ ddbtable.Client, t *ddbtable.Table[coin]) (any, error) {
		return t.Put(coin{"a", 7, []string{"x"}}).If(coinN.Lt(9)).Returning().Run(ctx)
	}},
	{"UpdateItem", `{"Attributes":` + coinJSON + `}`, true, func(ctx context.Context, _ ddbtable.Client, t *ddbtable.Table[coin]) (any, error) {
		return t.Update(coinID.Eq("a")).Change(ddbtable.Add(coinN, 1)).Run(ctx)
	}},
	{"DeleteItem", `{"Attributes":` + coinJSON + `}`, true, func(ctx context.Context, _ ddbtable.Client, t *ddbtable.Table[coin]) (any, error) {
		return t.Delete(coinID.Eq("a")).If(coinN.Ge(1)).Run(ctx)
	}},
	{"Query", `{"Count":2,"ScannedCount":2,"Items":[` + coinJSON + `,` + coinJSON + `],"LastEvaluatedKey":{"id":{"S":"a"}}}`, false, func(ctx context.Context, _ ddbtable.Client, t *ddbtable.Table[coin]) (any, error) {
		return ddbtable.Collect(firstPage(t.Query(coinID.Eq("a")).Filter(coinN.Lt(9)).All(ctx)))
	}},
	{"Scan", `{"Count":1,"ScannedCount":1,"Items":[` + coinJSON + `]}`, false, func(ctx context.Context, _ ddbtable.Client, t *ddbtable.Table[coin]) (any, error) {
		return ddbtable.Collect(t.Scan().Segment(1, 3).Project(coinN).All(ctx))
	}},
	{"BatchGetItem", `{"Responses":{"coins":[` + coinJSON + `]}}`, false, func(ctx context.Context, _ ddbtable.Client, t *ddbtable.Table[coin]) (any, error) {
		keys := slices.Values([]ddbtable.Key[coin]{ddbtable.KeyOf(coinID.Eq("a"))})
		return ddbtable.Collect(t.Consistent().GetAll(keys).All(ctx))
	}},
	{"BatchWriteItem", `{"UnprocessedItems":{}}`, true, func(ctx context.Context, _ ddbtable.Client, t *ddbtable.Table[coin]) (any, error) {
		return nil, t.PutAll(slices.Values([]coin{{"a", 7, nil}, {"b", 8, nil}})).Run(ctx)
	}},
	{"TransactGetItems", `{"Responses":[{"Item":` + coinJSON + `},{}]}`, false, func(ctx context.Context, c ddbtable.Client, t *ddbtable.Table[coin]) (any, error) {
		var a, b *coin
		err := ddbtable.GetTransaction(ctx, c, t.GetInto(&a, coinID.Eq("a")), t.Project(coinN).GetInto(&b, coinID.Eq("b")))
		return []*coin{a, b}, err
	}},
	{"TransactWriteItems", `{}`, false, func(ctx context.Context, c ddbtable.Client, t *ddbtable.Table[coin]) (any, error) {
		return nil, ddbtable.WriteTransaction(c,
			t.Create(coin{"a", 7, nil}), t.Put(coin{"b", 8, nil}), t.Delete(coinID.Eq("c")),
			t.Update(coinID.Eq("d")).Change(ddbtable.Add(coinN, 1)), t.Check(coinID.Eq("e")).If(coinN.Eq(3)),
		).Token("token").Run(ctx)
	}},
}

// firstPage ends a sequence after the two items of the canned page.
func firstPage(seq func(func(coin, error) bool)) func(func(coin, error) bool) {
	return func(yield func(coin, error) bool) {
		n := 0
		for c, err := range seq {
			if n++; !yield(c, err) || n == 2 {
				return
			}
		}
	}
}

// A canned is an HTTP client that answers without a server, and keeps what it
// was asked.
type canned struct {
	answer func(attempt int) *http.Response // to the n-th request, from 1 on

	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
}

func (c *canned) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests, c.bodies = append(c.requests, req), append(c.bodies, string(body))
	resp := c.answer(len(c.bodies))
	resp.Request = req
	return resp, nil
}

// sealed is a response with the sum that DynamoDB sends.
func sealed(body string) *http.Response {
	return &http.Response{
		StatusCode: http.StatusOK, ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
		Header: http.Header{"X-Amz-Crc32": {strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(body))), 10)}},
	}
}

// with is resp with another header, which is taken away if the value is "".
func with(resp *http.Response, name, value string) *http.Response {
	resp.Header.Set(name, value)
	if value == "" {
		resp.Header.Del(name)
	}
	return resp
}

// newCanned gives a client of canned answers, which tries twice at most and at
// once.
func newCanned(answer func(attempt int) *http.Response, options ...func(*dynamodb.Options)) (*dynamodb.Client, *canned) {
	c := &canned{answer: answer}
	return dynamodb.New(dynamodb.Options{
		Region:      "us-east-1",
		HTTPClient:  c,
		Credentials: aws.CredentialsProviderFunc(accountCredentials),
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts, o.RateLimiter = 2, ratelimit.None
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		}),
	}, options...), c
}

func accountCredentials(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret", AccountID: "111122223333"}, nil
}

// call runs one API call on a table of the client.
func (a apiCall) call(t *testing.T, client ddbtable.Client, options ...ddbtable.Option) (any, error) {
	t.Helper()
	return a.run(t.Context(), client, ddbtable.Open(client, coins, options...))
}

// rightAnswer is what the call returns for its response.
func (a apiCall) rightAnswer(t *testing.T, options ...ddbtable.Option) string {
	t.Helper()
	client, _ := newCanned(func(int) *http.Response { return sealed(a.answer) })
	got, err := a.call(t, client, options...)
	if err != nil {
		t.Fatalf("%s: %v", a.operation, err)
	}
	return show(got)
}

// show is a value as text, what it points to included.
func show(v any) string {
	switch v := v.(type) {
	case *coin:
		if v != nil {
			return fmt.Sprintf("&%+v", *v)
		}
	case []*coin:
		var all []string
		for _, c := range v {
			all = append(all, show(c))
		}
		return strings.Join(all, " ")
	}
	return fmt.Sprintf("%+v", v)
}

// isCorrupt reports whether err says that the response was damaged, and that
// the write was applied if it was one.
func (a apiCall) isCorrupt(err error) bool {
	return errors.Is(err, ddbtable.ErrCorruptResponse) && a.write == strings.Contains(err.Error(), "the write was applied")
}
