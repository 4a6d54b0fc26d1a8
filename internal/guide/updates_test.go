package guide

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/ddb/ddbtable"
)

func Example_update() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	parcels := office.parcels

	p, err := parcels.Update(ID.Eq("p1")).
		Change(InState.Set(OnTheWay), ddbtable.Add(Stops, 1), ddbtable.Append(Notes, "left the depot")).
		Run(ctx)
	fmt.Println(p.Round, p.Stops, p.Notes, err)
	// Output:
	// 2_1767225600 1 [left the depot] <nil>
}

func Example_partial() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	parcels := office.parcels

	changed := Parcel{Courier: "bicycle", Stops: 0, Notes: nil}
	p, err := parcels.Update(ID.Eq("p1")).From(changed, Courier, Stops, Notes).Run(ctx)
	fmt.Println(p.Courier, p.Stops, p.Notes, p.Round, err)
	// Output:
	// bicycle 0 [] 1_1767225600 <nil>
}

func Example_knownFacet() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	parcels := office.parcels
	p, err := parcels.Get(ctx, ID.Eq("p1"))
	if err != nil {
		fmt.Println(err)
		return
	}

	// The equality supplies the other facet of round, and checks it: one request.
	p, err = parcels.Update(ID.Eq(p.ID)).
		Change(InState.Set(Delivered)).
		If(Due.Eq(p.Due)).
		Run(ctx)
	fmt.Println(p.Round, err)
	// Output:
	// 3_1767225600 <nil>
}

func Example_conditionFailed() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	parcels := office.parcels

	_, err := parcels.Update(ID.Eq("p4")).
		Change(InState.Set(OnTheWay)).
		If(InState.Eq(Waiting)).
		Run(ctx)
	if failed, ok := errors.AsType[*ddbtable.ConditionError[Parcel]](err); ok && failed.Old != nil {
		fmt.Println("the state is", failed.Old.State)
	}
	// Output:
	// the state is 3
}

func Example_missing() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	parcels := office.parcels

	_, err := parcels.Update(ID.Eq("p9")).Change(Stops.Set(1)).Run(ctx)
	fmt.Println(errors.Is(err, ddbtable.ErrNotFound))

	p, err := parcels.Update(ID.Eq("p9")).
		Change(Courier.Set("bicycle"), InState.Set(Waiting), Due.Set(newYear), Stops.SetIfAbsent(0)).
		OrCreate().
		Run(ctx)
	fmt.Println(p.ID, p.Round, err)
	// Output:
	// true
	// p9 1_1767225600 <nil>
}

func Example_mend() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	parcels := office.parcels
	if err := storeStale(ctx, office.client); err != nil {
		fmt.Println(err)
		return
	}

	p, err := parcels.Update(ID.Eq("p0")).Change(InState.Set(Waiting)).Run(ctx)
	fmt.Println(p.Round, err)
	// Output:
	// 1_0000000099 <nil>
}

func Example_write() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	parcels := office.parcels

	parcel := Parcel{ID: "p5", Courier: "blue van", State: Waiting, Due: newYear.Add(4 * time.Hour)}
	created, err := parcels.Create(parcel).Run(ctx)
	fmt.Println(created.Round, err)
	_, err = parcels.Create(parcel).Run(ctx)
	fmt.Println(errors.Is(err, ddbtable.ErrExists))

	old, err := parcels.Put(parcel).Returning().Run(ctx)
	fmt.Println(old != nil, err)
	gone, err := parcels.Delete(ID.Eq("p5")).If(InState.Eq(Waiting)).Run(ctx)
	fmt.Println(gone != nil, err)
	// Output:
	// 1_1767240000 <nil>
	// true
	// true <nil>
	// true <nil>
}
