package ddbtable

import (
	"context"
	"slices"

	"example.com/ddb/fields"
)

// send sends one UpdateItem, computed from the facets that were read. The reply
// has the new item, or with an error the stored one.
func (p *updatePlan) send(ctx context.Context, read facetValues) (reply, error) {
	c, final, err := p.call(read)
	if err != nil {
		return reply{}, err
	}
	c.returns = returnsNew
	if p.returnOld {
		c.returns = returnsOld
	}
	r := p.refusal(final)
	out, err := p.core.write(ctx, c, &r)
	p.doubtful = p.doubtful || c.seen != nil && c.seen.doubtful
	return out, err
}

// call is the request, computed from the facets that were read, and the
// changes that it makes.
func (p *updatePlan) call(read facetValues) (c *call, final []*change, err error) {
	if final, err = p.final(read); err != nil {
		return nil, nil, err
	}
	c = newUpdate(p.core.settings.name)
	c.key = p.primary
	var few [6]*node
	if c.texts.condition, err = c.texts.writer.conditions(p.conditions(few[:0], read)...); err == nil {
		c.texts.update, err = c.texts.writer.update(final)
	}
	return c, final, err
}

// conditions appends what must hold of the stored item: it exists, this call has
// not written it yet, the facets that were read are unchanged, and what the
// caller wants.
func (p *updatePlan) conditions(all []*node, read facetValues) []*node {
	t := p.core
	switch ours := t.ours(); {
	case p.create:
		all = append(all, t.replaceable())
	case ours != nil:
		all = append(all, ours)
	default:
		all = append(all, t.there)
	}
	if p.writeID != "" {
		all = append(all, &node{op: opNe, path: t.schema.duties.writeID.Path(), values: []fields.Value{fields.String(p.writeID)}})
	}
	for _, f := range p.unknown {
		v, _ := read.of(f)
		all = append(all, unchanged(f, v))
	}
	return append(all, p.cond.asRead())
}

// final lists the changes that are sent: those of the call, with facets that
// were read computed, the derived attributes, and the write id.
func (p *updatePlan) final(read facetValues) ([]*change, error) {
	facets, all := append(facetValues(p.room.facets[:0]), p.known...), p.room.final[:0]
	for _, facet := range read {
		if _, known := facets.of(facet.field); !known {
			facets = append(facets, facet)
		}
	}
	for _, c := range p.changes {
		computed, err := p.computed(c, &facets)
		if err != nil {
			return nil, err
		}
		if computed != nil {
			all = append(all, computed)
		}
	}
	all = append(all, p.keyFacets()...)
	for _, f := range p.derived {
		c, err := p.core.derivedChange(f, facets.value)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	if p.writeID != "" {
		all = append(all, &change{action: actSet, path: p.core.schema.duties.writeID.Path(), value: fields.String(p.writeID)})
	}
	return all, nil
}

// computed replaces Add and SetIfAbsent on a facet that was read by Set of the
// result, so that the derived attribute can be computed from it too. It is nil
// if nothing is left to do.
func (p *updatePlan) computed(c *change, facets *facetValues) (*change, error) {
	f := c.path.Field()
	if !slices.Contains(p.unknown, f) {
		return c, nil
	}
	value, err := c.value, error(nil)
	switch old, _ := facets.of(f); {
	case c.action == actAdd:
		value, err = fields.Sum(old, c.value)
	case old.Kind() != "":
		return nil, nil // SetIfAbsent of what is there
	}
	*facets = facets.with(f, value)
	return &change{action: actSet, path: c.path, value: value}, err
}

// keyFacets sets the attributes that the key is made from, which an item that
// is created must have and any other has already.
func (p *updatePlan) keyFacets() []*change {
	var all []*change
	for _, e := range p.key {
		if p.create && !slices.Contains(p.core.schema.primary.keys(), e.path.Field()) {
			all = append(all, &change{action: actSet, path: e.path, value: e.values[0]})
		}
	}
	return all
}

// derivedChange sets a derived attribute, or removes it if a facet is absent.
func (t *core) derivedChange(f *fields.Field, facets func(*fields.Field) fields.Value) (*change, error) {
	if rule := t.schema.ruleOf(f); rule != nil && !rule.holds(facets) {
		return &change{action: actRemove, path: f.Path()}, nil
	}
	value, present, err := f.Template.Derive(func(facet *fields.Field) (fields.Value, bool) {
		v := facets(facet)
		return v, v.Kind() != ""
	})
	switch {
	case err != nil:
		return nil, &fields.ValueError{Struct: f.Owner(), Field: f.GoName, Attribute: f.Name, Err: err}
	case !present:
		return &change{action: actRemove, path: f.Path()}, nil
	case len(f.Roles) > 0 && value.Text() == "":
		err = f.CheckKey(value)
	}
	return &change{action: actSet, path: f.Path(), value: value}, err
}

// refusal says what a failed condition means.
func (p *updatePlan) refusal(final []*change) refusal {
	r := refusal{primary: p.primary, kind: failedOrMissing, writeID: p.writeID}
	if p.create {
		r.kind = conditionFailed
	}
	if p.core.schema.duties.version != nil {
		r.version = func() fields.Value {
			seen := p.core.versionSeen(p.cond)
			if seen.Kind() == "" {
				return seen
			}
			next, _ := fields.Sum(seen, fields.Int(1)) // which was sent as a condition
			return next
		}
	}
	if p.idempotent {
		r.holds = func(old item) bool {
			stored, err := old.attributeValues()
			return err == nil && stored != nil && !slices.ContainsFunc(final, func(c *change) bool {
				return !p.core.schema.duties.setAnew(c.path.Field()) && !c.holds(stored)
			})
		}
	}
	return r
}

// maybeAdded reports whether an earlier attempt of this very call may have
// been applied and have added something: trying again would add twice. The
// write id does not tell, because the next writer replaces it.
func (p *updatePlan) maybeAdded() bool {
	return p.doubtful && slices.ContainsFunc(p.changes, func(c *change) bool { return !c.absolute() })
}
