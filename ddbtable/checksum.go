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
// nothing at all. For a read, a transaction, and an answer that refuses a request,
// the SDK's retryer has tried again in vain. A write that DynamoDB answered with
// success was applied, as the text of the error says then; it has not been sent
// again.
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
	return corrupt(op.repeatable(), fmt.Sprintf(format, args...))
}

func corrupt(again bool, reason string) error {
	return &smithy.DeserializationError{Err: &corruptError{reason: reason, again: again}}
}

func succeeded(resp *smithyhttp.Response) bool { return resp.StatusCode/100 == 2 }

// readBody reads the whole answer into b, and checks its sum.
func (op operation) readBody(ctx context.Context, b *buffer, resp *smithyhttp.Response) error {
	again := op.repeatable() || !succeeded(resp)
	if err := b.readFrom(resp.Body, resp.ContentLength); err != nil {
		return broken(ctx, again, err)
	}
	if len(b.bytes) == 0 && succeeded(resp) {
		return corrupt(again, "it is empty")
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
		return corrupt(again, "its header X-Amz-Crc32 is no number")
	}
	if crc32.ChecksumIEEE(b.bytes) != uint32(want) {
		return corrupt(again, "its CRC32 is not that of the header X-Amz-Crc32")
	}
	return nil
}

// broken is the error of an answer that ended with err before its end.
func broken(ctx context.Context, again bool, err error) error {
	if again && !damaged(err) {
		// The SDK knows which failures of the network to retry.
		return &smithy.DeserializationError{Err: err}
	}
	return &smithy.DeserializationError{Err: &corruptError{reason: err.Error(), again: again, ended: ctx.Err()}}
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
	if !succeeded(resp) {
		return p.op.refusal(ctx, p.ClientProtocol, schema, registry, resp, out)
	}
	b := newBuffer()
	defer b.release()
	if err := p.op.readBody(ctx, b, resp); err != nil {
		return err
	}
	resp.Body = readCloser{bytes.NewReader(b.bytes), resp.Body}
	if err := decode(ctx, p.ClientProtocol, schema, registry, resp, out); err != nil {
		return p.op.corrupt("%v", err)
	}
	return nil
}

// refusal is the error that an answer without success holds, as the client's own
// protocol decodes it. A damaged one is not believed: it may hold an item, and its
// code decides what the caller does next. It is safe to ask again, as the SDK does
// with some refusals anyway.
func (op operation) refusal(ctx context.Context, own smithyhttp.ClientProtocol, schema *smithy.OperationSchema, registry *smithy.TypeRegistry, resp *smithyhttp.Response, out smithy.Deserializable) error {
	b := new(buffer) // not of the pool: the SDK's error keeps the response
	if err := op.readBody(ctx, b, resp); err != nil {
		return err
	}
	resp.Body = readCloser{bytes.NewReader(b.bytes), resp.Body}
	err := decode(ctx, own, schema, registry, resp, out)
	if errors.Is(err, errDecoder) {
		return corrupt(true, err.Error())
	}
	return err
}

var errDecoder = errors.New("JSON is malformed, and the SDK's decoder cannot say where")

// decode is the SDK's decoding. Its decoder panics on some malformed JSON, such
// as a list that begins with a comma (seen with smithy-go v1.28.8): here that is
// an error like any other.
func decode(ctx context.Context, own smithyhttp.ClientProtocol, schema *smithy.OperationSchema, registry *smithy.TypeRegistry, resp *smithyhttp.Response, out smithy.Deserializable) (err error) {
	defer func() {
		if recover() != nil {
			err = errDecoder
		}
	}()
	return own.DeserializeResponse(ctx, schema, registry, resp, out)
}

type readCloser struct {
	io.Reader
	io.Closer
}
