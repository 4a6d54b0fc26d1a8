package ddbtable_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

// openClient makes the table tasks on an engine of its own.
func openClient(ctx context.Context) (client *dynamodb.Client, tasks *ddbtable.Table[Task], closeAll func()) {
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	client = db.Client()
	tasks = ddbtable.Open(client, Tasks)
	if err := tasks.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	return client, tasks, func() { db.Close() }
}

// openTasks is openClient with three tasks in the table.
func openTasks(ctx context.Context) (tasks *ddbtable.Table[Task], closeAll func()) {
	_, tasks, closeAll = openClient(ctx)
	for _, task := range []Task{
		{ID: "mend", Owner: "ada", Due: 3, Hours: 2},
		{ID: "paint", Owner: "ada", Due: 7, Hours: 8},
		{ID: "wash", Owner: "ada", Due: 9, Hours: 1},
	} {
		if _, err := tasks.Put(task).Run(ctx); err != nil {
			log.Fatal(err)
		}
	}
	return tasks, closeAll
}

// Everything that is wrong with a type is told at once, before any request.
func ExampleDefine() {
	type Basket struct {
		ID    string `ddb:"id,partion"`
		Items []int  `ddb:"items,sort=by_items"`
		Total float64
	}
	_, err := ddbtable.Define[Basket]("baskets")
	for line := range strings.Lines(err.Error()) {
		problem, _, _ := strings.Cut(line, "; use one of")
		fmt.Println(strings.TrimSpace(problem))
	}
	// Output:
	// fields: ddbtable_test.Basket.ID: tag `ddb:"id,partion"`: unknown option "partion"
	// fields: ddbtable_test.Basket.Items: tag `ddb:"items,sort=by_items"`: attribute type is "L", but a key is S, N or B; use a string, number, time, UUID or bytes
	// fields: ddbtable_test.Basket.Total: field has no ddb tag; add `ddb:"name"` with its attribute name, or `ddb:"-"` to leave it out
}

func ExampleDefinitionError() {
	type Note struct {
		Text string `ddb:"text"`
	}
	_, err := ddbtable.Define[Note]("notes")
	if wrong, ok := errors.AsType[*ddbtable.DefinitionError](err); ok {
		fmt.Println(wrong.Table, wrong.Type)
		fmt.Println(wrong.Reason)
	}
	// Output:
	// notes ddbtable_test.Note
	// has no partition key; add the option `partition` to one field, e.g. `ddb:"id,partition"`
}

// A handle knows its place, also inside a list or map.
func ExampleAttribute() {
	fmt.Println(Due)
	fmt.Println(ddbtable.At(Notes, 0))
	fmt.Println(ddbtable.Entry(Links, "docs"))
	// Output:
	// due
	// notes[0]
	// links.docs
}

// Stages and tests give the table another name; keys sign the cursors.
func ExampleOpen() {
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	tasks := ddbtable.Open(db.Client(), Tasks,
		ddbtable.TableName("tasks-staging"),
		ddbtable.CursorKeys([]byte("a secret of 16 bytes or more")))
	fmt.Println(tasks.Name(), tasks.Definition().Name())
	// Output:
	// tasks-staging tasks
}

// A table that is there already must be the one that is defined.
func ExampleSchemaError() {
	ctx := context.Background()
	client, tasks, closeAll := openClient(ctx)
	defer closeAll()

	fmt.Println(tasks.CreateTable(ctx)) // once more: it is the same
	narrow := ddbtable.MustDefine[Task]("tasks", ddbtable.KeysOnly("by_owner"))
	err := ddbtable.Open(client, narrow).CreateTable(ctx)
	_, differs := errors.AsType[*ddbtable.SchemaError](err)
	fmt.Println(differs)
	fmt.Println(err)
	// Output:
	// <nil>
	// true
	// ddbtable: create table tasks: the existing table is not the defined one: index by_owner: defined global on owner HASH + due RANGE projecting KEYS_ONLY, actual global on owner HASH + due RANGE projecting ALL; change the definition, migrate the table, or use another name
}

// A double in a test embeds the interface and has the methods that are called.
func ExampleClient() {
	tasks := ddbtable.Open(broken{}, Tasks)
	_, err := tasks.Get(context.Background(), TaskID.Eq("mend"))
	fmt.Println(err)
	// Output:
	// ddbtable: get tasks: the network is down
}

type broken struct{ ddbtable.Client }

func (broken) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return nil, errors.New("the network is down")
}
