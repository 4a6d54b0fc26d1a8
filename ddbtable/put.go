package ddbtable

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/fields"
)

// A Create stores an item whose key is free. It is immutable; Run sends it.
type Create[T any] struct {
	table *Table[T]
	item  T
	put   put
}

// Create returns the request that stores item if no item has its primary key.
// Derived attributes are computed; what item holds in their fields is not
// looked at. The item is encoded by Run, so what it points to must not change
// until then.
func (t *Table[T]) Create(item T) Create[T] {
	return Create[T]{t, item, put{core: t.inner(), create: true}}
}

// Idempotent makes Run succeed also if exactly this item is stored already,
// be it by an earlier attempt of this call or by another writer.
func (c Create[T]) Idempotent() Create[T] {
	c.put.idempotent = true
	return c
}

// Run stores the item and returns it as it is stored.
//
// It costs one PutItem: a write unit for each KB, begun, of the item, and again
// for each index that it is in; a failed condition costs the same. If the key
// is taken the error is a [ConditionError] that is [ErrExists] and has the
// stored item. It is Ambiguous if an earlier attempt of this very call may have
// stored the item; a write-id attribute or Idempotent settles that. With
// [Unique] or [Counted] it costs what they say.
func (c Create[T]) Run(ctx context.Context) (T, error) {
	r := c.table.record(c.item)
	stored, err := c.put.store(ctx, r, nil)
	if !stored {
		return *new(T), err
	}
	return *r.v, err
}

// free is the condition that no item has the key.
func (p put) free() *node { return fieldNode(opNotExists, p.core.schema.primary.partitions[0]) }

func existing(item) error { return ErrExists }

// A Put stores an item in the place of whatever has its key. It is immutable;
// Run sends it.
type Put[T any] struct {
	table *Table[T]
	item  T
	cond  *node
	put   put
}

// Put returns the request that stores item, replacing any item with the same
// primary key as a whole: attributes that T does not have do not survive.
// [Table.Update] keeps them. Derived attributes are computed, as in
// [Table.Create].
func (t *Table[T]) Put(item T) Put[T] {
	return Put[T]{table: t, item: item, put: put{core: t.inner()}}
}

// If makes Run fail unless the stored item fulfils the condition. Several
// conditions must all be fulfilled.
func (p Put[T]) If(cond Cond[T]) Put[T] {
	p.cond = both(p.cond, given(cond).asRead())
	return p
}

// Idempotent makes Run succeed also if the condition fails because exactly
// this item is stored already.
func (p Put[T]) Idempotent() Put[T] {
	p.put.idempotent = true
	return p
}

// AnyVersion makes Run replace the stored item whatever its version is. See
// [Put.Run]. The version that is stored is the one after the item's own, which
// the stored item may have had before: who read it then is not told that it is
// another. [Update.AnyVersion] counts on from the stored version.
func (p Put[T]) AnyVersion() Put[T] {
	p.put.anyVersion = true
	return p
}

// Returning makes Run return the item that was replaced.
func (p Put[T]) Returning() PutReturning[T] { return PutReturning[T]{p} }

// Run stores the item and returns it as it is stored.
//
// It costs one PutItem, as in [Create.Run], measured by the larger of the old
// and the new item. If a condition fails, the error is a [ConditionError] that
// is [ErrConditionFailed]. With [Unique] or [Counted] it costs what they say.
//
// If T has a version attribute, the stored item must have the version that the
// item has; if that is 0, there must be no item, or one whose version is 0 or
// absent. The item is stored with the next version.
func (p Put[T]) Run(ctx context.Context) (T, error) {
	r := p.table.record(p.item)
	stored, err := p.put.store(ctx, r, p.cond)
	if !stored {
		return *new(T), err
	}
	return *r.v, err
}

func conditionFailed(item) error { return ErrConditionFailed }

// A PutReturning is a [Put] whose Run returns the replaced item. It is
// immutable.
type PutReturning[T any] struct{ p Put[T] }

// Run stores the item and returns the one that it replaced, nil if there was
// none. Cost and errors are those of [Put.Run]. With [Unique] or [Counted] it is
// the item that was read before: what another writer changed in between, of
// attributes that those are not about, is not in it.
//
// After an attempt whose answer got lost, the SDK's next attempt replaces what
// the first one stored. With a write-id attribute that is found out, and is an
// [ItemError] with Applied set; without one the returned item may be this
// call's own.
func (p PutReturning[T]) Run(ctx context.Context) (*T, error) {
	old := p.p.table.blank()
	replaced, err := p.p.put.replace(ctx, p.p.table.record(p.p.item), p.p.cond, old)
	if !replaced {
		return nil, err
	}
	return old.v, err
}

var errOldLost = errors.New("the item that was replaced is lost, because an earlier attempt of this call had replaced it already")

// A put is what Create and Put have in common, and does not depend on the Go
// type: see schema.
type put struct {
	core       *core
	create     bool
	idempotent bool
	anyVersion bool
	returnOld  bool
}

func (p put) op() string {
	if p.create {
		return "create"
	}
	return "put"
}

// store stores the item. If it is stored, the record has it as it is.
func (p put) store(ctx context.Context, r record, cond *node) (stored bool, err error) {
	var o *tally
	p.core, o = p.core.observed(p.op())
	out, err := p.run(ctx, r, cond)
	defer out.release()
	if stored = err == nil; stored {
		err = p.core.applied(r, out.item)
	}
	return stored, o.done(ctx, p.core.opError(p.op(), err))
}

// replace stores the item and reads the one that it replaced into a record, if
// there was one.
func (p put) replace(ctx context.Context, r record, cond *node, into record) (replaced bool, err error) {
	var o *tally
	p.core, o = p.core.observed(p.op())
	p.returnOld = true
	out, err := p.run(ctx, r, cond)
	defer out.release()
	if replaced = err == nil && !out.item.none(); replaced {
		err = p.core.applied(into, out.item)
		replaced = !errors.Is(err, ErrCorruptResponse)
	}
	return replaced, o.done(ctx, p.core.opError(p.op(), err))
}

// run stores the item. The reply has the item as it is stored or, with
// returnOld, the one that it replaced.
func (p put) run(ctx context.Context, r record, cond *node) (out reply, err error) {
	t, kind := p.core, conditionFailed
	switch {
	case t.mistake() != nil:
		return out, t.mistake()
	case p.create:
		cond, kind = p.free(), existing
	case p.idempotent && p.returnOld:
		return out, planErrorf("Idempotent and Returning do not go together: when the item is stored already, the one before it is not known; drop one of them")
	}
	if len(t.schema.guards) > 0 {
		return p.runGuarded(ctx, r, cond, kind)
	}
	id, sent := t.newWriteID(), reply{body: newBuffer()}
	defer func() { sent.release() }()
	c, err := p.call(sent.body, r, cond, id)
	if err != nil {
		return out, err
	}
	sent.item = c.item
	if p.returnOld {
		c.returns = returnsOld
	}
	out, err = t.write(ctx, c, p.refusal(c.item, kind, id))
	switch {
	case err != nil:
		out.release()
	case !p.returnOld && out.item.none():
		out.release()
		out, sent = sent, reply{}
	case p.returnOld && t.wroteItself(out.item, id):
		// The call's own earlier attempt had stored what was replaced now.
		out.release()
		f := t.schema.duties.writeID
		err = &ItemError{Attribute: f.Name, Field: f.GoName, Err: errOldLost, Applied: true}
	}
	// Else, without returnOld, it was stored already, perhaps with another version.
	return out, err
}

// call is the request that stores the item on a condition, written to the
// buffer if it is JSON.
func (p put) call(b *buffer, r record, cond *node, id string) (c *call, err error) {
	t := p.core
	locked, err := t.stamp(r, id, p.create)
	if err != nil {
		return nil, err
	}
	if !p.create {
		cond = both(cond, t.replaceable())
		if !p.anyVersion {
			cond = both(cond, locked)
		}
	}
	c = newCall(opPutItem, t.settings.name, cond != nil)
	b.bytes, c.item.typed, err = t.encodeOnto(b.bytes, r)
	if c.item.typed == nil {
		c.item.json = b.bytes
	}
	if err == nil && cond != nil {
		c.texts.condition, err = c.texts.writer.condition(cond)
	}
	return c, err
}

func (p put) refusal(i item, kind func(item) error, id string) *refusal {
	t := p.core
	r := &refusal{item: i, kind: kind, writeID: id}
	if f := t.schema.duties.version; f != nil && !p.anyVersion {
		r.version = func() fields.Value {
			v, _ := i.value(f.Name) // it has been encoded here
			return v
		}
	}
	if p.idempotent {
		r.holds = func(old item) bool { return t.sameItem(old, i) }
	}
	return r
}

// encodeOnto makes the item that is sent, in the form in which it is sent: it is
// appended as JSON, or has the SDK's type.
func (t *core) encodeOnto(dst []byte, r record) (json []byte, typed map[string]types.AttributeValue, err error) {
	if t.schema.union != nil {
		return dst, nil, errOfUnion
	}
	if err := t.schema.checkNative(r); err != nil {
		return dst, nil, err
	}
	omit, err := t.schema.omitted(r)
	if err != nil {
		return dst, nil, err
	}
	if t.sender.json() {
		dst, err = r.appendJSON(dst, omit)
	} else {
		typed, err = r.marshal(omit)
	}
	return dst, typed, err
}
