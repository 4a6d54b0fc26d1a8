package conformance_test

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/fields"
)

var randomChecks = []check{
	{name: "random operations do to a table what they do to a map", run: likeAMap},
}

func likeAMap(t *testing.T, e engine) {
	table := open(t, e, sales)
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{T: t, engine: e, table: table, buyer: uuid.NewString(), items: make(map[int]sale)}
		rt.Repeat(map[string]func(*rapid.T){
			"Put":           m.put,
			"Create":        m.create,
			"Set one facet": m.setStatus,
			"Set all":       m.setBoth,
			"Add to facet":  m.addToStatus,
			"Remove facet":  m.removeTime,
			"Update If":     m.updateIf,
			"OrCreate":      m.orCreate,
			"Delete":        m.remove,
			"Delete If":     m.removeIf,
			"read":          m.compare,
		})
		m.compare(rt)
	})
}

// A machine does the same to a table and to a map. The sales of one buyer are
// all made in a shop of the same name.
type machine struct {
	*testing.T
	engine engine
	table  *ddbtable.Table[sale]
	buyer  string
	items  map[int]sale // by number
}

// Values are few, so that operations meet.
var (
	someNumbers  = rapid.IntRange(-2, 2)
	someStatuses = rapid.SampledFrom([]int{0, 1, 101, 201, 998, 999})
	someSeconds  = rapid.SampledFrom([]int64{0, 1, 1428791681, 9999999999})
	somePrices   = rapid.SampledFrom([]float64{-1, 0, 0.5, 2})
)

// placed is the sale with its derived attribute.
func placed(s sale) sale {
	s.StatusAndTime = fields.IntInt{First: int64(s.Status), Second: s.Time.Unix()}
	return s
}

func (m *machine) draw(rt *rapid.T) sale {
	return placed(sale{
		Buyer: m.buyer, Number: someNumbers.Draw(rt, "number"), Shop: m.buyer, Status: someStatuses.Draw(rt, "status"),
		Time: second(someSeconds.Draw(rt, "time")), Price: somePrices.Draw(rt, "price"),
	})
}

func (m *machine) key(number int) []ddbtable.Equality[sale] {
	return []ddbtable.Equality[sale]{saleBuyer.Eq(m.buyer), saleNumber.Eq(number)}
}

func (m *machine) put(rt *rapid.T) {
	s := m.draw(rt)
	got, err := m.table.Put(s).Run(m.Context())
	m.same(rt, "Put", err, nil, got, s)
	m.items[s.Number] = s
}

func (m *machine) create(rt *rapid.T) {
	s := m.draw(rt)
	got, err := m.table.Create(s).Run(m.Context())
	if old, there := m.items[s.Number]; there {
		m.refused(rt, "Create", err, ddbtable.ErrExists, old)
		return
	}
	m.same(rt, "Create", err, nil, got, s)
	m.items[s.Number] = s
}

// update runs an update of a sale, which may be missing.
func (m *machine) update(rt *rapid.T, what string, change func(ddbtable.Update[sale]) ddbtable.Update[sale], want func(*sale)) {
	n := someNumbers.Draw(rt, "number")
	got, err := change(m.table.Update(m.key(n)...)).Run(m.Context())
	s, there := m.items[n]
	if !there {
		m.same(rt, what, err, ddbtable.ErrNotFound, got, sale{})
		return
	}
	want(&s)
	m.same(rt, what, err, nil, got, s)
	m.items[n] = s
}

func (m *machine) setStatus(rt *rapid.T) {
	status := someStatuses.Draw(rt, "status")
	m.update(rt, "Set of the status", func(u ddbtable.Update[sale]) ddbtable.Update[sale] { return u.Change(saleStatus.Set(status)) }, func(s *sale) {
		if s.Status = status; !s.Time.IsZero() {
			*s = placed(*s)
		}
	})
}

func (m *machine) setBoth(rt *rapid.T) {
	status, at := someStatuses.Draw(rt, "status"), second(someSeconds.Draw(rt, "time"))
	m.update(rt, "Set of status and time", func(u ddbtable.Update[sale]) ddbtable.Update[sale] {
		return u.Change(saleTime.Set(at), saleStatus.Set(status), salePrice.Set(7))
	}, func(s *sale) { s.Status, s.Time, s.Price = status, at, 7; *s = placed(*s) })
}

// removeTime takes the sale out of the indexes that have the time in their key.
func (m *machine) removeTime(rt *rapid.T) {
	m.update(rt, "Remove of the time", func(u ddbtable.Update[sale]) ddbtable.Update[sale] { return u.Change(saleTime.Remove()) },
		func(s *sale) { s.Time, s.StatusAndTime = sale{}.Time, fields.IntInt{} })
}

// addToStatus may leave what the facet can hold: then nothing changes.
func (m *machine) addToStatus(rt *rapid.T) {
	n, d := someNumbers.Draw(rt, "number"), rapid.IntRange(-1, 1).Draw(rt, "added")
	got, err := m.table.Update(m.key(n)...).Change(ddbtable.Add(saleStatus, d)).Run(m.Context())
	s, there := m.items[n]
	s.Status += d
	switch {
	case !there:
		m.same(rt, "Add", err, ddbtable.ErrNotFound, got, sale{})
		return
	case s.Status < 0 || s.Status > 999:
		if err == nil {
			rt.Fatalf("Add of %d gives status %d, which is no facet", d, s.Status)
		}
		return
	case s.Time.IsZero():
	default:
		s = placed(s)
	}
	m.same(rt, "Add", err, nil, got, s)
	m.items[n] = s
}

func (m *machine) updateIf(rt *rapid.T) {
	n, price := someNumbers.Draw(rt, "number"), somePrices.Draw(rt, "price")
	got, err := m.table.Update(m.key(n)...).Change(saleNote.Set("noted")).If(salePrice.Ge(price)).Run(m.Context())
	s, there := m.items[n]
	switch {
	case !there:
		m.same(rt, "Update If", err, ddbtable.ErrNotFound, got, sale{})
	case s.Price < price:
		m.refused(rt, "Update If", err, ddbtable.ErrConditionFailed, s)
	default:
		s.Note = "noted"
		m.same(rt, "Update If", err, nil, got, s)
		m.items[n] = s
	}
}

func (m *machine) orCreate(rt *rapid.T) {
	s := m.draw(rt)
	got, err := m.table.Update(m.key(s.Number)...).
		Change(saleShop.Set(s.Shop), saleStatus.Set(s.Status), saleTime.Set(s.Time), salePrice.Set(s.Price)).OrCreate().Run(m.Context())
	s.Note = m.items[s.Number].Note
	m.same(rt, "OrCreate", err, nil, got, s)
	m.items[s.Number] = s
}

func (m *machine) remove(rt *rapid.T) {
	n := someNumbers.Draw(rt, "number")
	old, err := m.table.Delete(m.key(n)...).Run(m.Context())
	m.deleted(rt, old, err, n)
}

func (m *machine) removeIf(rt *rapid.T) {
	n, price := someNumbers.Draw(rt, "number"), somePrices.Draw(rt, "price")
	old, err := m.table.Delete(m.key(n)...).If(salePrice.Lt(price)).Run(m.Context())
	s, there := m.items[n]
	switch {
	case !there:
		m.same(rt, "Delete If", err, ddbtable.ErrNotFound, old, (*sale)(nil))
	case s.Price >= price:
		m.refused(rt, "Delete If", err, ddbtable.ErrConditionFailed, s)
	default:
		m.deleted(rt, old, err, n)
	}
}

func (m *machine) deleted(rt *rapid.T, old *sale, err error, n int) {
	var want *sale
	if s, there := m.items[n]; there {
		want = &s
	}
	m.same(rt, "Delete", err, nil, old, want)
	delete(m.items, n)
}

// same fails the check unless a call ended with that error and result.
func (m *machine) same(rt *rapid.T, what string, err, wantErr error, got, want any) {
	if !errors.Is(err, wantErr) {
		rt.Fatalf("%s: %v, want %v", what, err, wantErr)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		rt.Fatalf("%s (-want +got)\n%s", what, diff)
	}
}

func (m *machine) refused(rt *rapid.T, what string, err, kind error, old sale) {
	failed, ok := errors.AsType[*ddbtable.ConditionError[sale]](err)
	if !ok || failed.Ambiguous {
		rt.Fatalf("%s: %v, want a ConditionError", what, err)
	}
	m.same(rt, what, err, kind, failed.Old, &old)
}

// compare reads the table, and its indexes in their order.
func (m *machine) compare(rt *rapid.T) {
	settle(m.T, m.engine, m.table.Name())
	var all, dated []sale
	for _, n := range slices.Sorted(maps.Keys(m.items)) {
		all = append(all, m.items[n])
		if !m.items[n].Time.IsZero() {
			dated = append(dated, m.items[n])
		}
	}
	byTime := slices.SortedFunc(slices.Values(dated), func(a, b sale) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Number, b.Number))
	})
	byStatus := slices.SortedFunc(slices.Values(dated), func(a, b sale) int {
		return cmp.Or(cmp.Compare(a.Status, b.Status), a.Time.Compare(b.Time), cmp.Compare(a.Number, b.Number))
	})
	m.read(rt, "table", m.table.Query(saleBuyer.Eq(m.buyer)), all)
	m.read(rt, "local index", m.table.Query(saleBuyer.Eq(m.buyer)).Via("buyer_time"), byTime)
	m.read(rt, "global index", m.table.Query(saleShop.Eq(m.buyer)).Via("shop_status"), byStatus)
	status := someStatuses.Draw(rt, "from status")
	m.read(rt, "part of the global index", m.table.Query(saleShop.Eq(m.buyer), saleStatus.Ge(status)).Via("shop_status"),
		slices.DeleteFunc(byStatus, func(s sale) bool { return s.Status < status }))
}

// read compares a query, in which equal index keys have no order of their own.
func (m *machine) read(rt *rapid.T, what string, q ddbtable.Query[sale], want []sale) {
	got, err := ddbtable.Collect(q.All(m.Context()))
	slices.SortStableFunc(got, func(a, b sale) int {
		if a.Time.Equal(b.Time) && a.Status == b.Status || what == "local index" && a.Time.Equal(b.Time) {
			return cmp.Compare(a.Number, b.Number)
		}
		return 0
	})
	m.same(rt, what, err, nil, got, append([]sale(nil), want...))
}
