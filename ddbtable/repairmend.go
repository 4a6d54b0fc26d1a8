package ddbtable

import (
	"context"
	"errors"
	"maps"
	"slices"

	"example.com/ddb/fields"
	"example.com/ddb/internal/wire"
)

// A repairKind is what a repair knows of the items of one type.
type repairKind struct {
	*kind
	core    *core           // of the type; its sender writes
	derived []*fields.Field // those of the primary key among them
	inputs  []*fields.Field // of all of them
	unique  []*guardRule
}

func newRepairKind(k *kind, c core, via sender) *repairKind {
	c.schema, c.sender = k.schema, via
	c.refuse = func(item, error, error, bool) error { return ErrConditionFailed }
	rk := &repairKind{kind: k, core: &c}
	for _, r := range k.schema.guards {
		if !r.counts {
			rk.unique = append(rk.unique, r)
		}
	}
	for _, f := range k.attributes {
		if f.Template == nil {
			continue
		}
		rk.derived = append(rk.derived, f)
		for _, input := range k.schema.inputs(f) {
			if !slices.Contains(rk.inputs, input) {
				rk.inputs = append(rk.inputs, input)
			}
		}
	}
	return rk
}

// A mend is what is wrong with an item: the changes that make it right, given
// what they are made from.
type mend struct {
	changes []*change
	read    values
}

// A staleKey is [ErrStale] without the advice to set a facet, which is refused.
type staleKey struct{}

func (staleKey) Error() string {
	return "derived attribute is stale, and part of the primary key, which never changes; create the item anew, and remove this one by its key"
}

func (staleKey) Unwrap() error { return ErrStale }

// examine finds what is wrong with an item, of which reading said readErr. An
// error says that it cannot be mended.
func (k *repairKind) examine(i item, readErr error) (m mend, err error) {
	if readErr != nil && !errors.Is(readErr, ErrStale) {
		return m, readErr
	}
	if m, err = k.wrong(i); err != nil || readErr == nil {
		return m, err
	}
	// Being stale may not be all that is the matter with it.
	return m, k.readableWith(i, m.changes)
}

// wrong compares the derived attributes with what they are made from.
func (k *repairKind) wrong(i item) (m mend, err error) {
	if m.read, err = i.pick(k.inputs, k.derived); err != nil {
		return m, err
	}
	for _, f := range k.derived {
		c, err := k.core.derivedChange(f, m.read.of)
		if err == nil && c.action == actSet && len(f.Roles) > 0 {
			err = f.CheckKey(c.value)
		}
		switch {
		case err != nil:
			return m, err
		case m.read[f].Equal(c.value): // the zero Value if it is to be removed
		case slices.Contains(k.primary.keys(), f):
			return m, &fields.ValueError{Struct: f.Owner(), Field: f.GoName, Attribute: f.Name, Err: staleKey{}}
		default:
			m.changes = append(m.changes, c)
		}
	}
	return m, nil
}

// pick is the values of some attributes; one that is absent has none.
func (i item) pick(all ...[]*fields.Field) (values, error) {
	picked := make(values)
	if i.json == nil {
		for _, f := range slices.Concat(all...) {
			v, err := i.value(f.Name)
			if err != nil {
				return nil, err
			}
			picked[f] = v
		}
		return picked, nil
	}
	scan := wire.NewScanner(i.json)
	err := scan.Each('{', '}', func(name []byte) error {
		for _, some := range all {
			for _, f := range some {
				if f.Name != string(name) {
					continue
				}
				json, err := scan.Skip()
				if err == nil {
					picked[f], err = fields.ParseValue(json)
				}
				return err
			}
		}
		_, err := scan.Skip()
		return err
	})
	return picked, err
}

// readable is the error of reading an item.
func (k *repairKind) readable(i item) error {
	_, err := k.read(i)
	return err
}

// readableWith is the error of reading an item that is changed.
func (k *repairKind) readableWith(i item, changes []*change) error {
	stored, err := i.attributeValues()
	if err != nil {
		return err
	}
	stored = maps.Clone(stored)
	for _, c := range changes {
		delete(stored, c.path.Field().Name)
		if c.action == actSet {
			stored[c.path.Field().Name] = c.value.AttributeValue()
		}
	}
	return k.readable(item{typed: stored})
}

// send writes the changes on the condition that what they are made from is
// unchanged. If it is not, the item is returned as it is now.
func (k *repairKind) send(ctx context.Context, key []member, m mend) (now item, err error) {
	t := k.core
	cond := t.ours()
	if cond == nil {
		cond = fieldNode(opExists, t.schema.primary.partitions[0])
	}
	var given []*fields.Field
	for _, c := range m.changes {
		for _, f := range t.schema.inputs(c.path.Field()) {
			if !slices.Contains(given, f) {
				given = append(given, f)
				cond = both(cond, unchanged(f, m.read[f]))
			}
		}
	}
	c := newUpdate(t.settings.name)
	c.key = key
	if c.texts.condition, err = c.texts.writer.condition(cond); err != nil {
		return item{}, err
	}
	if c.texts.update, err = c.texts.writer.update(m.changes); err != nil {
		return item{}, err
	}
	out, err := t.write(ctx, c, &refusal{primary: key, kind: conditionFailed})
	defer out.release()
	return out.item.clone(), err
}
