package embedded_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable/embedded"
)

// indexed is a table with the key a, b and a global index on b.
func indexed() *dynamodb.CreateTableInput { return withGlobalIndexes(1) }

// counts gives what a scan of the table and of its index finds, and what the
// descriptions of both say.
func counts(t *testing.T, c *dynamodb.Client) [4]int {
	t.Helper()
	var got [4]int
	for i, index := range []*string{nil, aws.String("idx0")} {
		out, err := c.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("tab"), IndexName: index, Select: types.SelectCount})
		if err != nil {
			t.Fatal(err)
		}
		got[i] = int(out.Count)
	}
	out, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("tab")})
	if err != nil {
		t.Fatal(err)
	}
	got[2], got[3] = int(*out.Table.ItemCount), int(*out.Table.GlobalSecondaryIndexes[0].ItemCount)
	return got
}

func TestDescriptionsCountWhatIsInAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	db := open(t, embedded.File(path))
	c := db.Client()
	if _, err := c.CreateTable(t.Context(), indexed()); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		put(t, c, item{"a": s(fmt.Sprint(i)), "b": s("b")})
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	c = open(t, embedded.File(path)).Client()
	put(t, c, item{"a": s("later"), "b": s("b")})
	for range 2 {
		if got := counts(t, c); got != [4]int{6, 6, 6, 6} {
			t.Errorf("counts of table and index, found and described: %v", got)
		}
	}
	put(t, c, item{"a": s("last"), "b": s("b")})
	if got := counts(t, c); got != [4]int{7, 7, 7, 7} {
		t.Errorf("counts of table and index, found and described: %v", got)
	}
}

// TestWritesWhileTheirTableIsReplaced writes while the table is deleted and
// made again. A write goes to the table that is there, whole, or finds none.
func TestWritesWhileTheirTableIsReplaced(t *testing.T) {
	for name, opts := range map[string][]embedded.Option{
		"memory": nil, "durable": {embedded.File(filepath.Join(t.TempDir(), "data"))},
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t, opts...).Client()
			if _, err := c.CreateTable(t.Context(), indexed()); err != nil {
				t.Fatal(err)
			}
			var writers sync.WaitGroup
			for w := range 4 {
				writers.Go(func() { putMany(t, c, w) })
			}
			for range 10 {
				if _, err := c.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String("tab")}); err != nil {
					t.Error(err)
				}
				if _, err := c.CreateTable(t.Context(), indexed()); err != nil {
					t.Error(err)
				}
			}
			writers.Wait()
			got := counts(t, c)
			if got != [4]int{got[0], got[0], got[0], got[0]} {
				t.Errorf("counts of table and index, found and described: %v", got)
			}
		})
	}
}

func putMany(t *testing.T, c *dynamodb.Client, writer int) {
	for i := range 50 {
		_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{
			TableName: aws.String("tab"), Item: item{"a": s(fmt.Sprint(writer)), "b": s(fmt.Sprint(i))},
		})
		if _, missing := errors.AsType[*types.ResourceNotFoundException](err); err != nil && !missing {
			t.Error(err)
			return
		}
	}
}
