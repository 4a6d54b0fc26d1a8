package ddbtable_test

import (
	"context"
	"fmt"
	"log"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

// Agenda is the table of tasks with an index that costs next to nothing, because
// it holds keys and no more.
var Agenda = ddbtable.MustDefine[Task]("agenda", ddbtable.KeysOnly("by_owner"))

// A TaskLine is what a list of tasks shows.
type TaskLine struct {
	ID  string `ddb:"id"`
	Due int    `ddb:"due"`
}

func openAgenda(ctx context.Context) (tasks *ddbtable.Table[Task], closeAll func()) {
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	tasks = ddbtable.Open(db.Client(), Agenda)
	if err := tasks.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	for _, task := range []Task{
		{ID: "paint", Owner: "ada", Due: 7, Hours: 5},
		{ID: "mend", Owner: "ada", Due: 3, Hours: 2},
		{ID: "sweep", Owner: "ada", Due: 9, Hours: 1},
	} {
		if _, err := tasks.Create(task).Run(ctx); err != nil {
			log.Fatal(err)
		}
	}
	return tasks, func() { db.Close() }
}

// A smaller type says what is read, and has no field that was not.
func ExampleAs_partial() {
	ctx := context.Background()
	tasks, closeAll := openAgenda(ctx)
	defer closeAll()

	adas := tasks.Query(Owner.Eq("ada"))
	_, err := adas.Page(ctx, 10, "")
	fmt.Println(err)

	lines := ddbtable.As[TaskLine](adas)
	page, err := lines.Page(ctx, 2, "")
	fmt.Println(page.Items, page.Next != "", err)
	fmt.Println(lines.Explain())
	// Output:
	// ddbtable: query agenda: index by_owner does not project hours, notes, links; read the items from the table with Follow, or let the index project more, or read less of them with As or Project
	// [{mend 3} {paint 7}] true <nil>
	// query table agenda, index by_owner
	//   key      owner = "ada"
	//   read     owner, due, id
	//   order    due
}

// An item is read as a smaller type by its key, too.
func ExampleGetAs_partial() {
	ctx := context.Background()
	tasks, closeAll := openAgenda(ctx)
	defer closeAll()

	line, err := ddbtable.GetAs[TaskLine](ctx, tasks, TaskID.Eq("mend"))
	fmt.Println(line, err)
	// Output:
	// {mend 3} <nil>
}

// An index of keys gives the order, and the table the items: one BatchGetItem
// for each 100. A filter is tested on the items.
func ExampleQuery_Follow_partial() {
	ctx := context.Background()
	tasks, closeAll := openAgenda(ctx)
	defer closeAll()

	short := tasks.Query(Owner.Eq("ada")).Filter(Hours.Le(2)).Follow()
	for task, err := range short.Consistent().All(ctx) {
		fmt.Println(task.ID, task.Due, task.Hours, err)
	}
	fmt.Println(short.Explain().For(ddbtable.Load{Read: 3, Returned: 2, ItemBytes: 40, FullBytes: 60}))
	// Output:
	// mend 3 2 <nil>
	// sweep 9 1 <nil>
	// query table agenda, index by_owner
	//   key      owner = "ada"
	//   follow   each item by its key from table agenda, 100 in one request
	//   test     hours <= 2
	//   order    due
	//   cost     about 2 requests, 2 read units
}
