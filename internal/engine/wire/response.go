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
	h["Content-Type"] = []string{ContentType}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	h[crcHeader] = []string{strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)}
	h[requestHeader] = []string{newRequestID()}
}

const requestAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUV"

// newRequestID gives 52 letters and digits, as the service does.
func newRequestID() string {
	var id [52]byte
	for i := 0; i < len(id); i += 12 {
		bits := rand.Uint64()
		for j := i; j < min(i+12, len(id)); j++ {
			id[j] = requestAlphabet[bits&31]
			bits >>= 5
		}
	}
	return string(id[:])
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
