package ddbtable_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

// A Customer is the first item of its partition.
type Customer struct {
	_    struct{} `ddb:"pk,partition,from=CUSTOMER#{customer_id}"`
	_    struct{} `ddb:"sk,sort,from=A#PROFILE"`
	_    struct{} `ddb:"type,discriminator,from=customer"`
	ID   string   `ddb:"customer_id"`
	Name string   `ddb:"name"`
}

// An Invoice lies behind its customer.
type Invoice struct {
	_        struct{}  `ddb:"pk,partition,from=CUSTOMER#{customer_id}"`
	_        struct{}  `ddb:"sk,sort,from=INVOICE#{number:6}"`
	_        struct{}  `ddb:"type,discriminator,from=invoice"`
	Customer string    `ddb:"customer_id"`
	Number   int       `ddb:"number"`
	Cents    int       `ddb:"cents"`
	Due      time.Time `ddb:"due,unix"`
}

var (
	Customers = ddbtable.MustDefine[Customer]("shop")
	Invoices  = ddbtable.MustDefine[Invoice]("shop")
	Shop      = ddbtable.MustUnite(Customers, Invoices)

	CustomerID = ddbtable.Attr(func(c *Customer) *string { return &c.ID })
	BilledTo   = ddbtable.Attr(func(i *Invoice) *string { return &i.Customer })
	Number     = ddbtable.Attr(func(i *Invoice) *int { return &i.Number })
	Cents      = ddbtable.Attr(func(i *Invoice) *int { return &i.Cents })
)

// Two types share a table. Each is written and read through its own definition,
// and all of them are read together through the united one.
func ExampleUnite_collection() {
	ctx := context.Background()
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	client := db.Client()

	shop := ddbtable.Open(client, Shop)
	customers, invoices := ddbtable.Open(client, Customers), ddbtable.Open(client, Invoices)
	if err := shop.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	if _, err := customers.Create(Customer{ID: "c1", Name: "Ada"}).Run(ctx); err != nil {
		log.Fatal(err)
	}
	for n := range 3 {
		i := Invoice{Customer: "c1", Number: n + 1, Cents: 100 * (n + 1), Due: time.Unix(1_800_000_000, 0)}
		if _, err := invoices.Create(i).Run(ctx); err != nil {
			log.Fatal(err)
		}
	}

	for item, err := range shop.Query(ddbtable.Of(CustomerID.Eq("c1"))).All(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		switch v := item.(type) {
		case Customer:
			fmt.Println("customer", v.Name)
		case Invoice:
			fmt.Println("invoice", v.Number, v.Cents)
		}
	}

	// A query of one type never returns an item of another.
	latest, err := invoices.Query(BilledTo.Eq("c1")).Descending().Page(ctx, 1, "")
	fmt.Println("latest", latest.Items[0].Number, err)
	// Output:
	// customer Ada
	// invoice 1 100
	// invoice 2 200
	// invoice 3 300
	// latest 3 <nil>
}
