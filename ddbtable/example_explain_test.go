package ddbtable_test

import (
	"context"
	"fmt"
	"log"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

// A query is explained before it is sent: which index, which ranges, what it
// will cost when the table has grown, and what would cost less.
func ExampleQuery_Explain() {
	jobs := ddbtable.Open(nil, Jobs)
	q := jobs.Query(Worker.Eq("ada"), State.In(Waiting, Running)).OrderBy(Began).Filter(JobID.Eq("j7"))
	fmt.Println(q.Explain().For(ddbtable.Load{Read: 2000, Returned: 1, ItemBytes: 300}))
	// Output:
	// query table jobs, index by_worker
	//   key      worker = "ada" AND begins_with(place, "1_")
	//   key      worker = "ada" AND begins_with(place, "2_")
	//   filter   id = "j7"
	//   order    began, merged
	//   cost     about 2 requests, 73.5 read units
	//   advice   the filter keeps 1 of the 2000 items that are read and billed; make id part of the sort key, behind what the query fixes already, or of the sort key of an index, so that only what matches is read
}

// What a query reads today is measured by reading it.
func ExampleQuery_Measure_explain() {
	ctx := context.Background()
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	jobs := ddbtable.Open(db.Client(), Jobs)
	if err := jobs.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	for i := range 20 {
		if _, err := jobs.Put(Job{ID: fmt.Sprint("j", i), Worker: "ada", State: Waiting, Began: i}).Run(ctx); err != nil {
			log.Fatal(err)
		}
	}
	q := jobs.Query(Worker.Eq("ada"))
	load, err := q.Measure(ctx)
	plan := q.Explain().For(load)
	fmt.Println(load.Read, load.Returned, plan.Requests, plan.ReadUnits, err)
	// Output:
	// 20 20 1 0.5 <nil>
}
