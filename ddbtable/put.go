package ddbtable

import (
	"context"
	"errors"
)

// A Create stores an item whose key is free. It is immutable; Run sends it.
type Create[T any] struct{ put put[T] }

// Create returns the request that stores item if no item has its primary key.
// Derived attributes are computed; what item holds in their fields is not
// looked at. The item is encoded by Run, so what it points to must not change
// until then.
func (t *Table[T]) Create(item T) Create[T] {
	return Create[T]{put[T]{table: t, item: item, create: true}}
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
// stored the item; a write-id attribute or Idempotent settles that.
func (c Create[T]) Run(ctx context.Context) (T, error) {
	v, err := c.run(ctx)
	return v, c.put.table.opError("create", err)
}

func (c Create[T]) run(ctx context.Context) (none T, err error) {
	if c.put.table.err != nil {
		return none, c.put.table.err
	}
	v, _, err := c.put.run(ctx, c.put.free(), existing)
	return v, err
}

// free is the condition that no item has the key.
func (p put[T]) free() *node { return fieldNode(opNotExists, p.table.def.primary.partition) }

func existing(item) error { return ErrExists }

// A Put stores an item in the place of whatever has its key. It is immutable;
// Run sends it.
type Put[T any] struct {
	put  put[T]
	cond *node
}

// Put returns the request that stores item, replacing any item with the same
// primary key as a whole: attributes that T does not have do not survive.
// [Table.Update] keeps them. Derived attributes are computed, as in
// [Table.Create].
func (t *Table[T]) Put(item T) Put[T] { return Put[T]{put: put[T]{table: t, item: item}} }

// If makes Run fail unless the stored item fulfils the condition. Several
// conditions must all be fulfilled.
func (p Put[T]) If(cond Cond[T]) Put[T] {
	p.cond = both(p.cond, given(cond))
	return p
}

// Idempotent makes Run succeed also if the condition fails because exactly
// this item is stored already.
func (p Put[T]) Idempotent() Put[T] {
	p.put.idempotent = true
	return p
}

// AnyVersion makes Run replace the stored item whatever its version is. See
// [Put.Run].
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
// is [ErrConditionFailed].
//
// If T has a version attribute, the stored item must have the version that the
// item has, or there must be none if that is 0; the item is stored with the next
// version.
func (p Put[T]) Run(ctx context.Context) (T, error) {
	v, _, err := p.put.run(ctx, p.cond, conditionFailed)
	return v, p.put.table.opError("put", err)
}

func conditionFailed(item) error { return ErrConditionFailed }

// A PutReturning is a [Put] whose Run returns the replaced item. It is
// immutable.
type PutReturning[T any] struct{ p Put[T] }

// Run stores the item and returns the one that it replaced, nil if there was
// none. Cost and errors are those of [Put.Run].
//
// After an attempt whose answer got lost, the SDK's next attempt replaces what
// the first one stored. With a write-id attribute that is found out, and is an
// [ItemError] with Applied set; without one the returned item may be this
// call's own.
func (p PutReturning[T]) Run(ctx context.Context) (*T, error) {
	old, err := p.run(ctx)
	return old, p.p.put.table.opError("put", err)
}

var errOldLost = errors.New("the item that was replaced is lost, because an earlier attempt of this call had replaced it already")

func (p PutReturning[T]) run(ctx context.Context) (*T, error) {
	if p.p.put.idempotent {
		return nil, planErrorf("Idempotent and Returning do not go together: when the item is stored already, the one before it is not known; drop one of them")
	}
	put := p.p.put
	put.returnOld = true
	_, old, err := put.run(ctx, p.p.cond, conditionFailed)
	return old, err
}

// A put is what Create and Put have in common.
type put[T any] struct {
	table      *Table[T]
	item       T
	create     bool
	idempotent bool
	anyVersion bool
	returnOld  bool
}

// run returns the item as stored and, on request, the replaced one.
func (p put[T]) run(ctx context.Context, cond *node, kind func(item) error) (stored T, old *T, err error) {
	t := p.table
	if t.err != nil {
		return stored, nil, t.err
	}
	id := t.newWriteID()
	c, err := p.call(cond, id)
	if err != nil {
		return stored, nil, err
	}
	if p.returnOld {
		c.returns = returnsOld
	}
	out, err := t.write(ctx, c, p.refusal(c.item, kind, id))
	if err != nil {
		return stored, nil, err
	}
	defer out.release()
	if p.returnOld && !out.item.none() {
		old, err = t.replaced(out.item, id)
		return stored, old, err
	}
	stored, err = t.applied(c.item)
	return stored, nil, err
}

// call is the request that stores the item on a condition.
func (p put[T]) call(cond *node, id string) (c *call, err error) {
	t := p.table
	c = &call{op: opPutItem, table: t.settings.name}
	v := p.item
	locked, err := t.stamp(&v, id, p.create)
	if err != nil {
		return nil, err
	}
	if !p.create {
		cond = both(cond, t.replaceable())
		if !p.anyVersion {
			cond = both(cond, locked)
		}
	}
	if c.item, err = t.encode(&v); err == nil {
		c.texts.condition, err = c.texts.writer.condition(cond)
	}
	return c, err
}

func (p put[T]) refusal(i item, kind func(item) error, id string) *refusal {
	t := p.table
	r := &refusal{key: func() ([]member, error) { return t.keyOf(i) }, kind: kind, writeID: id}
	if p.idempotent {
		r.holds = func(old item) bool { return t.sameItem(old, i) }
	}
	return r
}

// replaced reads the item that a put replaced. It is lost if the call's own
// earlier attempt had stored what was replaced now.
func (t *Table[T]) replaced(old item, id string) (*T, error) {
	v, err := t.applied(old)
	if t.wroteItself(old, id) {
		f := t.def.duties.writeID
		return nil, &ItemError{Attribute: f.Name, Field: f.GoName, Err: errOldLost, Applied: true}
	}
	return &v, err
}

// encode makes the item that is sent, in the form in which it is sent.
func (t *Table[T]) encode(v *T) (i item, err error) {
	omit, err := t.omitted(v)
	if err != nil {
		return i, err
	}
	if t.sender.json() {
		i.json, err = t.def.plan.AppendJSON(nil, v, omit...)
	} else {
		i.typed, err = t.def.plan.Marshal(v, omit...)
	}
	return i, err
}
