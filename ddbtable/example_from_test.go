package ddbtable_test

import (
	"context"
	"encoding/json"
	"fmt"

	"example.com/ddb/ddbtable"
)

// What is named becomes as it is in the task: due is 0 then, and hours, which
// may be absent, are taken away. What is not named stays.
func ExampleUpdate_From_partial() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()

	changed := Task{Owner: "bob"}
	task, err := tasks.Update(TaskID.Eq("mend")).From(changed, Owner, Due, Hours).Run(ctx)
	fmt.Printf("%+v %v\n", task, err)
	// Output:
	// {ID:mend Owner:bob Due:0 Hours:0 Notes:[] Links:map[]} <nil>
}

// The body of a PATCH request names what it changes by its members. What a
// client may change is the program's to say.
func ExampleUpdate_From_partialJSON() {
	ctx := context.Background()
	tasks, closeAll := openTasks(ctx)
	defer closeAll()
	allowed := map[string]ddbtable.AnyAttribute[Task]{"Owner": Owner, "Due": Due, "Notes": Notes}

	body := []byte(`{"Due": 0, "Notes": ["no hurry"], "ID": "paint"}`)
	var patch Task
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &patch) != nil || json.Unmarshal(body, &members) != nil {
		return
	}
	var mask []ddbtable.AnyAttribute[Task]
	for name := range members {
		if attribute := allowed[name]; attribute != nil {
			mask = append(mask, attribute)
		}
	}
	task, err := tasks.Update(TaskID.Eq("mend")).From(patch, mask...).Run(ctx)
	fmt.Println(task.ID, task.Owner, task.Due, task.Notes, err)
	// Output:
	// mend ada 0 [no hurry] <nil>
}
