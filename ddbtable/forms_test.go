package ddbtable_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/go-cmp/cmp"

	"example.com/ddb/ddbtable"
)

// A request is what matters of a request that was sent: all of it but what
// differs between any two.
type request struct {
	Method, URL string
	Header      http.Header
	Length      int64
	Body        any
	Signed      []signing
}

// A signing is what a request was signed for.
type signing struct{ Service, Region, Authorization string }

// A fixedSigner signs like the SDK's, and also, to be compared, at a fixed time
// and with a fixed hash of the body: the same signature is then the same
// canonical request, but for the order of the body's members.
type fixedSigner struct {
	*v4.Signer
	t      *testing.T
	hashes []string
	signed []signing
}

func (s *fixedSigner) SignHTTP(ctx context.Context, c aws.Credentials, r *http.Request, hash, service, region string, now time.Time, options ...func(*v4.SignerOptions)) error {
	fixed := r.Clone(ctx)
	fixed.Header.Set("Amz-Sdk-Invocation-Id", "fixed")
	if err := s.Signer.SignHTTP(ctx, c, fixed, "hash", service, region, time.Unix(1700000000, 0), options...); err != nil {
		s.t.Error(err)
	}
	s.hashes = append(s.hashes, hash)
	s.signed = append(s.signed, signing{service, region, fixed.Header.Get("Authorization")})
	return s.Signer.SignHTTP(ctx, c, r, hash, service, region, now, options...)
}

// sends is the request that a call sends.
func (a apiCall) sends(t *testing.T, table string, options func(*dynamodb.Options), way ...ddbtable.Option) request {
	t.Helper()
	signer := &fixedSigner{Signer: v4.NewSigner(), t: t}
	client, c := newCanned(func(int) *http.Response { return sealed(a.answer) }, options, func(o *dynamodb.Options) { o.HTTPSignerV4 = signer })
	if _, err := a.call(t, client, append(way, ddbtable.TableName(table))...); err != nil {
		t.Fatalf("%s: %v", a.operation, err)
	}
	if len(c.bodies) != 1 {
		t.Fatalf("%s sent %d requests", a.operation, len(c.bodies))
	}
	sum := sha256.Sum256([]byte(c.bodies[0]))
	if !slices.Equal(signer.hashes, []string{hex.EncodeToString(sum[:])}) {
		t.Errorf("%s signed hashes %q, the body has %x", a.operation, signer.hashes, sum)
	}
	sent := c.requests[0]
	r := request{Method: sent.Method, URL: sent.URL.String(), Header: sent.Header.Clone(), Length: sent.ContentLength, Signed: signer.signed}
	for _, differs := range []string{"Amz-Sdk-Invocation-Id", "X-Amz-Date", "Authorization"} {
		if r.Header.Get(differs) == "" {
			t.Errorf("%s has no header %s", a.operation, differs)
		}
		r.Header.Del(differs)
	}
	if err := json.Unmarshal([]byte(c.bodies[0]), &r.Body); err != nil {
		t.Fatalf("%s: %v\n%s", a.operation, err, c.bodies[0])
	}
	return r
}

// A request is the same in both ways: its endpoint, which may depend on the
// table and on the account; its headers; what is signed; and its content.
func TestBothWaysSendTheSameRequest(t *testing.T) {
	settings := map[string]func(*dynamodb.Options){
		"plain":           func(*dynamodb.Options) {},
		"gzip":            func(o *dynamodb.Options) { o.EnableAcceptEncodingGzip = true },
		"own endpoint":    func(o *dynamodb.Options) { o.BaseEndpoint = aws.String("https://db.example.com:8443/under") },
		"account id":      func(o *dynamodb.Options) { o.AccountIDEndpointMode = aws.AccountIDEndpointModeRequired },
		"account id off":  func(o *dynamodb.Options) { o.AccountIDEndpointMode = aws.AccountIDEndpointModeDisabled },
		"account id pref": func(o *dynamodb.Options) { o.AccountIDEndpointMode = aws.AccountIDEndpointModePreferred },
	}
	hosts := make(map[string]bool)
	for name, options := range settings {
		for _, table := range []string{"coins", "arn:aws:dynamodb:us-east-1:444455556666:table/coins"} {
			for _, a := range apiCalls {
				direct := a.sends(t, table, options)
				typed := a.sends(t, table, options, ddbtable.SDKTypes())
				if diff := cmp.Diff(typed, direct); diff != "" {
					t.Errorf("%s, %s, %s\n(-SDK types +direct)\n%s", a.operation, name, table, diff)
				}
				hosts[direct.URL] = true
			}
		}
	}
	// That the hosts are compared means something only if they differ.
	for _, want := range []string{"https://dynamodb.us-east-1", "https://db.example.com:8443/under", "https://111122223333.ddb", "https://444455556666.ddb"} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(hosts)), func(u string) bool { return strings.HasPrefix(u, want) }) {
			t.Errorf("no request went to %s: %v", want, hosts)
		}
	}
}

// An otherProtocol is one that ddbtable does not know.
type otherProtocol struct{ smithyhttp.ClientProtocol }

func (otherProtocol) ID() smithy.ShapeID {
	return smithy.ShapeID{Namespace: "smithy.protocols", Name: "rpcv2Cbor"}
}

// seenInput is the input that the SDK saw of one Get.
func seenInput(t *testing.T, options ...func(*dynamodb.Options)) (in *dynamodb.GetItemInput) {
	t.Helper()
	look := middleware.InitializeMiddlewareFunc("look", func(ctx context.Context, i middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		in = i.Parameters.(*dynamodb.GetItemInput)
		return next.HandleInitialize(ctx, i)
	})
	client, _ := newCanned(func(int) *http.Response { return sealed(`{"Item":` + coinJSON + `}`) }, append(options, func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error { return s.Initialize.Add(look, middleware.Before) })
	})...)
	got, err := ddbtable.Open(client, coins).Get(t.Context(), coinID.Eq("a"))
	if err != nil || got.N != 7 {
		t.Fatalf("Get: %+v %v", got, err)
	}
	return in
}

// This test fails when the SDK moves DynamoDB to another protocol. Calls then
// go through the SDK's types, right but slow, until ddbtable writes that
// protocol.
func TestTheSDKSpeaksAWSJSON10(t *testing.T) {
	if in := seenInput(t); len(in.Key) != 0 {
		t.Errorf("the direct way is not taken: the SDK got the key %v", in.Key)
	}
	client, _ := newCanned(nil)
	if id := client.Options().Protocol.ID().String(); id != "aws.protocols#awsJson1_0" {
		t.Errorf("DynamoDB's protocol in the SDK is %s", id)
	}
}

func TestAnotherProtocolIsLeftToTheSDK(t *testing.T) {
	client, _ := newCanned(nil)
	in := seenInput(t, func(o *dynamodb.Options) { o.Protocol = otherProtocol{client.Options().Protocol} })
	if len(in.Key) != 1 {
		t.Errorf("the SDK got the key %v", in.Key)
	}
}

// A wrapped client might ignore the options of a call.
type wrapped struct {
	ddbtable.Client
	in *dynamodb.PutItemInput
}

func (w *wrapped) PutItem(ctx context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	w.in = in
	return &dynamodb.PutItemOutput{}, nil
}

func TestAnotherClientGetsTheSDKsTypes(t *testing.T) {
	client, _ := newCanned(nil)
	w := &wrapped{Client: client}
	if _, err := ddbtable.Open(w, coins).Put(coin{ID: "a", N: 7}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(w.in.Item) != 2 {
		t.Errorf("the client got the item %v", w.in.Item)
	}
}
