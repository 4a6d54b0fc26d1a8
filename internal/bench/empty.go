package main

import (
	"bytes"
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// An emptyProtocol sends nothing and reads nothing: what is left is the SDK's
// own call. One value serves all calls.
type emptyProtocol struct{ smithyhttp.ClientProtocol }

var noMembers = []byte("{}")

func (emptyProtocol) SerializeRequest(_ context.Context, schema *smithy.OperationSchema, _ smithy.Serializable, req *smithyhttp.Request) error {
	return start(schema, req, noMembers)
}

func (emptyProtocol) DeserializeResponse(context.Context, *smithy.OperationSchema, *smithy.TypeRegistry, *smithyhttp.Response, smithy.Deserializable) error {
	return nil
}

// start makes an AWS JSON request.
func start(schema *smithy.OperationSchema, req *smithyhttp.Request, body []byte) error {
	req.Method = "POST"
	if req.URL.Path == "" {
		req.URL.Path = "/"
	}
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810."+schema.ID().Name)
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	with, err := req.SetStream(bytes.NewReader(body))
	if err != nil {
		return err
	}
	*req = *with
	return nil
}

// emptyClient is a client whose calls are empty.
func emptyClient() *dynamodb.Client {
	return newClient(noMembers, func(o *dynamodb.Options) { o.Protocol = emptyProtocol{o.Protocol} })
}
