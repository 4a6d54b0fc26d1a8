package engine

import (
	"bytes"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/expression"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/store"
	"example.com/ddb/internal/engine/validation"
	"example.com/ddb/internal/engine/wire"
)

func (e *Engine) getItem(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.GetItem)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	x, err := validation.GetItem(in)
	if err != nil {
		return action{}, err
	}
	return action{table: in.TableName.Value, run: func(out []byte) ([]byte, error) {
		t, err := e.lookup(in.TableName.Value)
		if err != nil {
			return out, err
		}
		if err := t.key.checkKey(in.Key.Item.Item); err != nil {
			return out, err
		}
		if err := t.checkScalarPaths(x.Projection); err != nil {
			return out, err
		}
		return e.get(t, in, &x, out)
	}}, nil
}

func (e *Engine) get(t *table, in *request.GetItem, x *validation.Expressions, out []byte) ([]byte, error) {
	key := t.key.place(in.Key.Item.Item)
	value, err := e.store.Get(t.definition.Space, key)
	if err != nil {
		return out, err
	}
	if !in.ConsistentRead.Value {
		value = e.strict.behind(t, nil).of(t.definition.Space, key, value)
	}
	it := attribute.Item(value)
	m := newMeter(in.ReturnConsumedCapacity, givenNames(nil).with(&in.TableName))
	m.read(t, nil, readUnits(sizeOf(it), in.ConsistentRead.Value))
	out = append(out, '{')
	if it != nil {
		if p := projection(x, &in.AttributesToGet); p != nil {
			it = p.Of(it)
		}
		out = wire.AppendItem(appendMember(out, "Item"), it)
	}
	return append(m.appendTo(out), '}'), nil
}

// projection gives what a request wants of each item, nil for everything.
func projection(x *validation.Expressions, legacy *request.Texts) *attribute.Projection {
	switch {
	case x.Projection != nil:
		return attribute.NewProjection(x.Projection)
	case legacy.Set:
		return attribute.NameProjection(legacy.Values)
	}
	return nil
}

// checkScalarPaths refuses paths that lead into key attributes.
func (t *table) checkScalarPaths(paths []attribute.Path) *apierror.Error {
	for _, path := range paths {
		if len(path) == 1 {
			continue
		}
		if t.key.has(path.Head()) {
			return apierror.KeyPath(path.Head())
		}
		for _, x := range t.indexes {
			if x.key.has(path.Head()) {
				return apierror.IndexKeyPath(path.Head())
			}
		}
	}
	return nil
}

// A single is a write of one item: what it makes of the item that is there.
type single struct {
	key []byte
	// item has the attributes of the key.
	item attribute.Item
	// meter counts what the write costs.
	meter     *meter
	condition *expression.Condition
	// wantsOld asks for the old item in the answer to a failed condition,
	// returnsOld for it in the response.
	wantsOld   bool
	returnsOld bool
	// replace gives the new item, nil for none. It must not change the old
	// one.
	replace func(old attribute.Item) (attribute.Item, *apierror.Error)
}

// do writes one item and gives it as it was, if that is wanted, and as it is.
func (e *Engine) do(t *table, s *single) (old, new attribute.Item, err error) {
	err = e.apply(func(r store.Reader) ([]change, error) {
		c, err := e.decide(r, t, s)
		if err != nil {
			return nil, err
		}
		s.meter.reset("")
		s.meter.write(&c, 1)
		old, new = nil, c.new
		if s.returnsOld {
			// The old item is only valid while the plan runs.
			old = bytes.Clone(c.old)
		}
		if c.old == nil && c.new == nil {
			return nil, nil
		}
		return []change{c}, nil
	})
	return old, new, err
}

// decide makes the change, in a plan.
func (e *Engine) decide(r store.Reader, t *table, s *single) (change, error) {
	if err := e.current(t); err != nil {
		return change{}, err
	}
	value, err := r.Get(t.definition.Space, s.key)
	if err != nil {
		return change{}, err
	}
	c := change{table: t, key: s.key, old: value}
	if s.condition != nil && !s.condition.Holds(c.old) {
		return c, conditionFailed(c.old, s.wantsOld)
	}
	next, refusal := s.replace(c.old)
	if refusal != nil {
		return c, refusal
	}
	c.new = next
	return c, nil
}

func conditionFailed(old attribute.Item, wanted bool) *apierror.Error {
	if old == nil || !wanted {
		return apierror.ConditionFailed(nil)
	}
	return apierror.ConditionFailed(wire.AppendItem([]byte(`,"Item":`), old))
}

func (e *Engine) putItem(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.PutItem)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	x, err := validation.PutItem(in)
	if err != nil {
		return action{}, err
	}
	return action{table: in.TableName.Value, run: func(out []byte) ([]byte, error) {
		var w batched
		var old attribute.Item
		err := e.write(in.TableName.Value, func(t *table) (err error) {
			s, refusal := t.put(in, &x)
			if refusal != nil {
				return refusal
			}
			w = batched{t, s}
			old, _, err = e.do(t, s)
			return err
		})
		if err != nil {
			return out, err
		}
		return e.appendWritten(out, &in.Write, w, old)
	}}, nil
}

// put checks a put against the table and gives the write.
func (t *table) put(in *request.PutItem, x *validation.Expressions) (*single, *apierror.Error) {
	it := in.Item.Item.Item
	if err := t.key.checkItem(it); err != nil {
		return nil, err
	}
	if err := t.checkIndexKeys(it); err != nil {
		return nil, err
	}
	if err := t.checkConditionPaths(x.Condition); err != nil {
		return nil, err
	}
	stored := attribute.Item(bytes.Clone(it))
	return &single{
		key:        t.key.place(stored),
		item:       stored,
		meter:      newMeter(in.ReturnConsumedCapacity, givenNames(nil).with(&in.TableName)),
		condition:  x.Condition,
		wantsOld:   in.WantsOld(),
		returnsOld: in.ReturnValues.Value == "ALL_OLD",
		replace:    func(attribute.Item) (attribute.Item, *apierror.Error) { return stored, nil },
	}, nil
}

func (t *table) checkConditionPaths(c *expression.Condition) *apierror.Error {
	if c == nil {
		return nil
	}
	return t.checkScalarPaths(c.Paths())
}

// appendWritten appends the response of a write of one item: the attributes that
// it returns, if any, and what it cost.
func (e *Engine) appendWritten(out []byte, in *request.Write, w batched, it attribute.Item) ([]byte, error) {
	metrics, err := e.measure(in.ReturnItemCollectionMetrics, []batched{w})
	if err != nil {
		return out, err
	}
	out = append(out, '{')
	if it != nil {
		out = wire.AppendItem(appendMember(out, "Attributes"), it)
	}
	out = w.meter.appendTo(out)
	return append(appendCollection(out, metrics), '}'), nil
}

func (e *Engine) deleteItem(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.DeleteItem)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	x, err := validation.DeleteItem(in)
	if err != nil {
		return action{}, err
	}
	return action{table: in.TableName.Value, run: func(out []byte) ([]byte, error) {
		var w batched
		var old attribute.Item
		err := e.write(in.TableName.Value, func(t *table) (err error) {
			s, refusal := t.delete(in, &x)
			if refusal != nil {
				return refusal
			}
			w = batched{t, s}
			old, _, err = e.do(t, s)
			return err
		})
		if err != nil {
			return out, err
		}
		return e.appendWritten(out, &in.Write, w, old)
	}}, nil
}

// delete checks a delete against the table and gives the write.
func (t *table) delete(in *request.DeleteItem, x *validation.Expressions) (*single, *apierror.Error) {
	key := in.Key.Item.Item
	if err := t.key.checkKey(key); err != nil {
		return nil, err
	}
	if err := t.checkConditionPaths(x.Condition); err != nil {
		return nil, err
	}
	return &single{
		key:        t.key.place(key),
		item:       key,
		meter:      newMeter(in.ReturnConsumedCapacity, givenNames(nil).with(&in.TableName)),
		condition:  x.Condition,
		wantsOld:   in.WantsOld(),
		returnsOld: in.ReturnValues.Value == "ALL_OLD",
		replace:    func(attribute.Item) (attribute.Item, *apierror.Error) { return nil, nil },
	}, nil
}
