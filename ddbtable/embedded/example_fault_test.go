package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable/embedded"
)

// shop opens an engine with a table of orders. The engine ends with the
// program.
func shop(ctx context.Context) (*embedded.DB, *dynamodb.Client) {
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	client := db.Client()
	orders(ctx, client)
	return db, client
}

// place is the code under test: it stores an order under a free id.
func place(ctx context.Context, client *dynamodb.Client, id string) error {
	_, err := client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:           aws.String("orders"),
		Item:                map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}},
		ConditionExpression: aws.String("attribute_not_exists(id)"),
	})
	return err
}

// How does my code behave when DynamoDB throttles? The SDK tries a throttled
// request again, twice by default, and gives up then.
func ExampleFault_throttle() {
	ctx := context.Background()
	db, client := shop(ctx)
	fault := db.Inject(embedded.Fault{Effect: embedded.Throttle, Operation: "PutItem", Table: "orders", Times: 5})

	fmt.Println("first order:", place(ctx, client, "o1") == nil)
	fmt.Println("throttled:", fault.Hits())
	fmt.Println("second order:", place(ctx, client, "o2") == nil)
	fmt.Println("throttled:", fault.Hits())
	// Output:
	// first order: false
	// throttled: 3
	// second order: true
	// throttled: 5
}

// How does my code behave when an index lacks capacity? Then writes to its table
// are throttled too, and the error names the index.
func ExampleFault_index() {
	ctx := context.Background()
	db, client := shop(ctx)
	_, err := client.UpdateTable(ctx, &dynamodb.UpdateTableInput{
		TableName: aws.String("orders"),
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("user"), AttributeType: types.ScalarAttributeTypeS},
		},
		GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{Create: &types.CreateGlobalSecondaryIndexAction{
			IndexName: aws.String("by_user"), KeySchema: keySchema("user HASH"),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	db.Inject(embedded.Fault{Effect: embedded.Throttle, Operation: "PutItem", Index: "by_user", Times: 3})

	err = place(ctx, client, "o1")
	throttled, _ := errors.AsType[*types.ProvisionedThroughputExceededException](err)
	for _, reason := range throttled.ThrottlingReasons {
		fmt.Println(aws.ToString(reason.Reason), aws.ToString(reason.Resource))
	}
	// Output: IndexWriteProvisionedThroughputExceeded arn:aws:dynamodb:us-east-1:000000000000:table/orders/index/by_user
}

// How does my code behave when each third request is throttled, or a random
// share of them? The seed makes the chance repeatable.
func ExampleFault_share() {
	ctx := context.Background()
	db, client := shop(ctx)
	third := db.Inject(embedded.Fault{Effect: embedded.Throttle, Operation: "PutItem", Every: 3})
	for i := range 10 {
		if err := place(ctx, client, fmt.Sprint("a", i)); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("throttled:", third.Hits())
	third.Stop()

	tenth := db.Inject(embedded.Fault{Effect: embedded.Throttle, Operation: "PutItem", Share: 0.1, Seed: 1})
	for i := range 100 {
		if err := place(ctx, client, fmt.Sprint("b", i)); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("throttled:", tenth.Hits())
	// Output:
	// throttled: 4
	// throttled: 11
}

// How does my code behave when a batch is done in part? There is no error, and
// the SDK does not try again: the caller must.
func ExampleFault_unprocessed() {
	ctx := context.Background()
	db, client := shop(ctx)
	db.Inject(embedded.Fault{Effect: embedded.Unprocessed, Operation: "BatchWriteItem", Every: 2, Times: 5})

	var batch []types.WriteRequest
	for i := range 8 {
		it := map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: fmt.Sprint("o", i)}}
		batch = append(batch, types.WriteRequest{PutRequest: &types.PutRequest{Item: it}})
	}
	for left := map[string][]types.WriteRequest{"orders": batch}; len(left) > 0; {
		out, err := client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: left})
		if err != nil {
			log.Fatal(err)
		}
		left = out.UnprocessedItems
		fmt.Println("unprocessed:", len(left["orders"]))
	}
	// Output:
	// unprocessed: 4
	// unprocessed: 1
	// unprocessed: 0
}

// How does my code behave when another transaction is at work on its item?
// The SDK does not try again.
func ExampleFault_conflict() {
	ctx := context.Background()
	db, client := shop(ctx)
	db.Inject(embedded.Fault{Effect: embedded.Conflict, Times: 1})

	err := place(ctx, client, "o1")
	_, conflict := errors.AsType[*types.TransactionConflictException](err)
	fmt.Println("conflict:", conflict)
	fmt.Println("again:", place(ctx, client, "o1") == nil)
	// Output:
	// conflict: true
	// again: true
}

// How does my code behave when its write was applied and the answer got lost?
// The SDK sends it again, and the condition fails by its own doing.
func ExampleFault_lostAnswer() {
	ctx := context.Background()
	db, client := shop(ctx)
	for _, lost := range []embedded.Effect{
		embedded.FailAfter, // answers 500
		embedded.DropAfter, // breaks the connection
	} {
		db.Inject(embedded.Fault{Effect: lost, Operation: "PutItem", Times: 1})
		err := place(ctx, client, fmt.Sprint("order ", lost))
		_, taken := errors.AsType[*types.ConditionalCheckFailedException](err)
		fmt.Println("the id is taken:", taken)
	}
	// Output:
	// the id is taken: true
	// the id is taken: true
}

// How does my code behave when DynamoDB fails, or cannot be reached, before
// anything was done? The SDK tries again.
func ExampleFault_failure() {
	ctx := context.Background()
	db, client := shop(ctx)
	failed := db.Inject(embedded.Fault{Effect: embedded.FailBefore, Times: 1})
	dropped := db.Inject(embedded.Fault{Effect: embedded.DropBefore, Times: 1})

	fmt.Println("order:", place(ctx, client, "o1") == nil)
	fmt.Println("failed:", failed.Hits(), "dropped:", dropped.Hits())
	// Output:
	// order: true
	// failed: 1 dropped: 1
}

// How does my code behave when DynamoDB is slow? The SDK has no time limit of
// its own: the context sets one.
func ExampleFault_delay() {
	ctx := context.Background()
	db, client := shop(ctx)
	db.Inject(embedded.Fault{Effect: embedded.Delay, Operation: "PutItem", Delay: time.Hour})

	limited, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	err := place(limited, client, "o1")
	fmt.Println("too slow:", errors.Is(err, context.DeadlineExceeded))
	// Output: too slow: true
}

// How does my code behave when an item collection is full? That is the end of
// 10 GB of items with one partition key, in a table with a local index.
func ExampleFault_collectionFull() {
	ctx := context.Background()
	db, client := shop(ctx)
	fault := db.Inject(embedded.Fault{Effect: embedded.CollectionFull})
	fmt.Println("a table without a local index:", place(ctx, client, "o1") == nil, fault.Hits())

	_, err := client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:   aws.String("lines"),
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("order"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("line"), AttributeType: types.ScalarAttributeTypeN},
			{AttributeName: aws.String("product"), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: keySchema("order HASH", "line RANGE"),
		LocalSecondaryIndexes: []types.LocalSecondaryIndex{{
			IndexName: aws.String("by_product"), KeySchema: keySchema("order HASH", "product RANGE"),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String("lines"),
		Item: map[string]types.AttributeValue{
			"order": &types.AttributeValueMemberS{Value: "o1"}, "line": &types.AttributeValueMemberN{Value: "1"},
		},
	})
	_, full := errors.AsType[*types.ItemCollectionSizeLimitExceededException](err)
	fmt.Println("full:", full)
	// Output:
	// a table without a local index: true 0
	// full: true
}

// Does my code depend on luck? On a strict engine a read that is not consistent
// may not see the last write, as on DynamoDB.
func ExampleStrict() {
	db, err := embedded.Open(embedded.Strict(1))
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	ctx := context.Background()
	client := db.Client()
	orders(ctx, client) // not there yet: CreateTable returns before the table is ACTIVE
	table := &dynamodb.DescribeTableInput{TableName: aws.String("orders")}
	if err := dynamodb.NewTableExistsWaiter(client, quick).Wait(ctx, table, time.Minute); err != nil {
		log.Fatal(err)
	}

	missed := 0
	for i := range 20 {
		id := fmt.Sprint("o", i)
		if err := place(ctx, client, id); err != nil {
			log.Fatal(err)
		}
		out, err := client.GetItem(ctx, &dynamodb.GetItemInput{
			TableName: aws.String("orders"),
			Key:       map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}},
		})
		if err != nil {
			log.Fatal(err)
		}
		if out.Item == nil {
			missed++
		}
	}
	fmt.Println("not found right after they were placed:", missed, "of 20 orders")
	// Output: not found right after they were placed: 11 of 20 orders
}

// quick is how a program waits for a table when it takes no time.
func quick(o *dynamodb.TableExistsWaiterOptions) {
	o.MinDelay, o.MaxDelay = time.Millisecond, time.Millisecond
}
