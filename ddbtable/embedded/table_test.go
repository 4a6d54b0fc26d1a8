package embedded_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// TestTableLimits creates tables with as many parts as are allowed, and with
// one more.
func TestTableLimits(t *testing.T) {
	tests := []struct {
		name string
		most int
		in   func(count int) *dynamodb.CreateTableInput
		want string
	}{
		{"local indexes", 5, withLocalIndexes, "Number of LocalSecondaryIndexes exceeds per-table limit of 5"},
		{"global indexes", 20, withGlobalIndexes, "GlobalSecondaryIndex count exceeds the per-table limit of 20"},
		{"projected attributes", 100, withProjected, "Number of NonKeyAttributes of all indexes exceeds the limit of 100: 101"},
		{"partition attributes of an index", 4, withPartitionKey, "Too many HASH key attributes in KeySchema for index: idx"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := open(t).Client()
			if _, err := c.CreateTable(t.Context(), test.in(test.most+1)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%d: %v", test.most+1, err)
			}
			if _, err := c.CreateTable(t.Context(), test.in(test.most)); err != nil {
				t.Errorf("%d: %v", test.most, err)
			}
		})
	}
}

// definition is a table with the key a, b.
func definition() *dynamodb.CreateTableInput {
	return &dynamodb.CreateTableInput{
		TableName: aws.String("tab"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("a"), AttributeType: "S"}, {AttributeName: aws.String("b"), AttributeType: "S"},
		},
		KeySchema: keySchema("a HASH", "b RANGE"),
	}
}

func keySchema(elements ...string) []types.KeySchemaElement {
	var schema []types.KeySchemaElement
	for _, e := range elements {
		name, kind, _ := strings.Cut(e, " ")
		schema = append(schema, types.KeySchemaElement{AttributeName: aws.String(name), KeyType: types.KeyType(kind)})
	}
	return schema
}

func withLocalIndexes(count int) *dynamodb.CreateTableInput {
	in := definition()
	for i := range count {
		in.LocalSecondaryIndexes = append(in.LocalSecondaryIndexes, types.LocalSecondaryIndex{
			IndexName: aws.String(fmt.Sprint("idx", i)), KeySchema: keySchema("a HASH", "b RANGE"),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		})
	}
	return in
}

func withGlobalIndexes(count int) *dynamodb.CreateTableInput {
	in := definition()
	for i := range count {
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(fmt.Sprint("idx", i)), KeySchema: keySchema("b HASH"),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		})
	}
	return in
}

// withProjected spreads attributes over indexes, of which each takes 20.
func withProjected(count int) *dynamodb.CreateTableInput {
	in := withGlobalIndexes((count + 19) / 20)
	for i := range in.GlobalSecondaryIndexes {
		p := &types.Projection{ProjectionType: types.ProjectionTypeInclude}
		for range min(20, count-20*i) {
			p.NonKeyAttributes = append(p.NonKeyAttributes, fmt.Sprint("x", len(p.NonKeyAttributes)))
		}
		in.GlobalSecondaryIndexes[i].Projection = p
	}
	return in
}

func withPartitionKey(count int) *dynamodb.CreateTableInput {
	in := definition()
	index := types.GlobalSecondaryIndex{
		IndexName: aws.String("idx"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
	}
	for i := range count {
		name := fmt.Sprint("k", i)
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: aws.String(name), AttributeType: "S"})
		index.KeySchema = append(index.KeySchema, keySchema(name+" HASH")...)
	}
	in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, index)
	return in
}

// TestATableIsDescribedWhole gives a table every setting that CreateTable
// takes and finds each in the description.
func TestATableIsDescribedWhole(t *testing.T) {
	c := open(t).Client()
	in := withLocalIndexes(1)
	in.GlobalSecondaryIndexes = withGlobalIndexes(2).GlobalSecondaryIndexes[1:]
	in.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeKeysOnly}
	in.TableClass = types.TableClassStandardInfrequentAccess
	in.Tags = []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}
	in.DeletionProtectionEnabled = aws.Bool(true)
	if _, err := c.CreateTable(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	out, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("tab")})
	if err != nil {
		t.Fatal(err)
	}
	d := out.Table
	for name, ok := range map[string]bool{
		"status":     d.TableStatus == types.TableStatusActive,
		"key":        len(d.KeySchema) == 2 && *d.KeySchema[1].AttributeName == "b" && len(d.AttributeDefinitions) == 2,
		"local":      *d.LocalSecondaryIndexes[0].IndexName == "idx0" && strings.HasSuffix(*d.LocalSecondaryIndexes[0].IndexArn, "/index/idx0"),
		"global":     d.GlobalSecondaryIndexes[0].IndexStatus == types.IndexStatusActive && *d.GlobalSecondaryIndexes[0].IndexName == "idx1",
		"stream":     *d.StreamSpecification.StreamEnabled && d.StreamSpecification.StreamViewType == types.StreamViewTypeKeysOnly,
		"stream ARN": *d.LatestStreamArn == *d.TableArn+"/stream/"+*d.LatestStreamLabel,
		"class":      d.TableClassSummary.TableClass == types.TableClassStandardInfrequentAccess,
		"billing":    d.BillingModeSummary.BillingMode == types.BillingModePayPerRequest,
		"protection": *d.DeletionProtectionEnabled,
		"ID":         len(*d.TableId) == 36,
	} {
		if !ok {
			t.Errorf("%s: %+v", name, d)
		}
	}
}
