package conformance_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/model"
)

var tableChecks = []check{
	{name: "CreateTable makes what is defined", run: createsWhatIsDefined},
	{name: "CreateTable of the same table is fine", run: createsTwice},
	{name: "CreateTable at the same time is fine", run: createsAtTheSameTime},
	{name: "CreateTable does not look at other indexes, throughput and billing", run: ignoresTheRest},
	{name: "CreateTable shows how the existing table differs", run: showsDifferences},
	{name: "DeleteTable deletes, and again is fine", run: deletesTwice},
	{name: "CreateTable follows DeleteTable", run: createsAfterDelete},
}

// A stock has a local index, and global ones of every projection.
type stock struct {
	Shop   string `ddb:"shop,partition"`
	Number int    `ddb:"number,sort,sort=by_color"`
	Name   string `ddb:"name,local=shop_name,omitzero"`
	Color  string `ddb:"color,partition=by_color,partition=color_names,omitzero"`
	Code   []byte `ddb:"code,partition=by_code"`
	Note   string `ddb:"note"`
}

var (
	stockNote = ddbtable.Attr(func(s *stock) *string { return &s.Note })
	stockName = ddbtable.Attr(func(s *stock) *string { return &s.Name })
	stocks    = ddbtable.MustDefine[stock]("stock", ddbtable.KeysOnly("by_code"), ddbtable.Include("color_names", stockNote, stockName))
)

func describe(t *testing.T, e engine, name string) *types.TableDescription {
	t.Helper()
	out, err := e.client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return out.Table
}

func createsWhatIsDefined(t *testing.T, e engine) {
	table := open(t, e, stocks)
	d := describe(t, e, table.Name())
	if d.TableStatus != types.TableStatusActive {
		t.Errorf("status is %s", d.TableStatus)
	}
	got := []string{"table " + schemaText(d.KeySchema)}
	for _, a := range d.AttributeDefinitions {
		got = append(got, "attribute "+*a.AttributeName+" "+string(a.AttributeType))
	}
	for _, x := range d.GlobalSecondaryIndexes {
		got = append(got, "global "+*x.IndexName+" "+schemaText(x.KeySchema)+" "+projectionText(x.Projection))
	}
	for _, x := range d.LocalSecondaryIndexes {
		got = append(got, "local "+*x.IndexName+" "+schemaText(x.KeySchema)+" "+projectionText(x.Projection))
	}
	slices.Sort(got)
	want := []string{
		"attribute code B", "attribute color S", "attribute name S", "attribute number N", "attribute shop S",
		"global by_code code KEYS_ONLY", "global by_color color number ALL", "global color_names color INCLUDE name note",
		"local shop_name shop name ALL", "table shop number",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func schemaText(schema []types.KeySchemaElement) string {
	var names []string
	for _, k := range schema {
		names = append(names, *k.AttributeName)
	}
	return strings.Join(names, " ")
}

func projectionText(p *types.Projection) string {
	text := string(p.ProjectionType)
	for _, name := range slices.Sorted(slices.Values(p.NonKeyAttributes)) {
		text += " " + name
	}
	return text
}

func createsTwice(t *testing.T, e engine) {
	table := open(t, e, stocks)
	put(t, e, table, stock{Shop: "s", Number: 1})
	if err := table.CreateTable(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := table.Get(t.Context(), stockShop.Eq("s"), stockNumber.Eq(1)); err != nil {
		t.Errorf("the item is gone: %v", err)
	}
}

func createsAtTheSameTime(t *testing.T, e engine) {
	table := open(t, e, stocks)
	if err := table.DeleteTable(t.Context()); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := table.CreateTable(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// create makes a table in the way of another program.
func create(t *testing.T, e engine, change func(*dynamodb.CreateTableInput)) (name string) {
	t.Helper()
	name = "conformance." + uuid.NewString()
	in := &dynamodb.CreateTableInput{
		TableName: &name,
		AttributeDefinitions: []types.AttributeDefinition{
			attribute("order_id", "S"), attribute("user_id", "S"), attribute("product_id", "S"), attribute("order_status_created", "S"),
		},
		KeySchema: key("order_id"),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{
			global("for_user_id", "user_id", "order_status_created"),
			global("for_product_id", "product_id", "order_status_created"),
		},
		BillingMode: types.BillingModePayPerRequest,
	}
	change(in)
	if _, err := e.client.CreateTable(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened(e, name).DeleteTable(background(t)); err != nil {
			t.Error(err)
		}
	})
	return name
}

// opened opens a table that is there.
func opened(e engine, name string) *ddbtable.Table[model.Order] {
	return ddbtable.Open(e.client, model.Orders, append(slices.Clip(e.options), ddbtable.TableName(name))...)
}

func attribute(name, kind string) types.AttributeDefinition {
	return types.AttributeDefinition{AttributeName: &name, AttributeType: types.ScalarAttributeType(kind)}
}

// key is a partition key and perhaps a sort key.
func key(names ...string) []types.KeySchemaElement {
	schema := []types.KeySchemaElement{{AttributeName: &names[0], KeyType: types.KeyTypeHash}}
	if len(names) > 1 {
		schema = append(schema, types.KeySchemaElement{AttributeName: &names[1], KeyType: types.KeyTypeRange})
	}
	return schema
}

func global(name string, attributes ...string) types.GlobalSecondaryIndex {
	return types.GlobalSecondaryIndex{
		IndexName: &name, KeySchema: key(attributes...),
		Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
	}
}

func ignoresTheRest(t *testing.T, e engine) {
	name := create(t, e, func(in *dynamodb.CreateTableInput) {
		in.BillingMode = types.BillingModeProvisioned
		in.ProvisionedThroughput = &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(7), WriteCapacityUnits: aws.Int64(7)}
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, global("extra", "product_id"))
		for i := range in.GlobalSecondaryIndexes {
			in.GlobalSecondaryIndexes[i].ProvisionedThroughput = in.ProvisionedThroughput
		}
	})
	if err := opened(e, name).CreateTable(t.Context()); err != nil {
		t.Error(err)
	}
}

func showsDifferences(t *testing.T, e engine) {
	for name, c := range map[string]struct {
		change func(*dynamodb.CreateTableInput)
		want   []string
	}{
		"another key": {func(in *dynamodb.CreateTableInput) { in.KeySchema = key("user_id", "order_id") },
			[]string{"primary key: defined order_id HASH, actual user_id HASH + order_id RANGE"}},
		"another type": {func(in *dynamodb.CreateTableInput) { in.AttributeDefinitions[0] = attribute("order_id", "B") },
			[]string{"type of key attribute order_id: defined S, actual B"}},
		"an index is missing": {func(in *dynamodb.CreateTableInput) {
			in.AttributeDefinitions = slices.Delete(in.AttributeDefinitions, 1, 2)
			in.GlobalSecondaryIndexes = in.GlobalSecondaryIndexes[1:]
		}, []string{"index for_user_id: defined global on user_id HASH + order_status_created RANGE projecting ALL, actual none"}},
		"an index has another key, another projects less": {func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes[0] = global("for_user_id", "user_id")
			in.GlobalSecondaryIndexes[1].Projection = &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: []string{"z", "a"}}
		}, []string{
			"index for_user_id: defined global on user_id HASH + order_status_created RANGE projecting ALL, actual global on user_id HASH projecting ALL",
			"index for_product_id: defined global on product_id HASH + order_status_created RANGE projecting ALL, actual global on product_id HASH + order_status_created RANGE projecting INCLUDE a, z",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			table := opened(e, create(t, e, c.change))
			err := table.CreateTable(t.Context())
			schema, ok := errors.AsType[*ddbtable.SchemaError](err)
			if !ok || schema.Table != table.Name() {
				t.Fatalf("CreateTable: %v, want a SchemaError of %s", err, table.Name())
			}
			if diff := cmp.Diff(c.want, schema.Differences); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func deletesTwice(t *testing.T, e engine) {
	table := open(t, e, stocks)
	for range 2 {
		if err := table.DeleteTable(t.Context()); err != nil {
			t.Error(err)
		}
	}
	_, err := table.Get(t.Context(), stockShop.Eq("s"), stockNumber.Eq(1))
	if _, missing := errors.AsType[*types.ResourceNotFoundException](err); !missing {
		t.Errorf("Get of a deleted table: %v", err)
	}
}

func createsAfterDelete(t *testing.T, e engine) {
	table := open(t, e, stocks)
	put(t, e, table, stock{Shop: "s", Number: 1})
	if _, err := e.client.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String(table.Name())}); err != nil {
		t.Fatal(err)
	}
	if err := table.CreateTable(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := table.Get(t.Context(), stockShop.Eq("s"), stockNumber.Eq(1)); !errors.Is(err, ddbtable.ErrNotFound) {
		t.Errorf("Get from the new table: %v", err)
	}
}
