package ddbtable

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/exp/constraints"

	"example.com/ddb/fields"
	"example.com/ddb/internal/wire"
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

// newChange makes a change to a value. Declared says that it has to be one that
// the attribute can have.
func newChange[V any](h *handle, act action, declared bool, v V) *change {
	c := new(struct {
		change
		room fields.Room
	})
	c.action = act
	switch c.path, c.err = h.target(); {
	case c.err != nil:
	case declared:
		c.value, c.err = fields.ValueIn(&c.room, c.path, v)
	default:
		c.value, c.err = fields.BoundIn(&c.room, c.path, v)
	}
	return &c.change
}

// Set gives the attribute a value. In a map or list it fails if the attribute
// around it is missing; at a position behind the end of a list it appends.
func (a Attribute[T, V]) Set(v V) Change[T] { return Change[T]{newChange(a.handle, actSet, true, v)} }

// SetIfAbsent gives the attribute a value unless it has one.
func (a Attribute[T, V]) SetIfAbsent(v V) Change[T] {
	return Change[T]{newChange(a.handle, actSetIfAbsent, true, v)}
}

// Remove takes the attribute away; if it is not there, nothing happens.
// Removing an element of a list moves the later ones up.
func (a Attribute[T, V]) Remove() Change[T] {
	c := &change{action: actRemove}
	c.path, c.err = a.target(nil)
	return Change[T]{c}
}

// Add adds n to a number, which may be negative; an absent one counts as 0.
// When the answer to an attempt gets lost, the SDK's next attempt adds again,
// unless the definition has a write-id attribute and nobody else writes the
// item between the two attempts.
func Add[T any, V constraints.Integer | constraints.Float](a Attribute[T, V], n V) Change[T] {
	c := newChange(a.handle, actAdd, false, n)
	if c.err == nil && c.value.Kind() != fields.N {
		c.err = planErrorf("attribute %q is stored as type %s, and Add is for numbers; use Set", c.path, c.value.Kind())
	}
	return Change[T]{c}
}

// Append adds elements at the end of a list; an absent one counts as empty.
// Like [Add] it may be applied twice when the answer to an attempt gets lost.
func Append[T any, S ~[]E, E any](a Attribute[T, S], elements ...E) Change[T] {
	c := newChange(a.handle, actAppend, true, append(S{}, elements...))
	if c.err == nil && c.value.Kind() != fields.L {
		c.err = planErrorf("attribute %q is no list; use AddToSet for a set", c.path)
	}
	return Change[T]{c}
}

// AddToSet adds the elements of v to a set; an absent one counts as empty.
func AddToSet[T, V any](a Attribute[T, V], v V) Change[T] {
	return Change[T]{newChange(a.handle, actAddToSet, true, v).onlySet()}
}

// RemoveFromSet takes the elements of v out of a set. A set that would be
// empty then is removed as an attribute.
func RemoveFromSet[T, V any](a Attribute[T, V], v V) Change[T] {
	return Change[T]{newChange(a.handle, actRemoveFromSet, true, v).onlySet()}
}

func (c *change) onlySet() *change {
	if c.err == nil && c.value.Kind().Element() == "" {
		c.err = planErrorf("attribute %q is no set; use Append for a list", c.path)
	}
	return c
}

// changeFrom makes an attribute what it is in item.
func changeFrom[T any](plan *fields.Plan[T], item *T, a AnyAttribute[T]) *change {
	c := &change{action: actSet}
	if c.path, c.err = targetOf(a); c.err != nil {
		return c
	}
	present := false
	if c.value, present, c.err = plan.ValueAt(item, c.path); present || c.err != nil {
		return c
	}
	if c.action = actRemove; slices.ContainsFunc(c.path.Steps(), func(s fields.Step) bool { return s.Name == "" }) {
		c.err = planErrorf("attribute %q is in a list that is not so long in the item; name the whole list, or use Remove", c.path)
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

// The clauses of an UpdateExpression, in the order in which they are written,
// with the actions that each has.
var clauses = []struct {
	keyword string
	actions []action
}{
	{"SET ", []action{actSet, actSetIfAbsent, actAppend}},
	{"REMOVE ", []action{actRemove}},
	{"ADD ", []action{actAdd, actAddToSet}},
	{"DELETE ", []action{actRemoveFromSet}},
}

// update appends an UpdateExpression and returns it.
func (w *writer) update(changes []*change) ([]byte, error) {
	start := len(w.buf)
	for _, clause := range clauses {
		first := true
		for _, c := range changes {
			if !slices.Contains(clause.actions, c.action) {
				continue
			}
			switch {
			case !first:
				w.string(", ")
			case len(w.buf) > start:
				w.string(" ")
				fallthrough
			default:
				w.string(clause.keyword)
			}
			first = false
			w.change(c)
		}
	}
	text := w.since(start)
	if len(text) > maxExpression {
		return nil, planErrorf("update is %d bytes long as an expression, the limit is %d; split it", len(text), maxExpression)
	}
	return text, nil
}

// change appends one action of a clause.
func (w *writer) change(c *change) {
	w.path(c.path)
	switch c.action {
	case actSet:
		w.string(" = ")
	case actSetIfAbsent:
		w.string(" = if_not_exists(")
		w.path(c.path)
		w.string(", ")
		w.value(c.value)
		w.string(")")
		return
	case actAppend:
		w.string(" = list_append(if_not_exists(")
		w.path(c.path)
		w.string(", ")
		w.value(fields.EmptyList)
		w.string("), ")
		w.value(c.value)
		w.string(")")
		return
	case actRemove:
		return
	default:
		w.string(" ")
	}
	w.value(c.value)
}

// holds reports whether an item is as the change would leave it.
func (c *change) holds(item map[string]types.AttributeValue) bool {
	av := lookUp(item, c.path)
	switch c.action {
	case actRemove:
		return av == nil
	case actSetIfAbsent:
		return av != nil
	case actAddToSet:
		return wire.Contains(av, c.value.AttributeValue())
	case actRemoveFromSet:
		return wire.Disjoint(av, c.value.AttributeValue())
	}
	return wire.Equal(av, c.value.AttributeValue())
}

// lookUp is the value at a path in an item, nil if there is none.
func lookUp(item map[string]types.AttributeValue, path *fields.Path) types.AttributeValue {
	av := item[path.Field().Name]
	for _, s := range path.Steps() {
		switch in := av.(type) {
		case *types.AttributeValueMemberM:
			av = in.Value[s.Name]
		case *types.AttributeValueMemberL:
			if av = nil; s.Index < len(in.Value) {
				av = in.Value[s.Index]
			}
		default:
			return nil
		}
	}
	return av
}
