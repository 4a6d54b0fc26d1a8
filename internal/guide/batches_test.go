package guide

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

func Example_batch() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	parcels := office.parcels

	// monday makes any number of parcels, one after the other.
	monday := func(yield func(Parcel) bool) {
		for i := range 60 {
			if !yield(Parcel{ID: fmt.Sprint("m", i), Courier: "bicycle", State: Waiting, Due: newYear}) {
				return
			}
		}
	}
	err := parcels.PutAll(monday).Run(ctx)
	if failed, ok := errors.AsType[*ddbtable.BatchError[Parcel]](err); ok {
		fmt.Println(len(failed.Items), "were not written")
		err = parcels.PutAll(slices.Values(failed.Items)).Run(ctx)
	}
	fmt.Println(err)

	keys := slices.Values([]ddbtable.Key[Parcel]{ddbtable.KeyOf(ID.Eq("m7")), ddbtable.KeyOf(ID.Eq("m70")), ddbtable.KeyOf(ID.Eq("m6"))})
	missing := func(ddbtable.Key[Parcel]) { fmt.Println("one is missing") }
	for p, err := range parcels.GetAll(keys).OnMissing(missing).All(ctx) {
		fmt.Println(p.ID, err)
	}
	// Output:
	// <nil>
	// m7 <nil>
	// one is missing
	// m6 <nil>
}

func Example_transaction() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	client, parcels := office.client, office.parcels

	depart := ddbtable.WriteTransaction(client,
		parcels.Create(Parcel{ID: "p5", Courier: "blue van", State: Waiting, Due: newYear}),
		parcels.Update(ID.Eq("p1")).Change(ddbtable.Add(Stops, 1)).If(InState.Eq(Waiting)),
	)
	fmt.Println(depart.Run(ctx))

	err := depart.Run(ctx) // p5 is there by now
	if canceled, ok := errors.AsType[*ddbtable.TransactionError](err); ok {
		for i, reason := range canceled.Reasons {
			fmt.Println(i, reason.Code, reason.Condition, reason.Err)
		}
		exists, _ := errors.AsType[*ddbtable.ConditionError[Parcel]](canceled.Reasons[0].Err)
		fmt.Println(exists.Old.ID, exists.Old.Round)
	}
	// Output:
	// <nil>
	// 0 ConditionalCheckFailed attribute_not_exists(id) item exists already
	// 1 None  <nil>
	// p5 1_1767225600
}

func Example_transactionToken() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	client, parcels := office.client, office.parcels
	office.db.Inject(embedded.Fault{Effect: embedded.Conflict, Operation: "TransactWriteItems", Times: 1})

	stop := ddbtable.WriteTransaction(client, parcels.Update(ID.Eq("p1")).Change(ddbtable.Add(Stops, 1))).
		Token("tour 7, stop 1").
		RetryConflicts(3)
	for range 2 { // the second is a repetition, by another process say
		if err := stop.Run(ctx); err != nil {
			fmt.Println(err)
		}
	}
	p, err := parcels.Get(ctx, ID.Eq("p1"))
	fmt.Println(p.Stops, err)
	// Output:
	// 1 <nil>
}

// A Plan is edited by several people.
type Plan struct {
	ID      string `ddb:"id,partition"`
	Text    string `ddb:"text"`
	Version int    `ddb:"version,version"`
}

var (
	Plans       = ddbtable.MustDefine[Plan]("plans")
	PlanID      = ddbtable.Attr(func(p *Plan) *string { return &p.ID })
	PlanText    = ddbtable.Attr(func(p *Plan) *string { return &p.Text })
	PlanVersion = ddbtable.Attr(func(p *Plan) *int { return &p.Version })
)

func Example_version() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	plans := ddbtable.Open(office.client, Plans)
	if err := plans.CreateTable(ctx); err != nil {
		fmt.Println(err)
		return
	}

	mine, err := plans.Create(Plan{ID: "monday", Text: "to the north"}).Run(ctx)
	fmt.Println(mine.Version, err)
	hers, err := plans.Update(PlanID.Eq("monday")).Change(PlanText.Set("to the south")).If(PlanVersion.Eq(mine.Version)).Run(ctx)
	fmt.Println(hers.Version, err)

	mine.Text = "to the east"
	_, err = plans.Put(mine).Run(ctx)
	if conflict, ok := errors.AsType[*ddbtable.ConditionError[Plan]](err); ok {
		fmt.Println("version", mine.Version, "met version", conflict.Old.Version, conflict.Old.Text)
	}
	// Output:
	// 1 <nil>
	// 2 <nil>
	// version 1 met version 2 to the south
}
