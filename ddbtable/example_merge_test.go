package ddbtable_test

import (
	"context"
	"fmt"
	"log"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

// A Job waits, runs, or is done.
type Job struct {
	ID     string `ddb:"id,partition"`
	Worker string `ddb:"worker,partition=by_worker"`
	State  int    `ddb:"state"`
	Began  int    `ddb:"began"`

	// Place sorts a worker's jobs by state, and those of one state by time.
	Place string `ddb:"place,sort=by_worker,from={state:1}_{began:10}"`
}

const (
	Waiting = 1
	Running = 2
	Done    = 3
)

var (
	Jobs   = ddbtable.MustDefine[Job]("jobs")
	JobID  = ddbtable.Attr(func(j *Job) *string { return &j.ID })
	Worker = ddbtable.Attr(func(j *Job) *string { return &j.Worker })
	State  = ddbtable.Attr(func(j *Job) *int { return &j.State })
	Began  = ddbtable.Attr(func(j *Job) *int { return &j.Began })
)

// The jobs in one of two states, the latest first whatever its state is: each
// state is a range of the index, and OrderBy merges them.
func ExampleQuery_OrderBy_merge() {
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
	for i, state := range []int{Waiting, Running, Done, Waiting, Running} {
		if _, err := jobs.Create(Job{ID: fmt.Sprint("j", i), Worker: "w", State: state, Began: 100 + i}).Run(ctx); err != nil {
			log.Fatal(err)
		}
	}

	latest := jobs.Query(Worker.Eq("w"), State.In(Waiting, Running)).OrderBy(Began).Descending()
	page, err := latest.Page(ctx, 3, "")
	if err != nil {
		log.Fatal(err)
	}
	for _, j := range page.Items {
		fmt.Println(j.Began, j.State)
	}
	rest, err := latest.Page(ctx, 3, page.Next)
	fmt.Println(len(rest.Items), "more", err)
	// Output:
	// 104 2
	// 103 1
	// 101 2
	// 1 more <nil>
}
