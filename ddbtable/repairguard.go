package ddbtable

import (
	"context"
	"errors"
	"slices"
)

// claimAll claims the values of Unique that items of one type have and that
// nobody has claimed.
func (w *repairer) claimAll(ctx context.Context, k *repairKind, items []item) error {
	owners, err := w.owners(ctx, k, items)
	if err != nil {
		return err
	}
	for _, i := range items {
		for _, r := range k.unique {
			if err := w.claimed(ctx, k, r, i, owners); err != nil {
				return err
			}
		}
	}
	return nil
}

// owners reads whose the unique values of some items are, by the names of their
// guard items: one consistent BatchGetItem for each hundred.
func (w *repairer) owners(ctx context.Context, k *repairKind, items []item) (map[string]item, error) {
	g := k.core.guardTable()
	var keys [][]member
	asked, owners := make(map[string]bool), make(map[string]item)
	for _, i := range items {
		for _, r := range k.unique {
			text, err := k.guardText(r, i)
			if err != nil {
				return nil, err
			}
			if text != "" && !asked[text] {
				asked[text] = true
				keys = append(keys, g.guardKey(text))
			}
		}
	}
	for chunk := range slices.Chunk(keys, maxBatchGets) {
		c := newCall(opBatchGet, g.settings.name, false)
		c.consistent, c.several = true, &several{keys: chunk}
		found, err := readRaw(ctx, w.reads, c, chunk[0], &pauses{clock: g.settings.wait.clock})
		if err != nil {
			return nil, err
		}
		for _, i := range found {
			v, err := i.value(chunk[0][0].name)
			if err != nil {
				return nil, err
			}
			owners[v.Text()] = i
		}
	}
	return owners, nil
}

// guardText names the guard item of an item.
func (k *repairKind) guardText(r *guardRule, i item) (string, error) {
	of, err := i.pick(r.inputs())
	if err != nil {
		return "", err
	}
	return r.text(k.schema, of.of), nil
}

// claimed makes sure that the unique value of an item is the item's own, or
// reports that another has it.
func (w *repairer) claimed(ctx context.Context, k *repairKind, r *guardRule, i item, owners map[string]item) error {
	text, err := k.guardText(r, i)
	if err != nil || text == "" {
		return err
	}
	key, err := k.core.keyOf(i)
	if err != nil {
		return err
	}
	guard := owners[text]
	owner, err := guard.value(guardOwner)
	if err != nil || owner.Equal(keyValue(key)) {
		return err
	}
	w.count(func(r *RepairReport) { r.Unclaimed++ })
	switch {
	case !guard.none():
		return w.refuse(k.core.badItem(i, &UniqueError{r.attributes()}))
	case w.dry:
		return nil
	}
	return w.claim(ctx, k, r, i, key)
}

// claim makes the guard item, which nobody had a moment ago.
func (w *repairer) claim(ctx context.Context, k *repairKind, r *guardRule, i item, key []member) error {
	made, err := k.claim(ctx, r, i, key)
	switch {
	case errors.Is(err, ErrNotUnique):
		return w.refuse(k.core.badItem(i, err))
	case errors.Is(err, ErrConflict), errors.Is(err, ErrConditionFailed), err == nil && !made:
		w.count(func(r *RepairReport) { r.Changed++ })
		return nil
	case err != nil:
		return err
	}
	w.count(func(r *RepairReport) { r.Claimed++ })
	return nil
}

// claim claims the value of an item on the condition that it still has it. If it
// has another by now, that is claimed; made tells whether it has any.
func (k *repairKind) claim(ctx context.Context, r *guardRule, i item, key []member) (made bool, err error) {
	t := k.core
	c := newCall(opCheck, t.settings.name, true)
	c.key = key
	if c.texts.condition, err = c.texts.writer.condition(t.ours()); err != nil {
		return false, err
	}
	p := &guardedPart{
		transactPart: &fixedPart{t, key, c, conditionFailed}, rules: []*guardRule{r}, known: make(values),
		after: func(stored values) (values, error) { return stored, nil },
	}
	t.guard(p)
	if _, err := p.learn(i); err != nil {
		return false, err
	}
	sent, _, err := t.settleAlone(ctx, p, nil)
	return sent > 0, err
}
