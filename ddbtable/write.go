package ddbtable

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"example.com/ddb/fields"
	"example.com/ddb/internal/wire"
)

// A refusal is what a conditional write makes of a failed condition.
type refusal struct {
	key map[string]types.AttributeValue

	// kind is what the failure means, given the stored item, nil if there is
	// none.
	kind func(old map[string]types.AttributeValue) error

	// holds reports whether the stored item already has what the call writes;
	// nil if the call is not idempotent.
	holds func(old map[string]types.AttributeValue) bool

	writeID string // this call's, "" without such an attribute
}

// refused turns the error of a conditional write into ours. If the write had
// been applied after all, it returns the stored item and no error.
func (t *Table[T]) refused(ctx context.Context, err error, a *attempts, r *refusal) (stored map[string]types.AttributeValue, _ error) {
	failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
	if !ok {
		return nil, err
	}
	old := failed.Item
	if t.settings.noOldItem {
		var readErr error
		old, readErr = t.getItem(ctx, r.key, true, projection[T]{}, nil)
		if readErr != nil {
			return nil, errors.Join(err, readErr)
		}
	}
	if t.wroteItself(old, r.writeID) || r.holds != nil && r.holds(old) {
		return old, nil
	}
	refused := &ConditionError[T]{
		Ambiguous: a.doubtful && (r.writeID == "" || old == nil),
		kind:      r.kind(old),
		cause:     err,
	}
	if old != nil {
		item, err := t.read(old, projection[T]{}, nil)
		refused.Old, refused.OldErr = &item, err
	}
	return old, refused
}

// ambiguous marks the error of a refused write as such.
func ambiguous[T any](err error) error {
	if refused, ok := errors.AsType[*ConditionError[T]](err); ok {
		refused.Ambiguous = true
	}
	return err
}

// wroteItself reports whether the stored item carries this call's write id.
func (t *Table[T]) wroteItself(item map[string]types.AttributeValue, id string) bool {
	if id == "" || item == nil {
		return false
	}
	s, ok := item[t.def.writeID.Name].(*types.AttributeValueMemberS)
	return ok && s.Value == id
}

// newWriteID returns a random value for the write-id attribute, "" if there is
// none.
func (t *Table[T]) newWriteID() string {
	if t.def.writeID == nil {
		return ""
	}
	return uuid.NewString()
}

// applied reads the item that a write returned. The write cannot be taken
// back, so a bad item is not a plain error.
func (t *Table[T]) applied(item map[string]types.AttributeValue) (T, error) {
	v, err := t.read(item, projection[T]{}, nil)
	if bad, ok := errors.AsType[*ItemError](err); ok {
		bad.Applied = true
	}
	return v, err
}

// sameItem reports whether two items are equal but for their write ids.
func (t *Table[T]) sameItem(a, b map[string]types.AttributeValue) bool {
	if t.def.writeID == nil {
		return wire.EqualMaps(a, b)
	}
	return wire.EqualMaps(without(a, t.def.writeID.Name), without(b, t.def.writeID.Name))
}

func without(item map[string]types.AttributeValue, name string) map[string]types.AttributeValue {
	rest := make(map[string]types.AttributeValue, len(item))
	for n, av := range item {
		if n != name {
			rest[n] = av
		}
	}
	return rest
}

// keyOf picks the primary key out of an item.
func (t *Table[T]) keyOf(item map[string]types.AttributeValue) map[string]types.AttributeValue {
	key := make(map[string]types.AttributeValue)
	for _, f := range t.def.primary.keys() {
		key[f.Name] = item[f.Name]
	}
	return key
}

// missing is the first key attribute that an item lacks, or nil.
func (t *Table[T]) missingKey(item map[string]types.AttributeValue) *fields.Field {
	for _, f := range t.def.primary.keys() {
		if item[f.Name] == nil {
			return f
		}
	}
	return nil
}

// given is the node of a condition that a caller gave.
func given[T any](cond Cond[T]) *node { return combine(opAnd, []Cond[T]{cond}).n }

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
	n := &node{op: opAnd, kids: []*node{a, b}, err: a.err}
	if n.err == nil {
		n.err = b.err
	}
	return n
}
