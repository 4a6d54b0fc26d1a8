package wire

import "unicode/utf8"

// A Kind is an attribute type, spelled as the API's data type descriptor.
type Kind string

// The attribute types of DynamoDB.
const (
	S    Kind = "S"
	N    Kind = "N"
	B    Kind = "B"
	BOOL Kind = "BOOL"
	NULL Kind = "NULL"
	M    Kind = "M"
	L    Kind = "L"
	SS   Kind = "SS"
	NS   Kind = "NS"
	BS   Kind = "BS"
)

// Scalar reports whether k holds one value that has a text: a string, a
// number, binary data or a Boolean.
func (k Kind) Scalar() bool {
	return k == S || k == N || k == B || k == BOOL
}

// Element is the scalar type of a set type's elements, and "" for any other
// type.
func (k Kind) Element() Kind {
	switch k {
	case SS:
		return S
	case NS:
		return N
	case BS:
		return B
	}
	return ""
}

// kindNamed turns a data type descriptor into a Kind without allocating; ""
// says that the descriptor is not known.
func kindNamed(name []byte) Kind {
	switch string(name) {
	case "S":
		return S
	case "N":
		return N
	case "B":
		return B
	case "BOOL":
		return BOOL
	case "NULL":
		return NULL
	case "M":
		return M
	case "L":
		return L
	case "SS":
		return SS
	case "NS":
		return NS
	case "BS":
		return BS
	}
	return ""
}

// ValidName reports whether an attribute name can be sent: DynamoDB's names
// are UTF-8 of 1 to 65,535 bytes.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
func ValidName(name string) bool {
	return name != "" && len(name) <= 65535 && utf8.ValidString(name)
}
