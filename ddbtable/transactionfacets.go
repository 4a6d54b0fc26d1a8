package ddbtable

import (
	"context"
	"slices"
)

// learn reads the facets that parts do not know: one consistent BatchGetItem
// for each table.
func (tx *transaction) learn(ctx context.Context) (changed bool, err error) {
	groups := make(map[string][]int)
	for i, p := range tx.parts {
		if s, _ := p.at(); len(p.unknown()) > 0 {
			groups[s.name] = append(groups[s.name], i)
		}
	}
	for table, group := range groups {
		found, err := tx.readFacets(ctx, table, group)
		if err != nil {
			return false, err
		}
		for _, i := range group {
			_, key := tx.parts[i].at()
			stored, ok := found[identity(key)]
			if !ok && !mayBeNew(tx.parts[i]) {
				return false, tx.missing(i)
			}
			if _, err := tx.parts[i].learn(stored); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

// mayBeNew reports whether what is unknown to a part may be that there is no
// item.
func mayBeNew(p transactPart) bool {
	g, ok := p.(*guardedPart)
	return ok && g.mayBeNew
}

// missing is the error for an update of an item that is not there.
func (tx *transaction) missing(index int) error {
	return tx.canceledBefore(index, tx.parts[index].refused(item{}))
}

// canceledBefore is the error of a transaction that is not sent because of one
// of its writes.
func (tx *transaction) canceledBefore(write int, err error) error {
	e := &TransactionError{part: "write"}
	for i, p := range tx.parts {
		s, _ := p.at()
		reason := TransactionReason{Table: s.name, Code: "None"}
		if i == write {
			reason.Code, reason.Err = "ConditionalCheckFailed", err
		}
		e.Reasons = append(e.Reasons, reason)
	}
	return e
}

// readFacets reads the keys and unknown facets of some parts on one table.
func (tx *transaction) readFacets(ctx context.Context, table string, group []int) (map[string]item, error) {
	s, _ := tx.parts[group[0]].at()
	c := newCall(opBatchGet, table, true)
	c.consistent, c.several = true, new(several)
	var asked []string
	for _, i := range group {
		_, key := tx.parts[i].at()
		c.keys = append(c.keys, key)
		for _, m := range key {
			asked = append(asked, m.name)
		}
		for _, f := range tx.parts[i].unknown() {
			asked = append(asked, f.Name)
		}
	}
	slices.Sort(asked)
	c.texts.projection = c.texts.text(func(w *writer) {
		for i, name := range slices.Compact(asked) {
			if i > 0 {
				w.string(", ")
			}
			w.name(name)
		}
	})
	_, key := tx.parts[group[0]].at()
	return readRaw(ctx, tx.sender, c, key, &pauses{clock: s.wait.clock})
}
