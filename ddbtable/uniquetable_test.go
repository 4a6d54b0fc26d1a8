package ddbtable_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
)

var (
	invoiceDue     = ddbtable.Attr(func(i *Invoice) *time.Time { return &i.Due })
	invoicesUnique = ddbtable.MustDefine[Invoice]("shop", ddbtable.Unique(Cents), ddbtable.Counted(BilledTo))
	shopUnique     = ddbtable.MustUnite(Customers, invoicesUnique)
)

func TestCollectionDoesNotShowGuardItems(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		client := ddbtest.Client(t)
		shop := ddbtest.Table(t, client, shopUnique, options...)
		options = append(options, ddbtable.TableName(shop.Name()))
		invoices := ddbtable.Open(client, invoicesUnique, options...)
		put(t, ddbtable.Open(client, Customers, options...), Customer{ID: "c", Name: "n"})
		put(t, invoices, Invoice{Customer: "c", Number: 1, Cents: 5, Due: time.Unix(1, 0)}, Invoice{Customer: "c", Number: 2, Cents: 6, Due: time.Unix(1, 0)})
		violates(t, "a taken number", errOf(invoices.Create(Invoice{Customer: "d", Number: 3, Cents: 6, Due: time.Unix(1, 0)}).Run(t.Context())), "cents")

		all, err := ddbtable.Collect(shop.Scan().All(t.Context()))
		n, err2 := shop.Scan().Count(t.Context())
		one, err3 := ddbtable.Collect(shop.Query(ddbtable.Of(BilledTo.Eq("c"))).All(t.Context()))
		if err := errors.Join(err, err2, err3); err != nil || len(all) != 3 || n != 3 || len(one) != 3 {
			t.Errorf("the scan has %d items and counts %d, the query has %d, %v", len(all), n, len(one), err)
		}
		if n, err := invoices.Counter(t.Context(), BilledTo.Eq("c")); n != 2 || err != nil {
			t.Errorf("the counter is %d, %v", n, err)
		}
	})
}

func TestStreamsDoNotShowGuardItems(t *testing.T) {
	const event = `{"Records":[
		{"eventName":"INSERT","dynamodb":{"Keys":{"pk":{"S":"ddbtable#count#"},"sk":{"S":"guard"}},"NewImage":{"pk":{"S":"ddbtable#count#"},"sk":{"S":"guard"},"type":{"S":"ddbtable#guard"},"guard_count":{"N":"1"}}}},
		{"eventName":"INSERT","dynamodb":{"Keys":{"pk":{"S":"CUSTOMER#c"},"sk":{"S":"A#PROFILE"}},"NewImage":{"pk":{"S":"CUSTOMER#c"},"sk":{"S":"A#PROFILE"},"type":{"S":"customer"},"customer_id":{"S":"c"},"name":{"S":"n"}}}}]}`
	var got []any
	for r, err := range shopUnique.Records(decodeEvent(t, event)) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, *r.New)
	}
	expect(t, "records of all types", got, []any{Customer{ID: "c", Name: "n"}})
	for r, err := range invoicesUnique.Records(decodeEvent(t, event)) {
		t.Errorf("records of one type: %+v, %v", r, err)
	}
}

func TestDeletedItemKeepsItsValueAndIsNotCounted(t *testing.T) {
	table, r := recorded(t, ddbtable.MustDefine[file]("files", ddbtable.SoftDelete(fileState, "here", "gone"),
		ddbtable.Unique(fileSize), ddbtable.Counted(fileFolder), ddbtable.GuardTable("-guards")))
	ctx := t.Context()
	count := func(what string, want int) {
		t.Helper()
		if n, err := table.Counter(ctx, fileFolder.Eq("d")); n != want || err != nil {
			t.Errorf("%s: the counter is %d, %v, want %d", what, n, err, want)
		}
	}
	put(t, table, file{ID: "a", Folder: "d", State: "here", At: 1, Size: 1}, file{ID: "b", Folder: "d", State: "here", At: 2, Size: 2})
	count("two files", 2)
	old, err := table.Delete(fileID.Eq("a")).Run(ctx)
	if err != nil || old == nil || old.State != "here" {
		t.Fatalf("Delete: %+v, %v", old, err)
	}
	count("after Delete", 1)
	if old, err := table.Delete(fileID.Eq("a")).Run(ctx); old != nil || err != nil {
		t.Errorf("Delete again: %+v, %v", old, err)
	}
	count("after another Delete", 1)
	violates(t, "a deleted item has its value", errOf(table.Create(file{ID: "c", Folder: "d", State: "here", At: 3, Size: 1}).Run(ctx)), "size")
	back, err := table.Restore(fileID.Eq("a")).Run(ctx)
	if err != nil || back.Place != "here#0001" {
		t.Fatalf("Restore: %+v, %v", back, err)
	}
	count("after Restore", 2)
	if err := ddbtable.WriteTransaction(r.client, table.Delete(fileID.Eq("a"))).Run(ctx); err != nil {
		t.Fatal(err)
	}
	count("after a Delete in a transaction", 1)
	if _, err := table.Purge(fileID.Eq("a")).Run(ctx); err != nil {
		t.Fatal(err)
	}
	count("after Purge", 1)
	if _, err := table.Create(file{ID: "c", Folder: "d", State: "here", At: 3, Size: 1}).Run(ctx); err != nil {
		t.Errorf("a purged item leaves its value: %v", err)
	}
	count("in the end", 2)
}

func TestUniqueWithVersions(t *testing.T) {
	table, _ := recorded(t, ddbtable.MustDefine[Chore]("chores", ddbtable.Unique(ChoreDue), ddbtable.GuardTable("-guards")))
	ctx := t.Context()
	first, err := table.Put(Chore{ID: "a", Owner: "o", Due: 1, State: "s"}).Run(ctx)
	if err != nil || first.Version != 1 {
		t.Fatalf("Put of a new item: %+v, %v", first, err)
	}
	second, err := table.Put(Chore{ID: "a", Owner: "o", Due: 2, State: "s", Version: 1}).Run(ctx)
	if err != nil || second.Version != 2 {
		t.Fatalf("Put of the version that was read: %+v, %v", second, err)
	}
	_, err = table.Put(Chore{ID: "a", Owner: "o", Due: 3, State: "s", Version: 1}).Run(ctx)
	if refused, ok := errors.AsType[*ddbtable.ConditionError[Chore]](err); !ok || refused.Old == nil || refused.Old.Version != 2 {
		t.Errorf("Put of an old version: %v", err)
	}
	third, err := table.Update(ChoreID.Eq("a")).Change(ChoreDue.Set(3)).If(ChoreVersion.Eq(2)).Run(ctx)
	if err != nil || third.Version != 3 {
		t.Errorf("Update: %+v, %v", third, err)
	}
	_, err = table.Update(ChoreID.Eq("a")).Change(ChoreDue.Set(4)).Run(ctx)
	if err == nil || !strings.Contains(err.Error(), "give the one that was read") {
		t.Errorf("Update without the version: %v", err)
	}
	sum, err := table.Update(ChoreID.Eq("a")).Change(ddbtable.Add(ChoreDue, 4)).AnyVersion().Run(ctx)
	if err != nil || sum.Due != 7 {
		t.Errorf("Add to a unique value: %+v, %v", sum, err)
	}
	violates(t, "the sum is taken", errOf(table.Create(Chore{ID: "b", Owner: "o", Due: 7, State: "s"}).Run(ctx)), "due")
	if _, err := table.Create(Chore{ID: "b", Owner: "o", Due: 3, State: "s"}).Run(ctx); err != nil {
		t.Errorf("what it was before is free: %v", err)
	}
}

func TestUniqueRefusals(t *testing.T) {
	other := ddbtable.Attr(func(t *ticket) *string { return &t.Note })
	apart := ddbtable.GuardTable("-guards")
	for want, options := range map[string][]ddbtable.DefineOption{
		"has Unique without attributes":                {ddbtable.Unique[Chore](), apart},
		"has Unique: handle is the zero Attribute":     {ddbtable.Unique(ddbtable.Attribute[Chore, int]{}), apart},
		"has Counted with due twice":                   {ddbtable.Counted(ChoreDue, ChoreDue), apart},
		"has Unique of due twice":                      {ddbtable.Unique(ChoreDue), ddbtable.Unique(ChoreDue), apart},
		"has Unique with an attribute of another type": {ddbtable.Unique(other), apart},
		"has Unique with attribute version, which ddb": {ddbtable.Unique(ChoreVersion), apart},
		"has Counted with attribute done of type BOOL": {ddbtable.Counted(ChoreDone), apart},
		"without a discriminator, which hides guard i": {ddbtable.Unique(ChoreDue)},
		"has GuardTable without Unique or Counted":     {apart},
		"has GuardTable twice":                         {ddbtable.Unique(ChoreDue), apart, apart},
		"has GuardTable with \"/x\", which makes no t": {ddbtable.Unique(ChoreDue), ddbtable.GuardTable("/x")},
	} {
		if _, err := ddbtable.Define[Chore]("chores", options...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant …%s…", err, want)
		}
	}
	place := ddbtable.Attr(func(f *file) *string { return &f.Place })
	if _, err := ddbtable.Define[file]("files", ddbtable.Unique(place), apart); err == nil || !strings.Contains(err.Error(), "derived attribute place; name the attributes that it is made from: state, at") {
		t.Errorf("of a derived attribute: %v", err)
	}
	if _, err := ddbtable.Define[account]("ledger", ddbtable.Counted(accountState)); err == nil || !strings.Contains(err.Error(), "TTL attribute: DynamoDB would remove items and leave their guards") {
		t.Errorf("with a TTL attribute: %v", err)
	}
	if _, err := ddbtable.Unite(Customers, ddbtable.MustDefine[Invoice]("shop", ddbtable.Unique(Cents), apart)); err != nil {
		t.Errorf("a collection with a table of guard items: %v", err)
	}

	ctx := t.Context()
	table := ddbtest.Table(t, ddbtest.Client(t), Members)
	for want, err := range map[string]error{
		"PutAll":    table.PutAll(slices.Values([]Member{member("a", "", "b", "c")})).Run(ctx),
		"DeleteAll": table.DeleteAll(slices.Values([]ddbtable.Key[Member]{ddbtable.KeyOf(MemberID.Eq("a"))})).Run(ctx),
	} {
		if err == nil || !strings.Contains(err.Error(), "which a batch cannot keep; use Put, Create and Delete") {
			t.Errorf("%s: %v", want, err)
		}
	}
	for _, write := range []func() error{
		func() error { return errOf(table.Create(member("ddbtable#unique", "", "b", "c")).Run(ctx)) },
		func() error { return errOf(table.Put(member("ddbtable#", "", "b", "c")).Run(ctx)) },
		func() error {
			return errOf(table.Update(MemberID.Eq("ddbtable#")).Change(MemberTeam.Set("t")).OrCreate().Run(ctx))
		},
	} {
		if err := write(); err == nil || !strings.Contains(err.Error(), `begins with "ddbtable#", as those of guard items do`) {
			t.Errorf("a key of guard items: %v", err)
		}
	}
	for _, group := range [][]ddbtable.Equality[Member]{nil, {MemberName.Eq("x")}, {MemberTeam.Eq("a"), MemberTeam.Eq("b")}, {MemberTeam.Eq("a"), MemberName.Eq("b")}} {
		if _, err := table.Counter(ctx, group...); err == nil || !strings.Contains(err.Error(), "no Counted is of exactly these attributes") {
			t.Errorf("Counter: %v", err)
		}
	}
	if _, err := table.Counter(ctx, ddbtable.Equality[Member]{}); err == nil || !strings.Contains(err.Error(), "zero Equality") {
		t.Errorf("Counter of the zero Equality: %v", err)
	}
	long := ddbtable.Open(ddbtest.Client(t), membersApart, ddbtable.TableName(strings.Repeat("x", 250)))
	if _, err := long.Get(ctx, MemberID.Eq("a")); err == nil || !strings.Contains(err.Error(), "the table of guard items has no valid table name") {
		t.Errorf("a name that leaves no room: %v", err)
	}
}

// The bytes of guard items are stored: a change of them would free every value
// that is taken.
func TestGuardItemsAsStored(t *testing.T) {
	client := ddbtest.Client(t)
	stored := func(name string) []string {
		out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &name})
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, i := range out.Items {
			var parts []string
			for attribute, av := range i {
				switch v := av.(type) {
				case *types.AttributeValueMemberS:
					parts = append(parts, attribute+"="+v.Value)
				case *types.AttributeValueMemberN:
					parts = append(parts, attribute+"="+v.Value)
				case *types.AttributeValueMemberM:
					parts = append(parts, fmt.Sprintf("%s of %d", attribute, len(v.Value)))
				}
			}
			slices.Sort(parts)
			if text := strings.Join(parts, " "); strings.Contains(text, "guard") {
				all = append(all, text)
			}
		}
		slices.Sort(all)
		return all
	}
	same := ddbtest.Table(t, client, shopUnique)
	put(t, ddbtable.Open(client, invoicesUnique, ddbtable.TableName(same.Name())), Invoice{Customer: "c", Number: 1, Cents: 5, Due: time.Unix(1, 0)})
	expect(t, "in the same table", stored(same.Name()), []string{
		"guard_count=1 pk=ddbtable#count#invoice#customer_id#6XbGb_wZUh3bNzHd6ObltpEawHMrILCjebrYE3hoGow sk=guard type=ddbtable#guard",
		"guard_owner of 2 pk=ddbtable#unique#invoice#cents#NZr7ypAY-RFDs2X7v3jjD_4n4RJQRvs5WjtTo7C7S0Q sk=guard type=ddbtable#guard",
	})
	apart := ddbtest.Table(t, client, membersApart)
	put(t, apart, member("a", "a@x", "blue", "ada"))
	expect(t, "apart", stored(apart.Name()+"-guards"), []string{
		"guard=ddbtable#count#member#team#8K5UwW1XfrWfY6Nry56ntneB3M4CkBzTWv2cfl45R7I guard_count=1",
		"guard=ddbtable#unique#member#email#5m94XZvPYVfoZpqUFv0ILlZhr76TsLXG4j5JY-KZZ0Q guard_owner of 1",
		"guard=ddbtable#unique#member#team+name#jOTbcDT1h9GNzoIp2aztVaKdrnt2hhKX6mCsCRgauHo guard_owner of 1",
	})
}
