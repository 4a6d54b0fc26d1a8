package embedded_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable/embedded"
)

// lagging is how many reads of a strict engine may not see a write.
const lagging = 2

// ready creates a table with the key a, b and the index idx0 on b, and waits
// until it is there.
func ready(t *testing.T, c *dynamodb.Client) {
	t.Helper()
	if _, err := c.CreateTable(t.Context(), withGlobalIndexes(1)); err != nil {
		t.Fatal(err)
	}
	for status(t, c) != "ACTIVE ACTIVE" {
	}
}

// status gives the status of the table and of its index.
func status(t *testing.T, c *dynamodb.Client) string {
	t.Helper()
	out, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("tab")})
	if _, gone := errors.AsType[*types.ResourceNotFoundException](err); gone {
		return "gone"
	}
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s %s", out.Table.TableStatus, out.Table.GlobalSecondaryIndexes[0].IndexStatus)
}

// version puts a version of the item k.
func version(t *testing.T, c *dynamodb.Client, v int) {
	t.Helper()
	put(t, c, item{"a": s("k"), "b": s("k"), "n": n(fmt.Sprint(v))})
}

// readers are the reads that may lag. Each gives the version of the item k.
var readers = map[string]func(t *testing.T, c *dynamodb.Client) string{
	"GetItem": func(t *testing.T, c *dynamodb.Client) string {
		return text(get(t, c, item{"a": s("k"), "b": s("k")})["n"])
	},
	"BatchGetItem": func(t *testing.T, c *dynamodb.Client) string {
		out, err := c.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			"tab": {Keys: []item{{"a": s("k"), "b": s("k")}}},
		}})
		return found(t, out.Responses["tab"], err)
	},
	"Scan": func(t *testing.T, c *dynamodb.Client) string {
		out, err := c.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("tab")})
		return found(t, out.Items, err)
	},
	"Query of the index": func(t *testing.T, c *dynamodb.Client) string {
		out, err := c.Query(t.Context(), &dynamodb.QueryInput{
			TableName: aws.String("tab"), IndexName: aws.String("idx0"), KeyConditionExpression: aws.String("b = :b"),
			ExpressionAttributeValues: item{":b": s("k")},
		})
		return found(t, out.Items, err)
	},
}

func found(t *testing.T, items []item, err error) string {
	t.Helper()
	if err != nil || len(items) != 1 {
		t.Fatalf("%v, %v", items, err)
	}
	return text(items[0]["n"])
}

func TestStrictReadsLagAndCatchUp(t *testing.T) {
	for name, read := range readers {
		t.Run(name, func(t *testing.T) {
			db := open(t, embedded.Strict(3))
			c := db.Client()
			ready(t, c)
			version(t, c, 0)
			for range lagging {
				// The item may not be there for these.
				_, _ = c.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("tab")})
				_, _ = c.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("tab"), IndexName: aws.String("idx0")})
			}
			stale := 0
			for v := 1; v <= 40; v++ {
				version(t, c, v)
				want := fmt.Sprint(v)
				for range lagging {
					switch got := read(t, c); got {
					case want:
					case fmt.Sprint(v - 1):
						stale++
					default:
						t.Fatalf("version %s after %s was put", got, want)
					}
				}
				if got := read(t, c); got != want {
					t.Fatalf("read %d after version %s was put: %s", lagging+1, want, got)
				}
			}
			if stale < 10 || stale > 60 {
				t.Errorf("%d of 80 reads were stale", stale)
			}
		})
	}
}

func TestStrictConsistentReadsDoNotLag(t *testing.T) {
	db := open(t, embedded.Strict(3))
	c := db.Client()
	ready(t, c)
	for v := range 40 {
		version(t, c, v)
		out, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{
			TableName: aws.String("tab"), Key: item{"a": s("k"), "b": s("k")}, ConsistentRead: aws.Bool(true),
		})
		if err != nil || text(out.Item["n"]) != fmt.Sprint(v) {
			t.Errorf("GetItem: %v, %v; want version %d", out.Item, err, v)
		}
		scan, err := c.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("tab"), ConsistentRead: aws.Bool(true)})
		if got := found(t, scan.Items, err); got != fmt.Sprint(v) {
			t.Errorf("Scan: version %s, want %d", got, v)
		}
	}
}

func TestStrictTablesTakeTime(t *testing.T) {
	c := open(t, embedded.Strict(1)).Client()
	key := item{"a": s("k"), "b": s("k")}
	seen := make(map[string]bool)
	for range 20 {
		if _, err := c.CreateTable(t.Context(), withGlobalIndexes(1)); err != nil {
			t.Fatal(err)
		}
		_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("tab"), Item: key})
		if _, missing := errors.AsType[*types.ResourceNotFoundException](err); !missing {
			t.Fatalf("PutItem to a new table: %v", err)
		}
		for s := ""; s != "ACTIVE ACTIVE"; seen[s] = true {
			s = status(t, c)
		}
		version(t, c, 1)
		if _, err := c.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String("tab")}); err != nil {
			t.Fatal(err)
		}
		names, err := c.ListTables(t.Context(), &dynamodb.ListTablesInput{})
		if err != nil || len(names.TableNames) != 1 {
			t.Errorf("ListTables: %v, %v", names, err)
		}
		_, err = c.CreateTable(t.Context(), withGlobalIndexes(1))
		if _, inUse := errors.AsType[*types.ResourceInUseException](err); !inUse {
			t.Fatalf("CreateTable for a name that is being deleted: %v", err)
		}
		for s := ""; s != "gone"; seen[s] = true {
			s = status(t, c)
		}
	}
	for _, s := range []string{"CREATING CREATING", "ACTIVE ACTIVE", "DELETING DELETING", "gone"} {
		if !seen[s] {
			t.Errorf("no table was ever %s", s)
		}
	}
	if len(seen) != 4 {
		t.Errorf("tables were %v", seen)
	}
}

// TestStrictIndexesTakeTime creates and deletes an index again and again, with
// items in the table that go into it.
func TestStrictIndexesTakeTime(t *testing.T) {
	c := open(t, embedded.Strict(1)).Client()
	ready(t, c)
	version(t, c, 1)
	create := &dynamodb.UpdateTableInput{
		TableName:            aws.String("tab"),
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("n"), AttributeType: "N"}},
		GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{Create: &types.CreateGlobalSecondaryIndexAction{
			IndexName: aws.String("late"), KeySchema: keySchema("n HASH"),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		}}},
	}
	remove := &dynamodb.UpdateTableInput{
		TableName: aws.String("tab"),
		GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{Delete: &types.DeleteGlobalSecondaryIndexAction{
			IndexName: aws.String("late"),
		}}},
	}
	seen := make(map[string]bool)
	for range 20 {
		for _, in := range []*dynamodb.UpdateTableInput{create, remove} {
			if _, err := c.UpdateTable(t.Context(), in); err != nil {
				t.Fatal(err)
			}
			_, err := c.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("tab"), IndexName: aws.String("late")})
			if code := codeOf(err); code != "ValidationException" {
				t.Fatalf("a scan of an index that is being created or deleted: %v", err)
			}
			for s := ""; !strings.HasPrefix(s, "ACTIVE"); seen[s] = true {
				s = late(t, c)
			}
		}
	}
	for _, s := range []string{"UPDATING CREATING", "UPDATING DELETING", "ACTIVE ACTIVE", "ACTIVE gone"} {
		if !seen[s] {
			t.Errorf("the table and the index were never %s", s)
		}
	}
	if len(seen) != 4 {
		t.Errorf("the table and the index were %v", seen)
	}
}

// late gives the status of the table and of its index "late".
func late(t *testing.T, c *dynamodb.Client) string {
	t.Helper()
	out, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("tab")})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range out.Table.GlobalSecondaryIndexes {
		if *x.IndexName == "late" {
			return fmt.Sprintf("%s %s", out.Table.TableStatus, x.IndexStatus)
		}
	}
	return fmt.Sprintf("%s gone", out.Table.TableStatus)
}

func TestStrictIsSurvivedByTryingAgain(t *testing.T) {
	db := open(t, embedded.Strict(5))
	ready(t, db.Client())
	throttled, partial := 0, 0
	attempts := 0
	once, patient := db.Client(once), db.Client()
	for i := range 200 {
		// One request is sent without patience and one with it.
		in := &dynamodb.PutItemInput{TableName: aws.String("tab"), Item: item{"a": s(fmt.Sprint(i)), "b": s("b")}}
		_, err := once.PutItem(t.Context(), in)
		if _, ok := errors.AsType[*types.ProvisionedThroughputExceededException](err); ok {
			throttled++
		} else if err != nil {
			t.Fatal(err)
		}
		in.Item["n"] = n("1")
		if _, err := patient.PutItem(t.Context(), in); err != nil {
			t.Fatalf("with the SDK's retryer: %v", err)
		}
	}
	for i := range 20 {
		left := map[string][]types.WriteRequest{}
		for j := range 10 {
			it := item{"a": s(fmt.Sprint("batch", i, j)), "b": s("b")}
			left["tab"] = append(left["tab"], types.WriteRequest{PutRequest: &types.PutRequest{Item: it}})
		}
		for len(left) > 0 {
			out, err := patient.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: left})
			if err != nil {
				t.Fatal(err)
			}
			if len(out.UnprocessedItems["tab"]) > 0 {
				partial++
			}
			if len(out.UnprocessedItems["tab"]) == len(left["tab"]) {
				t.Fatal("a batch made no progress")
			}
			left = out.UnprocessedItems
			attempts++
		}
	}
	if throttled < 10 || throttled > 40 || partial < 15 || attempts > 100 {
		t.Errorf("%d of 200 requests were throttled, %d of %d batches done in part", throttled, partial, attempts)
	}
}

// transcript tells what a fixed sequence of requests meets.
func transcript(t *testing.T, seed uint64) string {
	t.Helper()
	db := open(t, embedded.Strict(seed))
	ready(t, db.Client())
	c := db.Client(once)
	var b strings.Builder
	for v := range 60 {
		_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{
			TableName: aws.String("tab"), Item: item{"a": s("k"), "b": s("k"), "n": n(fmt.Sprint(v))},
		})
		fmt.Fprint(&b, err != nil)
		out, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("tab"), Key: item{"a": s("k"), "b": s("k")}})
		fmt.Fprint(&b, err != nil)
		if err == nil && out.Item != nil {
			fmt.Fprint(&b, text(out.Item["n"]))
		}
	}
	return b.String()
}

func TestStrictIsDecidedByTheSeed(t *testing.T) {
	first := transcript(t, 1)
	if again := transcript(t, 1); again != first {
		t.Errorf("two runs differ:\n%s\n%s", first, again)
	}
	if other := transcript(t, 2); other == first {
		t.Error("another seed gives the same")
	}
}
