package ddbtable

import (
	"encoding/binary"

	"example.com/ddb/fields"
	"example.com/ddb/internal/wire"
)

// A Key is the primary key of an item, for calls that take many. It is made by
// [KeyOf], or comes with a [StreamRecord].
type Key[T any] struct {
	one     *node    // if there is only one equality,
	several []*node  // else all of them,
	members []member // or the members of a key that was received
}

// KeyOf is the primary key that the equalities give, as in [Table.Get]. The
// call that uses it reports what is wrong with it.
func KeyOf[T any](equalities ...Equality[T]) Key[T] {
	if len(equalities) == 1 {
		if n := equalities[0].term.made(); n != nil {
			return Key[T]{one: n} // needs no memory of its own
		}
	}
	return Key[T]{several: nodesOf(nil, equalities)}
}

// members are the key's attributes.
func (t *Table[T]) members(k Key[T]) ([]member, error) {
	switch {
	case k.members != nil:
		return k.members, nil
	case k.one != nil:
		return t.key([]*node{k.one})
	}
	return t.key(k.several)
}

// identity is a text that two keys share exactly if DynamoDB takes them for the
// same: the numbers 1 and 1.0 are one key.
func identity(key []member) string { return string(appendIdentity(nil, key)) }

func appendIdentity(dst []byte, key []member) []byte {
	for _, m := range key {
		dst = appendKeyPart(dst, m.value.Canonical())
	}
	return dst
}

// appendKeyPart appends a text so that no other follows by another cut.
func appendKeyPart[S string | []byte](dst []byte, text S) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

// appendIdentity appends the identity of an item or key that has these key
// attributes.
func (i item) appendIdentity(dst []byte, key []*fields.Field) ([]byte, error) {
	for _, f := range key {
		if text, ok := i.plainText(f.Name); ok {
			dst = appendKeyPart(dst, text)
			continue
		}
		v, err := i.value(f.Name)
		switch {
		case err != nil:
			return dst, err
		case v.Kind() == "":
			return dst, planErrorf("the item lacks the key attribute %q", f.Name)
		}
		dst = appendKeyPart(dst, v.Canonical())
	}
	return dst, nil
}

// plainText is the text of a string that stands without escapes in JSON, as
// that of nearly every key does.
func (i item) plainText(name string) ([]byte, bool) {
	var scan wire.Scanner
	scan.Reset(i.json)
	if i.json == nil || scan.Begin('{') != nil {
		return nil, false
	}
	for first := true; ; first = false {
		if more, err := scan.More('}', first); err != nil || !more {
			return nil, false
		}
		found, err := scan.Name()
		if err != nil {
			return nil, false
		}
		if string(found) != name {
			if _, err := scan.Skip(); err != nil {
				return nil, false
			}
			continue
		}
		value, err := scan.Skip()
		if err != nil {
			return nil, false
		}
		return wire.PlainScalar(value, fields.S)
	}
}
