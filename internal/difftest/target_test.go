package difftest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/ddb/internal/engine"
	"example.com/ddb/internal/engine/store"
)

// An answer is what a side says to a request.
type answer struct {
	status int
	// kind is the error's type without its namespace, "" for none.
	kind string
	text string
	body map[string]any
}

// A side answers requests.
type side interface {
	send(operation string, body []byte) (answer, error)
}

// newEngine gives the engine, in memory, as it answers over HTTP.
func newEngine(t testing.TB) *engineSide {
	t.Helper()
	e, err := engine.New(engine.Config{Store: store.NewMemory()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return &engineSide{engine.NewHandler(e)}
}

type engineSide struct {
	handler http.Handler
}

func (s *engineSide) send(operation string, body []byte) (answer, error) {
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	setHead(r, operation)
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return newAnswer(w.Code, w.Body.Bytes())
}

// An endpointSide is the engine in DDB_ENDPOINT.
type endpointSide struct {
	url    string
	name   string
	client *http.Client
}

// newEndpoint gives the other engine, nil when there is none.
func newEndpoint() *endpointSide {
	url := os.Getenv("DDB_ENDPOINT")
	if url == "" {
		return nil
	}
	return &endpointSide{url, os.Getenv("DDB_TARGET"), &http.Client{Timeout: 10 * time.Second}}
}

func (s *endpointSide) send(operation string, body []byte) (answer, error) {
	r, err := http.NewRequest(http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	setHead(r, operation)
	w, err := s.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer w.Body.Close()
	got, err := io.ReadAll(w.Body)
	if err != nil {
		return answer{}, err
	}
	a, err := newAnswer(w.StatusCode, got)
	if s.name == "dynamodb-local" {
		plainNumbers(a.body)
	}
	return a, err
}

// plainNumbers writes the numbers in an answer as the service does. DynamoDB
// Local keeps those inside of documents as they were sent.
func plainNumbers(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			plainNumbers(e)
		}
	case map[string]any:
		if n, ok := v["N"].(string); ok && len(v) == 1 {
			v["N"] = plainNumber(n)
			return
		}
		if list, ok := v["NS"].([]any); ok && len(v) == 1 {
			for i := range list {
				list[i] = plainNumber(list[i].(string))
			}
			return
		}
		for _, e := range v {
			plainNumbers(e)
		}
	}
}

func setHead(r *http.Request, operation string) {
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Date", "20261122T000000Z")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/20261122/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=c")
}

func newAnswer(status int, body []byte) (answer, error) {
	a := answer{status: status, body: map[string]any{}}
	if status == http.StatusOK && (len(body) == 0 || string(body) == `""`) {
		return a, nil // there are engines that say nothing so
	}
	if err := json.Unmarshal(body, &a.body); err != nil {
		return a, fmt.Errorf("status %d, body %q: %w", status, body, err)
	}
	if kind, ok := a.body["__type"].(string); ok {
		a.kind = kind[strings.Index(kind, "#")+1:]
		for name, member := range a.body {
			if text, ok := member.(string); ok && strings.EqualFold(name, "message") {
				a.text = text
			}
		}
	}
	return a, nil
}

// String gives the status, and the error's type or the body.
func (a answer) String() string {
	if a.kind != "" {
		return fmt.Sprintf("%d %s", a.status, a.kind)
	}
	return fmt.Sprintf("%d %s", a.status, canonical(a.body))
}
