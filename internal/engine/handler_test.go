package engine

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"example.com/ddb/internal/engine/store"
	"example.com/ddb/internal/engine/wire"
)

func newEngine(t *testing.T) *Engine {
	t.Helper()
	e, err := New(Config{Store: store.NewMemory()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func TestRequestsAboveTheLimitAreRefused(t *testing.T) {
	h := NewHandler(newEngine(t))
	for range maxAtOnce {
		h.places <- struct{}{}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "too many requests are under way") {
		t.Errorf("with all places taken: %d %s", w.Code, w.Body)
	}
	<-h.places
	for range 2 {
		w = httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		if w.Code != http.StatusOK {
			t.Errorf("with a free place: %d %s", w.Code, w.Body)
		}
	}
}

// TestLargeBodiesAwaitAPlace takes all places of large bodies: a small one
// passes, and a large one is not read before a place is free.
func TestLargeBodiesAwaitAPlace(t *testing.T) {
	h := NewHandler(newEngine(t))
	for range maxLargeAtOnce {
		h.large <- struct{}{}
	}
	post := func(ctx context.Context, body *strings.Reader) int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, "/", body))
		return w.Body.Len()
	}
	if post(t.Context(), strings.NewReader("{}")) == 0 {
		t.Error("a small body was not answered")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	body := strings.NewReader(strings.Repeat(" ", largeBody+1))
	if post(gone, body) > 0 || body.Len() != largeBody+1 {
		t.Errorf("without a place a large body was read up to %d bytes of its end", body.Len())
	}
	answered := make(chan int)
	go func() { answered <- post(t.Context(), body) }()
	<-h.large
	if <-answered == 0 || body.Len() > 0 {
		t.Error("with a free place a large body was not answered")
	}
	if len(h.large) != maxLargeAtOnce-1 {
		t.Errorf("%d places are taken", len(h.large))
	}
}

func TestBodiesThatCannotBeRead(t *testing.T) {
	h := NewHandler(newEngine(t))
	tests := []struct {
		name   string
		body   io.Reader
		length int64
		status int
	}{
		{"announced as too long", strings.NewReader(""), wire.MaxBodyBytes + 1, http.StatusRequestEntityTooLarge},
		{"too long", io.LimitReader(blanks{}, wire.MaxBodyBytes+1), -1, http.StatusRequestEntityTooLarge},
		{"broken off", io.MultiReader(strings.NewReader("{"), iotest.ErrReader(errors.New("gone"))), -1, http.StatusBadRequest},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/", test.body)
			r.ContentLength = test.length
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != test.status || w.Body.Len() > 0 || w.Header().Get("Connection") != "close" {
				t.Errorf("%d %v %q", w.Code, w.Header(), w.Body)
			}
		})
	}
}

// blanks is a body without end.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
