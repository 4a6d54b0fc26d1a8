package ddbtable_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable"
)

// cannedOnly answers every request with the same body.
type cannedOnly string

func (c cannedOnly) Do(req *http.Request) (*http.Response, error) {
	resp := sealed(string(c))
	resp.Request = req
	return resp, nil
}

// BenchmarkPlan is the cost of planning a query that is not kept.
func BenchmarkPlan(b *testing.B) {
	table := ddbtable.Open(dynamodb.New(dynamodb.Options{}), parcels)
	b.ReportAllocs()
	for b.Loop() {
		if e := table.Query(parcelCustomer.Eq("c"), parcelNumber.Between(1, 9)).Filter(parcelShelf.Gt(3)).Explain(); e.Index != "" {
			b.Fatal(e)
		}
	}
}

// BenchmarkOperation has a call of every operation in both ways of sending,
// from the call to the value, without a network. The SDK's own share is in it.
func BenchmarkOperation(b *testing.B) {
	for _, call := range apiCalls {
		for name, options := range map[string][]ddbtable.Option{"direct": nil, "SDKTypes": {ddbtable.SDKTypes()}} {
			b.Run(call.operation+"/"+name, func(b *testing.B) {
				client, _ := newCanned(nil, func(o *dynamodb.Options) { o.HTTPClient = cannedOnly(call.answer) })
				table := ddbtable.Open(client, coins, options...)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := call.run(b.Context(), client, table); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
