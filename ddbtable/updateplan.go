package ddbtable

import (
	"slices"
	"strings"

	"example.com/ddb/fields"
)

// An updatePlan is an update whose derived attributes have been found.
type updatePlan struct {
	update
	primary  []member
	known    facetValues     // facets that the call fixes
	derived  []*fields.Field // that change
	unknown  []*fields.Field // facets that must be read
	writeID  string
	doubtful bool // an attempt that failed may have been applied

	room struct { // memory for known, derived and what send makes
		known   [4]facetValue
		derived [2]*fields.Field
		facets  [6]facetValue
		final   [6]*change
	}
}

func (u update) plan() (*updatePlan, error) {
	t := u.core
	if err := t.mistake(); err != nil {
		return nil, err
	}
	switch {
	case u.err != nil:
		return nil, u.err
	case u.cond != nil && u.cond.err != nil:
		return nil, u.cond.err
	case len(u.changes) == 0:
		return nil, planErrorf("update has no changes; give it some with Change")
	}
	key, err := t.key(u.key)
	if err != nil {
		return nil, err
	}
	if err := u.check(); err != nil {
		return nil, err
	}
	if err := t.versionGiven(u.cond, u.anyVersion || u.create); err != nil {
		return nil, err
	}
	if u.changes, err = u.stamped(); err != nil {
		return nil, err
	}
	p := &updatePlan{update: u, primary: key, writeID: t.newWriteID()}
	p.fixed()
	return p, p.derive()
}

// check refuses changes that DynamoDB would refuse, or that would leave a
// derived attribute stale.
func (u update) check() error {
	for i, c := range u.changes {
		if c.err != nil {
			return c.err
		}
		if err := u.core.checkTarget(c); err != nil {
			return err
		}
		if u.idempotent && !c.absolute() {
			return planErrorf("attribute %q: Add and Append are not idempotent; drop Idempotent, and use a write-id attribute to settle retries", c.path)
		}
		for _, other := range u.changes[:i] {
			if c.overlaps(other) {
				return planErrorf("attribute %q is changed twice; join the changes", c.path)
			}
		}
	}
	return nil
}

// checkTarget refuses changes of keys, derived attributes and the write id.
func (t *core) checkTarget(c *change) error {
	f := c.path.Field()
	switch {
	case f.Template != nil:
		return planErrorf("attribute %q is derived; change the attributes that it is made from", f.Name)
	case f.Duty == fields.WriteID || f.Duty == fields.Version || f.Duty == fields.UpdatedAt:
		return planErrorf("attribute %q has the option %q, so ddbtable sets it; leave it out", f.Name, f.Duty)
	}
	for _, key := range t.schema.primary.keys() {
		if key == f || key.Template != nil && slices.Contains(facetsOf(key), f) {
			return planErrorf("attribute %q is part of the primary key, which never changes; create a new item and delete this one", f.Name)
		}
	}
	if t.inIndexKey(f) && (c.action == actSet || c.action == actSetIfAbsent) {
		return f.CheckKey(c.value)
	}
	return nil
}

func (t *core) inIndexKey(f *fields.Field) bool {
	return slices.ContainsFunc(t.schema.indexes, func(x *index) bool { return slices.Contains(x.partitions, f) || slices.Contains(x.sorts, f) })
}

// fixed collects the facets that the call itself gives, the later ones
// overruling the earlier: equalities in If, the key, Set and Remove.
func (p *updatePlan) fixed() {
	p.known = p.room.known[:0]
	if p.cond != nil && p.cond.err == nil {
		for n := range p.cond.conjuncts() {
			if n.op == opEq && !n.size && len(n.path.Steps()) == 0 {
				p.known = p.known.with(n.path.Field(), n.values[0])
			}
		}
	}
	for _, e := range p.key {
		p.known = p.known.with(e.path.Field(), e.values[0])
	}
	for _, c := range p.changes {
		if len(c.path.Steps()) > 0 {
			continue
		}
		switch f := c.path.Field(); c.action {
		case actSet, actRemove:
			p.known = p.known.with(f, c.value) // the zero Value for Remove
		default:
			p.known = p.known.without(f)
		}
	}
}

// derive finds the derived attributes that change and the facets of theirs
// that must be read.
func (p *updatePlan) derive() error {
	p.derived = p.room.derived[:0]
	for _, f := range p.core.schema.attributes {
		if f.Template == nil || !p.touches(f) {
			continue
		}
		p.derived = append(p.derived, f)
		for _, facet := range p.core.schema.inputs(f) {
			if _, ok := p.known.of(facet); !ok && !slices.Contains(p.unknown, facet) {
				p.unknown = append(p.unknown, facet)
			}
		}
	}
	if p.create && len(p.unknown) > 0 {
		return planErrorf("OrCreate must know every facet of a derived attribute that changes: %s not given; set it, fix it with If(….Eq(…)), or drop OrCreate", names(p.unknown))
	}
	return nil
}

// touches reports whether the call decides about the derived attribute f: it
// changes a facet, or creates an item whose key gives all of them.
func (p *updatePlan) touches(f *fields.Field) bool {
	facets := p.core.schema.inputs(f)
	if slices.ContainsFunc(p.changes, func(c *change) bool { return slices.Contains(facets, c.path.Field()) }) {
		return true
	}
	return p.create && !slices.Contains(p.core.schema.primary.keys(), f) && !slices.ContainsFunc(facets, func(f *fields.Field) bool {
		return !slices.ContainsFunc(p.key, func(e *node) bool { return e.path.Field() == f })
	})
}

func names(all []*fields.Field) string {
	var text []string
	for _, f := range all {
		text = append(text, f.Name)
	}
	return strings.Join(text, ", ")
}
