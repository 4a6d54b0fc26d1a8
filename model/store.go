package model

import (
	"context"
	"time"

	"github.com/google/uuid"

	"example.com/ddb/ddbtable"
)

// DefaultLimit is how many orders a page has if the caller does not say.
const DefaultLimit = 10

// A Store takes and tracks orders. It is immutable and safe for use from any
// number of goroutines.
type Store struct {
	table *ddbtable.Table[Order]
	now   func() time.Time
	newID func() uuid.UUID
}

// An Option configures [Open].
type Option interface{ set(*settings) }

type settings struct {
	table []ddbtable.Option
	now   func() time.Time
	newID func() uuid.UUID
}

type option func(*settings)

func (o option) set(s *settings) { o(s) }

// Clock gives the store its time, [time.Now] by default and if now is nil. Now
// must be safe for concurrent use.
func Clock(now func() time.Time) Option {
	return option(func(s *settings) {
		if now != nil {
			s.now = now
		}
	})
}

// OrderIDs gives the store the IDs of new orders, [uuid.New] by default and if
// next is nil, for tests and for programs that are to be repeatable. Next must
// be safe for concurrent use and never give the same ID twice.
func OrderIDs(next func() uuid.UUID) Option {
	return option(func(s *settings) {
		if next != nil {
			s.newID = next
		}
	})
}

// TableOptions are passed on to [ddbtable.Open]: another table name, say, or
// keys that sign cursors.
func TableOptions(options ...ddbtable.Option) Option {
	return option(func(s *settings) { s.table = append(s.table, options...) })
}

// Open returns the store whose orders the client reads and writes. It sends
// nothing; a mistake in the arguments is reported by every method.
func Open(client ddbtable.Client, options ...Option) *Store {
	s := &settings{now: time.Now, newID: uuid.New}
	for _, o := range options {
		o.set(s)
	}
	return &Store{table: ddbtable.Open(client, Orders, s.table...), now: s.now, newID: s.newID}
}

// Table is the table of the orders, for every request that Store has no method
// for: reading one order, say, or deleting one.
func (s *Store) Table() *ddbtable.Table[Order] { return s.table }

// CreateTable creates the table purchase if there is none, as
// [ddbtable.Table.CreateTable] says.
func (s *Store) CreateTable(ctx context.Context) error { return s.table.CreateTable(ctx) }

// CreateOrder takes an order, which gets a new ID and is in progress. The nil
// UUID is no user and no product: it is a [fields.ValueError].
//
// It costs one PutItem. A new ID is nobody else's, so an attempt whose answer
// got lost is found out: the order is created once.
func (s *Store) CreateOrder(ctx context.Context, user, product uuid.UUID) (Order, error) {
	return s.table.Create(Order{
		ID:        s.newID(),
		UserID:    user,
		ProductID: product,
		Created:   s.now().Truncate(time.Second),
		Status:    InProgress,
	}).Idempotent().Run(ctx)
}

// UpdateStatus moves an order to a status, in both indexes too, and returns it
// as it is then. An order that has the status already is no error. A missing
// one is [ddbtable.ErrNotFound], and is not created; an unknown status is a
// [fields.ValueError], and sends nothing.
//
// It costs one consistent GetItem, for the creation time that the indexes sort
// by, and one UpdateItem.
func (s *Store) UpdateStatus(ctx context.Context, order uuid.UUID, status Status) (Order, error) {
	return s.table.Update(OrderID.Eq(order)).
		Change(OrderStatus.Set(status)).
		Idempotent().
		Run(ctx)
}

// UserOrders returns a page of a user's orders, first those in progress and
// then those completed, each from the oldest to the newest; canceled ones are
// left out. A limit of 0 means [DefaultLimit]. The empty cursor is the first
// page, and Next of a page is the cursor of the one that follows.
//
// It costs one Query of the index for_user_id, which lags a moment behind
// writes. A cursor of something else is [ddbtable.ErrBadCursor].
func (s *Store) UserOrders(ctx context.Context, user uuid.UUID, limit int, cursor string) (ddbtable.Page[Order], error) {
	return s.UserQuery(user).Page(ctx, orDefault(limit), cursor)
}

// ProductOrders returns a page of a product's orders with a status, from the
// oldest to the newest. Limit, cursor and cost are as in [Store.UserOrders],
// with the index for_product_id; an unknown status is a [fields.ValueError].
func (s *Store) ProductOrders(ctx context.Context, product uuid.UUID, status Status, limit int, cursor string) (ddbtable.Page[Order], error) {
	return s.ProductQuery(product, status).Page(ctx, orDefault(limit), cursor)
}

func orDefault(limit int) int {
	if limit == 0 {
		return DefaultLimit
	}
	return limit
}

// UserQuery is the query that UserOrders reads a page of: to range over all of
// a user's orders, to count them, to turn the order, to pass over a damaged
// item, to see the plan. It sends nothing.
func (s *Store) UserQuery(user uuid.UUID) ddbtable.Query[Order] {
	return s.table.Query(UserID.Eq(user), OrderStatus.Between(InProgress, Completed))
}

// ProductQuery is the query that ProductOrders reads a page of, as
// [Store.UserQuery] is.
func (s *Store) ProductQuery(product uuid.UUID, status Status) ddbtable.Query[Order] {
	return s.table.Query(ProductID.Eq(product), OrderStatus.Eq(status))
}
