package main

import (
	"bytes"
	"context"
	"log"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"

	"example.com/ddb/ddbtable"
	"example.com/ddb/model"
)

// The works in this file are whole calls on one item, or on several by key.

var ctx = context.Background()

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// guregu is the peer's table on a client.
func guregu(client *dynamodb.Client, table string) dynamo.Table {
	return dynamo.NewFromIface(client).Table(table)
}

func orderKey() map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"order_id": text(aOrder.ID.String())}
}

// own is what ddbtable does, and hand what the hand-written mapping does.
func (g *group) own() func() { return g.variants[0].do }

func (g *group) hand() func() {
	i := slices.IndexFunc(g.variants, func(v *variant) bool { return v.name == "sdk-hand" })
	return g.variants[i].do
}

func getGroup() *group {
	client := newClient([]byte(`{"Item":` + string(appendOrder(nil, &aOrder)) + `}`))
	table, peer := ddbtable.Open(client, model.Orders), guregu(client, "purchase")
	input := func() *dynamodb.GetItemInput {
		return &dynamodb.GetItemInput{TableName: aws.String("purchase"), Key: orderKey()}
	}
	g := &group{work: "get", variants: []*variant{
		{name: "ddbtable", do: func() { must(table.Get(ctx, model.OrderID.Eq(aOrder.ID))) }},
		{name: "guregu", do: func() {
			var o taggedOrder
			check(peer.Get("order_id", aOrder.ID).One(ctx, &o))
		}},
		{name: "sdk-av", do: func() {
			var o taggedOrder
			check(avUnmarshal(must(client.GetItem(ctx, input())).Item, &o))
		}},
		{name: "sdk-hand", do: func() {
			var o model.Order
			check(handUnmarshal(must(client.GetItem(ctx, input())).Item, &o))
		}},
	}}
	empty := emptyClient()
	g.counts = []count{countCall(g.own(), func() { must(empty.GetItem(ctx, emptyGet)) }), countBytes(g.own(), g.hand())}
	return g
}

var (
	noAttributes = map[string]types.AttributeValue{}
	emptyGet     = &dynamodb.GetItemInput{TableName: aws.String("purchase"), Key: noAttributes}
	emptyPut     = &dynamodb.PutItemInput{TableName: aws.String("purchase"), Item: noAttributes}
	emptyUpdate  = &dynamodb.UpdateItemInput{TableName: aws.String("purchase"), Key: noAttributes}
	emptyQuery   = &dynamodb.QueryInput{TableName: aws.String("purchase")}
	emptyWrites  = &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"purchase": nil}}
	emptyReads   = &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"purchase": {Keys: []map[string]types.AttributeValue{}}}}
)

func putGroup() *group {
	client := newClient([]byte(`{}`))
	table, peer := ddbtable.Open(client, model.Orders), guregu(client, "purchase")
	put := func(item map[string]types.AttributeValue) {
		must(client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("purchase"), Item: item}))
	}
	g := &group{work: "put", variants: []*variant{
		{name: "ddbtable", do: func() { must(table.Put(aOrder).Run(ctx)) }},
		{name: "guregu", do: func() { check(peer.Put(aTagged).Run(ctx)) }},
		{name: "sdk-av", do: func() { put(must(avMarshal(aTagged))) }},
		{name: "sdk-hand", do: func() { put(handMarshal(&aOrder)) }},
	}}
	empty := emptyClient()
	g.counts = []count{countCall(g.own(), func() { must(empty.PutItem(ctx, emptyPut)) }), countBytes(g.own(), g.hand())}
	return g
}

// updateGroup completes an order that is in progress. Everybody else makes the
// derived attribute by hand.
func updateGroup() *group {
	done := aOrder
	done.Status, done.StatusCreated.First = model.Completed, int64(model.Completed)
	client := newClient([]byte(`{"Attributes":` + string(appendOrder(nil, &done)) + `}`))
	table, peer := ddbtable.Open(client, model.Orders), guregu(client, "purchase")
	update := func() map[string]types.AttributeValue {
		return must(client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: aws.String("purchase"), Key: orderKey(),
			UpdateExpression:         aws.String("SET #0 = :0, #1 = :1"),
			ConditionExpression:      aws.String("#0 = :2 AND #2 = :3"),
			ExpressionAttributeNames: map[string]string{"#0": "order_status", "#1": "order_status_created", "#2": "created"},
			ExpressionAttributeValues: map[string]types.AttributeValue{
				":0": &types.AttributeValueMemberN{Value: "201"}, ":1": text(statusCreated(&done)),
				":2": &types.AttributeValueMemberN{Value: "101"}, ":3": &types.AttributeValueMemberN{Value: "1700000000"},
			},
			ReturnValues: types.ReturnValueAllNew,
		})).Attributes
	}
	g := &group{work: "update", variants: []*variant{
		{name: "ddbtable", do: func() {
			must(table.Update(model.OrderID.Eq(aOrder.ID)).
				Change(model.OrderStatus.Set(model.Completed)).
				If(ddbtable.And[model.Order](model.OrderStatus.Eq(model.InProgress), model.Created.Eq(aOrder.Created))).
				Run(ctx))
		}},
		{name: "guregu", do: func() {
			var o taggedOrder
			check(peer.Update("order_id", aOrder.ID).Set("order_status", 201).Set("order_status_created", statusCreated(&done)).
				If("order_status = ? AND created = ?", 101, 1700000000).Value(ctx, &o))
		}},
		{name: "sdk-av", do: func() {
			var o taggedOrder
			check(avUnmarshal(update(), &o))
		}},
		{name: "sdk-hand", do: func() {
			var o model.Order
			check(handUnmarshal(update(), &o))
		}},
	}}
	empty := emptyClient()
	g.counts = []count{countCall(g.own(), func() { must(empty.UpdateItem(ctx, emptyUpdate)) })}
	return g
}

func batchWriteGroup() *group {
	const n = 25
	client := newClient([]byte(`{"UnprocessedItems":{}}`))
	table, peer := ddbtable.Open(client, model.Orders), guregu(client, "purchase")
	write := func(item func(i int) map[string]types.AttributeValue) {
		requests := make([]types.WriteRequest, n)
		for i := range requests {
			requests[i].PutRequest = &types.PutRequest{Item: item(i)}
		}
		must(client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"purchase": requests}}))
	}
	items := make([]any, n)
	for i := range items {
		items[i] = taggedOrders[i]
	}
	g := &group{work: "batchwrite25", variants: []*variant{
		{name: "ddbtable", do: func() { check(table.PutAll(slices.Values(orders[:n])).Run(ctx)) }},
		{name: "guregu", do: func() { must(peer.Batch("order_id").Write().Put(items...).Run(ctx)) }},
		{name: "sdk-av", do: func() {
			write(func(i int) map[string]types.AttributeValue { return must(avMarshal(taggedOrders[i])) })
		}},
		{name: "sdk-hand", do: func() {
			write(func(i int) map[string]types.AttributeValue { return handMarshal(&orders[i]) })
		}},
	}}
	empty := emptyClient()
	g.counts = []count{countCall(g.own(), func() { must(empty.BatchWriteItem(ctx, emptyWrites)) })}
	return g
}

func batchGetGroup() *group {
	const n = 100
	answer := append([]byte(`{"Responses":{"purchase":[`), bytes.Join(jsonPage(orderPlan, orders), []byte(","))...)
	client := newClient(append(answer, `]},"UnprocessedKeys":{}}`...))
	table, peer := ddbtable.Open(client, model.Orders), guregu(client, "purchase")
	read := func(each func(map[string]types.AttributeValue)) {
		keys := make([]map[string]types.AttributeValue, n)
		for i := range keys {
			keys[i] = map[string]types.AttributeValue{"order_id": text(orders[i].ID.String())}
		}
		for _, item := range must(client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"purchase": {Keys: keys}}})).Responses["purchase"] {
			each(item)
		}
	}
	g := &group{work: "batchget100", variants: []*variant{
		{name: "ddbtable", do: func() {
			got := 0
			for _, err := range table.GetAll(func(yield func(ddbtable.Key[model.Order]) bool) {
				for i := range n {
					if !yield(ddbtable.KeyOf(model.OrderID.Eq(orders[i].ID))) {
						return
					}
				}
			}).All(ctx) {
				check(err)
				got++
			}
			exactly(got, n)
		}},
		{name: "guregu", do: func() {
			keys := make([]dynamo.Keyed, n)
			for i := range keys {
				keys[i] = dynamo.Keys{orders[i].ID}
			}
			var all []taggedOrder
			check(peer.Batch("order_id").Get(keys...).All(ctx, &all))
			exactly(len(all), n)
		}},
		{name: "sdk-av", do: func() {
			var all []taggedOrder
			read(func(item map[string]types.AttributeValue) {
				var o taggedOrder
				check(avUnmarshal(item, &o))
				all = append(all, o)
			})
			exactly(len(all), n)
		}},
		{name: "sdk-hand", do: func() {
			all := make([]model.Order, 0, n)
			read(func(item map[string]types.AttributeValue) {
				var o model.Order
				check(handUnmarshal(item, &o))
				all = append(all, o)
			})
			exactly(len(all), n)
		}},
	}}
	empty := emptyClient()
	g.counts = []count{countCall(g.own(), func() { must(empty.BatchGetItem(ctx, emptyReads)) })}
	return g
}

// exactly ends the program unless all items came.
func exactly(got, want int) {
	if got != want {
		log.Fatal("a library gave another number of items than there are")
	}
}
