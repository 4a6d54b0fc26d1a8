package ddbtable

import (
	"bytes"
	"context"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"example.com/ddb/internal/wire"
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

const targetPrefix = "DynamoDB_20120810."

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

// An exchange is one direct call: it stands in for the client's protocol.
type exchange struct {
	smithyhttp.ClientProtocol // the client's own, for errors
	call                      *call
	request                   *buffer
	reply                     reply
}

// enter is the option of the call that puts x in its place. The sum is checked
// here, so that the SDK need not.
func (x *exchange) enter(o *dynamodb.Options) {
	x.ClientProtocol = o.Protocol
	o.Protocol = x
	o.DisableValidateResponseChecksum = true
	if x.call.seen != nil {
		x.call.seen.watch(o)
	}
}

// SerializeRequest is called once per call; the SDK rewinds the body for
// further attempts.
func (x *exchange) SerializeRequest(_ context.Context, _ *smithy.OperationSchema, _ smithy.Serializable, req *smithyhttp.Request) error {
	req.Method = http.MethodPost
	if req.URL.Path == "" {
		req.URL.Path = "/"
	}
	req.Header.Set("X-Amz-Target", targetPrefix+string(x.call.op))
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	x.request = newBuffer()
	x.request.bytes = x.call.appendBody(x.request.bytes)
	with, err := req.SetStream(body{bytes.NewReader(x.request.bytes)})
	if err != nil {
		return err
	}
	*req = *with
	return nil
}

// A body is a request's bytes. It has no WriteTo, as bytes.Reader has: the SDK
// closes the body when an answer came early, and would then wait for a write
// that nobody reads.
type body struct{ bytes *bytes.Reader }

func (b body) Read(p []byte) (int, error)                 { return b.bytes.Read(p) }
func (b body) Seek(offset int64, from int) (int64, error) { return b.bytes.Seek(offset, from) }
func (b body) Len() int                                   { return b.bytes.Len() }

// DeserializeResponse is called for the answer to each attempt.
func (x *exchange) DeserializeResponse(ctx context.Context, schema *smithy.OperationSchema, registry *smithy.TypeRegistry, resp *smithyhttp.Response, out smithy.Deserializable) error {
	if resp.StatusCode/100 != 2 {
		return x.ClientProtocol.DeserializeResponse(ctx, schema, registry, resp, out)
	}
	op := x.call.op
	x.reply.release()
	x.reply = reply{body: newBuffer()}
	if err := op.readBody(ctx, x.reply.body, resp); err != nil {
		return err
	}
	if err := x.parse(x.reply.body.bytes); err != nil {
		return op.corrupt("%v", err)
	}
	return nil
}

// parse reads the answer's members.
func (x *exchange) parse(json []byte) error {
	if x.call.rows != nil {
		x.call.rows.reset()
	}
	r := &x.reply
	scan := wire.NewScanner(json)
	err := scan.Each('{', '}', func(name []byte) (err error) {
		switch string(name) {
		case "Responses":
			err = x.parseResponses(scan)
		case "UnprocessedItems", "UnprocessedKeys":
			r.bytes = len(json)
			r.left, err = parseLeft(scan)
		case "Item", "Attributes":
			r.item.json, err = object(scan)
		case "LastEvaluatedKey":
			r.last.json, err = object(scan)
			r.last = r.last.clone() // it goes on into the next request
		case "Items":
			err = x.parseItems(scan)
		case "Count":
			r.count, err = number(scan)
		case "ScannedCount":
			r.read, err = number(scan)
		default:
			_, err = scan.Skip()
		}
		return err
	})
	if err == nil {
		err = scan.End()
	}
	return err
}

func (x *exchange) parseItems(scan *wire.Scanner) error {
	if scan.Null() {
		return nil
	}
	return scan.Each('[', ']', func([]byte) error { return scan.Take(x.call.rows.parse) })
}

// parseResponses reads what a batch found, by table, or what a transaction
// found, in the order of its parts.
func (x *exchange) parseResponses(scan *wire.Scanner) error {
	if x.call.op == opBatchGet {
		return scan.Each('{', '}', func([]byte) error { return x.parseItems(scan) })
	}
	return scan.Each('[', ']', func([]byte) error {
		var found item
		err := scan.Each('{', '}', func(name []byte) (err error) {
			if string(name) == "Item" {
				found.json, err = object(scan)
				return err
			}
			_, err = scan.Skip()
			return err
		})
		x.reply.found = append(x.reply.found, found)
		return err
	})
}

// parseLeft reads what a batch left unprocessed: by table, a list of requests
// or an object with a list of keys. Every object named Item or Key, and every
// one in the list Keys, stands for one.
func parseLeft(scan *wire.Scanner) (left []item, err error) {
	take := func([]byte) error {
		json, err := object(scan)
		left = append(left, item{json: json})
		return err
	}
	request := func([]byte) error {
		return scan.Each('{', '}', func([]byte) error { // PutRequest or DeleteRequest
			return scan.Each('{', '}', take)
		})
	}
	err = scan.Each('{', '}', func([]byte) error { // table
		if scan.Peek('[') == nil {
			return scan.Each('[', ']', request)
		}
		return scan.Each('{', '}', func(name []byte) error {
			if string(name) == "Keys" {
				return scan.Each('[', ']', take)
			}
			_, err := scan.Skip()
			return err
		})
	})
	return left, err
}

// object passes over an object and returns its text, nil for null.
func object(scan *wire.Scanner) ([]byte, error) {
	if scan.Null() {
		return nil, nil
	}
	if err := scan.Peek('{'); err != nil {
		return nil, err
	}
	return scan.Skip()
}

func number(scan *wire.Scanner) (int, error) {
	text, err := scan.Number()
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(text))
}

// appendBody appends the request's JSON.
func (c *call) appendBody(dst []byte) []byte {
	switch c.op {
	case opBatchGet:
		return c.appendBatchGet(dst)
	case opBatchWrite:
		return c.appendBatchWrite(dst)
	case opTransactGet, opTransactWrite:
		return c.appendTransaction(dst)
	}
	dst = wire.AppendString(append(dst, `{"TableName":`...), c.table)
	if c.index != "" {
		dst = wire.AppendString(append(dst, `,"IndexName":`...), c.index)
	}
	if c.key != nil {
		dst = appendMembers(append(dst, `,"Key":`...), c.key)
	}
	if !c.item.none() {
		dst = c.item.appendJSON(append(dst, `,"Item":`...))
	}
	dst = c.texts.appendJSON(dst)
	dst = c.appendFlags(dst)
	if c.limit > 0 {
		dst = strconv.AppendInt(append(dst, `,"Limit":`...), int64(min(c.limit, math.MaxInt32)), 10)
	}
	if !c.start.none() {
		dst = c.start.appendJSON(append(dst, `,"ExclusiveStartKey":`...))
	}
	return append(dst, '}')
}

func (c *call) appendBatchGet(dst []byte) []byte {
	dst = wire.AppendString(append(dst, `{"RequestItems":{`...), c.table)
	for i, part := range c.parts {
		dst = append(dst, separator(i, `:{"Keys":[`)...)
		dst = appendMembers(dst, part.key)
	}
	dst = c.texts.appendJSON(append(dst, ']'))
	if c.consistent {
		dst = append(dst, `,"ConsistentRead":true`...)
	}
	return append(dst, `}}}`...)
}

func (c *call) appendBatchWrite(dst []byte) []byte {
	dst = wire.AppendString(append(dst, `{"RequestItems":{`...), c.table)
	for i, part := range c.parts {
		dst = append(dst, separator(i, `:[`)...)
		if part.op == opPutItem {
			dst = part.item.appendJSON(append(dst, `{"PutRequest":{"Item":`...))
		} else {
			dst = appendMembers(append(dst, `{"DeleteRequest":{"Key":`...), part.key)
		}
		dst = append(dst, `}}`...)
	}
	return append(dst, `]}}`...)
}

func (c *call) appendTransaction(dst []byte) []byte {
	for i, part := range c.parts {
		dst = append(dst, separator(i, `{"TransactItems":[`)...)
		dst = append(append(append(dst, `{"`...), transactNames[part.op]...), `":`...)
		dst = append(part.appendBody(dst), '}')
	}
	dst = append(dst, ']')
	if c.token != "" {
		dst = wire.AppendString(append(dst, `,"ClientRequestToken":`...), c.token)
	}
	return append(dst, '}')
}

// transactNames are the members of a transaction's part.
var transactNames = map[operation]string{
	opGetItem: "Get", opPutItem: "Put", opUpdateItem: "Update", opDeleteItem: "Delete", opCheck: "ConditionCheck",
}

// appendJSON appends the expressions as members of a request. They consist of
// operators and placeholders, which need no escapes.
func (t *texts) appendJSON(dst []byte) []byte {
	if t.json != nil {
		return append(dst, t.json...)
	}
	for _, member := range []struct {
		name string
		text []byte
	}{
		{`,"KeyConditionExpression":"`, t.keyCondition},
		{`,"FilterExpression":"`, t.filter},
		{`,"ConditionExpression":"`, t.condition},
		{`,"UpdateExpression":"`, t.update},
		{`,"ProjectionExpression":"`, t.projection},
	} {
		if len(member.text) > 0 {
			dst = append(append(append(dst, member.name...), member.text...), '"')
		}
	}
	return t.appendPlaceholders(dst)
}

func (c *call) appendFlags(dst []byte) []byte {
	if c.consistent {
		dst = append(dst, `,"ConsistentRead":true`...)
	}
	if c.backward {
		dst = append(dst, `,"ScanIndexForward":false`...)
	}
	if c.count {
		dst = append(dst, `,"Select":"COUNT"`...)
	}
	if c.segment != nil && c.segment.total > 1 {
		dst = strconv.AppendInt(append(dst, `,"Segment":`...), int64(c.segment.index), 10)
		dst = strconv.AppendInt(append(dst, `,"TotalSegments":`...), int64(c.segment.total), 10)
	}
	if c.returns != "" {
		dst = append(append(append(dst, `,"ReturnValues":"`...), c.returns...), '"')
	}
	if c.oldOnFailure {
		dst = append(dst, `,"ReturnValuesOnConditionCheckFailure":"ALL_OLD"`...)
	}
	return dst
}

// checkedProtocol is the client's own protocol behind a check of the answer's
// sum, for calls that go through the SDK's types.
type checkedProtocol struct {
	smithyhttp.ClientProtocol
	op operation
}

func (op operation) checked(o *dynamodb.Options) {
	o.Protocol = &checkedProtocol{o.Protocol, op}
	o.DisableValidateResponseChecksum = true
}

func (p *checkedProtocol) DeserializeResponse(ctx context.Context, schema *smithy.OperationSchema, registry *smithy.TypeRegistry, resp *smithyhttp.Response, out smithy.Deserializable) error {
	if resp.StatusCode/100 != 2 {
		return p.ClientProtocol.DeserializeResponse(ctx, schema, registry, resp, out)
	}
	b := newBuffer()
	defer b.release()
	if err := p.op.readBody(ctx, b, resp); err != nil {
		return err
	}
	resp.Body = readCloser{bytes.NewReader(b.bytes), resp.Body}
	if err := p.ClientProtocol.DeserializeResponse(ctx, schema, registry, resp, out); err != nil {
		return p.op.corrupt("%v", err)
	}
	return nil
}

type readCloser struct {
	io.Reader
	io.Closer
}
