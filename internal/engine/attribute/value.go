// Package attribute holds attribute values and items in the engine's one
// encoded form, and what can be asked of them: kinds, elements, sizes, order,
// key bytes, projections, changes.
//
// A [Value] is a self-describing byte string. It is what the wire decoder
// writes, what the store keeps, what indexes share, what expressions read and
// what responses are written from, so an item is parsed once in its life. The
// form is canonical: numbers are canonical text, a set's elements and a map's
// entries are sorted, so equal values are equal bytes.
//
// The bytes, with u for an unsigned varint and w for four bytes, big-endian:
//
//	S N B    kind u(length) payload
//	BOOL     kind 0|1
//	NULL     kind
//	SS NS BS kind w(bytes after this header) w(elements) w(size) {u(length) payload}
//	L        the same header, {value}
//	M        the same header, {u(length) name value}
//
// An [Item] has the form of an M. This is also the form in durable files: it
// may be extended, never changed.
package attribute

import (
	"encoding/binary"
	"fmt"
)

// A Kind is an attribute type.
type Kind byte

// The attribute types. Values are part of the stored form.
const (
	None   Kind = 0
	String Kind = 1
	Number Kind = 2
	Binary Kind = 3
	Bool   Kind = 4
	Null   Kind = 5
	Strs   Kind = 6
	Nums   Kind = 7
	Bins   Kind = 8
	List   Kind = 9
	Map    Kind = 10
)

var kindNames = [...]string{"", "S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"}

// String gives the type's name on the wire, "" for None.
func (k Kind) String() string { return kindNames[k] }

// KindOf gives the kind with a name on the wire, None for any other text.
func KindOf[T ~string | ~[]byte](name T) Kind {
	switch string(name) {
	case "S":
		return String
	case "N":
		return Number
	case "B":
		return Binary
	case "BOOL":
		return Bool
	case "NULL":
		return Null
	case "SS":
		return Strs
	case "NS":
		return Nums
	case "BS":
		return Bins
	case "L":
		return List
	case "M":
		return Map
	}
	return None
}

// IsSet tells whether k is one of the three set types.
func (k Kind) IsSet() bool { return k == Strs || k == Nums || k == Bins }

// IsScalarKey tells whether k may be the type of a key attribute, and so has
// an order: S, N or B.
func (k Kind) IsScalarKey() bool { return k == String || k == Number || k == Binary }

// Element gives the kind of a set's elements.
func (k Kind) Element() Kind {
	switch k {
	case Strs:
		return String
	case Nums:
		return Number
	case Bins:
		return Binary
	}
	return None
}

// A Value is one attribute value. The nil Value stands for an absent one.
// Values are never changed once made and may be shared.
type Value []byte

// headerSize is the length of the header of sets, lists and maps: the kind and
// three words.
const headerSize = 13

// Kind gives the value's type, None for the absent value.
func (v Value) Kind() Kind {
	if len(v) == 0 {
		return None
	}
	return Kind(v[0])
}

// Payload gives the bytes of an S (UTF-8), an N (canonical text) or a B. The
// caller must not change them.
func (v Value) Payload() []byte {
	n, width := binary.Uvarint(v[1:])
	return v[1+width : 1+width+int(n)]
}

// Text gives the payload of an S, N or B as a string.
func (v Value) Text() string { return string(v.Payload()) }

// True tells whether a BOOL is true.
func (v Value) True() bool { return v[1] == 1 }

// Len gives the number of elements of a set, a list or a map.
func (v Value) Len() int {
	return int(binary.BigEndian.Uint32(v[5:]))
}

// Elements gives a cursor over the elements of a set or a list.
func (v Value) Elements() Elements {
	return Elements{kind: v.Kind().Element(), rest: v[headerSize:]}
}

// Entries gives a cursor over the entries of a map, in the order of their
// names' bytes.
func (v Value) Entries() Entries {
	return Entries{rest: v[headerSize:]}
}

// Elements walks a set or a list.
type Elements struct {
	kind Kind
	rest []byte
}

// Next gives the next element of a list, and false after the last. For sets
// use NextPayload.
func (e *Elements) Next() (Value, bool) {
	if len(e.rest) == 0 {
		return nil, false
	}
	n := encodedLen(e.rest)
	v := Value(e.rest[:n:n])
	e.rest = e.rest[n:]
	return v, true
}

// NextPayload gives the payload of the next element of a set.
func (e *Elements) NextPayload() ([]byte, bool) {
	if len(e.rest) == 0 {
		return nil, false
	}
	n, width := binary.Uvarint(e.rest)
	end := width + int(n)
	payload := e.rest[width:end:end]
	e.rest = e.rest[end:]
	return payload, true
}

// Entries walks a map or an item.
type Entries struct {
	rest []byte
}

// Next gives the next entry, and false after the last.
func (e *Entries) Next() (name []byte, v Value, ok bool) {
	if len(e.rest) == 0 {
		return nil, nil, false
	}
	n, width := binary.Uvarint(e.rest)
	end := width + int(n)
	name = e.rest[width:end:end]
	size := encodedLen(e.rest[end:])
	v = Value(e.rest[end : end+size : end+size])
	e.rest = e.rest[end+size:]
	return name, v, true
}

// encodedLen gives the number of bytes of the value at the start of b.
func encodedLen(b []byte) int {
	switch Kind(b[0]) {
	case String, Number, Binary:
		n, width := binary.Uvarint(b[1:])
		return 1 + width + int(n)
	case Bool:
		return 2
	case Null:
		return 1
	default:
		return headerSize + int(binary.BigEndian.Uint32(b[1:]))
	}
}

// GoString shows a value for test failures.
func (v Value) GoString() string {
	if v == nil {
		return "absent"
	}
	return fmt.Sprintf("%s%v", v.Kind(), []byte(v))
}
