package ddbtable

import (
	"context"
	"errors"
	"slices"
)

// maxConflicts is how often an update whose facets were read is tried again
// because another writer had changed them.
const maxConflicts = 5

// An Update changes some attributes of an item and leaves all others, those
// that T does not have among them, as they are. It is immutable; Run sends it.
type Update[T any] struct {
	table *Table[T]
	update
}

// An update is what of an Update does not depend on the Go type: see schema.
type update struct {
	core       *core
	key        []*node // equalities
	changes    []*change
	cond       *node
	create     bool
	idempotent bool
	anyVersion bool
	returnOld  bool
	err        error
}

// Update returns the request that changes the item with the primary key that
// the equalities give, as in [Table.Get].
func (t *Table[T]) Update(key ...Equality[T]) Update[T] {
	return Update[T]{t, update{core: t.inner(), key: nodesOf(nil, key)}}
}

// Change adds changes. Derived attributes are kept right without being named.
func (u Update[T]) Change(changes ...Change[T]) Update[T] {
	all := append(make([]*change, 0, len(u.changes)+len(changes)), u.changes...)
	for _, c := range changes {
		if c.c == nil {
			u.err = planErrorf("a change is the zero Change; make it with Set, Add or another method of an attribute")
			continue
		}
		all = append(all, c.c)
	}
	u.changes = all
	return u
}

// From makes the named attributes what they are in item, and leaves all others
// as they are stored: an update from a struct with a mask. It is the same as one
// change for each of them:
//
//   - a value is Set, and a zero value is one: 0 is stored as 0, "" as "";
//   - what is absent is removed: a nil pointer, slice or map, an empty set, and a
//     zero value of a field with the option omitzero. Put leaves out the same;
//   - what is not named is not looked at, the key included.
//
// An attribute may be inside another, which the stored item must have then; an
// entry that the map does not have is removed, and a position that the list does
// not have is a mistake, because to remove an element moves those behind it.
// Derived attributes follow, and keys, derived attributes and those that
// ddbtable sets itself are refused, as in Change, with which From combines; an
// attribute that is named twice is a mistake. Item is encoded at once, and not
// kept.
func (u Update[T]) From(item T, attributes ...AnyAttribute[T]) Update[T] {
	switch {
	case u.core.mistake() != nil:
		return u // Run reports it
	case u.table.def.plan == nil:
		u.err = errOfUnion
	case len(attributes) == 0:
		u.err = planErrorf("From has no attributes; name those that are to be as they are in the item")
	}
	if u.err != nil {
		return u
	}
	u.changes = slices.Clip(u.changes)
	for _, a := range attributes {
		u.changes = append(u.changes, changeFrom(u.table.def.plan, &item, a))
	}
	return u
}

// If makes Run fail unless the stored item fulfils the condition. Several
// conditions must all be fulfilled.
func (u Update[T]) If(cond Cond[T]) Update[T] {
	u.cond = both(u.cond, given(cond))
	return u
}

// OrCreate makes Run create the item if there is none, with nothing but the
// key, the attributes that it is made from, the changes, and what is derived
// from them. All facets of a derived attribute that changes must then be known
// from the call. Of removals alone DynamoDB makes no item, which is
// [ErrNotFound] where there is none; in a transaction, whose answer has no
// items, it is not told.
func (u Update[T]) OrCreate() Update[T] {
	u.create = true
	return u
}

// Idempotent makes Run succeed also if the condition fails because the item
// has every changed value already. It cannot be combined with Add and Append.
func (u Update[T]) Idempotent() Update[T] {
	u.idempotent = true
	return u
}

// AnyVersion changes the item whatever its version is. Without it, and if T has
// a version attribute, If must give the version: If(Version.Eq(v)). Version 0 is
// also what is read of an item that is older than the attribute, so that
// If(Version.Eq(0)) is fulfilled by an item that has none, here and in all other
// writes. OrCreate
// needs none, as an item that is not there has none, and without one it changes
// an item that is there whatever its version is.
func (u Update[T]) AnyVersion() Update[T] {
	u.anyVersion = true
	return u
}

// Run changes the item and returns it as it is then. It never creates one,
// unless OrCreate says so: a missing item is [ErrNotFound].
//
// Derived attributes follow their facets. It costs one UpdateItem if every
// facet of those that change is known: set by this call, part of the key, or
// fixed by an equality in If, such as If(Created.Eq(t)), which also checks it.
// Otherwise one consistent GetItem reads the missing facets first, and the
// update is made on the condition that they are unchanged; if another writer
// changed them in between, it is tried again with the item that the refusal
// returned, up to 5 times, and then fails with [ErrConflict]. Add and
// SetIfAbsent on a facet always read. A facet that is absent takes the derived
// attribute away, and with it the item out of the index.
//
// An UpdateItem costs a write unit for each KB, begun, of the larger of the old
// and the new item, and again for each index that changes. If a condition fails
// the error is a [ConditionError] that is [ErrConditionFailed]. If the new item
// cannot be read, it is an [ItemError] with Applied set. An attribute that is
// [Unique] or [Counted] costs what they say.
func (u Update[T]) Run(ctx context.Context) (T, error) {
	changed := u.table.blank()
	err := u.apply(ctx, changed)
	return *changed.v, err
}

// apply changes the item and reads it as it is then into a record.
func (u update) apply(ctx context.Context, into record) error {
	var o *tally
	u.core, o = u.core.observed("update")
	out, err := u.run(ctx)
	if err == nil {
		err = u.core.applied(into, out.item)
		out.release()
	}
	return o.done(ctx, u.core.opError("update", err))
}

// run returns the item as it is then, or with returnOld as it was.
func (u update) run(ctx context.Context) (reply, error) {
	p, err := u.plan()
	if err != nil {
		return reply{}, err
	}
	if len(p.touched()) > 0 {
		return (&updatePart{updatePlan: p}).runGuarded(ctx)
	}
	var facets facetValues // as they were read
	if len(p.unknown) > 0 {
		if facets, err = p.readFacets(ctx); err != nil {
			return reply{}, err
		}
	}
	for try := 0; ; try++ {
		out, err := p.send(ctx, facets)
		if err == nil && p.create && out.item.none() && !p.returnOld {
			out.release()
			return reply{}, ErrNotFound
		}
		if err == nil {
			return out, nil
		}
		changed, again := p.changed(out.item, facets)
		out.release()
		switch {
		case !again:
			return reply{}, err
		case p.maybeAdded():
			return reply{}, ambiguous(err)
		case try == maxConflicts:
			return reply{}, ErrConflict
		}
		facets = changed
	}
}

// ambiguous marks the error of a refused write as such.
func ambiguous(err error) error {
	if refused, ok := errors.AsType[refusedWrite](err); ok {
		refused.setAmbiguous()
	}
	return err
}
