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
	// Throttle answers ProvisionedThroughputExceededException, with the table
	// or index in its ThrottlingReasons, and ThrottlingException to operations
	// on tables. The SDK tries again.
	Throttle
	// Conflict answers TransactionConflictException to a PutItem, UpdateItem or
	// DeleteItem, and cancels a transaction, of reads too, with the reason
	// TransactionConflict for its first action. Other operations have no
	// conflicts. The SDK does not try again.
	Conflict
	// DropBefore breaks the connection without doing the request.
	DropBefore
	// DropAfter does the request and breaks the connection.
	DropAfter
	// Delay waits for Fault.Delay before the request is done. A client that
	// gives up meanwhile ends the wait, and the request is not done.
	Delay
	// Unprocessed leaves keys of a BatchGetItem, or writes of a BatchWriteItem,
	// undone and gives them back. It counts and strikes these in place of
	// requests. A batch of which nothing would be done is throttled, as by the
	// service.
	Unprocessed
	// CollectionFull answers ItemCollectionSizeLimitExceededException, the end
	// of an item collection at 10 GB, and cancels a transaction with the
	// reason ItemCollectionSizeLimitExceeded for its first action. It strikes
	// what may add to a table with a local index: every write but DeleteItem.
	CollectionFull
)

var faultKinds = map[Effect]fault.Kind{
	FailBefore: fault.ErrorBefore,
	FailAfter:  fault.ErrorAfter,
	Throttle:   fault.Throttle,
	Conflict:   fault.Conflict,
	DropBefore: fault.DropBefore,
	DropAfter:  fault.DropAfter,
	Delay:      fault.Delay,

	Unprocessed:    fault.Unprocessed,
	CollectionFull: fault.CollectionFull,
}

// A Fault makes requests fail. Its zero value answers 500 to every request.
// Only requests that the engine would otherwise look at are counted: one with
// a mistake in it is refused first.
type Fault struct {
	// Effect says what happens.
	Effect Effect
	// Operation, such as "UpdateItem", and Table say which requests are meant;
	// "" means all.
	Operation, Table string
	// Index means requests that read that index; with an Operation that
	// writes it means writes to a table that has the index, which the service
	// throttles when the index lacks capacity.
	Index string
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
// effect: the first one injected that gives an answer decides, and those behind
// it do not count the request.
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

// Hits tells how many requests, or elements of batches, the fault has struck. A
// test should look: it proves nothing by a fault that struck nothing.
func (i *Injection) Hits() int { return i.injection.Hits() }

// Stop ends the fault. Stopping again does nothing.
func (i *Injection) Stop() { i.injection.Stop() }
