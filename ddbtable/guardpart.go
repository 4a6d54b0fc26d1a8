package ddbtable

import (
	"maps"
	"slices"
	"strings"

	"example.com/ddb/fields"
)

// A guardedPart is a write whose guard items change with it.
type guardedPart struct {
	transactPart
	core  *core
	rules []*guardRule // that the write decides about

	// after are the values that the item will have, given those that it has.
	// It is nil if there is no item then.
	after func(old values) (values, error)

	missing  []*fields.Field // whose old values must be read
	exists   bool            // it is known that there is an item
	mayBeNew bool            // it is fine if there is none

	known  values // old values that the call fixes
	old    values // nil if there is no item
	stored item   // that was met last

	refusal bool // the last attempt failed because of the write's own condition
	met     item // the stored item then
}

// values are those of some attributes of an item; a missing one is absent.
type values map[*fields.Field]fields.Value

func (v values) of(f *fields.Field) fields.Value { return v[f] }

// guard makes the part of a write one that keeps the guard items.
func (t *core) guard(p *guardedPart) transactPart {
	p.core = t
	for _, r := range p.rules {
		for _, f := range r.inputs() {
			if _, ok := p.known[f]; !ok && !slices.Contains(p.missing, f) {
				p.missing = append(p.missing, f)
			}
		}
	}
	if p.exists && len(p.missing) == 0 {
		p.old = p.known
	}
	return p
}

// fixedBefore are the values that an item is known to have before a write: by
// its key, and by equalities in the condition.
func fixedBefore(cond *node, key []*node) (fixed values, exists bool) {
	fixed = make(values)
	for _, e := range key {
		fixed[e.path.Field()] = e.values[0]
	}
	if cond == nil || cond.err != nil {
		return fixed, false
	}
	for n := range cond.conjuncts() {
		if n.op == opEq && !n.size && len(n.path.Steps()) == 0 {
			fixed[n.path.Field()], exists = n.values[0], true
		}
	}
	return fixed, exists
}

// guardPut is the part of a Put, or of a Create.
func (p put) guardPut(part *fixedPart, cond *node) (transactPart, error) {
	t := p.core
	rules := t.schema.guards
	if len(rules) == 0 {
		return part, nil
	}
	if err := t.noGuard(part.key); err != nil {
		return nil, err
	}
	now := make(values)
	for _, r := range rules {
		for _, f := range r.inputs() {
			v, err := part.call.item.value(f.Name)
			if err != nil {
				return nil, err
			}
			now[f] = v
		}
	}
	g := &guardedPart{transactPart: part, rules: rules, mayBeNew: true, after: func(values) (values, error) { return now, nil }}
	if p.create {
		g.core = t
		return g, nil
	}
	g.known, g.exists = fixedBefore(cond, nil)
	for f := range now {
		if t.keyFacet(f) {
			g.known[f] = now[f]
		}
	}
	return t.guard(g), nil
}

// noGuard refuses to make an item whose key is that of a guard item.
func (t *core) noGuard(key []member) error {
	if t.schema.guardTable == "" && strings.HasPrefix(key[0].value.Text(), guardPrefix) {
		return planErrorf("the partition key begins with %q, as those of guard items do; choose another", guardPrefix)
	}
	return nil
}

// keyFacet reports whether the primary key fixes the attribute.
func (t *core) keyFacet(f *fields.Field) bool {
	return slices.ContainsFunc(t.schema.primary.keys(), func(k *fields.Field) bool {
		return k == f || k.Template != nil && slices.Contains(facetsOf(k), f)
	})
}

// guardDelete is the part of a Delete.
func (d deletion) guardDelete(part *fixedPart) transactPart {
	if len(d.core.schema.guards) == 0 {
		return part
	}
	g := &guardedPart{transactPart: part, rules: d.core.schema.guards, mayBeNew: true}
	g.known, g.exists = fixedBefore(d.cond, d.key)
	return d.core.guard(g)
}

// touched are the rules that the update decides about.
func (p *updatePlan) touched() []*guardRule {
	var rules []*guardRule
	for _, r := range p.core.schema.guards {
		if p.create || slices.ContainsFunc(p.changes, func(c *change) bool { return slices.Contains(r.inputs(), c.path.Field()) }) {
			rules = append(rules, r)
		}
	}
	return rules
}

// guardUpdate is the part of an Update.
func (p *updatePart) guardUpdate() (transactPart, error) {
	rules := p.touched()
	if len(rules) == 0 {
		return p, nil
	}
	if err := p.core.noGuard(p.primary); err != nil {
		return nil, err
	}
	g := &guardedPart{transactPart: p, rules: rules, exists: !p.create, mayBeNew: p.create, after: p.changedValues}
	g.known, _ = fixedBefore(p.cond, p.key)
	return p.core.guard(g), nil
}

// changedValues are the values that the update leaves.
func (p *updatePart) changedValues(old values) (values, error) {
	final, err := p.final(p.read)
	if err != nil {
		return nil, err
	}
	now := make(values)
	maps.Copy(now, old)
	for _, e := range p.key {
		now[e.path.Field()] = e.values[0]
	}
	for _, c := range final {
		if len(c.path.Steps()) > 0 {
			continue
		}
		switch f := c.path.Field(); c.action {
		case actSet:
			now[f] = c.value
		case actRemove:
			delete(now, f)
		case actSetIfAbsent:
			if now[f].Kind() == "" {
				now[f] = c.value
			}
		case actAdd:
			if now[f], err = fields.Sum(now[f], c.value); err != nil {
				return nil, err
			}
		}
	}
	return now, nil
}

// reads reports whether the old values, or whether there are any, must be read.
func (p *guardedPart) reads() bool { return p.known != nil && (!p.exists || len(p.missing) > 0) }

func (p *guardedPart) unknown() []*fields.Field {
	all := slices.Clip(p.transactPart.unknown())
	if !p.reads() {
		return all
	}
	wanted := append(slices.Clip(p.missing), p.core.schema.primary.partitions[0])
	if f := p.core.schema.duties.discriminator; f != nil {
		wanted = append(wanted, f)
	}
	for _, f := range wanted {
		if !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}

// refused is the error of the write's own condition.
func (p *guardedPart) refused(old item) error {
	p.refusal = true
	if p.met = old; !p.core.owns(old) {
		p.met = item{}
	}
	return p.transactPart.refused(old)
}

// learn takes the old values from the stored item, none if there is none.
func (p *guardedPart) learn(stored item) (changed bool, err error) {
	if !p.core.owns(stored) {
		stored = item{}
	}
	if !stored.none() && len(p.transactPart.unknown()) > 0 {
		if changed, err = p.transactPart.learn(stored); err != nil {
			return false, err
		}
	}
	p.stored = stored
	if !p.reads() {
		return changed, nil
	}
	var old values
	if !stored.none() {
		old = maps.Clone(p.known)
		for _, f := range p.missing {
			if old[f], err = stored.value(f.Name); err != nil {
				return false, err
			}
			changed = changed || !old[f].Equal(p.old[f])
		}
	}
	changed = changed || (old == nil) != (p.old == nil)
	p.old = old
	return changed, nil
}

// build adds to the write's own condition that what was read is unchanged.
func (p *guardedPart) build() (*call, error) {
	p.refusal = false
	made, err := p.transactPart.build()
	if err != nil || !p.reads() {
		return made, err
	}
	c, own := *made, *made.texts
	c.texts = &own
	if p.old == nil {
		return &c, c.texts.require(fieldNode(opNotExists, p.core.schema.primary.partitions[0]))
	}
	n := fieldNode(opExists, p.core.schema.primary.partitions[0])
	for _, f := range p.missing {
		n = both(n, unchanged(f, p.old[f]))
	}
	return &c, c.texts.require(n)
}

// require adds a condition to the one that the texts have.
func (t *texts) require(n *node) error {
	// The texts may share their memory with the call that they are copied from.
	t.buf, t.names, t.values = slices.Clip(t.buf), slices.Clip(t.names), slices.Clip(t.values)
	first := t.condition
	more, err := t.writer.condition(n)
	if err != nil {
		return err
	}
	t.condition = more
	if len(first) > 0 {
		t.condition = t.text(func(w *writer) {
			w.string("(" + string(first) + ") AND (" + string(more) + ")")
		})
	}
	if len(t.condition) > maxExpression {
		return planErrorf("condition is %d bytes long as an expression, with that of the guard items; the limit is %d; test less", len(t.condition), maxExpression)
	}
	return nil
}

// A guardChange is what happens to one guard item because of one write.
type guardChange struct {
	rule  *guardRule
	text  string
	owner fields.Value
	claim bool // else it is freed
}

// changes lists what happens to guard items.
func (p *guardedPart) changes() ([]guardChange, error) {
	var now values
	if p.after != nil {
		var err error
		if now, err = p.after(p.old); err != nil {
			return nil, err
		}
	}
	_, key := p.at()
	owner := keyValue(key)
	var all []guardChange
	for _, r := range p.rules {
		before, after := "", ""
		if p.old != nil {
			before = r.text(p.core.schema, p.old.of)
		}
		if now != nil {
			after = r.text(p.core.schema, now.of)
		}
		if before != "" && before != after {
			all = append(all, guardChange{r, before, owner, false})
		}
		// A unique value is claimed again although it stays: the item may be
		// older than the rule.
		if after != "" && (before != after || !r.counts) {
			all = append(all, guardChange{r, after, owner, true})
		}
	}
	return all, nil
}
