package engine

import (
	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/expression"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/store"
	"example.com/ddb/internal/engine/validation"
	"example.com/ddb/internal/engine/wire"
)

func (e *Engine) query(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.Query)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	x, err := validation.Query(in)
	if err != nil {
		return action{}, err
	}
	return action{table: in.TableName.Value, index: in.IndexName.Value, run: func(out []byte) ([]byte, error) {
		t, err := e.lookup(in.TableName.Value)
		if err != nil {
			return out, err
		}
		p, err := newPage(t, &in.Pages, &x)
		if err != nil {
			return out, err
		}
		if err := p.bound(in, &x); err != nil {
			return out, err
		}
		return p.read(e, out)
	}}, nil
}

// bound checks a query's conditions, starting key, projection and filter
// against the key and sets the range.
func (p *page) bound(in *request.Query, x *validation.Expressions) *apierror.Error {
	start := in.ExclusiveStartKey
	if start.Set {
		if err := p.checkStart(start.Item.Item); err != nil {
			return err
		}
		if err := p.checkTableStart(start.Item.Item); err != nil {
			return err
		}
	}
	k, err := p.key().rangeOf(x.Keys)
	if err != nil {
		return err
	}
	if start.Set {
		err := k.startAfter(p.place(start.Item.Item), start.Item.Item, p.index != nil, in.Descending())
		if err != nil {
			return err
		}
	}
	if err := p.table.checkScalarPaths(x.Projection); err != nil {
		return err
	}
	if err := p.checkFilter(in, x.Filter); err != nil {
		return err
	}
	if err := p.checkProjected(&in.Pages, x); err != nil {
		return err
	}
	p.rng = store.Range{From: k.from, To: k.to, Descending: in.Descending()}
	if p.index == nil {
		p.ends = func(it attribute.Item) bool { return k.atFarBound(it, in.Descending()) }
	}
	return nil
}

// checkStart checks that a starting key has exactly the attributes of the table's
// key and the index's, and those of what is read of their types.
func (p *page) checkStart(it attribute.Item) *apierror.Error {
	if it.Len() != len(p.keyNames()) {
		return apierror.StartKeyInvalid()
	}
	for i, k := range p.key().attributes() {
		v := it.Get(k.name)
		switch {
		case v == nil:
			return apierror.StartKeyInvalid()
		case v.Kind() != k.kind:
			return apierror.KeyMismatch()
		case isEmpty(v):
			return apierror.KeyEmpty(k.name, k.kind.String())
		}
		if err := checkKeySize(v, i < len(p.key().partition)); err != nil {
			return err
		}
	}
	return nil
}

// checkTableStart checks the attributes of the table's key.
func (p *page) checkTableStart(it attribute.Item) *apierror.Error {
	for _, k := range p.table.key.attributes() {
		v := it.Get(k.name)
		if v.Kind() != k.kind {
			return apierror.StartKeyCause(apierror.KeyMismatch())
		}
		if isEmpty(v) {
			return apierror.StartKeyCause(apierror.KeyEmpty(k.name, k.kind.String()))
		}
	}
	return nil
}

// checkFilter refuses a filter on the key of what is queried, and on what an
// index does not hold. A scan is not refused: its filter takes that for absent.
func (p *page) checkFilter(in *request.Query, filter *expression.Condition) *apierror.Error {
	if filter == nil {
		return nil
	}
	parameter := "Filter Expression"
	if in.LegacyFilter.Set {
		parameter = "QueryFilter"
	}
	for _, k := range p.key().attributes() {
		for _, path := range filter.Paths() {
			if path.Head() == k.name {
				return apierror.FilterOnKey(parameter, k.name)
			}
		}
	}
	if p.index != nil && p.index.keep != nil {
		if missing := p.notHeld(heads(filter.Paths())); len(missing) > 0 {
			return apierror.FilterNotProjected(p.index.definition.Name, missing)
		}
	}
	return p.table.checkScalarPaths(filter.Paths())
}
