package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"example.com/ddb/ddbtable"
)

var itemChecks = []check{
	{name: "Get finds, and tells what is not there", run: gets},
	{name: "Get reads what is projected", run: getsProjected},
	{name: "Get takes the facets of a key", run: getsByFacets},
	{name: "Create takes a free key only", run: creates},
	{name: "Put replaces the whole item", run: puts},
	{name: "Put with a condition", run: putsIf},
	{name: "Put returns the replaced item", run: putsReturning},
	{name: "Delete returns what it deleted", run: deletes},
	{name: "Delete with a condition", run: deletesIf},
	{name: "conditions of every kind", run: conditions},
	{name: "conditions of the SDK's expression package", run: sdkConditions},
}

var (
	stockShop   = ddbtable.Attr(func(s *stock) *string { return &s.Shop })
	stockNumber = ddbtable.Attr(func(s *stock) *int { return &s.Number })
)

// put stores items, so that every later read sees them, and fails the test if it
// cannot.
func put[T any](t *testing.T, e engine, table *ddbtable.Table[T], items ...T) {
	t.Helper()
	defer settle(t, e, table.Name())
	for _, item := range items {
		if _, err := table.Put(item).Run(t.Context()); err != nil {
			t.Fatalf("Put(%+v): %v", item, err)
		}
	}
}

// background is a context that outlives the test.
func background(t *testing.T) context.Context { return context.WithoutCancel(t.Context()) }

// expect fails the test unless got equals want and there is no error.
func expect(t *testing.T, what string, err error, got, want any) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

// refused fails the test unless the error is of that kind, and a refused write
// that names the stored item.
func refused[T any](t *testing.T, what string, err, kind error, old *T) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: error %v, want %v", what, err, kind)
		return
	}
	failed, ok := errors.AsType[*ddbtable.ConditionError[T]](err)
	if !ok {
		t.Errorf("%s: error %v is no ConditionError", what, err)
		return
	}
	if diff := cmp.Diff(old, failed.Old); diff != "" || failed.Ambiguous || failed.OldErr != nil {
		t.Errorf("%s: ambiguous %t, OldErr %v, Old (-want +got)\n%s", what, failed.Ambiguous, failed.OldErr, diff)
	}
}

func gets(t *testing.T, e engine) {
	table := open(t, e, stocks)
	want := stock{Shop: "s", Number: -7, Name: "ball", Note: "round"}
	put(t, e, table, want)
	got, err := table.Get(t.Context(), stockNumber.Eq(-7), stockShop.Eq("s"))
	expect(t, "Get", err, got, want)
	got, err = table.Consistent().Get(t.Context(), stockShop.Eq("s"), stockNumber.Eq(-7))
	expect(t, "consistent Get", err, got, want)
	if got, err := table.Get(t.Context(), stockShop.Eq("s"), stockNumber.Eq(7)); !errors.Is(err, ddbtable.ErrNotFound) {
		t.Errorf("Get of nothing = %v, %v", got, err)
	}
}

func getsProjected(t *testing.T, e engine) {
	table := open(t, e, boxes)
	put(t, e, table, box{Kind: "b", ID: "1", Inner: inner{Text: "t", List: []string{"x", "y"}}, Counts: map[string]int{"a.b": 1, "c": 2}})
	got, err := table.Project(boxText, ddbtable.Entry(boxCounts, "a.b")).Get(t.Context(), boxKind.Eq("b"), boxID.Eq("1"))
	expect(t, "Get", err, got, box{Inner: inner{Text: "t"}, Counts: map[string]int{"a.b": 1}})
}

// A box has a key made by a template, which nobody sees, and nested values.
type box struct {
	_      struct{}       `ddb:"pk,partition,from=BOX#{kind}#{id}"`
	Kind   string         `ddb:"kind"`
	ID     string         `ddb:"id"`
	Inner  inner          `ddb:"inner"`
	Counts map[string]int `ddb:"counts"`
	Tags   []string       `ddb:"tags,set"`
	Total  int            `ddb:"total"`
}

type inner struct {
	Text string   `ddb:"text,omitzero"`
	List []string `ddb:"list"`
}

var (
	boxes     = ddbtable.MustDefine[box]("boxes")
	boxKind   = ddbtable.Attr(func(b *box) *string { return &b.Kind })
	boxID     = ddbtable.Attr(func(b *box) *string { return &b.ID })
	boxInner  = ddbtable.Attr(func(b *box) *inner { return &b.Inner })
	boxText   = ddbtable.Attr(func(b *box) *string { return &b.Inner.Text })
	boxList   = ddbtable.Attr(func(b *box) *[]string { return &b.Inner.List })
	boxCounts = ddbtable.Attr(func(b *box) *map[string]int { return &b.Counts })
	boxTags   = ddbtable.Attr(func(b *box) *[]string { return &b.Tags })
	boxTotal  = ddbtable.Attr(func(b *box) *int { return &b.Total })
)

func getsByFacets(t *testing.T, e engine) {
	table := open(t, e, boxes)
	want := box{Kind: "b", ID: "1", Total: 3}
	put(t, e, table, want, box{Kind: "b", ID: "2"})
	got, err := table.Get(t.Context(), boxID.Eq("1"), boxKind.Eq("b"))
	expect(t, "Get", err, got, want)
}

func creates(t *testing.T, e engine) {
	table := open(t, e, stocks)
	first := stock{Shop: "s", Number: 1, Name: "first"}
	got, err := table.Create(first).Run(t.Context())
	expect(t, "Create", err, got, first)
	_, err = table.Create(stock{Shop: "s", Number: 1, Name: "second"}).Run(t.Context())
	refused(t, "second Create", err, ddbtable.ErrExists, &first)
	if _, ok := errors.AsType[*types.ConditionalCheckFailedException](err); !ok {
		t.Errorf("the SDK's error is not in %v", err)
	}
	got, err = table.Create(first).Idempotent().Run(t.Context())
	expect(t, "idempotent Create of the same", err, got, first)
	_, err = table.Create(stock{Shop: "s", Number: 1, Name: "second"}).Idempotent().Run(t.Context())
	refused(t, "idempotent Create of another", err, ddbtable.ErrExists, &first)
	settle(t, e, table.Name())
	got, err = table.Get(t.Context(), stockShop.Eq("s"), stockNumber.Eq(1))
	expect(t, "Get", err, got, first)
}

// raw stores an item in the way of another program.
func raw(t *testing.T, e engine, table string, item map[string]types.AttributeValue) {
	t.Helper()
	if _, err := e.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item}); err != nil {
		t.Fatal(err)
	}
	settle(t, e, table)
}

// attributes reads an item in the way of another program.
func attributes(t *testing.T, e engine, table string, key map[string]types.AttributeValue) map[string]types.AttributeValue {
	t.Helper()
	yes := true
	out, err := e.client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key, ConsistentRead: &yes})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

func text(s string) types.AttributeValue   { return &types.AttributeValueMemberS{Value: s} }
func number(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }

func puts(t *testing.T, e engine) {
	table := open(t, e, stocks)
	key := map[string]types.AttributeValue{"shop": text("s"), "number": number("1")}
	raw(t, e, table.Name(), map[string]types.AttributeValue{"shop": text("s"), "number": number("1"), "unknown": text("u")})
	want := stock{Shop: "s", Number: 1, Name: "n", Color: "red", Code: []byte{1}}
	got, err := table.Put(want).Run(t.Context())
	expect(t, "Put", err, got, want)
	if unknown := attributes(t, e, table.Name(), key)["unknown"]; unknown != nil {
		t.Error("an attribute of the replaced item survives")
	}
}

func putsIf(t *testing.T, e engine) {
	table := open(t, e, stocks)
	first, second := stock{Shop: "s", Number: 1, Name: "first"}, stock{Shop: "s", Number: 1, Name: "second"}
	_, err := table.Put(second).If(stockName.Eq("first")).Run(t.Context())
	refused[stock](t, "Put where nothing is", err, ddbtable.ErrConditionFailed, nil)
	put(t, e, table, first)
	_, err = table.Put(second).If(stockName.Eq("second")).Run(t.Context())
	refused(t, "Put", err, ddbtable.ErrConditionFailed, &first)
	got, err := table.Put(second).If(stockName.Eq("first")).If(stockNumber.Ge(1)).Run(t.Context())
	expect(t, "Put", err, got, second)
	got, err = table.Put(second).If(stockName.Eq("first")).Idempotent().Run(t.Context())
	expect(t, "idempotent Put of the same", err, got, second)
}

func putsReturning(t *testing.T, e engine) {
	table := open(t, e, stocks)
	first, second := stock{Shop: "s", Number: 1, Name: "first"}, stock{Shop: "s", Number: 1, Name: "second"}
	old, err := table.Put(first).Returning().Run(t.Context())
	expect(t, "Put where nothing is", err, old, (*stock)(nil))
	old, err = table.Put(second).Returning().Run(t.Context())
	expect(t, "Put", err, old, &first)
	old, err = table.Put(first).If(stockName.Eq("first")).Returning().Run(t.Context())
	refused(t, "Put", err, ddbtable.ErrConditionFailed, &second)
	expect(t, "refused Put", nil, old, (*stock)(nil))
}

func deletes(t *testing.T, e engine) {
	table := open(t, e, stocks)
	want := stock{Shop: "s", Number: 1, Name: "n"}
	put(t, e, table, want)
	old, err := table.Delete(stockShop.Eq("s"), stockNumber.Eq(1)).Run(t.Context())
	expect(t, "Delete", err, old, &want)
	old, err = table.Delete(stockShop.Eq("s"), stockNumber.Eq(1)).Run(t.Context())
	expect(t, "Delete of nothing", err, old, (*stock)(nil))
}

func deletesIf(t *testing.T, e engine) {
	table := open(t, e, stocks)
	want := stock{Shop: "s", Number: 1, Name: "n"}
	put(t, e, table, want)
	request := table.Delete(stockShop.Eq("s"), stockNumber.Eq(1))
	_, err := request.If(stockName.Eq("m")).Run(t.Context())
	refused(t, "Delete", err, ddbtable.ErrConditionFailed, &want)
	old, err := request.If(stockName.Eq("n")).Run(t.Context())
	expect(t, "Delete", err, old, &want)
	_, err = request.If(stockName.Eq("n")).Run(t.Context())
	refused[stock](t, "Delete of nothing", err, ddbtable.ErrNotFound, nil)
	old, err = request.If(stockName.Eq("n")).Idempotent().Run(t.Context())
	expect(t, "idempotent Delete of nothing", err, old, (*stock)(nil))
}

func conditions(t *testing.T, e engine) {
	table := open(t, e, boxes)
	item := box{Kind: "b", ID: "1", Inner: inner{Text: "text", List: []string{"x", "y"}}, Counts: map[string]int{"a.b": 1}, Tags: []string{"s", "t"}, Total: 5}
	put(t, e, table, item)
	element, entry := ddbtable.At(boxList, 1), ddbtable.Entry(boxCounts, "a.b")
	none := ddbtable.Entry(boxCounts, "none")
	for name, c := range map[string]struct {
		cond ddbtable.Cond[box]
		want bool
	}{
		"Eq":                         {boxTotal.Eq(5), true},
		"Eq of a set, in any order":  {boxTags.Eq([]string{"t", "s"}), true},
		"Ne":                         {boxTotal.Ne(5), false},
		"Ne of what is absent":       {none.Ne(5), true},
		"Lt":                         {boxTotal.Lt(5), false},
		"Le":                         {boxTotal.Le(5), true},
		"Gt":                         {boxTotal.Gt(4), true},
		"Ge":                         {boxTotal.Ge(6), false},
		"Gt of what is absent":       {none.Gt(-1), false},
		"Between":                    {boxTotal.Between(5, 9), true},
		"Between, lo above hi":       {boxTotal.Between(9, 1), false},
		"In":                         {boxTotal.In(1, 5), true},
		"In of nothing":              {boxTotal.In(), false},
		"In of many":                 {boxTotal.In(append(numbers(250), 1)...), true},
		"Exists":                     {boxTotal.Exists(), true},
		"Exists of an entry":         {entry.Exists(), true},
		"NotExists":                  {none.NotExists(), true},
		"HasKind":                    {boxTags.HasKind("SS"), true},
		"HasKind of another":         {boxTags.HasKind("L"), false},
		"BeginsWith":                 {ddbtable.BeginsWith(boxText, "te"), true},
		"Contains":                   {ddbtable.Contains(boxText, "ex"), true},
		"Has of a list":              {ddbtable.Has(boxList, "y"), true},
		"Has of a set":               {ddbtable.Has(boxTags, "u"), false},
		"an element":                 {element.Eq("y"), true},
		"an element behind the end":  {ddbtable.At(boxList, 9).Exists(), false},
		"SizeOf text":                {ddbtable.SizeOf(boxText).Eq(4), true},
		"SizeOf a set":               {ddbtable.SizeOf(boxTags).Ne(2), false},
		"SizeOf a map":               {ddbtable.SizeOf(boxCounts).Lt(2), true},
		"SizeOf a list":              {ddbtable.SizeOf(boxList).Between(2, 3), true},
		"And":                        {ddbtable.And(boxTotal.Gt(1), boxText.Eq("text"), boxKind.Eq("b")), true},
		"And of nothing":             {ddbtable.And[box](), true},
		"Or":                         {ddbtable.Or(boxTotal.Gt(9), boxText.Eq("text")), true},
		"Or in And in Or":            {ddbtable.Or(boxTotal.Gt(9), ddbtable.And(boxText.Eq("text"), ddbtable.Or(boxTotal.Lt(1), boxTotal.Eq(5)))), true},
		"Not":                        {ddbtable.Not(boxTotal.Gt(9)), true},
		"Not of Or":                  {ddbtable.Not(ddbtable.Or(boxTotal.Gt(9), boxText.Eq("text"))), false},
		"Not of Not":                 {ddbtable.Not(ddbtable.Not(boxTotal.Eq(5))), true},
		"combinations of one thing":  {ddbtable.And(ddbtable.Or(ddbtable.And(boxTotal.Eq(5))), ddbtable.And[box]()), true},
		"Not of what nothing can be": {ddbtable.Not(boxTotal.In()), true},
	} {
		_, err := table.Put(item).If(c.cond).Run(t.Context())
		if c.want && err != nil || !c.want && !errors.Is(err, ddbtable.ErrConditionFailed) {
			t.Errorf("%s: Put: %v, want fulfilled %t", name, err, c.want)
		}
		_, err = table.Put(item).If(boxTotal.Eq(5)).If(c.cond).Run(t.Context())
		if (err == nil) != c.want {
			t.Errorf("%s beside another: Put: %v, want fulfilled %t", name, err, c.want)
		}
	}
}

func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// Each placeholder of the SDK's conditions is one of ours too.
func sdkConditions(t *testing.T, e engine) {
	table := open(t, e, boxes)
	put(t, e, table, box{Kind: "b", ID: "1", Inner: inner{Text: "text", List: []string{"x", "y"}}, Counts: map[string]int{"a.b": 1}, Tags: []string{"s"}, Total: 5})
	name, value := expression.Name, expression.Value
	total := name("total").Equal(value(5)).Or(name("total").Equal(value(6)))
	for what, c := range map[string]struct {
		cond expression.ConditionBuilder
		want bool
	}{
		"a comparison":       {name("total").Equal(value(5)), true},
		"the same name":      {total.And(name("inner.text").Equal(value("text"))), true},
		"a path":             {name("inner.list[1]").Equal(value("y")), true},
		"a name with a dot":  {name("counts").AppendName(expression.NameNoDotSplit("a.b")).Equal(value(1)), true},
		"functions":          {name("kind").BeginsWith("b").And(name("tags").Contains("s"), name("id").AttributeExists(), name("kind").Size().LessThan(value(9))), true},
		"In and Between":     {name("total").In(value(4), value(5)).And(name("total").Between(value(1), value(5))), true},
		"not":                {expression.Not(total), false},
		"the same condition": {total.And(total), true},
	} {
		cond := ddbtable.Expression[box](c.cond)
		for i, request := range []ddbtable.Update[box]{
			table.Update(boxKind.Eq("b"), boxID.Eq("1")).Change(boxTotal.Set(5)).If(cond),
			table.Update(boxKind.Eq("b"), boxID.Eq("1")).Change(boxTotal.Set(5)).If(boxText.Eq("text")).If(cond).If(ddbtable.And(cond, cond)),
		} {
			_, err := request.Run(t.Context())
			if c.want && err != nil || !c.want && !errors.Is(err, ddbtable.ErrConditionFailed) {
				t.Errorf("%s: Update %d: %v, want fulfilled %t", what, i, err, c.want)
			}
		}
	}
	_, err := table.Put(box{Kind: "b", ID: "1"}).If(ddbtable.Expression[box](expression.ConditionBuilder{})).Run(t.Context())
	if _, ok := errors.AsType[*ddbtable.PlanError](err); !ok {
		t.Errorf("Put with a condition that the SDK refuses: %v", fmt.Sprint(err))
	}
}
