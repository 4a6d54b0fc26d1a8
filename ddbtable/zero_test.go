package ddbtable_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/ddb/ddbtable"
)

// A zero value was made by nobody's method and knows no table. Every call with
// one is an error, and no panic.
func TestZeroValuesAreErrors(t *testing.T) {
	type (
		create = ddbtable.Create[label]
		put    = ddbtable.Put[label]
		update = ddbtable.Update[label]
		remove = ddbtable.Delete[label]
		query  = ddbtable.Query[label]
		scan   = ddbtable.Scan[label]
	)
	id, n := labelID.Eq("a"), labelN.Eq(1)
	table := new(ddbtable.Table[label])
	for name, call := range map[string]func(context.Context) error{
		"Create":               func(ctx context.Context) error { return err1(create{}.Run(ctx)) },
		"Create, refined":      func(ctx context.Context) error { return err1(create{}.Idempotent().Run(ctx)) },
		"Put":                  func(ctx context.Context) error { return err1(put{}.Run(ctx)) },
		"Put, refined":         func(ctx context.Context) error { return err1(put{}.If(n).AnyVersion().Run(ctx)) },
		"Put, returning":       func(ctx context.Context) error { return err1(put{}.Returning().Run(ctx)) },
		"PutReturning":         func(ctx context.Context) error { return err1(ddbtable.PutReturning[label]{}.Run(ctx)) },
		"Update":               func(ctx context.Context) error { return err1(update{}.Run(ctx)) },
		"Update, refined":      func(ctx context.Context) error { return err1(update{}.Change(labelWeight.Set(1)).If(n).Run(ctx)) },
		"Delete":               func(ctx context.Context) error { return err1(remove{}.Run(ctx)) },
		"Delete, refined":      func(ctx context.Context) error { return err1(remove{}.If(n).Idempotent().Run(ctx)) },
		"Query, all":           func(ctx context.Context) error { return drain(query{}.All(ctx)) },
		"Query, page":          func(ctx context.Context) error { return err1(query{}.Page(ctx, 1, "")) },
		"Query, count":         func(ctx context.Context) error { return err1(query{}.Count(ctx)) },
		"Query, explained":     func(ctx context.Context) error { return query{}.Explain().Err },
		"Query, filtered":      func(ctx context.Context) error { return drain(query{}.Filter(n).All(ctx)) },
		"Query, consistent":    func(ctx context.Context) error { return drain(query{}.Consistent().All(ctx)) },
		"Query, projected":     func(ctx context.Context) error { return drain(query{}.Project(labelN).All(ctx)) },
		"Query, ordered":       func(ctx context.Context) error { return drain(query{}.OrderBy(labelN).Via("i").All(ctx)) },
		"Query, from a cursor": func(ctx context.Context) error { return drain(query{}.From("x").All(ctx)) },
		"Scan, all":            func(ctx context.Context) error { return drain(scan{}.All(ctx)) },
		"Scan, segment":        func(ctx context.Context) error { return drain(scan{}.Segment(0, 2).All(ctx)) },
		"BatchWrite":           func(ctx context.Context) error { return ddbtable.BatchWrite[label]{}.Run(ctx) },
		"Table, get":           func(ctx context.Context) error { return err1(table.Get(ctx, id, n)) },
		"Table, refined": func(ctx context.Context) error {
			return err1(table.Consistent().Project(labelN).HideExpired().WithDeleted().Get(ctx, id, n))
		},
		"Table, query":       func(ctx context.Context) error { return drain(table.Query(id).All(ctx)) },
		"Table, scan":        func(ctx context.Context) error { return drain(table.Scan().All(ctx)) },
		"Table, create":      func(ctx context.Context) error { return err1(table.Create(label{}).Run(ctx)) },
		"Table, put":         func(ctx context.Context) error { return err1(table.Put(label{}).Run(ctx)) },
		"Table, update":      func(ctx context.Context) error { return err1(table.Update(id, n).Change(labelWeight.Set(1)).Run(ctx)) },
		"Table, restore":     func(ctx context.Context) error { return err1(table.Restore(id, n).Run(ctx)) },
		"Table, delete":      func(ctx context.Context) error { return err1(table.Delete(id, n).Run(ctx)) },
		"Table, purge":       func(ctx context.Context) error { return err1(table.Purge(id, n).Run(ctx)) },
		"Table, CreateTable": table.CreateTable,
		"Table, DeleteTable": table.DeleteTable,
		"Table, several at once": func(ctx context.Context) error {
			return drain(table.GetAll(slices.Values([]ddbtable.Key[label]{ddbtable.KeyOf(id, n)})).All(ctx))
		},
		"Table, put several": func(ctx context.Context) error { return table.PutAll(slices.Values([]label{{}})).Run(ctx) },
		"Table, delete several": func(ctx context.Context) error {
			return table.DeleteAll(slices.Values([]ddbtable.Key[label]{ddbtable.KeyOf(id, n)})).Run(ctx)
		},
		"Table, transaction": func(ctx context.Context) error {
			return ddbtable.WriteTransaction(engine(t).Client(), table.Put(label{})).Run(ctx)
		},
		"transaction": func(ctx context.Context) error {
			return ddbtable.WriteTransaction(engine(t).Client(), put{}, update{}, remove{}, create{}).Run(ctx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := call(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "ddbtable: ") {
				t.Errorf("got %v, want an error", err)
			}
		})
	}
	if table.Name() != "" || table.Definition() != nil {
		t.Errorf("the zero Table has name %q and definition %v", table.Name(), table.Definition())
	}
}

// An interface may hold a nil pointer, or a struct that embeds a nil one: that
// is a mistake as nil itself is, and no panic.
func TestArgumentsThatHoldNothingAreErrors(t *testing.T) {
	type (
		attribute = ddbtable.AnyAttribute[label]
		condition = ddbtable.Cond[label]
	)
	table, client := ddbtable.Open(engine(t).Client(), labels), engine(t).Client()
	id, n := labelID.Eq("a"), labelN.Eq(1)
	define := func(o ddbtable.DefineOption) error { return err1(ddbtable.Define[label]("labels", o)) }
	for name, nothing := range map[string]struct {
		attribute attribute
		condition condition
		query     ddbtable.AnyQuery
		def       ddbtable.AnyDefinition
		write     ddbtable.TransactWrite
		read      ddbtable.TransactRead
		define    ddbtable.DefineOption
		option    ddbtable.Option
	}{
		"nil": {},
		"nil pointer": {
			attribute: (*ddbtable.Attribute[label, string])(nil), condition: (*ddbtable.Equality[label])(nil),
			query: (*ddbtable.Query[label])(nil), def: (*ddbtable.Definition[label])(nil), write: (*ddbtable.Update[label])(nil),
		},
		"another nil pointer": {query: (*ddbtable.Scan[label])(nil), write: (*ddbtable.Create[label])(nil)},
		"nil in a struct": {
			struct{ attribute }{}, struct{ condition }{}, struct{ ddbtable.AnyQuery }{}, struct{ ddbtable.AnyDefinition }{},
			struct{ ddbtable.TransactWrite }{}, struct{ ddbtable.TransactRead }{}, struct{ ddbtable.DefineOption }{}, struct{ ddbtable.Option }{},
		},
	} {
		for what, test := range map[string]struct {
			call func(context.Context) error
			want string
		}{
			"Query":  {func(ctx context.Context) error { return drain(table.Query(nothing.condition).All(ctx)) }, "a condition is nil; leave it out"},
			"Filter": {func(ctx context.Context) error { return drain(table.Query(id).Filter(nothing.condition).All(ctx)) }, "a condition is nil; leave it out"},
			"And": {func(ctx context.Context) error {
				return drain(table.Scan().Filter(ddbtable.And(n, nothing.condition)).All(ctx))
			}, "a condition is nil; leave it out"},
			"Not": {func(ctx context.Context) error {
				return drain(table.Scan().Filter(ddbtable.Not(nothing.condition)).All(ctx))
			}, "a condition is nil; leave it out"},
			"If": {func(ctx context.Context) error { return err1(table.Put(label{ID: "a"}).If(nothing.condition).Run(ctx)) }, "a condition is nil; leave it out"},
			"Check": {func(ctx context.Context) error {
				return ddbtable.WriteTransaction(client, table.Check(id, n).If(nothing.condition)).Run(ctx)
			}, "a condition is nil; leave it out"},
			"Of": {func(context.Context) error {
				return ddbtable.Open(client, ledger).Query(ddbtable.Of(nothing.condition)).Explain().Err
			}, "a condition is nil; leave it out"},
			"Project": {func(ctx context.Context) error { return err1(table.Project(nothing.attribute).Get(ctx, id, n)) }, "a handle is nil; make it with ddbtable.Attr, or leave it out"},
			"OrderBy": {func(ctx context.Context) error { return drain(table.Query(id).OrderBy(nothing.attribute).All(ctx)) }, "a handle is nil; make it with ddbtable.Attr, or leave it out"},
			"SizeOf": {func(ctx context.Context) error {
				return drain(table.Scan().Filter(ddbtable.SizeOf(nothing.attribute).Eq(1)).All(ctx))
			}, "a handle is nil; make it with ddbtable.Attr, or leave it out"},
			"From": {func(ctx context.Context) error {
				return err1(table.Update(id, n).From(label{}, nothing.attribute).Run(ctx))
			}, "a handle is nil; make it with ddbtable.Attr, or leave it out"},
			"As":      {func(ctx context.Context) error { return drain(ddbtable.As[label](nothing.query).All(ctx)) }, "the zero value of a table or a request sends nothing"},
			"Unite":   {func(context.Context) error { return err1(ddbtable.Unite(nothing.def)) }, "definition is nil or the zero value; make one with ddbtable.Define"},
			"Include": {func(context.Context) error { return define(ddbtable.Include("by_n", nothing.attribute)) }, "has a projection for index by_n, which no tag names"},
			"Unique":  {func(context.Context) error { return define(ddbtable.Unique(nothing.attribute)) }, "has Unique: a handle is nil; make it with ddbtable.Attr, or leave it out"},
			"Counted": {func(context.Context) error { return define(ddbtable.Counted(labelWeight, nothing.attribute)) }, "has Counted: a handle is nil; make it with ddbtable.Attr, or leave it out"},
			"Define":  {func(context.Context) error { return define(nothing.define) }, "has a nil option; leave it out"},
			"Open": {func(ctx context.Context) error {
				return err1(ddbtable.Open(client, labels, nothing.option).Get(ctx, id, n))
			}, "an option is nil; leave it out"},
			"write": {func(ctx context.Context) error { return ddbtable.WriteTransaction(client, nothing.write).Run(ctx) }, "write 0 is nil; leave it out"},
			"read":  {func(ctx context.Context) error { return ddbtable.GetTransaction(ctx, client, nothing.read) }, "read 0 is nil; leave it out"},
		} {
			if err := test.call(t.Context()); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s with %s\n got: %v\nwant: …%s…", what, name, err, test.want)
			}
		}
	}
}

// What was made by nobody says what it is, and how to make one.
func TestTextsOfZeroValues(t *testing.T) {
	ctx := t.Context()
	const remedy = "the zero value of a table or a request sends nothing; make tables with ddbtable.Open, and requests with their methods"
	var scan ddbtable.Scan[label]
	each := func(p ddbtable.ParallelScan[label]) error {
		return p.Each(ctx, func([]label, []string) error { return nil })
	}
	for name, test := range map[string]struct{ got, want string }{
		"Query":                  {fmt.Sprint(ddbtable.Query[label]{}.Explain()), "ddbtable: query: " + remedy},
		"Scan, explained":        {fmt.Sprint(scan.Explain()), "ddbtable: scan: " + remedy},
		"Scan, read":             {fmt.Sprint(drain(scan.All(ctx))), "ddbtable: scan: " + remedy},
		"Scan, refined":          {fmt.Sprint(drain(scan.PageSize(3).RateLimit(2).Segment(0, 2).Follow().All(ctx))), "ddbtable: scan: " + remedy},
		"Scan, as another":       {fmt.Sprint(drain(ddbtable.As[label](scan).All(ctx))), "ddbtable: scan: " + remedy},
		"Scan, measured":         {fmt.Sprint(err1(scan.Measure(ctx))), "ddbtable: scan: " + remedy},
		"Scan, parallel":         {fmt.Sprint(each(scan.Parallel(2))), "ddbtable: scan: " + remedy},
		"ParallelScan":           {fmt.Sprint(each(ddbtable.ParallelScan[label]{})), "ddbtable: scan: " + remedy},
		"Explanation":            {ddbtable.Explanation{}.String(), "ddbtable: the zero Explanation is of no query; make one with Explain"},
		"Explanation, estimated": {ddbtable.Explanation{}.For(ddbtable.Load{Read: 9, ItemBytes: 9}).String(), "ddbtable: the zero Explanation is of no query; make one with Explain"},
	} {
		if test.got != test.want {
			t.Errorf("%s\n got: %s\nwant: %s", name, test.got, test.want)
		}
	}
}

// A program that logs an error line by line gets each mistake with what it is
// about.
func TestSeveralMistakesAreALineEach(t *testing.T) {
	table := ddbtable.Open(engine(t).Client(), labels)
	const explained = `ddbtable: query labels: a condition is nil; leave it out
ddbtable: query labels: Via has no name of an index; give one, or drop Via to read the table itself
ddbtable: query labels: PageSize is negative; give the number of items read in one request, or 0 for the default`
	if got := fmt.Sprint(table.Query(nil).Via("").PageSize(-1).Explain()); got != explained {
		t.Errorf("Query\n got: %s\nwant: %s", got, explained)
	}
	const transaction = `ddbtable: write transaction: client is nil or zero; give a *dynamodb.Client that dynamodb.New or NewFromConfig made
ddbtable: write transaction: idempotency token has 0 bytes; give 1 to 36
ddbtable: write transaction: write 0 is nil; leave it out`
	if got := fmt.Sprint(ddbtable.WriteTransaction(nil, nil).Token("").Run(t.Context())); got != transaction {
		t.Errorf("WriteTransaction\n got: %s\nwant: %s", got, transaction)
	}
	err := ddbtable.WriteTransaction(nil, nil).Token("").Token("mine").Run(t.Context())
	if err == nil || strings.Contains(err.Error(), "token") {
		t.Errorf("a token in the place of a mistaken one: %v", err)
	}
}
