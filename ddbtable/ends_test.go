package ddbtable_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable"
)

// Nothing is sent before the loop, one request at a time in it, and none after
// break; ranging again reads again.
func TestAllIsLazy(t *testing.T) {
	table, client := recorded(t, purchases)
	history(t, table, "")
	client.sent()
	all := table.Query(purchaseUser.Eq("ada")).PageSize(4).All(t.Context())
	client.expectSent(t, "All without a loop")
	for range 2 {
		n := 0
		for _, err := range all {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 5 {
				break
			}
		}
		client.expectSent(t, "a loop that ends at the fifth item", "Query", "Query")
	}
}

// An error comes once, last, and with a zero item.
func TestErrorEndsAll(t *testing.T) {
	table, _ := recorded(t, purchases)
	if err := table.DeleteTable(t.Context()); err != nil {
		t.Fatal(err)
	}
	var errs []error
	for p, err := range table.Query(purchaseUser.Eq("ada")).All(t.Context()) {
		if errs = append(errs, err); p != (purchase{}) {
			t.Errorf("with the error came %+v", p)
		}
	}
	if len(errs) != 1 || errs[0] == nil {
		t.Errorf("the loop got %v, want one error", errs)
	}
}

// endOfRange answers every query with the item at the inclusive end of its
// range and, as DynamoDB does, with a LastEvaluatedKey.
type endOfRange struct{ n int }

func (r *endOfRange) Do(*http.Request) (*http.Response, error) {
	const key = `"user":{"S":"ada"},"created":{"N":"1428791690"}`
	const answer = `{"Count":1,"ScannedCount":1,"Items":[{` + key + `,"status":{"N":"201"}}],"LastEvaluatedKey":{` + key + `}}`
	if r.n++; r.n > 1 {
		return nil, errors.New("a further request")
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer))}, nil
}

// Behind the inclusive end of a range there is nothing, so nothing is sent:
// DynamoDB refuses to start there.
func TestNothingIsSentBehindTheEndOfARange(t *testing.T) {
	end := unix(1428791690)
	for name, refine := range map[string]func(*ddbtable.Table[purchase]) ddbtable.Query[purchase]{
		"forwards": func(table *ddbtable.Table[purchase]) ddbtable.Query[purchase] {
			return table.Query(purchaseUser.Eq("ada"), purchaseCreated.Le(end))
		},
		"backwards": func(table *ddbtable.Table[purchase]) ddbtable.Query[purchase] {
			return table.Query(purchaseUser.Eq("ada"), purchaseCreated.Ge(end)).Descending()
		},
	} {
		client := engine(t).Client(func(o *dynamodb.Options) { o.HTTPClient = new(endOfRange) })
		items, err := ddbtable.Collect(refine(ddbtable.Open(client, purchases)).All(t.Context()))
		if err != nil || len(items) != 1 {
			t.Errorf("%s: %d items, %v; want 1", name, len(items), err)
		}
	}
}

// refuseThird answers the third request as DynamoDB answers a start at the end
// of a range of an index.
type refuseThird struct {
	next dynamodb.HTTPClient
	n    int
}

func (r *refuseThird) Do(req *http.Request) (*http.Response, error) {
	if r.n++; r.n != 3 {
		return r.next.Do(req)
	}
	const refusal = `{"__type":"com.amazon.coral.validate#ValidationException","message":"The provided starting key does not match the range key predicate"}`
	return &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(refusal))}, nil
}

// In an index equal keys may follow the end of a range, so a request is sent;
// where none can follow, DynamoDB refuses it, which is the end and no error.
func TestRefusedStartAtTheEndOfAnIndexIsTheEnd(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		db := engine(t)
		table := ddbtable.Open(db.Client(), purchases, options...)
		if err := table.CreateTable(t.Context()); err != nil {
			t.Fatal(err)
		}
		history(t, table, "")
		query := func(upTo int64) (int, error) {
			client := db.Client(func(o *dynamodb.Options) { o.HTTPClient = &refuseThird{next: o.HTTPClient} })
			q := ddbtable.Open(client, purchases, options...).Query(purchaseUser.Eq("ada"), purchaseCreated.Le(unix(upTo))).Via("by_user")
			page, err := q.PageSize(5).Page(t.Context(), 15, "")
			return len(page.Items), err
		}
		if n, err := query(1428791681 + 9); err != nil || n != 10 {
			t.Errorf("at the end: %d items, %v; want 10", n, err)
		}
		if n, err := query(1428791681 + 12); err == nil {
			t.Errorf("in the middle: %d items, want the error", n)
		}
	})
}
