// Package fault decides what goes wrong with a request: errors before or after
// it was done, dropped connections, delays. It is how tests meet the failures
// that the service shows only under load.
package fault

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/ddb/internal/engine/apierror"
)

// ErrDropped tells that the connection is to be cut without an answer.
var ErrDropped = errors.New("fault: connection dropped")

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
}

// An Injection is a fault in effect.
type Injection struct {
	injector *Injector
	fault    Fault
	mu       sync.Mutex
	random   *rand.Rand
	seen     int
	hits     int
}

// Hits tells how many requests the fault has struck.
func (i *Injection) Hits() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.hits
}

// Stop ends the fault. It may be called more than once.
func (i *Injection) Stop() {
	i.injector.remove(i)
}

// strikes tells whether the fault strikes a request.
func (i *Injection) strikes(operation, index, table string, more []string) bool {
	f := &i.fault
	if f.Operation != "" && f.Operation != operation ||
		f.Table != "" && f.Table != table && !slices.Contains(more, f.Table) ||
		f.Index != "" && f.Index != index {
		return false
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if f.Max > 0 && i.hits == f.Max {
		return false
	}
	if i.seen++; i.seen <= f.Skip {
		return false
	}
	if f.Every > 1 && (i.seen-f.Skip)%f.Every != 0 {
		return false
	}
	if f.Share > 0 && i.random.Float64() >= f.Share {
		return false
	}
	i.hits++
	return true
}

// An Injector holds the faults in effect. The zero value has none.
type Injector struct {
	mu sync.Mutex
	// active is replaced, never changed, so that requests read it without
	// waiting.
	active atomic.Pointer[[]*Injection]
}

// Inject puts a fault into effect.
func (in *Injector) Inject(f Fault) *Injection {
	i := &Injection{injector: in, fault: f, random: rand.New(rand.NewPCG(f.Seed, f.Seed))}
	in.mu.Lock()
	defer in.mu.Unlock()
	active := append(slices.Clone(in.list()), i)
	in.active.Store(&active)
	return i
}

func (in *Injector) remove(i *Injection) {
	in.mu.Lock()
	defer in.mu.Unlock()
	active := slices.DeleteFunc(slices.Clone(in.list()), func(other *Injection) bool { return other == i })
	in.active.Store(&active)
}

func (in *Injector) list() []*Injection {
	if active := in.active.Load(); active != nil {
		return *active
	}
	return nil
}

// Match gives what the active faults do to a request about a table, and in a
// batch or a transaction about more of them.
func (in *Injector) Match(operation, index, table string, more ...string) Effects {
	var e Effects
	for _, i := range in.list() {
		if i.strikes(operation, index, table, more) {
			e.faults = append(e.faults, i.fault)
		}
	}
	return e
}

// Effects are the faults that strike one request.
type Effects struct {
	faults []Fault
}

// Before gives the error to answer in place of doing the request, or nil. A
// delay ends early, as a cut connection, when the context does: then nobody
// waits for the answer.
func (e *Effects) Before(ctx context.Context) error {
	for i := range e.faults {
		switch e.faults[i].Kind {
		case Delay:
			if !wait(ctx, e.faults[i].Delay) {
				return ErrDropped
			}
		case ErrorBefore:
			return apierror.Internal("")
		case Throttle:
			return apierror.Throttled()
		case Conflict:
			return apierror.Conflict()
		case DropBefore:
			return ErrDropped
		}
	}
	return nil
}

// After gives the error to answer although the request was done, or nil.
func (e *Effects) After() error {
	for i := range e.faults {
		switch e.faults[i].Kind {
		case ErrorAfter:
			return apierror.Internal("")
		case DropAfter:
			return ErrDropped
		}
	}
	return nil
}

// wait gives false when the context ends first.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
