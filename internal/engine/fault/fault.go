package fault

import (
	"iter"
	"slices"
	"time"

	"example.com/ddb/internal/engine/apierror"
)

// A Kind is what a fault does.
type Kind int

// The kinds of faults.
const (
	// ErrorBefore answers 500 and does nothing.
	ErrorBefore Kind = iota + 1
	// ErrorAfter does the request and answers 500.
	ErrorAfter
	// Throttle answers ProvisionedThroughputExceededException.
	Throttle
	// Conflict answers TransactionConflictException.
	Conflict
	// DropBefore cuts the connection and does nothing.
	DropBefore
	// DropAfter does the request and cuts the connection.
	DropAfter
	// Delay waits before the request is done.
	Delay
	// Unprocessed leaves elements of a batch undone.
	Unprocessed
	// CollectionFull answers ItemCollectionSizeLimitExceededException.
	CollectionFull
)

// A Fault says what goes wrong, with which requests, and how often. Empty
// names match every request.
type Fault struct {
	Kind             Kind
	Operation        string
	Table            string
	Index            string
	Skip, Every, Max int
	// Share is the chance of each matching request, 0 for all of them.
	Share float64
	Seed  uint64
	Delay time.Duration
	// Merciful lets a request pass that was struck before, and the first
	// element of each batch, so that whoever tries again succeeds.
	Merciful bool
}

// A Request is what faults look at.
type Request struct {
	Operation string
	// Table and More are the tables that the request is about, Index is the
	// index that it reads.
	Table, Index string
	More         []string
	// Indexes are the indexes of these tables: their names, and whether they
	// are local.
	Indexes iter.Seq2[string, bool]
	// Actions is the number of actions of a transaction, 0 for others.
	Actions int
	// ARN gives the full name of a table.
	ARN  func(table string) string
	Body []byte
}

// Operations that write, by whether they can make an item collection grow.
var writes = map[string]bool{
	"BatchWriteItem":     true,
	"DeleteItem":         false,
	"PutItem":            true,
	"TransactWriteItems": true,
	"UpdateItem":         true,
}

// Operations that read items.
var reads = []string{"BatchGetItem", "GetItem", "Query", "Scan", "TransactGetItems"}

// conflicting are the operations that a transaction on the same item can
// refuse, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
var conflicting = []string{"DeleteItem", "PutItem", "TransactGetItems", "TransactWriteItems", "UpdateItem"}

// Writes tells whether an operation writes items.
func Writes(operation string) bool {
	_, ok := writes[operation]
	return ok
}

// Reads tells whether an operation reads items.
func Reads(operation string) bool { return slices.Contains(reads, operation) }

// means tells whether a request is one that the fault is about.
func (f *Fault) means(r *Request) bool {
	return (f.Operation == "" || f.Operation == r.Operation) &&
		(f.Table == "" || f.Table == r.Table || slices.Contains(r.More, f.Table)) &&
		f.meansIndex(r) && f.canStrike(r)
}

// meansIndex looks at the index: a fault of an index is about requests that
// read it, and, if it names an operation that writes, about writes to a table
// that has it: they wait for the index's capacity too.
func (f *Fault) meansIndex(r *Request) bool {
	if f.Index == "" || f.Index == r.Index {
		return true
	}
	return Writes(f.Operation) && r.hasIndex(func(name string, _ bool) bool { return name == f.Index })
}

// canStrike tells whether the service could answer the request so.
func (f *Fault) canStrike(r *Request) bool {
	switch f.Kind {
	case Conflict:
		return slices.Contains(conflicting, r.Operation)
	case CollectionFull:
		return writes[r.Operation] && r.hasIndex(func(_ string, local bool) bool { return local })
	case Unprocessed:
		return r.Operation == "BatchGetItem" || r.Operation == "BatchWriteItem"
	}
	return true
}

func (r *Request) hasIndex(is func(name string, local bool) bool) bool {
	for name, local := range r.Indexes {
		if is(name, local) {
			return true
		}
	}
	return false
}

// refused gives the answer to a request of which an item is refused: a
// transaction is cancelled, because of its first action.
func (r *Request) refused(because *apierror.Error) error {
	if r.Actions == 0 {
		return because
	}
	reasons := make([]*apierror.Error, r.Actions)
	reasons[0] = because
	return apierror.Cancelled(reasons)
}

// throttled gives the answer to a request for which there is no capacity, with
// the table or index that lacks it.
func (r *Request) throttled(f *Fault) error {
	direction := "Read"
	switch {
	case Writes(r.Operation):
		direction = "Write"
	case !Reads(r.Operation):
		return apierror.TooManyRequests()
	}
	what, arn := "Table", r.ARN(r.Table)
	if f.Table != "" {
		arn = r.ARN(f.Table)
	}
	if f.Index != "" {
		what, arn = "Index", arn+"/index/"+f.Index
	}
	return apierror.Throttled(what+direction+"ProvisionedThroughputExceeded", arn)
}
