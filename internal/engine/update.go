package engine

import (
	"bytes"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/expression"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/validation"
	"example.com/ddb/internal/engine/wire"
)

func (e *Engine) updateItem(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.UpdateItem)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	x, err := validation.UpdateItem(in)
	if err != nil {
		return action{}, err
	}
	return action{table: in.TableName.Value, run: func(out []byte) ([]byte, error) {
		var w batched
		var old, new attribute.Item
		err := e.write(in.TableName.Value, func(t *table) (err error) {
			s, refusal := t.update(in, &x)
			if refusal != nil {
				return refusal
			}
			s.replace = measured(s.replace, x.Update)
			w = batched{t, s}
			old, new, err = e.do(t, s)
			return err
		})
		if err != nil {
			return out, err
		}
		return e.appendWritten(out, &in.Write, w, returned(in.ReturnValues.Value, x.Update, old, new))
	}}, nil
}

// update checks an update against the table and gives the write.
func (t *table) update(in *request.UpdateItem, x *validation.Expressions) (*single, *apierror.Error) {
	key := in.Key.Item.Item
	if err := t.key.checkKey(key); err != nil {
		return nil, err
	}
	if x.Update != nil {
		if err := t.checkUpdate(x.Update); err != nil {
			return nil, err
		}
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
		returnsOld: in.ReturnValues.Value == "ALL_OLD" || in.ReturnValues.Value == "UPDATED_OLD",
		replace: func(old attribute.Item) (attribute.Item, *apierror.Error) {
			return t.updated(key, old, x.Update)
		},
	}, nil
}

// checkUpdate refuses changes of key attributes, and values that index keys
// cannot have where the request alone tells.
func (t *table) checkUpdate(u *expression.Update) *apierror.Error {
	for _, k := range t.key.attributes() {
		for _, path := range u.Paths() {
			if path.Head() == k.name {
				return apierror.KeyUpdate(k.name)
			}
		}
	}
	for _, x := range t.indexes {
		for _, k := range x.key.attributes() {
			switch v := u.Assigned(k.name); {
			case v == nil:
			case v.Kind() != k.kind:
				return apierror.IndexKeyType(k.name, k.kind.String(), v.Kind().String(), x.definition.Name)
			case isEmpty(v):
				return apierror.IndexKeyUpdateEmpty(k.kind.String())
			}
		}
	}
	return t.checkScalarPaths(u.Mentions())
}

// updated gives the item after an update, nil when there is none and the
// update makes none. Without an update an item is made of the key.
func (t *table) updated(
	key, old attribute.Item, u *expression.Update,
) (attribute.Item, *apierror.Error) {
	base := old
	if base == nil {
		if u != nil && !u.Creates() {
			return nil, nil
		}
		base = key
	}
	if u == nil {
		return attribute.Item(bytes.Clone(base)), t.checkUpdatedKeys(old, base)
	}
	it, err := u.Apply(base)
	if err != nil {
		return nil, err
	}
	if err := t.checkUpdatedKeys(old, it); err != nil {
		return nil, err
	}
	switch {
	case attribute.Value(it).Depth() > attribute.MaxDepth+1:
		return nil, apierror.NestedTooDeep()
	case it.Size() > validation.MaxItemBytes:
		return nil, apierror.UpdatedItemTooLarge()
	}
	return bytes.Clone(it), nil
}

// measured refuses what an update writes when it is too large together with the
// update's own overhead. So there are items that can be put and, in a
// transaction, updated, but not updated alone.
func measured(
	replace func(attribute.Item) (attribute.Item, *apierror.Error), u *expression.Update,
) func(attribute.Item) (attribute.Item, *apierror.Error) {
	if u == nil {
		return replace
	}
	return func(old attribute.Item) (attribute.Item, *apierror.Error) {
		it, err := replace(old)
		left := validation.MaxItemBytes - u.Overhead()
		if it != nil && it.Size() > left && written(it, u) > left {
			return nil, apierror.UpdatedItemTooLarge()
		}
		return it, err
	}
}

// written gives the size of the attributes that an update writes.
func written(it attribute.Item, u *expression.Update) int {
	return attribute.NameProjection(heads(u.Paths())).Of(it).Size()
}

// checkUpdatedKeys refuses index keys that only the stored item could tell to
// be wrong. What an item has from before an index, and the update leaves alone,
// only keeps it out of the index.
func (t *table) checkUpdatedKeys(old, it attribute.Item) *apierror.Error {
	for _, x := range t.indexes {
		for i, k := range x.key.attributes() {
			v := it.Get(k.name)
			switch {
			case v == nil || attribute.Equal(old.Get(k.name), v):
				continue
			case v.Kind() != k.kind:
				return apierror.IndexKeyUpdate()
			case isEmpty(v):
				return apierror.IndexKeyUpdateEmpty(k.kind.String())
			}
			if err := checkKeySize(v, i < len(x.key.partition)); err != nil {
				return err
			}
		}
	}
	return nil
}

// returned gives the attributes that an update returns, nil for none.
func returned(wanted string, u *expression.Update, old, new attribute.Item) attribute.Item {
	it := new
	if wanted == "ALL_OLD" || wanted == "UPDATED_OLD" {
		it = old
	}
	switch wanted {
	case "ALL_OLD", "ALL_NEW":
		return it
	case "UPDATED_OLD", "UPDATED_NEW":
		if u == nil || it == nil {
			return nil
		}
		if it = attribute.NewProjection(u.Paths()).Of(it); it.Len() > 0 {
			return it
		}
	}
	return nil
}
