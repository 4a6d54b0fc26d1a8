package ddbtable_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
)

// A bill is in the index of open ones as long as it is open.
type bill struct {
	ID    string   `ddb:"id,partition"`
	Buyer string   `ddb:"buyer"`
	State string   `ddb:"state"`
	Due   int      `ddb:"due,omitzero"`
	Note  string   `ddb:"note,omitzero"`
	_     struct{} `ddb:"open_buyer,partition=open,from=BUYER#{buyer}"`
	_     struct{} `ddb:"open_due,sort=open,from={due:6}"`
}

var (
	billID    = ddbtable.Attr(func(b *bill) *string { return &b.ID })
	billBuyer = ddbtable.Attr(func(b *bill) *string { return &b.Buyer })
	billState = ddbtable.Attr(func(b *bill) *string { return &b.State })
	billDue   = ddbtable.Attr(func(b *bill) *int { return &b.Due })
	billNote  = ddbtable.Attr(func(b *bill) *string { return &b.Note })
	bills     = ddbtable.MustDefine[bill]("bills", ddbtable.Sparse("open", ddbtable.Or(billState.Eq("open"), ddbtable.BeginsWith(billState, "late"))))
)

// keysOf is which attributes of the index an item has.
func keysOf(t *testing.T, client *dynamodb.Client, table, id string) string {
	t.Helper()
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, name := range []string{"open_buyer", "open_due"} {
		if s, ok := out.Item[name].(*types.AttributeValueMemberS); ok {
			got = append(got, s.Value)
		}
	}
	return strings.Join(got, " ")
}

func TestSparseKeysFollowTheRule(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, bills, options...)
		ctx := t.Context()
		in := func(what, want string) {
			t.Helper()
			expect(t, what, keysOf(t, r.client, table.Name(), "1"), want)
			all, err := ddbtable.Collect(table.Query(billBuyer.Eq("ada")).All(ctx))
			if err != nil || (len(all) == 1) != (want != "") {
				t.Errorf("%s: the index has %+v, %v", what, all, err)
			}
		}
		update := func(changes ...ddbtable.Change[bill]) error {
			_, err := table.Update(billID.Eq("1")).Change(changes...).Run(ctx)
			return err
		}
		step := func(what string, err error, want string) {
			t.Helper()
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			in(what, want)
		}
		_, err := table.Create(bill{ID: "1", Buyer: "ada", State: "draft", Due: 7}).Run(ctx)
		step("Create outside the rule", err, "")
		step("an update that opens it", update(billState.Set("open")), "BUYER#ada 000007")
		step("an update of a facet", update(billDue.Set(8)), "BUYER#ada 000008")
		step("an update of something else", update(billNote.Set("n")), "BUYER#ada 000008")
		step("to another state within the rule", update(billState.Set("late 1")), "BUYER#ada 000008")
		step("an update that closes it", update(billState.Set("paid")), "")
		step("a facet of a closed one", update(billDue.Set(9)), "")
		_, err = table.Put(bill{ID: "1", Buyer: "ada", State: "open", Due: 9}).Run(ctx)
		step("a Put within the rule", err, "BUYER#ada 000009")
		err = ddbtable.WriteTransaction(r.client, table.Update(billID.Eq("1")).Change(billState.Set("paid"))).Run(ctx)
		step("a transaction that closes it", err, "")
		step("and both at once", update(billState.Set("open"), billDue.Set(3)), "BUYER#ada 000003")

		// What is known needs no read.
		r.sent()
		_, err = table.Update(billID.Eq("1")).Change(billState.Set("open"), billDue.Set(4)).If(billBuyer.Eq("ada")).Run(ctx)
		step("everything is known", err, "BUYER#ada 000004")
		if sent := r.sent(); sent[0] != "UpdateItem" {
			t.Errorf("sent %q", sent)
		}
	})
}

func TestItemInAnIndexAgainstItsRuleIsStale(t *testing.T) {
	table, r := recorded(t, bills)
	name := table.Name()
	s := func(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }
	_, err := r.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: map[string]types.AttributeValue{
		"id": s("1"), "buyer": s("ada"), "state": s("paid"), "due": &types.AttributeValueMemberN{Value: "7"}, "open_buyer": s("BUYER#ada"), "open_due": s("000007"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := table.Get(t.Context(), billID.Eq("1")); !errors.Is(err, ddbtable.ErrStale) {
		t.Errorf("Get: %v", err)
	}
	if _, err := ddbtable.Collect(table.Query(billBuyer.Eq("ada")).All(t.Context())); !errors.Is(err, ddbtable.ErrStale) {
		t.Errorf("Query: %v", err)
	}
	if _, err := table.Update(billID.Eq("1")).Change(billState.Set("paid")).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := table.Get(t.Context(), billID.Eq("1")); err != nil {
		t.Errorf("after setting the state again: %v", err)
	}
}

func TestSparseRefusals(t *testing.T) {
	for want, option := range map[string]ddbtable.DefineOption{
		"which no tag names":                     ddbtable.Sparse("closed", billState.Eq("x")),
		"a condition that cannot be evaluated":   ddbtable.Sparse("open", ddbtable.SizeOf(billNote).Gt(1)),
		"has Sparse for index open: a condition": ddbtable.Sparse("open", ddbtable.Not[bill](nil)),
	} {
		if _, err := ddbtable.Define[bill]("bills", option); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant …%s…", err, want)
		}
	}
	twice := ddbtable.Sparse("open", billState.Eq("x"))
	if _, err := ddbtable.Define[bill]("bills", twice, twice); err == nil || !strings.Contains(err.Error(), "twice; join the conditions") {
		t.Errorf("twice: %v", err)
	}
	if _, err := ddbtable.Define[ticket]("tickets", ddbtable.Sparse("by_team", ticketState.Eq(1))); err != nil {
		t.Errorf("a derived sort key alone: %v", err)
	}
}

// A rule that is always or never fulfilled is a mistake: what it was made from
// was empty.
func TestSparseNeedsARule(t *testing.T) {
	open := billState.Eq("open")
	for name, rule := range map[string]ddbtable.Cond[bill]{
		"In of nothing":           billState.In(),
		"And of nothing":          ddbtable.And[bill](),
		"And of nothing but that": ddbtable.And(ddbtable.And[bill](), ddbtable.And[bill]()),
		"in And":                  ddbtable.And(open, billState.In()),
		"in Or":                   ddbtable.Or(open, billState.In()),
		"in Not":                  ddbtable.Not(billState.In()),
		"Or with And of nothing":  ddbtable.Or(open, ddbtable.And[bill]()),
		"And with And of nothing": ddbtable.And(open, ddbtable.And[bill]()),
		"Between of no values":    billDue.Between(3, 2),
	} {
		_, err := ddbtable.Define[bill]("bills", ddbtable.Sparse("open", rule))
		if _, ok := errors.AsType[*ddbtable.DefinitionError](err); !ok || !strings.Contains(err.Error(), "has Sparse for index open with ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ddbtable.Define[bill]("bills", ddbtable.Sparse("open", ddbtable.And(open))); err != nil {
		t.Errorf("And of one: %v", err)
	}
}
