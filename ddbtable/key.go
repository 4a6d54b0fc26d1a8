package ddbtable

import (
	"encoding/binary"
)

// A Key is the primary key of an item, for calls that take many. It is made by
// [KeyOf].
type Key[T any] struct{ equalities []*node }

// KeyOf is the primary key that the equalities give, as in [Table.Get]. The
// call that uses it reports what is wrong with it.
func KeyOf[T any](equalities ...Equality[T]) Key[T] {
	return Key[T]{nodesOf(equalities)}
}

// identity is a text that two keys share exactly if DynamoDB takes them for the
// same: the numbers 1 and 1.0 are one key.
func identity(key []member) string {
	var b []byte
	for _, m := range key {
		text := m.value.Canonical()
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	return string(b)
}

// identityOf is the identity of an item or key that was received.
func (t *core) identityOf(i item) (string, error) {
	key, err := t.keyOf(i)
	return identity(key), err
}
