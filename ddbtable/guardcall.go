package ddbtable

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/fields"
)

// A guardCall is what a transaction does to one guard item, on behalf of one or
// more of its writes.
type guardCall struct {
	core    *core // of the item's table
	rule    *guardRule
	text    string
	writes  []int // positions of the writes in the transaction
	claimer int   // the write that claims it, -1 for none
	owner   fields.Value
	former  []fields.Value // owners that free it
	count   int64
}

// id is the same for the same guard item, whether its table is given by name or
// by ARN.
func (g *guardCall) id() string {
	return bareName(g.core.settings.name) + g.core.schema.guardTable + "/" + g.text
}

// guards joins what the writes do to guard items: DynamoDB takes each item once
// in a transaction.
func (tx *transaction) guards() (all []*guardCall, err error) {
	for i, p := range tx.parts {
		guarded, ok := p.(*guardedPart)
		if !ok {
			continue
		}
		changes, err := guarded.changes()
		if err != nil {
			return nil, err
		}
		for _, c := range changes {
			if all, err = tx.join(all, guarded.core, i, c); err != nil {
				return nil, err
			}
		}
	}
	return slices.DeleteFunc(all, func(g *guardCall) bool { return g.idle() || tx.foreign[g.id()] && g.claimer < 0 }), nil
}

// join adds one change to those before it.
func (tx *transaction) join(all []*guardCall, t *core, write int, c guardChange) ([]*guardCall, error) {
	g := &guardCall{core: t, rule: c.rule, text: c.text, claimer: -1}
	if i := slices.IndexFunc(all, func(other *guardCall) bool { return other.id() == g.id() }); i >= 0 {
		g = all[i]
	} else {
		all = append(all, g)
	}
	g.writes = append(g.writes, write)
	switch {
	case c.rule.counts && c.claim:
		g.count++
	case c.rule.counts:
		g.count--
	case !c.claim:
		g.former = append(g.former, c.owner)
	case g.claimer >= 0:
		return nil, tx.canceledBefore(write, &UniqueError{c.rule.attributes()})
	default:
		g.claimer, g.owner = write, c.owner
	}
	return all, nil
}

// idle reports whether nothing is left to do: one item joins a group and
// another leaves it.
func (g *guardCall) idle() bool { return g.rule.counts && g.count == 0 }

// call is the request.
func (g *guardCall) call() *call {
	t := g.core.guardTable()
	key := t.guardKey(g.text)
	c := newCall("", t.settings.name, true)
	c.key = key
	switch {
	case g.rule.counts:
		c.op = opUpdateItem
		c.texts.update = c.texts.text(func(w *writer) { g.writeCount(w, t) })
		return c
	case g.claimer < 0:
		c.op = opDeleteItem
	default:
		c.op, c.key = opPutItem, nil
		members := append(slices.Clip(key), member{guardOwner, g.owner})
		if f := t.schema.duties.discriminator; f != nil {
			members = append(members, member{f.Name, guardType})
		}
		c.item = t.itemOf(members)
	}
	owners := g.former
	if g.claimer >= 0 {
		owners = append(slices.Clip(owners), g.owner)
	}
	c.texts.condition = c.texts.text(func(w *writer) { writeFreeOr(w, key[0].name, owners) })
	return c
}

// itemOf is an item in the form in which the table sends it.
func (t *core) itemOf(members []member) item {
	if t.sender.json() {
		return item{json: appendMembers(nil, members)}
	}
	return item{typed: typedMembers(members)}
}

// writeFreeOr writes the condition that nobody has the guard, or one of owners.
func writeFreeOr(w *writer, key string, owners []fields.Value) {
	w.string("attribute_not_exists(")
	w.name(key)
	w.string(")")
	for _, o := range owners {
		w.string(" OR ")
		w.name(guardOwner)
		w.string(" = ")
		w.value(o)
	}
}

// writeCount writes the update of a counter.
func (g *guardCall) writeCount(w *writer, t *core) {
	if f := t.schema.duties.discriminator; f != nil {
		w.string("SET ")
		w.name(f.Name)
		w.string(" = ")
		w.value(guardType)
		w.string(" ")
	}
	w.string("ADD ")
	w.name(guardCount)
	w.string(" ")
	w.value(fields.Int(g.count))
}

// judgeGuards adds what became of guard items to the reasons of their writes.
// Again says that the transaction can be built so that it succeeds; stale are
// the writes for which that is so anyhow.
func (tx *transaction) judgeGuards(e *TransactionError, reasons []types.CancellationReason, stale []bool) (again, failed bool) {
	for i, g := range tx.sent {
		if i >= len(reasons) {
			break
		}
		verdict := tx.guardVerdict(g, reasons[i], stale)
		again = again || verdict == nil && code(reasons[i]) != "None"
		for _, w := range g.writes {
			if verdict == nil || g.claimer >= 0 && w != g.claimer {
				continue
			}
			failed = true
			if r := &e.Reasons[w]; r.Err == nil {
				r.Code, r.Err = code(reasons[i]), verdict
			}
		}
	}
	return again, failed
}

// guardVerdict is the error of one guard item, nil if there is none or if it is
// no matter any more.
func (tx *transaction) guardVerdict(g *guardCall, r types.CancellationReason, stale []bool) error {
	switch c := code(r); {
	case c == "None":
		return nil
	case c != "ConditionalCheckFailed":
		return reasonError(r)
	case g.claimer < 0:
		// Another item has the value too, since before there was the rule: the
		// guard is not this one's.
		if tx.foreign == nil {
			tx.foreign = make(map[string]bool)
		}
		tx.foreign[g.id()] = true
		return nil
	case slices.ContainsFunc(g.writes, func(w int) bool { return stale[w] }):
		return nil
	}
	return &UniqueError{g.rule.attributes()}
}
