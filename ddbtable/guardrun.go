package ddbtable

import (
	"context"
	"errors"
)

// maxGuardConflicts is how often a single write is sent again because its
// transaction met another one.
const maxGuardConflicts = 10

// alone runs one write as a transaction with its guard items. Whole says that
// the stored item is wanted as it was before; holds reports whether a stored
// item that the condition refuses is what the call wants, nil for never. What
// was met then is returned.
func (t *core) alone(ctx context.Context, p *guardedPart, whole bool, holds func(old item) bool) (met item, err error) {
	if _, key := p.at(); whole || len(p.unknown()) > 0 {
		stored, err := readWhole(ctx, t.sender, &t.settings, key)
		switch {
		case err != nil:
			return item{}, err
		case stored.none() && !p.mayBeNew:
			return item{}, p.refused(item{})
		}
		if _, err := p.learn(stored); err != nil {
			return item{}, err
		}
	}
	_, met, err = t.settleAlone(ctx, p, holds)
	return met, err
}

// settleAlone is alone without reading first: p knows what it must. Sent says
// how many guard items the last attempt was about.
func (t *core) settleAlone(ctx context.Context, p *guardedPart, holds func(old item) bool) (sent int, met item, err error) {
	tx := &transaction{WriteTx: WriteTx{client: t.client, retries: maxGuardConflicts}, parts: []transactPart{p}, sender: t.sender}
	err = tx.settle(ctx)
	sent = len(tx.sent)
	canceled, ok := errors.AsType[*TransactionError](err)
	switch {
	case !ok:
		return sent, item{}, err
	case p.refusal && holds != nil && holds(p.met):
		return sent, p.met, nil
	case errors.Is(err, ErrConflict):
		return sent, item{}, &causedError{ErrConflict, canceled.cause}
	case canceled.Reasons[0].Err == nil: // the service gave no reason
		return sent, item{}, canceled.cause
	}
	return sent, item{}, &causedError{canceled.Reasons[0].Err, canceled.cause}
}

// A causedError is one of our errors that keeps the SDK's within reach.
type causedError struct {
	error
	cause error
}

func (e *causedError) Unwrap() []error { return []error{e.error, e.cause} }

// runGuarded is run for a table with guard items.
func (p put) runGuarded(ctx context.Context, r record, cond *node, kind func(item) error) (out reply, err error) {
	single := p
	single.idempotent = false // which no transaction takes
	part, err := single.part(r, cond)
	if err != nil {
		return out, err
	}
	g := part.(*guardedPart)
	sent := g.transactPart.(*fixedPart).call.item
	met, err := p.core.alone(ctx, g, p.returnOld, p.refusal(sent, kind, "").holds)
	switch {
	case p.returnOld:
		out.item = g.stored
	case err == nil && !met.none():
		out.item = met // already, perhaps with another version
	default:
		out.item = sent
	}
	return out, err
}

// runGuarded removes an item with its guard items. The reply has the item as it
// was read before.
func (d deletion) runGuarded(ctx context.Context) (out reply, err error) {
	single := d
	single.idempotent = false
	part, err := single.part()
	if err != nil {
		return out, err
	}
	g := part.(*guardedPart)
	met, err := d.core.alone(ctx, g, true, d.refusal(nil).holds)
	if err == nil && !g.refusal {
		met = g.stored
	}
	return reply{item: met}, err
}

// runGuarded changes an item with its guard items. The reply has the item as it
// is read afterwards, or with returnOld as it was read before.
func (p *updatePart) runGuarded(ctx context.Context) (reply, error) {
	part, err := p.guardUpdate()
	if err != nil {
		return reply{}, err
	}
	g := part.(*guardedPart)
	var holds func(item) bool
	if p.idempotent {
		holds = func(old item) bool {
			final, err := p.final(p.read)
			return err == nil && p.refusal(final).holds(old)
		}
	}
	met, err := p.core.alone(ctx, g, p.returnOld, holds)
	switch {
	case err != nil:
		return reply{}, err
	case g.refusal:
		return reply{item: met}, nil
	case p.returnOld:
		return reply{item: g.stored}, nil
	}
	now, err := readWhole(ctx, p.core.sender, &p.core.settings, p.primary)
	if err == nil && now.none() {
		err = errGoneAgain
	}
	if err != nil {
		return reply{}, &ItemError{Err: err, Applied: true}
	}
	return reply{item: now}, nil
}

var errGoneAgain = errors.New("the item was removed by another writer before it could be read")
