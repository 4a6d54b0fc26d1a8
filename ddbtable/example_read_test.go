package ddbtable_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
)

// A missing item is an error of its own.
func ExampleTable_Get() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()

	task, err := tasks.Get(ctx, TaskID.Eq("mend"))
	fmt.Println(task.Owner, task.Due, err)
	_, err = tasks.Get(ctx, TaskID.Eq("sing"))
	fmt.Println(errors.Is(err, ddbtable.ErrNotFound), err)
	// Output:
	// ada 3 <nil>
	// true ddbtable: get tasks: item not found
}

// A query says what is wanted; the index that serves it is found.
func ExampleQuery() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()

	soon := tasks.Query(Owner.Eq("ada"), Due.Le(7))
	for task, err := range soon.Descending().All(ctx) {
		fmt.Println(task.ID, task.Due, err)
	}
	n, err := soon.Count(ctx)
	fmt.Println(n, err)
	// Output:
	// paint 7 <nil>
	// mend 3 <nil>
	// 2 <nil>
}

// A page has as many items as were asked for, or all that is left.
func ExamplePage() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()

	for cursor := ""; ; {
		page, err := tasks.Query(Owner.Eq("ada")).Page(ctx, 2, cursor)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(page.Items), page.Next != "", page.Prev != "")
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	// Output:
	// 2 true false
	// 1 false true
}

// A filter drops items after they were read; a page is full all the same.
func ExampleQuery_Filter() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()

	short := tasks.Query(Owner.Eq("ada")).Filter(ddbtable.Or(Hours.Lt(3), Hours.NotExists()))
	page, err := short.Page(ctx, 2, "")
	if err != nil {
		log.Fatal(err)
	}
	for _, task := range page.Items {
		fmt.Println(task.ID, task.Hours)
	}
	// Output:
	// mend 2
	// wash 1
}

// Explaining sends nothing.
func ExampleExplanation() {
	tasks := ddbtable.Open(nil, Tasks)
	plan := tasks.Query(Owner.Eq("ada"), Due.Between(3, 7)).Filter(Hours.Gt(1)).Explain()
	fmt.Println(plan.Index)
	fmt.Println(plan)
	// Output:
	// by_owner
	// query table tasks, index by_owner
	//   key      owner = "ada" AND due BETWEEN 3 AND 7
	//   filter   hours > 1
	//   order    due
}

// What no key serves is refused, and never becomes a scan.
func ExamplePlanError() {
	tasks := ddbtable.Open(nil, Tasks)
	err := tasks.Query(Due.Eq(3)).Explain().Err
	if plan, ok := errors.AsType[*ddbtable.PlanError](err); ok {
		fmt.Println(plan.Reason)
		for _, index := range plan.Indexes {
			fmt.Println(" ", index)
		}
	}
	// Output:
	// no key serves these conditions; change them, move some to Filter, or add an index
	//   the table: its partition key needs an equality on id
	//   index by_owner: its partition key needs an equality on owner
}

// A scan reads the whole table, in no order.
func ExampleScan() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()

	hours := 0
	for task, err := range tasks.Scan().All(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		hours += task.Hours
	}
	fmt.Println(hours)
	// Output:
	// 11
}

// Many items are read by their keys, a hundred in each request.
func ExampleBatchGet_batch() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()

	keys := slices.Values([]ddbtable.Key[Task]{
		ddbtable.KeyOf(TaskID.Eq("wash")), ddbtable.KeyOf(TaskID.Eq("sing")), ddbtable.KeyOf(TaskID.Eq("mend")),
	})
	missing := 0
	got := tasks.GetAll(keys).OnMissing(func(ddbtable.Key[Task]) { missing++ })
	for task, err := range got.All(ctx) {
		fmt.Println(task.ID, err)
	}
	fmt.Println("missing:", missing)
	// Output:
	// wash <nil>
	// mend <nil>
	// missing: 1
}

// Items are read as they are at one moment.
func ExampleGetTransaction_transaction() {
	ctx := context.Background()
	client, tasks, closeAll := openClient(ctx)
	defer closeAll()
	if _, err := tasks.Create(Task{ID: "mend", Owner: "ada"}).Run(ctx); err != nil {
		log.Fatal(err)
	}

	var mend, sing *Task
	err := ddbtable.GetTransaction(ctx, client,
		tasks.GetInto(&mend, TaskID.Eq("mend")),
		tasks.GetInto(&sing, TaskID.Eq("sing")))
	fmt.Println(mend.Owner, sing, err)
	// Output:
	// ada <nil> <nil>
}

// A result that is small enough becomes a slice.
func ExampleCollect() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()

	all, err := ddbtable.Collect(tasks.Query(Owner.Eq("ada"), Due.Gt(3)).All(ctx))
	fmt.Println(len(all), err)
	// Output:
	// 2 <nil>
}

// A condition that a team has in the SDK's own package is taken as it is.
func ExampleExpression() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()

	long := expression.Name("hours").GreaterThan(expression.Value(4))
	n, err := tasks.Query(Owner.Eq("ada")).Filter(ddbtable.Expression[Task](long)).Count(ctx)
	fmt.Println(n, err)
	// Output:
	// 1 <nil>
}

// An item that cannot be passed on is told, and may be passed over.
func ExampleItemError() {
	ctx := context.Background()
	client, tasks, closeAll := openClient(ctx)
	defer closeAll()
	if _, err := tasks.Create(Task{ID: "wash", Owner: "ada", Due: 9}).Run(ctx); err != nil {
		log.Fatal(err)
	}
	// Another program stored hours as text.
	_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("tasks"), Item: map[string]types.AttributeValue{
		"id":    &types.AttributeValueMemberS{Value: "paint"},
		"owner": &types.AttributeValueMemberS{Value: "ada"},
		"due":   &types.AttributeValueMemberN{Value: "7"},
		"hours": &types.AttributeValueMemberS{Value: "eight"},
	}})
	if err != nil {
		log.Fatal(err)
	}

	_, err = tasks.Get(ctx, TaskID.Eq("paint"))
	if bad, ok := errors.AsType[*ddbtable.ItemError](err); ok {
		fmt.Println(bad.Field, bad.Attribute)
	}
	good := tasks.Query(Owner.Eq("ada")).OnBadItem(func(*ddbtable.ItemError) error { return nil })
	for task, err := range good.All(ctx) {
		fmt.Println(task.ID, err)
	}
	// Output:
	// Hours hours
	// wash <nil>
}

// Every error of a request says what failed on which table.
func ExampleOpError() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()
	if err := tasks.DeleteTable(ctx); err != nil {
		log.Fatal(err)
	}

	_, err := tasks.Get(ctx, TaskID.Eq("mend"))
	if op, ok := errors.AsType[*ddbtable.OpError](err); ok {
		fmt.Println(op.Op, op.Table)
	}
	_, gone := errors.AsType[*types.ResourceNotFoundException](err)
	fmt.Println(gone)
	// Output:
	// get tasks
	// true
}
