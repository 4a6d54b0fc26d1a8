package embedded_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// crashed is the table of the tests that kill a process. Its key is the number
// of a writer (w) and one of the writer's few keys (k).
const crashed = "crashed"

// crashTable makes it: with two global indexes, one of them sparse and with
// keys only, and a local one.
func crashTable(c *dynamodb.Client) error {
	key := func(partition, sort string) []types.KeySchemaElement {
		return []types.KeySchemaElement{
			{AttributeName: &partition, KeyType: types.KeyTypeHash}, {AttributeName: &sort, KeyType: types.KeyTypeRange},
		}
	}
	var attributes []types.AttributeDefinition
	for name, kind := range map[string]types.ScalarAttributeType{"w": "S", "k": "N", "user": "S", "time": "N", "state": "S"} {
		attributes = append(attributes, types.AttributeDefinition{AttributeName: aws.String(name), AttributeType: kind})
	}
	all := &types.Projection{ProjectionType: types.ProjectionTypeAll}
	_, err := c.CreateTable(background, &dynamodb.CreateTableInput{
		TableName: aws.String(crashed), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: attributes, KeySchema: key("w", "k"),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{
			{IndexName: aws.String("by_user"), KeySchema: key("user", "time"), Projection: all},
			{IndexName: aws.String("by_state"), KeySchema: key("state", "time"),
				Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}},
		},
		LocalSecondaryIndexes: []types.LocalSecondaryIndex{
			{IndexName: aws.String("by_time"), KeySchema: key("w", "time"), Projection: all},
		},
	})
	return err
}

// held are the items of one writer by their keys.
type held map[int]item

// A deed is one write of a writer. Everybody who knows its seed knows what it
// does, so the test can tell what a killed process had done.
type deed struct {
	writer, kind, key, other int
	put                      item
}

// Kinds of deeds, as often as they stand here.
const (
	deedPut = iota
	deedPutAgain
	deedUpdate
	deedDelete
	deedTransaction
	deedKinds
)

func newDeed(seed uint64, writer, i int) deed {
	const keys = 12
	r := rand.New(rand.NewPCG(seed, uint64(writer)<<32|uint64(i)))
	d := deed{writer: writer, kind: r.IntN(deedKinds), key: r.IntN(keys)}
	d.other = (d.key + 1 + r.IntN(keys-1)) % keys
	d.put = d.keyOf(d.key)
	maps.Copy(d.put, item{
		"n": n(fmt.Sprint(i)), "user": s(fmt.Sprint("user", r.IntN(4))), "time": n(fmt.Sprint(r.IntN(100))),
		"text": s(strings.Repeat("x", r.IntN(1500))),
	})
	if r.IntN(2) == 0 {
		d.put["state"] = s(fmt.Sprint("state", r.IntN(3)))
	}
	return d
}

func (d *deed) keyOf(k int) item { return item{"w": s(fmt.Sprint(d.writer)), "k": n(fmt.Sprint(k))} }

// do gives what the deed makes of a writer's items.
func (d *deed) do(before held) held {
	after := held{}
	maps.Copy(after, before)
	switch d.kind {
	case deedPut, deedPutAgain:
		after[d.key] = d.put
	case deedUpdate:
		it := d.keyOf(d.key)
		maps.Copy(it, before[d.key])
		it["n"], it["time"] = d.put["n"], d.put["time"]
		delete(it, "state")
		after[d.key] = it
	case deedDelete:
		delete(after, d.key)
	case deedTransaction:
		after[d.key] = d.put
		delete(after, d.other)
	}
	return after
}

// send has the engine do it.
func (d *deed) send(c *dynamodb.Client) (err error) {
	table := aws.String(crashed)
	switch d.kind {
	case deedPut, deedPutAgain:
		_, err = c.PutItem(background, &dynamodb.PutItemInput{TableName: table, Item: d.put})
	case deedUpdate:
		_, err = c.UpdateItem(background, &dynamodb.UpdateItemInput{
			TableName: table, Key: d.keyOf(d.key), UpdateExpression: aws.String("SET n = :n, #t = :t REMOVE #s"),
			ExpressionAttributeNames:  map[string]string{"#t": "time", "#s": "state"},
			ExpressionAttributeValues: item{":n": d.put["n"], ":t": d.put["time"]},
		})
	case deedDelete:
		_, err = c.DeleteItem(background, &dynamodb.DeleteItemInput{TableName: table, Key: d.keyOf(d.key)})
	case deedTransaction:
		_, err = c.TransactWriteItems(background, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
			{Put: &types.Put{TableName: table, Item: d.put}},
			{Delete: &types.Delete{TableName: table, Key: d.keyOf(d.other)}},
		}})
	}
	return err
}
