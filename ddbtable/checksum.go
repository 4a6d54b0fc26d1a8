package ddbtable

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// ErrCorruptResponse says that the answer to a request was damaged on its way:
// it does not have the checksum that DynamoDB sent with it, or is no JSON, or
// nothing at all. For a read, and for a transaction, the SDK's retryer has tried
// again in vain. A write that failed so was applied; it has not been sent again.
var ErrCorruptResponse = errors.New("response is corrupt")

// A corruptError is an ErrCorruptResponse. It keeps no cause but the end of the
// context, so that the SDK does not take a lost connection for a reason to send
// an applied write again.
type corruptError struct {
	reason string
	again  bool  // it is safe to send the request again
	ended  error // of the context, or nil
}

func (e *corruptError) Error() string {
	text := ErrCorruptResponse.Error() + ": " + e.reason
	if !e.again {
		text += "; the write was applied"
	}
	return text
}

func (e *corruptError) Unwrap() []error { return []error{ErrCorruptResponse, e.ended} }

// RetryableError is asked by the SDK's retryer.
func (e *corruptError) RetryableError() bool { return e.again }

// repeatable reports whether the operation may be sent again after an answer
// that says that it was applied.
func (op operation) repeatable() bool {
	switch op {
	case opPutItem, opUpdateItem, opDeleteItem, opBatchWrite:
		return false
	}
	return true
}

// corrupt is the error of an answer that could not be read for that reason.
func (op operation) corrupt(format string, args ...any) error {
	e := &corruptError{reason: fmt.Sprintf(format, args...), again: op.repeatable()}
	return &smithy.DeserializationError{Err: e}
}

// readBody reads the whole answer to a request that succeeded into b, and
// checks its sum.
func (op operation) readBody(ctx context.Context, b *buffer, resp *smithyhttp.Response) error {
	if err := b.readFrom(resp.Body, resp.ContentLength); err != nil {
		return op.broken(ctx, err)
	}
	if len(b.bytes) == 0 {
		return op.corrupt("it is empty")
	}
	// The sum of a compressed answer is that of the compressed bytes. The
	// format has a sum of its own, which was checked at the end of the body.
	if resp.Header.Get("Content-Encoding") == "gzip" {
		return nil
	}
	sum := resp.Header.Get("X-Amz-Crc32")
	if sum == "" {
		return nil
	}
	want, err := strconv.ParseUint(sum, 10, 32)
	if err != nil {
		return op.corrupt("its header X-Amz-Crc32 is no number")
	}
	if crc32.ChecksumIEEE(b.bytes) != uint32(want) {
		return op.corrupt("its CRC32 is not that of the header X-Amz-Crc32")
	}
	return nil
}

// broken is the error of an answer that ended with err before its end.
func (op operation) broken(ctx context.Context, err error) error {
	if op.repeatable() && !damaged(err) {
		// The SDK knows which failures of the network to retry.
		return &smithy.DeserializationError{Err: err}
	}
	return &smithy.DeserializationError{Err: &corruptError{reason: err.Error(), again: op.repeatable(), ended: ctx.Err()}}
}

// damaged reports whether err says that compressed data was damaged.
func damaged(err error) bool {
	_, corrupt := errors.AsType[flate.CorruptInputError](err)
	return corrupt || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// readFrom fills the buffer. The length is a hint, -1 if it is not known.
func (b *buffer) readFrom(r io.Reader, length int64) error {
	if need := min(length+bytes.MinRead, maxPooled); int64(cap(b.bytes)) < need {
		b.bytes = make([]byte, 0, need)
	}
	into := bytes.NewBuffer(b.bytes)
	_, err := into.ReadFrom(r)
	b.bytes = into.Bytes()
	return err
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
	if err := p.decode(ctx, schema, registry, resp, out); err != nil {
		return p.op.corrupt("%v", err)
	}
	return nil
}

var errDecoder = errors.New("JSON is malformed, and the SDK's decoder cannot say where")

// decode is the SDK's decoding. Its decoder panics on some malformed JSON, such
// as a list that begins with a comma (seen with smithy-go v1.28.8): here that is
// an error like any other.
func (p *checkedProtocol) decode(ctx context.Context, schema *smithy.OperationSchema, registry *smithy.TypeRegistry, resp *smithyhttp.Response, out smithy.Deserializable) (err error) {
	defer func() {
		if recover() != nil {
			err = errDecoder
		}
	}()
	return p.ClientProtocol.DeserializeResponse(ctx, schema, registry, resp, out)
}

type readCloser struct {
	io.Reader
	io.Closer
}
