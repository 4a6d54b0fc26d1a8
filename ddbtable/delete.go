package ddbtable

import (
	"context"
	"errors"
)

// A Delete removes the item with a key. It is immutable; Run sends it.
type Delete[T any] struct {
	table *Table[T]
	deletion
}

// A deletion is what of a Delete does not depend on the Go type: see schema.
type deletion struct {
	core       *core
	key        []*node // equalities
	cond       *node
	idempotent bool
	anyVersion bool
	purge      bool
}

// Delete returns the request that removes the item with the primary key that
// the equalities give, as in [Table.Get].
func (t *Table[T]) Delete(key ...Equality[T]) Delete[T] {
	return Delete[T]{t, deletion{core: t.inner(), key: nodesOf(nil, key)}}
}

// If makes Run fail unless the stored item fulfils the condition. Several
// conditions must all be fulfilled.
func (d Delete[T]) If(cond Cond[T]) Delete[T] {
	d.cond = both(d.cond, given(cond))
	return d
}

// Idempotent makes Run succeed also if the condition fails because the item is
// gone already.
func (d Delete[T]) Idempotent() Delete[T] {
	d.idempotent = true
	return d
}

// AnyVersion removes the item whatever its version is. Without it, and if T has
// a version attribute, If must give the version, as in [Update.AnyVersion].
func (d Delete[T]) AnyVersion() Delete[T] {
	d.anyVersion = true
	return d
}

// Run removes the item and returns it, nil if there was none: that is no
// error, unless there is a condition. After an attempt whose answer got lost
// the result is nil although this call removed an item.
//
// It costs one DeleteItem: a write unit for each KB, begun, of the item, at
// least one, and again for each index that it was in. If the condition fails,
// the error is a [ConditionError] that is [ErrConditionFailed], or
// [ErrNotFound] if there is no item; in the latter case it is Ambiguous if an
// earlier attempt of this call may have removed it. With [Unique] or [Counted]
// it costs what they say, and the returned item is the one that was read before.
// With [SoftDelete] it costs what [Update.Run] says, and no item is returned that
// was deleted already.
func (d Delete[T]) Run(ctx context.Context) (*T, error) {
	old := d.table.blank()
	removed, err := d.apply(ctx, old)
	if !removed {
		return nil, err
	}
	return old.v, err
}

// apply removes the item and reads it into a record, if there was one.
func (d deletion) apply(ctx context.Context, into record) (removed bool, err error) {
	var o *tally
	d.core, o = d.core.observed("delete")
	out, err := d.run(ctx)
	defer out.release()
	if removed = err == nil && !out.item.none(); removed {
		err = d.core.applied(into, out.item)
		removed = !errors.Is(err, ErrCorruptResponse)
	}
	return removed, o.done(ctx, d.core.opError("delete", err))
}

// run returns the reply with the item as it was.
func (d deletion) run(ctx context.Context) (reply, error) {
	if err := d.core.mistake(); err != nil {
		return reply{}, err
	}
	if d.core.schema.soft != nil && !d.purge {
		return d.mark(ctx)
	}
	return d.remove(ctx)
}

// remove removes the item. The reply has it as it was, none if there was none.
func (d deletion) remove(ctx context.Context) (reply, error) {
	if len(d.core.schema.guards) > 0 {
		return d.runGuarded(ctx)
	}
	c, err := d.call()
	if err != nil {
		return reply{}, err
	}
	c.returns = returnsOld
	return d.core.write(ctx, c, d.refusal(c.key))
}

// call is the request that removes the item on the condition.
func (d deletion) call() (c *call, err error) {
	if err := d.core.versionGiven(d.cond, d.anyVersion); err != nil {
		return nil, err
	}
	cond := both(d.core.asReadOf(d.cond), d.core.ours())
	if d.cond == nil {
		cond = d.core.replaceable()
	}
	c = newCall(opDeleteItem, d.core.settings.name, cond != nil)
	if c.key, err = d.core.key(d.key); err == nil && cond != nil {
		c.texts.condition, err = c.texts.writer.condition(cond)
	}
	return c, err
}

func (d deletion) refusal(key []member) *refusal {
	r := &refusal{primary: key, kind: failedOrMissing}
	// Without a condition of the caller's there is one only on the type of the
	// item; where another type has the key, there is nothing to delete.
	if d.idempotent || d.cond == nil {
		r.holds = item.none
	}
	return r
}

// failedOrMissing tells a condition that failed from an item that is not there.
func failedOrMissing(old item) error {
	if old.none() {
		return ErrNotFound
	}
	return ErrConditionFailed
}
