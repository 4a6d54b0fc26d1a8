package engine

import (
	"slices"
	"strconv"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/expression"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/store"
	"example.com/ddb/internal/engine/validation"
	"example.com/ddb/internal/engine/wire"
)

// maxPageBytes is what one Query or Scan reads at most, before the filter and
// the projection. The item with which it is reached is part of the page. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
const maxPageBytes = 1 << 20

// A page is one Query or Scan of a table or an index.
type page struct {
	table *table
	// index is nil for the table itself.
	index      *index
	rng        store.Range
	filter     *expression.Condition
	projection *attribute.Projection
	// limit is the number of items to read, 0 for no limit.
	limit int64
	// countOnly leaves the items out of the answer.
	countOnly bool
	// meter counts what the page costs, consistent tells how much.
	meter      *meter
	consistent bool
	// fetch reads whole items from the table, because a local index does not
	// hold everything that is asked for.
	fetch bool
	// ends tells of the last item of a page whether nothing can follow it.
	ends func(attribute.Item) bool

	scanned, count int64
	bytes          int
	last           []byte
	more           bool
}

// newPage checks what Query and Scan have in common against the table.
func newPage(t *table, in *request.Pages, x *validation.Expressions) (*page, *apierror.Error) {
	p := &page{
		table: t, filter: x.Filter, limit: in.Limit.Value,
		projection: projection(x, &in.AttributesToGet),
		countOnly:  in.Select.Value == "COUNT",
		meter:      newMeter(in.ReturnConsumedCapacity, givenNames(nil).with(&in.TableName)),
		consistent: in.ConsistentRead.Value,
		ends:       func(attribute.Item) bool { return false },
	}
	if in.IndexName.Set {
		if p.index = t.index(in.IndexName.Value); p.index == nil {
			return nil, apierror.IndexNotFound(in.IndexName.Value)
		}
		if p.index.global && in.ConsistentRead.Value {
			return nil, apierror.ConsistentIndex()
		}
	}
	return p, nil
}

func (p *page) space() store.Space {
	if p.index != nil {
		return p.index.definition.Space
	}
	return p.table.definition.Space
}

func (p *page) key() *schema {
	if p.index != nil {
		return &p.index.key
	}
	return &p.table.key
}

// place gives the place of an item, or of a starting key, in what is read.
func (p *page) place(it attribute.Item) []byte {
	tableKey := p.table.key.place(it)
	if p.index == nil {
		return tableKey
	}
	return p.index.place(it, tableKey)
}

// keyNames gives the attributes of a starting key: those of the table's key
// and of the index's.
func (p *page) keyNames() []string {
	var names []string
	for _, k := range p.table.key.attributes() {
		names = append(names, k.name)
	}
	if p.index != nil {
		for _, k := range p.index.key.attributes() {
			if !slices.Contains(names, k.name) {
				names = append(names, k.name)
			}
		}
	}
	return names
}

// checkProjected refuses a projection of attributes that a global index does not
// hold, and has whole items read where a local index does not hold all of them.
func (p *page) checkProjected(in *request.Pages, x *validation.Expressions) *apierror.Error {
	if p.index == nil || p.index.keep == nil {
		return nil
	}
	if in.Select.Value == "ALL_ATTRIBUTES" {
		if p.index.global {
			return apierror.SelectAllOnIndex(in.IndexName.Value)
		}
		p.fetch = true
		return nil
	}
	missing := p.notHeld(append(heads(x.Projection), in.AttributesToGet.Values...))
	if len(missing) > 0 && p.index.global {
		return apierror.NotProjected(in.IndexName.Value, missing)
	}
	p.fetch = len(missing) > 0
	return nil
}

// heads gives the top-level attributes of paths.
func heads(paths []attribute.Path) []string {
	var names []string
	for _, path := range paths {
		names = append(names, path.Head())
	}
	return names
}

// notHeld lists the attributes among names that the index lacks.
func (p *page) notHeld(names []string) []string {
	var missing []string
	seen := make(map[string]bool)
	for _, name := range names {
		if !seen[name] && !p.index.keep.Has(name) {
			missing = append(missing, name)
			seen[name] = true
		}
	}
	return missing
}

// read runs the page and appends the response.
func (p *page) read(e *Engine, out []byte) ([]byte, error) {
	snapshot, err := e.snapshot(p.table, p.index, p.consistent, p.spaces()...)
	if err != nil {
		return out, err
	}
	defer snapshot.Release()
	if p.index != nil && e.strict.fills(p.table, p.index.definition.Name) {
		return out, apierror.IndexBackfilling(p.index.definition.Name)
	}
	out = append(out, '{')
	if !p.countOnly {
		out = append(out, `"Items":[`...)
	}
	var failed error
	err = snapshot.Range(p.space(), p.rng, func(_, value []byte) bool {
		out, failed = p.visit(snapshot, value, out)
		return failed == nil && !p.more
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return out, err
	}
	if !p.countOnly {
		out = append(out, ']')
	}
	p.meter.read(p.table, p.index, readUnits(p.bytes, p.consistent))
	return p.appendTail(out), nil
}

func (p *page) spaces() []store.Space {
	spaces := []store.Space{p.space()}
	if p.fetch {
		spaces = append(spaces, p.table.definition.Space)
	}
	return spaces
}

// visit reads one item.
func (p *page) visit(r store.Reader, value, out []byte) ([]byte, error) {
	it := attribute.Item(value)
	p.scanned++
	p.bytes += it.Size()
	if p.scanned == p.limit || p.bytes >= maxPageBytes {
		p.more = !p.ends(it)
		if p.more {
			p.last = p.appendLast(p.last, it)
		}
	}
	held := it
	if p.fetch {
		var err error
		if it, err = r.Get(p.table.definition.Space, p.table.key.place(it)); err != nil {
			return out, err
		}
		p.meter.read(p.table, nil, readUnits(it.Size(), p.consistent))
	}
	if p.filter != nil && !p.filter.Holds(held) {
		return out, nil
	}
	p.count++
	if p.countOnly {
		return out, nil
	}
	if p.count > 1 {
		out = append(out, ',')
	}
	if p.projection != nil && !p.projection.Covers(it) {
		it = p.projection.Of(it)
	}
	return wire.AppendItem(out, it), nil
}

// appendLast appends the starting key for the page after an item.
func (p *page) appendLast(dst []byte, it attribute.Item) []byte {
	dst = append(dst, `,"LastEvaluatedKey":{`...)
	for i, name := range p.keyNames() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(wire.AppendText(dst, name), ':')
		dst = wire.AppendValue(dst, it.Get(name))
	}
	return append(dst, '}')
}

func (p *page) appendTail(out []byte) []byte {
	out = strconv.AppendInt(appendMember(out, "Count"), p.count, 10)
	out = strconv.AppendInt(appendMember(out, "ScannedCount"), p.scanned, 10)
	out = append(out, p.last...)
	return append(p.meter.appendTo(out), '}')
}
