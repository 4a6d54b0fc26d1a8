package ddbtable

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// SDKTypes makes every call go through the SDK's typed inputs and outputs. It
// is for clients whose own middleware looks into them, such as a logger that
// reads the items of a response: without this option ddbtable writes requests
// and reads responses itself, the SDK sees inputs with little but the table's
// name and outputs without items, and calls are several times cheaper. All else
// is the same.
func SDKTypes() Option {
	return option(func(s *settings) { s.sdkTypes = true })
}

// senderFor chooses how calls are sent. The direct way is for the SDK's own
// client alone: anything else might ignore the options of a call, and would
// then send an empty item.
func senderFor(client Client, s *settings) sender {
	if nilClient(client) {
		return noSender{}
	}
	sdk, ok := client.(*dynamodb.Client)
	if !ok {
		return &typedSender{client: client}
	}
	if s.sdkTypes || sdk.Options().Protocol.ID() != awsJSON10 {
		return &typedSender{client: client, checked: true}
	}
	return &directSender{client: sdk}
}

// noSender is for a table without a client, which can plan but not send.
type noSender struct{}

func (noSender) send(context.Context, *call) (reply, error) { return reply{}, errNilClient }
func (noSender) json() bool                                 { return true }

// awsJSON10 is the protocol that is written and read here.
// https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
var awsJSON10 = smithy.ShapeID{Namespace: "aws.protocols", Name: "awsJson1_0"}

// directSender writes the JSON of requests and reads that of responses itself,
// in the place where the SDK's serializer stands in the call. Signing, retries,
// endpoints, tracing and errors stay the SDK's. See decision 0011.
type directSender struct{ client *dynamodb.Client }

// The typed inputs carry what the SDK's own steps look at: the table's name, or
// ARN, for the endpoint, and members that its validation wants.
var (
	noKey  = map[string]types.AttributeValue{}
	noText = ""
)

func (s *directSender) json() bool { return true }

func (s *directSender) send(ctx context.Context, c *call) (reply, error) {
	x := &exchange{call: c}
	err := s.invoke(ctx, c, x.enter)
	if x.request != nil {
		// The SDK closed the body of every attempt before it returned: nothing
		// reads it any more.
		x.request.release()
	}
	if err != nil {
		x.reply.release()
		return reply{}, err
	}
	return x.reply, nil
}

func (s *directSender) invoke(ctx context.Context, c *call, enter func(*dynamodb.Options)) (err error) {
	switch c.op {
	case opGetItem:
		_, err = s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &c.table, Key: noKey}, enter)
	case opPutItem:
		_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &c.table, Item: noKey}, enter)
	case opUpdateItem:
		_, err = s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &c.table, Key: noKey}, enter)
	case opDeleteItem:
		_, err = s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &c.table, Key: noKey}, enter)
	case opBatchGet, opBatchWrite, opTransactGet, opTransactWrite:
		err = s.invokeMany(ctx, c, enter)
	case opScan:
		_, err = s.client.Scan(ctx, &dynamodb.ScanInput{TableName: &c.table}, enter)
	default:
		_, err = s.client.Query(ctx, &dynamodb.QueryInput{TableName: &c.table, KeyConditionExpression: &noText}, enter)
	}
	return err
}

// invokeMany sends the calls with parts. The endpoint depends on the names of
// all tables in them.
func (s *directSender) invokeMany(ctx context.Context, c *call, enter func(*dynamodb.Options)) (err error) {
	switch c.op {
	case opBatchGet:
		_, err = s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{c.table: {Keys: []map[string]types.AttributeValue{}}},
		}, enter)
	case opBatchWrite:
		_, err = s.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{c.table: nil},
		}, enter)
	case opTransactGet:
		in := new(dynamodb.TransactGetItemsInput)
		for _, table := range c.tables() {
			in.TransactItems = append(in.TransactItems, types.TransactGetItem{Get: &types.Get{TableName: &table, Key: noKey}})
		}
		_, err = s.client.TransactGetItems(ctx, in, enter)
	default:
		in := &dynamodb.TransactWriteItemsInput{ClientRequestToken: &c.token}
		for _, table := range c.tables() {
			in.TransactItems = append(in.TransactItems, types.TransactWriteItem{Put: &types.Put{TableName: &table, Item: noKey}})
		}
		_, err = s.client.TransactWriteItems(ctx, in, enter)
	}
	return err
}

// tables lists the tables of a transaction, each once.
func (c *call) tables() []string {
	var all []string
	for _, part := range c.parts {
		if !slices.Contains(all, part.table) {
			all = append(all, part.table)
		}
	}
	return all
}
