package ddbtable

import (
	"context"
	"fmt"
	"iter"
)

// A BatchError says which items of a batch were not written. All others that
// were taken from the sequence were.
type BatchError[T any] struct {
	// Items are those of PutAll, Keys those of DeleteAll, that were not
	// written, in the order in which they were given. If the answer to a
	// request got lost, what it wrote is among them too: writing it again does
	// no harm.
	Items []T
	Keys  []Key[T]

	// Taken is how many were taken from the sequence. After an error up to
	// 10,000 more are, so that they are listed. Stopped says that the sequence
	// was left then, before its end: what it has behind the first Taken was not
	// written and is not listed.
	Taken   int
	Stopped bool

	// Err is why: the first error, whatever request it came from.
	Err error
}

func (e *BatchError[T]) Error() string {
	rest := ""
	if e.Stopped {
		rest = fmt.Sprintf(", nor what the sequence has behind the first %d", e.Taken)
	}
	return fmt.Sprintf("%d items not written%s: %v", len(e.Items)+len(e.Keys), rest, e.Err)
}

func (e *BatchError[T]) Unwrap() error { return e.Err }

// A BatchWrite puts or deletes many items, without conditions. It is
// immutable; Run sends it. The requests of one batch are independent: there is
// no all or nothing, for that see [WriteTransaction].
type BatchWrite[T any] struct {
	table *Table[T]
	items iter.Seq[T]      // of PutAll
	keys  iter.Seq[Key[T]] // of DeleteAll
	batchOptions
}

// batchOptions are what refines a BatchWrite, of whatever Go type.
type batchOptions struct {
	concurrency int
	progress    func(done, total int)
	total       int
}

// PutAll returns the request that stores all items, each in the place of
// whatever has its key, as in [Table.Put]. Items are taken from the sequence as
// they are needed, so that it may have any length. If a key comes several
// times, wherever in the sequence, the last item wins; keys are compared as
// DynamoDB does, to which the numbers 1 and 1.0 are one. A batch has no
// conditions: items are replaced whatever their version or type is. Their
// version, times and write id are set as by Put. A definition with [Unique] or
// [Counted], which a batch cannot keep, is refused.
func (t *Table[T]) PutAll(items iter.Seq[T]) BatchWrite[T] {
	return BatchWrite[T]{table: t, items: items}
}

// DeleteAll returns the request that removes the items with these keys, those
// that exist, whatever their version or type is. Keys are taken from the
// sequence as they are needed; one that comes several times does no harm. Items
// are removed for good: under [SoftDelete] that is refused, unless the table is
// WithDeleted.
func (t *Table[T]) DeleteAll(keys iter.Seq[Key[T]]) BatchWrite[T] {
	return BatchWrite[T]{table: t, keys: keys}
}

// Concurrency is how many requests are under way at once: 4 without it, or with
// 0.
func (b BatchWrite[T]) Concurrency(n int) BatchWrite[T] {
	b.concurrency = n
	return b
}

// OnProgress is called after each request, from one goroutine at a time, with
// the number of items written so far, and of all items if Total says it, else
// 0. An item that a later one of the same key replaced counts as written. It must
// return: a panic in it, in a goroutine of the batch, ends the program.
func (b BatchWrite[T]) OnProgress(f func(done, total int)) BatchWrite[T] {
	b.progress = f
	return b
}

// Total says how many items the sequence has, for OnProgress.
func (b BatchWrite[T]) Total(n int) BatchWrite[T] {
	b.total = n
	return b
}

// Run writes all items and returns when every one has been written, or has
// been given up.
//
// It costs one BatchWriteItem for each 25 items, or 16 MB of them, and as many
// write units as the single writes. It holds no more items than its requests
// have. Items that the service leaves unprocessed are sent again, after a
// random pause of up to 50 ms that doubles each time up to 10 s, until the
// context ends or 10 attempts in a row have written nothing. The 16 MB bound
// the request, which is not sent beyond them, so they leave nothing unprocessed.
//
// After an error nothing more is sent, but what is under way is waited for. The
// error is a [BatchError] with every item that was not written. An item that
// cannot be encoded, or is larger than 400 KB, is such an error too, and is
// found before it is sent. A panic of the sequence passes through, when nothing
// is under way any more; what had been taken and not sent is then not written.
// A sequence that waits for its items should end when the context does.
//
// See decision 0031.
func (b BatchWrite[T]) Run(ctx context.Context) error {
	t, o := b.table.observed("batch write")
	return o.done(ctx, t.inner().opError("batch write", b.run(ctx, t)))
}

func (b BatchWrite[T]) run(ctx context.Context, t *Table[T]) error {
	e := new(BatchError[T])
	w, err := t.inner().batchWriter(ctx, b.batchOptions)
	switch {
	case err != nil:
		return err
	case b.items != nil:
		one := t.def.blank()
		feed(w, b.items, &e.Items, func(v T) int {
			*one.v = v
			return w.put(one)
		})
	case b.keys != nil && t.schema.soft != nil && !t.withDeleted:
		return planErrorf("the definition has SoftDelete, and a batch removes items for good; mark them with Delete, or say WithDeleted().DeleteAll")
	case b.keys != nil:
		feed(w, b.keys, &e.Keys, func(k Key[T]) int {
			key, err := t.members(k)
			return w.remove(key, err)
		})
	default:
		return errNilSequence
	}
	if e.Err = w.tell(); e.Err == nil {
		return nil
	}
	e.Taken, e.Stopped = w.taken, w.stopped
	return e
}

// givensOf are the items or keys of one chunk, as the caller gave them.
type givensOf[V any] struct {
	all       []V
	unwritten *[]V // of the BatchError
}

func (g *givensOf[V]) tell(i int) { *g.unwritten = append(*g.unwritten, g.all[i]) }

var errNilSequence = planErrorf("the sequence is nil; give one, such as slices.Values of a slice")

// feed gives a batch all that a sequence has. Take prepares one, and returns its
// place among those of the chunk that is being filled.
func feed[V any](w *batchWriter, seq iter.Seq[V], unwritten *[]V, take func(V) int) {
	w.given = func() givens { return &givensOf[V]{make([]V, 0, maxBatchWrites), unwritten} }
	defer w.land()
	for v := range seq {
		i := take(v)
		g := w.chunk.given.(*givensOf[V])
		if i == len(g.all) {
			g.all = append(g.all, v)
		}
		g.all[i] = v
		if w.stopped {
			break
		}
	}
	w.finish()
}
