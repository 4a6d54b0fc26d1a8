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

type kept struct {
	_       struct{}  `ddb:"type,discriminator,from=KEPT"`
	ID      string    `ddb:"id,partition"`
	Write   uuid.UUID `ddb:"write,writeid"`
	Version uint32    `ddb:"version,version"`
	Created time.Time `ddb:"created,unixmilli,createdat"`
	Updated time.Time `ddb:"updated,updatedat"`
	Expires time.Time `ddb:"expires,unix,omitzero,ttl"`
	Tags    []string  `ddb:"tags"`
}

func TestDutiesAreTold(t *testing.T) {
	plan := planOf[kept](t)
	want := map[string]fields.Duty{
		"type": fields.Discriminator, "id": "", "write": fields.WriteID, "version": fields.Version,
		"created": fields.CreatedAt, "updated": fields.UpdatedAt, "expires": fields.TTL, "tags": "",
	}
	for _, f := range plan.Fields() {
		if f.Duty != want[f.Name] {
			t.Errorf("duty of %s\n got: %q\nwant: %q", f.Name, f.Duty, want[f.Name])
		}
	}
	if got := plan.Field("type").Template.Constant(); got != fields.String("KEPT") {
		t.Errorf("Constant\n got: %v", got)
	}
}

func TestTimesAreCutToWhatIsKept(t *testing.T) {
	plan := planOf[kept](t)
	at := time.Date(2015, 4, 11, 22, 34, 41, 123456789, time.FixedZone("", 3600))
	for name, want := range map[string]string{
		"created": "1428788081123", "updated": "2015-04-11T21:34:41.123456789Z", "expires": "1428788081",
	} {
		got, err := plan.Field(name).TimeValue(at)
		if err != nil || got.Text() != want {
			t.Errorf("TimeValue of %s\n got: %s %v\nwant: %s", name, got.Text(), err, want)
		}
	}
	if got, err := plan.Field("expires").ZeroTime(); err != nil || got.Text() != "-62135596800" {
		t.Errorf("ZeroTime\n got: %s %v", got.Text(), err)
	}
	if _, err := plan.Field("version").TimeValue(at); err == nil {
		t.Error("TimeValue of a number is no error")
	}
}

func TestSetAndValue(t *testing.T) {
	plan := planOf[kept](t)
	var v kept
	id := uuid.MustParse("f14e47c3-0232-430c-b79c-65b9ab000110")
	if err := plan.Set(&v, plan.Field("write"), fields.String(id.String())); err != nil || v.Write != id {
		t.Errorf("Set\n got: %v %v", v.Write, err)
	}
	if err := plan.Set(&v, plan.Field("version"), fields.Int(7)); err != nil || v.Version != 7 {
		t.Errorf("Set\n got: %v %v", v.Version, err)
	}
	if err := plan.Set(&v, plan.Field("tags"), fields.EmptyList); err != nil || v.Tags == nil || len(v.Tags) > 0 {
		t.Errorf("Set\n got: %v %v", v.Tags, err)
	}
	for _, tt := range []struct {
		attribute string
		value     fields.Value
	}{
		{"write", fields.String("x")}, {"version", fields.Int(-1)}, {"version", fields.String("7")}, {"tags", fields.String("x")},
	} {
		err := plan.Set(&v, plan.Field(tt.attribute), tt.value)
		if ve, ok := errors.AsType[*fields.ValueError](err); !ok || ve.Attribute != tt.attribute {
			t.Errorf("Set of %s to %s\n got: %v\nwant: a *ValueError", tt.attribute, tt.value.Text(), err)
		}
	}
	for name, want := range map[string]string{
		"type": `{"S":"KEPT"}`, "id": `{"S":""}`, "version": `{"N":"7"}`, "expires": "", "tags": `{"L":[]}`,
	} {
		got, ok, err := plan.Value(&v, plan.Field(name))
		if err != nil || ok != (want != "") || ok && string(got.AppendJSON(nil)) != want {
			t.Errorf("Value of %s\n got: %v %v %v\nwant: %s", name, got, ok, err, want)
		}
	}
	v.ID = "\xff"
	if _, _, err := plan.Value(&v, plan.Field("id")); err == nil {
		t.Error("Value takes text that is not UTF-8")
	}
	if _, _, err := planOf[purchase](t).Value(new(purchase), planOf[purchase](t).Field("order_status_created")); err == nil {
		t.Error("Value makes a key of a zero time")
	}
}

// TestSetReplacesAStruct: nothing is left of what the field held.
func TestSetReplacesAStruct(t *testing.T) {
	type inner struct {
		A string `ddb:"a"`
		B string `ddb:"b"`
	}
	type item struct {
		V inner `ddb:"v"`
	}
	plan, v := planOf[item](t), item{inner{"x", "y"}}
	value, err := fields.ParseValue([]byte(`{"M":{"a":{"S":"z"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := plan.Set(&v, plan.Field("v"), value); err != nil || v.V != (inner{A: "z"}) {
		t.Errorf("Set\n got: %+v %v", v, err)
	}
}

func TestSomeAttributesAreOmitted(t *testing.T) {
	plan := planOf[event](t)
	v := event{Name: "a", Day: ptr(3)}
	omit := []*fields.Field{plan.Field("pk"), plan.Field("day")}
	json, err := plan.AppendJSON(nil, &v, omit...)
	if want := `{"sk":{"S":"3"},"name":{"S":"a"},"kind":{"S":"event"}}`; err != nil || string(json) != want {
		t.Errorf("AppendJSON\n got: %s %v\nwant: %s", json, err, want)
	}
	item, err := plan.Marshal(&v, omit...)
	if err != nil || len(item) != 3 || item["pk"] != nil || item["day"] != nil {
		t.Errorf("Marshal\n got: %v %v", item, err)
	}
	if dst, err := plan.AppendJSON([]byte("x"), &event{Name: "\xff"}, omit...); err == nil || string(dst) != "x" {
		t.Errorf("AppendJSON\n got: %s %v", dst, err)
	}
}

func TestItemsAreReadOneAfterTheOther(t *testing.T) {
	plan := planOf[purchase](t)
	one, err := plan.AppendJSON(nil, &order)
	if err != nil {
		t.Fatal(err)
	}
	bad := strings.Replace(string(one), `"N":"101"`, `"N":"7"`, 1)
	rest := []byte(string(one) + ` , ` + bad + `]`)
	var v purchase
	if rest, err = plan.ParseNext(rest, &v, nil); err != nil || v != order || !strings.HasPrefix(string(rest), ` , {`) {
		t.Errorf("ParseNext\n got: %+v %v, then %s", v, err, rest)
	}
	rest, err = plan.ParseNext(rest[3:], &v, nil)
	if _, ok := errors.AsType[*fields.ValueError](err); !ok || string(rest) != `]` {
		t.Errorf("ParseNext goes on after a value that does not fit\n got: %v, then %s", err, rest)
	}
	rest, err = plan.ParseNext(rest, &v, nil)
	if _, ok := errors.AsType[*fields.ValueError](err); err == nil || ok || rest != nil {
		t.Errorf("ParseNext of what is no item\n got: %v, then %s", err, rest)
	}
	asked := func(f *fields.Field) bool { return f.Name == "order_status_created" }
	if _, err = plan.ParseNext([]byte(`{"order_status_created":{"S":"101_1428791681"}}`), &v, asked); err != nil {
		t.Errorf("ParseNext of a part: %v", err)
	}
	for _, text := range []string{
		`{}x`, `{} {}`, `[`, ``, `null`, `{"order_id":{"S":"x"}`,
		`{"order_id":{"SS":"x"}}`, `{"order_id":{"N":"1","S":"x"}}`, `{"order_status_created":{"L":{}}}`, `{"created":{"S":"x","N":"1"}}`,
	} {
		err := plan.ParseJSON([]byte(text), &v)
		if _, ok := errors.AsType[*fields.ValueError](err); err == nil || ok || !strings.Contains(err.Error(), "fields: item of Go type fields_test.purchase is malformed: JSON at byte ") {
			t.Errorf("ParseJSON(%s)\n got: %v", text, err)
		}
	}
	wrong := map[string]types.AttributeValue{"order_id": nil, "created": &types.AttributeValueMemberN{Value: "5"}}
	if err := plan.Unmarshal(wrong, &v); err == nil || v.Created.Unix() != 5 {
		t.Errorf("Unmarshal of a nil value\n got: %+v %v", v, err)
	}
}
