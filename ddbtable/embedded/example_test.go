package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http/httptest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable/embedded"
)

// orders makes a table of orders with the key id.
func orders(ctx context.Context, client *dynamodb.Client) {
	_, err := client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:            aws.String("orders"),
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		log.Fatal(err)
	}
}

// An engine in memory, and a client of the SDK for it.
func Example() {
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	ctx := context.Background()
	client := db.Client()
	orders(ctx, client)

	_, err = client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String("orders"),
		Item: map[string]types.AttributeValue{
			"id":    &types.AttributeValueMemberS{Value: "o1"},
			"total": &types.AttributeValueMemberN{Value: "12.50"},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	out, err := client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String("orders"),
		Key:       map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "o1"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.Item["total"].(*types.AttributeValueMemberN).Value)
	// Output: 12.5
}

// How does a conditional write behave when its first attempt is applied but
// answered with an error?
func ExampleDB_Inject() {
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	ctx := context.Background()
	client := db.Client()
	orders(ctx, client)

	fault := db.Inject(embedded.Fault{Effect: embedded.FailAfter, Operation: "PutItem", Times: 1})
	_, err = client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:           aws.String("orders"),
		Item:                map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "o1"}},
		ConditionExpression: aws.String("attribute_not_exists(id)"),
	})
	var failed *types.ConditionalCheckFailedException
	fmt.Println("condition failed:", errors.As(err, &failed))
	fmt.Println("faults:", fault.Hits())
	// Output:
	// condition failed: true
	// faults: 1
}

// The engine takes its time from a clock of the test.
func ExampleClock() {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	db, err := embedded.Open(embedded.Clock(func() time.Time { return now }))
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	ctx := context.Background()
	client := db.Client()
	orders(ctx, client)

	out, err := client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String("orders")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.Table.CreationDateTime.UTC())
	// Output: 2026-11-22 12:00:00 +0000 UTC
}

// A server on the loopback interface, for programs in other languages.
func ExampleNewServer() {
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	server := httptest.NewUnstartedServer(nil)
	server.Config = embedded.NewServer(db)
	server.Start()
	defer server.Close()

	status, err := server.Client().Get(server.URL)
	if err != nil {
		log.Fatal(err)
	}
	defer status.Body.Close()
	fmt.Println(status.Status)
	// Output: 200 OK
}
