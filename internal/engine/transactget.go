package engine

import (
	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/store"
	"example.com/ddb/internal/engine/validation"
	"example.com/ddb/internal/engine/wire"
)

func (e *Engine) transactGetItems(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.TransactGetItems)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	x, err := validation.TransactGetItems(in)
	if err != nil {
		return action{}, err
	}
	names := make([]string, len(in.Gets))
	var given givenNames
	for i, get := range in.Gets {
		names[i] = get.TableName.Value
		given = given.with(&get.TableName)
	}
	return action{table: names[0], more: names[1:], actions: len(names), run: func(out []byte) ([]byte, error) {
		tables, err := e.lookupAll(names)
		if err != nil {
			return out, err
		}
		places, err := getPlaces(tables, in, x)
		if err != nil {
			return out, err
		}
		m := newMeter(in.ReturnConsumedCapacity, given)
		m.reset("ReadCapacityUnits")
		return e.transactGet(out, tables, places, x, m)
	}}, nil
}

// getPlaces checks the keys of the reads and gives their places.
func getPlaces(
	tables []*table, in *request.TransactGetItems, x []validation.Expressions,
) ([][]byte, *apierror.Error) {
	found := make([][]byte, len(tables))
	reasons := make([]*apierror.Error, len(tables))
	wrong := false
	for i, t := range tables {
		key := in.Gets[i].Key.Item.Item
		if reasons[i] = t.key.checkKey(key); reasons[i] == nil {
			reasons[i] = t.checkScalarPaths(x[i].Projection)
		}
		switch err := reasons[i]; {
		case err == nil:
			found[i] = t.key.place(key)
		case err.OfRequest():
			return nil, err
		default:
			wrong = true
		}
	}
	if wrong {
		return nil, apierror.Cancelled(reasons)
	}
	seen := make(places, len(tables))
	for i, t := range tables {
		if !seen.add(t, found[i]) {
			return nil, apierror.TransactionTwice()
		}
	}
	return found, nil
}

// transactGet reads the items as they are at one moment.
func (e *Engine) transactGet(
	out []byte, tables []*table, places [][]byte, x []validation.Expressions, m *meter,
) ([]byte, error) {
	spaces := make([]store.Space, len(tables))
	for i, t := range tables {
		spaces[i] = t.definition.Space
	}
	snapshot, err := e.store.Snapshot(spaces...)
	if err != nil {
		return out, err
	}
	defer snapshot.Release()
	size := 0
	out = append(out, `{"Responses":[`...)
	for i, space := range spaces {
		if i > 0 {
			out = append(out, ',')
		}
		value, err := snapshot.Get(space, places[i])
		if err != nil {
			return out, err
		}
		it := attribute.Item(value)
		m.read(tables[i], nil, 2*readUnits(sizeOf(it), true))
		if it == nil {
			out = append(out, "{}"...)
			continue
		}
		if size += it.Size(); size > validation.MaxTransactionBytes {
			return out, apierror.TransactionTooLarge()
		}
		if x[i].Projection != nil {
			it = attribute.NewProjection(x[i].Projection).Of(it)
		}
		out = append(wire.AppendItem(append(out, `{"Item":`...), it), '}')
	}
	return append(m.appendAll(append(out, ']')), '}'), nil
}
