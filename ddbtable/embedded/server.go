package embedded

import (
	"net/http"
	"time"

	"example.com/ddb/internal/engine/wire"
)

// Time limits of a server.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = 60 * time.Second
	idleTimeout   = 60 * time.Second
)

// NewServer makes an HTTP server for a handler, a [DB] or something around one,
// with limits that keep a hostile client from exhausting the process: 64 KiB of
// headers, 10 seconds to send them, 60 seconds for the whole request, and 60
// seconds of silence between requests. The caller sets the
// address, or listens itself, on the loopback interface unless strangers are
// welcome.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		MaxHeaderBytes:    wire.MaxHeaderBytes,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       bodyTimeout,
		IdleTimeout:       idleTimeout,
	}
}
