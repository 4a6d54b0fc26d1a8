package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"

	"example.com/ddb/ddbtable/embedded"
)

// serveCommand makes this program the server of another one.
const serveCommand = "serve"

// cannedPath is where answers are canned.
const cannedPath = "/canned/"

// startServer starts a process that serves an engine in memory and, below
// cannedPath, canned answers, and gives its address. It ends with its input.
func startServer(ctx context.Context) (url string, stop func() error, err error) {
	executable, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	child := exec.CommandContext(ctx, executable, serveCommand)
	child.Stderr = os.Stderr
	in, err := child.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	out, err := child.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := child.Start(); err != nil {
		return "", nil, err
	}
	stop = func() error {
		_ = in.Close()
		return child.Wait()
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return "", nil, fmt.Errorf("the server did not start: %w", err)
	}
	return strings.TrimSpace(line), stop, nil
}

// serveUntilEnd is the server.
func serveUntilEnd() error {
	db, err := embedded.Open()
	if err != nil {
		return err
	}
	defer db.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle(cannedPath, &canned{next: db, answers: make(map[string]*recorded)})
	mux.Handle("/", db)
	server := embedded.NewServer(mux)
	fmt.Printf("http://%s\n", listener.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = server.Close()
	}()
	_ = server.Serve(listener)
	return nil
}

// A canned handler has the first request of each operation answered and gives
// the same bytes to all later ones: what a server costs that does nothing.
type canned struct {
	next    http.Handler
	mu      sync.RWMutex
	answers map[string]*recorded
}

// ServeHTTP implements http.Handler.
func (c *canned) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target := r.Header.Get("X-Amz-Target")
	c.mu.RLock()
	answer := c.answers[target]
	c.mu.RUnlock()
	if answer == nil {
		answer = &recorded{header: make(http.Header)}
		c.next.ServeHTTP(answer, r)
		c.mu.Lock()
		c.answers[target] = answer
		c.mu.Unlock()
	} else {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	maps.Copy(w.Header(), answer.header)
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body.Bytes())
}

// A recorded is an answer that was kept.
type recorded struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (r *recorded) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter.
func (r *recorded) WriteHeader(status int) { r.status = status }

// Write implements http.ResponseWriter.
func (r *recorded) Write(p []byte) (int, error) { return r.body.Write(p) }
