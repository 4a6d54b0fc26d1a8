package embedded_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable/embedded"
)

func addOne(t *testing.T, c *dynamodb.Client) error {
	t.Helper()
	_, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String("tab"), Key: item{"a": s("k")},
		UpdateExpression: aws.String("ADD n :one"), ExpressionAttributeValues: item{":one": n("1")},
	})
	return err
}

func once(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} }

func TestEffects(t *testing.T) {
	tests := []struct {
		name    string
		effect  embedded.Effect
		applied bool
		check   func(error) bool
	}{
		{"FailBefore", embedded.FailBefore, false, func(err error) bool {
			var e *types.InternalServerError
			return errors.As(err, &e)
		}},
		{"FailAfter", embedded.FailAfter, true, func(err error) bool {
			var e *types.InternalServerError
			return errors.As(err, &e)
		}},
		{"Throttle", embedded.Throttle, false, func(err error) bool {
			var e *types.ProvisionedThroughputExceededException
			return errors.As(err, &e)
		}},
		{"Conflict", embedded.Conflict, false, func(err error) bool {
			var e *types.TransactionConflictException
			return errors.As(err, &e)
		}},
		{"DropBefore", embedded.DropBefore, false, func(err error) bool {
			return err != nil && strings.Contains(err.Error(), "request send failed")
		}},
		{"DropAfter", embedded.DropAfter, true, func(err error) bool {
			return err != nil && strings.Contains(err.Error(), "request send failed")
		}},
		{"Delay", embedded.Delay, true, func(err error) bool { return err == nil }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			db := open(t)
			c := db.Client(once)
			createTable(t, c, false)
			fault := db.Inject(embedded.Fault{Effect: test.effect, Operation: "UpdateItem", Table: "tab", Times: 1, Delay: time.Millisecond})
			if err := addOne(t, c); !test.check(err) {
				t.Errorf("error: %v", err)
			}
			if applied := get(t, c, item{"a": s("k")}) != nil; applied != test.applied {
				t.Errorf("applied: %v, want %v", applied, test.applied)
			}
			if err := addOne(t, c); err != nil {
				t.Errorf("after the fault: %v", err)
			}
			if fault.Hits() != 1 {
				t.Errorf("%d hits", fault.Hits())
			}
		})
	}
}

func TestAClientGivesUpOnADelay(t *testing.T) {
	db := open(t)
	c := db.Client(once)
	createTable(t, c, false)
	fault := db.Inject(embedded.Fault{Effect: embedded.Delay, Operation: "PutItem", Delay: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for fault.Hits() == 0 {
			runtime.Gosched()
		}
		cancel()
	}()
	_, err := c.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("tab"), Item: item{"a": s("k")}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("PutItem: %v", err)
	}
	if it := get(t, c, item{"a": s("k")}); it != nil || fault.Hits() != 1 {
		t.Errorf("after %d hits there is %v", fault.Hits(), it)
	}
}

// TestARetriedWriteMeetsItself is the case that FailAfter is for: the SDK sends
// the write again although it was applied.
func TestARetriedWriteMeetsItself(t *testing.T) {
	db := open(t)
	c := db.Client()
	createTable(t, c, false)
	db.Inject(embedded.Fault{Effect: embedded.FailAfter, Times: 1})
	if err := addOne(t, c); err != nil {
		t.Fatal(err)
	}
	if got := text(get(t, c, item{"a": s("k")})["n"]); got != "2" {
		t.Errorf("n is %s", got)
	}
	db.Inject(embedded.Fault{Effect: embedded.FailAfter, Operation: "PutItem", Times: 1})
	_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String("tab"), Item: item{"a": s("new")}, ConditionExpression: aws.String("attribute_not_exists(a)"),
	})
	if _, ok := errors.AsType[*types.ConditionalCheckFailedException](err); !ok {
		t.Errorf("PutItem: %v", err)
	}
}

func TestWhichRequestsAFaultStrikes(t *testing.T) {
	tests := []struct {
		name  string
		fault embedded.Fault
		want  string
	}{
		{"all", embedded.Fault{}, "xxxxxxxxxx"},
		{"another operation", embedded.Fault{Operation: "PutItem"}, ".........."},
		{"another table", embedded.Fault{Table: "u"}, ".........."},
		{"another index", embedded.Fault{Index: "i"}, ".........."},
		{"the third on", embedded.Fault{Skip: 2}, "..xxxxxxxx"},
		{"every third", embedded.Fault{Every: 3}, "..x..x..x."},
		{"every second after one", embedded.Fault{Skip: 1, Every: 2, Times: 3}, "..x.x.x..."},
		{"two", embedded.Fault{Times: 2}, "xx........"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := strikes(t, test.fault, 10); got != test.want {
				t.Errorf("\n got: %s\nwant: %s", got, test.want)
			}
		})
	}
}

func TestAFaultOfAnIndexStrikesItsReaders(t *testing.T) {
	db := open(t)
	c := db.Client(once)
	if _, err := c.CreateTable(t.Context(), withGlobalIndexes(2)); err != nil {
		t.Fatal(err)
	}
	fault := db.Inject(embedded.Fault{Effect: embedded.Throttle, Table: "tab", Index: "idx1"})
	for index, struck := range map[string]bool{"": false, "idx0": false, "idx1": true} {
		in := &dynamodb.ScanInput{TableName: aws.String("tab")}
		if index != "" {
			in.IndexName = aws.String(index)
		}
		_, err := c.Scan(t.Context(), in)
		if got := err != nil; got != struck {
			t.Errorf("a scan of index %q: %v", index, err)
		}
	}
	if fault.Hits() != 1 {
		t.Errorf("%d hits", fault.Hits())
	}
}

// strikes shows which of some updates a fault struck.
func strikes(t *testing.T, f embedded.Fault, requests int) string {
	t.Helper()
	db := open(t)
	c := db.Client(once)
	createTable(t, c, false)
	db.Inject(f)
	var got strings.Builder
	for range requests {
		if addOne(t, c) != nil {
			got.WriteByte('x')
		} else {
			got.WriteByte('.')
		}
	}
	return got.String()
}

func TestARandomShareRepeats(t *testing.T) {
	f := embedded.Fault{Share: 0.3, Seed: 7}
	first := strikes(t, f, 200)
	if again := strikes(t, f, 200); again != first {
		t.Errorf("two runs differ:\n%s\n%s", first, again)
	}
	if n := strings.Count(first, "x"); n < 40 || n > 80 {
		t.Errorf("%d of 200 were struck", n)
	}
	f.Seed = 8
	if other := strikes(t, f, 200); other == first {
		t.Error("another seed gives the same")
	}
}

func TestAStoppedFaultIsOver(t *testing.T) {
	db := open(t)
	c := db.Client(once)
	createTable(t, c, false)
	first := db.Inject(embedded.Fault{Effect: embedded.Throttle})
	second := db.Inject(embedded.Fault{})
	var throttled *types.ProvisionedThroughputExceededException
	if err := addOne(t, c); !errors.As(err, &throttled) {
		t.Errorf("with both: %v", err)
	}
	first.Stop()
	first.Stop()
	var internal *types.InternalServerError
	if err := addOne(t, c); !errors.As(err, &internal) {
		t.Errorf("with the second: %v", err)
	}
	second.Stop()
	if err := addOne(t, c); err != nil {
		t.Errorf("without: %v", err)
	}
	if first.Hits() != 1 || second.Hits() != 1 {
		t.Errorf("hits: %d, %d", first.Hits(), second.Hits())
	}
}
