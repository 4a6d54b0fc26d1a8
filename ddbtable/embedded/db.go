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
	e, err := engine.New(engine.Config{Store: s, Clock: c.clock, Faults: faults, Strict: c.strict, Seed: c.seed})
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

	strict bool
	seed   uint64
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

// Strict makes the engine do all that DynamoDB may do and an engine on one
// machine never would, so that code which leans on luck fails in a test:
//
//   - a read that is not consistent, and every read of a global index, may not
//     see the last writes. The third such read of the table or the index sees
//     them at the latest;
//   - a table or an index that is created, updated or deleted is so only after
//     up to three requests about it, such as DescribeTable. Until then a new
//     table is CREATING and not found by operations on items, a new index
//     cannot be read, a deleted table is DELETING and its name taken, and
//     UpdateTable is refused;
//   - of a batch some keys or writes come back unprocessed, never all;
//   - some requests are throttled, but not when they are sent again: a client
//     that tries again, as the SDK's does, meets no error.
//
// What happens is drawn from the seed: the same requests in the same order meet
// the same. Requests sent at the same time come in no order.
func Strict(seed uint64) Option {
	return optionFunc(func(c *config) { c.strict, c.seed = true, seed })
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
