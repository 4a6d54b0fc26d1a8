package shop

type Order[T any] struct{} // want `exported Order has no doc comment; say what its signature cannot: unit, cost, failure`

func (Order[T]) Total() int     { return 0 } // want `exported Total`
func (o *Order[T]) Count() int  { return 0 } // want `exported Count`
func (Order[T]) Error() string  { return "" }
func (Order[T]) String() string { return "" }
func (Order[T]) Unwrap() error  { return nil }

// A Cart holds orders.
type Cart struct{}

type (
	// Price is in cents.
	Price int
	Left  int // want `exported Left`
)

// Statuses of an order.
const (
	Open = iota
	Closed
)

const (
	Red  = 1 // the colour of an overdue order
	Blue = /* want `exported Blue` */ 2
)

var Limit, _ = /* want `exported Limit` */ 10, 0

func Load() {} // want `exported Load`

//go:noinline
func Store() {} // want `exported Store`

// Save stores.
func Save() {}

type cart struct{}

func (*cart) Len() int { return 0 }
func private()         {}
