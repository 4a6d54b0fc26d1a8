package ddbtable_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

// A Chore has a version, is marked when it is deleted, and is in the index open
// only as long as it is not done.
type Chore struct {
	ID      string   `ddb:"id,partition"`
	Owner   string   `ddb:"owner"`
	Done    bool     `ddb:"done"`
	Due     int      `ddb:"due"`
	State   string   `ddb:"state"`
	Version int      `ddb:"version,version"`
	_       struct{} `ddb:"open_owner,partition=open,from={owner}"`
	_       struct{} `ddb:"open_due,sort=open,from={state}#{due:5}"`
}

var (
	ChoreID      = ddbtable.Attr(func(t *Chore) *string { return &t.ID })
	ChoreOwner   = ddbtable.Attr(func(t *Chore) *string { return &t.Owner })
	ChoreDone    = ddbtable.Attr(func(t *Chore) *bool { return &t.Done })
	ChoreDue     = ddbtable.Attr(func(t *Chore) *int { return &t.Due })
	ChoreState   = ddbtable.Attr(func(t *Chore) *string { return &t.State })
	ChoreVersion = ddbtable.Attr(func(t *Chore) *int { return &t.Version })

	Chores = ddbtable.MustDefine[Chore]("chores",
		ddbtable.Sparse("open", ChoreDone.Eq(false)),
		ddbtable.SoftDelete(ChoreState, "active", "deleted"))
)

// openChores makes the table with two tasks.
func openChores(ctx context.Context) (*ddbtable.Table[Chore], func() error) {
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	tasks := ddbtable.Open(db.Client(), Chores)
	if err := tasks.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	for i := range 2 {
		if _, err := tasks.Create(Chore{ID: fmt.Sprint("t", i), Owner: "ada", Due: i, State: "active"}).Run(ctx); err != nil {
			log.Fatal(err)
		}
	}
	return tasks, db.Close
}

// Two people edit one task. The one who comes second is told, and gets what the
// first one stored.
func ExamplePut_If_version() {
	ctx := context.Background()
	tasks, done := openChores(ctx)
	defer done()
	mine, err := tasks.Get(ctx, ChoreID.Eq("t0"))
	if err != nil {
		log.Fatal(err)
	}
	hers := mine

	hers.Due = 5
	if _, err := tasks.Put(hers).Run(ctx); err != nil {
		log.Fatal(err)
	}
	mine.Due = 9
	_, err = tasks.Put(mine).Run(ctx)
	if conflict, ok := errors.AsType[*ddbtable.ConditionError[Chore]](err); ok {
		fmt.Println("version", mine.Version, "met version", conflict.Old.Version, "with due", conflict.Old.Due)
	}
	_, err = tasks.Update(ChoreID.Eq("t0")).Change(ChoreDue.Set(9)).If(ChoreVersion.Eq(2)).Run(ctx)
	fmt.Println(err)
	// Output:
	// version 1 met version 2 with due 5
	// <nil>
}

// The index holds the tasks that are not done, and nothing else.
func ExampleSparse_sparse() {
	ctx := context.Background()
	tasks, done := openChores(ctx)
	defer done()
	open := tasks.Query(ChoreOwner.Eq("ada"))
	n, err := open.Count(ctx)
	fmt.Println(n, err)
	if _, err := tasks.Update(ChoreID.Eq("t0")).Change(ChoreDone.Set(true)).AnyVersion().Run(ctx); err != nil {
		log.Fatal(err)
	}
	n, err = open.Count(ctx)
	fmt.Println(n, err)
	// Output:
	// 2 <nil>
	// 1 <nil>
}

// What is deleted is hidden, and can be brought back.
func ExampleSoftDelete_softdelete() {
	ctx := context.Background()
	tasks, done := openChores(ctx)
	defer done()
	if _, err := tasks.Delete(ChoreID.Eq("t0")).AnyVersion().Run(ctx); err != nil {
		log.Fatal(err)
	}
	_, err := tasks.Get(ctx, ChoreID.Eq("t0"))
	fmt.Println(errors.Is(err, ddbtable.ErrNotFound))
	n, err := tasks.Query(ChoreOwner.Eq("ada")).Count(ctx)
	fmt.Println(n, err)

	back, err := tasks.Restore(ChoreID.Eq("t0")).AnyVersion().Run(ctx)
	fmt.Println(back.State, err)
	_, err = tasks.Purge(ChoreID.Eq("t0")).AnyVersion().Run(ctx)
	fmt.Println(err)
	// Output:
	// true
	// 1 <nil>
	// active <nil>
	// <nil>
}
