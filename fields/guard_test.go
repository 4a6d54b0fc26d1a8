package fields_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"example.com/ddb/fields"
)

// A flat is an item of scalars, of which two are strings.
type flat struct {
	ID      uuid.UUID      `ddb:"id,partition"`
	Name    string         `ddb:"name,partition=by_name"`
	Dec     fields.Decimal `ddb:"dec"`
	Count   int32          `ddb:"count"`
	Big     uint64         `ddb:"big"`
	Ratio   float64        `ddb:"ratio"`
	On      bool           `ddb:"on"`
	At      time.Time      `ddb:"at,unix"`
	Exactly time.Time      `ddb:"exactly"`
	Level   Level          `ddb:"level"`
	Zero    int            `ddb:"zero,omitzero"`
	Pair    fields.IntInt  `ddb:"pair"`
	Key     fields.IntInt  `ddb:"key,sort=by_name,from={level:3}_{at:10}"`
}

var flatItem = flat{
	ID: uuid.UUID{1}, Name: `Ann "A" Other`, Dec: "12.50", Count: -7, Big: 1 << 63, Ratio: 0.25, On: true, At: time.Unix(1428791681, 0).UTC(),
	Exactly: time.Date(2015, 4, 11, 22, 34, 41, 120, time.UTC), Level: 3, Pair: fields.IntInt{First: 1, Second: -2}, Key: fields.IntInt{First: 3, Second: 1428791681},
}

var order = purchase{
	ID: uuid.UUID{1}, UserID: uuid.UUID{2}, ProductID: uuid.UUID{3}, Created: time.Unix(1428791681, 0).UTC(), Status: 101,
	StatusCreated: fields.IntInt{First: 101, Second: 1428791681},
}

func allocs[T any](t *testing.T, what string, most float64, v T, f func(plan *fields.Plan[T], v *T, text []byte) error) {
	t.Helper()
	plan := planOf[T](t)
	text, err := plan.AppendJSON(nil, &v)
	if err != nil {
		t.Fatal(err)
	}
	got := testing.AllocsPerRun(200, func() {
		if err := f(plan, &v, text); err != nil {
			t.Fatal(err)
		}
	})
	if got > most {
		t.Errorf("%s allocates %v times; want %v", what, got, most)
	}
}

func TestAllocations(t *testing.T) {
	if testing.CoverMode() != "" || raceEnabled {
		t.Skip("instrumented code allocates in its own way")
	}
	var buf []byte
	appendOrder := func(p *fields.Plan[purchase], v *purchase, _ []byte) (err error) {
		buf, err = p.AppendJSON(buf[:0], v)
		return err
	}
	appendFlat := func(p *fields.Plan[flat], v *flat, _ []byte) (err error) {
		buf, err = p.AppendJSON(buf[:0], v)
		return err
	}
	var readPurchase purchase
	var readFlat flat
	parseOrder := func(p *fields.Plan[purchase], _ *purchase, text []byte) error {
		return p.ParseJSON(text, &readPurchase)
	}
	parseFlat := func(p *fields.Plan[flat], _ *flat, text []byte) error { return p.ParseJSON(text, &readFlat) }
	allocs(t, "AppendJSON of an order", 0, order, appendOrder)
	allocs(t, "ParseJSON of an order", 0, order, parseOrder) // it keeps no string
	allocs(t, "AppendJSON of a flat item", 0, flatItem, appendFlat)
	allocs(t, "ParseJSON of a flat item", 2, flatItem, parseFlat) // the strings Name and Dec
	allocs(t, "Marshal of an order", 8, order, func(p *fields.Plan[purchase], v *purchase, _ []byte) error {
		_, err := p.Marshal(v)
		return err
	})
	item, err := planOf[purchase](t).Marshal(&order)
	if err != nil {
		t.Fatal(err)
	}
	allocs(t, "Unmarshal of an order", 0, order, func(p *fields.Plan[purchase], _ *purchase, _ []byte) error {
		return p.Unmarshal(item, &readPurchase)
	})
}

// TestOrderOfAttributesDoesNotMatter: attributes are expected in the order in
// which they came the last time, and found in any.
func TestOrderOfAttributesDoesNotMatter(t *testing.T) {
	plan := planOf[purchase](t)
	const (
		id      = `"order_id":{"S":"01000000-0000-0000-0000-000000000000"}`
		user    = `"user_id":{"S":"02000000-0000-0000-0000-000000000000"}`
		product = `"product_id":{"S":"03000000-0000-0000-0000-000000000000"}`
		created = `"created":{"N":"1428791681"}`
		status  = `"order_status":{"N":"101"}`
		derived = `"order_status_created":{"S":"101_1428791681"}`
		other   = `"order":{"S":"x"}`
	)
	for range 2 {
		for _, item := range []string{
			`{` + id + `,` + user + `,` + product + `,` + created + `,` + status + `,` + derived + `}`,
			`{` + derived + `,` + status + `,` + created + `,` + product + `,` + user + `,` + id + `}`,
			`{` + derived + `,` + status + `,` + other + `,` + created + `,` + product + `,` + user + `,` + id + `}`,
			`{` + other + `,` + derived + ` , ` + status + `, ` + created + ` ,` + product + `,` + user + `,` + id + `}`,
			`{"order_id" : { "S" : "01000000-0000-0000-0000-000000000000" } ,` + user + `,` + product + `,` + created + `,` + status + `,` + derived + `}`,
		} {
			var got purchase
			if err := plan.ParseJSON([]byte(item), &got); err != nil || got != order {
				t.Errorf("ParseJSON(%s)\n got: %+v %v\nwant: %+v", item, got, err, order)
			}
		}
	}
}
