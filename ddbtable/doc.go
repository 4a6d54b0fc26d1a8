// Package ddbtable maps Go structs to DynamoDB tables: a table is defined once,
// as data, and everything else follows from the definition. Attribute names
// stand in struct tags and nowhere else; conditions and changes are made with
// typed handles; the key of a query, composite sort keys among them, is found
// and written by ddbtable.
//
// # First program
//
//	type Task struct {
//		ID    string `ddb:"id,partition"`
//		Owner string `ddb:"owner,partition=by_owner"`
//		Due   int    `ddb:"due,sort=by_owner"`
//	}
//
//	var (
//		Tasks = ddbtable.MustDefine[Task]("tasks")
//		ID    = ddbtable.Attr(func(t *Task) *string { return &t.ID })
//		Owner = ddbtable.Attr(func(t *Task) *string { return &t.Owner })
//		Due   = ddbtable.Attr(func(t *Task) *int { return &t.Due })
//	)
//
//	tasks := ddbtable.Open(client, Tasks) // a *dynamodb.Client
//	err := tasks.CreateTable(ctx)
//	_, err = tasks.Create(Task{ID: "t1", Owner: "ada", Due: 7}).Run(ctx)
//
// A mistake in a tag is found by [Define], with all others and with what to
// write instead, before the first request. For a DynamoDB in the process see
// package [example.com/ddb/ddbtable/embedded]; for tests, package
// [example.com/ddb/ddbtable/ddbtest]. How each Go type is stored is told by
// package [example.com/ddb/fields].
//
// # How to read
//
// [Table.Get] reads one item by its key. [Table.Query] reads those of one
// partition, in the order of a sort key: the conditions say what is wanted, and
// ddbtable finds the table or index that serves them, or tells of each why it
// does not.
//
//	task, err := tasks.Get(ctx, ID.Eq("t1"))
//	soon := tasks.Query(Owner.Eq("ada"), Due.Le(7))
//	for task, err := range soon.All(ctx) { … }
//	page, err := soon.Page(ctx, 10, cursor) // exactly 10, or all that is left
//	fmt.Println(soon.Explain())             // sends nothing
//
// [Query.Filter] drops items after they have been read and paid for; pages are
// full all the same. [Table.Scan] reads everything, [Table.GetAll] many items
// by their keys, and [GetTransaction] some of them as they are at one moment.
// Where an index does not project everything, [As] reads a smaller type, and
// [Query.Follow] the items from the table.
//
// # Several types in one table
//
// Give each type a definition with the same table name, keys whose templates
// share a beginning, such as CUSTOMER#{customer_id}, and an attribute with the
// option discriminator. [Unite] makes the definition of the whole table, whose
// items are of type any and are read by a type switch.
//
// # How to write
//
// Every write is a value that [Create.Run], or the Run of another write, sends:
//
//	_, err = tasks.Create(task).Run(ctx) // ErrExists if the key is taken
//	_, err = tasks.Put(task).Run(ctx)    // whatever was there before
//	task, err = tasks.Update(ID.Eq("t1")).Change(Due.Set(9)).If(Due.Eq(7)).Run(ctx)
//	_, err = tasks.Delete(ID.Eq("t1")).Run(ctx)
//
// An update never makes an item, unless [Update.OrCreate] says so, and keeps
// attributes that it does not know. [WriteTransaction] takes the same values
// and applies all of them or none; [Table.PutAll] and [Table.DeleteAll] write
// any number of items.
//
// An attribute with the tag option from= is derived: its key template makes it
// of other attributes of the item, such as {state:1}_{due:10} of a state and a
// time. It is computed with every write, also by an update that changes one of
// its facets, and checked with every read. Queries are about the facets. In a
// global index the facets can be the key themselves: see [NativeKeys].
//
// # What a definition keeps
//
// Options of the definition make every write keep something right: [Unique]
// lets no two items have one value, [Counted] counts the items of a group,
// [SoftDelete] marks what is deleted instead of removing it, and [Sparse] holds
// in an index only what is looked for there. Options of tags keep a version, a
// write id, and the times of the first and the last write: see package fields.
//
// [Table.Repair] mends items that other programs wrote, or that are older than
// an index or such an option.
//
// # What happened
//
// [OnCall] tells of each operation what it cost, [Query.Explain] before it is
// sent what it will do, and [Definition.Records] reads from a table's stream what
// was changed.
//
// # Values
//
// Definitions, handles, tables, conditions and requests are immutable: their
// methods return refined copies. All may be shared between goroutines and run
// any number of times. A method that takes a context sends requests; one that
// does not never does.
//
// # Errors
//
// Every error of a request is an [OpError], which names operation and table.
// What is in it answers to [errors.Is] and [errors.As]:
//
//   - the call is mistaken, and nothing was sent: [PlanError],
//     [fields.ValueError], [ErrBadCursor];
//   - the service says no: [ErrNotFound], [ErrExists], [ErrConditionFailed],
//     [ErrConflict], with the stored item in a [ConditionError]; or
//     [ErrNotUnique], with the attributes in a [UniqueError];
//   - a stored item cannot be passed on: [ItemError];
//   - some of many could not be done: [BatchError], [TransactionError];
//   - anything else is the SDK's own error, or the context's.
//
// A conditional write that the SDK sent again, because the first answer got
// lost, may fail because of itself. The error says so, in
// [ConditionError.Ambiguous]; Idempotent on a write, or a write-id attribute,
// settles it.
//
// # Cost
//
// The comment of each method gives its cost in requests and capacity. No
// request is hidden: there is no DescribeTable outside of [Table.CreateTable],
// no consistent read that was not asked for but the one that [Update.Run]
// tells of, and never a scan in the place of a query. Retries are the SDK's,
// but for those that [Update.Run] and [BatchWrite.Run] tell of.
//
// # What may change
//
// Stored bytes do not change without a new version and a way to get there. The
// texts of errors and of [Explanation] may be reworded at any time. Cursors are
// valid across processes, and across versions until the comment of a release
// says otherwise: an old one is then [ErrBadCursor], never misread. [Client]
// gains methods as DynamoDB does; a test double that embeds it keeps compiling.
package ddbtable
