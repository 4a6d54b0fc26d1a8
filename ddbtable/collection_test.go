package ddbtable_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
)

// A ledger is the types of one table whose keys begin alike, so that only the
// discriminator tells them apart.
type (
	account struct {
		_     struct{}  `ddb:"pk,partition,from=BANK#{bank}"`
		_     struct{}  `ddb:"sk,sort,from=ACC#{id}"`
		_     struct{}  `ddb:"type,discriminator,from=account"`
		Bank  string    `ddb:"bank,partition=by_bank"`
		ID    string    `ddb:"id"`
		State string    `ddb:"state"`
		Until time.Time `ddb:"until,unix,ttl,omitzero"`
	}
	booking struct {
		_       struct{}  `ddb:"pk,partition,from=BANK#{bank}"`
		_       struct{}  `ddb:"sk,sort,from=ACC#{account}#BOOKING#{number:4}"`
		_       struct{}  `ddb:"type,discriminator,from=booking"`
		Bank    string    `ddb:"bank"`
		Account string    `ddb:"account"`
		Number  int       `ddb:"number"`
		Day     string    `ddb:"day,partition=by_day"`
		Until   time.Time `ddb:"until,unix,ttl,omitzero"`
	}
)

var (
	accountState = ddbtable.Attr(func(a *account) *string { return &a.State })
	accountBank  = ddbtable.Attr(func(a *account) *string { return &a.Bank })
	accountID    = ddbtable.Attr(func(a *account) *string { return &a.ID })

	bookingBank    = ddbtable.Attr(func(b *booking) *string { return &b.Bank })
	bookingAccount = ddbtable.Attr(func(b *booking) *string { return &b.Account })
	bookingNumber  = ddbtable.Attr(func(b *booking) *int { return &b.Number })
	bookingDay     = ddbtable.Attr(func(b *booking) *string { return &b.Day })

	accounts = ddbtable.MustDefine[account]("ledger", ddbtable.SoftDelete(accountState, "open", "closed"))
	bookings = ddbtable.MustDefine[booking]("ledger", ddbtable.KeysOnly("by_day"))
	ledger   = ddbtable.MustUnite(accounts, bookings)
)

// openLedger gives the table of all types and those of each, with two accounts
// of two bookings.
func openLedger(t *testing.T, options ...ddbtable.Option) (*ddbtable.Table[any], *ddbtable.Table[account], *ddbtable.Table[booking], *dynamodb.Client) {
	t.Helper()
	client := ddbtest.Client(t)
	all := ddbtest.Table(t, client, ledger, options...)
	options = append(options, ddbtable.TableName(all.Name()))
	a, b := ddbtable.Open(client, accounts, options...), ddbtable.Open(client, bookings, options...)
	for _, id := range []string{"1", "2"} {
		put(t, a, account{Bank: "b", ID: id, State: "open"})
		put(t, b, booking{Bank: "b", Account: id, Number: 1, Day: "mon"}, booking{Bank: "b", Account: id, Number: 2, Day: "tue"})
	}
	return all, a, b, client
}

// told is an item in a word.
func told(item any) string {
	switch v := item.(type) {
	case account:
		return "account " + v.ID
	case booking:
		return fmt.Sprintf("booking %s/%d", v.Account, v.Number)
	}
	return fmt.Sprintf("%T", item)
}

func tellAll(t *testing.T, q ddbtable.Query[any]) []string {
	t.Helper()
	var got []string
	for item, err := range q.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, told(item))
	}
	return got
}

func TestCollectionIsReadInKeyOrderAsGoTypes(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		all, _, _, _ := openLedger(t, options...)
		inOrder := []string{"account 1", "booking 1/1", "booking 1/2", "account 2", "booking 2/1", "booking 2/2"}
		expect(t, "by an account's handle", tellAll(t, all.Query(ddbtable.Of(accountBank.Eq("b")))), inOrder)
		expect(t, "by a booking's handle", tellAll(t, all.Query(ddbtable.Of(bookingBank.Eq("b")))), inOrder)
		expect(t, "by a condition on the sort key",
			tellAll(t, all.Query(ddbtable.Of(bookingBank.Eq("b")), ddbtable.Of(bookingAccount.Eq("2")), ddbtable.Of(bookingNumber.Ge(2)))),
			[]string{"booking 2/2"})
		expect(t, "with a filter",
			tellAll(t, all.Query(ddbtable.Of(accountBank.Eq("b"))).Filter(ddbtable.Of(bookingNumber.Eq(1)))),
			[]string{"booking 1/1", "booking 2/1"})
		expect(t, "another bank", tellAll(t, all.Query(ddbtable.Of(accountBank.Eq("c")))), []string(nil))

		n, err := all.Query(ddbtable.Of(accountBank.Eq("b"))).Count(t.Context())
		if n != 6 || err != nil {
			t.Errorf("Count: %d, %v", n, err)
		}
		n, err = all.Scan().Count(t.Context())
		if n != 6 || err != nil {
			t.Errorf("Count of the scan: %d, %v", n, err)
		}
	})
}

func TestCollectionHasExactPagesBothWays(t *testing.T) {
	all, _, _, _ := openLedger(t)
	q := all.Query(ddbtable.Of(accountBank.Eq("b"))).Descending()
	var got []string
	cursor, last := "", ""
	for {
		page, err := q.Page(t.Context(), 4, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			got = append(got, told(item))
		}
		got = append(got, "|")
		if page.Next == "" {
			last = page.Prev
			break
		}
		cursor = page.Next
	}
	expect(t, "pages", got, []string{"booking 2/2", "booking 2/1", "account 2", "booking 1/2", "|", "booking 1/1", "account 1", "|"})
	back, err := q.Page(t.Context(), 2, last)
	if err != nil || len(back.Items) != 2 || told(back.Items[0]) != "account 2" {
		t.Errorf("the page before: %v, %v", back.Items, err)
	}
}

func TestTypedReadsNeverReturnAnotherType(t *testing.T) {
	all, a, b, _ := openLedger(t)
	got, err := ddbtable.Collect(a.Query(accountBank.Eq("b")).All(t.Context()))
	if err != nil || len(got) != 2 {
		t.Errorf("accounts: %+v, %v", got, err)
	}
	page, err := a.Query(accountBank.Eq("b")).Page(t.Context(), 2, "")
	if err != nil || len(page.Items) != 2 || page.Next != "" {
		t.Errorf("page of accounts: %+v, %v", page, err)
	}
	scanned, err := ddbtable.Collect(b.Scan().All(t.Context()))
	if err != nil || len(scanned) != 4 {
		t.Errorf("bookings: %+v, %v", scanned, err)
	}
	// The key of booking 1/1, asked for as an account.
	v, err := a.Get(t.Context(), accountBank.Eq("b"), accountID.Eq("1#BOOKING#0001"))
	if !errors.Is(err, ddbtable.ErrNotFound) {
		t.Errorf("Get: %+v, %v", v, err)
	}
	if _, err := a.Put(account{Bank: "b", ID: "1#BOOKING#0001"}).Run(t.Context()); !errors.Is(err, ddbtable.ErrConditionFailed) {
		t.Errorf("Put over an item of another type: %v", err)
	}
	expect(t, "the table", len(tellAll(t, all.Query(ddbtable.Of(accountBank.Eq("b"))))), 6)
}

func TestUnknownTypeIsAnErrorOrSkipped(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		all, _, _, client := openLedger(t, options...)
		name := all.Name()
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: "BANK#b"}, "sk": &types.AttributeValueMemberS{Value: "ACC#1#X"},
			"type": &types.AttributeValueMemberS{Value: "card"},
		}})
		if err != nil {
			t.Fatal(err)
		}
		q := all.Query(ddbtable.Of(accountBank.Eq("b")))
		got, err := ddbtable.Collect(q.All(t.Context()))
		bad, ok := errors.AsType[*ddbtable.ItemError](err)
		if !errors.Is(err, ddbtable.ErrUnknownType) || !ok || bad.Attribute != "type" || len(bad.Key) != 2 || len(got) != 3 {
			t.Errorf("got %v, %v", got, err)
		}
		skipped := 0
		q = q.OnBadItem(func(e *ddbtable.ItemError) error { skipped++; return nil })
		if n := len(tellAll(t, q)); n != 6 || skipped != 1 {
			t.Errorf("%d items, %d skipped", n, skipped)
		}
	})
}

func TestCollectionHidesDeletedAndExpiredItems(t *testing.T) {
	all, a, b, _ := openLedger(t)
	if _, err := a.Delete(accountBank.Eq("b"), accountID.Eq("1")).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(t, b, booking{Bank: "b", Account: "1", Number: 1, Day: "mon", Until: time.Unix(1, 0)})
	q := ddbtable.Of(accountBank.Eq("b"))
	expect(t, "deleted", tellAll(t, all.Query(q))[0], "booking 1/1")
	expect(t, "with deleted", tellAll(t, all.WithDeleted().Query(q))[0], "account 1")
	expect(t, "expired", tellAll(t, all.HideExpired().Query(q))[0], "booking 1/2")
	if n, err := all.Query(q).Count(t.Context()); n != 5 || err != nil {
		t.Errorf("Count: %d, %v", n, err)
	}
}

// What was deleted counts for no page, however much of it there is.
func TestPageOfACollectionPassesOverManyDeletedItems(t *testing.T) {
	all, r := recorded(t, ledger)
	a := ddbtable.Open(r.client, accounts, ddbtable.TableName(all.Name()))
	put(t, a, account{Bank: "b", ID: "0", State: "open"})
	closed := func(yield func(account) bool) {
		for i := range 500 {
			if !yield(account{Bank: "b", ID: fmt.Sprintf("1%03d", i), State: "closed"}) {
				return
			}
		}
	}
	if err := a.PutAll(closed).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.sent()
	page, err := all.Query(ddbtable.Of(accountBank.Eq("b"))).Page(t.Context(), 1, "")
	if err != nil || len(page.Items) != 1 || page.Next != "" {
		t.Fatal(page, err)
	}
	if n := len(r.sent()); n > 10 { // in steps of 2, 4, 8 …
		t.Errorf("the page took %d requests", n)
	}
}

func TestCollectionsRefusals(t *testing.T) {
	all, _, _, _ := openLedger(t)
	bank := ddbtable.Of(accountBank.Eq("b"))
	stranger := ddbtable.Of(ddbtable.Attr(func(o *Invoice) *string { return &o.Customer }).Eq("x"))
	for _, test := range []struct {
		name string
		run  func(context.Context) error
		want string
	}{
		{"no condition", func(ctx context.Context) error { return last(all.Query().All(ctx)) }, "has no key condition; give the partition key"},
		{"two types", func(ctx context.Context) error {
			return last(all.Query(bank, ddbtable.Of(bookingAccount.Eq("1"))).All(ctx))
		}, "are on attributes of two types"},
		{"strange type", func(ctx context.Context) error { return last(all.Query(stranger).All(ctx)) }, "Invoice, which is not in the collection"},
		{"index of keys", func(ctx context.Context) error {
			return last(all.Query(ddbtable.Of(bookingDay.Eq("mon"))).All(ctx))
		}, "index by_day does not project type, "},
		{"no such index", func(ctx context.Context) error { return last(all.Query(bank).Via("by_night").All(ctx)) }, "no index by_night"},
		{"Get", func(ctx context.Context) error { _, err := all.Get(ctx); return err }, "open the definition of the item's type"},
		{"Put", func(ctx context.Context) error { _, err := all.Put(account{}).Run(ctx); return err }, "open the definition of the item's type"},
		{"PutAll", func(ctx context.Context) error {
			return all.PutAll(func(yield func(any) bool) { yield(account{}) }).Run(ctx)
		}, "open the definition of the item's type"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := test.run(t.Context()); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v\nwant …%s…", err, test.want)
			}
		})
	}
}

// last is the error of a sequence.
func last[T any](seq func(func(T, error) bool)) (err error) {
	for _, e := range seq {
		err = e
	}
	return err
}

// What Unite refuses.
type (
	otherKey struct {
		_  struct{} `ddb:"type,discriminator,from=other"`
		PK int      `ddb:"pk,partition"`
		SK string   `ddb:"sk,sort"`
	}
	sameName struct {
		_     struct{}  `ddb:"type,discriminator,from=account"`
		PK    string    `ddb:"pk,partition"`
		SK    string    `ddb:"sk,sort"`
		Day   int       `ddb:"day"`
		Until time.Time `ddb:"expires,unix,ttl"`
	}
	noType struct {
		PK   string `ddb:"pk,partition"`
		SK   string `ddb:"sk,sort"`
		Bank string `ddb:"bank,partition=by_bank,sort=by_day"`
		Day  string `ddb:"day,partition=by_day"`
	}
	elsewhere struct {
		_  struct{} `ddb:"what,discriminator,from=elsewhere"`
		PK string   `ddb:"pk,partition"`
		SK string   `ddb:"sk,sort"`
	}
)

func TestUniteTellsAllMistakes(t *testing.T) {
	_, err := ddbtable.Unite(accounts, bookings, nil,
		ddbtable.MustDefine[otherKey]("ledger"),
		ddbtable.MustDefine[sameName]("ledger"),
		ddbtable.MustDefine[noType]("ledger", ddbtable.Provisioned(1, 1)),
		ddbtable.MustDefine[elsewhere]("ledgers"),
	)
	g := golden{path: "testdata/unite.golden"}
	g.add("mistakes", err.Error())
	g.check(t)
	if _, err := ddbtable.Unite(); err == nil {
		t.Error("no definitions: no error")
	}
	if _, err := ddbtable.Unite(new(ddbtable.Definition[account])); err == nil {
		t.Error("zero definition: no error")
	}
}

func TestCreateTableMakesTheIndexesOfAllTypes(t *testing.T) {
	all, _, _, client := openLedger(t)
	name := all.Name()
	out, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range out.Table.GlobalSecondaryIndexes {
		got = append(got, *x.IndexName+" "+string(x.Projection.ProjectionType))
	}
	if strings.Join(got, ", ") != "by_bank ALL, by_day KEYS_ONLY" && strings.Join(got, ", ") != "by_day KEYS_ONLY, by_bank ALL" {
		t.Errorf("indexes: %s", got)
	}
}

// In on the attributes of one type makes several ranges, in which items of the
// others lie too; pages and cursors are exact over all of them.
func TestRangesOverACollection(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		all, a, b, _ := openLedger(t, options...)
		put(t, a, account{Bank: "b", ID: "1#BOOKING#0002x", State: "open"}) // lies within the bookings of account 1
		put(t, b, booking{Bank: "b", Account: "1", Number: 3, Day: "wed"})
		in := []ddbtable.Cond[any]{ddbtable.Of(bookingBank.Eq("b")), ddbtable.Of(bookingAccount.In("2", "1")), ddbtable.Of(bookingNumber.Between(1, 2))}
		want := []string{"booking 1/1", "booking 1/2", "booking 2/1", "booking 2/2"}
		wider := append(in[:2:2], ddbtable.Of(bookingNumber.Ge(2)))
		wantWider := []string{"booking 1/2", "account 1#BOOKING#0002x", "booking 1/3", "booking 2/2"}
		for name, test := range map[string]struct {
			q    ddbtable.Query[any]
			want []string
		}{
			"between":    {all.Query(in...), want},
			"from":       {all.Query(wider...), wantWider},
			"descending": {all.Query(wider...).Descending(), []string{"booking 2/2", "booking 1/3", "account 1#BOOKING#0002x", "booking 1/2"}},
			"with And":   {all.Query(ddbtable.And(wider...)), wantWider},
			"nothing":    {all.Query(append(in, ddbtable.Of(bookingNumber.Gt(2)))...), nil},
		} {
			expect(t, name, tellAll(t, test.q), test.want)
			if n, err := test.q.Count(t.Context()); n != len(test.want) || err != nil {
				t.Errorf("%s: Count: %d, %v", name, n, err)
			}
			for _, size := range []int{1, 3} {
				var got []string
				for cursor, first := "", true; first || cursor != ""; first = false {
					page, err := test.q.Page(t.Context(), size, cursor)
					if err != nil {
						t.Fatal(err)
					}
					for _, item := range page.Items {
						got = append(got, told(item))
					}
					if page.Prev != "" {
						back, err := test.q.Page(t.Context(), size, page.Prev)
						if err != nil || told(back.Items[len(back.Items)-1]) != got[len(got)-len(page.Items)-1] {
							t.Errorf("%s: the page before: %v, %v", name, back.Items, err)
						}
					}
					cursor = page.Next
				}
				expect(t, fmt.Sprint(name, " in pages of ", size), got, test.want)
			}
		}
	})
}

// What is not made as it should be is told before anything is sent.
func TestZeroValuesOfCollections(t *testing.T) {
	all, _, _, client := openLedger(t)
	bank := ddbtable.Of(accountBank.Eq("b"))
	var none *ddbtable.Definition[any]
	for name, test := range map[string]struct {
		run  func(context.Context) error
		want string
	}{
		"no definition": {func(ctx context.Context) error { return last(ddbtable.Open(client, none).Query(bank).All(ctx)) }, "definition is nil or the zero value"},
		"zero definition": {func(ctx context.Context) error {
			return ddbtable.Open(client, new(ddbtable.Definition[any])).CreateTable(ctx)
		}, "definition is nil or the zero value"},
		"zero table":  {func(ctx context.Context) error { return last(new(ddbtable.Table[any]).Query(bank).All(ctx)) }, "the zero value of a table or a request sends nothing"},
		"no table":    {func(ctx context.Context) error { return last((*ddbtable.Table[any])(nil).Scan().All(ctx)) }, "the zero value of a table or a request sends nothing"},
		"zero query":  {func(ctx context.Context) error { return last(ddbtable.Query[any]{}.All(ctx)) }, "the zero value of a table or a request sends nothing"},
		"no client":   {func(ctx context.Context) error { return ddbtable.Open(nil, ledger).CreateTable(ctx) }, "client is nil"},
		"zero client": {func(ctx context.Context) error { return ddbtable.Open(new(dynamodb.Client), ledger).CreateTable(ctx) }, "client is nil or zero"},
		"zero client, SDK types": {func(ctx context.Context) error {
			return last(ddbtable.Open(new(dynamodb.Client), ledger, ddbtable.SDKTypes()).Query(bank).All(ctx))
		}, "client is nil or zero"},
		"no condition in Of": {func(ctx context.Context) error { return last(all.Query(ddbtable.Of[account](nil)).All(ctx)) }, "a condition is nil"},
		"no condition":       {func(ctx context.Context) error { return last(all.Query(bank, nil).All(ctx)) }, "a condition is nil"},
		"zero equality": {func(ctx context.Context) error {
			return last(all.Query(ddbtable.Of[account](ddbtable.Equality[account]{})).All(ctx))
		}, "a condition is nil"},
		"zero handle": {func(ctx context.Context) error {
			return last(all.Query(ddbtable.Of(ddbtable.Attribute[account, string]{}.Eq("x"))).All(ctx))
		}, "handle is the zero Attribute"},
		"no attribute to order by": {func(ctx context.Context) error { return last(all.Query(bank).OrderBy(nil).All(ctx)) }, "a handle is nil"},
		"no attributes to read":    {func(ctx context.Context) error { return last(all.Query(bank).Project().All(ctx)) }, "Project has no attributes"},
		"a collection of itself":   {func(context.Context) error { return err1(ddbtable.Unite(accounts, ledger)) }, "is made by Unite itself; give Unite the definitions of all types at once"},
		"no type":                  {func(context.Context) error { return err1(ddbtable.Unite((*ddbtable.Definition[account])(nil))) }, "definition is nil or the zero value"},
		"foreign item":             {func(ctx context.Context) error { return err1(all.Put(7).Run(ctx)) }, "open the definition of the item's type"},
		"no item":                  {func(ctx context.Context) error { return err1(all.Create(nil).Run(ctx)) }, "open the definition of the item's type"},
		"no key":                   {func(ctx context.Context) error { return err1(all.Delete().Run(ctx)) }, "open the definition of the item's type"},
		"no change":                {func(ctx context.Context) error { return err1(all.Update().Run(ctx)) }, "update has no changes"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := test.run(t.Context()); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v\nwant …%s…", err, test.want)
			}
		})
	}
}
