package ddbtable

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/fields"
	"example.com/ddb/internal/wire"
)

// maxConflicts is how often an update whose facets were read is tried again
// because another writer had changed them.
const maxConflicts = 5

// An Update changes some attributes of an item and leaves all others, those
// that T does not have among them, as they are. It is immutable; Run sends it.
type Update[T any] struct {
	table      *Table[T]
	key        []Equality[T]
	changes    []*change
	cond       *node
	create     bool
	idempotent bool
	anyVersion bool
	returnOld  bool
	err        error
}

// Update returns the request that changes the item with the primary key that
// the equalities give, as in [Table.Get].
func (t *Table[T]) Update(key ...Equality[T]) Update[T] {
	return Update[T]{table: t, key: slices.Clone(key)}
}

// Change adds changes. Derived attributes are kept right without being named.
func (u Update[T]) Change(changes ...Change[T]) Update[T] {
	all := slices.Clone(u.changes)
	for _, c := range changes {
		if c.c == nil {
			u.err = planErrorf("a change is the zero Change; make it with Set, Add or another method of an attribute")
			continue
		}
		all = append(all, c.c)
	}
	u.changes = all
	return u
}

// If makes Run fail unless the stored item fulfils the condition. Several
// conditions must all be fulfilled.
func (u Update[T]) If(cond Cond[T]) Update[T] {
	u.cond = both(u.cond, given(cond))
	return u
}

// OrCreate makes Run create the item if there is none, with nothing but the
// key, the attributes that it is made from, the changes, and what is derived
// from them. All facets of a derived attribute that changes must then be known
// from the call.
func (u Update[T]) OrCreate() Update[T] {
	u.create = true
	return u
}

// Idempotent makes Run succeed also if the condition fails because the item
// has every changed value already. It cannot be combined with Add and Append.
func (u Update[T]) Idempotent() Update[T] {
	u.idempotent = true
	return u
}

// AnyVersion changes the item whatever its version is. Without it, and if T has
// a version attribute, If must give the version: If(Version.Eq(v)).
func (u Update[T]) AnyVersion() Update[T] {
	u.anyVersion = true
	return u
}

// Run changes the item and returns it as it is then. It never creates one,
// unless OrCreate says so: a missing item is [ErrNotFound].
//
// Derived attributes follow their facets. It costs one UpdateItem if every
// facet of those that change is known: set by this call, part of the key, or
// fixed by an equality in If, such as If(Created.Eq(t)), which also checks it.
// Otherwise one consistent GetItem reads the missing facets first, and the
// update is made on the condition that they are unchanged; if another writer
// changed them in between, it is tried again with the item that the refusal
// returned, up to 5 times, and then fails with [ErrConflict]. Add and
// SetIfAbsent on a facet always read. A facet that is absent takes the derived
// attribute away, and with it the item out of the index.
//
// An UpdateItem costs a write unit for each KB, begun, of the larger of the old
// and the new item, and again for each index that changes. If a condition fails
// the error is a [ConditionError] that is [ErrConditionFailed]. If the new item
// cannot be read, it is an [ItemError] with Applied set.
func (u Update[T]) Run(ctx context.Context) (T, error) {
	v, err := u.run(ctx)
	return v, u.table.opError("update", err)
}

func (u Update[T]) run(ctx context.Context) (v T, err error) {
	p, err := u.plan()
	if err != nil {
		return v, err
	}
	var facets map[*fields.Field]fields.Value // as they were read
	if len(p.unknown) > 0 {
		if facets, err = p.readFacets(ctx); err != nil {
			return v, err
		}
	}
	for try := 0; ; try++ {
		out, err := p.send(ctx, facets)
		if err == nil {
			v, err = u.table.applied(out.item)
			out.release()
			return v, err
		}
		changed, again := p.changed(out.item, facets)
		out.release()
		switch {
		case !again:
			return v, err
		case p.maybeAdded():
			return v, ambiguous[T](err)
		case try == maxConflicts:
			return v, ErrConflict
		}
		facets = changed
	}
}

// An updatePlan is an update whose derived attributes have been found.
type updatePlan[T any] struct {
	Update[T]
	primary  []member
	known    map[*fields.Field]fields.Value // facets that the call fixes
	derived  []*fields.Field                // that change
	unknown  []*fields.Field                // facets that must be read
	writeID  string
	doubtful bool // an attempt that failed may have been applied
}

func (u Update[T]) plan() (*updatePlan[T], error) {
	t := u.table
	switch {
	case t.err != nil:
		return nil, t.err
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
	p := &updatePlan[T]{Update: u, primary: key, writeID: t.newWriteID()}
	p.fixed()
	return p, p.derive()
}

// check refuses changes that DynamoDB would refuse, or that would leave a
// derived attribute stale.
func (u Update[T]) check() error {
	for i, c := range u.changes {
		if c.err != nil {
			return c.err
		}
		if err := u.table.checkTarget(c); err != nil {
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
func (t *Table[T]) checkTarget(c *change) error {
	f := c.path.Field()
	switch {
	case f.Template != nil:
		return planErrorf("attribute %q is derived; change the attributes that it is made from", f.Name)
	case f.Duty == fields.WriteID || f.Duty == fields.Version || f.Duty == fields.UpdatedAt:
		return planErrorf("attribute %q has the option %q, so ddbtable sets it; leave it out", f.Name, f.Duty)
	}
	for _, key := range t.def.primary.keys() {
		if key == f || key.Template != nil && slices.Contains(facetsOf(key), f) {
			return planErrorf("attribute %q is part of the primary key, which never changes; create a new item and delete this one", f.Name)
		}
	}
	if t.inIndexKey(f) && (c.action == actSet || c.action == actSetIfAbsent) {
		return f.CheckKey(c.value)
	}
	return nil
}

func (t *Table[T]) inIndexKey(f *fields.Field) bool {
	return slices.ContainsFunc(t.def.indexes, func(x *index) bool { return slices.Contains(x.keys(), f) })
}

// fixed collects the facets that the call itself gives, the later ones
// overruling the earlier: equalities in If, the key, Set and Remove.
func (p *updatePlan[T]) fixed() {
	p.known = make(map[*fields.Field]fields.Value)
	if p.cond != nil && p.cond.err == nil {
		for _, n := range p.cond.conjuncts() {
			if n.op == opEq && !n.size && len(n.path.Steps()) == 0 {
				p.known[n.path.Field()] = n.values[0]
			}
		}
	}
	for _, e := range p.key {
		p.known[e.n.path.Field()] = e.n.values[0]
	}
	for _, c := range p.changes {
		if len(c.path.Steps()) > 0 {
			continue
		}
		switch f := c.path.Field(); c.action {
		case actSet, actRemove:
			p.known[f] = c.value // the zero Value for Remove
		default:
			delete(p.known, f)
		}
	}
}

// derive finds the derived attributes that change and the facets of theirs
// that must be read.
func (p *updatePlan[T]) derive() error {
	for _, f := range p.table.def.plan.Fields() {
		if f.Template == nil || !p.touches(f) {
			continue
		}
		p.derived = append(p.derived, f)
		for _, facet := range p.table.def.inputs(f) {
			if _, ok := p.known[facet]; !ok && !slices.Contains(p.unknown, facet) {
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
func (p *updatePlan[T]) touches(f *fields.Field) bool {
	facets := p.table.def.inputs(f)
	if slices.ContainsFunc(p.changes, func(c *change) bool { return slices.Contains(facets, c.path.Field()) }) {
		return true
	}
	return p.create && !slices.Contains(p.table.def.primary.keys(), f) && !slices.ContainsFunc(facets, func(f *fields.Field) bool {
		return !slices.ContainsFunc(p.key, func(e Equality[T]) bool { return e.n.path.Field() == f })
	})
}

// keyFacets sets the attributes that the key is made from, which an item that
// is created must have and any other has already.
func (p *updatePlan[T]) keyFacets() []*change {
	var all []*change
	for _, e := range p.key {
		if p.create && !slices.Contains(p.table.def.primary.keys(), e.n.path.Field()) {
			all = append(all, &change{action: actSet, path: e.n.path, value: e.n.values[0]})
		}
	}
	return all
}

func names(all []*fields.Field) string {
	var text []string
	for _, f := range all {
		text = append(text, f.Name)
	}
	return strings.Join(text, ", ")
}

// readFacets reads the facets that the call does not know.
func (p *updatePlan[T]) readFacets(ctx context.Context) (map[*fields.Field]fields.Value, error) {
	t := p.table
	facets := projection[T]{some: true}
	for _, f := range p.unknown {
		facets.paths = append(facets.paths, f.Path())
	}
	r, err := t.getItem(ctx, p.primary, true, facets, t.def.primary.keys())
	if err != nil {
		return nil, err
	}
	defer r.release()
	if r.item.none() {
		return nil, &ConditionError[T]{kind: ErrNotFound}
	}
	return p.facetsIn(r.item)
}

// facetsIn picks the unknown facets out of an item; one that is absent is the
// zero Value.
func (p *updatePlan[T]) facetsIn(i item) (map[*fields.Field]fields.Value, error) {
	facets := make(map[*fields.Field]fields.Value, len(p.unknown))
	for _, f := range p.unknown {
		v, err := i.value(f.Name)
		if err != nil {
			return nil, err
		}
		facets[f] = v
	}
	return facets, nil
}

// changed returns the facets of the stored item that a refusal gave, if they
// differ from those that were read.
func (p *updatePlan[T]) changed(stored item, read map[*fields.Field]fields.Value) (map[*fields.Field]fields.Value, bool) {
	if stored.none() {
		return nil, false
	}
	facets, err := p.facetsIn(stored)
	if err != nil {
		return nil, false
	}
	for f, v := range facets {
		if !v.Equal(read[f]) {
			return facets, true
		}
	}
	return nil, false
}

// maybeAdded reports whether an earlier attempt of this very call may have
// been applied and have added something: trying again would add twice. The
// write id does not tell, because the next writer replaces it.
func (p *updatePlan[T]) maybeAdded() bool {
	return p.doubtful && slices.ContainsFunc(p.changes, func(c *change) bool { return !c.absolute() })
}

// send sends one UpdateItem, computed from the facets that were read. The reply
// has the new item, or with an error the stored one.
func (p *updatePlan[T]) send(ctx context.Context, read map[*fields.Field]fields.Value) (reply, error) {
	c, final, err := p.call(read)
	if err != nil {
		return reply{}, err
	}
	c.returns = returnsNew
	if p.returnOld {
		c.returns = returnsOld
	}
	out, err := p.table.write(ctx, c, p.refusal(final))
	p.doubtful = p.doubtful || c.seen != nil && c.seen.doubtful
	return out, err
}

// call is the request, computed from the facets that were read, and the
// changes that it makes.
func (p *updatePlan[T]) call(read map[*fields.Field]fields.Value) (c *call, final []*change, err error) {
	if final, err = p.final(read); err != nil {
		return nil, nil, err
	}
	c = &call{op: opUpdateItem, table: p.table.settings.name, key: p.primary}
	if c.texts.condition, err = c.texts.writer.condition(p.condition(read)); err == nil {
		c.texts.update, err = c.texts.writer.update(final)
	}
	return c, final, err
}

// condition is what must hold of the stored item: it exists, this call has not
// written it yet, the facets that were read are unchanged, and what the caller
// wants.
func (p *updatePlan[T]) condition(read map[*fields.Field]fields.Value) *node {
	t := p.table
	var n *node
	switch {
	case p.create:
		n = t.replaceable()
	case t.ours() != nil:
		n = t.ours()
	default:
		n = fieldNode(opExists, t.def.primary.partition)
	}
	if p.writeID != "" {
		n = both(n, &node{op: opNe, path: t.def.duties.writeID.Path(), values: []fields.Value{fields.String(p.writeID)}})
	}
	for _, f := range p.unknown {
		n = both(n, unchanged(f, read[f]))
	}
	return both(n, p.cond)
}

// unchanged is the condition that an attribute still is as it was read.
func unchanged(f *fields.Field, v fields.Value) *node {
	if v.Kind() == "" {
		return fieldNode(opNotExists, f)
	}
	return &node{op: opEq, path: f.Path(), values: []fields.Value{v}}
}

// final lists the changes that are sent: those of the call, with facets that
// were read computed, the derived attributes, and the write id.
func (p *updatePlan[T]) final(read map[*fields.Field]fields.Value) ([]*change, error) {
	facets, all := make(map[*fields.Field]fields.Value), []*change(nil)
	maps.Copy(facets, read)
	maps.Copy(facets, p.known)
	for _, c := range p.changes {
		computed, err := p.computed(c, facets)
		if err != nil {
			return nil, err
		}
		if computed != nil {
			all = append(all, computed)
		}
	}
	all = append(all, p.keyFacets()...)
	for _, f := range p.derived {
		c, err := p.table.derivedChange(f, facets)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	if p.writeID != "" {
		all = append(all, &change{action: actSet, path: p.table.def.duties.writeID.Path(), value: fields.String(p.writeID)})
	}
	return all, nil
}

// computed replaces Add and SetIfAbsent on a facet that was read by Set of the
// result, so that the derived attribute can be computed from it too. It is nil
// if nothing is left to do.
func (p *updatePlan[T]) computed(c *change, facets map[*fields.Field]fields.Value) (*change, error) {
	f := c.path.Field()
	if !slices.Contains(p.unknown, f) {
		return c, nil
	}
	old := facets[f]
	var err error
	switch {
	case c.action == actAdd:
		facets[f], err = fields.Sum(old, c.value)
	case old.Kind() == "":
		facets[f] = c.value
	default:
		return nil, nil // SetIfAbsent of what is there
	}
	return &change{action: actSet, path: c.path, value: facets[f]}, err
}

// derivedChange sets a derived attribute, or removes it if a facet is absent.
func (t *Table[T]) derivedChange(f *fields.Field, facets map[*fields.Field]fields.Value) (*change, error) {
	if rule := t.def.ruleOf(f); rule != nil && !rule.holds(func(f *fields.Field) fields.Value { return facets[f] }) {
		return &change{action: actRemove, path: f.Path()}, nil
	}
	value, present, err := f.Template.Derive(func(facet *fields.Field) (fields.Value, bool) {
		v := facets[facet]
		return v, v.Kind() != ""
	})
	switch {
	case err != nil:
		return nil, &fields.ValueError{Struct: f.Owner(), Field: f.GoName, Attribute: f.Name, Err: err}
	case !present:
		return &change{action: actRemove, path: f.Path()}, nil
	}
	return &change{action: actSet, path: f.Path(), value: value}, nil
}

// refusal says what a failed condition means.
func (p *updatePlan[T]) refusal(final []*change) *refusal {
	r := &refusal{key: func() ([]member, error) { return p.primary, nil }, kind: failedOrMissing, writeID: p.writeID}
	if p.create {
		r.kind = conditionFailed
	}
	if p.idempotent {
		r.holds = func(old item) bool {
			stored, err := old.attributeValues()
			return err == nil && stored != nil && !slices.ContainsFunc(final, func(c *change) bool {
				return !p.table.def.duties.setAnew(c.path.Field()) && !c.holds(stored)
			})
		}
	}
	return r
}

// holds reports whether an item is as the change would leave it.
func (c *change) holds(item map[string]types.AttributeValue) bool {
	av := lookUp(item, c.path)
	switch c.action {
	case actRemove:
		return av == nil
	case actSetIfAbsent:
		return av != nil
	case actAddToSet:
		return wire.Contains(av, c.value.AttributeValue())
	case actRemoveFromSet:
		return wire.Disjoint(av, c.value.AttributeValue())
	}
	return wire.Equal(av, c.value.AttributeValue())
}

// lookUp is the value at a path in an item, nil if there is none.
func lookUp(item map[string]types.AttributeValue, path *fields.Path) types.AttributeValue {
	av := item[path.Field().Name]
	for _, s := range path.Steps() {
		switch in := av.(type) {
		case *types.AttributeValueMemberM:
			av = in.Value[s.Name]
		case *types.AttributeValueMemberL:
			if av = nil; s.Index < len(in.Value) {
				av = in.Value[s.Index]
			}
		default:
			return nil
		}
	}
	return av
}
