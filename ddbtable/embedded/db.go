package embedded

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"example.com/ddb/internal/engine"
	"example.com/ddb/internal/engine/fault"
	"example.com/ddb/internal/engine/store"
)

// ErrClosed is wrapped by the error of every request after [DB.Close].
var ErrClosed = engine.ErrClosed

// A DB is an open engine. Its methods may be called concurrently.
type DB struct {
	engine    *engine.Engine
	handler   *engine.Handler
	transport *engine.Transport
	faults    *fault.Injector
}

// Open starts an engine: in memory and empty, unless [File] says where the data
// is.
func Open(opts ...Option) (*DB, error) {
	var c config
	for _, o := range opts {
		o.apply(&c)
	}
	s, err := c.open()
	if err != nil {
		return nil, fmt.Errorf("embedded: %w", err)
	}
	faults := new(fault.Injector)
	e, err := engine.New(engine.Config{Store: s, Clock: c.clock, Faults: faults})
	if err != nil {
		return nil, fmt.Errorf("embedded: %w", errors.Join(err, s.Close()))
	}
	return &DB{
		engine:    e,
		handler:   engine.NewHandler(e),
		transport: engine.NewTransport(e),
		faults:    faults,
	}, nil
}

// An Option configures [Open].
type Option interface{ apply(*config) }

type config struct {
	path  string
	file  bool
	clock func() time.Time
}

func (c *config) open() (store.Store, error) {
	if c.file {
		return store.OpenFile(c.path)
	}
	return store.NewMemory(), nil
}

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

// File keeps the data in one file, which is made if there is none. A write is
// acknowledged when it is on disk: it survives a crash of the process and of
// the machine. A file that another engine has open, that is damaged, or that
// is something else, is an error and is left as it was.
func File(path string) Option {
	return optionFunc(func(c *config) { c.path, c.file = path, true })
}

// Clock gives the engine its time, time.Now by default. Now must be safe for
// concurrent use.
func Clock(now func() time.Time) Option {
	return optionFunc(func(c *config) { c.clock = now })
}

// ServeHTTP answers a request of the DynamoDB API, for clients in other
// processes.
func (db *DB) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	db.handler.ServeHTTP(w, r)
}

// Backup writes a consistent copy of the data while requests go on. The copy is
// a file that [File] opens.
func (db *DB) Backup(w io.Writer) error {
	if err := db.engine.Backup(w); err != nil {
		return fmt.Errorf("embedded: %w", err)
	}
	return nil
}

// Close ends the engine. Requests that come later fail with [ErrClosed]; data
// in memory is gone. Closing again gives ErrClosed too.
func (db *DB) Close() error {
	return db.engine.Close()
}
