package engine

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/fault"
	"example.com/ddb/internal/engine/wire"
)

// maxAtOnce bounds the requests under way over HTTP, and with them the memory
// that bodies take.
const maxAtOnce = 512

// maxLargeAtOnce bounds those with a body above largeBody, or of a length that
// is not told: with bodies of 16 MiB they take 256 MiB.
const (
	maxLargeAtOnce = 16
	largeBody      = 64 << 10
)

// A Handler serves an engine over HTTP.
type Handler struct {
	engine *Engine
	places chan struct{}
	large  chan struct{}
}

// NewHandler makes a handler for an engine.
func NewHandler(e *Engine) *Handler {
	return &Handler{
		engine: e,
		places: make(chan struct{}, maxAtOnce),
		large:  make(chan struct{}, maxLargeAtOnce),
	}
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case h.places <- struct{}{}:
		defer func() { <-h.places }()
	default:
		answer(w, newAnswer(nil, apierror.Busy()))
		return
	}
	if r.Method == http.MethodGet {
		healthy(w)
		return
	}
	if r.ContentLength < 0 || r.ContentLength > largeBody {
		select {
		case h.large <- struct{}{}:
			defer func() { <-h.large }()
		case <-r.Context().Done():
			return
		}
	}
	request := takeBuffer()
	defer request.free()
	if err := request.fill(r.Body, r.ContentLength); err != nil {
		tooLarge(w, err)
		return
	}
	if !wire.IsPost(r, request.bytes) {
		notFound(w)
		return
	}
	head := wire.ReadHead(r)
	response := takeAnswer(head.Operation)
	defer response.free()
	a, err := h.engine.answerTo(r.Context(), head, request.bytes, response)
	if errors.Is(err, fault.ErrDropped) {
		panic(http.ErrAbortHandler)
	}
	answer(w, a)
}

// An httpAnswer is the status and body of a response.
type httpAnswer struct {
	status int
	body   []byte
}

func newAnswer(out []byte, err *apierror.Error) httpAnswer {
	return httpAnswer{err.Status, wire.AppendError(out, err)}
}

// answerTo runs a request and gives the answer, whose body is in the buffer.
// The error is fault.ErrDropped or nil.
func (e *Engine) answerTo(ctx context.Context, head wire.Head, body []byte, out *buffer) (httpAnswer, error) {
	if refusal := head.Check(body, Knows); refusal != nil {
		return newAnswer(out.bytes, refusal), nil
	}
	var err error
	if head.Operation == describeEndpoints {
		out.bytes, err = e.endpoints(out.bytes, head.Host, body)
	} else {
		out.bytes, err = e.Serve(ctx, head.Operation, body, out.bytes)
	}
	var refusal *apierror.Error
	switch {
	case err == nil:
		return httpAnswer{http.StatusOK, out.bytes}, nil
	case errors.As(err, &refusal):
		a := newAnswer(out.bytes[:0], refusal)
		out.bytes = a.body
		return a, nil
	}
	return httpAnswer{}, err
}

// answer writes a response. A client that is gone is nobody to tell.
func answer(w http.ResponseWriter, a httpAnswer) {
	wire.SetHeaders(w.Header(), a.body)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// healthy answers a GET as the service does; the blank at the end is its.
func healthy(w http.ResponseWriter) {
	plain(w, http.StatusOK, "healthy: dynamodb."+Region+".amazonaws.com ")
}

func notFound(w http.ResponseWriter) {
	plain(w, http.StatusNotFound, "<UnknownOperationException/>\n")
}

func plain(w http.ResponseWriter, status int, text string) {
	wire.SetHeaders(w.Header(), []byte(text))
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// tooLarge answers a body that is too long, or that the client stopped
// sending.
func tooLarge(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	if errors.Is(err, errTooLarge) {
		status = http.StatusRequestEntityTooLarge
	}
	w.Header().Set("Connection", "close")
	w.Header().Set("Content-Length", strconv.Itoa(0))
	w.WriteHeader(status)
}
