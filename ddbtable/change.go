package ddbtable

import (
	"slices"

	"golang.org/x/exp/constraints"

	"example.com/ddb/fields"
)

// A Change says what an [Update] does to one attribute. It is made by the
// methods of [Attribute] and by [Add], [Append], [AddToSet] and
// [RemoveFromSet]. It is immutable. A mistake in it is reported by the update.
type Change[T any] struct{ c *change }

// An action is what a change does.
type action int

const (
	actSet action = iota
	actSetIfAbsent
	actRemove
	actAdd
	actAppend
	actAddToSet
	actRemoveFromSet
)

type change struct {
	action action
	path   *fields.Path
	value  fields.Value // none for actRemove
	err    error
}

func (a Attribute[T, V]) change(act action, encode func(V) (fields.Value, error), v V) Change[T] {
	c := &change{action: act}
	if c.path, c.err = a.target(*new(T)); c.err == nil {
		c.value, c.err = encode(v)
	}
	return Change[T]{c}
}

// Set gives the attribute a value. In a map or list it fails if the attribute
// around it is missing; at a position behind the end of a list it appends.
func (a Attribute[T, V]) Set(v V) Change[T] { return a.change(actSet, a.value, v) }

// SetIfAbsent gives the attribute a value unless it has one.
func (a Attribute[T, V]) SetIfAbsent(v V) Change[T] { return a.change(actSetIfAbsent, a.value, v) }

// Remove takes the attribute away; if it is not there, nothing happens.
// Removing an element of a list moves the later ones up.
func (a Attribute[T, V]) Remove() Change[T] {
	c := &change{action: actRemove}
	c.path, c.err = a.target(*new(T))
	return Change[T]{c}
}

// Add adds n to a number, which may be negative; an absent one counts as 0.
// When the answer to an attempt gets lost, the SDK's next attempt adds again,
// unless the definition has a write-id attribute and nobody else writes the
// item between the two attempts.
func Add[T any, V constraints.Integer | constraints.Float](a Attribute[T, V], n V) Change[T] {
	c := a.change(actAdd, a.bound, n)
	if c.c.err == nil && c.c.value.Kind() != fields.N {
		c.c.err = planErrorf("attribute %q is stored as type %s, and Add is for numbers; use Set", c.c.path, c.c.value.Kind())
	}
	return c
}

// Append adds elements at the end of a list; an absent one counts as empty.
// Like [Add] it may be applied twice when the answer to an attempt gets lost.
func Append[T any, S ~[]E, E any](a Attribute[T, S], elements ...E) Change[T] {
	c := a.change(actAppend, a.value, append(S{}, elements...))
	if c.c.err == nil && c.c.value.Kind() != fields.L {
		c.c.err = planErrorf("attribute %q is no list; use AddToSet for a set", c.c.path)
	}
	return c
}

// AddToSet adds the elements of v to a set; an absent one counts as empty.
func AddToSet[T, V any](a Attribute[T, V], v V) Change[T] {
	return onlySet(a.change(actAddToSet, a.value, v))
}

// RemoveFromSet takes the elements of v out of a set. A set that would be
// empty then is removed as an attribute.
func RemoveFromSet[T, V any](a Attribute[T, V], v V) Change[T] {
	return onlySet(a.change(actRemoveFromSet, a.value, v))
}

func onlySet[T any](c Change[T]) Change[T] {
	if c.c.err == nil && c.c.value.Kind().Element() == "" {
		c.c.err = planErrorf("attribute %q is no set; use Append for a list", c.c.path)
	}
	return c
}

// absolute reports whether applying the change twice is the same as once.
func (c *change) absolute() bool { return c.action != actAdd && c.action != actAppend }

// overlaps reports whether two changes are about the same value, or about one
// inside the other.
func (c *change) overlaps(d *change) bool {
	a, b := c.path.Steps(), d.path.Steps()
	n := min(len(a), len(b))
	return c.path.Field() == d.path.Field() && slices.Equal(a[:n], b[:n])
}

// An updateText collects the clauses of an UpdateExpression.
type updateText struct{ set, remove, add, del []string }

// write adds the change to its clause.
func (u *updateText) write(w *writer, c *change) {
	path := w.path(c.path)
	switch c.action {
	case actSet:
		u.set = append(u.set, path+" = "+w.value(c.value))
	case actSetIfAbsent:
		u.set = append(u.set, path+" = if_not_exists("+path+", "+w.value(c.value)+")")
	case actAppend:
		empty := w.value(fields.EmptyList)
		u.set = append(u.set, path+" = list_append(if_not_exists("+path+", "+empty+"), "+w.value(c.value)+")")
	case actRemove:
		u.remove = append(u.remove, path)
	case actAdd, actAddToSet:
		u.add = append(u.add, path+" "+w.value(c.value))
	case actRemoveFromSet:
		u.del = append(u.del, path+" "+w.value(c.value))
	}
}

// String is the UpdateExpression.
func (u *updateText) String() string {
	text := ""
	for _, clause := range []struct {
		keyword string
		parts   []string
	}{{"SET ", u.set}, {"REMOVE ", u.remove}, {"ADD ", u.add}, {"DELETE ", u.del}} {
		for i, part := range clause.parts {
			switch {
			case i > 0:
				text += ", "
			case text != "":
				text += " " + clause.keyword
			default:
				text += clause.keyword
			}
			text += part
		}
	}
	return text
}
