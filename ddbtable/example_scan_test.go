package ddbtable_test

import (
	"context"
	"fmt"
	"log"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

// A large table is read by several workers, at a pace that leaves capacity for
// others. Where each segment has got to is kept, so that a run that was
// interrupted goes on.
func ExampleScan_Parallel_scan() {
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
	for i := range 100 {
		if _, err := jobs.Put(Job{ID: fmt.Sprint("j", i), Worker: "ada", State: Waiting, Began: i}).Run(ctx); err != nil {
			log.Fatal(err)
		}
	}

	var saved []string // in a file, or in a table
	n := 0
	scan := jobs.Scan().RateLimit(1000).Parallel(4)
	err = scan.Resume(saved).Each(ctx, func(items []Job, positions []string) error {
		n += len(items)
		saved = positions
		return nil
	})
	fmt.Println(n, saved, err)
	// Output:
	// 100 [end end end end] <nil>
}
