package ddbtable

import (
	"context"
	"errors"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"example.com/ddb/fields"
	"example.com/ddb/internal/wire"
)

// A refusal is what a conditional write makes of a failed condition.
type refusal struct {
	// primary is the key, or else item the whole item.
	primary []member
	item    item

	// kind is what the failure means, given the stored item, none if there is
	// none.
	kind func(old item) error

	// holds reports whether the stored item already has what the call writes;
	// nil if the call is not idempotent.
	holds func(old item) bool

	writeID string // this call's, "" without such an attribute

	// version is the one that this call makes, the zero Value if that is not
	// known; nil without a version attribute.
	version func() fields.Value
}

// settled reports whether the stored item tells that this call was not applied:
// it carries another write id, and no version that can have come behind this
// call's.
func (t *core) settled(stored item, r *refusal) bool {
	if r.writeID == "" || stored.none() {
		return false
	}
	if r.version == nil {
		return true
	}
	made := r.version()
	v, err := stored.value(t.schema.duties.version.Name)
	return err == nil && (made.Kind() == "" || v.Compare(made) <= 0)
}

// write sends a conditional write. If its condition failed, r decides what
// that means; if the write had been applied after all, the reply has the stored
// item. With an error, the reply has the stored item if that is known.
func (t *core) write(ctx context.Context, c *call, r *refusal) (reply, error) {
	if len(c.texts.condition) > 0 {
		c.oldOnFailure = !t.settings.noOldItem
		c.watched = attempts{}
		c.seen = &c.watched
	}
	out, err := t.sender.send(ctx, c)
	failed, refused := errors.AsType[*types.ConditionalCheckFailedException](err)
	if !refused {
		return out, err
	}
	out = reply{item: item{typed: failed.Item}}
	if t.settings.noOldItem {
		key, keyErr, readErr := r.primary, error(nil), error(nil)
		if key == nil {
			key, keyErr = t.keyOf(r.item)
		}
		if keyErr == nil {
			out, readErr = t.getItem(ctx, key, true, projection{}, nil)
		}
		if keyErr != nil || readErr != nil {
			return reply{}, errors.Join(err, keyErr, readErr)
		}
	}
	if !t.owns(out.item) {
		out.item = item{}
	}
	if t.wroteItself(out.item, r.writeID) || r.holds != nil && r.holds(out.item) {
		return out, nil
	}
	ambiguous := c.seen.doubtful && !t.settled(out.item, r)
	return out, t.refuse(out.item, r.kind(out.item), err, ambiguous)
}

// refusedPart is the error of a part of a transaction whose condition failed.
func (t *core) refusedPart(old item, kind func(item) error) error {
	if !t.owns(old) {
		old = item{}
	}
	return t.refuse(old, kind(old), nil, false)
}

// conditionError is the error of a failed condition.
func (t *Table[T]) conditionError(old item, kind, cause error, ambiguous bool) error {
	e := &ConditionError[T]{Ambiguous: ambiguous, kind: kind, cause: cause}
	if !old.none() {
		r := t.blank()
		e.OldErr = t.readInto(r, old)
		e.Old = r.v
	}
	return e
}

// wroteItself reports whether the stored item carries this call's write id.
func (t *core) wroteItself(stored item, id string) bool {
	if id == "" || stored.none() {
		return false
	}
	v, err := stored.value(t.schema.duties.writeID.Name)
	return err == nil && v.Text() == id
}

// newWriteID returns a random value for the write-id attribute, "" if there is
// none.
func (t *core) newWriteID() string {
	if t.schema.duties.writeID == nil {
		return ""
	}
	return uuid.NewString()
}

// applied reads the item that a write returned. The write cannot be taken
// back, so a bad item is not a plain error. A malformed one is a damaged answer.
func (t *core) applied(into record, stored item) error {
	err := t.readInto(into, stored)
	bad, ok := errors.AsType[*ItemError](err)
	switch {
	case ok && errors.Is(err, ErrCorruptResponse):
		into.reset()
		return &corruptError{reason: strings.TrimPrefix(bad.Err.Error(), ErrCorruptResponse.Error()+": ")}
	case ok:
		bad.Applied = true
	}
	return err
}

// sameItem reports whether two items are equal but for what each write sets
// anew.
func (t *core) sameItem(a, b item) bool {
	x, errX := a.attributeValues()
	y, errY := b.attributeValues()
	if errX != nil || errY != nil {
		return false
	}
	for _, f := range t.schema.attributes {
		if t.schema.duties.setAnew(f) {
			x, y = without(x, f.Name), without(y, f.Name)
		}
	}
	return wire.EqualMaps(x, y)
}

func without(attributes map[string]types.AttributeValue, name string) map[string]types.AttributeValue {
	rest := maps.Clone(attributes)
	delete(rest, name)
	return rest
}

// keyOf picks the primary key out of an item.
func (t *core) keyOf(i item) ([]member, error) {
	of := t.schema.primary.keys()
	values, err := i.appendValues(nil, of)
	if err != nil {
		return nil, err
	}
	return members(of, values), nil
}

func members(of []*fields.Field, values []fields.Value) []member {
	all := make([]member, len(of))
	for i, f := range of {
		all[i] = member{f.Name, values[i]}
	}
	return all
}

// fieldNode is the condition that an attribute is there, or is not.
func fieldNode(op operator, f *fields.Field) *node { return &node{op: op, path: f.Path()} }

// both is the condition that two nodes hold, either of which may be nil.
func both(a, b *node) *node {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	n := newJoint(opAnd)
	n.add(a)
	n.add(b)
	return &n.node
}
