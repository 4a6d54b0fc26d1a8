package expression

import (
	"errors"
	"slices"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/decimal"
)

// An Update is an update expression, parsed and with its placeholders
// resolved. It is immutable.
type Update struct {
	actions []action
	// reads are the paths on the right-hand sides.
	reads []attribute.Path
}

// A verb is the kind of an action.
type verb byte

const (
	setVerb verb = iota
	removeVerb
	addVerb
	deleteVerb
)

// An action is one change of an update.
type action struct {
	verb  verb
	path  attribute.Path
	value operand
	// legacy is set for AttributeUpdates, which may also add to a list and has
	// a text of its own for a value that does not fit.
	legacy bool
}

// An arithmetic is the + or − of a SET action.
type arithmetic struct {
	operator    string
	left, right operand
}

// of is not used: an arithmetic is evaluated by eval, which can fail.
func (a *arithmetic) of(attribute.Item) attribute.Value { return nil }

// Paths gives the paths that the update changes, in the order of the text.
func (u *Update) Paths() []attribute.Path {
	paths := make([]attribute.Path, len(u.actions))
	for i := range u.actions {
		paths[i] = u.actions[i].path
	}
	return paths
}

// Mentions gives every path in the update, changed or read.
func (u *Update) Mentions() []attribute.Path {
	return append(u.Paths(), u.reads...)
}

// Creates tells whether the update makes an item where there is none. One
// that only takes away does not, see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValueUpdate.html
func (u *Update) Creates() bool {
	for i := range u.actions {
		if v := u.actions[i].verb; v == setVerb || v == addVerb {
			return true
		}
	}
	return len(u.actions) == 0
}

// Assigned gives the kind of value that the update is known to put into a
// top-level attribute before any item is read: that of a SET of a value, of an
// ADD or DELETE operand. It is None when nothing is known.
func (u *Update) Assigned(name string) attribute.Value {
	for i := range u.actions {
		a := &u.actions[i]
		if len(a.path) != 1 || a.path[0].Name != name {
			continue
		}
		if v, ok := a.value.(*valueOperand); ok {
			return v.value
		}
	}
	return nil
}

// Overhead gives the bytes that the service counts for the update itself: for each
// action, and one where its path goes through a list. The figures are measured,
// see conformance tier3/limits/itemSizeBySurface.
func (u *Update) Overhead() int {
	const base, puts, takes, index = 3, 19, 2, 1
	total := base
	for i := range u.actions {
		a := &u.actions[i]
		if a.verb == setVerb || a.verb == addVerb {
			total += puts
		} else {
			total += takes
		}
		if slices.ContainsFunc(a.path, attribute.Step.IsIndex) {
			total += index
		}
	}
	return total
}

// Apply gives the item that the update makes of an item. Base is what the
// update starts from, the key alone for an item that does not exist yet, and
// right-hand sides see it as it was. The refusal tells that the item does not
// fit the update.
func (u *Update) Apply(base attribute.Item) (attribute.Item, *apierror.Error) {
	document := attribute.NewDocument(base)
	values := make([]attribute.Value, len(u.actions))
	for i := range u.actions {
		if u.actions[i].verb == setVerb {
			v, err := eval(u.actions[i].value, base)
			if err != nil {
				return nil, err
			}
			values[i] = v
		}
	}
	for i := range u.actions {
		if err := u.actions[i].apply(document, values[i]); err != nil {
			return nil, err
		}
	}
	return document.Item(), nil
}

func (a *action) apply(d *attribute.Document, v attribute.Value) *apierror.Error {
	remove := a.verb == removeVerb
	if a.verb == addVerb || a.verb == deleteVerb {
		var err *apierror.Error
		if v, err = a.combine(d.Was(a.path)); err != nil {
			return err
		}
		remove = v == nil
	}
	ok := false
	if remove {
		ok = d.Remove(a.path)
	} else {
		ok = d.Set(a.path, v)
	}
	if !ok {
		return apierror.InvalidPathForUpdate()
	}
	return nil
}

// combine gives what ADD or DELETE makes of the old value, nil for nothing.
func (a *action) combine(old attribute.Value) (attribute.Value, *apierror.Error) {
	operand := a.value.of(nil)
	if old != nil && old.Kind() != operand.Kind() {
		if a.legacy {
			return nil, apierror.ChangeMismatch()
		}
		return nil, apierror.WrongOperandForUpdate()
	}
	switch {
	case a.verb == deleteVerb:
		return attribute.Difference(old, operand), nil
	case old == nil:
		return operand, nil
	case operand.Kind() == attribute.Number:
		return add("+", old, operand)
	case operand.Kind() == attribute.List:
		return attribute.Concat(old, operand), nil
	default:
		return attribute.Union(old, operand), nil
	}
}

// eval gives the value of a SET's right-hand side.
func eval(o operand, it attribute.Item) (attribute.Value, *apierror.Error) {
	switch o := o.(type) {
	case *arithmetic:
		left, err := eval(o.left, it)
		if err != nil {
			return nil, err
		}
		right, err := eval(o.right, it)
		if err != nil {
			return nil, err
		}
		return add(o.operator, left, right)
	case *callOperand:
		if o.name == "if_not_exists" {
			if v := o.args[0].of(it); v != nil {
				return v, nil
			}
			return eval(o.args[1], it)
		}
		return listAppend(o, it)
	}
	v := o.of(it)
	if v == nil {
		return nil, apierror.MissingForUpdate()
	}
	return v, nil
}

func listAppend(o *callOperand, it attribute.Item) (attribute.Value, *apierror.Error) {
	head, err := eval(o.args[0], it)
	if err != nil {
		return nil, err
	}
	tail, err := eval(o.args[1], it)
	if err != nil {
		return nil, err
	}
	if head.Kind() != attribute.List || tail.Kind() != attribute.List {
		return nil, apierror.WrongOperandForUpdate()
	}
	return attribute.Concat(head, tail), nil
}

func add(operator string, a, b attribute.Value) (attribute.Value, *apierror.Error) {
	if a.Kind() != attribute.Number || b.Kind() != attribute.Number {
		return nil, apierror.WrongOperandForUpdate()
	}
	combine := decimal.Add
	if operator == "-" {
		combine = decimal.Sub
	}
	n, err := combine(a.Number(), b.Number())
	switch {
	case err == nil:
		return attribute.AppendNumber(nil, &n), nil
	case errors.Is(err, decimal.ErrUnderflow):
		return nil, apierror.NumberUnderflow()
	default:
		// The service reports a result of more than 38 digits as an overflow.
		return nil, apierror.NumberOverflow()
	}
}
