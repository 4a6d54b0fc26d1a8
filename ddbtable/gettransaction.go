package ddbtable

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A TransactRead is a read that can be part of a transaction. It is made by
// [Table.GetInto].
type TransactRead interface {
	argument
	read() (transactGet, error)
}

// A transactGet is a prepared read.
type transactGet struct {
	settings *settings
	call     *call
	take     func(found item) error
}

// GetInto returns the read of the item with the primary key that the equalities
// give, as in [Table.Get], for a [GetTransaction]. When that has run, *into
// points to the item, or is nil if there is none.
func (t *Table[T]) GetInto(into **T, key ...Equality[T]) TransactRead {
	return readInto[T]{t, into, nodesOf(nil, key)}
}

type readInto[T any] struct {
	table *Table[T]
	into  **T
	key   []*node
}

func (r readInto[T]) read() (g transactGet, err error) {
	t := r.table
	if err := t.inner().mistake(); err != nil {
		return g, err
	}
	switch {
	case t.projection.err != nil:
		return g, t.projection.err
	case r.into == nil:
		return g, planErrorf("GetInto has no place for the item; give the address of a *%s", t.def.plan.Type())
	}
	key, err := t.key(r.key)
	if err != nil {
		return g, err
	}
	v := t.def.blank()
	c := t.getCall(key, t.projection, t.reading(), v)
	return transactGet{&t.settings, c, func(found item) error {
		*r.into = nil
		if found.none() || !t.visible(found) {
			return nil
		}
		*r.into = v.v
		return t.took(v, found, t.projection, c.into.err)
	}}, nil
}

// GetTransaction reads up to 100 items, of any tables and types, each once and 4
// MB together, as they are at one moment. The items are where [Table.GetInto]
// says.
//
// It costs one TransactGetItems: four times the read units of the single,
// eventually consistent reads. If other transactions are writing the items the
// error is a [TransactionError] with [ErrConflict]. If an item cannot be read,
// all others are in their places, and the error has an [ItemError] for it.
func GetTransaction(ctx context.Context, client Client, reads ...TransactRead) error {
	tables, o, err := getTransaction(ctx, client, reads)
	return o.done(ctx, wrapTransaction("read transaction", tables, err))
}

func getTransaction(ctx context.Context, client Client, reads []TransactRead) (tables []string, o *tally, err error) {
	c := &call{op: opTransactGet, texts: &noTexts, several: new(several)}
	var gets []transactGet
	var all settings
	var wrong []error
	items := make(itemsOnce)
	if n := len(reads); n == 0 || n > maxTransaction {
		wrong = append(wrong, planErrorf("a transaction has 1 to %d reads, not %d", maxTransaction, n))
	}
	if nilClient(client) {
		wrong = append(wrong, errNilClient)
	}
	for i, r := range reads {
		if absent(r) {
			wrong = append(wrong, planErrorf("read %d is nil; leave it out", i))
			continue
		}
		g, err := r.read()
		if err != nil {
			wrong = append(wrong, fmt.Errorf("read %d: %w", i, err))
			continue
		}
		if err := items.take("reads", i, g.settings, g.call.key); err != nil {
			wrong = append(wrong, err)
		}
		all.sdkTypes = all.sdkTypes || g.settings.sdkTypes
		gets, c.parts = append(gets, g), append(c.parts, g.call)
	}
	if len(wrong) > 0 {
		return c.tables(), o, errors.Join(wrong...)
	}
	via := senderFor(client, &all)
	for _, g := range gets {
		via, o = observedTransaction(o, g.settings, via, "read transaction", c.tables())
	}
	out, err := via.send(ctx, c)
	if canceled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		return c.tables(), o, readCanceled(c, canceled)
	}
	if err != nil {
		return c.tables(), o, err
	}
	defer out.release()
	if len(out.found) != len(gets) {
		return c.tables(), o, fmt.Errorf("%w: it has %d items, %d were asked for", ErrCorruptResponse, len(out.found), len(gets))
	}
	for i, g := range gets {
		err = errors.Join(err, g.take(out.found[i]))
	}
	return c.tables(), o, err
}

func readCanceled(c *call, canceled *types.TransactionCanceledException) error {
	e := &TransactionError{part: "read", cause: canceled}
	for i, part := range c.parts {
		reason := TransactionReason{Table: part.table, Code: "None"}
		if i < len(canceled.CancellationReasons) {
			reason.Code = code(canceled.CancellationReasons[i])
		}
		switch reason.Code {
		case "None":
		case "TransactionConflict":
			reason.Err = ErrConflict
		default:
			reason.Err = errors.New(reason.Code)
		}
		e.Reasons = append(e.Reasons, reason)
	}
	return e
}
