// Package engine is a DynamoDB inside the process: tables, items, indexes and
// the operations on them, over a [store.Store].
//
// [Engine.Serve] takes an operation's name and request body and gives the
// response body. A request goes through the stages of the service, and the
// first that refuses it decides: the shape of its members, their constraints,
// what they mean together, the table, the key schema, the condition on the
// stored item.
package engine

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/fault"
	"example.com/ddb/internal/engine/store"
	"example.com/ddb/internal/engine/wire"
)

// Where the engine claims to be, for ARNs.
const (
	Region  = "us-east-1"
	Account = "000000000000"
)

// An Engine serves DynamoDB's operations. Its methods may be called
// concurrently.
type Engine struct {
	store  store.Store
	clock  func() time.Time
	faults *fault.Injector
	// admin is held by operations that change tables, so that there is one
	// at a time.
	admin sync.Mutex
	// tables are the tables as every acknowledged change has left them. The
	// map is replaced, never changed.
	tables atomic.Pointer[map[string]*table]
	// streams are the streams by their ARNs, kept like the tables.
	streams atomic.Pointer[map[string]*stream]
	// planned are the tables as the last planned change leaves them. Only
	// plans read and write it.
	planned map[string]*table
	// announced is what begins when the change of a table that is under way is
	// done. It belongs to the holder of admin.
	announced *pending
	strict    *strict
	closed    atomic.Bool
	// due is when the next sweep is, in seconds since 1970.
	due atomic.Int64
}

// Config configures an Engine.
type Config struct {
	// Store holds the data. The engine closes it, unless New fails.
	Store store.Store
	// Clock gives the time, time.Now when nil.
	Clock func() time.Time
	// Faults decides what goes wrong, nothing when nil.
	Faults *fault.Injector
	// Strict makes the engine do what the service may do and seldom does, drawn
	// from the numbers that follow Seed.
	Strict bool
	Seed   uint64
}

// New makes an engine over a store, with the tables that the store holds.
func New(c Config) (*Engine, error) {
	e := &Engine{store: c.Store, clock: c.Clock, faults: c.Faults}
	if e.clock == nil {
		e.clock = time.Now
	}
	if e.faults == nil {
		e.faults = new(fault.Injector)
	}
	if c.Strict {
		e.strict = newStrict(c.Seed, e.faults)
	}
	if err := e.load(); err != nil {
		return nil, err
	}
	return e, nil
}

// Close ends the engine. Every later request is refused.
func (e *Engine) Close() error {
	if e.closed.Swap(true) {
		return ErrClosed
	}
	return e.store.Close()
}

// An action is an operation whose request was read and checked as far as it
// can be without a table.
type action struct {
	// table and index are what the request is about, for faults.
	table, index string
	// run does the rest and appends the response.
	run func(out []byte) ([]byte, error)
	// more are further tables that the request is about.
	more []string
	// actions is the number of actions of a transaction, 0 for others.
	actions int
	// batch takes the place of run in a batch. It is asked of each element
	// whether a fault leaves it unprocessed.
	batch func(out []byte, leaves func(table string) bool) ([]byte, error)
}

// operations are the operations by their names, see [wire.Head].
var operations = map[string]func(*Engine, *wire.Reader) (action, *apierror.Error){
	"BatchGetItem":                    (*Engine).batchGetItem,
	"BatchWriteItem":                  (*Engine).batchWriteItem,
	"CreateTable":                     (*Engine).createTable,
	"DeleteItem":                      (*Engine).deleteItem,
	"DeleteTable":                     (*Engine).deleteTable,
	"DescribeContinuousBackups":       (*Engine).describeContinuousBackups,
	"DescribeLimits":                  (*Engine).describeLimits,
	"DescribeTable":                   (*Engine).describeTable,
	"DescribeTimeToLive":              (*Engine).describeTimeToLive,
	"GetItem":                         (*Engine).getItem,
	"ListTables":                      (*Engine).listTables,
	"ListTagsOfResource":              (*Engine).listTagsOfResource,
	"PutItem":                         (*Engine).putItem,
	"Query":                           (*Engine).query,
	"Scan":                            (*Engine).scan,
	"TagResource":                     (*Engine).tagResource,
	"TransactGetItems":                (*Engine).transactGetItems,
	"TransactWriteItems":              (*Engine).transactWriteItems,
	wire.Streams + "DescribeStream":   (*Engine).describeStream,
	wire.Streams + "GetRecords":       (*Engine).getRecords,
	wire.Streams + "GetShardIterator": (*Engine).getShardIterator,
	wire.Streams + "ListStreams":      (*Engine).listStreams,
	"UntagResource":                   (*Engine).untagResource,
	"UpdateContinuousBackups":         (*Engine).updateContinuousBackups,
	"UpdateItem":                      (*Engine).updateItem,
	"UpdateTable":                     (*Engine).updateTable,
	"UpdateTimeToLive":                (*Engine).updateTimeToLive,
}

// Knows tells whether there is an operation with a name.
func Knows(operation string) bool {
	_, ok := operations[operation]
	return ok || operation == describeEndpoints
}

// Serve runs an operation on a request body and appends the response body to
// out. The error is an [*apierror.Error], or [fault.ErrDropped] when the
// connection is to be cut without an answer. The body must not be changed
// until Serve returns, and is not used afterwards. The context ends
// the delay of a fault; a request that was begun is finished.
func (e *Engine) Serve(ctx context.Context, operation string, body, out []byte) ([]byte, error) {
	if e.closed.Load() {
		return out, apierror.Closed()
	}
	prepare, ok := operations[operation]
	if !ok {
		return out, apierror.UnknownOperation()
	}
	e.sweep()
	act, refusal := prepare(e, wire.NewReader(body))
	if refusal != nil {
		return out, refusal
	}
	if e.faults.Idle() {
		return e.run(&act, out, nothing)
	}
	effects := e.faults.Match(e.faultRequest(operation, &act, body))
	if err := effects.Before(ctx); err != nil {
		return out, err
	}
	start := len(out)
	out, err := e.run(&act, out, effects.Leaves)
	if err != nil {
		return out, err
	}
	if err := effects.After(); err != nil {
		return out[:start], err
	}
	return out, nil
}

// nothing is what is left unprocessed without a fault.
func nothing(string) bool { return false }

// run does what was asked for.
func (e *Engine) run(act *action, out []byte, leaves func(table string) bool) ([]byte, error) {
	start := len(out)
	var err error
	if act.batch != nil {
		out, err = act.batch(out, leaves)
	} else {
		out, err = act.run(out)
	}
	if err != nil {
		return out[:start], e.answer(err)
	}
	return out, nil
}

// faultRequest describes a request to the faults.
func (e *Engine) faultRequest(operation string, act *action, body []byte) *fault.Request {
	return &fault.Request{
		Operation: strings.TrimPrefix(operation, wire.Streams), Table: act.table, More: act.more, Index: act.index,
		Actions: act.actions, ARN: tableARN, Body: body,
		Indexes: func(yield func(string, bool) bool) {
			for _, name := range append([]string{act.table}, act.more...) {
				t := (*e.tables.Load())[name]
				if t == nil {
					continue
				}
				for _, x := range t.indexes {
					if !yield(x.definition.Name, !x.global) {
						return
					}
				}
			}
		},
	}
}

// answer gives an error in the form of the service.
func (e *Engine) answer(err error) error {
	var refusal *apierror.Error
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.Is(err, store.ErrClosed):
		return apierror.Closed()
	}
	return apierror.Internal(err.Error())
}

// lookup gives a table for an operation on its items.
func (e *Engine) lookup(name string) (*table, *apierror.Error) {
	t := (*e.tables.Load())[name]
	if t == nil || e.strict.look(name).hides() {
		return nil, apierror.TableNotFound()
	}
	return t, nil
}

// errChanged tells that a table changed between its lookup and the plan.
var errChanged = errors.New("engine: the table changed")

// current checks, in a plan, that a table is still as it was looked up.
func (e *Engine) current(t *table) error {
	if e.planned[t.definition.Name] != t {
		return errChanged
	}
	return nil
}

// write runs an operation that writes to a table, again when the table
// changed under it.
func (e *Engine) write(name string, run func(*table) error) error {
	for {
		t, refusal := e.lookup(name)
		if refusal != nil {
			return refusal
		}
		err := run(t)
		if !errors.Is(err, errChanged) {
			return err
		}
		e.awaitChange()
	}
}

// awaitChange returns when the change of a table that is under way, if any, is
// published. Holding the lock is all there is to do.
func (e *Engine) awaitChange() {
	e.admin.Lock()
	defer e.admin.Unlock()
}

// Backup writes a consistent copy of everything, in the form of a durable file,
// while requests go on.
func (e *Engine) Backup(w io.Writer) error {
	if e.closed.Load() {
		return ErrClosed
	}
	return e.store.Backup(w)
}
