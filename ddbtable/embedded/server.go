package embedded

import (
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/ddb/internal/engine/wire"
)

// Time limits of a server.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = 60 * time.Second
	idleTimeout   = 60 * time.Second
)

// maxConnections is twice the number of requests that a handler has under way.
const maxConnections = 1024

// NewServer makes an HTTP server for a handler, a [DB] or something around one,
// with limits that keep a hostile client from exhausting the process: 64 KiB of
// headers, 10 seconds to send them, 60 seconds for the whole request, 60
// seconds of silence between requests, and 1,024 connections, above which a new one
// is closed at once. The server's ConnState counts them; who replaces it gives the
// last limit up. The caller sets the address, or listens itself, on the loopback interface unless strangers are
// welcome.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		MaxHeaderBytes:    wire.MaxHeaderBytes,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       bodyTimeout,
		IdleTimeout:       idleTimeout,
		ConnState:         new(connections).changed,
	}
}

// connections counts those of a server.
type connections struct{ open atomic.Int64 }

func (c *connections) changed(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		if c.open.Add(1) > maxConnections {
			_ = conn.Close() // nobody is to be told
		}
	case http.StateClosed, http.StateHijacked:
		c.open.Add(-1)
	case http.StateActive, http.StateIdle:
	}
}
