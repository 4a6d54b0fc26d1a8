package ddbtable

import (
	"context"
	"iter"
)

// A Scan reads all items of the table or of an index, in no useful order. It
// is immutable: its methods return refined copies. It reads, and bills, every
// item; where a key can serve, [Table.Query] reads less.
type Scan[T any] struct{ q Query[T] }

// A segment is one of several disjoint parts of a scan.
type segment struct{ index, total int }

// Scan returns the scan of the table, or of an index with Via.
func (t *Table[T]) Scan() Scan[T] {
	q := t.inner().query()
	q.scan = &segment{total: 1}
	return Scan[T]{longQuery[T](q)}
}

// query is the scan as a query. That of the zero Scan tells that it is one.
func (s Scan[T]) query() Query[T] {
	if s.q.q == nil {
		return longQuery[T](&query{scan: new(segment)})
	}
	return s.q
}

// Filter drops items after they have been read: DynamoDB reads and bills them
// all the same. It may test any attribute. Several filters must all be
// fulfilled.
func (s Scan[T]) Filter(cond Cond[T]) Scan[T] { return Scan[T]{s.query().Filter(cond)} }

// Via scans a secondary index instead of the table.
func (s Scan[T]) Via(index string) Scan[T] { return Scan[T]{s.query().Via(index)} }

// Consistent is [Table.Consistent] for this scan.
func (s Scan[T]) Consistent() Scan[T] { return Scan[T]{s.query().Consistent()} }

// Project is [Table.Project] for this scan.
func (s Scan[T]) Project(attributes ...AnyAttribute[T]) Scan[T] {
	return Scan[T]{s.query().Project(attributes...)}
}

// PageSize is [Query.PageSize].
func (s Scan[T]) PageSize(n int) Scan[T] { return Scan[T]{s.query().PageSize(n)} }

// MaxReads is [Query.MaxReads].
func (s Scan[T]) MaxReads(n int) Scan[T] { return Scan[T]{s.query().MaxReads(n)} }

// OnBadItem is [Query.OnBadItem].
func (s Scan[T]) OnBadItem(f func(*ItemError) error) Scan[T] { return Scan[T]{s.query().OnBadItem(f)} }

// From is [Query.From].
func (s Scan[T]) From(cursor string) Scan[T] { return Scan[T]{s.query().From(cursor)} }

// Segment makes it the scan of one of several disjoint parts of the table,
// counted from 0, so that several workers can share a scan. A cursor belongs
// to its segment. DynamoDB takes 1 to 1,000,000 segments.
func (s Scan[T]) Segment(index, of int) Scan[T] {
	return Scan[T]{longQuery[T](s.query().q.segmented(index, of))}
}

func (q *query) segmented(index, of int) *query {
	n := q.refined()
	if of < 1 || of > 1_000_000 || index < 0 || index >= of {
		n.fail(planErrorf("segment %d of %d; give 1 to 1,000,000 segments, and one of 0 to one less", index, of))
	}
	n.scan = &segment{index, of}
	return n
}

// All is [Query.All].
func (s Scan[T]) All(ctx context.Context) iter.Seq2[T, error] { return s.query().All(ctx) }

// Page is [Query.Page]. A scan has no way back: Prev is always empty.
func (s Scan[T]) Page(ctx context.Context, n int, cursor string) (Page[T], error) {
	return s.query().Page(ctx, n, cursor)
}

// Count is [Query.Count].
func (s Scan[T]) Count(ctx context.Context) (int, error) { return s.query().Count(ctx) }
