package conformance_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/fields"
)

var codecChecks = []check{
	{name: "values of every codec come back as they were", run: roundTrips},
	{name: "values of every codec are found by equality", run: findsValues},
	{name: "lists and maps are found by equality", needs: []feature{documentEquality}, run: findsDocuments},
}

// A grade is a named integer of which some values are declared.
type grade int8

func (g grade) Valid() bool { return g >= 1 && g <= 6 }

// A color is stored as its text.
type color struct{ red, green, blue byte }

func (c color) MarshalText() ([]byte, error) {
	return []byte{'#', 'a' + c.red, 'a' + c.green, 'a' + c.blue}, nil
}

func (c *color) UnmarshalText(text []byte) error {
	c.red, c.green, c.blue = text[1]-'a', text[2]-'a', text[3]-'a'
	return nil
}

type Part struct {
	Promoted string `ddb:"promoted"`
}

// An everything has an attribute of every codec.
type everything struct {
	ID       string               `ddb:"id,partition"`
	UUID     uuid.UUID            `ddb:"uuid"`
	Int      int                  `ddb:"int"`
	Int8     int8                 `ddb:"int8"`
	Int64    int64                `ddb:"int64"`
	Uint64   uint64               `ddb:"uint64"`
	Float32  float32              `ddb:"float32"`
	Float64  float64              `ddb:"float64"`
	Bool     bool                 `ddb:"bool"`
	String   string               `ddb:"string"`
	Bytes    []byte               `ddb:"bytes"`
	Array    [4]byte              `ddb:"array"`
	Time     time.Time            `ddb:"time"`
	Unix     time.Time            `ddb:"unix,unix"`
	Milli    time.Time            `ddb:"milli,unixmilli"`
	IntInt   fields.IntInt        `ddb:"int_int"`
	Decimal  fields.Decimal       `ddb:"decimal"`
	Text     string               `ddb:"decimal_text,decimal"`
	List     []int                `ddb:"list"`
	Lists    [][]string           `ddb:"lists"`
	Map      map[string]float64   `ddb:"map"`
	ByNumber map[int]bool         `ddb:"by_number"`
	Strings  []string             `ddb:"strings,set"`
	Numbers  map[int64]struct{}   `ddb:"numbers,set"`
	Binaries [][]byte             `ddb:"binaries,set"`
	Nested   Part                 `ddb:"nested"`
	Pointer  *Part                `ddb:"pointer"`
	Number   *int                 `ddb:"number"`
	JSON     map[string]any       `ddb:"json,json"`
	Raw      types.AttributeValue `ddb:"raw"`
	Grade    grade                `ddb:"grade,omitzero"`
	Color    color                `ddb:"color"`
	Omitted  int                  `ddb:"omitted,omitzero"`
	Part
}

var (
	everythings  = ddbtable.MustDefine[everything]("everything")
	everythingID = ddbtable.Attr(func(v *everything) *string { return &v.ID })
)

// extremes are values at the edges of what can be stored.
func extremes() []everything {
	n := math.MinInt
	return []everything{
		{ID: "zero", UUID: uuid.Nil, Text: "0", Decimal: "0", Raw: &types.AttributeValueMemberNULL{Value: true}},
		{
			ID: "small", UUID: uuid.MustParse("0190163d-8694-739b-aea5-966c26f8ad91"), Int: math.MinInt, Int8: math.MinInt8, Int64: math.MinInt64,
			Float32: -math.SmallestNonzeroFloat32, Float64: -1e-130, String: "\x00", Bytes: []byte{}, Time: time.Date(0, 1, 1, 0, 0, 0, 1, time.UTC),
			Unix: time.Unix(-1<<40, 0).UTC(), Milli: time.UnixMilli(-1).UTC(), IntInt: fields.IntInt{First: math.MinInt64, Second: -1},
			Decimal: "-0.00000000000000000000000000000000000001", Text: "-12345678901234567890123456789012345678", List: []int{}, Lists: [][]string{{}, {""}},
			Map: map[string]float64{}, Number: &n, Raw: &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberN{Value: "1"}}},
			JSON: map[string]any{}, Pointer: &Part{}, Grade: 1,
		},
		{
			ID: "large", Number: &n, UUID: uuid.Max, Int: math.MaxInt, Int8: math.MaxInt8, Int64: math.MaxInt64, Uint64: math.MaxUint64, Float32: math.MaxFloat32, Float64: 9.999e125,
			Bool: true, String: "\U0010ffff é\u2028\"\\</script>", Bytes: []byte{0, 0xFF}, Array: [4]byte{1, 2, 3, 4}, Time: time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC),
			Unix: time.Unix(1<<40, 0).UTC(), Milli: time.UnixMilli(1<<50 + 1).UTC(), IntInt: fields.IntInt{First: 101, Second: 1428791681},
			Decimal: "12345678901234567890123456789012345678", Text: "3.14", List: []int{3, 1, 2}, Lists: [][]string{{"a", "b"}, {"c"}},
			Map: map[string]float64{"a.b": 0.1, "#": -0.5}, ByNumber: map[int]bool{-1: true, 7: false}, Strings: []string{"only"}, Numbers: map[int64]struct{}{math.MinInt64: {}, 1 << 60: {}},
			Binaries: [][]byte{{0xFF}}, Nested: Part{"nested"}, Pointer: &Part{"pointer"}, JSON: map[string]any{"k": []any{json.Number("1.5"), "x", nil, true}},
			Raw: &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"B": &types.AttributeValueMemberBOOL{Value: true}}}, Grade: 6, Color: color{1, 2, 3}, Omitted: 1,
			Part: Part{"promoted"},
		},
	}
}

func roundTrips(t *testing.T, e engine) {
	table := open(t, e, everythings)
	for _, want := range extremes() {
		got, err := table.Create(want).Run(t.Context())
		expectAll(t, "Create of "+want.ID, err, got, want)
		settle(t, e, table.Name())
		got, err = table.Get(t.Context(), everythingID.Eq(want.ID))
		expectAll(t, "Get of "+want.ID, err, got, want)
		old, err := table.Put(want).Returning().Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		expectAll(t, "Put over "+want.ID, err, *old, want)
		items, err := ddbtable.Collect(table.Query(everythingID.Eq(want.ID)).All(t.Context()))
		if err != nil || len(items) != 1 {
			t.Fatalf("Query: %d items, %v", len(items), err)
		}
		expectAll(t, "Query of "+want.ID, err, items[0], want)
	}
}

// expectAll fails the test unless every field of got equals that of want.
func expectAll(t *testing.T, what string, err error, got, want everything) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	for i := range reflect.TypeFor[everything]().NumField() {
		got, want := reflect.ValueOf(got).Field(i), reflect.ValueOf(want).Field(i)
		if !reflect.DeepEqual(got.Interface(), want.Interface()) {
			t.Errorf("%s: field %s\n got: %#v\nwant: %#v", what, reflect.TypeFor[everything]().Field(i).Name, got, want)
		}
	}
}

// A usage is a condition on and a change of one attribute.
type usage struct {
	name   string
	cond   ddbtable.Cond[everything]
	change ddbtable.Change[everything]
}

func use[V any](selector func(*everything) *V, v everything) usage {
	a := ddbtable.Attr(selector)
	return usage{a.String(), a.Eq(*selector(&v)), a.Set(*selector(&v))}
}

func findsValues(t *testing.T, e engine) {
	all := extremes()
	want := all[len(all)-1] // which has a value everywhere
	findsAll(t, e, want,
		use(func(v *everything) *uuid.UUID { return &v.UUID }, want),
		use(func(v *everything) *int { return &v.Int }, want),
		use(func(v *everything) *int8 { return &v.Int8 }, want),
		use(func(v *everything) *int64 { return &v.Int64 }, want),
		use(func(v *everything) *uint64 { return &v.Uint64 }, want),
		use(func(v *everything) *float32 { return &v.Float32 }, want),
		use(func(v *everything) *float64 { return &v.Float64 }, want),
		use(func(v *everything) *bool { return &v.Bool }, want),
		use(func(v *everything) *string { return &v.String }, want),
		use(func(v *everything) *[]byte { return &v.Bytes }, want),
		use(func(v *everything) *[4]byte { return &v.Array }, want),
		use(func(v *everything) *time.Time { return &v.Time }, want),
		use(func(v *everything) *time.Time { return &v.Unix }, want),
		use(func(v *everything) *time.Time { return &v.Milli }, want),
		use(func(v *everything) *fields.IntInt { return &v.IntInt }, want),
		use(func(v *everything) *fields.Decimal { return &v.Decimal }, want),
		use(func(v *everything) *string { return &v.Text }, want),
		use(func(v *everything) *[]string { return &v.Strings }, want),
		use(func(v *everything) *map[int64]struct{} { return &v.Numbers }, want),
		use(func(v *everything) *[][]byte { return &v.Binaries }, want),
		use(func(v *everything) **int { return &v.Number }, want),
		use(func(v *everything) *map[string]any { return &v.JSON }, want),
		use(func(v *everything) *grade { return &v.Grade }, want),
		use(func(v *everything) *color { return &v.Color }, want),
		use(func(v *everything) *int { return &v.Omitted }, want),
		use(func(v *everything) *string { return &v.Promoted }, want),
	)
}

func findsDocuments(t *testing.T, e engine) {
	all := extremes()
	want := all[len(all)-1]
	findsAll(t, e, want,
		use(func(v *everything) *[]int { return &v.List }, want),
		use(func(v *everything) *[][]string { return &v.Lists }, want),
		use(func(v *everything) *map[string]float64 { return &v.Map }, want),
		use(func(v *everything) *map[int]bool { return &v.ByNumber }, want),
		use(func(v *everything) *Part { return &v.Nested }, want),
		use(func(v *everything) **Part { return &v.Pointer }, want),
		use(func(v *everything) *types.AttributeValue { return &v.Raw }, want),
	)
}

// findsAll uses the attributes of an item in conditions and changes.
func findsAll(t *testing.T, e engine, want everything, usages ...usage) {
	t.Helper()
	table := open(t, e, everythings)
	put(t, e, table, want)
	for _, u := range usages {
		got, err := table.Update(everythingID.Eq(want.ID)).Change(u.change).If(u.cond).Run(t.Context())
		expectAll(t, "Update where "+u.name+" is equal", err, got, want)
		_, err = table.Put(want).If(ddbtable.Not(u.cond)).Run(t.Context())
		if !errors.Is(err, ddbtable.ErrConditionFailed) {
			t.Errorf("Put where %s differs: %v", u.name, err)
		}
	}
}
