package fields_test

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"example.com/ddb/fields"
)

func valueOf(t *testing.T, json string) fields.Value {
	t.Helper()
	v, err := fields.FromAttributeValue(readItem(t, []byte(in(json)))["v"])
	if err != nil {
		t.Fatalf("FromAttributeValue(%s): %v", json, err)
	}
	return v
}

func TestEqualValues(t *testing.T) {
	classes := [][]string{
		{`{"S":"a"}`}, {`{"S":"1"}`}, {`{"S":""}`}, {`{"B":"YQ=="}`}, {`{"BOOL":true}`}, {`{"BOOL":false}`}, {`{"NULL":true}`},
		{`{"N":"1"}`, `{"N":"1.0"}`, `{"N":"10e-1"}`}, {`{"N":"0"}`, `{"N":"-0"}`},
		{`{"SS":["a","b"]}`, `{"SS":["b","a"]}`}, {`{"SS":["a"]}`}, {`{"NS":["1","2"]}`, `{"NS":["2.0","1"]}`}, {`{"BS":["YQ=="]}`},
		{`{"L":[]}`}, {`{"L":[{"N":"1"},{"N":"2"}]}`, `{"L":[{"N":"1"},{"N":"2.0"}]}`}, {`{"L":[{"N":"2"},{"N":"1"}]}`},
		{`{"M":{}}`}, {`{"M":{"a":{"N":"1"},"b":{"S":""}}}`, `{"M":{"b":{"S":""},"a":{"N":"1.0"}}}`}, {`{"M":{"a":{"N":"1"}}}`}, {`{"M":{"b":{"N":"1"}}}`},
	}
	for i, class := range classes {
		for _, a := range class {
			for j, other := range classes {
				for _, b := range other {
					if got := valueOf(t, a).Equal(valueOf(t, b)); got != (i == j) {
						t.Errorf("%s equals %s: %v", a, b, got)
					}
				}
			}
		}
	}
}

func TestValuesAreOrderedAsDynamoDBDoes(t *testing.T) {
	for _, sorted := range [][]string{
		{`{"N":"-10"}`, `{"N":"-9.5"}`, `{"N":"0"}`, `{"N":"1e-130"}`, `{"N":"9"}`, `{"N":"10"}`, `{"N":"9.9e125"}`},
		{`{"S":""}`, `{"S":"10"}`, `{"S":"9"}`, `{"S":"A"}`, `{"S":"_"}`, `{"S":"a"}`, `{"S":"é"}`, `{"S":"` + "\U0001F600" + `"}`},
		{`{"B":""}`, `{"B":"AA=="}`, `{"B":"fw=="}`, `{"B":"/w=="}`},
	} {
		for i := range sorted {
			for j := range sorted {
				want := min(1, max(-1, i-j))
				if got := valueOf(t, sorted[i]).Compare(valueOf(t, sorted[j])); got != want {
					t.Errorf("%s compared with %s\n got: %d\nwant: %d", sorted[i], sorted[j], got, want)
				}
			}
		}
	}
}

func TestScalarsFromText(t *testing.T) {
	for _, tt := range []struct {
		kind fields.Kind
		text string
		ok   bool
	}{
		{fields.S, "a", true}, {fields.S, "", false}, {fields.S, "\xff", false},
		{fields.N, "1", true}, {fields.N, "", false}, {fields.N, "x", false},
		{fields.B, "\xff", true}, {fields.B, "", false},
		{fields.BOOL, "true", false}, {fields.L, `{"L":[]}`, false}, {"", "a", false},
	} {
		v, ok := fields.ParseScalar(tt.kind, tt.text)
		if ok != tt.ok || ok && (v.Kind() != tt.kind || v.Text() != tt.text) {
			t.Errorf("ParseScalar(%q, %q)\n got: %v %v\nwant: %v", tt.kind, tt.text, v, ok, tt.ok)
		}
	}
	if v := fields.String("a").WithText("b"); v != fields.String("b") {
		t.Errorf("WithText\n got: %v", v)
	}
	if got := string(fields.EmptyList.AppendJSON(nil)); got != `{"L":[]}` || fields.EmptyList.Kind() != fields.L {
		t.Errorf("EmptyList\n got: %s", got)
	}
	if got := string(fields.String("\"\n").AppendJSON([]byte("x"))); got != `x{"S":"\"\u000a"}` {
		t.Errorf("AppendJSON\n got: %s", got)
	}
}

// What AttributeValue returns is the caller's to change.
func TestValuesAreImmutable(t *testing.T) {
	for _, json := range []string{`{"B":"YQ=="}`, `{"BS":["YQ=="]}`, `{"SS":["a"]}`, `{"M":{"a":{"S":""}}}`, `{"L":[{"S":"a"}]}`} {
		v := valueOf(t, json)
		switch av := v.AttributeValue().(type) {
		case *types.AttributeValueMemberB:
			av.Value[0] = 'x'
		case *types.AttributeValueMemberBS:
			av.Value[0][0] = 'x'
		case *types.AttributeValueMemberSS:
			av.Value[0] = "x"
		case *types.AttributeValueMemberM:
			clear(av.Value)
		case *types.AttributeValueMemberL:
			av.Value[0] = nil
		}
		if got := string(v.AppendJSON(nil)); got != json {
			t.Errorf("value %s changed to %s", json, got)
		}
	}
}

func TestNumbersAreAddedExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`-?[0-9]{1,18}(\.[0-9]{1,18})?`)
		a, _ := fields.ParseScalar(fields.N, number.Draw(t, "a"))
		b, _ := fields.ParseScalar(fields.N, number.Draw(t, "b"))
		sum, err := fields.Sum(a, b)
		if err != nil {
			t.Skip()
		}
		rat := func(v fields.Value) *big.Rat { r, _ := new(big.Rat).SetString(v.Text()); return r }
		if got, want := rat(sum), new(big.Rat).Add(rat(a), rat(b)); got.Cmp(want) != 0 {
			t.Fatalf("%s + %s\n got: %s\nwant: %s", a.Text(), b.Text(), got.FloatString(20), want.FloatString(20))
		}
	})
	one := fields.Int(1)
	if sum, err := fields.Sum(fields.Value{}, one); err != nil || sum != one {
		t.Errorf("none and 1\n got: %v %v", sum, err)
	}
	huge, _ := fields.ParseScalar(fields.N, "9e37")
	if _, err := fields.Sum(huge, valueOf(t, `{"N":"0.1"}`)); err == nil || !strings.Contains(err.Error(), "38 significant digits") {
		t.Errorf("a sum of 39 digits\n got: %v", err)
	}
	if _, err := fields.Sum(one, fields.String("x")); err == nil {
		t.Error("Sum takes a string")
	}
	next, ok := fields.NextNumber(one)
	if prev, okPrev := fields.PrevNumber(next); !ok || !okPrev || next.Compare(one) <= 0 || prev != one {
		t.Errorf("neighbours of 1: %s, %s", next.Text(), prev.Text())
	}
	if _, ok := fields.NextNumber(fields.String("x")); ok {
		t.Error("a string has a next number")
	}
}

func TestKeepForgetsTheOthers(t *testing.T) {
	type item struct {
		_ struct{} `ddb:"k,from={a}"`
		A int      `ddb:"a"`
		B []int    `ddb:"b"`
		*Extra
		Local int `ddb:"-"`
	}
	v := item{A: 1, B: []int{2}, Extra: &Extra{Note: ptr("x")}, Local: 3}
	planOf[item](t).Keep(&v, func(f *fields.Field) bool { return slices.Contains([]string{"a"}, f.Name) })
	if v.A != 1 || v.B != nil || v.Note != nil || v.Local != 3 {
		t.Errorf("Keep\n got: %+v", v)
	}
	planOf[item](t).Keep(new(item), func(*fields.Field) bool { return false })
}
