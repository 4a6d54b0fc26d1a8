package attribute

import "bytes"

// An Item is a set of named attributes, in the form of an M. The nil Item
// stands for an item that does not exist.
type Item []byte

// Get gives the attribute with a name, nil when the item lacks it.
func (it Item) Get(name string) Value {
	if it == nil {
		return nil
	}
	return Value(it).Entry(name)
}

// Entry gives a map's value under a name, nil when there is none.
func (v Value) Entry(name string) Value {
	entries := v.Entries()
	for {
		n, value, ok := entries.Next()
		if !ok {
			return nil
		}
		if string(n) == name {
			return value
		}
		if string(n) > name {
			return nil
		}
	}
}

// Index gives a list's element, nil beyond its end.
func (v Value) Index(i int) Value {
	if i >= v.Len() {
		return nil
	}
	elements := v.Elements()
	for {
		element, ok := elements.Next()
		if !ok || i == 0 {
			return element
		}
		i--
	}
}

// Entries gives a cursor over the attributes, in the order of their names.
func (it Item) Entries() Entries { return Value(it).Entries() }

// Len gives the number of attributes.
func (it Item) Len() int { return Value(it).Len() }

// Equal tells whether two values are of one type and equal: numbers by value,
// sets and maps whatever their order. Absent values equal nothing.
func Equal(a, b Value) bool {
	return len(a) > 0 && bytes.Equal(a, b)
}

// Has tells whether a set holds an element with a payload.
func (v Value) Has(payload []byte) bool {
	elements := v.Elements()
	for {
		element, ok := elements.NextPayload()
		if !ok {
			return false
		}
		if bytes.Equal(element, payload) {
			return true
		}
	}
}
