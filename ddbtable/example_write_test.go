package ddbtable_test

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"example.com/ddb/ddbtable"
)

// A key that is taken is an error that has the stored item.
func ExampleCreate() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()

	task, err := tasks.Create(Task{ID: "sing", Owner: "bob", Due: 4}).Run(ctx)
	fmt.Println(task.ID, err)
	_, err = tasks.Create(Task{ID: "sing", Owner: "ada", Due: 9}).Run(ctx)
	fmt.Println(errors.Is(err, ddbtable.ErrExists))
	if exists, ok := errors.AsType[*ddbtable.ConditionError[Task]](err); ok {
		fmt.Println(exists.Old.Owner)
	}
	// Output:
	// sing <nil>
	// true
	// bob
}

// Put replaces whatever has the key; Returning gives what was there.
func ExamplePut() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()

	old, err := tasks.Put(Task{ID: "mend", Owner: "bob", Due: 4}).Returning().Run(ctx)
	fmt.Println(old.Owner, err)
	// Output:
	// ada <nil>
}

// An update changes what it says and nothing else, and never makes an item.
func ExampleUpdate() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()

	task, err := tasks.Update(TaskID.Eq("mend")).
		Change(Due.Set(4), ddbtable.Add(Hours, 1), ddbtable.Append(Notes, "wait for glue")).
		If(Owner.Eq("ada")).
		Run(ctx)
	fmt.Println(task.Due, task.Hours, task.Notes, err)

	_, err = tasks.Update(TaskID.Eq("sing")).Change(Due.Set(4)).Run(ctx)
	fmt.Println(errors.Is(err, ddbtable.ErrNotFound))
	// Output:
	// 4 3 [wait for glue] <nil>
	// true
}

// A condition that fails shows the item that it met.
func ExampleConditionError() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()

	_, err := tasks.Update(TaskID.Eq("paint")).Change(Due.Set(9)).If(Hours.Lt(5)).Run(ctx)
	if failed, ok := errors.AsType[*ddbtable.ConditionError[Task]](err); ok {
		fmt.Println(errors.Is(err, ddbtable.ErrConditionFailed), failed.Old.Hours, failed.Ambiguous)
	}
	// Output:
	// true 8 false
}

// Conditions compose.
func ExampleCond() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()

	idle := ddbtable.And(
		ddbtable.Not(Notes.Exists()),
		ddbtable.Or(Hours.Lt(2), Due.In(7, 8)),
	)
	for task, err := range tasks.Scan().Filter(ddbtable.And(idle, ddbtable.SizeOf(TaskID).Gt(4))).All(ctx) {
		fmt.Println(task.ID, err)
	}
	// Output:
	// paint <nil>
}

// Delete returns what it removed. What is not there is no error, unless there
// is a condition.
func ExampleDelete() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()

	old, err := tasks.Delete(TaskID.Eq("mend")).Run(ctx)
	fmt.Println(old.Due, err)
	old, err = tasks.Delete(TaskID.Eq("mend")).Run(ctx)
	fmt.Println(old, err)
	_, err = tasks.Delete(TaskID.Eq("mend")).If(Due.Lt(9)).Run(ctx)
	fmt.Println(errors.Is(err, ddbtable.ErrNotFound))
	// Output:
	// 3 <nil>
	// <nil> <nil>
	// true
}

// Many items are written without conditions, 25 in each request.
func ExampleBatchWrite_batch() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()

	many := func(yield func(Task) bool) {
		for i := range 40 {
			if !yield(Task{ID: fmt.Sprint("t", i), Owner: "bob", Due: i}) {
				return
			}
		}
	}
	progress := func(done, total int) { fmt.Println(done, "of", total) }
	err := tasks.PutAll(many).Concurrency(1).Total(40).OnProgress(progress).Run(ctx)
	fmt.Println(err)
	n, err := tasks.Query(Owner.Eq("bob")).Count(ctx)
	fmt.Println(n, err)
	// Output:
	// 25 of 40
	// 40 of 40
	// <nil>
	// 40 <nil>
}

// What could not be written is told, so that it can be tried again.
func ExampleBatchError_batch() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()

	err := tasks.PutAll(slices.Values([]Task{{ID: "", Owner: "bob"}})).Run(ctx)
	if batch, ok := errors.AsType[*ddbtable.BatchError[Task]](err); ok {
		fmt.Println(len(batch.Items))
	}
	// Output:
	// 1
}

// The requests of a transaction are applied together, or none is.
func ExampleWriteTransaction_transaction() {
	ctx := context.Background()
	client, tasks, closeAll := openClient(ctx)
	defer closeAll()

	handOver := ddbtable.WriteTransaction(client,
		tasks.Create(Task{ID: "paint", Owner: "ada", Due: 7}),
		tasks.Update(TaskID.Eq("mend")).Change(Owner.Set("bob")),
	)
	err := handOver.Run(ctx)
	if failed, ok := errors.AsType[*ddbtable.TransactionError](err); ok {
		for i, reason := range failed.Reasons {
			fmt.Println(i, reason.Err)
		}
	}
	_, err = tasks.Get(ctx, TaskID.Eq("paint"))
	fmt.Println(errors.Is(err, ddbtable.ErrNotFound))
	// Output:
	// 0 <nil>
	// 1 item not found
	// true
}
