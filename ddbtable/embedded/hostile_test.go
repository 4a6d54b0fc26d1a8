package embedded_test

import (
	"context"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/ddb/ddbtable/embedded"
)

func TestTheLimitsOfAServer(t *testing.T) {
	server := embedded.NewServer(open(t))
	if server.MaxHeaderBytes != 64<<10 || server.ReadHeaderTimeout != 10*time.Second ||
		server.ReadTimeout != time.Minute || server.IdleTimeout != time.Minute {
		t.Errorf("headers %d bytes in %s, requests in %s, idle %s",
			server.MaxHeaderBytes, server.ReadHeaderTimeout, server.ReadTimeout, server.IdleTimeout)
	}
}

// TestSlowClientsAreCutOff shortens the times, and sends what is never finished.
func TestSlowClientsAreCutOff(t *testing.T) {
	for name, sent := range map[string]string{
		"a head without end": "POST / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
		"a body without end": "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
		"silence":            "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(nil)
			server.Config = embedded.NewServer(open(t))
			server.Config.ReadHeaderTimeout = 30 * time.Millisecond
			server.Config.ReadTimeout = 30 * time.Millisecond
			server.Config.IdleTimeout = 30 * time.Millisecond
			server.Start()
			defer server.Close()
			conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, sent); err != nil {
				t.Fatal(err)
			}
			if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, conn); err != nil {
				t.Errorf("the connection was not closed: %v", err)
			}
		})
	}
}

// TestRequestsAtOnceAreBounded holds 512 requests in a delay: the next one is
// turned away at once, and when they are gone there is room again.
func TestRequestsAtOnceAreBounded(t *testing.T) {
	db := open(t)
	held := db.Inject(embedded.Fault{Effect: embedded.Delay, Operation: "ListTables", Delay: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	ask := func(ctx context.Context) (status int) {
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		r.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
		r.Header.Set("X-Amz-Date", "20261122T000000Z")
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c")
		w := httptest.NewRecorder()
		defer func() {
			if recover() != nil { // the client gave up, and the connection is cut
				status = 0
			}
		}()
		db.ServeHTTP(w, r)
		return w.Code
	}
	var wg sync.WaitGroup
	for range 512 {
		wg.Go(func() { ask(ctx) })
	}
	for held.Hits() < 512 {
		time.Sleep(time.Millisecond)
	}
	if status := ask(t.Context()); status != http.StatusServiceUnavailable {
		t.Errorf("one request too many: status %d", status)
	}
	cancel()
	wg.Wait()
	held.Stop()
	if status := ask(t.Context()); status != http.StatusOK {
		t.Errorf("when the others are gone: status %d", status)
	}
}

// TestHostileBodies sends what exhausts a reader that trusts its input.
func TestHostileBodies(t *testing.T) {
	url := serve(t, open(t))
	for name, body := range map[string]string{
		"arrays in arrays":             strings.Repeat("[", 4<<20),
		"objects in objects":           strings.Repeat(`{"a":`, 1<<20),
		"lists in lists, in an item":   `{"TableName":"tab","Item":{"a":` + strings.Repeat(`{"L":[`, 1<<20),
		"a number of a million digits": `{"TableName":"tab","Item":{"a":{"N":"` + strings.Repeat("9", 1<<20) + `"}}}`,
		"a text without end":           `{"TableName":"` + strings.Repeat("x", 4<<20),
		"bytes that are no text":       "{\"TableName\":\"\xff\xfe\"}",
	} {
		status, answer := do(t, http.MethodPost, url, "application/json", body)
		if status != http.StatusBadRequest || len(answer) > 1000 {
			t.Errorf("%s: %d %.200s", name, status, answer)
		}
	}
	if status, _ := do(t, http.MethodGet, url, "", ""); status != http.StatusOK {
		t.Errorf("afterwards: %d", status)
	}
}

// TestEveryAnswerHasAChecksum looks at answers of each kind.
func TestEveryAnswerHasAChecksum(t *testing.T) {
	url := serve(t, open(t))
	ids := make(map[string]bool)
	for _, request := range []struct{ method, target, body string }{
		{http.MethodGet, "", ""},
		{http.MethodPost, "DynamoDB_20120810.ListTables", "{}"},
		{http.MethodPost, "DynamoDB_20120810.ListTables", "["},
		{http.MethodPost, "DynamoDB_20120810.GetItem", "{}"},
		{http.MethodPost, "DynamoDB_20120810.Nothing", "{}"},
		{http.MethodPost, "", "{}"},
		{http.MethodPut, "", ""},
	} {
		r, err := http.NewRequestWithContext(t.Context(), request.method, url, strings.NewReader(request.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		r.Header.Set("X-Amz-Target", request.target)
		r.Header.Set("X-Amz-Date", "20261122T000000Z")
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		want := strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)
		if got := resp.Header.Get("X-Amz-Crc32"); got != want {
			t.Errorf("%v: X-Amz-Crc32 is %q, want %s", request, got, want)
		}
		ids[resp.Header.Get("X-Amzn-Requestid")] = true
	}
	if len(ids) != 7 || ids[""] {
		t.Errorf("request ids: %v", ids)
	}
}
