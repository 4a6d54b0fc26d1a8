package request

import (
	"strconv"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/wire"
)

// Numbers of keys and writes in one batch, see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
const (
	MaxBatchGets   = 100
	MaxBatchWrites = 25
)

// BatchGetItem is the input of BatchGetItem.
type BatchGetItem struct {
	// Tables are in the order of the body.
	Tables                 []KeysOfTable
	ReturnConsumedCapacity Text
}

// KeysOfTable are the keys that a batch reads from one table.
type KeysOfTable struct {
	TableName TableName
	Keys      []Item
	Expressions
	AttributesToGet Texts
	ConsistentRead  Flag
}

// Read reads and checks the input.
func (b *BatchGetItem) Read(r *wire.Reader) *apierror.Error {
	set := false
	r.Body(func(name []byte) {
		switch string(name) {
		case "RequestItems":
			b.Tables = nil
			set = r.Map(wire.ClassKeys, func(table []byte) {
				k := KeysOfTable{TableName: TableName{Text: Text{string(table), true}}}
				if r.Structure(wire.Element, "KeysAndAttributes", func(name []byte) { k.readMember(r, name) }) {
					b.Tables = append(b.Tables, k)
				}
			})
			b.Tables = lastOfEach(b.Tables, func(k *KeysOfTable) string { return k.TableName.Value })
		case "ReturnConsumedCapacity":
			b.ReturnConsumedCapacity.read(r)
		default:
			r.Skip()
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	var c constraints
	c.enum(b.ReturnConsumedCapacity, "returnConsumedCapacity", consumedCapacity)
	c.requestItems(set, len(b.Tables))
	for i := range b.Tables {
		k := &b.Tables[i]
		path := "requestItems." + k.TableName.Value + ".member"
		c.tableName(&k.TableName, path)
		c.attributesToGet(&k.AttributesToGet)
		c.length(len(k.Keys), "[]", path+".keys", 1, MaxBatchGets)
	}
	return c.Err()
}

func (c *constraints) requestItems(set bool, tables int) {
	c.notNull(set, "requestItems")
	if set {
		c.length(tables, "{}", "requestItems", 1, tables)
	}
}

func (k *KeysOfTable) readMember(r *wire.Reader, name []byte) {
	switch string(name) {
	case "Keys":
		r.List(func() {
			var key Item
			key.read(r)
			k.Keys = append(k.Keys, key)
		})
	case "AttributesToGet":
		k.AttributesToGet.read(r)
	case "ConsistentRead":
		k.ConsistentRead.read(r)
	default:
		if !k.Expressions.readMember(r, name, hasProjection) {
			r.Skip()
		}
	}
}

// BatchWriteItem is the input of BatchWriteItem.
type BatchWriteItem struct {
	// Tables are in the order of the body.
	Tables                      []WritesOfTable
	ReturnConsumedCapacity      Text
	ReturnItemCollectionMetrics Text
}

// WritesOfTable are the writes of a batch to one table.
type WritesOfTable struct {
	TableName TableName
	Writes    []BatchWrite
}

// A BatchWrite puts an item or deletes a key: one of the two is to be set.
type BatchWrite struct {
	Item, Key     Item
	Puts, Deletes bool
}

// Read reads and checks the input.
func (b *BatchWriteItem) Read(r *wire.Reader) *apierror.Error {
	set := false
	r.Body(func(name []byte) {
		switch string(name) {
		case "RequestItems":
			b.Tables = nil
			set = r.Map(wire.ClassWrites, func(table []byte) {
				w := WritesOfTable{TableName: TableName{Text: Text{string(table), true}}}
				if r.List(func() { w.Writes = append(w.Writes, readBatchWrite(r)) }) {
					b.Tables = append(b.Tables, w)
				}
			})
			b.Tables = lastOfEach(b.Tables, func(w *WritesOfTable) string { return w.TableName.Value })
		case "ReturnConsumedCapacity":
			b.ReturnConsumedCapacity.read(r)
		case "ReturnItemCollectionMetrics":
			b.ReturnItemCollectionMetrics.read(r)
		default:
			r.Skip()
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	var c constraints
	c.enum(b.ReturnConsumedCapacity, "returnConsumedCapacity", consumedCapacity)
	c.enum(b.ReturnItemCollectionMetrics, "returnItemCollectionMetrics", collectionSizes)
	c.requestItems(set, len(b.Tables))
	for i := range b.Tables {
		w := &b.Tables[i]
		path := "requestItems." + w.TableName.Value + ".member"
		c.tableName(&w.TableName, path)
		if n := len(w.Writes); n < 1 || n > MaxBatchWrites {
			c.Add("'{}'", "requestItems", apierror.ConstraintWrites(1, MaxBatchWrites))
		}
		for j, write := range w.Writes {
			one := path + "." + strconv.Itoa(j+1) + ".member"
			c.notNull(!write.Deletes || write.Key.Set, one+".deleteRequest.key")
			c.notNull(!write.Puts || write.Item.Set, one+".putRequest.item")
		}
	}
	return c.Err()
}

func readBatchWrite(r *wire.Reader) BatchWrite {
	var w BatchWrite
	r.Structure(wire.Element, "WriteRequest", func(name []byte) {
		switch string(name) {
		case "PutRequest":
			w.Puts = readOnly(r, "PutRequest", "Item", &w.Item)
		case "DeleteRequest":
			w.Deletes = readOnly(r, "DeleteRequest", "Key", &w.Key)
		default:
			r.Skip()
		}
	})
	return w
}

// readOnly reads a structure with one member.
func readOnly(r *wire.Reader, class, member string, it *Item) bool {
	return r.Structure(wire.Field, class, func(name []byte) {
		if string(name) == member {
			it.read(r)
			return
		}
		r.Skip()
	})
}
