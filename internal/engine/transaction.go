package engine

import (
	"errors"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/store"
	"example.com/ddb/internal/engine/validation"
	"example.com/ddb/internal/engine/wire"
)

func (e *Engine) transactWriteItems(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.TransactWriteItems)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	x, err := validation.TransactWriteItems(in)
	if err != nil {
		return action{}, err
	}
	names := make([]string, len(in.Actions))
	var given givenNames
	for i := range in.Actions {
		w, _ := in.Actions[i].Write()
		names[i] = w.TableName.Value
		given = given.with(&w.TableName)
	}
	return action{table: names[0], more: names[1:], actions: len(names), run: func(out []byte) ([]byte, error) {
		var writes []batched
		m := newMeter(in.ReturnConsumedCapacity, given)
		err := e.writeAll(names, func(tables []*table) (err error) {
			writes, err = e.transact(tables, in, x, m)
			return err
		})
		if err != nil {
			return out, err
		}
		metrics, err := e.measure(in.ReturnItemCollectionMetrics, writes)
		if err != nil {
			return out, err
		}
		out = m.appendAll(append(out, '{'))
		return append(appendCollections(out, in.ReturnItemCollectionMetrics, metrics, given), '}'), nil
	}}, nil
}

// transact does a transaction whole or not at all. All of it is one plan, so
// that nothing comes between its reads and its writes.
func (e *Engine) transact(
	tables []*table, in *request.TransactWriteItems, x []validation.Expressions, m *meter,
) ([]batched, error) {
	writes, refusal := prepareActions(tables, in, x)
	if refusal != nil {
		return nil, refusal
	}
	token := newToken(in)
	return writes, e.applyWith(func(r store.Reader, b *store.Batch) ([]change, error) {
		done, err := token.use(r, b, e.clock())
		if err != nil {
			return nil, err
		}
		if done {
			return nil, m.readAgain(r, writes)
		}
		m.reset("WriteCapacityUnits")
		return e.decideAll(r, in, writes, m)
	})
}

// readAgain counts a transaction that was done before: its items are only read.
func (m *meter) readAgain(r store.Reader, writes []batched) error {
	m.reset("ReadCapacityUnits")
	for _, w := range writes {
		value, err := r.Get(w.table.definition.Space, w.key)
		if err != nil {
			return err
		}
		m.read(w.table, nil, 2*readUnits(sizeOf(value), true))
	}
	return nil
}

// prepareActions checks the actions against their tables. What is wrong with
// single items cancels the transaction, with a reason for each.
func prepareActions(
	tables []*table, in *request.TransactWriteItems, x []validation.Expressions,
) ([]batched, *apierror.Error) {
	writes := make([]batched, len(tables))
	reasons := make([]*apierror.Error, len(tables))
	wrong := false
	for i, t := range tables {
		s, err := t.action(&in.Actions[i], &x[i])
		if err != nil && err.OfRequest() {
			return nil, err
		}
		wrong = wrong || err != nil
		writes[i], reasons[i] = batched{t, s}, err
	}
	if wrong {
		return nil, apierror.Cancelled(reasons)
	}
	seen := make(places, len(writes))
	for _, w := range writes {
		if !seen.add(w.table, w.key) {
			return nil, apierror.TransactionTwice()
		}
	}
	return writes, nil
}

func (t *table) action(a *request.Action, x *validation.Expressions) (*single, *apierror.Error) {
	switch {
	case a.Put != nil:
		return t.put(a.Put, x)
	case a.Update != nil:
		return t.update(a.Update, x)
	case a.Delete != nil:
		return t.delete(a.Delete, x)
	}
	s, err := t.delete(a.Check, x)
	if err != nil {
		return nil, err
	}
	s.replace = func(old attribute.Item) (attribute.Item, *apierror.Error) { return old, nil }
	return s, nil
}

// decideAll makes the changes of a transaction, in a plan, or the reasons why
// it is cancelled.
func (e *Engine) decideAll(
	r store.Reader, in *request.TransactWriteItems, writes []batched, m *meter,
) ([]change, error) {
	var changes []change
	reasons := make([]*apierror.Error, len(writes))
	wrong := false
	size := 0
	for i, w := range writes {
		c, err := e.decide(r, w.table, w.single)
		var reason *apierror.Error
		switch {
		case errors.As(err, &reason):
			wrong, reasons[i] = true, reason
		case err != nil:
			return nil, err
		case in.Actions[i].Check == nil && (c.old != nil || c.new != nil):
			changes = append(changes, c)
		}
		m.write(&c, 2)
		if c.new != nil {
			size += c.new.Size()
		}
	}
	switch {
	case wrong:
		return nil, apierror.Cancelled(reasons)
	case size > validation.MaxTransactionBytes:
		return nil, apierror.TransactionTooLarge()
	}
	return changes, nil
}
