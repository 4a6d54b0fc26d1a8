package wire

import (
	"hash/crc32"
	"math/rand/v2"
	"net/http"
	"strconv"

	"example.com/ddb/internal/engine/apierror"
)

// ContentType is that of every response to an operation.
const ContentType = "application/x-amz-json-1.0"

// Names of response headers, in canonical form.
const (
	crcHeader     = "X-Amz-Crc32"
	requestHeader = "X-Amzn-Requestid"
)

// SetHeaders sets the headers of a response with a body.
func SetHeaders(h http.Header, body []byte) {
	// One array and one text for all, because every response has them.
	var scratch [128]byte
	text := strconv.AppendInt(scratch[:0], int64(len(body)), 10)
	length := len(text)
	text = strconv.AppendUint(text, uint64(crc32.ChecksumIEEE(body)), 10)
	crc := len(text)
	all := string(appendRequestID(text))
	values := [...]string{ContentType, all[:length], all[length:crc], all[crc:]}
	h["Content-Type"] = values[0:1:1]
	h["Content-Length"] = values[1:2:2]
	h[crcHeader] = values[2:3:3]
	h[requestHeader] = values[3:4:4]
}

const requestAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUV"

// appendRequestID appends 52 letters and digits, as the service gives them.
func appendRequestID(dst []byte) []byte {
	const length, perDraw = 52, 12
	var bits uint64
	for i := range length {
		if i%perDraw == 0 {
			bits = rand.Uint64()
		}
		dst = append(dst, requestAlphabet[bits&31])
		bits >>= 5
	}
	return dst
}

// AppendError appends the body of a refusal.
func AppendError(dst []byte, err *apierror.Error) []byte {
	dst = append(dst, `{"__type":`...)
	dst = AppendText(dst, err.Type())
	if err.Message != "" {
		// The generic framework, which reads bodies, writes the word with a
		// capital, and so does this one exception's model.
		if err.Code == "SerializationException" || err.Code == "TransactionCanceledException" {
			dst = append(dst, `,"Message":`...)
		} else {
			dst = append(dst, `,"message":`...)
		}
		dst = AppendText(dst, err.Message)
	}
	dst = append(dst, err.Members...)
	return append(dst, '}')
}
