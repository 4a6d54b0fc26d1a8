package main

import (
	"bytes"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// canned is a transport that reads each request to its end and gives every one
// the same answer, without a network.
type canned struct {
	body []byte
	sum  string
}

func newCanned(body []byte) *canned {
	return &canned{body, strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)}
}

// Do answers a request.
func (c *canned) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return nil, err
		}
		if err := req.Body.Close(); err != nil {
			return nil, err
		}
	}
	return &http.Response{
		StatusCode:    http.StatusOK,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{"Content-Type": {"application/x-amz-json-1.0"}, "X-Amz-Crc32": {c.sum}, "X-Amzn-Requestid": {"canned"}},
		Body:          io.NopCloser(bytes.NewReader(c.body)),
		ContentLength: int64(len(c.body)),
		Request:       req,
	}, nil
}

// newClient returns the SDK's client on a canned answer. Its region is one that
// exists: for an unknown one the SDK resolves the endpoint anew on every call,
// at the price of 600 allocations.
func newClient(answer []byte, options ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:      "us-east-1",
		Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", "")),
		HTTPClient:  newCanned(answer),
	}, options...)
}
