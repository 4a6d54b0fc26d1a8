package ddbtable

import "example.com/ddb/fields"

// notInTransaction refuses what has no meaning inside a transaction.
func notInTransaction(idempotent bool) error {
	if idempotent {
		return planErrorf("Idempotent has no meaning in a transaction, whose token makes it safe to repeat; drop it")
	}
	return nil
}

// A fixedPart is a write that needs to know nothing of the stored item.
type fixedPart struct {
	core *core
	key  []member
	call *call
	kind func(old item) error
}

func (p *fixedPart) at() (*settings, []member) { return &p.core.settings, p.key }
func (p *fixedPart) unknown() []*fields.Field  { return nil }
func (p *fixedPart) learn(item) (bool, error)  { return false, nil }
func (p *fixedPart) build() (*call, error)     { return p.call, nil }
func (p *fixedPart) refused(old item) error {
	return p.core.refusedPart(old, p.kind)
}

func (c Create[T]) part() (transactPart, error) {
	return c.put.part(c.table.record(c.item), nil)
}

func (p Put[T]) part() (transactPart, error) {
	return p.put.part(p.table.record(p.item), p.cond)
}

func (p put) part(r record, cond *node) (transactPart, error) {
	t, kind := p.core, conditionFailed
	if err := t.mistake(); err != nil {
		return nil, err
	}
	if p.create {
		cond, kind = p.free(), existing
	}
	if err := notInTransaction(p.idempotent); err != nil {
		return nil, err
	}
	b := newBuffer()
	defer b.release()
	c, err := p.call(b, r, cond, t.newWriteID())
	if err != nil {
		return nil, err
	}
	c.item = c.item.clone()
	key, err := t.keyOf(c.item)
	if err != nil {
		return nil, err
	}
	return p.guardPut(&fixedPart{t, key, c, kind}, cond)
}

func (d deletion) part() (transactPart, error) {
	if err := d.core.mistake(); err != nil {
		return nil, err
	}
	if d.core.schema.soft != nil && !d.purge {
		return d.marking().part()
	}
	if err := notInTransaction(d.idempotent); err != nil {
		return nil, err
	}
	c, err := d.call()
	if err != nil {
		return nil, err
	}
	return d.guardDelete(&fixedPart{d.core, c.key, c, failedOrMissing}), nil
}

// A Check makes a transaction depend on an item that it does not change. It is
// immutable, and nothing but a part of a transaction.
type Check[T any] struct{ check }

// A check is what of a Check does not depend on the Go type: see schema.
type check struct {
	core *core
	key  []*node // equalities
	cond *node
}

// Check returns the check of the item with the primary key that the equalities
// give, as in [Table.Get]. Without If it is that the item exists.
func (t *Table[T]) Check(key ...Equality[T]) Check[T] {
	return Check[T]{check{core: t.inner(), key: nodesOf(nil, key)}}
}

// If makes the transaction fail unless the stored item fulfils the condition.
// Several conditions must all be fulfilled.
func (c Check[T]) If(cond Cond[T]) Check[T] {
	c.cond = both(c.cond, given(cond))
	return c
}

func (c check) part() (transactPart, error) {
	t := c.core
	if err := t.mistake(); err != nil {
		return nil, err
	}
	key, err := t.key(c.key)
	if err != nil {
		return nil, err
	}
	cond := both(t.asReadOf(c.cond), t.ours())
	if cond == nil || cond.empty() && cond.err == nil {
		cond = fieldNode(opExists, t.schema.primary.partitions[0])
	}
	request := newCall(opCheck, t.settings.name, true)
	request.key = key
	request.texts.condition, err = request.texts.writer.condition(cond)
	return &fixedPart{t, key, request, failedOrMissing}, err
}

// An updatePart is an update in a transaction.
type updatePart struct {
	*updatePlan
	read facetValues
}

func (u update) part() (transactPart, error) {
	if err := notInTransaction(u.idempotent); err != nil {
		return nil, err
	}
	p, err := u.plan()
	if err != nil {
		return nil, err
	}
	return (&updatePart{updatePlan: p}).guardUpdate()
}

func (p *updatePart) at() (*settings, []member) { return &p.core.settings, p.primary }
func (p *updatePart) unknown() []*fields.Field  { return p.updatePlan.unknown }

func (p *updatePart) learn(stored item) (changed bool, err error) {
	read, err := p.facetsIn(stored)
	changed = read.differ(p.read)
	p.read = read
	return changed, err
}

func (p *updatePart) build() (*call, error) {
	c, _, err := p.call(p.read)
	return c, err
}

func (p *updatePart) refused(old item) error {
	return p.core.refusedPart(old, p.refusal(nil).kind)
}
