package fields_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"example.com/ddb/fields"
)

type parcel struct {
	ID       uuid.UUID              `ddb:"id"`
	Name     string                 `ddb:"name"`
	To       *address               `ddb:"to"`
	From     address                `ddb:"from"`
	Tags     []string               `ddb:"tags,set"`
	Colors   map[Color]struct{}     `ddb:"colors,set"`
	Weights  **[]*float64           `ddb:"weights"`
	Lines    []line                 `ddb:"lines"`
	Levels   map[Level]*line        `ddb:"levels"`
	Next     *parcel                `ddb:"next"`
	Level    *Level                 `ddb:"level"`
	Raw      types.AttributeValue   `ddb:"raw"`
	Raws     []types.AttributeValue `ddb:"raws"`
	At       time.Time              `ddb:"at,unix"`
	Nothing  struct{}               `ddb:"-"`
	Untagged *int                   `ddb:"-"`
	*Extra
}

type line struct {
	Amount int `ddb:"amount"`
}

func pathOf[V any](t *testing.T, selector func(*parcel) *V) *fields.Path {
	t.Helper()
	p, err := fields.PathOf(selector)
	if err != nil {
		t.Fatalf("PathOf: %v", err)
	}
	return p
}

func TestSelectorsFindAttributes(t *testing.T) {
	tests := []struct {
		path *fields.Path
		want string
		kind fields.Kind
	}{
		{pathOf(t, func(p *parcel) *uuid.UUID { return &p.ID }), "id", fields.S},
		{pathOf(t, func(p *parcel) *string { return &p.Name }), "name", fields.S},
		{pathOf(t, func(p *parcel) **address { return &p.To }), "to", fields.M},
		{pathOf(t, func(p *parcel) *address { return p.To }), "to", fields.M},
		{pathOf(t, func(p *parcel) *string { return &p.To.Street }), "to.street", fields.S},
		{pathOf(t, func(p *parcel) *address { return &p.From }), "from", fields.M},
		{pathOf(t, func(p *parcel) *string { return &p.From.Street }), "from.street", fields.S}, // the same address
		{pathOf(t, func(p *parcel) *string { return p.From.Zip }), "from.zip", fields.S},
		{pathOf(t, func(p *parcel) *[]string { return &p.Tags }), "tags", fields.SS},
		{pathOf(t, func(p *parcel) *[]*float64 { return *p.Weights }), "weights", fields.L},
		{pathOf(t, func(p *parcel) *Level { return &p.Next.Next.Next.From.Level }), "next.next.next.from.level", fields.N},
		{pathOf(t, func(p *parcel) **parcel { return &p.Next.Next.Next.Next.Next.Next.Next.Next }), "next.next.next.next.next.next.next.next", fields.M},
		{pathOf(t, func(p *parcel) **string { return &p.Note }), "note", fields.S},
		{pathOf(t, func(p *parcel) *int { return &p.Deep.N }), "deep.n", fields.N},
		{pathOf(t, func(p *parcel) *types.AttributeValue { return &p.Raw }), "raw", ""},
	}
	for _, tt := range tests {
		if tt.path.String() != tt.want || tt.path.Kind() != tt.kind || tt.path.Field().Name != strings.Split(tt.want, ".")[0] {
			t.Errorf("path\n got: %s of type %q\nwant: %s of type %q", tt.path, tt.path.Kind(), tt.want, tt.kind)
		}
		if got := len(tt.path.Steps()); got != strings.Count(tt.want, ".") {
			t.Errorf("path %s has %d steps", tt.path, got)
		}
	}
}

func TestMistakenSelectorsAreErrors(t *testing.T) {
	var outside string
	found := func(_ *fields.Path, err error) error { return err }
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"outside", found(fields.PathOf(func(*parcel) *string { return &outside })), "points to no attribute"},
		{"another item", found(fields.PathOf(func(*parcel) *string { return &new(parcel).Name })), "points to no attribute"},
		{"untagged", found(fields.PathOf(func(p *parcel) *int { return p.Untagged })), "returns nil"},
		{"untagged pointer", found(fields.PathOf(func(p *parcel) **int { return &p.Untagged })), "points to no attribute"},
		{"no size", found(fields.PathOf(func(p *parcel) *struct{} { return &p.Nothing })), "points to no attribute"},
		{"nil", found(fields.PathOf(func(*parcel) *string { return nil })), "returns nil; return the address of a field of the argument"},
		{"panic", found(fields.PathOf(func(p *parcel) *string { panic("x") })), "panics; return the address of a field of the argument and nothing else"},
		{"element", found(fields.PathOf(func(p *parcel) *string { return &p.Tags[0] })), "panics"},
		{"too deep", found(fields.PathOf(func(p *parcel) *string { return &p.Next.Next.Next.Next.Next.Next.Next.Next.Name })), "points to no attribute"},
		{"no selector", found(fields.PathOf[parcel, string](nil)), "is nil; write a function"},
		{"the item itself", found(fields.PathOf(func(p *parcel) *parcel { return p })), "points to no attribute"},
		{"a mistaken type", found(fields.PathOf(func(w *wrongIn) *int { return &w.B })), "fields_test.wrongIn.A"},
		{"an endless type", found(fields.PathOf(func(b *bush) *string { return &outside })), "points to no attribute"},
	}
	for _, tt := range tests {
		if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("%s\n got: %v\nwant: …%s…", tt.name, tt.err, tt.want)
		}
	}
}

// A bush would have 10^8 nodes eight structs deep.
type bush struct {
	A *bush `ddb:"a"`
	B *bush `ddb:"b"`
	C *bush `ddb:"c"`
	D *bush `ddb:"d"`
	E *bush `ddb:"e"`
	F *bush `ddb:"f"`
	G *bush `ddb:"g"`
	H *bush `ddb:"h"`
	I *bush `ddb:"i"`
	J *bush `ddb:"j"`
}

func TestElementsAndMembers(t *testing.T) {
	weights := pathOf(t, func(p *parcel) ***[]*float64 { return &p.Weights })
	first, err := weights.Element(2)
	if err != nil || first.String() != "weights[2]" || first.Kind() != fields.N {
		t.Errorf("Element\n got: %v %v", first, err)
	}
	second, _ := weights.Element(3)
	if first.String() != "weights[2]" || second.String() != "weights[3]" || weights.String() != "weights" {
		t.Error("paths share their steps")
	}
	levels := pathOf(t, func(p *parcel) *map[Level]*line { return &p.Levels })
	member, err := fields.Member(levels, Level(2))
	if err != nil || member.String() != "levels.?" || member.Document() != "levels.2" || member.Kind() != fields.M {
		t.Errorf("Member\n got: %v %v", member, err)
	}
	name := pathOf(t, func(p *parcel) *string { return &p.Name })
	colors := pathOf(t, func(p *parcel) *map[Color]struct{} { return &p.Colors })
	for _, tt := range []struct {
		err  func() error
		want string
	}{
		{func() error { _, err := name.Element(0); return err }, `attribute "name" is no list`},
		{func() error { _, err := weights.Element(-1); return err }, `attribute "weights": position -1 is negative`},
		{func() error { _, err := fields.Member(name, "a"); return err }, `attribute "name" is no map`},
		{func() error { _, err := fields.Member(colors, Color("red")); return err }, `attribute "colors" is no map`},
		{func() error { _, err := fields.Member(levels, 2); return err }, "got a value of Go type int, the attribute holds fields_test.Level; convert it first"},
		{func() error { _, err := fields.Member(levels, Level(9)); return err }, "value is not one that Go type fields_test.Level declares"},
	} {
		if err := tt.err(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got: %v\nwant: …%s…", err, tt.want)
		}
	}
}

func TestValuesOfPaths(t *testing.T) {
	level := pathOf(t, func(p *parcel) **Level { return &p.Level })
	tags := pathOf(t, func(p *parcel) *[]string { return &p.Tags })
	colors := pathOf(t, func(p *parcel) *map[Color]struct{} { return &p.Colors })
	to := pathOf(t, func(p *parcel) *address { return p.To })
	raw := pathOf(t, func(p *parcel) *types.AttributeValue { return &p.Raw })
	raws := pathOf(t, func(p *parcel) *[]types.AttributeValue { return &p.Raws })
	weights := pathOf(t, func(p *parcel) *[]*float64 { return *p.Weights })
	at := pathOf(t, func(p *parcel) *time.Time { return &p.At })
	tests := []struct {
		name  string
		value func() (fields.Value, error)
		want  string // JSON, or an error's text
	}{
		{"scalar", func() (fields.Value, error) { return fields.ValueOf(at, time.Unix(5, 0)) }, `{"N":"5"}`},
		{"fraction", func() (fields.Value, error) { return fields.BoundOf(at, time.Unix(5, 1)) }, "finer fraction"},
		{"declared", func() (fields.Value, error) { return fields.ValueOf(level, ptr(Level(1))) }, `{"N":"1"}`},
		{"undeclared", func() (fields.Value, error) { return fields.ValueOf(level, ptr(Level(9))) }, "is not one that Go type"},
		{"undeclared bound", func() (fields.Value, error) { return fields.BoundOf(level, ptr(Level(9))) }, `{"N":"9"}`},
		{"nil", func() (fields.Value, error) { return fields.ValueOf[*Level](level, nil) }, "there is no value to store; use Remove"},
		{"nil bound", func() (fields.Value, error) { return fields.BoundOf[*Level](level, nil) }, "there is no value to store"},
		{"another type", func() (fields.Value, error) { return fields.ValueOf(level, Level(1)) }, "got a value of Go type fields_test.Level, the attribute holds *fields_test.Level; convert it first"},
		{"set", func() (fields.Value, error) { return fields.ValueOf(tags, []string{"a"}) }, `{"SS":["a"]}`},
		{"empty set", func() (fields.Value, error) { return fields.ValueOf(tags, []string{}) }, "there is no value to store"},
		{"element of a set", func() (fields.Value, error) { return fields.ElementOf(tags, "a") }, `{"S":"a"}`},
		{"element of a map set", func() (fields.Value, error) { return fields.ElementOf(colors, Color("red")) }, `{"S":"red"}`},
		{"undeclared element", func() (fields.Value, error) { return fields.ElementOf(colors, Color("blue")) }, "is not one that Go type"},
		{"element of another type", func() (fields.Value, error) { return fields.ElementOf(colors, "red") }, "got a value of Go type string, the attribute holds fields_test.Color"},
		{"element of a list", func() (fields.Value, error) { return fields.ElementOf(weights, ptr(1.5)) }, `{"N":"1.5"}`},
		{"element of no list", func() (fields.Value, error) { return fields.ElementOf(at, 1) }, `attribute "at" is neither list nor set`},
		{"element of a map", func() (fields.Value, error) { return fields.ElementOf(to, 1) }, `attribute "to" is neither list nor set`},
		{"struct", func() (fields.Value, error) { return fields.ValueOf(to, address{Street: "a"}) }, `{"M":{"street":{"S":"a"}}}`},
		{"any scalar", func() (fields.Value, error) {
			return fields.ValueOf[types.AttributeValue](raw, &types.AttributeValueMemberN{Value: "1"})
		}, `{"N":"1"}`},
		{"any list", func() (fields.Value, error) {
			return fields.ElementOf[types.AttributeValue](raws, &types.AttributeValueMemberL{})
		}, `{"L":[]}`},
		{"any nil", func() (fields.Value, error) { return fields.ValueOf[types.AttributeValue](raw, nil) }, "there is no value to store"},
	}
	for _, tt := range tests {
		v, err := tt.value()
		got := string(v.AppendJSON(nil))
		if err != nil {
			if v != (fields.Value{}) {
				t.Errorf("%s: a value beside an error: %v", tt.name, v)
			}
			got = err.Error()
		}
		if got != tt.want && (err == nil || !strings.Contains(got, tt.want)) {
			t.Errorf("%s\n got: %s\nwant: %s", tt.name, got, tt.want)
			continue
		}
		if err == nil {
			back, err := fields.FromAttributeValue(v.AttributeValue())
			if err != nil || back != v || !v.Equal(back) {
				t.Errorf("%s: FromAttributeValue(%v)\n got: %v %v", tt.name, v.AttributeValue(), back, err)
			}
		}
	}
	blank := planOf[event](t).Field("pk").Path()
	if blank.String() != "pk" || blank.Kind() != fields.S {
		t.Errorf("Path of a blank field\n got: %s of type %q", blank, blank.Kind())
	}
	if got := planOf[parcel](t).Field("at").Path(); got.String() != "at" || got.Kind() != fields.N {
		t.Errorf("Path of a field\n got: %s of type %q", got, got.Kind())
	}
}
