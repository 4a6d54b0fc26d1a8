package ddbtable

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/smithy-go"
)

// A Call tells of one operation of a table that is over: a Get, the Run of a
// write, a Page, a loop over All. It holds no keys and no values but for what Err
// may have, such as the stored item of a [ConditionError].
//
// It is a [slog.LogValuer], so that slog.Any("call", call) makes a group of
// attributes of it. The text of the service's own errors, which may quote
// values, is left out there; its code is in.
type Call struct {
	Op    string // "get", "create", "query", …, as in [OpError]; "update" of Restore, "delete" of Purge
	Table string // name in DynamoDB; of a transaction all names
	Index string // "" for the table itself

	// Requests is how many requests were sent, 0 if the operation was mistaken.
	// Attempts counts the SDK's retries of them too.
	Requests, Attempts int

	// Items is how many items the answers held, or the requests wrote or, in a
	// transaction, checked; the guard items of [Unique] are among them.
	Items int

	// Capacity is what all requests consumed together, and Indexes how much of
	// that was for each index, "" being the table. A request that fails tells
	// nothing, though it may have been billed.
	Capacity Capacity
	Indexes  map[string]Capacity

	Duration time.Duration

	// Err is what the operation returns, nil if it went well.
	Err error
}

// A Capacity is consumed capacity, in read units and write units. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
type Capacity struct{ Read, Write float64 }

func (c Capacity) plus(other Capacity) Capacity {
	return Capacity{c.Read + other.Read, c.Write + other.Write}
}

// OnCall makes the table call f with every operation that is over, by the
// goroutine that ran it and before the operation returns. F must be safe for
// concurrent use. A transaction is told to the first of its tables that has
// such an option. CreateTable, DeleteTable and EnableTTL are not told.
//
// Requests then ask DynamoDB for the consumed capacity, which costs nothing but
// some bytes in each answer. Without this option nothing is counted.
func OnCall(f func(context.Context, Call)) Option {
	return option(func(s *settings) {
		if f == nil {
			s.err = errors.Join(s.err, errors.New("the function of OnCall is nil; give one, or leave OnCall out"))
		}
		s.onCall = f
	})
}

// LogValue is the call as attributes for package slog.
func (c Call) LogValue() slog.Value {
	all := []slog.Attr{slog.String("op", c.Op), slog.String("table", c.Table)}
	if c.Index != "" {
		all = append(all, slog.String("index", c.Index))
	}
	all = append(all, slog.Int("requests", c.Requests), slog.Int("attempts", c.Attempts), slog.Int("items", c.Items))
	if c.Capacity.Read > 0 {
		all = append(all, slog.Float64("read_units", c.Capacity.Read))
	}
	if c.Capacity.Write > 0 {
		all = append(all, slog.Float64("write_units", c.Capacity.Write))
	}
	all = append(all, slog.Duration("duration", c.Duration))
	if c.Err != nil {
		all = append(all, slog.String("error", loggable(c.Err)))
	}
	return slog.GroupValue(all...)
}

// loggable is the text of an error without what the service says in its own
// words, which may quote keys and values.
func loggable(err error) string {
	for _, kind := range []error{ErrNotFound, ErrExists, ErrNotUnique, ErrConditionFailed, ErrConflict, ErrBadCursor, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, kind) {
			return kind.Error()
		}
	}
	if service, ok := errors.AsType[smithy.APIError](err); ok {
		return service.ErrorCode()
	}
	if mistake, ok := errors.AsType[*PlanError](err); ok {
		return mistake.Error()
	}
	if bad, ok := errors.AsType[*ItemError](err); ok {
		return bad.Error()
	}
	if inner, ok := errors.AsType[*OpError](err); ok {
		err = inner.Err
	}
	return fmt.Sprintf("%T", err)
}
