package ddbtable

import (
	"slices"
	"strconv"

	"example.com/ddb/fields"
)

// duties are the attributes that ddbtable keeps by itself, nil where the type
// has none.
type duties struct {
	writeID, version, createdAt, updatedAt, ttl, discriminator *fields.Field
}

func (d *duties) take(f *fields.Field) {
	switch f.Duty {
	case fields.WriteID:
		d.writeID = f
	case fields.Version:
		d.version = f
	case fields.CreatedAt:
		d.createdAt = f
	case fields.UpdatedAt:
		d.updatedAt = f
	case fields.TTL:
		d.ttl = f
	case fields.Discriminator:
		d.discriminator = f
	}
}

// setAnew reports whether two writes of the same item differ in the attribute.
func (d *duties) setAnew(f *fields.Field) bool {
	if f.Template != nil {
		for _, facet := range facetsOf(f) {
			if d.setAnew(facet) {
				return true
			}
		}
		return false
	}
	return f == d.writeID || f == d.version || f == d.createdAt || f == d.updatedAt
}

// stamp sets the attributes that each write sets, in an item that is put: the write id, the next version, and times. It returns the condition that
// the stored item has the version that the item had, nil without one.
func (t *core) stamp(r record, writeID string, create bool) (locked *node, err error) {
	d := &t.schema.duties
	if writeID != "" {
		if err := r.set(d.writeID, fields.String(writeID)); err != nil {
			return nil, err
		}
	}
	if err := t.stampTimes(r); err != nil || d.version == nil {
		return nil, err
	}
	var old fields.Value
	if !create {
		if old, _, err = r.value(d.version); err != nil {
			return nil, err
		}
	}
	next, err := fields.Sum(old, fields.Int(1))
	if err != nil {
		return nil, err
	}
	if old.Kind() == "" {
		old = fields.Int(0)
	}
	locked = &node{op: opEq, path: d.version.Path(), values: []fields.Value{old}}
	return locked.asRead(), r.set(d.version, next)
}

// stampTimes sets the time of the first write, unless the item has one, and of
// the last.
func (t *core) stampTimes(r record) error {
	d := &t.schema.duties
	if f := d.createdAt; f != nil {
		old, ok, err := r.value(f)
		zero, zeroErr := f.ZeroTime()
		if err == nil && ok && (zeroErr != nil || old != zero) {
			f = nil
		}
		if err := t.setTime(r, f); err != nil {
			return err
		}
	}
	return t.setTime(r, d.updatedAt)
}

// setTime gives a time attribute the time of the table's clock.
func (t *core) setTime(r record, f *fields.Field) error {
	if f == nil {
		return nil
	}
	now, err := f.TimeValue(t.settings.wait.clock.Now())
	if err != nil {
		return err
	}
	return r.set(f, now)
}

// stamped is the changes of an update with those that every update makes.
func (u update) stamped() ([]*change, error) {
	t := u.core
	d, all := &t.schema.duties, u.changes[:len(u.changes):len(u.changes)]
	for _, f := range []*fields.Field{d.updatedAt, d.createdAt} {
		if f == nil || f == d.createdAt && !u.create {
			continue
		}
		now, err := f.TimeValue(t.settings.wait.clock.Now())
		if err != nil {
			return nil, err
		}
		act := actSet
		if f == d.createdAt {
			act = actSetIfAbsent
		}
		all = append(all, &change{action: act, path: f.Path(), value: now})
	}
	if d.version != nil {
		all = append(all, &change{action: actAdd, path: d.version.Path(), value: fields.Int(1)})
	}
	return all, nil
}

// versionGiven refuses a write that would overwrite what the caller has not
// seen.
func (t *core) versionGiven(cond *node, any bool) error {
	f := t.schema.duties.version
	if f == nil || any {
		return nil
	}
	if t.versionSeen(cond).Kind() != "" {
		return nil
	}
	return planErrorf("the item has a version in attribute %q; give the one that was read, with If(….Eq(…)), or say AnyVersion", f.Name)
}

// versionSeen is the version that a condition fixes, the zero Value if none.
func (t *core) versionSeen(cond *node) fields.Value {
	if cond != nil && cond.err == nil {
		for n := range cond.conjuncts() {
			if n.isVersion() {
				return n.values[0]
			}
		}
	}
	return fields.Value{}
}

// isVersion reports whether n fixes the version.
func (n *node) isVersion() bool {
	return n.op == opEq && !n.size && n.path.Field().Duty == fields.Version
}

// asRead is n for a write: the version 0 that it fixes is what is read of an
// item that has none, because it is older than the attribute.
func (n *node) asRead() *node {
	switch {
	case n == nil || n.err != nil:
		return n
	case n.op == opAnd:
		return n.asReadInAnd()
	case n.isVersion() && n.values[0].Equal(fields.Int(0)):
		return &node{op: opOr, kids: []*node{fieldNode(opNotExists, n.path.Field()), n}}
	}
	return n
}

// asReadInAnd is asRead of a node that joins others.
func (n *node) asReadInAnd() *node {
	read := n
	for i, kid := range n.kids {
		k := kid.asRead()
		if k == kid {
			continue
		}
		if read == n {
			read = &node{op: opAnd, kids: slices.Clone(n.kids)}
		}
		read.kids[i] = k
	}
	return read
}

// asReadOf is asRead of a condition that an item has to be there for, which a
// version that is absent does not say.
func (t *core) asReadOf(cond *node) *node {
	n := cond.asRead()
	if n != cond {
		n = both(t.there, n)
	}
	return n
}

// ours is the condition that the item is of this type, nil without a
// discriminator. It is false if there is no item.
func (t *core) ours() *node {
	f := t.schema.duties.discriminator
	if f == nil {
		return nil
	}
	return &node{op: opEq, path: f.Path(), values: []fields.Value{f.Template.Constant()}}
}

// replaceable is the condition that the key is free or has an item of this
// type, nil without a discriminator.
func (t *core) replaceable() *node {
	ours := t.ours()
	if ours == nil {
		return nil
	}
	return &node{op: opOr, kids: []*node{fieldNode(opNotExists, t.schema.primary.partitions[0]), ours}}
}

// owns reports whether an item is of this type.
func (t *core) owns(i item) bool {
	f := t.schema.duties.discriminator
	if f == nil || i.none() {
		return true
	}
	v, err := i.value(f.Name)
	return err == nil && v == f.Template.Constant()
}

// expired reports whether the item is past its time to live.
func (t *core) expired(i item) bool {
	f := t.schema.duties.ttl
	if f == nil || !t.hideExpired {
		return false
	}
	v, err := i.value(f.Name)
	if err != nil || v.Kind() != fields.N {
		return false
	}
	at, err := strconv.ParseInt(v.Text(), 10, 64)
	return err == nil && at <= t.settings.wait.clock.Now().Unix()
}

// passesOver reports whether a query leaves an item out because of its state:
// it is expired, or was deleted. What a query of one type leaves out as deleted,
// DynamoDB leaves out for it.
func (t *core) passesOver(i item) bool {
	return t.hideExpired && t.expired(i) || t.schema.union != nil && !t.withDeleted && t.schema.union.hides(i)
}
