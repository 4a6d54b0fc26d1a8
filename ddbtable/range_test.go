package ddbtable_test

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
)

// A dimension is one attribute that a sort key is made of: it draws conditions
// on the attribute, each with its meaning in Go.
type dimension[T any] struct {
	equal   func(*rapid.T) meaning[T] // Eq or In
	ranges  func(*rapid.T) meaning[T]
	compare func(a, b T) int
}

// A meaning is conditions and what they say.
type meaning[T any] struct {
	conds []ddbtable.Cond[T]
	match func(T) bool
}

// dim makes a dimension of an attribute. Operands are drawn from a wider
// domain than the values that items have.
func dim[T, V any](a ddbtable.Attribute[T, V], get func(T) V, operands *rapid.Generator[V], compare func(a, b V) int) dimension[T] {
	one := func(cond ddbtable.Cond[T], match func(int) bool, v V) meaning[T] {
		return meaning[T]{[]ddbtable.Cond[T]{cond}, func(item T) bool { return match(compare(get(item), v)) }}
	}
	draw := func(rt *rapid.T, label string) V { return operands.Draw(rt, label) }
	lower := func(rt *rapid.T) meaning[T] {
		v := draw(rt, "lower bound")
		if rapid.Bool().Draw(rt, "exclusive") {
			return one(a.Gt(v), func(c int) bool { return c > 0 }, v)
		}
		return one(a.Ge(v), func(c int) bool { return c >= 0 }, v)
	}
	upper := func(rt *rapid.T) meaning[T] {
		v := draw(rt, "upper bound")
		if rapid.Bool().Draw(rt, "exclusive") {
			return one(a.Lt(v), func(c int) bool { return c < 0 }, v)
		}
		return one(a.Le(v), func(c int) bool { return c <= 0 }, v)
	}
	between := func(rt *rapid.T) meaning[T] {
		lo, hi := draw(rt, "lo"), draw(rt, "hi")
		return meaning[T]{[]ddbtable.Cond[T]{a.Between(lo, hi)}, func(item T) bool {
			return compare(get(item), lo) >= 0 && compare(get(item), hi) <= 0
		}}
	}
	in := func(rt *rapid.T) meaning[T] {
		values := rapid.SliceOfN(operands, 0, 4).Draw(rt, "values")
		return meaning[T]{[]ddbtable.Cond[T]{a.In(values...)}, func(item T) bool {
			return slices.ContainsFunc(values, func(v V) bool { return compare(get(item), v) == 0 })
		}}
	}
	equal := func(rt *rapid.T) meaning[T] {
		v := draw(rt, "value")
		return one(a.Eq(v), func(c int) bool { return c == 0 }, v)
	}
	return dimension[T]{
		equal: func(rt *rapid.T) meaning[T] {
			return rapid.SampledFrom([]func(*rapid.T) meaning[T]{equal, in}).Draw(rt, "operator")(rt)
		},
		ranges: func(rt *rapid.T) meaning[T] {
			both := func(rt *rapid.T) meaning[T] { return lower(rt).and(upper(rt)) }
			return rapid.SampledFrom([]func(*rapid.T) meaning[T]{lower, upper, both, between, equal, in}).Draw(rt, "operator")(rt)
		},
		compare: func(x, y T) int { return compare(get(x), get(y)) },
	}
}

func (m meaning[T]) and(n meaning[T]) meaning[T] {
	return meaning[T]{append(m.conds, n.conds...), func(item T) bool { return m.match(item) && n.match(item) }}
}

// discrete is a dimension whose order the sort key does not keep: ranges over
// it are drawn as equalities.
func (d dimension[T]) discrete() dimension[T] {
	d.ranges = d.equal
	return d
}

// A space is a table of items, some of which lie in one partition.
type space[T any] struct {
	def        *ddbtable.Definition[T]
	partition  func(group string) ddbtable.Cond[T]
	draw       func(rt *rapid.T, group string, i int) T
	dimensions []dimension[T]    // as the sort key has them, from left to right
	via        []string          // indexes to query, "" for the table
	compare    func(a, b T) int  // by the sort key; nil for the dimensions
	sortKey    func(T) string    // identifies an item in its partition
	identity   func(T) string    // does so where several have one sort key; nil if none have
	foreign    map[string]string // attribute names and values of items that T is not
	foreigners []string          // sort keys of such items
	least      int               // how many facets a query gives at least
	always     meaning[T]        // of every query
	beginsWith func(rt *rapid.T) meaning[T]
}

// run checks random queries against filtering and sorting a slice.
func (s space[T]) run(t *testing.T) {
	t.Helper()
	client := engine(t).Client()
	direct := ddbtest.Table(t, client, s.def)
	typed := ddbtable.Open(client, s.def, ddbtable.TableName(direct.Name()), ddbtable.SDKTypes())
	rapid.Check(t, func(rt *rapid.T) {
		group := uuid.NewString()
		table := rapid.SampledFrom([]*ddbtable.Table[T]{direct, typed}).Draw(rt, "table")
		items := s.items(rt, group)
		for _, item := range items {
			if _, err := table.Put(item).Run(t.Context()); err != nil {
				rt.Fatalf("Put(%+v): %v", item, err)
			}
		}
		for _, key := range s.foreigners {
			s.putForeign(t.Context(), rt, client, table.Name(), group, key)
		}
		m := s.conditions(rt)
		q := table.Query(append(m.conds, s.partition(group))...)
		asksWhat(rt, q, ddbtable.Open(client, s.def, ddbtable.TableName(table.Name())).Query(append(m.conds, s.partition(group))...))
		if via := rapid.SampledFrom(append(s.via, "")).Draw(rt, "via"); via != "" {
			q = q.Via(via)
		}
		want := s.expected(items, m)
		if rapid.Bool().Draw(rt, "descending") {
			q = q.Descending()
			slices.Reverse(want)
		}
		s.check(t.Context(), rt, q, want)
	})
}

// items draws items with different sort keys.
func (s space[T]) items(rt *rapid.T, group string) []T {
	byKey := make(map[string]T)
	for i := range rapid.IntRange(0, 12).Draw(rt, "items") {
		item := s.draw(rt, group, i)
		byKey[s.identify(item)] = item
	}
	var items []T
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		items = append(items, byKey[key])
	}
	return items
}

func (s space[T]) identify(item T) string {
	if s.identity != nil {
		return s.identity(item)
	}
	return s.sortKey(item)
}

func (s space[T]) putForeign(ctx context.Context, rt *rapid.T, client *dynamodb.Client, table, group, key string) {
	item := make(map[string]types.AttributeValue)
	for name, value := range s.foreign {
		value = strings.NewReplacer("GROUP", group, "KEY", key).Replace(value)
		item[name] = &types.AttributeValueMemberS{Value: value}
	}
	if _, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: item}); err != nil {
		rt.Fatal(err)
	}
}

// conditions draws equalities for some facets from the left, and perhaps one
// range behind them.
func (s space[T]) conditions(rt *rapid.T) meaning[T] {
	m := meaning[T]{match: func(T) bool { return true }}
	if s.always.match != nil {
		m = s.always
	}
	if s.beginsWith != nil && rapid.Bool().Draw(rt, "begins with") {
		return m.and(s.beginsWith(rt))
	}
	n := rapid.IntRange(s.least, len(s.dimensions)).Draw(rt, "facets")
	for i := range n {
		if i == n-1 {
			return m.and(s.dimensions[i].ranges(rt))
		}
		m = m.and(s.dimensions[i].equal(rt))
	}
	return m
}

func (s space[T]) expected(items []T, m meaning[T]) []T {
	var want []T
	for _, item := range items {
		if m.match(item) {
			want = append(want, item)
		}
	}
	compare := s.compare
	if compare == nil {
		compare = func(a, b T) int {
			for _, d := range s.dimensions {
				if c := d.compare(a, b); c != 0 {
					return c
				}
			}
			return 0
		}
	}
	slices.SortStableFunc(want, compare)
	return want
}

// check reads the query in every way.
func (s space[T]) check(ctx context.Context, rt *rapid.T, q ddbtable.Query[T], want []T) {
	wantKeys := s.keys(want)
	all, err := ddbtable.Collect(q.All(ctx))
	if got := s.keys(all); err != nil || !slices.Equal(got, wantKeys) {
		rt.Fatalf("All\n got: %q, %v\nwant: %q\n%s", got, err, wantKeys, q.Explain())
	}
	if s.identity != nil {
		// Which of equal sort keys comes first is not promised, but stays.
		s.sortKey = s.identity
		got := s.keys(all)
		if want := slices.Sorted(slices.Values(s.keys(want))); !slices.Equal(slices.Sorted(slices.Values(got)), want) {
			rt.Fatalf("All\n got: %q\nwant: %q in another order\n%s", got, want, q.Explain())
		}
		wantKeys = got
	}
	if n, err := q.Count(ctx); n != len(want) || err != nil {
		rt.Fatalf("Count = %d, %v; want %d\n%s", n, err, len(want), q.Explain())
	}
	size := rapid.IntRange(1, 5).Draw(rt, "page size")
	var got []string
	for cursor, first := "", true; first || cursor != ""; first = false {
		page, err := q.Page(ctx, size, cursor)
		if err != nil {
			rt.Fatalf("Page: %v\n%s", err, q.Explain())
		}
		got, cursor = append(got, s.keys(page.Items)...), page.Next
		if cursor != "" && len(page.Items) != size || cursor == "" && len(got) != len(want) || page.Capped {
			rt.Fatalf("page of %d has %d items, Next %t, Capped %t, after it %d of %d were read\n%s", size, len(page.Items), cursor != "", page.Capped, len(got), len(want), q.Explain())
		}
		if page.Prev != "" {
			s.checkPrev(ctx, rt, q, size, page.Prev, got[:len(got)-len(page.Items)])
		}
	}
	if !slices.Equal(got, wantKeys) {
		rt.Fatalf("pages\n got: %q\nwant: %q\n%s", got, wantKeys, q.Explain())
	}
}

// checkPrev looks at the page before, which ends with the items already seen.
func (s space[T]) checkPrev(ctx context.Context, rt *rapid.T, q ddbtable.Query[T], size int, prev string, seen []string) {
	page, err := q.Page(ctx, size, prev)
	want := seen[max(0, len(seen)-size):]
	if got := s.keys(page.Items); err != nil || !slices.Equal(got, want) {
		rt.Fatalf("page before\n got: %q, %v\nwant: %q\n%s", got, err, want, q.Explain())
	}
	if (page.Prev != "") != (len(seen) > size) {
		rt.Fatalf("page before has Prev %t, but %d items are before the page of %d", page.Prev != "", len(seen), size)
	}
}

func (s space[T]) keys(items []T) []string {
	keys := []string{}
	for _, item := range items {
		keys = append(keys, s.sortKey(item))
	}
	return keys
}

// seconds draws whole seconds from a few, some of them at the edges.
func seconds(values ...int64) *rapid.Generator[time.Time] {
	return rapid.Custom(func(rt *rapid.T) time.Time {
		return time.Unix(rapid.SampledFrom(values).Draw(rt, "second"), 0).UTC()
	})
}

func compareTimes(a, b time.Time) int { return a.Compare(b) }

// A visit has the toy store's template as the sort key of its table and of a
// global index.
type visit struct {
	User    string    `ddb:"user,partition,partition=by_user"`
	Status  int       `ddb:"status"`
	Created time.Time `ddb:"created,unix"`
	Key     string    `ddb:"key,sort,sort=by_user,from={status:3}_{created:10}"`
}

var (
	visits       = ddbtable.MustDefine[visit]("visits")
	visitUser    = ddbtable.Attr(func(v *visit) *string { return &v.User })
	visitStatus  = ddbtable.Attr(func(v *visit) *int { return &v.Status })
	visitCreated = ddbtable.Attr(func(v *visit) *time.Time { return &v.Created })
)

func TestRangesOverStatusAndTime(t *testing.T) {
	// Ten digits, fewer, none; and as operands also what does not fit.
	created := []int64{0, 1, 9, 10, 999999999, 1000000000, 1428791680, 1428791681, 1428791682, 9999999998, 9999999999}
	statuses := []int{0, 1, 9, 10, 99, 100, 101, 102, 201, 301, 998, 999}
	space[visit]{
		def:       visits,
		partition: func(group string) ddbtable.Cond[visit] { return visitUser.Eq(group) },
		draw: func(rt *rapid.T, group string, i int) visit {
			return visit{User: group, Status: rapid.SampledFrom(statuses).Draw(rt, "status"), Created: seconds(created...).Draw(rt, "created")}
		},
		dimensions: []dimension[visit]{
			dim(visitStatus, func(v visit) int { return v.Status }, rapid.SampledFrom(append(statuses, -1, 1000, 1001, 10100)), cmp.Compare[int]),
			dim(visitCreated, func(v visit) time.Time { return v.Created }, seconds(append(created, -1, -1428791681, 10000000000, 14287916810)...), compareTimes),
		},
		via:     []string{"by_user"},
		sortKey: func(v visit) string { return v.key() },
	}.run(t)
}

func (v visit) key() string { return pad(v.Status, 3) + "_" + pad(int(v.Created.Unix()), 10) }

// pad is what a facet with a width makes of a number.
func pad(n, width int) string {
	text := []byte(strings.Repeat("0", width))
	for i := width - 1; n > 0; i-- {
		text[i] = byte('0' + n%10)
		n /= 10
	}
	return string(text)
}

// A local has the same sort key in a local index.
type local struct {
	User    string    `ddb:"user,partition"`
	Seq     int       `ddb:"seq,sort"`
	Status  int       `ddb:"status"`
	Created time.Time `ddb:"created,unix"`
	Key     string    `ddb:"key,local=by_status,from={status:3}_{created:10}"`
}

var (
	locals       = ddbtable.MustDefine[local]("locals")
	localUser    = ddbtable.Attr(func(v *local) *string { return &v.User })
	localStatus  = ddbtable.Attr(func(v *local) *int { return &v.Status })
	localCreated = ddbtable.Attr(func(v *local) *time.Time { return &v.Created })
)

func TestRangesInALocalIndex(t *testing.T) {
	created := seconds(1, 2, 3, 1000000000, 9999999999)
	statuses := rapid.SampledFrom([]int{1, 10, 100, 101, 102, 999})
	space[local]{
		def:       locals,
		partition: func(group string) ddbtable.Cond[local] { return localUser.Eq(group) },
		draw: func(rt *rapid.T, group string, i int) local {
			return local{User: group, Seq: i, Status: statuses.Draw(rt, "status"), Created: created.Draw(rt, "created")}
		},
		least: 1, // else the table serves, which sorts by seq
		dimensions: []dimension[local]{
			dim(localStatus, func(v local) int { return v.Status }, statuses, cmp.Compare[int]),
			dim(localCreated, func(v local) time.Time { return v.Created }, created, compareTimes),
		},
		via:     []string{"by_status"},
		sortKey: func(v local) string { return pad(v.Status, 3) + "_" + pad(int(v.Created.Unix()), 10) },
	}.run(t)
}

// A level has signed facets.
type level struct {
	Group string `ddb:"group,partition"`
	Depth int    `ddb:"depth"`
	Delta int64  `ddb:"delta"`
	Key   string `ddb:"key,sort,from=L#{depth:+3}_{delta:+18}"`
}

var (
	levels     = ddbtable.MustDefine[level]("levels")
	levelGroup = ddbtable.Attr(func(v *level) *string { return &v.Group })
	levelDepth = ddbtable.Attr(func(v *level) *int { return &v.Depth })
	levelDelta = ddbtable.Attr(func(v *level) *int64 { return &v.Delta })
)

func TestRangesOverSignedFacets(t *testing.T) {
	depths := []int{-999, -998, -100, -10, -1, 0, 1, 9, 10, 99, 100, 998, 999}
	deltas := []int64{-999999999999999999, -1, 0, 1, 999999999999999999}
	space[level]{
		def:       levels,
		partition: func(group string) ddbtable.Cond[level] { return levelGroup.Eq(group) },
		draw: func(rt *rapid.T, group string, i int) level {
			return level{Group: group, Depth: rapid.SampledFrom(depths).Draw(rt, "depth"), Delta: rapid.SampledFrom(deltas).Draw(rt, "delta")}
		},
		dimensions: []dimension[level]{
			dim(levelDepth, func(v level) int { return v.Depth }, rapid.SampledFrom(append(depths, -1000, 1000, -10000, 10000)), cmp.Compare[int]),
			dim(levelDelta, func(v level) int64 { return v.Delta }, rapid.SampledFrom(append(deltas, -1000000000000000000, 1000000000000000000)), cmp.Compare[int64]),
		},
		sortKey: func(v level) string {
			return "L#" + pad(v.Depth+1000, 4) + "_" + pad(int(v.Delta)+1000000000000000000, 19)
		},
		least:      1, // which keeps items of another type out
		foreign:    map[string]string{"group": "GROUP", "key": "KEY"},
		foreigners: []string{"L", "L\"zz", "L$", "M#1000_", "K#1000_1", "l#1000"},
	}.run(t)
}

// texts are strings that sort in a way which is easy to get wrong.
var texts = []string{"", "a", "a!", "a!_", "a_", "aa", "ab", "b", "z", "\x00", "a\x00", "a\x00b", "\u007f", "\u0080", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010ffff", "\U0010ffff\U0010ffff", "é"}

// A named has a string at the end of its template, behind a literal.
type named struct {
	Group string `ddb:"group,partition"`
	Rank  int    `ddb:"rank"`
	Name  string `ddb:"name"`
	Key   string `ddb:"key,sort,from=N#{rank:2}#{name}"`
}

var (
	nameds     = ddbtable.MustDefine[named]("nameds")
	namedGroup = ddbtable.Attr(func(v *named) *string { return &v.Group })
	namedRank  = ddbtable.Attr(func(v *named) *int { return &v.Rank })
	namedName  = ddbtable.Attr(func(v *named) *string { return &v.Name })
)

func TestRangesOverAStringAtTheEnd(t *testing.T) {
	ranks := []int{0, 1, 9, 10, 99}
	space[named]{
		def:       nameds,
		partition: func(group string) ddbtable.Cond[named] { return namedGroup.Eq(group) },
		draw: func(rt *rapid.T, group string, i int) named {
			return named{Group: group, Rank: rapid.SampledFrom(ranks).Draw(rt, "rank"), Name: rapid.SampledFrom(texts).Draw(rt, "name")}
		},
		dimensions: []dimension[named]{
			dim(namedRank, func(v named) int { return v.Rank }, rapid.SampledFrom(append(ranks, -1, 100)), cmp.Compare[int]),
			dim(namedName, func(v named) string { return v.Name }, rapid.SampledFrom(texts), strings.Compare),
		},
		sortKey:    func(v named) string { return "N#" + pad(v.Rank, 2) + "#" + v.Name },
		least:      1, // which keeps items of another type out
		foreign:    map[string]string{"group": "GROUP", "key": "KEY"},
		foreigners: []string{"N", "N\"99#z", "N$00#a", "O#00#a", "M#00#a"},
		beginsWith: func(rt *rapid.T) meaning[named] {
			rank, prefix := rapid.SampledFrom(ranks).Draw(rt, "rank"), rapid.SampledFrom(texts).Draw(rt, "prefix")
			return meaning[named]{
				[]ddbtable.Cond[named]{namedRank.Eq(rank), ddbtable.BeginsWith(namedName, prefix)},
				func(v named) bool { return v.Rank == rank && strings.HasPrefix(v.Name, prefix) },
			}
		},
	}.run(t)
}

// A tagged has a string in front, where its order is not that of the key.
type tagged struct {
	Group string `ddb:"group,partition"`
	Tag   string `ddb:"tag"`
	N     int    `ddb:"n"`
	Key   string `ddb:"key,sort,from={tag}_{n:2}"`
}

var (
	taggeds     = ddbtable.MustDefine[tagged]("taggeds")
	taggedGroup = ddbtable.Attr(func(v *tagged) *string { return &v.Group })
	taggedTag   = ddbtable.Attr(func(v *tagged) *string { return &v.Tag })
	taggedN     = ddbtable.Attr(func(v *tagged) *int { return &v.N })
)

func TestRangesBehindAStringWithEquality(t *testing.T) {
	tags := slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return strings.Contains(text, "_") })
	key := func(v tagged) string { return v.Tag + "_" + pad(v.N, 2) }
	numbers := []int{0, 1, 50, 98, 99}
	space[tagged]{
		def:       taggeds,
		partition: func(group string) ddbtable.Cond[tagged] { return taggedGroup.Eq(group) },
		draw: func(rt *rapid.T, group string, i int) tagged {
			return tagged{Group: group, Tag: rapid.SampledFrom(tags).Draw(rt, "tag"), N: rapid.SampledFrom(numbers).Draw(rt, "n")}
		},
		dimensions: []dimension[tagged]{
			dim(taggedTag, func(v tagged) string { return v.Tag }, rapid.SampledFrom(tags), strings.Compare).discrete(),
			dim(taggedN, func(v tagged) int { return v.N }, rapid.SampledFrom(append(numbers, -1, 100)), cmp.Compare[int]),
		},
		compare: func(a, b tagged) int { return strings.Compare(key(a), key(b)) },
		sortKey: key,
		beginsWith: func(rt *rapid.T) meaning[tagged] {
			prefix := rapid.SampledFrom(tags).Filter(func(text string) bool { return text != "" }).Draw(rt, "prefix")
			return meaning[tagged]{
				[]ddbtable.Cond[tagged]{ddbtable.BeginsWith(taggedTag, prefix)},
				func(v tagged) bool { return strings.HasPrefix(v.Tag, prefix) },
			}
		},
	}.run(t)
}

// The ranges of In are read in the order of the key, also where that is not the
// order of the values: "a!_" comes before "a_".
func TestInIsReadInTheOrderOfTheKey(t *testing.T) {
	table, _ := recorded(t, taggeds)
	put(t, table, tagged{Group: "g", Tag: "a", N: 1}, tagged{Group: "g", Tag: "a!", N: 1}, tagged{Group: "g", Tag: "b", N: 1})
	for name, q := range map[string]ddbtable.Query[tagged]{
		"ranges": table.Query(taggedGroup.Eq("g"), taggedTag.In("b", "a", "a!")),
		"keys":   table.Query(taggedGroup.Eq("g"), taggedTag.In("b", "a", "a!"), taggedN.Eq(1)),
	} {
		for descending, want := range map[bool][]string{false: {"a!", "a", "b"}, true: {"b", "a", "a!"}} {
			q := q
			if descending {
				q = q.Descending()
			}
			var got []string
			for v, err := range q.All(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, v.Tag)
			}
			expect(t, name, got, want)
		}
	}
}

// A mixed has facets of every other kind: UUID, bool and time as text, with a
// literal at the end.
type mixed struct {
	Group string    `ddb:"group,partition"`
	Done  bool      `ddb:"done"`
	ID    uuid.UUID `ddb:"id"`
	At    time.Time `ddb:"at"`
	Key   string    `ddb:"key,sort,from=M:{done}|{id}/{at}#end"`
}

var (
	mixeds     = ddbtable.MustDefine[mixed]("mixeds")
	mixedGroup = ddbtable.Attr(func(v *mixed) *string { return &v.Group })
	mixedDone  = ddbtable.Attr(func(v *mixed) *bool { return &v.Done })
	mixedID    = ddbtable.Attr(func(v *mixed) *uuid.UUID { return &v.ID })
	mixedAt    = ddbtable.Attr(func(v *mixed) *time.Time { return &v.At })
)

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func TestRangesOverBoolUUIDAndTextTime(t *testing.T) {
	ids := rapid.SampledFrom([]uuid.UUID{uuid.MustParse("00000000-0000-0000-0000-000000000001"), uuid.MustParse("00000000-0000-0000-0000-00000000000a"), uuid.MustParse("7fffffff-ffff-ffff-ffff-ffffffffffff"), uuid.Max})
	times := seconds(-62135596799, -1, 0, 1, 1428791681, 253402300799)
	space[mixed]{
		def:       mixeds,
		partition: func(group string) ddbtable.Cond[mixed] { return mixedGroup.Eq(group) },
		draw: func(rt *rapid.T, group string, i int) mixed {
			return mixed{Group: group, Done: rapid.Bool().Draw(rt, "done"), ID: ids.Draw(rt, "id"), At: times.Draw(rt, "at")}
		},
		dimensions: []dimension[mixed]{
			dim(mixedDone, func(v mixed) bool { return v.Done }, rapid.Bool(), compareBools),
			dim(mixedID, func(v mixed) uuid.UUID { return v.ID }, ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }),
			dim(mixedAt, func(v mixed) time.Time { return v.At }, times, compareTimes),
		},
		sortKey: func(v mixed) string {
			return "M:" + strconv.FormatBool(v.Done) + "|" + v.ID.String() + "/" + v.At.Format("2006-01-02T15:04:05.000000000Z") + "#end"
		},
		least:      1, // which keeps items of another type out
		foreign:    map[string]string{"group": "GROUP", "key": "KEY"},
		foreigners: []string{"M", "M9true|", "M;", "L:true|", "N:true|", "false|", "true|"},
	}.run(t)
}

// A dense has facets with nothing in between, and a text time at the end.
type dense struct {
	Group string    `ddb:"group,partition"`
	A     uint8     `ddb:"a"`
	B     int       `ddb:"b"`
	At    time.Time `ddb:"at"`
	Key   string    `ddb:"key,sort,from={a:3}{b:+1}{at}"`
}

var (
	denses     = ddbtable.MustDefine[dense]("denses")
	denseGroup = ddbtable.Attr(func(v *dense) *string { return &v.Group })
	denseA     = ddbtable.Attr(func(v *dense) *uint8 { return &v.A })
	denseB     = ddbtable.Attr(func(v *dense) *int { return &v.B })
	denseAt    = ddbtable.Attr(func(v *dense) *time.Time { return &v.At })
)

func TestRangesOverAdjacentFacets(t *testing.T) {
	as, bs := []uint8{0, 1, 9, 10, 254, 255}, []int{-9, -1, 0, 1, 9}
	times := seconds(-1, 0, 1, 1428791681)
	space[dense]{
		def:       denses,
		partition: func(group string) ddbtable.Cond[dense] { return denseGroup.Eq(group) },
		draw: func(rt *rapid.T, group string, i int) dense {
			return dense{Group: group, A: rapid.SampledFrom(as).Draw(rt, "a"), B: rapid.SampledFrom(bs).Draw(rt, "b"), At: times.Draw(rt, "at")}
		},
		dimensions: []dimension[dense]{
			dim(denseA, func(v dense) uint8 { return v.A }, rapid.SampledFrom(as), cmp.Compare[uint8]),
			dim(denseB, func(v dense) int { return v.B }, rapid.SampledFrom(append(bs, -10, 10)), cmp.Compare[int]),
			dim(denseAt, func(v dense) time.Time { return v.At }, times, compareTimes),
		},
		sortKey: func(v dense) string {
			return pad(int(v.A), 3) + pad(v.B+10, 2) + v.At.Format("2006-01-02T15:04:05.000000000Z")
		},
	}.run(t)
}

// A bare has a string at the end with nothing before it.
type bare struct {
	Group string `ddb:"group,partition"`
	N     int    `ddb:"n"`
	Name  string `ddb:"name"`
	Key   string `ddb:"key,sort,from={n:1}{name}"`
}

var (
	bares     = ddbtable.MustDefine[bare]("bares")
	bareGroup = ddbtable.Attr(func(v *bare) *string { return &v.Group })
	bareN     = ddbtable.Attr(func(v *bare) *int { return &v.N })
	bareName  = ddbtable.Attr(func(v *bare) *string { return &v.Name })
)

func TestRangesOverAStringBehindAFacet(t *testing.T) {
	space[bare]{
		def:       bares,
		partition: func(group string) ddbtable.Cond[bare] { return bareGroup.Eq(group) },
		draw: func(rt *rapid.T, group string, i int) bare {
			return bare{Group: group, N: rapid.IntRange(0, 9).Draw(rt, "n"), Name: rapid.SampledFrom(texts[:6]).Draw(rt, "name")}
		},
		dimensions: []dimension[bare]{
			dim(bareN, func(v bare) int { return v.N }, rapid.IntRange(-1, 10), cmp.Compare[int]),
			dim(bareName, func(v bare) string { return v.Name }, rapid.SampledFrom(texts[:6]), strings.Compare),
		},
		sortKey: func(v bare) string { return pad(v.N, 1) + v.Name },
	}.run(t)
}

// A plain has a sort key that is an attribute of its own.
type plain[V any] struct {
	Group string `ddb:"group,partition"`
	Value V      `ddb:"value,sort"`
}

// plainSpace is a space of plain sort keys.
func plainSpace[V any](values *rapid.Generator[V], compare func(a, b V) int, text func(V) string) space[plain[V]] {
	group := ddbtable.Attr(func(v *plain[V]) *string { return &v.Group })
	value := ddbtable.Attr(func(v *plain[V]) *V { return &v.Value })
	return space[plain[V]]{
		def:       ddbtable.MustDefine[plain[V]]("plains"),
		partition: func(name string) ddbtable.Cond[plain[V]] { return group.Eq(name) },
		draw: func(rt *rapid.T, name string, i int) plain[V] {
			return plain[V]{Group: name, Value: values.Draw(rt, "value")}
		},
		dimensions: []dimension[plain[V]]{dim(value, func(v plain[V]) V { return v.Value }, values, compare)},
		sortKey:    func(v plain[V]) string { return text(v.Value) },
	}
}

func TestRangesOverPlainIntegers(t *testing.T) {
	values := rapid.SampledFrom([]int64{-1 << 63, -1000000000000, -10, -9, -1, 0, 1, 2, 3, 9, 10, 1<<63 - 1})
	plainSpace(values, cmp.Compare[int64], func(v int64) string { return strconv.FormatInt(v, 10) }).run(t)
}

func TestRangesOverPlainFloats(t *testing.T) {
	values := rapid.SampledFrom([]float64{-1e125, -1.5, -1, -1e-130, 0, 1e-130, 1e-129, 0.1, 0.30000000000000004, 1, 1.0000000000000002, 1e22, 1.7976931348623157e125})
	plainSpace(values, cmp.Compare[float64], func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }).run(t)
}

func TestRangesOverPlainStrings(t *testing.T) {
	long := strings.Repeat("a", 1023)
	keys := append(slices.Clone(texts[1:]), long, long+"a", long+"b", long+"\x00")
	s := plainSpace(rapid.SampledFrom(keys), strings.Compare, func(v string) string { return v })
	value := ddbtable.Attr(func(v *plain[string]) *string { return &v.Value })
	s.beginsWith = func(rt *rapid.T) meaning[plain[string]] {
		prefix, bound := rapid.SampledFrom(texts).Draw(rt, "prefix"), rapid.SampledFrom(texts).Draw(rt, "bound")
		return meaning[plain[string]]{
			[]ddbtable.Cond[plain[string]]{ddbtable.BeginsWith(value, prefix), value.Ge(bound)},
			func(v plain[string]) bool { return strings.HasPrefix(v.Value, prefix) && v.Value >= bound },
		}
	}
	s.run(t)
}

func TestRangesOverPlainBytes(t *testing.T) {
	long := bytes.Repeat([]byte{0xFF}, 1024)
	values := rapid.SampledFrom([][]byte{{0}, {0, 0}, {0, 1}, {1}, {0x7F}, {0x7F, 0xFF}, {0x80}, {0xFE}, {0xFE, 0xFF}, {0xFF}, {0xFF, 0}, long[:1023], long})
	plainSpace(values, bytes.Compare, func(v []byte) string { return string(v) }).run(t)
}

func TestRangesOverPlainTimes(t *testing.T) {
	values := seconds(-62135596799, -1, 0, 1, 999999999, 1428791681, 253402300799)
	plainSpace(values, compareTimes, time.Time.String).run(t)
}

// A bound of no bytes is below every key, and DynamoDB refuses it.
func TestEmptyBoundsAreBelowEveryKey(t *testing.T) {
	type item = plain[string]
	table, client := recorded(t, ddbtable.MustDefine[item]("plains"))
	group := ddbtable.Attr(func(v *item) *string { return &v.Group })
	value := ddbtable.Attr(func(v *item) *string { return &v.Value })
	put(t, table, item{"g", "a"}, item{"g", "b"})
	for name, c := range map[string]struct {
		cond ddbtable.Cond[item]
		want int
	}{
		"Ge":                 {value.Ge(""), 2},
		"Gt":                 {value.Gt(""), 2},
		"Lt":                 {value.Lt(""), 0},
		"Le":                 {value.Le(""), 0},
		"Between":            {value.Between("", "a"), 1},
		"BeginsWith":         {ddbtable.BeginsWith(value, ""), 2},
		"Ge and Lt of \\x00": {ddbtable.And(value.Ge(""), value.Lt("\x00")), 0},
	} {
		client.sent()
		n, err := table.Query(group.Eq("g"), c.cond).Count(t.Context())
		if n != c.want || err != nil {
			t.Errorf("Count with %s of nothing = %d, %v; want %d", name, n, err, c.want)
		}
	}
}

// An open limit and a closed one at the same value leave the value out.
func TestOpenLimitPrevails(t *testing.T) {
	table, _ := recorded(t, labels)
	for n := range 5 {
		put(t, table, label{ID: "a", N: n})
	}
	for name, conds := range map[string][]ddbtable.Cond[label]{
		"lower": {labelN.Ge(2), labelN.Gt(2)}, "lower, turned": {labelN.Gt(2), labelN.Ge(2)},
		"upper": {labelN.Le(2), labelN.Lt(2)}, "upper, turned": {labelN.Lt(2), labelN.Le(2)},
	} {
		n, err := table.Query(append(conds, labelID.Eq("a"))...).Count(t.Context())
		if err != nil || n != 2 {
			t.Errorf("%s: %d items, %v; want 2", name, n, err)
		}
	}
}
