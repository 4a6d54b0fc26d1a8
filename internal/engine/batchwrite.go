package engine

import (
	"slices"

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
	var given givenNames
	for i := range in.Tables {
		names = append(names, in.Tables[i].TableName.Value)
		given = given.with(&in.Tables[i].TableName)
	}
	return action{table: names[0], more: names[1:], batch: func(out []byte, leaves func(string) bool) ([]byte, error) {
		b := &batchWrite{in: in, leaves: leaves, meter: newMeter(in.ReturnConsumedCapacity, given)}
		if err := e.writeAll(names, func(tables []*table) error { return e.writeBatch(tables, b) }); err != nil {
			return out, err
		}
		metrics, err := e.measure(in.ReturnItemCollectionMetrics, b.done)
		if err != nil {
			return out, err
		}
		out = b.meter.appendAll(b.append(out))
		return append(appendCollections(out, in.ReturnItemCollectionMetrics, metrics, given), '}'), nil
	}}, nil
}

// A batched write is one of a batch or a transaction.
type batched struct {
	table *table
	*single
}

// A batchWrite is a BatchWriteItem under way.
type batchWrite struct {
	in *request.BatchWriteItem
	// leaves tells whether a fault leaves the next write, which is to a table,
	// unprocessed. It is asked once of each.
	leaves func(table string) bool
	// left tells of each write, in the order of the request, whether it is
	// left. It is nil before that is decided.
	left []bool
	// done are the writes that were not left.
	done  []batched
	meter *meter
}

// writeBatch checks all writes of a batch, then does them together. The
// service does them one by one, in no order.
func (e *Engine) writeBatch(tables []*table, b *batchWrite) error {
	writes, err := b.prepare(tables)
	if err != nil {
		return err
	}
	if b.left == nil {
		b.choose(writes)
	}
	if !slices.Contains(b.left, false) {
		return tables[0].unprocessed("Write")
	}
	return e.apply(func(r store.Reader) ([]change, error) {
		b.meter.reset("")
		b.done = nil
		var changes []change
		for i, w := range writes {
			if b.left[i] {
				continue
			}
			c, err := e.decide(r, w.table, w.single)
			if err != nil {
				return nil, err
			}
			b.meter.write(&c, 1)
			b.done = append(b.done, w)
			if c.old != nil || c.new != nil {
				changes = append(changes, c)
			}
		}
		return changes, nil
	})
}

// prepare checks all writes against their tables.
func (b *batchWrite) prepare(tables []*table) ([]batched, *apierror.Error) {
	var writes []batched
	seen := make(places)
	for i, t := range tables {
		for j := range b.in.Tables[i].Writes {
			s, err := t.batchWrite(&b.in.Tables[i].Writes[j])
			if err != nil {
				return nil, err
			}
			if !seen.add(t, s.key) {
				return nil, apierror.DuplicateKeys()
			}
			writes = append(writes, batched{t, s})
		}
	}
	return writes, nil
}

// choose decides which writes are left unprocessed.
func (b *batchWrite) choose(writes []batched) {
	b.left = make([]bool, len(writes))
	for i, w := range writes {
		b.left[i] = b.leaves(w.table.definition.Name)
	}
}

func (t *table) batchWrite(w *request.BatchWrite) (*single, *apierror.Error) {
	if w.Puts {
		// Of a batch's items the service says the same as of its keys.
		if !t.key.hasTypes(w.Item.Item.Item) {
			return nil, apierror.KeyMismatch()
		}
		return t.put(&request.PutItem{Item: w.Item}, new(validation.Expressions))
	}
	return t.delete(&request.DeleteItem{Key: w.Key}, new(validation.Expressions))
}

// unprocessed is the answer to a batch of which nothing was processed, see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
func (t *table) unprocessed(direction string) *apierror.Error {
	return apierror.Throttled("Table"+direction+"ProvisionedThroughputExceeded", tableARN(t.definition.Name))
}

// append appends the beginning of the response, with the writes that were left
// in the form of the request.
func (b *batchWrite) append(out []byte) []byte {
	out = append(out, `{"UnprocessedItems":{`...)
	left := b.left
	comma := false
	for i := range b.in.Tables {
		w := &b.in.Tables[i]
		mine := left[:len(w.Writes)]
		left = left[len(w.Writes):]
		if !slices.Contains(mine, true) {
			continue
		}
		if comma {
			out = append(out, ',')
		}
		comma = true
		out = appendWrites(append(wire.AppendText(out, w.TableName.Given()), ':'), w.Writes, mine)
	}
	return append(out, '}')
}

// appendWrites appends the list of the writes that were left.
func appendWrites(out []byte, writes []request.BatchWrite, left []bool) []byte {
	open := byte('[')
	for i := range writes {
		if !left[i] {
			continue
		}
		out = append(out, open)
		open = ','
		if w := &writes[i]; w.Puts {
			out = wire.AppendItem(append(out, `{"PutRequest":{"Item":`...), w.Item.Item.Item)
		} else {
			out = wire.AppendItem(append(out, `{"DeleteRequest":{"Key":`...), w.Key.Item.Item)
		}
		out = append(out, "}}"...)
	}
	return append(out, ']')
}
