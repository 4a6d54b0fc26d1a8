package ddbtable

import (
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
	locked = &node{op: opEq, path: d.version.Path(), values: []fields.Value{old}}
	if next.Equal(fields.Int(1)) {
		locked = fieldNode(opNotExists, d.version)
	}
	return locked, r.set(d.version, next)
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
			if n.op == opEq && !n.size && n.path.Field() == t.schema.duties.version {
				return n.values[0]
			}
		}
	}
	return fields.Value{}
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
