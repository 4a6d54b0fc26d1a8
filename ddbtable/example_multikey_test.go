package ddbtable_test

import (
	"context"
	"fmt"
	"log"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

// A Reading is in an index whose key is made of four of its attributes. Nothing
// is stored twice, and temperatures below zero sort as numbers do.
type Reading struct {
	ID      string `ddb:"id,partition"`
	Site    string `ddb:"site,partition=by_level:1"`
	Sensor  int    `ddb:"sensor,partition=by_level:2"`
	Level   int    `ddb:"level,sort=by_level:1"`
	Celsius int    `ddb:"celsius,sort=by_level:2"`
}

var (
	Readings      = ddbtable.MustDefine[Reading]("readings")
	ReadingSite   = ddbtable.Attr(func(r *Reading) *string { return &r.Site })
	ReadingSensor = ddbtable.Attr(func(r *Reading) *int { return &r.Sensor })
	ReadingLevel  = ddbtable.Attr(func(r *Reading) *int { return &r.Level })
	Celsius       = ddbtable.Attr(func(r *Reading) *int { return &r.Celsius })
)

// An index may have up to four attributes as its partition key, and up to four
// as its sort key. A query gives all of the first, and of the second some from
// the left.
func ExampleDefine_multikey() {
	ctx := context.Background()
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	readings := ddbtable.Open(db.Client(), Readings)
	if err := readings.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	for i, celsius := range []int{7, -12, 30, -3, 11} {
		r := Reading{ID: fmt.Sprint("r", i), Site: "roof", Sensor: 4, Level: 1 + i%2, Celsius: celsius}
		if _, err := readings.Create(r).Run(ctx); err != nil {
			log.Fatal(err)
		}
	}

	roof := []ddbtable.Cond[Reading]{ReadingSite.Eq("roof"), ReadingSensor.Eq(4)}
	cold := readings.Query(append(roof, ReadingLevel.Eq(2), Celsius.Lt(0))...)
	fmt.Println(cold.Explain())
	for r, err := range cold.All(ctx) {
		fmt.Println(r.Celsius, err)
	}
	_, err = readings.Query(append(roof, Celsius.Lt(0))...).Page(ctx, 10, "")
	fmt.Println(err)
	// Output:
	// query table readings, index by_level
	//   key      site = "roof" AND sensor = 4 AND level = 2 AND celsius < 0
	//   order    celsius
	// -12 <nil>
	// -3 <nil>
	// ddbtable: query readings: no key serves these conditions; change them, move some to Filter, or add an index (the table: its partition key needs an equality on id; index by_level: DynamoDB takes its sort key level, celsius from left to right, equalities first and one range at the end, and celsius comes after an attribute without an Eq or In)
}

// An Errand is found by its courier, in the order of its state and time.
type Errand struct {
	ID      string   `ddb:"id,partition"`
	Courier string   `ddb:"courier,partition=by_courier"`
	State   int      `ddb:"state"`
	Due     int      `ddb:"due"`
	_       struct{} `ddb:"state_due,sort=by_courier,from={state:1}_{due:10}"`
}

var (
	// The index sorts by a text in one definition, by the two attributes
	// themselves in the other.
	Errands       = ddbtable.MustDefine[Errand]("errands")
	NativeErrands = ddbtable.MustDefine[Errand]("errands", ddbtable.NativeKeys("by_courier"))

	ErrandCourier = ddbtable.Attr(func(e *Errand) *string { return &e.Courier })
	ErrandState   = ddbtable.Attr(func(e *Errand) *int { return &e.State })
	ErrandDue     = ddbtable.Attr(func(e *Errand) *int { return &e.Due })
)

// One option makes the facets of a template the key itself. Queries stay as they
// are.
func ExampleNativeKeys_multikey() {
	for _, def := range []*ddbtable.Definition[Errand]{Errands, NativeErrands} {
		errands := ddbtable.Open(nil, def)
		fmt.Println(errands.Query(ErrandCourier.Eq("ada"), ErrandState.In(1, 2), ErrandDue.Gt(1800000000)).Explain())
	}
	// Output:
	// query table errands, index by_courier
	//   key      courier = "ada" AND state_due BETWEEN "1_1800000001" AND before "1`"
	//   key      courier = "ada" AND state_due BETWEEN "2_1800000001" AND before "2`"
	//   order    state, due
	// query table errands, index by_courier
	//   key      courier = "ada" AND state = 1 AND due > 1800000000
	//   key      courier = "ada" AND state = 2 AND due > 1800000000
	//   order    state, due
}
