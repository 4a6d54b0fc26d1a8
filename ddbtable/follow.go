package ddbtable

import (
	"context"
	"slices"
	"strings"

	"example.com/ddb/fields"
	"example.com/ddb/internal/wire"
)

// Follow makes the query read only keys from its index, and the items
// themselves from the table: for an index that does not project what is read,
// such as one with [KeysOnly], or to read items as they are now.
//
// All, Page and Count then cost, beside what reading the keys does, one
// BatchGetItem for each 100 keys, begun, and the read units of single reads: half
// a unit for each 4 KB, begun, of each item, and twice that with Consistent, which
// is about the table, also where a global index is read. A page is exact, and
// reads 100 items of a range ahead at most; PageSize and MaxReads count keys.
// Keys that the service leaves unprocessed are sent again as in
// [BatchWrite.Run].
//
// The order is that of the index. A global index lags behind the table: an item
// that is gone by now, or that has another key in the index by now, is left out,
// and counts as not matching. What Filter tests is tested by the index if that
// projects it, before items are followed, and then again on each item, if it can
// be evaluated here as for [Sparse]; a filter with neither is a [PlanError], as
// is a query that reads the table itself.
func (q Query[T]) Follow() Query[T] { return longQuery[T](q.long().following()) }

// Follow is [Query.Follow].
func (s Scan[T]) Follow() Scan[T] { return Scan[T]{s.query().Follow()} }

func (q *query) following() *query {
	n := q.refined()
	n.follow = true
	return n
}

// A followPlan says how the items of an index are read from the table.
type followPlan struct {
	sent    *node           // the filter, as far as the index evaluates it
	tested  *node           // the filter, as far as it is evaluated here
	reading []*fields.Field // what is looked at, beside what is asked for
	texts   texts           // of the BatchGetItem
}

// follow plans how the items of the index are followed. State is the part of
// the filter that the definition makes: whether an item is visible is tested
// anyhow.
func (p *queryPlan) follow(filter, state *node) error {
	if p.index.name == "" {
		return planErrorf("Follow is for an index, but the table itself serves the query, whose items are whole; drop Follow, or choose an index with Via")
	}
	f := &followPlan{reading: slices.Concat(p.core.reading(), p.index.keys())}
	if state != nil && p.missing(state) == nil {
		f.sent = state
	}
	if filter != nil {
		for n := range filter.conjuncts() {
			if err := f.take(p, n); err != nil {
				return err
			}
		}
	}
	p.followed, p.projection.has = f, nil
	f.texts.projection = f.texts.text(func(w *writer) { p.projection.write(w, f.reading) })
	return nil
}

// missing lists the attributes of a condition that the index does not project.
func (p *queryPlan) missing(n *node) (names []string) {
	n.fields(func(name string) {
		if !p.core.projects(p.index, name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	})
	return names
}

// take decides where a part of the caller's filter is evaluated.
func (f *followPlan) take(p *queryPlan, n *node) error {
	missing := p.missing(n)
	if missing == nil {
		f.sent = both(f.sent, n)
	}
	switch {
	case n.empty():
	case n.local():
		f.tested = both(f.tested, n)
		for _, tested := range n.attributes() {
			f.reading = append(f.reading, p.core.own(tested))
		}
	case missing != nil:
		return planErrorf("the filter tests %s, which %s does not project, in a way that only DynamoDB can; compare whole attributes, or let the index project them", strings.Join(missing, ", "), p.index)
	}
	return nil
}

// A follower reads the items whose keys a reader has read.
type follower struct {
	reader *reader
	core   *core
	from   int       // the first entry of the reader whose item was asked for
	at     []int     // from there on, where each entry's item is; -1 for nowhere
	rows   typedRows // the items, in the order of the entries
}

// forget forgets the items, because the reader is about to have other entries.
func (f *follower) forget() { f.from, f.at = 0, f.at[:0] }

// find finds the item of the reader's i-th entry. It is not ok if the item is
// left out.
func (f *follower) find(ctx context.Context, i int) (at int, ok bool, err error) {
	if i < f.from || i >= f.from+len(f.at) {
		if err := f.fetch(ctx, i); err != nil {
			return 0, false, err
		}
	}
	at = f.at[i-f.from]
	return at, at >= 0, nil
}

// countAll counts the items of all entries.
func (f *follower) countAll(ctx context.Context) (n int, err error) {
	for i := range f.reader.rows.count() {
		_, ok, err := f.find(ctx, i)
		if err != nil {
			return 0, err
		}
		if ok {
			n++
		}
	}
	return n, nil
}

// fetch reads the items of the entries from the i-th on, as many as one
// BatchGetItem takes.
func (f *follower) fetch(ctx context.Context, i int) error {
	t, entries := f.core, &f.reader.rows
	c := &call{op: opBatchGet, table: t.settings.name, texts: &f.reader.plan.followed.texts, consistent: t.consistent, several: new(several)}
	ids := make([]string, min(maxBatchGets, entries.count()-i))
	for n := range ids {
		key, err := t.keyOf(entries.raw(i + n))
		if err != nil {
			return err
		}
		if id := identity(key); !slices.Contains(ids[:n], id) { // or DynamoDB refuses
			c.keys = append(c.keys, key)
			ids[n] = id
		}
	}
	found, err := readRaw(ctx, f.reader.sender, c, c.keys[0], &pauses{clock: t.settings.wait.clock})
	if err != nil {
		return err
	}
	f.rows.reset()
	f.from, f.at = i, f.at[:0]
	for n, id := range ids {
		at, followed := -1, found[id]
		if f.passes(entries.raw(i+n), followed) {
			at = f.rows.count()
			f.rows.add(followed)
		}
		f.at = append(f.at, at)
	}
	return nil
}

// passes reports whether an item is what its entry in the index promises.
func (f *follower) passes(entry, followed item) bool {
	t, p := f.core, f.reader.plan
	if followed.none() || !t.visible(followed) || t.passesOver(followed) {
		return false
	}
	for _, key := range p.index.keys() {
		was, errWas := entry.value(key.Name)
		is, errIs := followed.value(key.Name)
		if errWas != nil || errIs != nil || !was.Equal(is) {
			return false
		}
	}
	tested := p.followed.tested
	return tested == nil || tested.holds(func(f *fields.Field) fields.Value {
		v, err := followed.value(f.Name)
		if err != nil {
			return fields.Value{}
		}
		return v
	})
}

// entries are a list of items of which only the keys are looked at, as they
// were received.
type entries struct{ list }

func (entries) room(int) {}
func (entries) done()    {}
func (entries) clear()   {}

func (entries) parse(json []byte, into *typedRows) (rest []byte, err error) {
	scan := wire.NewScanner(json)
	_, err = scan.Skip()
	rest = json[scan.Pos():]
	return rest, into.took(rest, err)
}

func (entries) add(item, func(*fields.Field) bool) error { return nil }
