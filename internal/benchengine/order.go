package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The toy store's table of orders: one index for users, one for products, both
// with whole items.
const (
	tableName = "purchase"
	userIndex = "for_user_id"
	// perUser is the number of orders of each user, and of each product.
	perUser = 100
)

type item = map[string]types.AttributeValue

func createTable(ctx context.Context, c *dynamodb.Client) error {
	element := func(name string, kind types.KeyType) types.KeySchemaElement {
		return types.KeySchemaElement{AttributeName: &name, KeyType: kind}
	}
	index := func(name, partition string) types.GlobalSecondaryIndex {
		return types.GlobalSecondaryIndex{
			IndexName:  &name,
			KeySchema:  []types.KeySchemaElement{element(partition, "HASH"), element("order_status_created", "RANGE")},
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		}
	}
	var attributes []types.AttributeDefinition
	for _, name := range []string{"order_id", "user_id", "product_id", "order_status_created"} {
		attributes = append(attributes, types.AttributeDefinition{AttributeName: aws.String(name), AttributeType: "S"})
	}
	_, err := c.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: aws.String(tableName), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: attributes,
		KeySchema:            []types.KeySchemaElement{element("order_id", "HASH")},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{
			index(userIndex, "user_id"), index("for_product_id", "product_id"),
		},
	})
	return err
}

// An order is one purchase, made from its number.
type order struct{ number, status int }

// statuses are an order's. A put changes it, and with it the order's places in
// both indexes.
var statuses = []int{101, 201, 301}

// id gives a UUID's text.
func id(kind, n int) string {
	return fmt.Sprintf("%08x-%04x-4000-8000-%012x", uint32(n)*2654435761, kind, n)
}

func userID(n int) string { return id(2, n/perUser) }

// productID gives a product's: 100 orders in a row are of as many products.
func productID(n int) string { return id(3, n%perUser+n/(perUser*perUser)*perUser) }

func (o order) created() int { return 1700000000 + o.number }

func (o order) item() item {
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	number := func(n int) types.AttributeValue { return &types.AttributeValueMemberN{Value: fmt.Sprint(n)} }
	return item{
		"order_id": text(id(1, o.number)), "user_id": text(userID(o.number)), "product_id": text(productID(o.number)),
		"created": number(o.created()), "order_status": number(o.status),
		"order_status_created": text(fmt.Sprintf("%d_%d", o.status, o.created())),
	}
}

// json gives the item as a request has it.
func (o order) json() string {
	return fmt.Sprintf(`{"order_id":{"S":"%s"},"user_id":{"S":"%s"},"product_id":{"S":"%s"},"created":{"N":"%d"},`+
		`"order_status":{"N":"%d"},"order_status_created":{"S":"%d_%d"}}`,
		id(1, o.number), userID(o.number), productID(o.number), o.created(), o.status, o.status, o.created())
}

// load writes the orders below a number, on several goroutines.
func load(ctx context.Context, c *dynamodb.Client, count int) error {
	const together, goroutines = 25, 32
	batches, failures := make(chan []types.WriteRequest), make(chan error, goroutines)
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for batch := range batches {
				_, err := c.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
					RequestItems: map[string][]types.WriteRequest{tableName: batch},
				})
				if err != nil {
					failures <- err
					return
				}
			}
		})
	}
	err := func() error {
		defer close(batches)
		for n := 0; n < count; n += together {
			var batch []types.WriteRequest
			for i := n; i < min(n+together, count); i++ {
				batch = append(batch, types.WriteRequest{PutRequest: &types.PutRequest{Item: order{i, 101}.item()}})
			}
			select {
			case batches <- batch:
			case err := <-failures:
				return err
			}
		}
		return nil
	}()
	wg.Wait()
	if err != nil || len(failures) == 0 {
		return err
	}
	return <-failures
}

// A workload is an operation with the SDK on one of count orders.
type workload struct {
	name string
	do   func(ctx context.Context, c *dynamodb.Client, r *rand.Rand, count int) error
}

var workloads = []workload{{"GetItem", getOne}, {"PutItem", putOne}, {"Query 100", queryPage}}

func getOne(ctx context.Context, c *dynamodb.Client, r *rand.Rand, count int) error {
	out, err := c.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(tableName),
		Key:       item{"order_id": &types.AttributeValueMemberS{Value: id(1, r.IntN(count))}},
	})
	if err == nil && len(out.Item) != 6 {
		return fmt.Errorf("the item has %d attributes", len(out.Item))
	}
	return err
}

func putOne(ctx context.Context, c *dynamodb.Client, r *rand.Rand, count int) error {
	_, err := c.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(tableName), Item: randomOrder(r, count).item()})
	return err
}

func randomOrder(r *rand.Rand, count int) order {
	return order{r.IntN(count), statuses[r.IntN(len(statuses))]}
}

func queryPage(ctx context.Context, c *dynamodb.Client, r *rand.Rand, count int) error {
	out, err := c.Query(ctx, &dynamodb.QueryInput{
		TableName: aws.String(tableName), IndexName: aws.String(userIndex),
		KeyConditionExpression:    aws.String("user_id = :u"),
		ExpressionAttributeValues: item{":u": &types.AttributeValueMemberS{Value: userID(r.IntN(count))}},
	})
	if err == nil && len(out.Items) != perUser {
		return fmt.Errorf("the page has %d items", len(out.Items))
	}
	return err
}
