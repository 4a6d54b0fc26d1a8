package ddbtable_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/google/uuid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/fields"
	"example.com/ddb/model"
)

// A parcel has a key of every sort.
type parcel struct {
	Customer string    `ddb:"customer,partition,partition=by_weight,partition=by_sent"`
	Number   int       `ddb:"number,sort"`
	Status   string    `ddb:"status,local=customer_status"`
	Sent     time.Time `ddb:"sent,unix,sort=by_sent"`
	Weight   float64   `ddb:"weight,sort=by_weight"`
	Depot    string    `ddb:"depot"`
	Shelf    int       `ddb:"shelf"`
	Day      string    `ddb:"day,partition=by_day"`
	From     address   `ddb:"from"`
	Tags     []string  `ddb:"tags,set"`
	DepotKey string    `ddb:"depot_key,partition=by_depot,from=DEPOT#{depot}"`
	Placed   string    `ddb:"placed,sort=by_depot,from={shelf:3}_{status}_{sent:10}"`
}

type address struct {
	City string `ddb:"city"`
	Zip  string `ddb:"zip"`
}

var (
	parcelCustomer = ddbtable.Attr(func(p *parcel) *string { return &p.Customer })
	parcelNumber   = ddbtable.Attr(func(p *parcel) *int { return &p.Number })
	parcelStatus   = ddbtable.Attr(func(p *parcel) *string { return &p.Status })
	parcelSent     = ddbtable.Attr(func(p *parcel) *time.Time { return &p.Sent })
	parcelWeight   = ddbtable.Attr(func(p *parcel) *float64 { return &p.Weight })
	parcelDepot    = ddbtable.Attr(func(p *parcel) *string { return &p.Depot })
	parcelShelf    = ddbtable.Attr(func(p *parcel) *int { return &p.Shelf })
	parcelDay      = ddbtable.Attr(func(p *parcel) *string { return &p.Day })
	parcelFrom     = ddbtable.Attr(func(p *parcel) *address { return &p.From })
	parcelCity     = ddbtable.Attr(func(p *parcel) *string { return &p.From.City })
	parcelTags     = ddbtable.Attr(func(p *parcel) *[]string { return &p.Tags })
	parcelPlaced   = ddbtable.Attr(func(p *parcel) *string { return &p.Placed })

	parcels = ddbtable.MustDefine[parcel]("parcels",
		ddbtable.KeysOnly("by_day"), ddbtable.Include("by_weight", parcelStatus, parcelFrom))
)

// A rival has two indexes that serve the same conditions in different orders,
// and two that give the same order.
type rival struct {
	ID      string    `ddb:"id,partition"`
	Owner   string    `ddb:"owner,partition=by_created,partition=by_name"`
	Team    string    `ddb:"team,partition=team_keys,partition=team_all"`
	Created time.Time `ddb:"created,unix,sort=by_created,sort=team_keys,sort=team_all"`
	Name    string    `ddb:"name,sort=by_name"`
}

var (
	rivalOwner   = ddbtable.Attr(func(r *rival) *string { return &r.Owner })
	rivalTeam    = ddbtable.Attr(func(r *rival) *string { return &r.Team })
	rivalCreated = ddbtable.Attr(func(r *rival) *time.Time { return &r.Created })
	rivalName    = ddbtable.Attr(func(r *rival) *string { return &r.Name })

	rivals = ddbtable.MustDefine[rival]("rivals", ddbtable.KeysOnly("team_keys"))
)

// A planCase is a query whose plan is pinned.
type planCase struct {
	name string
	plan func() ddbtable.Explanation
	send func(*testing.T, *recorder) // runs it; nil if it has no plan
}

func plans(client ddbtable.Client) []planCase {
	table, orders := ddbtable.Open(client, parcels), ddbtable.Open(client, model.Orders)
	user, product := uuid.UUID{15: 1}, uuid.UUID{15: 2}
	var cases []planCase
	add := func(name string, explain func() ddbtable.Explanation, count func(*testing.T) (int, error)) {
		cases = append(cases, planCase{name, explain, func(t *testing.T, r *recorder) {
			r.sent()
			if n, err := count(t); n != 0 || err != nil {
				t.Errorf("%s: Count = %d, %v; want 0", name, n, err)
			}
			r.expectSent(t, name)
		}})
	}
	parcels := func(name string, q ddbtable.Query[parcel]) {
		add(name, q.Explain, func(t *testing.T) (int, error) { return q.Count(t.Context()) })
	}
	order := func(name string, q ddbtable.Query[model.Order]) {
		add(name, q.Explain, func(t *testing.T) (int, error) { return q.Count(t.Context()) })
	}
	query := func(conds ...ddbtable.Cond[parcel]) ddbtable.Query[parcel] {
		return table.Query(append(conds, parcelCustomer.Eq("ada"))...)
	}
	depot := func(conds ...ddbtable.Cond[parcel]) ddbtable.Query[parcel] {
		return table.Query(append(conds, parcelDepot.Eq("north"))...)
	}
	rival := func(name string, q ddbtable.Query[rival]) {
		add(name, q.Explain, func(t *testing.T) (int, error) { return q.Count(t.Context()) })
	}
	both := ddbtable.Open(client, rivals).Query(rivalOwner.Eq("ada"))
	team := ddbtable.Open(client, rivals).Query(rivalTeam.Eq("red"))
	at := func(second int64) time.Time { return time.Unix(second, 0) }

	order("the toy store's user orders", orders.Query(model.UserID.Eq(user), model.OrderStatus.Between(model.InProgress, model.Completed)))
	order("the toy store's product orders", orders.Query(model.ProductID.Eq(product), model.OrderStatus.Eq(model.Canceled)).Descending())
	order("several statuses", orders.Query(model.UserID.Eq(user), model.OrderStatus.In(model.Canceled, model.InProgress, model.Canceled)))
	order("several statuses and a range", orders.Query(model.UserID.Eq(user), model.OrderStatus.In(model.Canceled, model.InProgress), model.Created.Ge(at(1000000000))))
	order("one status, created in a range", orders.Query(model.UserID.Eq(user), model.OrderStatus.Eq(model.Completed), model.Created.Gt(at(5)), model.Created.Lt(at(9))))
	order("the table by its key", orders.Query(model.OrderID.Eq(user)))
	order("conditions joined with And", orders.Query(ddbtable.And(model.UserID.Eq(user), ddbtable.And(model.OrderStatus.Eq(model.Completed), model.Created.Eq(at(5))))))

	parcels("the table wins over indexes", query())
	parcels("a range of the table's sort key", query(parcelNumber.Gt(3)))
	parcels("a range closed on both sides", query(parcelNumber.Gt(3), parcelNumber.Lt(9)))
	parcels("several ranges are one", query(parcelNumber.Ge(3), parcelNumber.Gt(3), parcelNumber.Le(9), parcelNumber.Between(4, 20)))
	parcels("numbers of a sort key", query(parcelNumber.In(3, 1, 2, 1)).Descending())
	parcels("numbers within a range", query(parcelNumber.In(3, 1, 2), parcelNumber.Lt(3)))
	parcels("a local index", query(ddbtable.BeginsWith(parcelStatus, "sent")).Consistent())
	parcels("a prefix within a range", query(ddbtable.BeginsWith(parcelStatus, "sent"), parcelStatus.Lt("sent-2")))
	parcels("the longer of two prefixes", query(ddbtable.BeginsWith(parcelStatus, "se"), ddbtable.BeginsWith(parcelStatus, "sent"), ddbtable.BeginsWith(parcelStatus, "s")))
	parcels("via a local index", query().Via("customer_status"))
	parcels("a facet of the partition key", depot())
	parcels("a range of the first facet", depot(parcelShelf.Ge(7)))
	parcels("bounds outside the width are clamped", depot(parcelShelf.Ge(-5), parcelShelf.Le(5000)))
	parcels("a facet with equality only", depot(parcelShelf.Eq(7), parcelStatus.In("sent", "lost")))
	parcels("a range of the last facet", depot(parcelShelf.Eq(7), parcelStatus.Eq("sent"), parcelSent.Lt(at(1428791681))))
	parcels("a prefix of a facet in the middle", depot(parcelShelf.Eq(7), ddbtable.BeginsWith(parcelStatus, "se")))
	parcels("ordered by", query().OrderBy(parcelSent))
	parcels("ordered by what has one value", query(parcelNumber.Eq(1)).OrderBy(parcelNumber))
	parcels("filter and projection", query().Filter(ddbtable.Or(parcelCity.Eq("Bonn"), ddbtable.Has(parcelTags, "glass"))).Filter(parcelStatus.Ne("lost")).Project(parcelCity, parcelWeight))
	parcels("projection of a derived attribute reads its facets", depot().Project(parcelPlaced))
	parcels("projection without paths inside others", query().Project(parcelCity, parcelFrom, parcelCity))
	parcels("an index with what is included", query(parcelWeight.Lt(2.5)).Project(parcelCustomer, parcelStatus, parcelWeight, parcelCity))
	parcels("an index of keys only", table.Query(parcelDay.Eq("mon")).Project(parcelNumber, parcelDay))
	parcels("filter with names and values of the SDK", query().Filter(ddbtable.Expression[parcel](
		expression.Name("from.city").Equal(expression.Value("Bonn")).And(expression.Name("tags").Contains("glass"), expression.Name("from.city").NotEqual(expression.Value("Bonn"))))))
	parcels("every kind of filter", query().Filter(ddbtable.And(
		parcelStatus.Exists(), parcelCity.NotExists(), ddbtable.Not(parcelDepot.Gt("b")), parcelWeight.Between(1, 2), parcelShelf.In(1, 2), parcelFrom.HasKind(fields.M),
		ddbtable.BeginsWith(parcelDepot, "n"), ddbtable.Contains(parcelDepot, "o"), ddbtable.SizeOf(parcelTags).Ge(2), ddbtable.SizeOf(parcelTags).Between(1, 3), ddbtable.Or(parcelShelf.Lt(1), parcelShelf.Le(1), parcelShelf.Ge(9)))))
	parcels("filters that nothing fulfils", query().Filter(ddbtable.Or(parcelShelf.In(), parcelWeight.Between(2, 1), ddbtable.SizeOf(parcelTags).Between(2, 1))))
	parcels("combinations of one thing", query().Filter(ddbtable.And(ddbtable.And[parcel](), ddbtable.Or(ddbtable.And(parcelShelf.Gt(1))))))
	parcels("a filter that is always true", query().Filter(ddbtable.And(ddbtable.And[parcel]())))

	rival("two indexes, chosen by order", both.OrderBy(rivalName))
	rival("two indexes, chosen by name", both.Via("by_created").Descending())
	rival("two indexes, chosen by a condition", ddbtable.Open(client, rivals).Query(rivalOwner.Eq("ada"), rivalName.Ge("b")))
	rival("two indexes of one order, of which one has all attributes", team)
	rival("two indexes of one order, of which the first suffices", team.Project(rivalCreated))

	parcels("nothing: no values", query(parcelNumber.In()))
	parcels("nothing: lo above hi", query(parcelNumber.Between(9, 3)))
	parcels("nothing: ranges that do not meet", query(parcelNumber.Lt(3), parcelNumber.Gt(3)))
	parcels("nothing: half open ranges that do not meet", query(parcelNumber.Lt(3), parcelNumber.Ge(3)))
	parcels("nothing: two values", query(parcelNumber.Eq(3), parcelNumber.Eq(4)))
	parcels("nothing: a value outside the range", query(parcelNumber.Eq(3), parcelNumber.Gt(3)))
	parcels("nothing: two partitions", query(parcelCustomer.Eq("eve")))
	parcels("nothing: no partition", table.Query(parcelCustomer.In()))
	parcels("nothing: two prefixes", query(ddbtable.BeginsWith(parcelStatus, "a"), ddbtable.BeginsWith(parcelStatus, "b")))
	parcels("nothing: a facet wider than its width", depot(parcelShelf.Eq(1000)))
	parcels("nothing: facets wider than their width", depot(parcelShelf.In(1000, -1), parcelStatus.Eq("sent")))
	parcels("nothing: a range above the width", depot(parcelShelf.Gt(999)))
	parcels("nothing: a range below the width", depot(parcelShelf.Lt(0)))
	parcels("nothing: bounds above the width", depot(parcelShelf.Between(1000, 2000)))
	parcels("nothing: no facet values behind others", depot(parcelShelf.Eq(7), parcelStatus.In()))
	order("nothing: status between", orders.Query(model.UserID.Eq(user), model.OrderStatus.Between(model.Canceled, model.InProgress)))

	parcels("error: no key serves", table.Query(parcelSent.Eq(at(5))))
	parcels("error: a range of the partition key", table.Query(parcelCustomer.Gt("a")))
	parcels("error: In on the partition key", table.Query(parcelCustomer.In("ada", "eve")))
	parcels("error: In on a facet of the partition key", table.Query(parcelDepot.In("north", "south")))
	parcels("error: a facet is missing before another", depot(parcelStatus.Eq("sent")))
	parcels("error: a range before another facet", depot(parcelShelf.Gt(1), parcelStatus.Eq("sent")))
	parcels("error: a range of text in the middle", depot(parcelShelf.Eq(1), parcelStatus.Gt("sent")))
	parcels("error: a prefix that may end in the separator", depot(parcelShelf.Eq(1), ddbtable.BeginsWith(parcelStatus, "a_")))
	parcels("error: a separator in a value", depot(parcelShelf.Eq(1), parcelStatus.Eq("a_b")))
	parcels("error: via an index that is not there", query(parcelStatus.Eq("sent")).Via("nowhere"))
	rival("error: two indexes with different orders", both)
	parcels("error: order by an attribute of no key", query().OrderBy(parcelDepot))
	parcels("error: order by a part of an attribute", query().OrderBy(parcelCity))
	parcels("error: order behind another facet", depot().OrderBy(parcelSent))
	parcels("error: order that the key does not keep", depot(parcelShelf.Eq(1)).OrderBy(parcelStatus))
	parcels("error: via an index that does not serve", query().Via("by_depot"))
	parcels("error: a global index read consistently", depot().Consistent())
	parcels("error: filter on the key of the table", query().Filter(parcelNumber.Gt(1)))
	parcels("error: filter on the key of the index", depot().Filter(ddbtable.Not(parcelPlaced.Exists())))
	parcels("error: filter of the SDK on a key", query().Filter(ddbtable.Expression[parcel](expression.Name("number").GreaterThan(expression.Value(1)))))
	parcels("error: the index lacks attributes", query(parcelWeight.Lt(2.5)))
	parcels("error: the index lacks a filtered attribute", table.Query(parcelDay.Eq("mon")).Project(parcelDay).Filter(parcelWeight.Gt(1)))
	parcels("error: derived attribute as condition", table.Query(parcelPlaced.Eq("x")))
	parcels("error: condition inside an attribute", query(parcelCity.Eq("Bonn")))
	parcels("error: size as key condition", query(ddbtable.SizeOf(parcelStatus).Eq(1)))
	parcels("error: Or as key condition", query(ddbtable.Or(parcelNumber.Lt(1), parcelNumber.Gt(9))))
	parcels("error: Not as key condition", query(ddbtable.Not(parcelNumber.Lt(1))))
	parcels("error: Ne as key condition", query(parcelNumber.Ne(1)))
	parcels("error: Exists as key condition", query(parcelNumber.Exists()))
	parcels("error: Contains as key condition", query(ddbtable.Contains(parcelStatus, "e")))
	parcels("error: condition of the SDK as key condition", query(ddbtable.Expression[parcel](expression.Name("number").Equal(expression.Value(1)))))
	parcels("error: the SDK's condition is mistaken", query().Filter(ddbtable.Expression[parcel](expression.ConditionBuilder{})))
	parcels("error: too many ranges", query(parcelNumber.In(numbers(101)...)))
	parcels("error: too many ranges of two facets", depot(parcelShelf.In(numbers(11)...), parcelStatus.In("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")))
	parcels("error: no conditions in Or", query().Filter(ddbtable.Or[parcel]()))
	parcels("error: nothing to negate", query().Filter(ddbtable.Not(ddbtable.And[parcel]())))
	parcels("error: nil condition", table.Query(nil, parcelCustomer.Eq("ada")))
	parcels("error: nil condition inside another", query().Filter(ddbtable.And(parcelShelf.Gt(1), nil)))
	parcels("error: zero equality", table.Query(ddbtable.Equality[parcel]{}))
	parcels("error: zero handle", query(ddbtable.Attribute[parcel, int]{}.Eq(1)))
	parcels("error: order by a zero handle", query().OrderBy(ddbtable.Attribute[parcel, int]{}))
	parcels("error: order by nil", query().OrderBy(nil))
	parcels("error: size of nil", query().Filter(ddbtable.SizeOf[parcel](nil).Eq(1)))
	parcels("error: projection of nothing", query().Project())
	parcels("error: projection of nil", query().Project(nil))
	parcels("error: projection of a zero handle", query().Project(ddbtable.Attribute[parcel, int]{}))
	parcels("error: page size below zero", query().PageSize(-1))
	parcels("error: reads below zero", query().MaxReads(-1))
	parcels("error: empty partition key", table.Query(parcelCustomer.Eq("")))
	parcels("error: condition too long", query().Filter(parcelShelf.In(numbers(900)...)))
	order("error: nil UUID as partition key", orders.Query(model.UserID.Eq(uuid.Nil)))
	order("error: unknown status", orders.Query(model.UserID.Eq(user), model.OrderStatus.Eq(1)))
	order("error: fraction of a second", orders.Query(model.UserID.Eq(user), model.OrderStatus.Eq(model.Completed), model.Created.Gt(time.Unix(1, 1))))
	return cases
}

func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestPlansArePinned(t *testing.T) {
	client := record(engine(t))
	file := &golden{path: "testdata/plans.golden"}
	for _, c := range plans(client.client) {
		e := c.plan()
		if _, isPlan := errors.AsType[*ddbtable.PlanError](e.Err); strings.HasPrefix(c.name, "error: ") != (e.Err != nil) || e.Err != nil && !isPlan && !isValue(e.Err) {
			t.Errorf("%s: error %v", c.name, e.Err)
		}
		file.add(c.name, e.String())
	}
	file.check(t)
	client.expectSent(t, "Explain")
}

func isValue(err error) bool {
	_, ok := errors.AsType[*fields.ValueError](err)
	return ok
}

func TestQueryThatNothingFulfilsSendsNothing(t *testing.T) {
	client := record(engine(t))
	n := 0
	for _, c := range plans(client.client) {
		if e := c.plan(); e.Err == nil && len(e.KeyConditions) == 0 {
			c.send(t, client)
			n++
		}
	}
	if n < 15 {
		t.Errorf("%d queries match nothing, want at least 15", n)
	}
}
