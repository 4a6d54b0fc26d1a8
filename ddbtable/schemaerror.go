package ddbtable

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A SchemaError says that a table of the name exists but is not the defined
// one: another key, another type of a key attribute, or an index that is
// missing or different.
type SchemaError struct {
	Table string

	// Differences give for each the defined and the actual.
	Differences []string
}

func (e *SchemaError) Error() string {
	return "the existing table is not the defined one: " + strings.Join(e.Differences, "; ") +
		"; change the definition, migrate the table, or use another name"
}

// compare returns a SchemaError if the table is not the defined one.
func (t *core) compare(table *types.TableDescription) error {
	e := &SchemaError{Table: t.settings.name}
	e.differ("primary key", schemaText(t.schema.primary.schema()), schemaText(table.KeySchema))
	kinds := make(map[string]types.ScalarAttributeType)
	for _, a := range table.AttributeDefinitions {
		kinds[aws.ToString(a.AttributeName)] = a.AttributeType
	}
	for _, f := range t.schema.keyFields() {
		if kind, ok := kinds[f.Name]; ok {
			e.differ("type of key attribute "+f.Name, string(f.Kind), string(kind))
		}
	}
	actual := indexTexts(table)
	for _, x := range t.schema.indexes {
		found, ok := actual[x.name]
		if !ok {
			found = "none"
		}
		e.differ("index "+x.name, indexText(x.local, x.schema(), x.projection()), found)
	}
	if len(e.Differences) > 0 {
		return e
	}
	return nil
}

func (e *SchemaError) differ(what, defined, actual string) {
	if defined != actual {
		e.Differences = append(e.Differences, fmt.Sprintf("%s: defined %s, actual %s", what, defined, actual))
	}
}

// indexTexts describes the indexes of an existing table.
func indexTexts(table *types.TableDescription) map[string]string {
	texts := make(map[string]string)
	for _, x := range table.GlobalSecondaryIndexes {
		texts[aws.ToString(x.IndexName)] = indexText(false, x.KeySchema, x.Projection)
	}
	for _, x := range table.LocalSecondaryIndexes {
		texts[aws.ToString(x.IndexName)] = indexText(true, x.KeySchema, x.Projection)
	}
	return texts
}

func indexText(local bool, schema []types.KeySchemaElement, p *types.Projection) string {
	kind := "global"
	if local {
		kind = "local"
	}
	projection := "no projection"
	if p != nil {
		projection = string(p.ProjectionType)
		if len(p.NonKeyAttributes) > 0 {
			projection += " " + strings.Join(slices.Sorted(slices.Values(p.NonKeyAttributes)), ", ")
		}
	}
	return kind + " on " + schemaText(schema) + " projecting " + projection
}

func schemaText(schema []types.KeySchemaElement) string {
	var parts []string
	for _, e := range schema {
		parts = append(parts, aws.ToString(e.AttributeName)+" "+string(e.KeyType))
	}
	return strings.Join(parts, " + ")
}
