package model

import (
	"strconv"
	"time"

	"github.com/google/uuid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/fields"
)

// A Status says where an order stands. Any other value than the three below is
// refused, when it is written and when it is read.
type Status int

// The statuses.
const (
	InProgress Status = 101
	Completed  Status = 201
	Canceled   Status = 301
)

// Valid reports whether s is one of the statuses.
func (s Status) Valid() bool {
	return s == InProgress || s == Completed || s == Canceled
}

func (s Status) String() string {
	switch s {
	case InProgress:
		return "in progress"
	case Completed:
		return "completed"
	case Canceled:
		return "canceled"
	}
	return "unknown status " + strconv.Itoa(int(s))
}

// An Order is one purchase of one product by one user.
type Order struct {
	ID        uuid.UUID `ddb:"order_id,partition"`
	UserID    uuid.UUID `ddb:"user_id,partition=for_user_id"`
	ProductID uuid.UUID `ddb:"product_id,partition=for_product_id"`

	// Created is kept in whole seconds, from 1970 to 2286.
	Created time.Time `ddb:"created,unix"`

	Status Status `ddb:"order_status"`

	// StatusCreated is the sort key of both indexes, "101_1428791681". It is
	// derived: filled on read and ignored on write.
	StatusCreated fields.IntInt `ddb:"order_status_created,sort=for_user_id,sort=for_product_id,from={order_status:3}_{created:10}"`
}

// Orders is the table purchase: an item for each order, an index of each
// user's orders and one of each product's, both by status and then by time.
var Orders = ddbtable.MustDefine[Order]("purchase", ddbtable.Provisioned(1, 1))

// Handles on the attributes of an order, for conditions and changes.
var (
	OrderID     = ddbtable.Attr(func(o *Order) *uuid.UUID { return &o.ID })
	UserID      = ddbtable.Attr(func(o *Order) *uuid.UUID { return &o.UserID })
	ProductID   = ddbtable.Attr(func(o *Order) *uuid.UUID { return &o.ProductID })
	Created     = ddbtable.Attr(func(o *Order) *time.Time { return &o.Created })
	OrderStatus = ddbtable.Attr(func(o *Order) *Status { return &o.Status })
)
