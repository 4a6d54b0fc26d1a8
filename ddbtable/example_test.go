package ddbtable_test

import (
	"context"
	"fmt"
	"log"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

// A Task is an item of the table tasks. The index by_owner has the tasks of an
// owner, sorted by the day they are due.
type Task struct {
	ID    string            `ddb:"id,partition"`
	Owner string            `ddb:"owner,partition=by_owner"`
	Due   int               `ddb:"due,sort=by_owner"`
	Hours int               `ddb:"hours,omitzero"`
	Notes []string          `ddb:"notes,omitzero"`
	Links map[string]string `ddb:"links,omitzero"`
}

// The definition of the table, and the handles that conditions and changes are
// made with.
var (
	Tasks = ddbtable.MustDefine[Task]("tasks")

	TaskID = ddbtable.Attr(func(t *Task) *string { return &t.ID })
	Owner  = ddbtable.Attr(func(t *Task) *string { return &t.Owner })
	Due    = ddbtable.Attr(func(t *Task) *int { return &t.Due })
	Hours  = ddbtable.Attr(func(t *Task) *int { return &t.Hours })
	Notes  = ddbtable.Attr(func(t *Task) *[]string { return &t.Notes })
	Links  = ddbtable.Attr(func(t *Task) *map[string]string { return &t.Links })
)

// A table is defined once, and opened with a client. What is written can be
// read by its key, or found by an index.
func Example() {
	ctx := context.Background()
	db, err := embedded.Open() // in production: dynamodb.NewFromConfig(cfg)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	tasks := ddbtable.Open(db.Client(), Tasks)
	if err := tasks.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	for _, task := range []Task{
		{ID: "paint", Owner: "ada", Due: 7},
		{ID: "mend", Owner: "ada", Due: 3},
		{ID: "wash", Owner: "bob", Due: 5},
	} {
		if _, err := tasks.Create(task).Run(ctx); err != nil {
			log.Fatal(err)
		}
	}

	task, err := tasks.Update(TaskID.Eq("paint")).Change(Due.Set(9)).Run(ctx)
	fmt.Println(task.ID, task.Due, err)

	for task, err := range tasks.Query(Owner.Eq("ada")).All(ctx) {
		fmt.Println(task.ID, task.Due, err)
	}
	// Output:
	// paint 9 <nil>
	// mend 3 <nil>
	// paint 9 <nil>
}
