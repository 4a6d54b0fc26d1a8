package ddbtable

import (
	"cmp"
	"context"
	"errors"
	"iter"
)

// A BatchGet reads the items with many keys. It is immutable; All sends it.
type BatchGet[T any] struct {
	table       *Table[T]
	keys        iter.Seq[Key[T]]
	concurrency int
	missing     func(Key[T])
}

// GetAll returns the request that reads the items with these keys. Keys are
// taken from the sequence as they are needed, so that it may have any length.
func (t *Table[T]) GetAll(keys iter.Seq[Key[T]]) BatchGet[T] {
	return BatchGet[T]{table: t, keys: keys}
}

// Concurrency is how many requests are under way at once: 4 without it, or with
// 0.
func (b BatchGet[T]) Concurrency(n int) BatchGet[T] {
	b.concurrency = n
	return b
}

// OnMissing is called with each key that no item has, in its place in the
// order of the keys, by the goroutine that ranges over All.
func (b BatchGet[T]) OnMissing(f func(Key[T])) BatchGet[T] {
	b.missing = f
	return b
}

// All ranges over the items in the order of their keys; an item comes as often
// as its key. Requests are sent as the loop goes on, up to the concurrency
// ahead of it, and none after break; so many answers are held at most. An error
// comes last, with a zero item; the items of all keys before it have come.
//
// It costs one BatchGetItem for each 100 keys, and as many read units as the
// single reads. A key that comes several times within 100 is read once; keys are
// compared as DynamoDB does, to which the numbers 1 and 1.0 are one. Keys that
// the service leaves unprocessed are sent again as in [BatchWrite.Run], but at
// once if the limit of 16 MB for an answer was the reason.
func (b BatchGet[T]) All(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		t, o := b.table.observed("batch get")
		if err := o.done(ctx, t.inner().opError("batch get", b.all(ctx, t, yield))); err != nil {
			yield(*new(T), err)
		}
	}
}

func (b BatchGet[T]) all(ctx context.Context, t *Table[T], yield func(T, error) bool) error {
	g, err := t.inner().batchGetter(ctx, b.concurrency)
	switch {
	case err != nil:
		return err
	case b.keys == nil:
		return errNilSequence
	}
	defer g.drain()
	g.yield = func(from list, i int) bool { return yield(from.(*listOf[T]).items[i], nil) }
	if b.missing != nil {
		g.missing = func(key []member) { b.missing(Key[T]{members: key}) }
	}
	var wrong error
	for k := range b.keys {
		key, err := t.members(k)
		if err != nil {
			wrong = err
			break
		}
		if err := g.add(key); err != nil {
			return stopped(err)
		}
	}
	return stopped(cmp.Or(g.finish(), wrong))
}

// errStopped ends the work when the loop breaks.
var errStopped = errors.New("stopped")

func stopped(err error) error {
	if errors.Is(err, errStopped) {
		return nil
	}
	return err
}
