// Package model is the toy store's order table: its orders, how they are
// stored, and what the store does with them. It tracks each order from the
// purchase on, and keeps a user's history and a product's orders in progress
// one query away.
//
// # First program
//
//	store := model.Open(client) // a *dynamodb.Client
//	order, err := store.CreateOrder(ctx, user, product)
//	order, err = store.UpdateStatus(ctx, order.ID, model.Completed)
//	page, err := store.UserOrders(ctx, user, 10, "") // page.Next is the next cursor
//
// A program that needs no more than that imports this package as it is.
//
// # The definition alone
//
// [Orders] describes the table, and the handles such as [UserID] and
// [OrderStatus] its attributes. A team that wants other requests than those of
// [Store] writes them with these and package ddbtable:
//
//	orders := ddbtable.Open(client, model.Orders)
//	order, err := orders.Get(ctx, model.OrderID.Eq(id))
//
// # The table
//
// An order is an item of the table purchase with the partition key order_id.
// The indexes for_user_id and for_product_id hold all orders of a user and of a
// product, sorted by order_status_created, a text such as "101_1428791681" that
// joins status and creation time. It is derived: ddbtable writes it with every
// change of the status.
//
// # Errors and cost
//
// Errors are those of package ddbtable, of type [ddbtable.OpError]. The comment
// of each method gives its cost in requests.
package model
