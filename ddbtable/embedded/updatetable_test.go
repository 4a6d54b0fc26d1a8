package embedded_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"example.com/ddb/ddbtable/embedded"
)

// addIndex creates the global index idx0 on the attribute b.
func addIndex() *dynamodb.UpdateTableInput {
	x := withGlobalIndexes(1).GlobalSecondaryIndexes[0]
	return &dynamodb.UpdateTableInput{
		TableName:            aws.String("tab"),
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("b"), AttributeType: "S"}},
		GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{
			Create: &types.CreateGlobalSecondaryIndexAction{IndexName: x.IndexName, KeySchema: x.KeySchema, Projection: x.Projection},
		}},
	}
}

func dropIndex() *dynamodb.UpdateTableInput {
	return &dynamodb.UpdateTableInput{
		TableName: aws.String("tab"),
		GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{
			Delete: &types.DeleteGlobalSecondaryIndexAction{IndexName: aws.String("idx0")},
		}},
	}
}

func update(t *testing.T, c *dynamodb.Client, in *dynamodb.UpdateTableInput) *types.TableDescription {
	t.Helper()
	out, err := c.UpdateTable(t.Context(), in)
	must(t, err)
	return out.TableDescription
}

func describe(t *testing.T, c *dynamodb.Client) *types.TableDescription {
	t.Helper()
	out, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("tab")})
	must(t, err)
	return out.Table
}

// defined gives the names of a table's attribute definitions.
func defined(d *types.TableDescription) string {
	var names []string
	for _, a := range d.AttributeDefinitions {
		names = append(names, *a.AttributeName)
	}
	slices.Sort(names)
	return fmt.Sprint(names)
}

// TestAnUpdateIsDescribedAsUnderWayAndThenAsDone creates and deletes an index.
func TestAnUpdateIsDescribedAsUnderWayAndThenAsDone(t *testing.T) {
	c := open(t).Client()
	createTable(t, c, false)
	d := update(t, c, addIndex())
	if d.TableStatus != types.TableStatusUpdating || d.GlobalSecondaryIndexes[0].IndexStatus != types.IndexStatusCreating {
		t.Errorf("creating: %s, %s", d.TableStatus, d.GlobalSecondaryIndexes[0].IndexStatus)
	}
	d = describe(t, c)
	if d.TableStatus != types.TableStatusActive || d.GlobalSecondaryIndexes[0].IndexStatus != types.IndexStatusActive || defined(d) != "[a b]" {
		t.Errorf("created: %s, %s, defined %s", d.TableStatus, d.GlobalSecondaryIndexes[0].IndexStatus, defined(d))
	}
	d = update(t, c, dropIndex())
	if d.GlobalSecondaryIndexes[0].IndexStatus != types.IndexStatusDeleting || defined(d) != "[a b]" {
		t.Errorf("deleting: %s, defined %s", d.GlobalSecondaryIndexes[0].IndexStatus, defined(d))
	}
	if d = describe(t, c); len(d.GlobalSecondaryIndexes) > 0 || defined(d) != "[a]" {
		t.Errorf("deleted: %d indexes, defined %s", len(d.GlobalSecondaryIndexes), defined(d))
	}
}

func TestChangesOfThroughputAreDated(t *testing.T) {
	now := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
	c := open(t, embedded.Clock(func() time.Time { return now })).Client()
	createTable(t, c, false)
	throughput := func(read, write int64) *types.ProvisionedThroughputDescription {
		now = now.Add(time.Hour)
		update(t, c, &dynamodb.UpdateTableInput{
			TableName: aws.String("tab"), BillingMode: types.BillingModeProvisioned,
			ProvisionedThroughput: &types.ProvisionedThroughput{ReadCapacityUnits: &read, WriteCapacityUnits: &write},
		})
		return describe(t, c).ProvisionedThroughput
	}
	p := throughput(5, 5)
	if !p.LastIncreaseDateTime.Equal(now) || p.LastDecreaseDateTime != nil || *p.ReadCapacityUnits != 5 {
		t.Errorf("after an increase: %+v", p)
	}
	if b := describe(t, c).BillingModeSummary; b.BillingMode != types.BillingModeProvisioned || b.LastUpdateToPayPerRequestDateTime == nil {
		t.Errorf("billing: %+v", b)
	}
	throughput(4, 5)
	if p = throughput(4, 4); !p.LastDecreaseDateTime.Equal(now) || *p.NumberOfDecreasesToday != 2 {
		t.Errorf("after two decreases: %+v", p)
	}
	now = now.Add(24 * time.Hour)
	if p = describe(t, c).ProvisionedThroughput; *p.NumberOfDecreasesToday != 0 {
		t.Errorf("a day later: %+v", p)
	}
	update(t, c, &dynamodb.UpdateTableInput{TableName: aws.String("tab"), BillingMode: types.BillingModePayPerRequest})
	if d := describe(t, c); *d.ProvisionedThroughput.ReadCapacityUnits != 0 || !d.BillingModeSummary.LastUpdateToPayPerRequestDateTime.Equal(now) {
		t.Errorf("on demand: %+v, %+v", d.ProvisionedThroughput, d.BillingModeSummary)
	}
}

// TestAnIndexIsCreatedWhileItsTableIsWritten creates and deletes an index while
// items are put. In the end the index has all of them, also after a restart.
func TestAnIndexIsCreatedWhileItsTableIsWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	for name, opts := range map[string][]embedded.Option{"memory": nil, "durable": {embedded.File(path)}} {
		t.Run(name, func(t *testing.T) {
			db := open(t, opts...)
			c := db.Client()
			_, err := c.CreateTable(t.Context(), definition())
			must(t, err)
			var writers sync.WaitGroup
			for w := range 4 {
				writers.Go(func() { putMany(t, c, w) })
			}
			for range 5 {
				update(t, c, addIndex())
				update(t, c, dropIndex())
			}
			update(t, c, addIndex())
			writers.Wait()
			if got := counts(t, c); got != [4]int{200, 200, 200, 200} {
				t.Errorf("counts of table and index, found and described: %v", got)
			}
			if opts == nil {
				return
			}
			must(t, db.Close())
			if got := counts(t, open(t, opts...).Client()); got != [4]int{200, 200, 200, 200} {
				t.Errorf("after a restart: %v", got)
			}
		})
	}
}

// TestAnItemFromBeforeAnIndexCanBeChanged updates an item whose attribute does
// not fit the key of a later index: other attributes change freely, and that
// one only into a value that fits.
func TestAnItemFromBeforeAnIndexCanBeChanged(t *testing.T) {
	c := open(t).Client()
	createTable(t, c, false)
	put(t, c, item{"a": s("k"), "b": n("1")})
	update(t, c, addIndex())
	set := func(name string, v types.AttributeValue) error {
		_, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: aws.String("tab"), Key: item{"a": s("k")}, UpdateExpression: aws.String("SET #n = :v"),
			ExpressionAttributeNames: map[string]string{"#n": name}, ExpressionAttributeValues: item{":v": v},
		})
		return err
	}
	if err := set("n", n("2")); err != nil {
		t.Errorf("another attribute: %v", err)
	}
	if err := set("b", n("3")); err == nil {
		t.Error("the attribute took a value of the wrong type")
	}
	if got := counts(t, c); got != [4]int{1, 0, 1, 0} {
		t.Errorf("counts of table and index, found and described: %v", got)
	}
	if err := set("b", s("fits")); err != nil {
		t.Errorf("a value that fits: %v", err)
	}
	if got := counts(t, c); got != [4]int{1, 1, 1, 1} {
		t.Errorf("counts of table and index, found and described: %v", got)
	}
}

// TestWhatIsNotHereIsRefused asks for replicas and vector indexes. A table
// without them would pass for one that has them.
func TestWhatIsNotHereIsRefused(t *testing.T) {
	c := open(t).Client()
	in := definition()
	in.VectorIndexes = []types.VectorIndex{{IndexName: aws.String("vec")}}
	_, err := c.CreateTable(t.Context(), in, func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, unvalidated)
	})
	if err == nil || !strings.Contains(err.Error(), "nothing of what VectorIndexes asks for") {
		t.Errorf("CreateTable: %v", err)
	}
	createTable(t, c, false)
	_, err = c.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{
		TableName:      aws.String("tab"),
		ReplicaUpdates: []types.ReplicationGroupUpdate{{Delete: &types.DeleteReplicationGroupMemberAction{RegionName: aws.String("eu-west-1")}}},
	})
	if err == nil || !strings.Contains(err.Error(), "nothing of what ReplicaUpdates asks for") {
		t.Errorf("UpdateTable: %v", err)
	}
	// What only costs money elsewhere is accepted.
	update(t, c, &dynamodb.UpdateTableInput{TableName: aws.String("tab"), SSESpecification: &types.SSESpecification{Enabled: aws.Bool(true)}})
}

// unvalidated takes the SDK's own checks away, so that a request arrives which is
// not complete.
func unvalidated(stack *middleware.Stack) error {
	_, err := stack.Initialize.Remove("OperationInputValidation")
	return err
}
