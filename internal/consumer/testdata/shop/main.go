// Shop is a program of another team: it has a table of its own, takes orders
// with package model, and asks the orders something that the model does not.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/google/uuid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
	"example.com/ddb/model"
)

// A Stock says how many pieces of a product are left.
type Stock struct {
	Product uuid.UUID `ddb:"product_id,partition"`
	Left    int       `ddb:"left"`
}

var (
	Stocks  = ddbtable.MustDefine[Stock]("stock")
	Product = ddbtable.Attr(func(s *Stock) *uuid.UUID { return &s.Product })
	Left    = ddbtable.Attr(func(s *Stock) *int { return &s.Left })
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	db, err := embedded.Open()
	if err != nil {
		return err
	}
	defer db.Close()
	client := db.Client()
	stocks, orders := ddbtable.Open(client, Stocks), model.Open(client)
	if err := errors.Join(stocks.CreateTable(ctx), orders.CreateTable(ctx)); err != nil {
		return err
	}
	user, product := uuid.New(), uuid.New()
	if _, err := stocks.Create(Stock{Product: product, Left: 2}).Run(ctx); err != nil {
		return err
	}
	for {
		stock, err := stocks.Update(Product.Eq(product)).Change(ddbtable.Add(Left, -1)).If(Left.Ge(1)).Run(ctx)
		if errors.Is(err, ddbtable.ErrConditionFailed) {
			fmt.Println("sold out")
			break
		}
		if err != nil {
			return err
		}
		order, err := orders.CreateOrder(ctx, user, product)
		if err != nil {
			return err
		}
		fmt.Println(order.Status, stock.Left)
	}
	canceled, err := ddbtable.Open(client, model.Orders).
		Query(model.UserID.Eq(user), model.OrderStatus.Eq(model.Canceled)).
		Count(ctx)
	fmt.Println("canceled", canceled)
	return err
}
