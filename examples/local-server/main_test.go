package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/ddb/ddbtable/embedded"
)

// TestWhatEndsItAtOnce tries the flags and places that cannot work: each is one
// line and the exit code that belongs to it.
func TestWhatEndsItAtOnce(t *testing.T) {
	dir := t.TempDir()
	inUse := filepath.Join(dir, "in-use")
	db, err := embedded.Open(embedded.File(inUse))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	listener := listen(t)
	defer listener.Close()
	tests := []struct {
		name   string
		args   []string
		code   int
		stderr string
	}{
		{"unknown flag", []string{"-port", "1"}, 2, "flag provided but not defined: -port; run with -help"},
		{"flag without its value", []string{"-data"}, 2, "flag needs an argument: -data; run with -help"},
		{"empty address, which would be every interface", []string{"-addr", ""}, 2, "-addr is empty: give a value, or leave it out; run with -help"},
		{"empty file, which would be none", []string{"-data", ""}, 2, "-data is empty: give a value, or leave it out; run with -help"},
		{"a fault that is none", []string{"-faults", "slow"}, 2, `unknown fault "slow"; use one of`},
		{"a seed that is none", []string{"-strict", "x"}, 2, `invalid value "x" for flag -strict`},
		{"a time that is none", []string{"-latency", "5"}, 2, `invalid value "5" for flag -latency`},
		{"argument", []string{"orders.db"}, 2, `unexpected argument "orders.db"; run with -help`},
		{"not an address", []string{"-addr", "8010"}, 1, "cannot listen on 8010: "},
		{"address in use", []string{"-addr", listener.Addr().String()}, 1, "address already in use"},
		{"directory", []string{"-addr", "127.0.0.1:0", "-data", dir}, 1, "cannot use " + dir},
		{"file in use", []string{"-addr", "127.0.0.1:0", "-data", inUse}, 1, inUse},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			ctx, cancel := context.WithTimeout(t.Context(), time.Second) // if it serves after all
			defer cancel()
			code := run(ctx, test.args, &stdout, &stderr)
			line := stderr.String()
			if code != test.code || !strings.Contains(line, test.stderr) || stdout.Len() > 0 {
				t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout.String(), line)
			}
			if !strings.HasPrefix(line, "local-server: ") || strings.Count(line, "\n") != 1 {
				t.Errorf("not one line that says who: %q", line)
			}
		})
	}
}

func TestTheLoopbackInterfaceIsTheDefault(t *testing.T) {
	o, err := parse(nil, io.Discard)
	if err != nil || o.addr != "127.0.0.1:8010" {
		t.Errorf("listens on %s by default, %v", o.addr, err)
	}
}

func TestHelpGoesToTheOutput(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"-help"}, &stdout, &stderr); code != 0 || stderr.Len() > 0 {
		t.Errorf("exit code %d, stderr %q", code, stderr.String())
	}
	for _, flag := range []string{"-addr", "-data", "-log", "-latency", "-faults", "-strict"} {
		if !strings.Contains(stdout.String(), flag+" ") && !strings.Contains(stdout.String(), flag+"\n") {
			t.Errorf("no word of %s:\n%s", flag, stdout.String())
		}
	}
}

func TestItServesUntilItIsStopped(t *testing.T) {
	stderr := new(syncBuffer)
	s := start(t, stderr, "-log")
	if !strings.Contains(s.line, ", in memory; stop with Ctrl-C") {
		t.Errorf("first line: %q", s.line)
	}
	if got := s.call(t, "ListTables", `{}`); got != `{"TableNames":[]}` {
		t.Errorf("ListTables: %s", got)
	}
	s.stop(t)
	if log := stderr.String(); !strings.Contains(log, " ListTables 200 17 bytes ") {
		t.Errorf("log: %q", log)
	}
}

func TestDataIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	s := start(t, io.Discard, "-data", path)
	s.call(t, "CreateTable", `{"TableName":"orders","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
		"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}`)
	s.stop(t)
	s = start(t, io.Discard, "-data", path)
	if !strings.Contains(s.line, ", data in "+path+"; ") {
		t.Errorf("first line: %q", s.line)
	}
	if got := s.call(t, "ListTables", `{}`); got != `{"TableNames":["orders"]}` {
		t.Errorf("ListTables: %s", got)
	}
	s.stop(t)
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// A syncBuffer is a buffer that several goroutines write to.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

// String gives what was written so far.
func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// A served is a program that runs.
type served struct {
	line   string
	url    string
	cancel context.CancelFunc
	code   chan int
}

// start runs the program on a free port and waits for its first line.
func start(t *testing.T, stderr io.Writer, args ...string) *served {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &served{cancel: cancel, code: make(chan int, 1)}
	out, in := io.Pipe()
	go func() {
		s.code <- run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), in, stderr)
		in.Close()
	}()
	var line [4096]byte
	n, err := out.Read(line[:])
	if err != nil {
		cancel()
		t.Fatalf("it ended with exit code %d: %v", <-s.code, err)
	}
	s.line = string(line[:n])
	_, rest, _ := strings.Cut(s.line, "http://")
	s.url, _, _ = strings.Cut("http://"+rest, ",")
	if !strings.HasPrefix(s.url, "http://127.0.0.1:") {
		t.Errorf("first line: %q", s.line)
	}
	return s
}

// stop ends the context as Ctrl-C does and checks the exit code.
func (s *served) stop(t *testing.T) {
	t.Helper()
	s.cancel()
	if code := <-s.code; code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// call sends one request and gives the body of its answer.
func (s *served) call(t *testing.T, operation, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Date", "20261122T000000Z")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}
