package conformance_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/model"
)

var updateChecks = []check{
	{name: "every kind of change", run: changes},
	{name: "changes where nothing is yet", run: changesOfAbsent},
	{name: "Update never creates an item", run: updatesNothing},
	{name: "Update with a condition", run: updatesIf},
	{name: "Update keeps attributes that the type does not have", run: keepsUnknown},
	{name: "Update keeps derived attributes right", run: keepsDerived},
	{name: "Update creates on request", run: updatesOrCreates},
	{name: "a facet that is removed takes the item out of the index", run: leavesIndex},
}

func changes(t *testing.T, e engine) {
	table := open(t, e, boxes)
	full := box{Kind: "b", ID: "1", Inner: inner{Text: "t", List: []string{"x", "y"}}, Counts: map[string]int{"a": 1, "b": 2}, Tags: []string{"s", "t"}, Total: 5}
	type change = ddbtable.Change[box]
	for name, c := range map[string]struct {
		changes []change
		want    func(*box)
	}{
		"Set":                    {[]change{boxTotal.Set(6)}, func(b *box) { b.Total = 6 }},
		"Set of a struct":        {[]change{boxInner.Set(inner{Text: "u"})}, func(b *box) { b.Inner = inner{Text: "u"} }},
		"Set inside a struct":    {[]change{boxText.Set("u")}, func(b *box) { b.Inner.Text = "u" }},
		"Set of an element":      {[]change{ddbtable.At(boxList, 0).Set("z")}, func(b *box) { b.Inner.List[0] = "z" }},
		"Set behind the end":     {[]change{ddbtable.At(boxList, 9).Set("z")}, func(b *box) { b.Inner.List = append(b.Inner.List, "z") }},
		"Set of an entry":        {[]change{ddbtable.Entry(boxCounts, "new.dot").Set(3)}, func(b *box) { b.Counts["new.dot"] = 3 }},
		"SetIfAbsent":            {[]change{boxTotal.SetIfAbsent(6)}, func(b *box) {}},
		"Remove":                 {[]change{boxTotal.Remove()}, func(b *box) { b.Total = 0 }},
		"Remove inside a struct": {[]change{boxText.Remove()}, func(b *box) { b.Inner.Text = "" }},
		"Remove of an element":   {[]change{ddbtable.At(boxList, 0).Remove()}, func(b *box) { b.Inner.List = []string{"y"} }},
		"Remove of an entry":     {[]change{ddbtable.Entry(boxCounts, "a").Remove()}, func(b *box) { delete(b.Counts, "a") }},
		"Remove of nothing":      {[]change{ddbtable.Entry(boxCounts, "z").Remove()}, func(b *box) {}},
		"Add":                    {[]change{ddbtable.Add(boxTotal, -2)}, func(b *box) { b.Total = 3 }},
		"Add to an entry":        {[]change{ddbtable.Add(ddbtable.Entry(boxCounts, "a"), 2)}, func(b *box) { b.Counts["a"] = 3 }},
		"Append":                 {[]change{ddbtable.Append(boxList, "z", "x")}, func(b *box) { b.Inner.List = []string{"x", "y", "z", "x"} }},
		"Append of nothing":      {[]change{ddbtable.Append(boxList)}, func(b *box) {}},
		"AddToSet":               {[]change{ddbtable.AddToSet(boxTags, []string{"u", "s"})}, func(b *box) { b.Tags = []string{"s", "t", "u"} }},
		"RemoveFromSet":          {[]change{ddbtable.RemoveFromSet(boxTags, []string{"s", "u"})}, func(b *box) { b.Tags = []string{"t"} }},
		"RemoveFromSet of all":   {[]change{ddbtable.RemoveFromSet(boxTags, []string{"s", "t"})}, func(b *box) { b.Tags = nil }},
		"all at once": {[]change{boxText.Set("u"), ddbtable.Entry(boxCounts, "b").SetIfAbsent(9), ddbtable.Entry(boxCounts, "a").Remove(), ddbtable.Add(boxTotal, 1), ddbtable.Append(boxList, "z"), ddbtable.RemoveFromSet(boxTags, []string{"s"})},
			func(b *box) {
				b.Inner, b.Total, b.Tags = inner{Text: "u", List: []string{"x", "y", "z"}}, 6, []string{"t"}
				delete(b.Counts, "a")
			}},
	} {
		put(t, e, table, full)
		want, err := table.Get(t.Context(), boxKind.Eq("b"), boxID.Eq("1"))
		if err != nil {
			t.Fatal(err)
		}
		c.want(&want)
		got, err := table.Update(boxKind.Eq("b"), boxID.Eq("1")).Change(c.changes...).Run(t.Context())
		expect(t, name, err, sorted(got), sorted(want))
		got, err = table.Consistent().Get(t.Context(), boxKind.Eq("b"), boxID.Eq("1"))
		expect(t, name+", read again", err, sorted(got), sorted(want))
	}
}

func changesOfAbsent(t *testing.T, e engine) {
	table := open(t, e, boxes)
	type change = ddbtable.Change[box]
	for name, c := range map[string]struct {
		changes []change
		want    box
	}{
		"SetIfAbsent":   {[]change{boxTags.SetIfAbsent([]string{"s"})}, box{Tags: []string{"s"}}},
		"Add":           {[]change{ddbtable.Add(boxTotal, 3)}, box{Total: 3}},
		"AddToSet":      {[]change{ddbtable.AddToSet(boxTags, []string{"s"})}, box{Tags: []string{"s"}}},
		"RemoveFromSet": {[]change{ddbtable.RemoveFromSet(boxTags, []string{"s"})}, box{}},
		"Append":        {[]change{ddbtable.Append(boxList, "z")}, box{Inner: inner{List: []string{"z"}}}},
		"Remove":        {[]change{boxTotal.Remove()}, box{}},
	} {
		c.want.Kind, c.want.ID = "b", name
		raw(t, e, table.Name(), map[string]types.AttributeValue{
			"pk": text("BOX#b#" + name), "kind": text("b"), "id": text(name),
			"inner": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{}},
		})
		got, err := table.Update(boxKind.Eq("b"), boxID.Eq(name)).Change(c.changes...).Run(t.Context())
		expect(t, name, err, got, c.want)
	}
}

func updatesNothing(t *testing.T, e engine) {
	table := open(t, e, boxes)
	key := map[string]types.AttributeValue{"pk": text("BOX#b#1")}
	request := table.Update(boxKind.Eq("b"), boxID.Eq("1"))
	for name, change := range map[string]ddbtable.Change[box]{
		"Set": boxTotal.Set(1), "SetIfAbsent": boxTotal.SetIfAbsent(1), "Remove": boxTotal.Remove(), "Add": ddbtable.Add(boxTotal, 1),
		"AddToSet": ddbtable.AddToSet(boxTags, []string{"s"}), "RemoveFromSet": ddbtable.RemoveFromSet(boxTags, []string{"s"}),
	} {
		for _, u := range []ddbtable.Update[box]{request, request.If(boxTotal.Ne(7)), request.Idempotent()} {
			_, err := u.Change(change).Run(t.Context())
			if _, planned := errors.AsType[*ddbtable.PlanError](err); planned {
				continue // Add is never idempotent
			}
			refused[box](t, name, err, ddbtable.ErrNotFound, nil)
		}
	}
	if ghost := attributes(t, e, table.Name(), key); ghost != nil {
		t.Errorf("there is an item now: %v", ghost)
	}
}

func updatesIf(t *testing.T, e engine) {
	table := open(t, e, boxes)
	item := box{Kind: "b", ID: "1", Total: 5}
	put(t, e, table, item)
	request := table.Update(boxKind.Eq("b"), boxID.Eq("1")).Change(boxTotal.Set(6))
	_, err := request.If(boxTotal.Eq(4)).Run(t.Context())
	refused(t, "Update", err, ddbtable.ErrConditionFailed, &item)
	item.Total = 6
	got, err := request.If(ddbtable.Or(boxTotal.Eq(4), boxTotal.Eq(5))).Run(t.Context())
	expect(t, "Update", err, got, item)
	got, err = request.If(boxTotal.Eq(5)).Idempotent().Run(t.Context())
	expect(t, "idempotent Update that is done already", err, got, item)
}

func keepsUnknown(t *testing.T, e engine) {
	table := open(t, e, boxes)
	raw(t, e, table.Name(), map[string]types.AttributeValue{"pk": text("BOX#b#1"), "kind": text("b"), "id": text("1"), "unknown": number("7")})
	if _, err := table.Update(boxKind.Eq("b"), boxID.Eq("1")).Change(boxTotal.Set(1)).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	item := attributes(t, e, table.Name(), map[string]types.AttributeValue{"pk": text("BOX#b#1")})
	if n, ok := item["unknown"].(*types.AttributeValueMemberN); !ok || n.Value != "7" {
		t.Errorf("the unknown attribute is %v now", item["unknown"])
	}
}

// order is a new order of the toy store.
func order() model.Order {
	return model.Order{ID: uuid.New(), UserID: uuid.New(), ProductID: uuid.New(), Created: time.Unix(1428791681, 0).UTC(), Status: model.InProgress}
}

func derived(t *testing.T, e engine, table string, id uuid.UUID) string {
	t.Helper()
	switch v := attributes(t, e, table, map[string]types.AttributeValue{"order_id": text(id.String())})["order_status_created"].(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case nil:
		return ""
	}
	return "?"
}

func keepsDerived(t *testing.T, e engine) {
	table := open(t, e, model.Orders)
	o := order()
	put(t, e, table, o)
	request := table.Update(model.OrderID.Eq(o.ID))
	for _, c := range []struct {
		what   string
		update ddbtable.Update[model.Order]
		want   string
	}{
		{"a facet that was read", request.Change(model.OrderStatus.Set(model.Completed)), "201_1428791681"},
		{"a facet that If fixes", request.Change(model.OrderStatus.Set(model.Canceled)).If(model.Created.Eq(o.Created)), "301_1428791681"},
		{"all facets", request.Change(model.OrderStatus.Set(model.InProgress), model.Created.Set(time.Unix(7, 0))), "101_0000000007"},
		{"a facet that is added to", request.Change(ddbtable.Add(model.OrderStatus, 100)), "201_0000000007"},
	} {
		got, err := c.update.Run(t.Context())
		if err != nil || derived(t, e, table.Name(), o.ID) != c.want {
			t.Errorf("%s: %v, %q; want %q", c.what, err, derived(t, e, table.Name(), o.ID), c.want)
		}
		settle(t, e, table.Name())
		all, err := ddbtable.Collect(table.Query(model.UserID.Eq(o.UserID), model.OrderStatus.Eq(got.Status)).All(t.Context()))
		expect(t, c.what, err, all, []model.Order{got})
	}
	_, err := request.Change(model.OrderStatus.Set(model.Canceled)).If(model.Created.Eq(o.Created)).Run(t.Context())
	if !errors.Is(err, ddbtable.ErrConditionFailed) || derived(t, e, table.Name(), o.ID) != "201_0000000007" {
		t.Errorf("a facet that If has wrong: %v, %q", err, derived(t, e, table.Name(), o.ID))
	}
}

func updatesOrCreates(t *testing.T, e engine) {
	table := open(t, e, boxes)
	request := table.Update(boxKind.Eq("b"), boxID.Eq("1")).Change(ddbtable.Add(boxTotal, 2)).OrCreate()
	for _, total := range []int{2, 4} {
		got, err := request.Run(t.Context())
		expect(t, "Update", err, got, box{Kind: "b", ID: "1", Total: total})
	}
	_, err := table.Update(boxKind.Eq("b"), boxID.Eq("2")).Change(boxTotal.Set(1)).If(boxTotal.Eq(9)).OrCreate().Run(t.Context())
	refused[box](t, "Update with a condition", err, ddbtable.ErrConditionFailed, nil)

	orders, o := open(t, e, model.Orders), order()
	change := orders.Update(model.OrderID.Eq(o.ID)).Change(model.UserID.Set(o.UserID), model.OrderStatus.Set(model.Completed)).OrCreate()
	if _, err := change.Run(t.Context()); err == nil {
		t.Error("Update does not know a facet of a derived attribute")
	}
	if _, err := change.Change(model.Created.Set(o.Created)).Run(t.Context()); err != nil || derived(t, e, orders.Name(), o.ID) != "201_1428791681" {
		t.Errorf("Update: %v, %q", err, derived(t, e, orders.Name(), o.ID))
	}
}

func leavesIndex(t *testing.T, e engine) {
	table := open(t, e, model.Orders)
	o := order()
	put(t, e, table, o)
	if _, err := table.Update(model.OrderID.Eq(o.ID)).Change(model.Created.Remove()).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	settle(t, e, table.Name())
	n, err := table.Query(model.UserID.Eq(o.UserID)).Count(t.Context())
	if n != 0 || err != nil || derived(t, e, table.Name(), o.ID) != "" {
		t.Errorf("the index has %d items, %v; the derived attribute is %q", n, err, derived(t, e, table.Name(), o.ID))
	}
}
