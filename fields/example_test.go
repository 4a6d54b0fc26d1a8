package fields_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"example.com/ddb/fields"
)

// A Ticket is for one seat of a show.
type Ticket struct {
	ID    uuid.UUID      `ddb:"ticket_id,partition"`
	Show  string         `ddb:"show,partition=by_show"`
	Row   int            `ddb:"row"`
	Seat  int            `ddb:"seat"`
	Price fields.Decimal `ddb:"price"`
	Sold  *time.Time     `ddb:"sold,unix"`

	// Place sorts the tickets of a show.
	Place fields.IntInt `ddb:"place,sort=by_show,from={row:2}-{seat:3}"`
}

func ExamplePlanOf() {
	plan, err := fields.PlanOf[Ticket]()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range plan.Fields() {
		fmt.Println(f.Name, f.Kind, len(f.Roles))
	}
	// Output:
	// ticket_id S 1
	// show S 1
	// row N 0
	// seat N 0
	// price N 0
	// sold N 0
	// place S 1
}

// An item in DynamoDB JSON, and back.
func ExamplePlan_AppendJSON() {
	plan, err := fields.PlanOf[Ticket]()
	if err != nil {
		fmt.Println(err)
		return
	}
	ticket := Ticket{ID: uuid.MustParse("f14e47c3-0232-430c-b79c-65b9ab000110"), Show: "Hamlet", Row: 7, Seat: 12, Price: "19.90"}
	json, err := plan.AppendJSON(nil, &ticket)
	fmt.Println(string(json), err)

	var read Ticket
	err = plan.ParseJSON(json, &read)
	fmt.Println(read.Show, read.Place, read.Sold, err)
	// Output:
	// {"ticket_id":{"S":"f14e47c3-0232-430c-b79c-65b9ab000110"},"show":{"S":"Hamlet"},"row":{"N":"7"},"seat":{"N":"12"},"price":{"N":"19.90"},"place":{"S":"07-012"}} <nil>
	// Hamlet 7_12 <nil> <nil>
}

// An item for a call of the SDK, and back.
func ExamplePlan_Marshal() {
	plan, err := fields.PlanOf[Ticket]()
	if err != nil {
		fmt.Println(err)
		return
	}
	ticket := Ticket{ID: uuid.MustParse("f14e47c3-0232-430c-b79c-65b9ab000110"), Show: "Hamlet", Row: 7, Seat: 12, Price: "19.90"}
	item, err := plan.Marshal(&ticket)
	fmt.Println(len(item), err)

	var read Ticket
	err = plan.Unmarshal(item, &read)
	fmt.Println(read.Price, err)

	// A value that does not fit is an error that names the place.
	ticket.Row = 100
	_, err = plan.Marshal(&ticket)
	fmt.Println(err)
	// Output:
	// 6 <nil>
	// 19.90 <nil>
	// fields: fields_test.Ticket.Place: attribute "place": facet {row}: number has more than the 2 digits of its facet in the key template; widen the facet, which changes stored keys
}

// A stored value that does not fit leaves the rest of the item readable.
func ExampleValueError() {
	plan, err := fields.PlanOf[Ticket]()
	if err != nil {
		fmt.Println(err)
		return
	}
	var read Ticket
	err = plan.ParseJSON([]byte(`{"show":{"S":"Hamlet"},"row":{"N":"7.5"}}`), &read)
	if ve, ok := errors.AsType[*fields.ValueError](err); ok {
		fmt.Println(ve.Field, ve.Attribute, read.Show)
		fmt.Println(ve.Err)
	}
	// Output:
	// Row row Hamlet
	// stored number has a fraction; use a float, or the codec decimal on a string
}

// A key that another program wrote without padding is found.
func ExampleErrStale() {
	plan, err := fields.PlanOf[Ticket]()
	if err != nil {
		fmt.Println(err)
		return
	}
	var read Ticket
	err = plan.ParseJSON([]byte(`{"row":{"N":"7"},"seat":{"N":"12"},"place":{"S":"7-12"}}`), &read)
	fmt.Println(errors.Is(err, fields.ErrStale))
	// Output:
	// true
}

// All mistakes of a type are told at once, each with what to do.
func ExampleTagError() {
	type Show struct {
		ID    string    `ddb:"show_id,partion"`
		Start time.Time `ddb:"start,unix"`
		Hall  chan int  `ddb:"hall"`
		Key   string    `ddb:"key,from={day:2}"`
	}
	_, err := fields.PlanOf[Show]()
	for _, mistake := range err.(interface{ Unwrap() []error }).Unwrap() {
		if te, ok := errors.AsType[*fields.TagError](mistake); ok {
			fmt.Printf("%s: %.66s…\n", te.Field, te.Reason)
		}
	}
	// Output:
	// ID: unknown option "partion"; use one of bool, bytes, codec=, createda…
	// Hall: values of Go type chan int cannot be stored; use a supported type,…
	// Key: facet {day}: no field has that attribute name; name an attribute o…
}

// A Celsius is stored as a number of tenths of a degree.
type Celsius float64

func init() {
	fields.Register("", fields.Codec[Celsius]{
		Kind:   fields.N,
		Append: func(dst []byte, c Celsius) ([]byte, error) { return fmt.Appendf(dst, "%.0f", float64(c)*10), nil },
		Parse: func(text []byte) (Celsius, error) {
			var tenths float64
			_, err := fmt.Sscan(string(text), &tenths)
			return Celsius(tenths / 10), err
		},
	})
}

// A codec for a scalar type of the program's own.
func ExampleRegister() {
	type Reading struct {
		Station string  `ddb:"station,partition"`
		Air     Celsius `ddb:"air"`
	}
	plan, err := fields.PlanOf[Reading]()
	if err != nil {
		fmt.Println(err)
		return
	}
	json, err := plan.AppendJSON(nil, &Reading{"north", 21.5})
	fmt.Println(string(json), err)
	var read Reading
	err = plan.ParseJSON(json, &read)
	fmt.Println(read.Air, err)
	// Output:
	// {"station":{"S":"north"},"air":{"N":"215"}} <nil>
	// 21.5 <nil>
}

// A Day is stored as the number 20150411.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

func init() {
	fields.Register("", fields.Via(
		func(d Day) (int, error) { return d.Year*10000 + int(d.Month)*100 + d.Day, nil },
		func(n int) (Day, error) { return Day{n / 10000, time.Month(n / 100 % 100), n % 100}, nil }))
}

// A type that is stored as another one is.
func ExampleVia() {
	type Performance struct {
		Show string `ddb:"show,partition"`
		On   Day    `ddb:"on,sort"`
		Then []Day  `ddb:"then"`
	}
	plan, err := fields.PlanOf[Performance]()
	if err != nil {
		fmt.Println(err)
		return
	}
	json, err := plan.AppendJSON(nil, &Performance{"Hamlet", Day{2015, time.April, 11}, []Day{{2015, time.April, 12}}})
	fmt.Println(string(json), err)
	// Output:
	// {"show":{"S":"Hamlet"},"on":{"N":"20150411"},"then":{"L":[{"N":"20150412"}]}} <nil>
}

func ExampleIntInt() {
	fmt.Println(fields.IntInt{First: 101, Second: 1428791681})
	pair, err := fields.ParseIntInt("101_1428791681")
	fmt.Println(pair.First, pair.Second, err)
	_, err = fields.ParseIntInt("0101_1428791681")
	fmt.Println(err)
	// Output:
	// 101_1428791681
	// 101 1428791681 <nil>
	// stored text is not two integers with an underscore between, in the form 101_1428791681
}

// Every digit of a decimal is kept.
func ExampleDecimal() {
	type Account struct {
		ID      string         `ddb:"id,partition"`
		Balance fields.Decimal `ddb:"balance"`
	}
	plan, err := fields.PlanOf[Account]()
	if err != nil {
		fmt.Println(err)
		return
	}
	json, err := plan.AppendJSON(nil, &Account{"a", "12345678901234567890.123456789"})
	fmt.Println(string(json), err)
	_, err = plan.AppendJSON(nil, &Account{"a", "1.000,00"})
	fmt.Println(err)
	// Output:
	// {"id":{"S":"a"},"balance":{"N":"12345678901234567890.123456789"}} <nil>
	// fields: fields_test.Account.Balance: attribute "balance": decimal text is not a decimal number
}

// What a key template makes is parsed back.
func ExampleTemplate_Parse() {
	plan, err := fields.PlanOf[Ticket]()
	if err != nil {
		fmt.Println(err)
		return
	}
	place := plan.Field("place").Template
	fmt.Println(place.Parse("07-012"))
	fmt.Println(place.Parse("7-12"))
	// Output:
	// [7 12] true
	// [] false
}
