package request

import (
	"example.com/ddb/internal/engine/wire"
)

// Expressions are the members that hold expressions and what their
// placeholders stand for.
type Expressions struct {
	Condition    Text
	Update       Text
	KeyCondition Text
	Filter       Text
	Projection   Text
	// Names and Values are in the order of the body.
	Names     []Name
	Values    []Value
	NamesSet  bool
	ValuesSet bool
}

// A Name is an entry of ExpressionAttributeNames.
type Name struct{ Placeholder, Name string }

// A Value is an entry of ExpressionAttributeValues.
type Value struct {
	Placeholder string
	wire.Value
}

// An expressionMembers set tells which of them an operation has. All have
// ExpressionAttributeNames.
type expressionMembers byte

const (
	hasCondition expressionMembers = 1 << iota
	hasUpdate
	hasKeyCondition
	hasFilter
	hasProjection
	hasValues
)

// readMember reads a member that holds an expression or placeholders, and
// gives false for any other and for those that the operation does not have:
// the service passes over members that its model does not know.
func (e *Expressions) readMember(r *wire.Reader, name []byte, has expressionMembers) bool {
	switch {
	case string(name) == "ExpressionAttributeNames":
		e.readNames(r)
	case string(name) == "ExpressionAttributeValues" && has&hasValues != 0:
		e.readValues(r)
	case string(name) == "ConditionExpression" && has&hasCondition != 0:
		e.Condition.read(r)
	case string(name) == "UpdateExpression" && has&hasUpdate != 0:
		e.Update.read(r)
	case string(name) == "KeyConditionExpression" && has&hasKeyCondition != 0:
		e.KeyCondition.read(r)
	case string(name) == "FilterExpression" && has&hasFilter != 0:
		e.Filter.read(r)
	case string(name) == "ProjectionExpression" && has&hasProjection != 0:
		e.Projection.read(r)
	default:
		return false
	}
	return true
}

func (e *Expressions) readNames(r *wire.Reader) {
	e.Names = nil
	e.NamesSet = r.Map(wire.ClassString, func(key []byte) {
		placeholder := string(key)
		if name, ok := r.Text(); ok {
			e.Names = append(e.Names, Name{placeholder, name})
		}
	})
}

func (e *Expressions) readValues(r *wire.Reader) {
	e.Values = nil
	e.ValuesSet = r.Map(wire.ClassValue, func(key []byte) {
		placeholder := string(key)
		if v, ok := r.Value(); ok {
			e.Values = append(e.Values, Value{placeholder, v})
		}
	})
}
