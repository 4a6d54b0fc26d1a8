package ddbtable

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// ErrCorruptResponse says that the answer to a request was damaged on its way:
// it does not have the checksum that DynamoDB sent with it, or is no JSON. For
// a read the SDK's retryer has tried again in vain. A write that failed so was
// applied; it has not been sent again.
var ErrCorruptResponse = errors.New("response is corrupt")

// A corruptError is an ErrCorruptResponse. It keeps no cause, so that the SDK
// does not take a lost connection for a reason to send an applied write again.
type corruptError struct {
	reason string
	again  bool // it is safe to send the request again
}

func (e *corruptError) Error() string {
	text := ErrCorruptResponse.Error() + ": " + e.reason
	if !e.again {
		text += "; the write was applied"
	}
	return text
}

func (e *corruptError) Unwrap() error { return ErrCorruptResponse }

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
func (op operation) readBody(b *buffer, resp *smithyhttp.Response) error {
	if err := b.readFrom(resp.Body, resp.ContentLength); err != nil {
		if op.repeatable() {
			// The SDK knows which failures of the network to retry.
			return &smithy.DeserializationError{Err: err}
		}
		return op.corrupt("%v", err)
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

// readFrom fills the buffer. The length is a hint, -1 if it is not known.
func (b *buffer) readFrom(r io.Reader, length int64) error {
	if need := min(length+1, maxPooled); int64(cap(b.bytes)) < need {
		b.bytes = make([]byte, 0, need)
	}
	for {
		if len(b.bytes) == cap(b.bytes) {
			b.bytes = append(b.bytes, 0)[:len(b.bytes)]
		}
		n, err := r.Read(b.bytes[len(b.bytes):cap(b.bytes)])
		b.bytes = b.bytes[:len(b.bytes)+n]
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
