package engine

import (
	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/store"
	"example.com/ddb/internal/engine/validation"
	"example.com/ddb/internal/engine/wire"
)

func (e *Engine) batchWriteItem(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.BatchWriteItem)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	if err := validation.BatchWriteItem(in); err != nil {
		return action{}, err
	}
	var names []string
	for i := range in.Tables {
		names = append(names, in.Tables[i].TableName.Value)
	}
	return action{table: names[0], more: names[1:], run: func(out []byte) ([]byte, error) {
		if err := e.writeAll(names, func(tables []*table) error { return e.writeBatch(tables, in) }); err != nil {
			return out, err
		}
		return append(out, `{"UnprocessedItems":{}}`...), nil
	}}, nil
}

// A batched write is one of a batch or a transaction.
type batched struct {
	table *table
	*single
}

// writeBatch checks all writes of a batch, then does them together. The
// service does them one by one, in no order.
func (e *Engine) writeBatch(tables []*table, in *request.BatchWriteItem) error {
	var writes []batched
	seen := make(places)
	for i, t := range tables {
		for j := range in.Tables[i].Writes {
			s, err := t.batchWrite(&in.Tables[i].Writes[j])
			if err != nil {
				return err
			}
			if !seen.add(t, s.key) {
				return apierror.DuplicateKeys()
			}
			writes = append(writes, batched{t, s})
		}
	}
	return e.apply(func(r store.Reader) ([]change, error) {
		var changes []change
		for _, w := range writes {
			c, err := e.decide(r, w.table, w.single)
			if err != nil {
				return nil, err
			}
			if c.old != nil || c.new != nil {
				changes = append(changes, c)
			}
		}
		return changes, nil
	})
}

func (t *table) batchWrite(w *request.BatchWrite) (*single, *apierror.Error) {
	if w.Puts {
		return t.put(&request.PutItem{Item: w.Item}, new(validation.Expressions))
	}
	return t.delete(&request.DeleteItem{Key: w.Key}, new(validation.Expressions))
}
