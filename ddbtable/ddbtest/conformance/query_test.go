package conformance_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
	"example.com/ddb/fields"
)

var queryChecks = []check{
	{name: "every operator on the key of the table", run: queriesTable},
	{name: "every operator on a local index", run: queriesLocal},
	{name: "every operator on a global index", run: queriesGlobal},
	{name: "a sort key of text", run: queriesText},
	{name: "filters", run: queriesFiltered},
	{name: "projections", run: queriesProjected},
	{name: "consistent reads", run: queriesConsistent},
	{name: "the order decides between indexes", run: queriesOrdered},
	{name: "small requests and a start", run: queriesInParts},
	{name: "a bad item is passed over on request", run: queriesBadItems},
	{name: "numbers of 38 digits", run: queriesNumbers},
}

// sorted is a box with its set in order, which engines do not promise.
func sorted(b box) box {
	slices.Sort(b.Tags)
	return b
}

// A sale can be read by the number, the time, and by status and time.
type sale struct {
	Buyer         string        `ddb:"buyer,partition"`
	Number        int           `ddb:"number,sort"`
	Time          time.Time     `ddb:"time,unix,local=buyer_time"`
	Shop          string        `ddb:"shop,partition=shop_status,partition=shop_price,omitzero"`
	Status        int           `ddb:"status"`
	Price         float64       `ddb:"price,sort=shop_price"`
	Note          string        `ddb:"note"`
	StatusAndTime fields.IntInt `ddb:"status_time,sort=shop_status,from={status:3}_{time:10}"`
}

var (
	sales      = ddbtable.MustDefine[sale]("sales", ddbtable.Include("shop_price", saleNote))
	saleBuyer  = ddbtable.Attr(func(s *sale) *string { return &s.Buyer })
	saleNumber = ddbtable.Attr(func(s *sale) *int { return &s.Number })
	saleTime   = ddbtable.Attr(func(s *sale) *time.Time { return &s.Time })
	saleShop   = ddbtable.Attr(func(s *sale) *string { return &s.Shop })
	saleStatus = ddbtable.Attr(func(s *sale) *int { return &s.Status })
	salePrice  = ddbtable.Attr(func(s *sale) *float64 { return &s.Price })
	saleNote   = ddbtable.Attr(func(s *sale) *string { return &s.Note })
)

// made lists sales of one buyer in one shop, and stores them among others.
func made(t *testing.T, e engine, table *ddbtable.Table[sale]) []sale {
	t.Helper()
	statuses := []int{101, 201, 301, 1, 10, 999}
	var all []sale
	for i := range 24 {
		s := sale{Buyer: "ada", Number: i - 5, Time: second(int64(i * 7 % 24)), Shop: "s1", Status: statuses[i%6], Price: float64(i%5) / 4, Note: fmt.Sprint("note ", i%3)}
		s.StatusAndTime = fields.IntInt{First: int64(s.Status), Second: s.Time.Unix()}
		all = append(all, s)
		other := s
		other.Buyer, other.Shop = "adam", "s10"
		put(t, e, table, s, other)
	}
	return all
}

func second(s int64) time.Time { return time.Unix(s, 0).UTC() }

// A condition of a query and what it says.
type keyed struct {
	name  string
	conds []ddbtable.Cond[sale]
	match func(sale) bool
}

// operators lists conditions on an attribute, around its value v.
func operators[V any](a ddbtable.Attribute[sale, V], get func(sale) V, compare func(a, b V) int, lo, v, hi V) []keyed {
	one := func(name string, cond ddbtable.Cond[sale], match func(V) bool) keyed {
		return keyed{name, []ddbtable.Cond[sale]{cond}, func(s sale) bool { return match(get(s)) }}
	}
	within := func(x V) bool { return compare(x, lo) > 0 && compare(x, hi) < 0 }
	return []keyed{
		{"all", nil, func(sale) bool { return true }},
		one("Eq", a.Eq(v), func(x V) bool { return compare(x, v) == 0 }),
		one("In", a.In(hi, lo, hi), func(x V) bool { return compare(x, lo) == 0 || compare(x, hi) == 0 }),
		one("In of nothing", a.In(), func(V) bool { return false }),
		one("Lt", a.Lt(v), func(x V) bool { return compare(x, v) < 0 }),
		one("Le", a.Le(v), func(x V) bool { return compare(x, v) <= 0 }),
		one("Gt", a.Gt(v), func(x V) bool { return compare(x, v) > 0 }),
		one("Ge", a.Ge(v), func(x V) bool { return compare(x, v) >= 0 }),
		one("Between", a.Between(lo, hi), func(x V) bool { return compare(x, lo) >= 0 && compare(x, hi) <= 0 }),
		one("Between, lo above hi", a.Between(hi, lo), func(V) bool { return false }),
		{"Gt and Lt", []ddbtable.Cond[sale]{a.Gt(lo), a.Lt(hi)}, func(s sale) bool { return within(get(s)) }},
	}
}

func compareSeconds(a, b time.Time) int { return a.Compare(b) }

// checkQuery reads a query in every way.
func checkQuery(t *testing.T, name string, q ddbtable.Query[sale], all []sale, match func(sale) bool, compare func(a, b sale) int) {
	t.Helper()
	var want []sale
	for _, s := range all {
		if match(s) {
			want = append(want, s)
		}
	}
	slices.SortStableFunc(want, compare)
	got, err := ddbtable.Collect(q.All(t.Context()))
	expect(t, name, err, got, want)
	n, err := q.Count(t.Context())
	expect(t, name+", counted", err, n, len(want))
	got, err = readPages(t, q, 3)
	expect(t, name+", by pages", err, got, want)
	slices.Reverse(want)
	got, err = ddbtable.Collect(q.Descending().All(t.Context()))
	expect(t, name+", descending", err, got, want)
	got, err = readPages(t, q.Descending(), 2)
	expect(t, name+", descending by pages", err, got, want)
}

// readPages reads all pages, each of which is full but for the last.
func readPages[T any](t *testing.T, q ddbtable.Query[T], n int) ([]T, error) {
	t.Helper()
	var all []T
	for cursor := ""; ; {
		page, err := q.Page(t.Context(), n, cursor)
		if err != nil {
			return all, err
		}
		all, cursor = append(all, page.Items...), page.Next
		if cursor == "" {
			return all, nil
		}
		if len(page.Items) != n {
			t.Errorf("a page of %d has %d items and is not the last", n, len(page.Items))
		}
	}
}

func queriesTable(t *testing.T, e engine) {
	table := open(t, e, sales)
	all := made(t, e, table)
	for _, c := range operators(saleNumber, func(s sale) int { return s.Number }, cmp.Compare[int], -2, 3, 11) {
		q := table.Query(append(c.conds, saleBuyer.Eq("ada"))...)
		checkQuery(t, c.name, q, all, c.match, func(a, b sale) int { return cmp.Compare(a.Number, b.Number) })
	}
}

func queriesLocal(t *testing.T, e engine) {
	table := open(t, e, sales)
	all := made(t, e, table)
	for _, c := range operators(saleTime, func(s sale) time.Time { return s.Time }, compareSeconds, second(3), second(9), second(20)) {
		q := table.Query(append(c.conds, saleBuyer.Eq("ada"))...).Via("buyer_time")
		checkQuery(t, c.name, q, all, c.match, func(a, b sale) int { return a.Time.Compare(b.Time) })
	}
}

func queriesGlobal(t *testing.T, e engine) {
	table := open(t, e, sales)
	all := made(t, e, table)
	byStatus := func(a, b sale) int { return cmp.Or(cmp.Compare(a.Status, b.Status), a.Time.Compare(b.Time)) }
	for _, c := range operators(saleStatus, func(s sale) int { return s.Status }, cmp.Compare[int], 10, 201, 999) {
		q := table.Query(append(c.conds, saleShop.Eq("s1"))...).Via("shop_status")
		checkQuery(t, c.name, q, all, c.match, byStatus)
	}
	for _, c := range operators(saleTime, func(s sale) time.Time { return s.Time }, compareSeconds, second(3), second(7), second(20)) {
		q := table.Query(append(c.conds, saleShop.Eq("s1"), saleStatus.In(301, 1, 201))...)
		checkQuery(t, c.name+" behind In", q, all, func(s sale) bool {
			return c.match(s) && slices.Contains([]int{301, 1, 201}, s.Status)
		}, byStatus)
	}
}

func queriesText(t *testing.T, e engine) {
	table := open(t, e, stocks)
	names := []string{"a", "a!", "a_", "aa", "b", "b\x00", "z\U0010ffff", "é", "\uffff", "\U00010000"}
	slices.Sort(names)
	for i, name := range names {
		put(t, e, table, stock{Shop: "s", Number: i, Name: name})
	}
	for name, c := range map[string]struct {
		conds []ddbtable.Cond[stock]
		match func(string) bool
	}{
		"BeginsWith":      {[]ddbtable.Cond[stock]{ddbtable.BeginsWith(stockName, "a")}, func(s string) bool { return strings.HasPrefix(s, "a") }},
		"Gt and Lt":       {[]ddbtable.Cond[stock]{stockName.Gt("a"), stockName.Lt("b\x00")}, func(s string) bool { return s > "a" && s < "b\x00" }},
		"Gt and Lt again": {[]ddbtable.Cond[stock]{stockName.Gt("a!"), stockName.Lt("\U00010000")}, func(s string) bool { return s > "a!" && s < "\U00010000" }},
		"Ge of nothing":   {[]ddbtable.Cond[stock]{stockName.Ge("")}, func(string) bool { return true }},
	} {
		var want []string
		for _, name := range names {
			if c.match(name) {
				want = append(want, name)
			}
		}
		items, err := ddbtable.Collect(table.Query(append(c.conds, stockShop.Eq("s"))...).Via("shop_name").All(t.Context()))
		var got []string
		for _, item := range items {
			got = append(got, item.Name)
		}
		expect(t, name, err, got, want)
	}
}

func queriesFiltered(t *testing.T, e engine) {
	table := open(t, e, sales)
	all := made(t, e, table)
	byNumber := func(a, b sale) int { return cmp.Compare(a.Number, b.Number) }
	q := table.Query(saleBuyer.Eq("ada"))
	checkQuery(t, "one filter", q.Filter(saleNote.Eq("note 1")), all, func(s sale) bool { return s.Note == "note 1" }, byNumber)
	checkQuery(t, "two filters", q.Filter(saleNote.Ne("note 1")).Filter(ddbtable.Or(saleStatus.Eq(201), salePrice.Ge(1))), all,
		func(s sale) bool { return s.Note != "note 1" && (s.Status == 201 || s.Price >= 1) }, byNumber)
	checkQuery(t, "a filter that nothing fulfils", q.Filter(saleNote.Eq("none")), all, func(sale) bool { return false }, byNumber)
	checkQuery(t, "a filter of the SDK beside ours", q.Filter(saleStatus.Gt(9)).Filter(ddbtable.Expression[sale](
		expression.Name("status").LessThan(expression.Value(300)).And(expression.Name("note").NotEqual(expression.Value("note 2"))))), all,
		func(s sale) bool { return s.Status > 9 && s.Status < 300 && s.Note != "note 2" }, byNumber)
	checkQuery(t, "a filter on the table's key in an index", table.Query(saleShop.Eq("s1")).Via("shop_status").Filter(saleNumber.Gt(5)), all,
		func(s sale) bool { return s.Number > 5 }, func(a, b sale) int {
			return cmp.Or(cmp.Compare(a.Status, b.Status), a.Time.Compare(b.Time))
		})
}

func queriesProjected(t *testing.T, e engine) {
	table := open(t, e, sales)
	all := made(t, e, table)
	items, err := readPages(t, table.Query(saleBuyer.Eq("ada")).Project(saleNote), 5)
	var want []sale
	for _, s := range all {
		want = append(want, sale{Note: s.Note})
	}
	expect(t, "the table", err, items, want)

	items, err = readPages(t, table.Query(saleShop.Eq("s1"), salePrice.Eq(0.25)).Project(saleNote, salePrice), 2)
	if err != nil || len(items) != 5 {
		t.Errorf("an index with few attributes: %d items, %v; want 5", len(items), err)
	}
	for _, s := range items {
		expect(t, "an index with few attributes", nil, s, sale{Note: s.Note, Price: 0.25})
	}
	_, err = table.Query(saleShop.Eq("s1"), salePrice.Eq(0.25)).Count(t.Context())
	if _, ok := errors.AsType[*ddbtable.PlanError](err); !ok {
		t.Errorf("all attributes of an index that lacks some: %v", err)
	}
}

func queriesConsistent(t *testing.T, e engine) {
	table := open(t, e, sales)
	all := made(t, e, table)
	n, err := table.Consistent().Query(saleBuyer.Eq("ada")).Count(t.Context())
	expect(t, "the table", err, n, len(all))
	n, err = table.Query(saleBuyer.Eq("ada"), saleTime.Ge(second(0))).Consistent().Count(t.Context())
	expect(t, "a local index", err, n, len(all))
}

func queriesOrdered(t *testing.T, e engine) {
	table := open(t, e, sales)
	all := made(t, e, table)
	q := table.Query(saleShop.Eq("s1")).Project(salePrice)
	if _, err := q.Count(t.Context()); err == nil {
		t.Error("two indexes with different orders serve, and none is refused")
	}
	items, err := ddbtable.Collect(q.OrderBy(salePrice).Descending().All(t.Context()))
	if err != nil || len(items) != len(all) || !slices.IsSortedFunc(items, func(a, b sale) int { return cmp.Compare(b.Price, a.Price) }) {
		t.Errorf("%d items, %v, not by descending price: %v", len(items), err, items)
	}
	items, err = ddbtable.Collect(table.Query(saleShop.Eq("s1")).OrderBy(saleStatus).All(t.Context()))
	if err != nil || len(items) != len(all) || !slices.IsSortedFunc(items, func(a, b sale) int { return cmp.Compare(a.Status, b.Status) }) {
		t.Errorf("%d items, %v, not by status: %v", len(items), err, items)
	}
}

func queriesInParts(t *testing.T, e engine) {
	table := open(t, e, sales)
	all := made(t, e, table)
	q := table.Query(saleBuyer.Eq("ada"))
	items, err := ddbtable.Collect(q.PageSize(5).All(t.Context()))
	expect(t, "All", err, items, all)
	n, err := q.PageSize(5).Filter(saleNote.Eq("note 0")).Count(t.Context())
	expect(t, "Count", err, n, len(all)/3)
	page, err := q.Page(t.Context(), 7, "")
	if err != nil {
		t.Fatal(err)
	}
	items, err = ddbtable.Collect(q.From(page.Next).All(t.Context()))
	expect(t, "All from a cursor", err, items, all[7:])
	n, err = q.From(page.Next).Count(t.Context())
	expect(t, "Count from a cursor", err, n, len(all)-7)
}

func queriesBadItems(t *testing.T, e engine) {
	table := open(t, e, sales)
	put(t, e, table, sale{Buyer: "ada", Number: 1, Time: second(1), Note: "good"}, sale{Buyer: "ada", Number: 3, Time: second(1), Note: "good"})
	raw(t, e, table.Name(), map[string]types.AttributeValue{"buyer": text("ada"), "number": number("2"), "note": number("7")})
	q := table.Query(saleBuyer.Eq("ada"))
	items, err := ddbtable.Collect(q.All(t.Context()))
	bad, ok := errors.AsType[*ddbtable.ItemError](err)
	if !ok || len(items) != 1 || bad.Field != "Note" || bad.Attribute != "note" {
		t.Errorf("All = %d items, %v; want 1 and an ItemError of note", len(items), err)
	}
	passed := 0
	items, err = readPages(t, q.OnBadItem(func(*ddbtable.ItemError) error { passed++; return nil }), 1)
	if err != nil || len(items) != 2 || passed == 0 {
		t.Errorf("pages have %d items, %v, and %d were passed over; want 2", len(items), err, passed)
	}
	stop := errors.New("stop")
	if _, err := ddbtable.Collect(q.OnBadItem(func(*ddbtable.ItemError) error { return stop }).All(t.Context())); !errors.Is(err, stop) {
		t.Errorf("All: %v, want what OnBadItem returned", err)
	}
}

// A measure has a number as sort key that no Go integer or float holds.
type measure struct {
	ID    string         `ddb:"id,partition"`
	Value fields.Decimal `ddb:"value,sort"`
}

var (
	measures     = ddbtable.MustDefine[measure]("measures")
	measureID    = ddbtable.Attr(func(m *measure) *string { return &m.ID })
	measureValue = ddbtable.Attr(func(m *measure) *fields.Decimal { return &m.Value })
)

func queriesNumbers(t *testing.T, e engine) {
	table := open(t, e, measures)
	values := []fields.Decimal{
		"-12345678901234567890123456789012345678", "-12345678901234567890123456789012345677", "-1", "-0.00000000000000000000000000000000000001", "0",
		"0.00000000000000000000000000000000000001", "1", "1.0000000000000000000000000000000000001", "2", "12345678901234567890123456789012345678",
	}
	for _, v := range values {
		put(t, e, table, measure{"m", v})
	}
	for i, lo := range values {
		for j, hi := range values[i:] {
			items, err := ddbtable.Collect(table.Query(measureID.Eq("m"), measureValue.Gt(lo), measureValue.Lt(hi)).All(t.Context()))
			if want := max(0, j-1); err != nil || len(items) != want {
				t.Errorf("between %s and %s are %d items, %v; want %d", lo, hi, len(items), err, want)
			}
		}
	}
}
