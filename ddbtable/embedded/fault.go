package embedded

import (
	"time"

	"example.com/ddb/internal/engine/fault"
)

// An Effect is what a [Fault] does to a request.
type Effect int

// The effects.
const (
	// FailBefore answers 500 InternalServerError without doing the request.
	FailBefore Effect = iota
	// FailAfter does the request and then answers 500: the client's next
	// attempt meets its own write.
	FailAfter
	// Throttle answers ProvisionedThroughputExceededException.
	Throttle
	// Conflict answers TransactionConflictException, and cancels a transaction
	// with the reason TransactionConflict for its first action.
	Conflict
	// DropBefore breaks the connection without doing the request.
	DropBefore
	// DropAfter does the request and breaks the connection.
	DropAfter
	// Delay waits for Fault.Delay before the request is done. A client that
	// gives up meanwhile ends the wait, and the request is not done.
	Delay
)

var faultKinds = map[Effect]fault.Kind{
	FailBefore: fault.ErrorBefore,
	FailAfter:  fault.ErrorAfter,
	Throttle:   fault.Throttle,
	Conflict:   fault.Conflict,
	DropBefore: fault.DropBefore,
	DropAfter:  fault.DropAfter,
	Delay:      fault.Delay,
}

// A Fault makes requests fail. Its zero value answers 500 to every request.
// Only requests that the engine would otherwise look at are counted: one with
// a mistake in it is refused first.
type Fault struct {
	// Effect says what happens.
	Effect Effect
	// Operation, such as "UpdateItem", Table and Index say which requests are
	// meant; "" means all.
	Operation, Table, Index string
	// Skip lets that many of them pass first.
	Skip int
	// Every strikes each nth of the rest; 0 and 1 mean each.
	Every int
	// Share strikes that share of the rest by chance, from 0 to 1; 0 means
	// all. Seed makes the chance repeatable.
	Share float64
	Seed  uint64
	// Times ends the fault after that many strikes; 0 means never.
	Times int
	// Delay is how long the effect Delay waits.
	Delay time.Duration
}

// An Injection is a fault in effect. Its methods may be called concurrently.
type Injection struct {
	injection *fault.Injection
}

// Inject puts a fault into effect until it is stopped. Several faults may be in
// effect: the first one injected that gives an answer decides.
func (db *DB) Inject(f Fault) *Injection {
	return &Injection{db.faults.Inject(fault.Fault{
		Kind:      faultKinds[f.Effect],
		Operation: f.Operation,
		Table:     f.Table,
		Index:     f.Index,
		Skip:      f.Skip,
		Every:     f.Every,
		Max:       f.Times,
		Share:     f.Share,
		Seed:      f.Seed,
		Delay:     f.Delay,
	})}
}

// Hits tells how many requests the fault has struck.
func (i *Injection) Hits() int { return i.injection.Hits() }

// Stop ends the fault. Stopping again does nothing.
func (i *Injection) Stop() { i.injection.Stop() }
