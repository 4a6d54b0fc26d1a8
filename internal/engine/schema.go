package engine

import (
	"bytes"
	"encoding/binary"
	"slices"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
)

// Limits of key values in bytes, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const (
	maxPartitionKeyBytes = 2048
	maxSortKeyBytes      = 1024
)

// A keyAttribute is one attribute of a key.
type keyAttribute struct {
	name string
	kind attribute.Kind
}

// A schema is the key of a table or an index: partition attributes, then sort
// attributes.
type schema struct {
	partition []keyAttribute
	sort      []keyAttribute
	// all are both.
	all []keyAttribute
}

func newSchema(partition, sort []keyAttribute) schema {
	return schema{partition, sort, slices.Concat(partition, sort)}
}

func (s *schema) attributes() []keyAttribute { return s.all }

// has tells whether an attribute is part of the key.
func (s *schema) has(name string) bool {
	is := func(k keyAttribute) bool { return k.name == name }
	return slices.ContainsFunc(s.partition, is) || slices.ContainsFunc(s.sort, is)
}

// contains tells whether an item has every attribute of the key, each of the
// right type and size, and so has a place in the index. Items from before the
// index may have others.
func (s *schema) contains(it attribute.Item) bool {
	for _, k := range s.partition {
		if !k.fits(it.Get(k.name), true) {
			return false
		}
	}
	for _, k := range s.sort {
		if !k.fits(it.Get(k.name), false) {
			return false
		}
	}
	return true
}

// hasTypes tells whether an item has every attribute of the key, of its type.
func (s *schema) hasTypes(it attribute.Item) bool {
	for _, k := range s.attributes() {
		if it.Get(k.name).Kind() != k.kind {
			return false
		}
	}
	return true
}

func (k *keyAttribute) fits(v attribute.Value, partition bool) bool {
	return v.Kind() == k.kind && !isEmpty(v) && checkKeySize(v, partition) == nil
}

// hashSize is the length of the hash that partitions are ordered by.
const hashSize = 8

// appendPartition appends the place of an item's partition: its hash, and the
// values themselves.
func (s *schema) appendPartition(dst []byte, value func(name string) attribute.Value) []byte {
	start := len(dst)
	dst = append(dst, make([]byte, hashSize)...)
	for _, k := range s.partition {
		dst = attribute.AppendPartition(dst, value(k.name))
	}
	binary.BigEndian.PutUint64(dst[start:], attribute.Hash(dst[start+hashSize:]))
	return dst
}

// placeSize is the length of most keys in the store. They are made on the stack
// and copied, so that what is kept is no longer than needed.
const placeSize = 256

// place gives the place of an item, which must have every attribute of the
// key.
func (s *schema) place(it attribute.Item) []byte {
	var scratch [placeSize]byte
	return bytes.Clone(s.appendKey(scratch[:0], it))
}

// appendKey appends the place of an item, which must have every attribute of
// the key.
func (s *schema) appendKey(dst []byte, it attribute.Item) []byte {
	dst = s.appendPartition(dst, it.Get)
	for _, k := range s.sort {
		dst = attribute.AppendSortKey(dst, it.Get(k.name))
	}
	return dst
}

// checkItem refuses an item that lacks a key attribute or has one of the
// wrong type or size.
func (s *schema) checkItem(it attribute.Item) *apierror.Error {
	for i, k := range s.attributes() {
		v := it.Get(k.name)
		switch {
		case v == nil:
			return apierror.KeyMissing(k.name)
		case v.Kind() != k.kind:
			return apierror.KeyType(k.name, k.kind.String(), v.Kind().String())
		case isEmpty(v):
			return apierror.KeyEmpty(k.name, k.kind.String())
		}
		if err := checkKeySize(v, i < len(s.partition)); err != nil {
			return err
		}
	}
	return nil
}

// checkKey refuses a key that has other attributes than the schema, or one of
// the wrong type or size.
func (s *schema) checkKey(it attribute.Item) *apierror.Error {
	if it.Len() != len(s.all) {
		return apierror.KeyMismatch()
	}
	for i, k := range s.attributes() {
		v := it.Get(k.name)
		switch {
		case v.Kind() != k.kind:
			return apierror.KeyMismatch()
		case isEmpty(v):
			return apierror.KeyEmpty(k.name, k.kind.String())
		}
		if err := checkKeySize(v, i < len(s.partition)); err != nil {
			return err
		}
	}
	return nil
}

func isEmpty(v attribute.Value) bool {
	return v.Kind() != attribute.Number && len(v.Payload()) == 0
}

func checkKeySize(v attribute.Value, partition bool) *apierror.Error {
	if v.Kind() == attribute.Number {
		return nil
	}
	size := len(v.Payload())
	if partition && size > maxPartitionKeyBytes {
		return apierror.PartitionKeyTooLong()
	}
	if !partition && size > maxSortKeyBytes {
		return apierror.SortKeyTooLong()
	}
	return nil
}
