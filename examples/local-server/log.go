package main

import (
	"io"
	"log"
	"net/http"
	"strings"
	"time"
)

// logged writes a line for each request: what was asked, the answer's status
// and size, and how long it took. It never writes what is in an item.
func logged(next http.Handler, w io.Writer) http.Handler {
	logger := log.New(w, "", log.LstdFlags)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		counted := &countingWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(counted, r)
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		if operation == "" {
			operation = r.Method
		}
		logger.Printf("%s %d %d bytes %s", operation, counted.status, counted.bytes, time.Since(start).Round(time.Microsecond))
	})
}

// A countingWriter remembers what was written.
type countingWriter struct {
	http.ResponseWriter
	status int
	bytes  int
}

// WriteHeader implements http.ResponseWriter.
func (w *countingWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *countingWriter) Write(b []byte) (int, error) {
	n, err := w.ResponseWriter.Write(b)
	w.bytes += n
	return n, err
}
