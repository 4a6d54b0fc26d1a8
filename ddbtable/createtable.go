package ddbtable

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A Clock lets time pass. The default is the system's; a test gives another.
type Clock interface {
	Now() time.Time

	// Sleep returns after d, or with the context's error when that ends.
	Sleep(ctx context.Context, d time.Duration) error
}

// UseClock makes the table wait by that clock.
func UseClock(c Clock) Option {
	return option(func(s *settings) {
		if c == nil {
			s.err = errors.Join(s.err, errors.New("clock is nil; give one, or leave UseClock out"))
			return
		}
		s.wait.clock = c
	})
}

// PollInterval is how long CreateTable and DeleteTable wait between two looks
// at the table: 1 second without this option, or with 0.
func PollInterval(d time.Duration) Option {
	return option(func(s *settings) {
		switch {
		case d < 0:
			s.err = errors.Join(s.err, errors.New("PollInterval is negative; give the time between two looks at the table, or 0 for the default"))
		case d > 0:
			s.wait.interval = d
		}
	})
}

// waiting is how a table waits for DynamoDB.
type waiting struct {
	clock    Clock
	interval time.Duration
}

var defaultWaiting = waiting{clock: systemClock{}, interval: time.Second}

func (w waiting) pause(ctx context.Context) error { return w.clock.Sleep(ctx, w.interval) }

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

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

// CreateTable creates the table with its indexes and returns when all of them
// are active. It is fine if the table is there already, or is just being
// created by somebody else: it must then have the defined primary key and
// attribute types and each defined index with its key and projection, else the
// error is a [SchemaError]. Other indexes, throughput and billing are not
// compared. A table that is being changed is waited for; one that is being
// deleted too, and then created anew.
//
// It costs one CreateTable and, every [PollInterval], one DescribeTable. Give a
// context with a deadline.
func (t *Table[T]) CreateTable(ctx context.Context) error {
	return t.opError("create table", t.tables(func(t *core) error { return t.createTable(ctx) }))
}

// ready is what stands in the way of sending.
func (t *core) ready() error {
	if err := t.mistake(); err != nil {
		return err
	}
	if nilClient(t.client) {
		return errNilClient
	}
	return nil
}

func (t *core) createTable(ctx context.Context) error {
	if err := t.ready(); err != nil {
		return err
	}
	for {
		_, err := t.client.CreateTable(ctx, t.createInput())
		if _, inUse := errors.AsType[*types.ResourceInUseException](err); err != nil && !inUse {
			return err
		}
		gone, err := t.awaitActive(ctx)
		if !gone || err != nil {
			return err
		}
		if err := t.settings.wait.pause(ctx); err != nil {
			return err
		}
	}
}

// awaitActive waits until table and indexes are active, and checks them. Gone
// says that the table is not there any more.
func (t *core) awaitActive(ctx context.Context) (gone bool, err error) {
	for {
		table, err := t.describe(ctx)
		switch {
		case err != nil:
			return false, err
		case table == nil:
			return true, nil
		case table.TableStatus != types.TableStatusDeleting:
			if err := t.compare(table); err != nil {
				return false, err
			}
			if done, err := settled(table); done || err != nil {
				return false, err
			}
		}
		if err := t.settings.wait.pause(ctx); err != nil {
			return false, err
		}
	}
}

// describe returns the table's description, nil if there is no such table.
func (t *core) describe(ctx context.Context) (*types.TableDescription, error) {
	out, err := t.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &t.settings.name})
	if _, none := errors.AsType[*types.ResourceNotFoundException](err); none {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return out.Table, nil
}

// settled reports whether the table and all its indexes are active. The error
// says that waiting does not make them so.
func settled(table *types.TableDescription) (bool, error) {
	switch s := table.TableStatus; s {
	case types.TableStatusActive:
	case types.TableStatusCreating, types.TableStatusUpdating:
		return false, nil
	default:
		return false, fmt.Errorf("the table is there with status %s, which waiting does not change; mend or delete it, or use another name", s)
	}
	return !slices.ContainsFunc(table.GlobalSecondaryIndexes, func(x types.GlobalSecondaryIndexDescription) bool {
		return x.IndexStatus != types.IndexStatusActive
	}), nil
}

// DeleteTable deletes the table with all its items and returns when it is gone.
// It is fine if there is none. Cost and waiting are as in [Table.CreateTable].
func (t *Table[T]) DeleteTable(ctx context.Context) error {
	return t.opError("delete table", t.tables(func(t *core) error { return t.deleteTable(ctx) }))
}

func (t *core) deleteTable(ctx context.Context) error {
	if err := t.ready(); err != nil {
		return err
	}
	for {
		out, err := t.client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &t.settings.name})
		if err == nil {
			return t.awaitGone(ctx, out.TableDescription)
		}
		if _, none := errors.AsType[*types.ResourceNotFoundException](err); none {
			return nil
		}
		// A table that is being created cannot be deleted yet, and one that is
		// being deleted not again.
		if _, inUse := errors.AsType[*types.ResourceInUseException](err); !inUse {
			return err
		}
		if err := t.settings.wait.pause(ctx); err != nil {
			return err
		}
	}
}

// awaitGone waits until the table is not there any more. One of the same name
// that somebody has created since then has another id, and is let alone.
func (t *core) awaitGone(ctx context.Context, deleted *types.TableDescription) error {
	for {
		table, err := t.describe(ctx)
		if err != nil || table == nil || !sameTable(table, deleted) {
			return err
		}
		if err := t.settings.wait.pause(ctx); err != nil {
			return err
		}
	}
}

// sameTable reports whether two descriptions are of one table, as far as the
// engine gives ids.
func sameTable(a, b *types.TableDescription) bool {
	return b == nil || a.TableId == nil || b.TableId == nil || *a.TableId == *b.TableId
}

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
