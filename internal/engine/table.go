package engine

import (
	"bytes"
	"encoding/binary"
	"sync/atomic"
	"time"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/store"
)

// A table is a table as it was when it was last changed. Its definition is
// immutable; a change makes a new table.
type table struct {
	definition definition
	key        schema
	indexes    []*index
	totals     *totals
	// stream takes the table's changes, nil when nobody wants them.
	stream *stream
}

// totals are the number and size of the items of a table or an index. They are
// kept once counted is set; a table from a file is counted when first asked.
type totals struct {
	counted atomic.Bool
	items   atomic.Int64
	bytes   atomic.Int64
}

// An index is a secondary index of a table.
type index struct {
	definition *indexDefinition
	global     bool
	key        schema
	// keep is what the index holds of an item, nil for everything.
	keep   *attribute.Projection
	totals *totals
}

// A definition is what is known of a table, in the form in which it is stored.
// Fields may be added, never renamed.
type definition struct {
	Name                string
	ID                  string
	Space               store.Space
	Created             time.Time
	Status              string
	Attributes          []definedAttribute
	Key                 []keyElement
	Indexes             []indexDefinition
	OnDemand            bool
	Throughput          throughput
	DeletionProtection  bool
	TableClass          string    `json:",omitempty"`
	Stream              string    `json:",omitempty"`
	StreamLabel         string    `json:",omitempty"`
	Tags                []tag     `json:",omitempty"`
	OnDemandSince       time.Time `json:",omitzero"`
	TimeToLiveAttribute string    `json:",omitempty"`
	TimeToLiveChanged   time.Time `json:",omitzero"`
	Recovery            *recovery `json:",omitempty"`
	OnDemandMost        *units    `json:",omitempty"`
	Warm                *units    `json:",omitempty"`
	// Encryption is the key that one's own encryption is said to use.
	Encryption string `json:",omitempty"`
}

type definedAttribute struct{ Name, Type string }

type keyElement struct{ Name, Type string }

// A throughput is what is provisioned for a table or an index, and when that
// was changed.
type throughput struct {
	Read, Write int64
	Increased   time.Time `json:",omitzero"`
	Decreased   time.Time `json:",omitzero"`
	// Decreases counts those on the day of the last one.
	Decreases int64 `json:",omitempty"`
}

type tag struct{ Key, Value string }

type indexDefinition struct {
	Name       string
	Global     bool
	Space      store.Space
	Status     string
	Key        []keyElement
	Projection string
	NonKey     []string `json:",omitempty"`
	Throughput throughput
	// OnDemandMost and Warm are only told, like the table's.
	OnDemandMost *units `json:",omitempty"`
	Warm         *units `json:",omitempty"`
}

// newTable prepares a definition for use.
func newTable(d definition) *table {
	t := &table{definition: d, totals: new(totals)}
	t.key = t.schema(d.Key)
	for i := range t.definition.Indexes {
		x := &t.definition.Indexes[i]
		t.indexes = append(t.indexes, &index{
			definition: x,
			global:     x.Global,
			key:        t.schema(x.Key),
			keep:       t.projection(x),
			totals:     new(totals),
		})
	}
	return t
}

// altered makes the table that another definition describes. It goes on
// counting where the table left off, and so do the indexes that stay.
func (t *table) altered(d definition) *table {
	next := newTable(d)
	next.totals, next.stream = t.totals, t.stream
	for _, x := range next.indexes {
		if old := t.index(x.definition.Name); old != nil && old.definition.Space == x.definition.Space {
			x.totals = old.totals
		}
	}
	return next
}

func (t *table) schema(elements []keyElement) schema {
	var partition, sort []keyAttribute
	for _, e := range elements {
		k := keyAttribute{e.Name, t.kind(e.Name)}
		if e.Type == "HASH" {
			partition = append(partition, k)
		} else {
			sort = append(sort, k)
		}
	}
	return newSchema(partition, sort)
}

func (t *table) kind(name string) attribute.Kind {
	for _, a := range t.definition.Attributes {
		if a.Name == name {
			return attribute.KindOf(a.Type)
		}
	}
	return attribute.None
}

func (t *table) projection(x *indexDefinition) *attribute.Projection {
	if x.Projection == "ALL" {
		return nil
	}
	names := append([]string(nil), x.NonKey...)
	for _, keys := range [][]keyElement{t.definition.Key, x.Key} {
		for _, k := range keys {
			names = append(names, k.Name)
		}
	}
	return attribute.NameProjection(names)
}

// index gives the index with a name, nil when there is none.
func (t *table) index(name string) *index {
	for _, x := range t.indexes {
		if x.definition.Name == name {
			return x
		}
	}
	return nil
}

// spaces gives the spaces of the table and its indexes.
func (t *table) spaces() []store.Space {
	spaces := []store.Space{t.definition.Space}
	for _, x := range t.indexes {
		spaces = append(spaces, x.definition.Space)
	}
	return spaces
}

// checkIndexKeys refuses an item that has an index key attribute of the wrong
// type or size. An absent one only keeps the item out of the index.
func (t *table) checkIndexKeys(it attribute.Item) *apierror.Error {
	for _, x := range t.indexes {
		for i, k := range x.key.attributes() {
			v := it.Get(k.name)
			switch {
			case v == nil:
				continue
			case v.Kind() != k.kind:
				return apierror.IndexKeyType(k.name, k.kind.String(), v.Kind().String(), x.definition.Name)
			case isEmpty(v):
				return apierror.IndexKeyEmpty(k.name, k.kind.String(), x.definition.Name)
			}
			if err := checkKeySize(v, i < len(x.key.partition)); err != nil {
				return err
			}
		}
	}
	return nil
}

// place gives the place of an item in the index: by the index's key, then, for
// items with equal keys, by a hash of the place in the table: fixed, and of no
// use to a caller, as with the service.
func (x *index) place(it attribute.Item, tableKey []byte) []byte {
	var scratch [placeSize]byte
	place := x.key.appendKey(scratch[:0], it)
	place = binary.BigEndian.AppendUint64(place, attribute.Hash(tableKey))
	return bytes.Clone(append(place, tableKey...))
}

// entry gives what the index holds of an item, nil for nothing: the item itself
// where that is everything, so that they share memory.
func (x *index) entry(it attribute.Item) attribute.Item {
	switch {
	case it == nil || !x.key.contains(it):
		return nil
	case x.keep == nil || x.keep.Covers(it):
		return it
	}
	return x.keep.Of(it)
}

// add counts the replacement of one item by another.
func (t *totals) add(old, new attribute.Item, sign int64) {
	if !t.counted.Load() {
		return
	}
	if old != nil {
		t.items.Add(-sign)
		t.bytes.Add(-sign * int64(old.Size()))
	}
	if new != nil {
		t.items.Add(sign)
		t.bytes.Add(sign * int64(new.Size()))
	}
}
