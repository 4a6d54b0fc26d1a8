package embedded_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"example.com/ddb/ddbtable/embedded"
)

// How does my code behave when an item expires? A stream tells who deleted it,
// and the clock of the test decides when.
func ExampleDB_Client_streams() {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	db, err := embedded.Open(embedded.Clock(func() time.Time { return now }))
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	ctx := context.Background()
	client := db.Client()
	o := client.Options()
	streams := dynamodbstreams.New(dynamodbstreams.Options{
		Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials, HTTPClient: o.HTTPClient,
	})

	arn := sessions(ctx, client, now.Add(time.Minute))
	now = now.Add(time.Hour)
	for _, r := range read(ctx, streams, arn) {
		fmt.Println(r)
	}
	// Output:
	// INSERT by a client
	// REMOVE by dynamodb.amazonaws.com
}

// sessions makes a table with a stream and one item that expires, and gives the
// stream's ARN.
func sessions(ctx context.Context, client *dynamodb.Client, expires time.Time) *string {
	out, err := client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:            aws.String("sessions"),
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: "S"}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: "HASH"}},
		StreamSpecification:  &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeKeysOnly},
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err = client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName:               aws.String("sessions"),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("expires"), Enabled: aws.Bool(true)},
	}); err != nil {
		log.Fatal(err)
	}
	if _, err = client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String("sessions"), Item: item{"id": s("1"), "expires": n(fmt.Sprint(expires.Unix()))},
	}); err != nil {
		log.Fatal(err)
	}
	return out.TableDescription.LatestStreamArn
}

// read says of each record of a stream what happened and who did it.
func read(ctx context.Context, streams *dynamodbstreams.Client, arn *string) []string {
	described, err := streams.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: arn})
	if err != nil {
		log.Fatal(err)
	}
	iterator, err := streams.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{
		StreamArn: arn, ShardId: described.StreamDescription.Shards[0].ShardId, ShardIteratorType: "TRIM_HORIZON",
	})
	if err != nil {
		log.Fatal(err)
	}
	out, err := streams.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: iterator.ShardIterator})
	if err != nil {
		log.Fatal(err)
	}
	var texts []string
	for _, r := range out.Records {
		who := "a client"
		if r.UserIdentity != nil {
			who = *r.UserIdentity.PrincipalId
		}
		texts = append(texts, fmt.Sprintf("%s by %s", r.EventName, who))
	}
	return texts
}
