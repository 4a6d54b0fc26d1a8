package ddbtable

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// What a request reads at most, in bytes, and what a read unit is for: twice
// this much, unless the read is consistent. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
const (
	maxRead  = 1 << 20
	readUnit = 4096
)

// wasteful is how many items are read for one that is returned when an
// explanation gives advice.
const wasteful = 4

// A Load is how much a query reads: as it is expected, or as [Query.Measure]
// found it.
type Load struct {
	Read      int // items that the key conditions select
	Returned  int // those of them that the filter keeps
	ItemBytes int // average size of an item in the table or index that is read

	// FullBytes is the average size of an item in the table, if the query
	// follows to it. Measure counts it up to whole read units.
	FullBytes int
}

// For estimates what the whole of the query costs under a load, and adds
// advice. It sends nothing. Of several ranges it takes the most requests that the
// items may need, however they are spread over them. A negative number in the
// load counts as 0, and more requests than an int holds are the greatest int.
func (e Explanation) For(l Load) Explanation {
	if e.Err != nil || len(e.KeyConditions) == 0 && !e.Scan {
		return e
	}
	l = l.counted()
	bytes, ranges := float64(l.Read)*float64(l.ItemBytes), float64(max(len(e.KeyConditions), 1))
	full := ranges + math.Floor(bytes/maxRead)
	requests := full
	if e.pageSize > 0 {
		requests = max(full, ranges+float64(l.Read/e.pageSize))
	}
	e.Requests = toInt(requests)
	halves := max(math.Ceil(bytes/readUnit), requests)
	e.ReadUnits = halves / 2
	if e.consistent {
		e.ReadUnits = halves
	}
	e.Advice = nil
	wastes := float64(l.Read) > wasteful*float64(l.Returned)
	if len(e.filtered) > 0 && wastes {
		e.Advice = append(e.Advice, fmt.Sprintf("the filter keeps %d of the %d items that are read and billed; make %s part of %s, so that only what matches is read",
			l.Returned, l.Read, strings.Join(e.filtered, ", "), e.betterKey()))
	}
	if e.Scan && wastes {
		e.Advice = append(e.Advice, "a scan reads everything; an index that holds only what is looked for, see Sparse, costs less from the first item on")
	}
	if e.pageSize > 0 && requests > 2*full {
		e.Advice = append(e.Advice, fmt.Sprintf("PageSize of %d makes %d requests of what would be %d; leave it out, or make it larger", e.pageSize, e.Requests, toInt(full)))
	}
	return e.following(l)
}

// counted is a load without numbers that nothing can have.
func (l Load) counted() Load {
	return Load{max(l.Read, 0), max(l.Returned, 0), max(l.ItemBytes, 0), max(l.FullBytes, 0)}
}

// toInt is a count as an int, the greatest one if it is greater.
func toInt(n float64) int {
	if n >= math.MaxInt {
		return math.MaxInt
	}
	return int(n)
}

// following adds what the items cost that are read from the table by their keys.
func (e Explanation) following(l Load) Explanation {
	if !e.Follow {
		return e
	}
	followed := l.Read
	if e.sifted {
		followed = l.Returned
	}
	units := max(math.Ceil(float64(l.FullBytes)/readUnit), 1) / 2
	if e.fresh {
		units *= 2
	}
	e.Requests = toInt(float64(e.Requests) + math.Ceil(float64(followed)/maxBatchGets))
	e.ReadUnits += float64(followed) * units
	return e
}

// betterKey says where an attribute should stand instead of in a filter.
func (e Explanation) betterKey() string {
	if e.Scan {
		return "the key of an index"
	}
	return "the sort key, behind what the query fixes already, or of the sort key of an index"
}

// cost is the estimate in words, "" without one.
func (e Explanation) cost() string {
	if e.Requests == 0 {
		return ""
	}
	return fmt.Sprintf("about %d requests, %v read units", e.Requests, e.ReadUnits)
}

// filtered lists the attributes that the caller's own filter tests.
func (q *query) filtered() (names []string) {
	if q.filter == nil || q.filter.err != nil {
		return nil
	}
	q.filter.fields(func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	})
	return names
}

// Measure reads the whole of the query and tells how many items that are, how
// many the filter keeps, and how large they are on average, as far as the
// consumed capacity tells. It costs what [Query.Count] does.
//
//	load, err := q.Measure(ctx)
//	fmt.Println(q.Explain().For(load))
func (q Query[T]) Measure(ctx context.Context) (Load, error) { return q.ready().measure(ctx) }

func (q *query) measure(ctx context.Context) (Load, error) {
	q, o := q.observed()
	p, err := q.plan()
	var l Load
	if err == nil {
		l, err = q.measurePlanned(ctx, p)
	}
	return l, o.done(ctx, q.opError(p, err))
}

func (q *query) measurePlanned(ctx context.Context, p *queryPlan) (l Load, err error) {
	r := q.reader(p)
	m := &measuringSender{sender: r.sender}
	r.sender = m
	defer r.close()
	if r.follow == nil {
		r.count = true
	}
	for r.more() {
		reply, err := r.next(ctx, q.pageSize)
		if err != nil {
			return Load{}, err
		}
		l.Read += reply.read
		if r.follow == nil {
			l.Returned += reply.count
			continue
		}
		returned, err := r.follow.countAll(ctx)
		if err != nil {
			return Load{}, err
		}
		l.Returned += returned
	}
	// Down, so that the estimate of the same load is not above what it was.
	l.ItemBytes = int(bytesOf(m.units, q.core.consistent && p.index.consistent()) / float64(max(l.Read, 1)))
	l.FullBytes = int(bytesOf(m.followed, q.core.consistent) / float64(max(m.items, 1)))
	return l, nil
}

// bytesOf is how much read units read.
func bytesOf(units float64, consistent bool) float64 {
	if consistent {
		return units * readUnit
	}
	return units * 2 * readUnit
}

// A measuringSender sums up the read units of what it sends, those of followed
// items apart, which it counts.
type measuringSender struct {
	sender
	units    float64
	followed float64
	items    int
}

func (s *measuringSender) send(ctx context.Context, c *call) (reply, error) {
	c.capacity = true
	out, err := s.sender.send(ctx, c)
	sum := &s.units
	if c.op == opBatchGet {
		sum = &s.followed
		s.items += c.rows.count()
	}
	for _, consumed := range out.capacity {
		*sum += aws.ToFloat64(consumed.CapacityUnits)
	}
	return out, err
}

// Measure is [Query.Measure].
func (s Scan[T]) Measure(ctx context.Context) (Load, error) { return s.query().Measure(ctx) }

// Explain is [Query.Explain].
func (s Scan[T]) Explain() Explanation { return s.query().Explain() }
