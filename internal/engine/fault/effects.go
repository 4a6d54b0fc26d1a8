package fault

import (
	"context"
	"errors"
	"time"

	"example.com/ddb/internal/engine/apierror"
)

// ErrDropped tells that the connection is to be cut without an answer.
var ErrDropped = errors.New("fault: connection dropped")

// Effects are what faults do to one request.
type Effects struct {
	request *Request
	faults  []Fault
	// partial are faults that strike elements of the request.
	partial []*Injection
	begun   bool
}

// Before gives the error to answer in place of doing the request, or nil. A
// delay ends early, as a cut connection, when the context does: then nobody
// waits for the answer.
func (e *Effects) Before(ctx context.Context) error {
	for i := range e.faults {
		f := &e.faults[i]
		switch f.Kind {
		case Delay:
			if !wait(ctx, f.Delay) {
				return ErrDropped
			}
		case ErrorBefore:
			return apierror.Internal("")
		case Throttle:
			return e.request.throttled(f)
		case Conflict:
			return e.request.refused(apierror.Conflict())
		case CollectionFull:
			return e.request.refused(apierror.CollectionFull())
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

// Leaves tells of the next element of a batch, which is about a table, whether
// it is to be left unprocessed.
func (e *Effects) Leaves(table string) bool {
	first := !e.begun
	e.begun = true
	left := false
	for _, i := range e.partial {
		f := &i.fault
		if f.Table != "" && f.Table != table || f.Merciful && first {
			continue
		}
		i.mu.Lock()
		left = i.draws() || left
		i.mu.Unlock()
	}
	return left
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
