package ddbtable

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// createInput is the definition as DynamoDB takes it.
func (t *core) createInput() *dynamodb.CreateTableInput {
	def := t.schema
	in := &dynamodb.CreateTableInput{
		TableName:   &t.settings.name,
		KeySchema:   def.primary.schema(),
		BillingMode: types.BillingModePayPerRequest,
	}
	if def.throughput != nil {
		in.BillingMode = types.BillingModeProvisioned
		in.ProvisionedThroughput = def.throughput.input()
	}
	for _, f := range def.keyFields() {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: &f.Name, AttributeType: types.ScalarAttributeType(f.Kind),
		})
	}
	for _, x := range def.indexes {
		if x.local {
			in.LocalSecondaryIndexes = append(in.LocalSecondaryIndexes, types.LocalSecondaryIndex{
				IndexName: &x.name, KeySchema: x.schema(), Projection: x.projection(),
			})
			continue
		}
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: &x.name, KeySchema: x.schema(), Projection: x.projection(),
			ProvisionedThroughput: def.throughput.input(),
		})
	}
	return in
}

func (t *throughput) input() *types.ProvisionedThroughput {
	if t == nil {
		return nil
	}
	return &types.ProvisionedThroughput{ReadCapacityUnits: &t.read, WriteCapacityUnits: &t.write}
}

// schema is the key as DynamoDB takes it: the attributes of the partition key,
// then those of the sort key.
func (x *index) schema() []types.KeySchemaElement {
	var schema []types.KeySchemaElement
	for _, f := range x.partitions {
		schema = append(schema, types.KeySchemaElement{AttributeName: &f.Name, KeyType: types.KeyTypeHash})
	}
	for _, f := range x.sorts {
		schema = append(schema, types.KeySchemaElement{AttributeName: &f.Name, KeyType: types.KeyTypeRange})
	}
	return schema
}

func (x *index) projection() *types.Projection {
	switch {
	case x.keysOnly:
		return &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}
	case x.include != nil:
		return &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: x.include}
	}
	return &types.Projection{ProjectionType: types.ProjectionTypeAll}
}
