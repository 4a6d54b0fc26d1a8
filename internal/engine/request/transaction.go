package request

import (
	"fmt"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/wire"
)

// maxActions is the number of actions in a transaction, see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
const maxActions = 100

// TransactWriteItems is the input of TransactWriteItems.
type TransactWriteItems struct {
	Actions                     []Action
	ClientRequestToken          Text
	ReturnConsumedCapacity      Text
	ReturnItemCollectionMetrics Text
}

// An Action is an element of a transaction that writes: one of its members is
// to be set.
type Action struct {
	Put    *PutItem
	Update *UpdateItem
	Delete *DeleteItem
	// Check is a ConditionCheck, which has the members of a delete.
	Check *DeleteItem
}

// Members counts those that are set.
func (a *Action) Members() int {
	n := 0
	for _, set := range []bool{a.Put != nil, a.Update != nil, a.Delete != nil, a.Check != nil} {
		if set {
			n++
		}
	}
	return n
}

// Write gives what all actions have, and the item or key.
func (a *Action) Write() (*Write, *Item) {
	switch {
	case a.Put != nil:
		return &a.Put.Write, &a.Put.Item
	case a.Update != nil:
		return &a.Update.Write, &a.Update.Key
	case a.Delete != nil:
		return &a.Delete.Write, &a.Delete.Key
	}
	return &a.Check.Write, &a.Check.Key
}

// Read reads and checks the input.
func (t *TransactWriteItems) Read(r *wire.Reader) *apierror.Error {
	set := false
	r.Body(func(name []byte) {
		switch string(name) {
		case "TransactItems":
			set = r.List(func() { t.Actions = append(t.Actions, readAction(r)) })
		case "ClientRequestToken":
			t.ClientRequestToken.read(r)
		case "ReturnConsumedCapacity":
			t.ReturnConsumedCapacity.read(r)
		case "ReturnItemCollectionMetrics":
			t.ReturnItemCollectionMetrics.read(r)
		default:
			r.Skip()
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	return t.check(set)
}

func (t *TransactWriteItems) check(set bool) *apierror.Error {
	var c constraints
	if token := t.ClientRequestToken; token.Set {
		c.length(len(token.Value), token.Value, "clientRequestToken", 1, 36)
	}
	c.enum(t.ReturnConsumedCapacity, "returnConsumedCapacity", consumedCapacity)
	c.enum(t.ReturnItemCollectionMetrics, "returnItemCollectionMetrics", collectionSizes)
	c.actions(set, len(t.Actions))
	for i := range t.Actions {
		if t.Actions[i].Members() == 1 {
			c.action(&t.Actions[i], fmt.Sprintf("transactItems.%d.member.", i+1))
		}
	}
	return c.Err()
}

func (c *constraints) actions(set bool, n int) {
	c.notNull(set, "transactItems")
	if set {
		c.length(n, "[]", "transactItems", 1, maxActions)
	}
}

func (c *constraints) action(a *Action, path string) {
	w, it := a.Write()
	member := ".key"
	switch {
	case a.Put != nil:
		path += "put"
		member = ".item"
	case a.Update != nil:
		path += "update"
		c.notNull(w.Update.Set, path+".updateExpression")
	case a.Delete != nil:
		path += "delete"
	default:
		path += "conditionCheck"
		c.notNull(w.Condition.Set, path+".conditionExpression")
	}
	c.tableName(&w.TableName, path+".tableName")
	c.notNull(it.Set, path+member)
	c.enum(w.ReturnValuesOnConditionCheckFailure, path+".returnValuesOnConditionCheckFailure", onFailureValues)
}

func readAction(r *wire.Reader) Action {
	var a Action
	r.Structure(wire.Element, "TransactWriteItem", func(name []byte) {
		switch string(name) {
		case "Put":
			in := new(PutItem)
			if r.Structure(wire.Field, "Put", func(name []byte) { in.readMember(r, name) }) {
				a.Put = in
				in.ReturnValues = Text{}
			}
		case "Update":
			in := new(UpdateItem)
			if r.Structure(wire.Field, "Update", func(name []byte) { in.readMember(r, name) }) {
				a.Update = in
				in.ReturnValues = Text{}
			}
		case "Delete":
			a.Delete = readKeyed(r, "Delete")
		case "ConditionCheck":
			a.Check = readKeyed(r, "ConditionCheck")
		default:
			r.Skip()
		}
	})
	return a
}

func readKeyed(r *wire.Reader, class string) *DeleteItem {
	in := new(DeleteItem)
	if !r.Structure(wire.Field, class, func(name []byte) { in.readMember(r, name) }) {
		return nil
	}
	in.ReturnValues = Text{}
	return in
}

// TransactGetItems is the input of TransactGetItems. An element whose Get is
// absent is nil.
type TransactGetItems struct {
	Gets                   []*GetItem
	ReturnConsumedCapacity Text
}

// Read reads and checks the input.
func (t *TransactGetItems) Read(r *wire.Reader) *apierror.Error {
	set := false
	r.Body(func(name []byte) {
		switch string(name) {
		case "TransactItems":
			set = r.List(func() { t.Gets = append(t.Gets, readGet(r)) })
		case "ReturnConsumedCapacity":
			t.ReturnConsumedCapacity.read(r)
		default:
			r.Skip()
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	var c constraints
	c.enum(t.ReturnConsumedCapacity, "returnConsumedCapacity", consumedCapacity)
	c.actions(set, len(t.Gets))
	for i, get := range t.Gets {
		path := fmt.Sprintf("transactItems.%d.member.get", i+1)
		c.notNull(get != nil, path)
		if get != nil {
			c.tableName(&get.TableName, path+".tableName")
			c.notNull(get.Key.Set, path+".key")
		}
	}
	return c.Err()
}

func readGet(r *wire.Reader) *GetItem {
	var get *GetItem
	r.Structure(wire.Element, "TransactGetItem", func(name []byte) {
		if string(name) != "Get" {
			r.Skip()
			return
		}
		in := new(GetItem)
		if r.Structure(wire.Field, "Get", func(name []byte) { in.readTransactMember(r, name) }) {
			get = in
		}
	})
	return get
}

func (g *GetItem) readTransactMember(r *wire.Reader, name []byte) {
	switch string(name) {
	case "TableName":
		g.TableName.read(r)
	case "Key":
		g.Key.read(r)
	default:
		if !g.Expressions.readMember(r, name, hasProjection) {
			r.Skip()
		}
	}
}
