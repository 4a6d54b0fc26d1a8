package guide

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"example.com/ddb/ddbtable"
)

// printSoon prints the parcels on the way that are due in two hours.
func printSoon(ctx context.Context, parcels *ddbtable.Table[Parcel]) error {
	soon := parcels.Query(Courier.Eq("blue van"), InState.Eq(OnTheWay), Due.Lt(newYear.Add(2*time.Hour)))
	for p, err := range soon.All(ctx) {
		if err != nil {
			return err
		}
		fmt.Println(p.ID, p.Due.Format(time.TimeOnly))
	}
	fmt.Println(soon.Explain())
	return nil
}

func Example_query() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()

	fmt.Println(printSoon(ctx, office.parcels))
	// Output:
	// p2 01:00:00
	// query table parcels, index by_courier
	//   key      courier = "blue van" AND round BETWEEN "2_" AND "2_1767232799"
	//   order    due
	// <nil>
}

func Example_facets() {
	office := openOffice(context.Background())
	defer office.close()
	parcels := office.parcels

	tomorrow := newYear.AddDate(0, 0, 1)
	open := parcels.Query(Courier.Eq("blue van"), InState.Between(Waiting, OnTheWay))
	today := parcels.Query(Courier.Eq("blue van"), InState.In(Waiting, Delivered), Due.Between(newYear, tomorrow))
	gap := parcels.Query(Courier.Eq("blue van"), Due.Between(newYear, tomorrow))
	for _, q := range []ddbtable.Query[Parcel]{open, today, gap} {
		fmt.Println(q.Explain())
	}
	// Output:
	// query table parcels, index by_courier
	//   key      courier = "blue van" AND round BETWEEN "1_" AND "2`"
	//   order    state, due
	// query table parcels, index by_courier
	//   key      courier = "blue van" AND round BETWEEN "1_1767225600" AND "1_1767312000"
	//   key      courier = "blue van" AND round BETWEEN "3_1767225600" AND "3_1767312000"
	//   order    state, due
	// ddbtable: query parcels: no key serves these conditions; change them, move some to Filter, or add an index (the table: its partition key needs an equality on id; index by_courier: its sort key {state:1}_{due:10} binds from left to right, and due comes after an attribute without an Eq or In)
}

// A Visit can be looked up by patient in two orders.
type Visit struct {
	ID      string `ddb:"id,partition"`
	Patient string `ddb:"patient,partition=by_day,partition=by_room"`
	Day     int    `ddb:"day,sort=by_day"`
	Room    int    `ddb:"room,sort=by_room"`
}

var (
	Visits  = ddbtable.MustDefine[Visit]("visits")
	Patient = ddbtable.Attr(func(v *Visit) *string { return &v.Patient })
	OnDay   = ddbtable.Attr(func(v *Visit) *int { return &v.Day })
)

func Example_order() {
	office := openOffice(context.Background())
	defer office.close()
	client := office.client

	visits := ddbtable.Open(client, Visits)
	all := visits.Query(Patient.Eq("p1"))
	fmt.Println(all.Explain())
	fmt.Println(all.OrderBy(OnDay).Descending().Explain())
	// Output:
	// ddbtable: query visits: index by_day and index by_room both serve the query but in different orders, by day and by room; choose with OrderBy or Via
	// query table visits, index by_day
	//   key      patient = "p1"
	//   order    day, descending
}

func Example_filter() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	parcels := office.parcels

	fragile := parcels.Query(Courier.Eq("blue van")).
		Filter(ddbtable.Or(Stops.Gt(3), ddbtable.Has(Notes, "fragile")))
	page, err := fragile.Page(ctx, 10, "")
	fmt.Println(len(page.Items), err)
	fmt.Println(fragile.Explain())
	// Output:
	// 0 <nil>
	// query table parcels, index by_courier
	//   key      courier = "blue van"
	//   filter   stops > 3 OR contains(notes, "fragile")
	//   order    state, due
}

func Example_scan() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	parcels := office.parcels

	n, err := parcels.Scan().Filter(InState.Eq(OnTheWay)).Count(ctx)
	fmt.Println(n, err)
	// Output:
	// 2 <nil>
}

func Example_sdkExpression() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	parcels := office.parcels

	few := expression.Name("stops").LessThan(expression.Value(3))
	n, err := parcels.Query(Courier.Eq("blue van")).Filter(ddbtable.Expression[Parcel](few)).Count(ctx)
	fmt.Println(n, err)
	// Output:
	// 4 <nil>
}

func Example_planError() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	parcels := office.parcels

	_, err := parcels.Query(InState.Eq(Waiting)).Page(ctx, 10, "")
	if plan, ok := errors.AsType[*ddbtable.PlanError](err); ok {
		for _, why := range plan.Indexes {
			fmt.Println(why)
		}
	}
	// Output:
	// the table: its partition key needs an equality on id
	// index by_courier: its partition key needs an equality on courier
}
