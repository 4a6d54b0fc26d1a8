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
type fixedPart[T any] struct {
	table *Table[T]
	key   []member
	call  *call
	kind  func(old item) error
}

func (p *fixedPart[T]) at() (*settings, []member) { return &p.table.settings, p.key }
func (p *fixedPart[T]) unknown() []*fields.Field  { return nil }
func (p *fixedPart[T]) learn(item) (bool, error)  { return false, nil }
func (p *fixedPart[T]) build() (*call, error)     { return p.call, nil }
func (p *fixedPart[T]) refused(old item) error {
	return p.table.conditionError(nil, old, &refusal{kind: p.kind}, false)
}

func (c Create[T]) part() (transactPart, error) {
	if c.put.table.err != nil {
		return nil, c.put.table.err
	}
	return c.put.part(c.put.free(), existing)
}

func (p Put[T]) part() (transactPart, error) { return p.put.part(p.cond, conditionFailed) }

func (p put[T]) part(cond *node, kind func(item) error) (transactPart, error) {
	t := p.table
	if t.err != nil {
		return nil, t.err
	}
	if err := notInTransaction(p.idempotent); err != nil {
		return nil, err
	}
	c, err := p.call(cond, t.newWriteID())
	if err != nil {
		return nil, err
	}
	key, err := t.keyOf(c.item)
	return &fixedPart[T]{t, key, c, kind}, err
}

func (d Delete[T]) part() (transactPart, error) {
	switch {
	case d.table.err != nil:
		return nil, d.table.err
	case d.table.def.soft != nil && !d.purge:
		return d.marking().part()
	}
	if err := notInTransaction(d.idempotent); err != nil {
		return nil, err
	}
	c, err := d.call()
	if err != nil {
		return nil, err
	}
	return &fixedPart[T]{d.table, c.key, c, failedOrMissing}, nil
}

// A Check makes a transaction depend on an item that it does not change. It is
// immutable, and nothing but a part of a transaction.
type Check[T any] struct {
	table *Table[T]
	key   []Equality[T]
	cond  *node
}

// Check returns the check of the item with the primary key that the equalities
// give, as in [Table.Get]. Without If it is that the item exists.
func (t *Table[T]) Check(key ...Equality[T]) Check[T] { return Check[T]{table: t, key: key} }

// If makes the transaction fail unless the stored item fulfils the condition.
// Several conditions must all be fulfilled.
func (c Check[T]) If(cond Cond[T]) Check[T] {
	c.cond = both(c.cond, given(cond))
	return c
}

func (c Check[T]) part() (transactPart, error) {
	t := c.table
	if t.err != nil {
		return nil, t.err
	}
	key, err := t.key(c.key)
	if err != nil {
		return nil, err
	}
	cond := both(c.cond, t.ours())
	if cond == nil || cond.empty() && cond.err == nil {
		cond = fieldNode(opExists, t.def.primary.partition)
	}
	request := &call{op: opCheck, table: t.settings.name, key: key}
	request.texts.condition, err = request.texts.writer.condition(cond)
	return &fixedPart[T]{t, key, request, failedOrMissing}, err
}

// An updatePart is an update in a transaction.
type updatePart[T any] struct {
	*updatePlan[T]
	read map[*fields.Field]fields.Value
}

func (u Update[T]) part() (transactPart, error) {
	if err := notInTransaction(u.idempotent); err != nil {
		return nil, err
	}
	p, err := u.plan()
	return &updatePart[T]{updatePlan: p}, err
}

func (p *updatePart[T]) at() (*settings, []member) { return &p.table.settings, p.primary }
func (p *updatePart[T]) unknown() []*fields.Field  { return p.updatePlan.unknown }

func (p *updatePart[T]) learn(stored item) (changed bool, err error) {
	read, err := p.facetsIn(stored)
	for f, v := range read {
		changed = changed || !v.Equal(p.read[f])
	}
	p.read = read
	return changed, err
}

func (p *updatePart[T]) build() (*call, error) {
	c, _, err := p.call(p.read)
	return c, err
}

func (p *updatePart[T]) refused(old item) error {
	return p.table.conditionError(nil, old, p.refusal(nil), false)
}
