package guide

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable"
	"example.com/ddb/fields"
)

func Example_mistakes() {
	type Basket struct {
		ID    string   `ddb:"id,partion"`
		Buyer string   `ddb:"buyer"`
		Items []string `ddb:"buyer,set"`
		Total complex128
	}
	_, err := ddbtable.Define[Basket]("baskets")
	lines(err)
	// Output:
	// fields: guide.Basket.ID: tag `ddb:"id,partion"`: unknown option "partion"; use one of bool, bytes, codec=, createdat, decimal, discriminator, float, from=, int, int_int, json, list, local=, map, omitzero, partition, partition=, set, sort, sort=, string, time, truncate, ttl, uint, unix, unixmilli, updatedat, uuid, version, writeid
	// fields: guide.Basket.Items: tag `ddb:"buyer,set"`: attribute name "buyer" is also that of field Buyer; rename one
	// fields: guide.Basket.Total: field has no ddb tag; add `ddb:"name"` with its attribute name, or `ddb:"-"` to leave it out
}

// One table may hold items of several Go types, each with a definition of its
// own. Literals in the key templates keep them apart.
type Invoice struct {
	_ struct{} `ddb:"pk,partition,from=CUSTOMER#{customer}"`
	_ struct{} `ddb:"sk,sort,from=INVOICE#{issued:10}"`

	Customer string    `ddb:"customer"`
	Issued   time.Time `ddb:"issued,unix"`
	Cents    int64     `ddb:"cents"`
}

var (
	Invoices = ddbtable.MustDefine[Invoice]("billing")
	Customer = ddbtable.Attr(func(i *Invoice) *string { return &i.Customer })
	Issued   = ddbtable.Attr(func(i *Invoice) *time.Time { return &i.Issued })
)

func Example_blankFields() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	client := office.client

	invoices := ddbtable.Open(client, Invoices)
	if err := invoices.CreateTable(ctx); err != nil {
		fmt.Println(err)
		return
	}
	for i := range 3 {
		invoice := Invoice{Customer: "c7", Issued: newYear.AddDate(0, i, 0), Cents: 100}
		if _, err := invoices.Create(invoice).Run(ctx); err != nil {
			fmt.Println(err)
			return
		}
	}

	march := newYear.AddDate(0, 2, 0)
	spring := invoices.Query(Customer.Eq("c7"), Issued.Between(march, march.AddDate(0, 3, 0)))
	fmt.Println(spring.Explain())
	fmt.Println(spring.Count(ctx))
	// Output:
	// query table billing
	//   key      pk = "CUSTOMER#c7" AND sk BETWEEN "INVOICE#1772323200" AND "INVOICE#1780272000"
	//   order    issued
	// 1 <nil>
}

// A Host is stored with a codec of its own.
type Host struct {
	Address netip.Prefix `ddb:"address,partition"`
	Seen    Day          `ddb:"seen"`
}

// A Day is stored as a number such as 20260101.
type Day struct{ Year, Month, Day int }

func init() {
	fields.Register("", fields.Via(
		func(d Day) (int, error) { return d.Year*10000 + d.Month*100 + d.Day, nil },
		func(n int) (Day, error) { return Day{n / 10000, n / 100 % 100, n % 100}, nil },
	))
}

func Example_codec() {
	plan, err := fields.PlanOf[Host]()
	if err != nil {
		fmt.Println(err)
		return
	}
	json, err := plan.AppendJSON(nil, &Host{netip.MustParsePrefix("10.0.0.0/8"), Day{2026, 1, 1}})
	fmt.Println(string(json), err)
	// Output:
	// {"address":{"S":"10.0.0.0/8"},"seen":{"N":"20260101"}} <nil>
}

// open is how a service opens its table in production.
func open(client *dynamodb.Client, stage string, cursorKey []byte) *ddbtable.Table[Parcel] {
	return ddbtable.Open(client, Parcels,
		ddbtable.TableName("parcels-"+stage),
		ddbtable.CursorKeys(cursorKey))
}

func Example_options() {
	fmt.Println(open(nil, "test", make([]byte, 32)).Name())
	// Output:
	// parcels-test
}
