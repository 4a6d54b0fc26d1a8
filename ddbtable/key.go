package ddbtable

import (
	"encoding/binary"
)

// A Key is the primary key of an item, for calls that take many. It is made by
// [KeyOf], or comes with a [StreamRecord].
type Key[T any] struct {
	equalities []*node
	members    []member // of a key that was received, instead
}

// KeyOf is the primary key that the equalities give, as in [Table.Get]. The
// call that uses it reports what is wrong with it.
func KeyOf[T any](equalities ...Equality[T]) Key[T] {
	return Key[T]{equalities: nodesOf(equalities)}
}

// members are the key's attributes.
func (t *Table[T]) members(k Key[T]) ([]member, error) {
	if k.members != nil {
		return k.members, nil
	}
	return t.key(k.equalities)
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
