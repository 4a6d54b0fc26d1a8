package guide

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

// A State says where a parcel is.
type State int

const (
	Waiting   State = 1
	OnTheWay  State = 2
	Delivered State = 3
)

// Valid reports whether s is one of the states. ddbtable refuses all others.
func (s State) Valid() bool { return Waiting <= s && s <= Delivered }

// A Parcel is brought by a courier.
type Parcel struct {
	ID      string    `ddb:"id,partition"`
	Courier string    `ddb:"courier,partition=by_courier"`
	State   State     `ddb:"state"`
	Due     time.Time `ddb:"due,unix"`
	Stops   int       `ddb:"stops"`
	Notes   []string  `ddb:"notes,omitzero"`

	// Round sorts a courier's parcels by state and then by time: "2_1767225600".
	Round string `ddb:"round,sort=by_courier,from={state:1}_{due:10}"`
}

var Parcels = ddbtable.MustDefine[Parcel]("parcels")

var (
	ID      = ddbtable.Attr(func(p *Parcel) *string { return &p.ID })
	Courier = ddbtable.Attr(func(p *Parcel) *string { return &p.Courier })
	InState = ddbtable.Attr(func(p *Parcel) *State { return &p.State })
	Due     = ddbtable.Attr(func(p *Parcel) *time.Time { return &p.Due })
	Stops   = ddbtable.Attr(func(p *Parcel) *int { return &p.Stops })
	Notes   = ddbtable.Attr(func(p *Parcel) *[]string { return &p.Notes })
)

// newYear is when the first parcel of the examples is due.
var newYear = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// An office is a table of parcels on an engine of its own.
type office struct {
	db      *embedded.DB
	client  *dynamodb.Client
	parcels *ddbtable.Table[Parcel]
}

// openOffice makes a table with four parcels of one courier, an hour apart.
func openOffice(ctx context.Context) *office {
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	o := &office{db: db, client: db.Client()}
	o.parcels = ddbtable.Open(o.client, Parcels)
	if err := o.parcels.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	for i, state := range []State{Waiting, OnTheWay, OnTheWay, Delivered} {
		p := Parcel{
			ID:      fmt.Sprint("p", i+1),
			Courier: "blue van",
			State:   state,
			Due:     newYear.Add(time.Duration(i) * time.Hour),
		}
		if _, err := o.parcels.Create(p).Run(ctx); err != nil {
			log.Fatal(err)
		}
	}
	return o
}

func (o *office) close() { o.db.Close() }

// show prints parcels, or what went wrong.
func show(parcels []Parcel, err error) {
	for _, p := range parcels {
		fmt.Println(p.ID, p.State, p.Due.Format(time.TimeOnly))
	}
	if err != nil {
		fmt.Println(err)
	}
}

// lines prints the mistakes of an error, each on a line.
func lines(err error) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		fmt.Println(err)
		return
	}
	for _, e := range joined.Unwrap() {
		lines(e)
	}
}
