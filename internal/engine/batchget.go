package engine

import (
	"bytes"
	"slices"
	"strconv"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/validation"
	"example.com/ddb/internal/engine/wire"
)

// maxBatchBytes is what one BatchGetItem reads at most. Keys beyond it are
// unprocessed, see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
const maxBatchBytes = 16 << 20

func (e *Engine) batchGetItem(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.BatchGetItem)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	x, err := validation.BatchGetItem(in)
	if err != nil {
		return action{}, err
	}
	var names []string
	var given givenNames
	for i := range in.Tables {
		names = append(names, in.Tables[i].TableName.Value)
		given = given.with(&in.Tables[i].TableName)
	}
	return action{table: names[0], more: names[1:], batch: func(out []byte, leaves func(string) bool) ([]byte, error) {
		tables, err := e.lookupAll(names)
		if err != nil {
			return out, err
		}
		b := batchGet{engine: e, in: in, out: append(out, `{"Responses":{`...), meter: newMeter(in.ReturnConsumedCapacity, given)}
		for i, t := range tables {
			reads, err := t.reads(&in.Tables[i], &x[i])
			if err != nil {
				return out, err
			}
			b.tables = append(b.tables, reads)
		}
		if err := b.leave(leaves); err != nil {
			return out, err
		}
		return b.read()
	}}, nil
}

// A tableReads is what a batch reads from one table.
type tableReads struct {
	table      *table
	projection *attribute.Projection
	consistent bool
	keys       []batchKey
	// left are keys that a fault leaves unprocessed.
	left []batchKey
}

type batchKey struct {
	place []byte
	key   attribute.Item
}

// reads checks the keys of one table.
func (t *table) reads(k *request.KeysOfTable, x *validation.Expressions) (*tableReads, *apierror.Error) {
	seen := make(places, len(k.Keys))
	reads := &tableReads{table: t, projection: projection(x, &k.AttributesToGet), consistent: k.ConsistentRead.Value}
	for i := range k.Keys {
		key := k.Keys[i].Item.Item
		if err := t.key.checkKey(key); err != nil {
			return nil, err
		}
		place := t.key.place(key)
		if !seen.add(t, place) {
			return nil, apierror.DuplicateKeys()
		}
		reads.keys = append(reads.keys, batchKey{place, key})
	}
	if err := t.checkScalarPaths(x.Projection); err != nil {
		return nil, err
	}
	return reads, nil
}

// A batchGet is a BatchGetItem under way.
type batchGet struct {
	engine *Engine
	in     *request.BatchGetItem
	tables []*tableReads
	out    []byte
	bytes  int
	meter  *meter
}

// leave sets the keys aside that a fault leaves unprocessed, and puts the others
// in the order of their hashes: the service promises none.
func (b *batchGet) leave(leaves func(table string) bool) *apierror.Error {
	processed := false
	for _, t := range b.tables {
		asked := t.keys
		t.keys = nil
		for _, k := range asked {
			if leaves(t.table.definition.Name) {
				t.left = append(t.left, k)
			} else {
				t.keys = append(t.keys, k)
			}
		}
		processed = processed || len(t.keys) > 0
		slices.SortFunc(t.keys, func(a, b batchKey) int { return bytes.Compare(a.place, b.place) })
	}
	if !processed {
		return b.tables[0].table.unprocessed("Read")
	}
	return nil
}

// read reads up to 16 MB and appends the rest as unprocessed.
func (b *batchGet) read() ([]byte, error) {
	left := make([][]batchKey, len(b.tables))
	for i, t := range b.tables {
		if i > 0 {
			b.out = append(b.out, ',')
		}
		b.out = append(wire.AppendText(b.out, b.in.Tables[i].TableName.Given()), ':', '[')
		var err error
		if left[i], err = b.readTable(t); err != nil {
			return b.out, err
		}
		b.out = append(b.out, ']')
	}
	b.out = append(b.out, `},"UnprocessedKeys":{`...)
	first := true
	for i, keys := range left {
		if len(keys) == 0 {
			continue
		}
		if !first {
			b.out = append(b.out, ',')
		}
		first = false
		b.appendLeft(&b.in.Tables[i], keys)
	}
	return append(b.meter.appendAll(append(b.out, '}')), '}'), nil
}

// readTable reads the items of one table and gives the keys that it left.
func (b *batchGet) readTable(t *tableReads) ([]batchKey, error) {
	first := true
	space := t.table.definition.Space
	var old past
	if !t.consistent {
		old = b.engine.strict.behind(t.table, nil)
	}
	for i, k := range t.keys {
		value, err := b.engine.store.Get(space, k.place)
		if err != nil {
			return nil, err
		}
		value = old.of(space, k.place, value)
		it := attribute.Item(value)
		if b.bytes+sizeOf(it) > maxBatchBytes {
			return append(t.left, t.keys[i:]...), nil
		}
		b.meter.read(t.table, nil, readUnits(sizeOf(it), t.consistent))
		if it == nil {
			continue
		}
		b.bytes += it.Size()
		if t.projection != nil {
			it = t.projection.Of(it)
		}
		if !first {
			b.out = append(b.out, ',')
		}
		first = false
		b.out = wire.AppendItem(b.out, it)
	}
	return t.left, nil
}

// appendLeft appends a table's unprocessed keys in the form of the request.
func (b *batchGet) appendLeft(k *request.KeysOfTable, keys []batchKey) {
	out := append(wire.AppendText(b.out, k.TableName.Given()), `:{"Keys":[`...)
	for i := range keys {
		if i > 0 {
			out = append(out, ',')
		}
		out = wire.AppendItem(out, keys[i].key)
	}
	out = append(out, ']')
	if k.ConsistentRead.Set {
		out = strconv.AppendBool(append(out, `,"ConsistentRead":`...), k.ConsistentRead.Value)
	}
	if k.Expressions.Projection.Set {
		out = wire.AppendText(append(out, `,"ProjectionExpression":`...), k.Expressions.Projection.Value)
	}
	if k.NamesSet {
		out = append(out, `,"ExpressionAttributeNames":{`...)
		for i, name := range k.Names {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(wire.AppendText(out, name.Placeholder), ':')
			out = wire.AppendText(out, name.Name)
		}
		out = append(out, '}')
	}
	if k.AttributesToGet.Set {
		out = append(out, `,"AttributesToGet":[`...)
		for i, name := range k.AttributesToGet.Values {
			if i > 0 {
				out = append(out, ',')
			}
			out = wire.AppendText(out, name)
		}
		out = append(out, ']')
	}
	b.out = append(out, '}')
}
