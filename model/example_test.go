package model_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/google/uuid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
	"example.com/ddb/model"
)

// openExample opens a store in memory. Its orders come an hour apart.
func openExample(ctx context.Context) (store *model.Store, closeStore func()) {
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	now := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	store = model.Open(db.Client(), model.Clock(func() time.Time {
		now = now.Add(time.Hour)
		return now
	}))
	if err := store.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	return store, func() { db.Close() }
}

// An order is placed, completed, and found in its user's history.
func Example() {
	ctx := context.Background()
	db, err := embedded.Open() // in production: dynamodb.NewFromConfig(cfg)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	store := model.Open(db.Client())
	if err := store.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	user, product := uuid.New(), uuid.New()
	order, err := store.CreateOrder(ctx, user, product)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("new order:", order.Status)
	if _, err := store.UpdateStatus(ctx, order.ID, model.Completed); err != nil {
		log.Fatal(err)
	}
	page, err := store.UserOrders(ctx, user, 0, "")
	if err != nil {
		log.Fatal(err)
	}
	for _, o := range page.Items {
		fmt.Println("history:", o.Status)
	}
	// Output:
	// new order: in progress
	// history: completed
}

// A missing order and an unknown status are told apart.
func ExampleStore_UpdateStatus() {
	ctx := context.Background()
	store, closeStore := openExample(ctx)
	defer closeStore()

	_, err := store.UpdateStatus(ctx, uuid.New(), model.Completed)
	fmt.Println(errors.Is(err, ddbtable.ErrNotFound), err)
	_, err = store.UpdateStatus(ctx, uuid.New(), model.Status(102))
	fmt.Println(errors.Is(err, ddbtable.ErrNotFound))
	// Output:
	// true ddbtable: update purchase: item not found
	// false
}

// A history is read page by page; Next is empty on the last one.
func ExampleStore_UserOrders() {
	ctx := context.Background()
	store, closeStore := openExample(ctx)
	defer closeStore()
	user := uuid.New()
	for range 5 {
		if _, err := store.CreateOrder(ctx, user, uuid.New()); err != nil {
			log.Fatal(err)
		}
	}

	for cursor := ""; ; {
		page, err := store.UserOrders(ctx, user, 2, cursor)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("page of", len(page.Items))
		for _, o := range page.Items {
			fmt.Println(" ", o.Created.Format(time.DateTime), o.Status)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	// Output:
	// page of 2
	//   2026-05-04 10:00:00 in progress
	//   2026-05-04 11:00:00 in progress
	// page of 2
	//   2026-05-04 12:00:00 in progress
	//   2026-05-04 13:00:00 in progress
	// page of 1
	//   2026-05-04 14:00:00 in progress
}

// Each status of a product's orders is a query of its own.
func ExampleStore_ProductOrders() {
	ctx := context.Background()
	store, closeStore := openExample(ctx)
	defer closeStore()
	product := uuid.New()
	for _, status := range []model.Status{model.Canceled, model.InProgress, model.Canceled} {
		order, err := store.CreateOrder(ctx, uuid.New(), product)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := store.UpdateStatus(ctx, order.ID, status); err != nil {
			log.Fatal(err)
		}
	}

	for _, status := range []model.Status{model.InProgress, model.Completed, model.Canceled} {
		page, err := store.ProductOrders(ctx, product, status, 10, "")
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(page.Items), status)
	}
	// Output:
	// 1 in progress
	// 0 completed
	// 2 canceled
}

// The query behind a page can be refined: here the newest orders come first.
func ExampleStore_UserQuery() {
	ctx := context.Background()
	store, closeStore := openExample(ctx)
	defer closeStore()
	user := uuid.New()
	for range 3 {
		if _, err := store.CreateOrder(ctx, user, uuid.New()); err != nil {
			log.Fatal(err)
		}
	}

	for order, err := range store.UserQuery(user).Descending().All(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(order.Created.Format(time.TimeOnly))
	}
	// Output:
	// 12:00:00
	// 11:00:00
	// 10:00:00
}

// A query's plan shows what it will read. Explain sends nothing.
func ExampleStore_ProductQuery() {
	store, closeStore := openExample(context.Background())
	defer closeStore()
	product := uuid.MustParse("2d0126e0-92f7-437d-a938-41f95046d502")
	fmt.Println(store.ProductQuery(product, model.InProgress).Explain())
	// Output:
	// query table purchase, index for_product_id
	//   key      product_id = "2d0126e0-92f7-437d-a938-41f95046d502" AND begins_with(order_status_created, "101_")
	//   order    created
}

// A team that needs another request than the store has writes it with the
// definition and the handles.
func ExampleOrders() {
	ctx := context.Background()
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	orders := ddbtable.Open(db.Client(), model.Orders)
	if err := orders.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	user := uuid.MustParse("917d107b-035e-4c02-a06b-343840fee92e")
	week := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	completed := orders.Query(
		model.UserID.Eq(user),
		model.OrderStatus.Eq(model.Completed),
		model.Created.Between(week, week.AddDate(0, 0, 7)))
	fmt.Println(completed.Explain())
	n, err := completed.Count(ctx)
	fmt.Println(n, err)
	// Output:
	// query table purchase, index for_user_id
	//   key      user_id = "917d107b-035e-4c02-a06b-343840fee92e" AND order_status_created BETWEEN "201_1777852800" AND "201_1778457600"
	//   order    created
	// 0 <nil>
}
