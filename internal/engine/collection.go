package engine

import (
	"slices"
	"strconv"
	"strings"

	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/store"
	"example.com/ddb/internal/engine/wire"
)

// A collectionMetric is the size of an item collection: all items of a table
// with a local index that have one partition key, and their entries in its
// local indexes.
type collectionMetric struct {
	table *table
	key   attribute.Item
	bytes int
}

// measure gives the collections that writes touched, each once and in the order
// of their tables' names, when the request asks for them. Only tables with a local index have any.
func (e *Engine) measure(wanted request.Text, writes []batched) ([]collectionMetric, error) {
	if wanted.Value != "SIZE" {
		return nil, nil
	}
	var metrics []collectionMetric
	seen := make(places)
	for _, w := range writes {
		spaces := w.table.collectionSpaces()
		prefix := w.table.key.appendPartition(nil, w.item.Get)
		if len(spaces) == 1 || !seen.add(w.table, prefix) {
			continue
		}
		size, err := e.sizeOf(spaces, prefix)
		if err != nil {
			return nil, err
		}
		key := attribute.NameProjection([]string{w.table.key.partition[0].name}).Of(w.item)
		metrics = append(metrics, collectionMetric{w.table, key, size})
	}
	slices.SortStableFunc(metrics, func(a, b collectionMetric) int {
		return strings.Compare(a.table.definition.Name, b.table.definition.Name)
	})
	return metrics, nil
}

// collectionSpaces gives the spaces of the table and its local indexes.
func (t *table) collectionSpaces() []store.Space {
	spaces := []store.Space{t.definition.Space}
	for _, x := range t.indexes {
		if !x.global {
			spaces = append(spaces, x.definition.Space)
		}
	}
	return spaces
}

// sizeOf gives the bytes of the items whose place begins with a prefix.
func (e *Engine) sizeOf(spaces []store.Space, prefix []byte) (int, error) {
	snapshot, err := e.store.Snapshot(spaces...)
	if err != nil {
		return 0, err
	}
	defer snapshot.Release()
	size := 0
	for _, space := range spaces {
		err := snapshot.Range(space, store.Range{From: prefix, To: prefixEnd(prefix)}, func(_, value []byte) bool {
			size += attribute.Item(value).Size()
			return true
		})
		if err != nil {
			return 0, err
		}
	}
	return size, nil
}

// appendCollection appends the member of a response about one write.
func appendCollection(out []byte, metrics []collectionMetric) []byte {
	if len(metrics) == 0 {
		return out
	}
	return metrics[0].appendTo(appendMember(out, "ItemCollectionMetrics"))
}

// appendCollections appends the member of a response about several writes: the
// collections by table.
func appendCollections(out []byte, wanted request.Text, metrics []collectionMetric, given givenNames) []byte {
	if wanted.Value != "SIZE" {
		return out
	}
	out = append(appendMember(out, "ItemCollectionMetrics"), '{')
	for i, m := range metrics {
		if i > 0 && metrics[i-1].table == m.table {
			out = append(out, ',')
		} else {
			out = append(appendMember(out, given.of(m.table.definition.Name)), '[')
		}
		out = m.appendTo(out)
		if i+1 == len(metrics) || metrics[i+1].table != m.table {
			out = append(out, ']')
		}
	}
	return append(out, '}')
}

// appendTo appends the key and, as the service does, the whole gigabytes that
// the size lies between.
func (m *collectionMetric) appendTo(out []byte) []byte {
	out = wire.AppendItem(append(out, `{"ItemCollectionKey":`...), m.key)
	lower := int64(m.bytes >> 30)
	out = strconv.AppendInt(append(out, `,"SizeEstimateRangeGB":[`...), lower, 10)
	out = strconv.AppendInt(append(out, `.0,`...), lower+1, 10)
	return append(out, ".0]}"...)
}
