package attribute

import (
	"encoding/binary"

	"example.com/ddb/internal/engine/decimal"
)

// Size gives the value's size in bytes by DynamoDB's rules, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html:
// strings and binaries their length, numbers as [decimal.Number.Size], BOOL and
// NULL 1, lists and maps 3 plus 1 for each element plus their content.
func (v Value) Size() int {
	switch kind := v.Kind(); kind {
	case None:
		return 0
	case String, Number, Binary:
		return payloadSize(kind, v.Payload())
	case Bool, Null:
		return 1
	case List, Map:
		return 3 + v.Len() + v.content()
	default:
		return v.content()
	}
}

// Size gives the item's size in bytes: the sum of its names' and values' sizes.
// The cost does not depend on the item.
func (it Item) Size() int {
	return Value(it).content()
}

// MaxDepth is how deep attribute values may nest: an attribute's own value is
// the first level, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const MaxDepth = 32

// Depth gives the number of levels of the value: 1 for a scalar, a set or an
// empty list or map. An item as a value has one level more than its deepest
// attribute.
func (v Value) Depth() int {
	deepest := 0
	switch v.Kind() {
	case List:
		elements := v.Elements()
		for e, ok := elements.Next(); ok; e, ok = elements.Next() {
			deepest = max(deepest, e.Depth())
		}
	case Map:
		entries := v.Entries()
		for _, e, ok := entries.Next(); ok; _, e, ok = entries.Next() {
			deepest = max(deepest, e.Depth())
		}
	}
	return deepest + 1
}

// content gives the size word of a container's header.
func (v Value) content() int {
	return int(binary.BigEndian.Uint32(v[9:]))
}

func payloadSize(kind Kind, payload []byte) int {
	if kind != Number {
		return len(payload)
	}
	n := mustNumber(payload)
	return n.Size()
}

// Number gives the decimal of an N.
func (v Value) Number() decimal.Number {
	return mustNumber(v.Payload())
}

// mustNumber reads canonical text, which was checked when it was written.
func mustNumber(text []byte) decimal.Number {
	n, err := decimal.Parse(text)
	if err != nil {
		panic("attribute: internal error: stored number is malformed: " + err.Error())
	}
	return n
}
