package fields_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/fields"
)

// To a plan without a derived attribute that is one of those that no field has,
// in both forms of an item; all others are as they were.
func TestPlanWithout(t *testing.T) {
	type item struct {
		_   struct{} `ddb:"left,from={a}"`
		A   string   `ddb:"a"`
		Key string   `ddb:"key,from={a}_{n:3}"`
		N   int      `ddb:"n"`
	}
	all := planOf[item](t)
	plan := all.Without(all.Field("left"))
	if len(plan.Fields()) != 3 || plan.Field("left") != nil || all.Field("left") == nil || plan.Field("n") != all.Field("n") {
		t.Errorf("attributes %v of %v", plan.Fields(), all.Fields())
	}
	v := item{A: "x", N: 7}
	got, err := plan.AppendJSON(nil, &v)
	if want := `{"a":{"S":"x"},"key":{"S":"x_007"},"n":{"N":"7"}}`; string(got) != want || err != nil {
		t.Errorf("AppendJSON\n got: %s, %v\nwant: %s", got, err, want)
	}
	for range 2 { // the order of the attributes is known the second time
		var read item
		if err := plan.ParseJSON([]byte(`{"left":{"S":"stale"},"a":{"S":"x"},"key":{"S":"x_007"},"n":{"N":"7"}}`), &read); err != nil || read != (item{A: "x", Key: "x_007", N: 7}) {
			t.Errorf("ParseJSON: %+v, %v", read, err)
		}
		typed := map[string]types.AttributeValue{"left": &types.AttributeValueMemberN{Value: "1"}, "n": &types.AttributeValueMemberN{Value: "7"}}
		if err := plan.Unmarshal(typed, &read); err != nil || read != (item{N: 7}) {
			t.Errorf("Unmarshal: %+v, %v", read, err)
		}
	}
	stale, ok := errors.AsType[*fields.ValueError](plan.ParseJSON([]byte(`{"a":{"S":"x"},"key":{"S":"stale"},"n":{"S":"7"}}`), &v))
	if !ok || stale.Attribute != "n" {
		t.Errorf("an item that does not fit: %v", stale)
	}
	stale, ok = errors.AsType[*fields.ValueError](plan.ParseJSON([]byte(`{"a":{"S":"x"},"key":{"S":"stale"},"n":{"N":"7"}}`), &v))
	if !ok || stale.Attribute != "key" || !errors.Is(stale, fields.ErrStale) {
		t.Errorf("an item with a stale key: %v", stale)
	}
	if err := all.ParseJSON([]byte(`{"left":{"S":"stale"},"a":{"S":"x"}}`), &v); !errors.Is(err, fields.ErrStale) {
		t.Errorf("the plan with all attributes: %v", err)
	}
}
