package engine

import (
	"bytes"
	"fmt"
	"net/http"
	"sync/atomic"

	"example.com/ddb/internal/engine/wire"
)

// A Transport answers the requests of an SDK's client in the process: it has
// the method that the client wants of an HTTP client.
type Transport struct {
	engine *Engine
}

// NewTransport makes a transport for an engine.
func NewTransport(e *Engine) *Transport { return &Transport{engine: e} }

// Do answers a request. The error stands for a broken connection.
func (t *Transport) Do(r *http.Request) (*http.Response, error) {
	if err := t.ready(r); err != nil {
		closeBody(r)
		return nil, err
	}
	request := takeBuffer()
	defer request.free()
	err := request.fill(r.Body, r.ContentLength)
	closeBody(r)
	if err != nil {
		return nil, fmt.Errorf("engine: cannot read the request: %w", err)
	}
	head := wire.ReadHead(r)
	out := takeAnswer(head.Operation)
	a, err := t.engine.answerTo(r.Context(), head, request.bytes, out)
	if ended := r.Context().Err(); ended != nil {
		err = ended
	}
	if err != nil {
		out.free()
		return nil, err
	}
	return newResponse(r, a, out), nil
}

func (t *Transport) ready(r *http.Request) error {
	if t.engine.closed.Load() {
		return ErrClosed
	}
	return r.Context().Err()
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		// Closing a body that is in memory cannot fail.
		_ = r.Body.Close()
	}
}

func newResponse(r *http.Request, a httpAnswer, out *buffer) *http.Response {
	header := make(http.Header, 4)
	wire.SetHeaders(header, a.body)
	return &http.Response{
		Status:        http.StatusText(a.status),
		StatusCode:    a.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header,
		Body:          &responseBody{Reader: bytes.NewReader(a.body), buffer: out},
		ContentLength: int64(len(a.body)),
		Request:       r,
	}
}

// A responseBody gives its buffer back when it is closed, once.
type responseBody struct {
	*bytes.Reader
	buffer *buffer
	closed atomic.Bool
}

// Close implements io.Closer.
func (b *responseBody) Close() error {
	if !b.closed.Swap(true) {
		b.Reader.Reset(nil)
		b.buffer.free()
	}
	return nil
}
