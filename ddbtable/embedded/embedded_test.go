package embedded_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"example.com/ddb/ddbtable/embedded"
)

// open opens an engine that is closed at the end of the test.
func open(t testing.TB, opts ...embedded.Option) *embedded.DB {
	t.Helper()
	db, err := embedded.Open(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil && !errors.Is(err, embedded.ErrClosed) {
			t.Error(err)
		}
	})
	return db
}

func s(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }

func n(text string) types.AttributeValue { return &types.AttributeValueMemberN{Value: text} }

type item = map[string]types.AttributeValue

// createTable makes a table "tab" with the key a (S), or a and b (N).
func createTable(t testing.TB, c *dynamodb.Client, withSortKey bool) {
	t.Helper()
	in := &dynamodb.CreateTableInput{
		TableName:            aws.String("tab"),
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("a"), AttributeType: "S"}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("a"), KeyType: "HASH"}},
	}
	if withSortKey {
		in.AttributeDefinitions = append(in.AttributeDefinitions,
			types.AttributeDefinition{AttributeName: aws.String("b"), AttributeType: "N"})
		in.KeySchema = append(in.KeySchema, types.KeySchemaElement{AttributeName: aws.String("b"), KeyType: "RANGE"})
	}
	if _, err := c.CreateTable(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func put(t testing.TB, c *dynamodb.Client, it item) {
	t.Helper()
	if _, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("tab"), Item: it}); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, c *dynamodb.Client, key item) item {
	t.Helper()
	out, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("tab"), Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

func text(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	}
	return fmt.Sprintf("%T", v)
}

func TestErrorsAreTheSDKsTypes(t *testing.T) {
	c := open(t).Client()
	createTable(t, c, false)
	put(t, c, item{"a": s("k"), "x": n("1")})
	ctx := t.Context()

	_, err := c.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String("tab"), Item: item{"a": s("k")},
		ConditionExpression:                 aws.String("attribute_not_exists(a)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var failed *types.ConditionalCheckFailedException
	if !errors.As(err, &failed) || text(failed.Item["x"]) != "1" {
		t.Errorf("condition: %v", err)
	}

	_, err = c.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("none"), Key: item{"a": s("k")}})
	var missing *types.ResourceNotFoundException
	if !errors.As(err, &missing) {
		t.Errorf("missing table: %v", err)
	}

	_, err = c.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String("none")})
	if !errors.As(err, &missing) || !strings.Contains(err.Error(), "Table: none not found") {
		t.Errorf("missing table: %v", err)
	}

	_, err = c.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("tab"), Key: item{"b": s("k")}})
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "ValidationException" {
		t.Errorf("wrong key: %v", err)
	}
}

func TestWaitersAndPaginatorsOfTheSDK(t *testing.T) {
	c := open(t).Client()
	createTable(t, c, true)
	ctx := t.Context()
	waiter := dynamodb.NewTableExistsWaiter(c)
	if err := waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: aws.String("tab")}, time.Minute); err != nil {
		t.Fatal(err)
	}
	for i := range 25 {
		put(t, c, item{"a": s("k"), "b": n(fmt.Sprint(i * 7 % 25))})
	}
	p := dynamodb.NewQueryPaginator(c, &dynamodb.QueryInput{
		TableName: aws.String("tab"), Limit: aws.Int32(4), KeyConditionExpression: aws.String("a = :a"),
		ExpressionAttributeValues: item{":a": s("k")},
	})
	var got []string
	for p.HasMorePages() {
		page, err := p.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range page.Items {
			got = append(got, text(it["b"]))
		}
	}
	want := "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24"
	if strings.Join(got, " ") != want {
		t.Errorf("\n got: %s\nwant: %s", strings.Join(got, " "), want)
	}
}

func TestScanOrderSaysNothing(t *testing.T) {
	c := open(t).Client()
	createTable(t, c, false)
	for i := range 30 {
		put(t, c, item{"a": s(fmt.Sprintf("%02d", i))})
	}
	out, err := c.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("tab")})
	if err != nil {
		t.Fatal(err)
	}
	ordered := true
	for i, it := range out.Items {
		ordered = ordered && text(it["a"]) == fmt.Sprintf("%02d", i)
	}
	if len(out.Items) != 30 || ordered {
		t.Errorf("%d items, in the order of the key: %v", len(out.Items), ordered)
	}
}

func TestSegmentsCoverTheTable(t *testing.T) {
	c := open(t).Client()
	createTable(t, c, false)
	for i := range 200 {
		put(t, c, item{"a": s(fmt.Sprint(i))})
	}
	for _, total := range []int32{1, 2, 3, 7, 100} {
		seen := map[string]bool{}
		for segment := range total {
			p := dynamodb.NewScanPaginator(c, &dynamodb.ScanInput{
				TableName: aws.String("tab"), Segment: aws.Int32(segment), TotalSegments: aws.Int32(total), Limit: aws.Int32(11),
			})
			for p.HasMorePages() {
				page, err := p.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, it := range page.Items {
					if key := text(it["a"]); seen[key] {
						t.Errorf("%d segments: %s comes twice", total, key)
					} else {
						seen[key] = true
					}
				}
			}
		}
		if len(seen) != 200 {
			t.Errorf("%d segments have %d items", total, len(seen))
		}
	}
}

func TestAStartKeyOfAnotherSegmentIsRefused(t *testing.T) {
	c := open(t).Client()
	createTable(t, c, false)
	put(t, c, item{"a": s("k")})
	refused := 0
	for segment := range int32(4) {
		_, err := c.Scan(t.Context(), &dynamodb.ScanInput{
			TableName: aws.String("tab"), Segment: aws.Int32(segment), TotalSegments: aws.Int32(4),
			ExclusiveStartKey: item{"a": s("k")},
		})
		if err != nil {
			refused++
			if !strings.Contains(err.Error(), "Please use ExclusiveStartKey with correct Segment. TotalSegments: 4 Segment: ") {
				t.Errorf("segment %d: %v", segment, err)
			}
		}
	}
	if refused != 3 {
		t.Errorf("%d segments refuse the key", refused)
	}
}

func TestAFileSurvivesClosing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	db := open(t, embedded.File(path), embedded.Clock(func() time.Time { return now }))
	c := db.Client()
	createTable(t, c, true)
	for i := range 20 {
		put(t, c, item{"a": s("k"), "b": n(fmt.Sprint(i)), "x": n("12345678901234567890.5")})
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	c = open(t, embedded.File(path)).Client()
	it := get(t, c, item{"a": s("k"), "b": n("19.0")})
	if text(it["x"]) != "12345678901234567890.5" {
		t.Errorf("the item is %v", it)
	}
	for range 2 {
		out, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("tab")})
		if err != nil {
			t.Fatal(err)
		}
		if got := *out.Table.ItemCount; got != 20 {
			t.Errorf("ItemCount is %d", got)
		}
		if !out.Table.CreationDateTime.Equal(now) {
			t.Errorf("CreationDateTime is %s", out.Table.CreationDateTime)
		}
	}
	put(t, c, item{"a": s("k"), "b": n("99")})
	if _, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
		TableName: aws.String("tab"), Key: item{"a": s("k"), "b": n("0")},
	}); err != nil {
		t.Fatal(err)
	}
	out, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("tab")})
	if err != nil || *out.Table.ItemCount != 20 {
		t.Errorf("after one more and one less: %v, %v", out, err)
	}
}

func TestADeletedTableIsGone(t *testing.T) {
	for name, opts := range map[string][]embedded.Option{
		"memory": nil, "durable": {embedded.File(filepath.Join(t.TempDir(), "data"))},
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t, opts...).Client()
			createTable(t, c, false)
			put(t, c, item{"a": s("k")})
			if _, err := c.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String("tab")}); err != nil {
				t.Fatal(err)
			}
			createTable(t, c, false)
			if it := get(t, c, item{"a": s("k")}); it != nil {
				t.Errorf("the new table has %v", it)
			}
		})
	}
}

func TestAnUnusableFileIsOneClearError(t *testing.T) {
	for _, path := range []string{t.TempDir(), filepath.Join(t.TempDir(), "no", "place")} {
		_, err := embedded.Open(embedded.File(path))
		if err == nil || !strings.HasPrefix(err.Error(), "embedded: store: cannot ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestAClosedEngineSaysSo(t *testing.T) {
	db := open(t)
	c := db.Client()
	createTable(t, c, false)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("tab"), Key: item{"a": s("k")}})
	if !errors.Is(err, embedded.ErrClosed) {
		t.Errorf("GetItem: %v", err)
	}
	if err := db.Backup(new(bytes.Buffer)); !errors.Is(err, embedded.ErrClosed) {
		t.Errorf("Backup: %v", err)
	}
	if err := db.Close(); !errors.Is(err, embedded.ErrClosed) {
		t.Errorf("Close: %v", err)
	}
	w := httptest.NewRecorder()
	db.ServeHTTP(w, signed("ListTables", "{}"))
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "the embedded engine is closed") {
		t.Errorf("over HTTP: %d %s", w.Code, w.Body)
	}
}

// signed makes a request with a complete head.
func signed(operation, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Date", "20261122T000000Z")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c")
	return r
}

func TestOptionsOfTheClientCanBeChanged(t *testing.T) {
	db := open(t)
	fault := db.Inject(embedded.Fault{})
	for want, optFns := range map[int][]func(*dynamodb.Options){
		3: nil,
		1: {func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} }},
		2: {func(o *dynamodb.Options) { o.RetryMaxAttempts = 2 }},
	} {
		before := fault.Hits()
		if _, err := db.Client(optFns...).ListTables(t.Context(), nil); err == nil {
			t.Error("no error")
		}
		if got := fault.Hits() - before; got != want {
			t.Errorf("%d attempts, want %d", got, want)
		}
	}
}

func TestACancelledContextSendsNothing(t *testing.T) {
	db := open(t)
	c := db.Client()
	createTable(t, c, false)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("tab"), Item: item{"a": s("k")}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("PutItem: %v", err)
	}
	if it := get(t, c, item{"a": s("k")}); it != nil {
		t.Errorf("the item was written: %v", it)
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	for name, opts := range map[string][]embedded.Option{
		"memory": nil, "durable": {embedded.File(filepath.Join(t.TempDir(), "data"))},
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t, opts...).Client()
			createTable(t, c, false)
			const clients, each = 8, 20
			var wg sync.WaitGroup
			for range clients {
				wg.Go(func() { countUp(t, c, each) })
			}
			wg.Wait()
			if got := text(get(t, c, item{"a": s("k")})["n"]); got != fmt.Sprint(clients*each) {
				t.Errorf("counted to %s", got)
			}
		})
	}
}

func countUp(t *testing.T, c *dynamodb.Client, times int) {
	for range times {
		_, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: aws.String("tab"), Key: item{"a": s("k")},
			UpdateExpression: aws.String("ADD n :one"), ExpressionAttributeValues: item{":one": n("1")},
		})
		if err != nil {
			t.Error(err)
			return
		}
		if _, err := c.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("tab")}); err != nil {
			t.Error(err)
			return
		}
	}
}

func TestABackupOpens(t *testing.T) {
	db := open(t)
	c := db.Client()
	createTable(t, c, false)
	put(t, c, item{"a": s("k")})
	path := filepath.Join(t.TempDir(), "copy")
	var copied bytes.Buffer
	if err := db.Backup(&copied); err != nil {
		t.Fatal(err)
	}
	writeFile(t, path, copied.Bytes())
	if it := get(t, open(t, embedded.File(path)).Client(), item{"a": s("k")}); it == nil {
		t.Error("the copy lacks the item")
	}
}
