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

// Behind the inclusive end of a range there is nothing, so nothing is sent:
// DynamoDB refuses to start there.
func TestNothingIsSentBehindTheEndOfARange(t *testing.T) {
	table, client := recorded(t, purchases)
	history(t, table, "")
	client.sent()
	tenth := unix(1428791681 + 9)
	for name, q := range map[string]ddbtable.Query[purchase]{
		"forwards":  table.Query(purchaseUser.Eq("ada"), purchaseCreated.Le(tenth)),
		"backwards": table.Query(purchaseUser.Eq("ada"), purchaseCreated.Ge(unix(1428791681+10))).Descending(),
	} {
		page, err := q.PageSize(5).Page(t.Context(), 10, "")
		if err != nil || len(page.Items) != 10 || page.Next != "" {
			t.Errorf("%s: %d items, Next %q, %v", name, len(page.Items), page.Next, err)
		}
		client.expectSent(t, name, "Query", "Query")
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

// An open limit and a closed one at the same value leave the value out.
func TestOpenLimitPrevails(t *testing.T) {
	table, _ := recorded(t, labels)
	for n := range 5 {
		put(t, table, label{ID: "a", N: n})
	}
	for name, conds := range map[string][]ddbtable.Cond[label]{
		"lower": {labelN.Ge(2), labelN.Gt(2)}, "lower, turned": {labelN.Gt(2), labelN.Ge(2)},
		"upper": {labelN.Le(2), labelN.Lt(2)}, "upper, turned": {labelN.Lt(2), labelN.Le(2)},
	} {
		n, err := table.Query(append(conds, labelID.Eq("a"))...).Count(t.Context())
		if err != nil || n != 2 {
			t.Errorf("%s: %d items, %v; want 2", name, n, err)
		}
	}
}

// The write id cannot tell whose doing it is that an item is gone.
func TestVanishedItemIsAmbiguousWithAWriteID(t *testing.T) {
	table, client, db := faulty(t, markedClaims)
	put(t, table, markedClaim{ID: "c", Worker: "ada"})
	behind := ddbtable.Open(db.Client(), markedClaims, ddbtable.TableName(table.Name()))
	answerLost(db, "UpdateItem", lost["500"])
	client.after = func(operation string) {
		if operation == "UpdateItem" {
			client.after = nil
			if _, err := behind.Delete(markedID.Eq("c")).Run(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
	_, err := table.Update(markedID.Eq("c")).Change(markedWorker.Set("eve")).Run(t.Context())
	refused, ok := errors.AsType[*ddbtable.ConditionError[markedClaim]](err)
	if !ok || !errors.Is(err, ddbtable.ErrNotFound) || !refused.Ambiguous {
		t.Errorf("%v, want an ambiguous ErrNotFound", err)
	}
}
