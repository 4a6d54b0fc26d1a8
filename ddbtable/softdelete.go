package ddbtable

import (
	"context"
	"errors"
	"slices"

	"example.com/ddb/fields"
)

// softDelete says which attribute marks deleted items.
type softDelete struct {
	field          *fields.Field
	alive, deleted fields.Value
}

// SoftDelete makes Delete mark items instead of removing them: the attribute
// gets the value deleted. Reads then show what has the value alive, and what
// lacks the attribute because it is older than that. Where the attribute is a
// facet of the key that is read, such as the first of a sort key
// {state}#{created:10}, only that part is read, in which no item lacks it; else
// there is a filter. [Table.WithDeleted] shows all items, [Table.Restore] brings
// one back that was deleted, [Table.Purge] removes one for good.
//
// An item with a third value is hidden too, also one whose field was left empty
// by mistake, but it is not deleted: Delete marks it, Restore does not bring it
// back, and a query whose conditions name its state shows it.
//
// Delete and Restore are updates then, and cost what [Update.Run] says. Writes
// see deleted items as any others: Create fails with [ErrExists], Put replaces
// them, Update changes them, unless their conditions are about the state.
// [Table.DeleteAll], which can mark nothing, is refused unless the table is
// WithDeleted.
func SoftDelete[T, V any](attribute Attribute[T, V], alive, deleted V) DefineOption {
	return defineOption(func(d *definer) {
		path, err, ok := d.belongs(attribute)
		s := &softDelete{}
		switch {
		case !ok:
			d.fail("has SoftDelete with an attribute of another type; use a handle made with Attr on %s", d.typ)
			return
		case err == nil && len(path.Steps()) > 0:
			d.fail("has SoftDelete with %s, which is inside an attribute; use a whole one", path)
			return
		}
		if err == nil {
			s.field = path.Field()
			s.alive, err = fields.ValueOf(path, alive)
		}
		if err == nil {
			s.deleted, err = fields.ValueOf(path, deleted)
		}
		switch {
		case err != nil:
			d.fail("has SoftDelete: %v", err)
		case omits[T](s.field, s.deleted):
			d.fail("has SoftDelete with attribute %s, whose value for deleted items is left out by omitzero, as it is in items that are older than the attribute and not deleted; drop omitzero", path)
		case s.alive.Equal(s.deleted):
			d.fail("has SoftDelete with one value for both states; give two")
		case d.soft != nil:
			d.fail("has SoftDelete twice; keep one")
		default:
			d.soft = s
		}
	})
}

// omits reports whether a T with that value does not store it.
func omits[T any](f *fields.Field, value fields.Value) bool {
	plan, err := fields.PlanOf[T]()
	if err != nil {
		return false // which Define reports
	}
	var v T
	err = plan.Set(&v, f, value)
	_, stored, valueErr := plan.Value(&v, f)
	return err == nil && valueErr == nil && !stored
}

// constraint is what queries imply.
func (s *softDelete) constraint() *constraint {
	return &constraint{field: s.field, values: []fields.Value{s.alive}, discrete: true, implied: s}
}

// state is a comparison with the state of an item.
func (s *softDelete) state(op operator, v fields.Value) *node {
	return &node{op: op, path: s.field.Path(), values: []fields.Value{v}}
}

// live is the condition that reads show an item.
func (s *softDelete) live() *node {
	return &node{op: opOr, kids: []*node{fieldNode(opNotExists, s.field), s.state(opEq, s.alive)}}
}

// isLive is the same for the state of an item that was read.
func (s *softDelete) isLive(state fields.Value) bool {
	return state.Kind() == "" || state.Equal(s.alive)
}

// checkSoft refuses an attribute that cannot change.
func (d *definer) checkSoft() {
	if d.soft == nil {
		return
	}
	for _, key := range d.primary.keys() {
		if key == nil || key != d.soft.field && (key.Template == nil || !slices.Contains(facetsOf(key), d.soft.field)) {
			continue
		}
		d.fail("has SoftDelete with attribute %s, which is part of the primary key and so cannot change; use it in the key of an index", d.soft.field.Name)
	}
}

// WithDeleted makes reads show items that were deleted under [SoftDelete] too.
func (t *Table[T]) WithDeleted() *Table[T] {
	c := t.copy()
	c.withDeleted = true
	return c
}

// Restore returns the update that brings back an item that was deleted under
// [SoftDelete]. If it is not deleted, Run fails with [ErrConditionFailed].
func (t *Table[T]) Restore(key ...Equality[T]) Update[T] {
	u := t.Update(key...)
	u.update = u.restoring()
	return u
}

func (u update) restoring() update {
	switch {
	case u.core.mistake() != nil:
		return u // Run reports it
	case u.core.schema.soft == nil:
		u.err = planErrorf("Restore is for a definition with SoftDelete; use Update")
		return u
	}
	s := u.core.schema.soft
	return u.mark(s.state(opEq, s.deleted), s.alive)
}

// mark changes the state of an item to another, on a condition.
func (u update) mark(from *node, to fields.Value) update {
	path := u.core.schema.soft.field.Path()
	u.changes = append(u.changes[:len(u.changes):len(u.changes)], &change{action: actSet, path: path, value: to})
	u.cond = both(u.cond, from)
	return u
}

// Purge returns the request that removes an item for good, deleted or not.
func (t *Table[T]) Purge(key ...Equality[T]) Delete[T] {
	d := t.Delete(key...)
	d.purge = true
	return d
}

// marking is a Delete under SoftDelete as an update. There is something to delete
// unless the item is marked already, whatever its state is.
func (d deletion) marking() update {
	s := d.core.schema.soft
	return update{
		core: d.core, key: d.key, cond: d.cond, idempotent: d.idempotent,
		anyVersion: d.anyVersion, returnOld: true,
	}.mark(s.state(opNe, s.deleted), s.deleted)
}

// mark runs a Delete under SoftDelete. The reply has the item as it was.
func (d deletion) mark(ctx context.Context) (reply, error) {
	out, err := d.marking().run(ctx)
	if refused, ok := errors.AsType[refusedWrite](err); ok &&
		(d.cond == nil && !refused.ambiguous() || d.idempotent && errors.Is(err, ErrNotFound)) {
		return reply{}, nil // there was nothing to delete
	}
	if err == nil && d.core.marked(out.item) { // already, as Idempotent has it
		out.release()
		return reply{}, nil
	}
	return out, err
}

// marked reports whether an item has the state of deleted ones.
func (t *core) marked(i item) bool {
	v, err := i.value(t.schema.soft.field.Name)
	return err == nil && v.Equal(t.schema.soft.deleted)
}

// hidden reports whether the item was deleted under SoftDelete.
func (t *core) hidden(i item) bool {
	s := t.schema.soft
	if s == nil || t.withDeleted {
		return false
	}
	v, err := i.value(s.field.Name)
	return err != nil || !s.isLive(v)
}
