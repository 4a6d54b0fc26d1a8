package fields_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"example.com/ddb/fields"
)

type status int

func (s status) Valid() bool { return s == 101 || s == 201 || s == 301 }

// A purchase is the toy store's order.
type purchase struct {
	ID            uuid.UUID     `ddb:"order_id,partition"`
	UserID        uuid.UUID     `ddb:"user_id,partition=for_user_id"`
	ProductID     uuid.UUID     `ddb:"product_id,partition=for_product_id"`
	Created       time.Time     `ddb:"created,unix"`
	Status        status        `ddb:"order_status"`
	StatusCreated fields.IntInt `ddb:"order_status_created,sort=for_user_id,sort=for_product_id,from={order_status:3}_{created:10}"`
}

// An event has derived attributes of each sort.
type event struct {
	_    struct{} `ddb:"pk,partition,from=EVENT#{name}"`
	Key  string   `ddb:"sk,sort,from={day}"`
	Name string   `ddb:"name"`
	Day  *int     `ddb:"day"`
	Kind string   `ddb:"kind,from=event"`
}

func TestDerivedAttributesAreWritten(t *testing.T) {
	p := purchase{
		ID: uuid.UUID{1}, UserID: uuid.UUID{2}, ProductID: uuid.UUID{3}, Created: time.Unix(1428791681, 0).UTC(), Status: 101,
		StatusCreated: fields.IntInt{First: 7, Second: 7}, // not looked at
	}
	got, err := marshal(t, p)
	want := `{"order_id":{"S":"01000000-0000-0000-0000-000000000000"},"user_id":{"S":"02000000-0000-0000-0000-000000000000"},` +
		`"product_id":{"S":"03000000-0000-0000-0000-000000000000"},"created":{"N":"1428791681"},"order_status":{"N":"101"},` +
		`"order_status_created":{"S":"101_1428791681"}}`
	if err != nil || got != want {
		t.Errorf("AppendJSON\n got: %s %v\nwant: %s", got, err, want)
	}
	back, err := unmarshal[purchase](t, got)
	if p.StatusCreated = (fields.IntInt{First: 101, Second: 1428791681}); err != nil || back != p {
		t.Errorf("ParseJSON\n got: %+v %v\nwant: %+v", back, err, p)
	}
	round(t, event{Name: `a"b`, Day: ptr(3), Key: "3", Kind: "event"},
		`{"pk":{"S":"EVENT#a\"b"},"sk":{"S":"3"},"name":{"S":"a\"b"},"day":{"N":"3"},"kind":{"S":"event"}}`)
}

// A sparse has a derived attribute in an index that not every item is in.
type sparse struct {
	Text  string        `ddb:"text,sort=by_text,from={a}#{b}"`
	A     *string       `ddb:"a"`
	B     int           `ddb:"b,omitzero"`
	After int           `ddb:"after"`
	Pair  fields.IntInt `ddb:"pair,from={b:3}|{after:+2}"`
}

func TestDerivedAttributeOfAbsentFacetsIsLeftOut(t *testing.T) {
	round(t, sparse{A: ptr("x"), After: 1}, `{"a":{"S":"x"},"after":{"N":"1"}}`)
	round(t, sparse{B: 2, After: 1, Pair: fields.IntInt{First: 2, Second: 1}}, `{"b":{"N":"2"},"after":{"N":"1"},"pair":{"S":"002|101"}}`)
	round(t, sparse{A: ptr("x"), B: 2, Text: "x#2", Pair: fields.IntInt{First: 2}},
		`{"text":{"S":"x#2"},"a":{"S":"x"},"b":{"N":"2"},"after":{"N":"0"},"pair":{"S":"002|100"}}`)
}

func TestStaleDerivedAttributesAreFound(t *testing.T) {
	const facets = `"created":{"N":"999"},"order_status":{"N":"101"},`
	id := `"order_id":{"S":"01000000-0000-0000-0000-000000000000"}`
	tests := []struct {
		name, item string
		want       error
	}{
		{"right", facets + `"order_status_created":{"S":"101_0000000999"},`, nil},
		{"right, the derived attribute first", `"order_status_created":{"S":"101_0000000999"},` + facets, nil},
		{"unpadded", facets + `"order_status_created":{"S":"101_999"},`, fields.ErrStale},
		{"another value", facets + `"order_status_created":{"S":"101_0000000998"},`, fields.ErrStale},
		{"no such text", facets + `"order_status_created":{"S":"x"},`, fields.ErrStale},
		{"a facet is absent", `"created":{"N":"999"},"order_status_created":{"S":"101_0000000999"},`, fields.ErrStale},
		{"a facet is absent, which is not the zero value", `"created":{"N":"999"},"order_status_created":{"S":"000_0000000999"},`, fields.ErrStale},
		{"all facets are absent", `"order_status_created":{"S":"101_0000000999"},`, fields.ErrStale},
		// An item of before the attribute was introduced can be read.
		{"the derived attribute is absent", facets, nil},
		{"all are absent", ``, nil},
	}
	for _, tt := range tests {
		got, err := unmarshal[purchase](t, `{`+tt.item+id+`}`)
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s\n got: %v\nwant: %v", tt.name, err, tt.want)
		}
		if got.ID != (uuid.UUID{1}) || strings.Contains(tt.item, `"created"`) && got.Created.Unix() != 999 {
			t.Errorf("%s: the item is read as far as possible\n got: %+v", tt.name, got)
		}
		if ve, ok := errors.AsType[*fields.ValueError](err); err != nil && (!ok || ve.Attribute != "order_status_created" || ve.Field != "StatusCreated") {
			t.Errorf("%s: the error names another field: %v", tt.name, err)
		}
	}
	// A facet that does not fit is told, and no more.
	_, err := unmarshal[purchase](t, `{"created":{"N":"999"},"order_status":{"N":"7"},"order_status_created":{"S":"101_0000000999"}}`)
	if ve, ok := errors.AsType[*fields.ValueError](err); !ok || ve.Attribute != "order_status" || errors.Is(err, fields.ErrStale) {
		t.Errorf("an undeclared status\n got: %v", err)
	}
	// Of several mistakes the first field's is told.
	_, err = unmarshal[purchase](t, `{"order_status_created":{"S":"x"},"created":{"S":"999"},"order_id":{"N":"1"},"order_status":{"N":"7"}}`)
	if ve, ok := errors.AsType[*fields.ValueError](err); !ok || ve.Attribute != "order_id" {
		t.Errorf("several mistakes\n got: %v", err)
	}
}

func TestStaleKeysWithoutAField(t *testing.T) {
	const item = `"name":{"S":"a"},"day":{"N":"3"},"kind":{"S":"event"}}`
	tests := []struct{ keys, attribute, want string }{
		{`{"pk":{"S":"EVENT#a"},"sk":{"S":"3"},`, "", ""},
		{`{"pk":{"S":"EVENT#b"},"sk":{"S":"3"},`, "pk", "is stale"},
		{`{"pk":{"S":"EVENT#a"},"sk":{"S":"03"},`, "sk", "is stale"},
		{`{"pk":{"N":"1"},"sk":{"S":"3"},`, "pk", `stored attribute type is "N", the field reads "S"`},
		{`{"pk":{"S":"EVENT#a"},"sk":{"NULL":true},`, "sk", `stored attribute type is "NULL", the field reads "S"`},
		{"{\"pk\":{\"S\":\"EVENT#a\"},\"sk\":{\"S\":\"\xff\"},", "sk", "text is not valid UTF-8"},
		{"{\"pk\":{\"S\":\"\xff\"},\"sk\":{\"S\":\"3\"},", "pk", "is stale"},
	}
	for _, tt := range tests {
		_, err := unmarshal[event](t, tt.keys+item)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), `attribute "`+tt.attribute+`": `) || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("ParseJSON(%s\n got: %v\nwant: …%s…", tt.keys, err, tt.want)
		}
	}
}

// A read of some attributes checks what it can know.
func TestPartsAreCheckedWhereAllFacetsWereAskedFor(t *testing.T) {
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	number := func(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }
	tests := []struct {
		name  string
		asked string
		item  map[string]types.AttributeValue
		want  error
		pair  fields.IntInt
	}{
		{"no facet asked for", "order_status_created", map[string]types.AttributeValue{"order_status_created": text("101_0000000999")}, nil, fields.IntInt{First: 101, Second: 999}},
		{"a facet not asked for", "order_status_created created", map[string]types.AttributeValue{"order_status_created": text("101_0000000999"), "created": number("5")}, nil, fields.IntInt{First: 101, Second: 999}},
		{"a facet read without being asked for", "order_status_created", map[string]types.AttributeValue{
			"order_status_created": text("101_0000000999"), "created": number("5"), "order_status": number("101"),
		}, fields.ErrStale, fields.IntInt{First: 101, Second: 999}},
		{"a facet asked for and absent", "order_status_created created order_status", map[string]types.AttributeValue{"order_status_created": text("101_0000000999"), "created": number("999")}, fields.ErrStale, fields.IntInt{First: 101, Second: 999}},
		{"no such text, no facet asked for", "order_status_created", map[string]types.AttributeValue{"order_status_created": text("101_999")}, fields.ErrStale, fields.IntInt{}},
		{"the derived attribute absent", "order_status_created created order_status", map[string]types.AttributeValue{"created": number("5"), "order_status": number("101")}, nil, fields.IntInt{}},
	}
	for _, tt := range tests {
		asked := func(f *fields.Field) bool { return strings.Contains(" "+tt.asked+" ", " "+f.Name+" ") }
		got := purchase{ID: uuid.UUID{9}} // former content is lost
		err := planOf[purchase](t).UnmarshalPart(tt.item, &got, asked)
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) || got.StatusCreated != tt.pair || got.ID != uuid.Nil {
			t.Errorf("%s\n got: %v %+v\nwant: %v %v", tt.name, err, got, tt.want, tt.pair)
		}
	}
}

func TestPairsBeyondTheirIntegersAreStale(t *testing.T) {
	type item struct {
		A    int           `ddb:"a"`
		Pair fields.IntInt `ddb:"pair,from={a}_{a}"`
	}
	round(t, item{-7, fields.IntInt{First: -7, Second: -7}}, `{"a":{"N":"-7"},"pair":{"S":"-7_-7"}}`)
	for _, text := range []string{"99999999999999999999_1", "1_99999999999999999999", "1_1_1", "1"} {
		var got item
		stored := map[string]types.AttributeValue{"pair": &types.AttributeValueMemberS{Value: text}}
		err := planOf[item](t).UnmarshalPart(stored, &got, func(f *fields.Field) bool { return f.Name == "pair" })
		if !errors.Is(err, fields.ErrStale) || got != (item{}) {
			t.Errorf("UnmarshalPart of %q\n got: %+v %v", text, got, err)
		}
	}
}

func TestKeysHoldNoEmptyValues(t *testing.T) {
	type id struct {
		V uuid.UUID `ddb:"v,partition"`
	}
	type indexed struct {
		V *uuid.UUID `ddb:"v,partition=by_v"`
	}
	type text struct {
		V string `ddb:"v,sort=by_v"`
	}
	type named struct {
		V textType `ddb:"v,sort=by_v"`
	}
	type binary struct {
		V []byte `ddb:"v,sort"`
	}
	type unix struct {
		V time.Time `ddb:"v,unix,sort"`
	}
	type milli struct {
		V time.Time `ddb:"v,unixmilli,local=by_v"`
	}
	type utc struct {
		V time.Time `ddb:"v,sort"`
	}
	type tag struct {
		V sortedTag `ddb:"v,sort"`
	}
	type nilPrimary struct {
		V *string `ddb:"v,sort"`
	}
	type derived struct {
		V string  `ddb:"v,partition,from={a}"`
		A *string `ddb:"a"`
	}
	type omitted struct {
		V string `ddb:"v,sort=by_v,omitzero"`
	}
	refuses(t, id{}, "the nil UUID cannot be in a key; give the attribute a value")
	refuses(t, indexed{&uuid.UUID{}}, "the nil UUID cannot be in a key")
	refuses(t, text{}, "the empty string cannot be in a key")
	refuses(t, named{}, "the empty string cannot be in a key")
	refuses(t, binary{[]byte{}}, "the empty value cannot be in a key")
	refuses(t, tag{}, "the empty value cannot be in a key")
	refuses(t, unix{}, "the zero time cannot be in a key")
	refuses(t, milli{}, "the zero time cannot be in a key")
	refuses(t, utc{time.Time{}.In(time.FixedZone("", 3600))}, "the zero time cannot be in a key")
	refuses(t, binary{nil}, "every item has a primary key, and there is no value for it")
	refuses(t, nilPrimary{nil}, "every item has a primary key, and there is no value for it")
	refuses(t, derived{}, "every item has a primary key, and there is no value for it; set the field, or all facets of its key template")
	refuses(t, derived{A: ptr("")}, "key template makes the empty string, which cannot be in a key")
	round(t, indexed{nil}, `{}`)
	round(t, omitted{}, `{}`)
	round(t, id{uuid.UUID{1}}, in(`{"S":"01000000-0000-0000-0000-000000000000"}`))

	// The same values, as conditions give them.
	for _, tt := range []struct {
		field *fields.Field
		empty string
	}{
		{planOf[id](t).Field("v"), uuid.Nil.String()},
		{planOf[text](t).Field("v"), ""},
		{planOf[event](t).Field("pk"), ""}, // a blank field
	} {
		if err := tt.field.CheckKey(fields.String(tt.empty)); err == nil {
			t.Errorf("CheckKey of %s takes the empty value", tt.field.Owner())
		}
		if err := tt.field.CheckKey(fields.String("x")); err != nil {
			t.Errorf("CheckKey of %s: %v", tt.field.Owner(), err)
		}
	}
}
