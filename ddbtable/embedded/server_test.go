package embedded_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable/embedded"
)

// serve serves an engine on a loopback port and gives its address.
func serve(t *testing.T, db *embedded.DB) string {
	t.Helper()
	server := httptest.NewUnstartedServer(db)
	server.Config = embedded.NewServer(db)
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

// TestTheSDKOverASocket uses the same client code on a real connection.
func TestTheSDKOverASocket(t *testing.T) {
	db := open(t)
	url := serve(t, db)
	c := db.Client(func(o *dynamodb.Options) {
		o.BaseEndpoint = aws.String(url)
		o.HTTPClient = http.DefaultClient
	})
	createTable(t, c, false)
	put(t, c, item{"a": s("k"), "x": s("é\"\\\n")})
	if got := text(get(t, c, item{"a": s("k")})["x"]); got != "é\"\\\n" {
		t.Errorf("x is %q", got)
	}
	db.Inject(embedded.Fault{Effect: embedded.DropAfter, Operation: "UpdateItem", Times: 1})
	if err := addOne(t, c); err != nil {
		t.Errorf("with a dropped connection: %v", err)
	}
	if got := text(get(t, c, item{"a": s("k")})["n"]); got != "2" {
		t.Errorf("n is %s", got)
	}
}

func do(t *testing.T, method, url, contentType, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestOtherRequestsThanOperations(t *testing.T) {
	url := serve(t, open(t))
	tests := []struct {
		method, contentType, body string
		status                    int
		answer                    string
	}{
		{"GET", "", "", 200, "healthy: dynamodb.us-east-1.amazonaws.com "},
		{"PUT", "application/json", "{}", 404, "<UnknownOperationException/>\n"},
		{"POST", "text/plain", "{}", 404, "<UnknownOperationException/>\n"},
		{"POST", "application/json", "{}", 400,
			`{"__type":"com.amazon.coral.service#MissingAuthenticationTokenException","message":"Request is missing Authentication Token"}`},
		{"POST", "application/json", "{", 400, `{"__type":"com.amazon.coral.service#SerializationException"}`},
		{"POST", "application/json", strings.Repeat(" ", 16<<20+1), 413, ""},
	}
	for _, test := range tests {
		status, answer := do(t, test.method, url, test.contentType, test.body)
		if status != test.status || answer != test.answer {
			t.Errorf("%s %s %.20q\n got: %d %q\nwant: %d %q", test.method, test.contentType, test.body, status, answer, test.status, test.answer)
		}
	}
}

func TestHeadersAreLimited(t *testing.T) {
	address := strings.TrimPrefix(serve(t, open(t)), "http://")
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() {
		// The server may cut the connection before it has read everything.
		_, _ = fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: x\r\nX-Long: %s\r\n\r\n", strings.Repeat("x", 80<<10))
	}()
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.Contains(line, "431") {
		t.Errorf("answer: %q, %v", line, err)
	}
}

// TestConnectionsAreLimited tells a server of more connections than it takes: the
// one too many is closed, and when another one ends there is room again.
func TestConnectionsAreLimited(t *testing.T) {
	server := embedded.NewServer(open(t))
	const most = 1024
	isOpen := func(told func(net.Conn)) bool {
		ours, theirs := net.Pipe()
		defer ours.Close()
		defer theirs.Close()
		told(theirs)
		// A read of a closed connection fails for another reason than time.
		_ = ours.SetReadDeadline(time.Now().Add(-time.Second))
		_, err := ours.Read(make([]byte, 1))
		return errors.Is(err, os.ErrDeadlineExceeded)
	}
	arrives := func(conn net.Conn) {
		server.ConnState(conn, http.StateNew)
		server.ConnState(conn, http.StateActive)
		server.ConnState(conn, http.StateIdle)
	}
	for i := range most {
		if !isOpen(arrives) {
			t.Fatalf("connection %d was closed", i+1)
		}
	}
	if isOpen(arrives) {
		t.Error("one too many was not closed")
	}
	server.ConnState(nil, http.StateClosed)
	server.ConnState(nil, http.StateClosed)
	if !isOpen(arrives) {
		t.Error("there was no room when others had ended")
	}
}
