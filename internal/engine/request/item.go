package request

import (
	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/wire"
)

// Write holds the members that the three writes of one item share.
type Write struct {
	TableName TableName
	Expressions
	Expected                            Comparisons
	ConditionalOperator                 Text
	ReturnValues                        Text
	ReturnValuesOnConditionCheckFailure Text
	ReturnConsumedCapacity              Text
	ReturnItemCollectionMetrics         Text
}

func (w *Write) readMember(r *wire.Reader, name []byte, has expressionMembers) {
	switch string(name) {
	case "TableName":
		w.TableName.read(r)
	case "ReturnValues":
		w.ReturnValues.read(r)
	case "ReturnValuesOnConditionCheckFailure":
		w.ReturnValuesOnConditionCheckFailure.read(r)
	case "ReturnConsumedCapacity":
		w.ReturnConsumedCapacity.read(r)
	case "ReturnItemCollectionMetrics":
		w.ReturnItemCollectionMetrics.read(r)
	default:
		if !w.Expressions.readMember(r, name, has) {
			r.Skip()
		}
	}
}

// readLegacyMember reads a member that transactions do not have, and gives false
// for any other.
func (w *Write) readLegacyMember(r *wire.Reader, name []byte) bool {
	switch string(name) {
	case "Expected":
		w.Expected.readExpected(r)
	case "ConditionalOperator":
		w.ConditionalOperator.read(r)
	default:
		return false
	}
	return true
}

// WantsOld tells whether the old item is part of a failed condition's answer.
func (w *Write) WantsOld() bool {
	return w.ReturnValuesOnConditionCheckFailure.Value == "ALL_OLD"
}

// check checks the shared members and the item of a put between them. A key is
// checked after them.
func (w *Write) check(it *Item) constraints {
	var c constraints
	c.enum(w.ReturnConsumedCapacity, "returnConsumedCapacity", consumedCapacity)
	c.tableName(&w.TableName, "tableName")
	c.notNull(it == nil || it.Set, "item")
	c.enum(w.ReturnValues, "returnValues", returnValues)
	c.enum(w.ReturnItemCollectionMetrics, "returnItemCollectionMetrics", collectionSizes)
	c.enum(w.ReturnValuesOnConditionCheckFailure, "returnValuesOnConditionCheckFailure", onFailureValues)
	c.enum(w.ConditionalOperator, "conditionalOperator", conditionalOperators)
	c.comparisons(&w.Expected, "expected", false)
	return c
}

// PutItem is the input of PutItem.
type PutItem struct {
	Write
	Item Item
}

// Read reads and checks the input.
func (p *PutItem) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) {
		if !p.readLegacyMember(r, name) {
			p.readMember(r, name)
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	c := p.check(&p.Item)
	return c.Err()
}

func (p *PutItem) readMember(r *wire.Reader, name []byte) {
	if string(name) == "Item" {
		p.Item.read(r)
		return
	}
	p.Write.readMember(r, name, hasCondition|hasValues)
}

// DeleteItem is the input of DeleteItem.
type DeleteItem struct {
	Write
	Key Item
}

// Read reads and checks the input.
func (d *DeleteItem) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) {
		if !d.readLegacyMember(r, name) {
			d.readMember(r, name)
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	c := d.check(nil)
	c.notNull(d.Key.Set, "key")
	return c.Err()
}

func (d *DeleteItem) readMember(r *wire.Reader, name []byte) {
	if string(name) == "Key" {
		d.Key.read(r)
		return
	}
	d.Write.readMember(r, name, hasCondition|hasValues)
}

// UpdateItem is the input of UpdateItem.
type UpdateItem struct {
	Write
	Key              Item
	AttributeUpdates Changes
}

// Read reads and checks the input.
func (u *UpdateItem) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) {
		switch {
		case string(name) == "AttributeUpdates":
			u.AttributeUpdates.read(r)
		case !u.readLegacyMember(r, name):
			u.readMember(r, name)
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	c := u.check(nil)
	c.notNull(u.Key.Set, "key")
	c.changes(&u.AttributeUpdates)
	return c.Err()
}

func (u *UpdateItem) readMember(r *wire.Reader, name []byte) {
	if string(name) == "Key" {
		u.Key.read(r)
		return
	}
	u.Write.readMember(r, name, hasCondition|hasUpdate|hasValues)
}

// GetItem is the input of GetItem.
type GetItem struct {
	TableName TableName
	Key       Item
	Expressions
	AttributesToGet        Texts
	ConsistentRead         Flag
	ReturnConsumedCapacity Text
}

// Read reads and checks the input.
func (g *GetItem) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) {
		switch string(name) {
		case "TableName":
			g.TableName.read(r)
		case "Key":
			g.Key.read(r)
		case "AttributesToGet":
			g.AttributesToGet.read(r)
		case "ConsistentRead":
			g.ConsistentRead.read(r)
		case "ReturnConsumedCapacity":
			g.ReturnConsumedCapacity.read(r)
		default:
			if !g.Expressions.readMember(r, name, hasProjection) {
				r.Skip()
			}
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	var c constraints
	c.enum(g.ReturnConsumedCapacity, "returnConsumedCapacity", consumedCapacity)
	c.attributesToGet(&g.AttributesToGet)
	c.tableName(&g.TableName, "tableName")
	c.notNull(g.Key.Set, "key")
	return c.Err()
}

func (c *constraints) attributesToGet(t *Texts) {
	if t.Set {
		c.length(len(t.Values), showList(t.Values), "attributesToGet", 1, 255)
	}
}
