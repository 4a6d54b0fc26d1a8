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

// readMember reads a member that holds an expression or placeholders, and
// gives false for any other.
func (e *Expressions) readMember(r *wire.Reader, name []byte) bool {
	switch string(name) {
	case "ConditionExpression":
		e.Condition.read(r)
	case "UpdateExpression":
		e.Update.read(r)
	case "KeyConditionExpression":
		e.KeyCondition.read(r)
	case "FilterExpression":
		e.Filter.read(r)
	case "ProjectionExpression":
		e.Projection.read(r)
	case "ExpressionAttributeNames":
		e.readNames(r)
	case "ExpressionAttributeValues":
		e.readValues(r)
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
