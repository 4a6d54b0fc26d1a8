package ddbtable

import (
	"context"

	"example.com/ddb/fields"
)

// readFacets reads the facets that the call does not know.
func (p *updatePlan) readFacets(ctx context.Context) (facetValues, error) {
	t := p.core
	facets := projection{some: true}
	for _, f := range p.unknown {
		facets.paths = append(facets.paths, f.Path())
	}
	r, err := t.getItem(ctx, p.primary, true, facets, t.schema.primary.keys())
	if err != nil {
		return nil, err
	}
	defer r.release()
	if r.item.none() {
		return nil, p.core.refuse(item{}, ErrNotFound, nil, false)
	}
	return p.facetsIn(r.item)
}

// facetsIn picks the unknown facets out of an item; one that is absent is the
// zero Value.
func (p *updatePlan) facetsIn(i item) (facetValues, error) {
	facets := make(facetValues, 0, len(p.unknown))
	for _, f := range p.unknown {
		v, err := i.value(f.Name)
		if err != nil {
			return nil, err
		}
		facets = append(facets, facetValue{f, v})
	}
	return facets, nil
}

// changed returns the facets of the stored item that a refusal gave, if they
// differ from those that were read.
func (p *updatePlan) changed(stored item, read facetValues) (facetValues, bool) {
	if stored.none() {
		return nil, false
	}
	facets, err := p.facetsIn(stored)
	if err != nil {
		return nil, false
	}
	return facets, facets.differ(read)
}

// unchanged is the condition that an attribute still is as it was read.
func unchanged(f *fields.Field, v fields.Value) *node {
	if v.Kind() == "" {
		return fieldNode(opNotExists, f)
	}
	return &node{op: opEq, path: f.Path(), values: []fields.Value{v}}
}
