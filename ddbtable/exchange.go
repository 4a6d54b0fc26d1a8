package ddbtable

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"example.com/ddb/internal/wire"
)

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
	x.request = newBuffer()
	x.request.bytes = x.call.appendWanted(x.call.appendBody(x.request.bytes))
	with, err := noRequest.SetStream(streamOf(x.request.bytes))
	if err != nil {
		return err
	}
	length := with.ContentLength
	with.Request = req.Request
	*req = *with
	req.Method, req.ContentLength = http.MethodPost, length
	if req.URL.Path == "" {
		req.URL.Path = "/"
	}
	values := []string{string(x.call.op), "application/x-amz-json-1.0"}
	req.Header["X-Amz-Target"], req.Header["Content-Type"] = values[:1:1], values[1:]
	return nil
}

// noRequest makes streams: SetStream returns a copy of its request, and copying
// one with headers costs more than the rest of the call's own work.
var noRequest = &smithyhttp.Request{Request: new(http.Request)}

// shortBody is how many bytes fit into the memory of a connection, so that
// writing them does not wait for a reader.
const shortBody = 8 << 10

// streamOf is a request's bytes as the SDK takes them.
//
// A [bytes.Reader] has WriteTo, which saves the SDK a copy of 32 KiB where it
// hashes the body. But it also writes the body to the connection with it, and
// closes the body when an answer came early: it would then wait for a write that
// nobody reads. So a long body has no WriteTo.
func streamOf(b []byte) io.ReadSeeker {
	if len(b) <= shortBody {
		return bytes.NewReader(b)
	}
	return body{bytes.NewReader(b)}
}

// A body is a [bytes.Reader] without WriteTo.
type body struct{ bytes *bytes.Reader }

func (b body) Read(p []byte) (int, error)                 { return b.bytes.Read(p) }
func (b body) Seek(offset int64, from int) (int64, error) { return b.bytes.Seek(offset, from) }
func (b body) Len() int                                   { return b.bytes.Len() }

// DeserializeResponse is called for the answer to each attempt. What an attempt
// before it brought is forgotten, also if this one brings nothing.
func (x *exchange) DeserializeResponse(ctx context.Context, schema *smithy.OperationSchema, registry *smithy.TypeRegistry, resp *smithyhttp.Response, out smithy.Deserializable) error {
	x.reply.release()
	x.reply = reply{}
	if x.call.rows != nil {
		x.call.rows.reset()
	}
	op := x.call.op
	if !succeeded(resp) {
		return op.refusal(ctx, x.ClientProtocol, schema, registry, resp, out)
	}
	x.reply.body = newBuffer()
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
		defer x.call.rows.done()
	}
	r := &x.reply
	scan := wire.NewScanner(json)
	err := scan.Each('{', '}', func(name []byte) (err error) {
		if !x.call.answers(name) {
			_, err = scan.Skip()
			return err
		}
		if scan.Null() { // as if it were not there
			return nil
		}
		switch string(name) {
		case "Responses":
			err = x.parseResponses(scan)
		case "UnprocessedItems":
			r.left, err = parseLeftWrites(scan)
		case "UnprocessedKeys":
			r.bytes = len(json)
			r.left, err = parseLeftKeys(scan)
		case "Item", "Attributes":
			if r.item.json, err = object(scan); err == nil {
				err = x.call.into.take(r.item)
			}
		case "LastEvaluatedKey":
			if r.last.json, err = object(scan); err == nil {
				r.last = r.last.clone() // it goes on into the next request
				_, err = r.last.attributeValues()
			}
		case "Items":
			err = x.parseItems(scan)
		case "Count":
			r.count, err = number(scan)
		case "ScannedCount":
			r.read, err = number(scan)
		case "ConsumedCapacity":
			r.capacity, err = x.call.parseCapacity(scan)
		}
		return err
	})
	if err == nil {
		err = scan.End()
	}
	return err
}

// answers reports whether the member of that name is read from the call's answer.
func (c *call) answers(name []byte) bool {
	op := c.op
	switch string(name) {
	case "ConsumedCapacity":
		return c.capacity
	case "Item":
		return op == opGetItem
	case "Attributes":
		return op == opPutItem || op == opUpdateItem || op == opDeleteItem
	case "Items", "Count", "ScannedCount", "LastEvaluatedKey":
		return op == opQuery || op == opScan
	case "Responses":
		return op == opBatchGet || op == opTransactGet
	case "UnprocessedKeys":
		return op == opBatchGet
	case "UnprocessedItems":
		return op == opBatchWrite
	}
	return false
}

// parseItems reads the items of an answer. If it has several lists of them, the
// last one counts, as it does for the SDK.
func (x *exchange) parseItems(scan *wire.Scanner) error {
	x.call.rows.reset()
	if scan.Null() {
		return nil
	}
	if err := scan.Begin('['); err != nil {
		return err
	}
	parse := x.call.rows.parse
	for first := true; ; first = false {
		more, err := scan.More(']', first)
		if err != nil || !more {
			return err
		}
		if err := scan.Take(parse); err != nil {
			return err
		}
	}
}

// parseResponses reads what a batch found, by table, or what a transaction
// found, in the order of its parts.
func (x *exchange) parseResponses(scan *wire.Scanner) error {
	if x.call.op == opBatchGet {
		return scan.Each('{', '}', func([]byte) error { return x.parseItems(scan) })
	}
	x.reply.found = nil
	return eachElement(scan, func([]byte) error {
		found, err := parseOne(scan, "Item")
		if part := len(x.reply.found); err == nil && part < len(x.call.parts) {
			err = x.call.parts[part].into.take(found)
		}
		x.reply.found = append(x.reply.found, found)
		return err
	})
}

// parseOne reads the item that is the named member of an object, none if it
// lacks that.
func parseOne(scan *wire.Scanner, of string) (one item, err error) {
	err = eachMember(scan, func(name []byte) (err error) {
		if string(name) == of {
			one.json, err = object(scan)
			return err
		}
		_, err = scan.Skip()
		return err
	})
	return one, err
}

// parseLeftKeys reads the keys that a batch of reads left unprocessed, by table.
func parseLeftKeys(scan *wire.Scanner) (left []item, err error) {
	err = eachMember(scan, func([]byte) error {
		return eachMember(scan, func(name []byte) error {
			if string(name) != "Keys" {
				_, err := scan.Skip()
				return err
			}
			return eachElement(scan, func([]byte) error {
				json, err := object(scan)
				left = append(left, item{json: json})
				return err
			})
		})
	})
	return left, err
}

// parseLeftWrites reads the items to be put, and the keys of those to be
// deleted, that a batch of writes left unprocessed, by table.
func parseLeftWrites(scan *wire.Scanner) (left []item, err error) {
	request := func(name []byte) error {
		of := ""
		switch string(name) {
		case "PutRequest":
			of = "Item"
		case "DeleteRequest":
			of = "Key"
		default:
			_, err := scan.Skip()
			return err
		}
		one, err := parseOne(scan, of)
		left = append(left, one)
		return err
	}
	err = eachMember(scan, func([]byte) error {
		return eachElement(scan, func([]byte) error { return eachMember(scan, request) })
	})
	return left, err
}

// eachMember calls read before each member of an object. Null is an object
// without members, and a member that is null is not there.
func eachMember(scan *wire.Scanner, read func(name []byte) error) error {
	if scan.Null() {
		return nil
	}
	return scan.Each('{', '}', func(name []byte) error {
		if scan.Null() {
			return nil
		}
		return read(name)
	})
}

// eachElement calls read before each element of an array, of which null has none.
func eachElement(scan *wire.Scanner, read func([]byte) error) error {
	if scan.Null() {
		return nil
	}
	return scan.Each('[', ']', read)
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

// number reads an integer, which has 32 bits in DynamoDB's API.
func number(scan *wire.Scanner) (int, error) {
	text, err := scan.Number()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(string(text), 10, 32)
	return int(n), err
}
