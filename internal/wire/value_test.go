package wire_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/internal/wire"
)

func read(t testing.TB, text string) types.AttributeValue {
	t.Helper()
	scan := wire.NewScanner([]byte(text))
	av, err := wire.ReadValue(scan)
	if err == nil {
		err = scan.End()
	}
	if err != nil {
		t.Fatalf("ReadValue(%s): %v", text, err)
	}
	return av
}

// typedNil is what no caller should make.
var typedNil *types.AttributeValueMemberS

func str(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }

func list(all ...types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberL{Value: append([]types.AttributeValue{}, all...)}
}

var wellFormed = []struct {
	text string
	want types.AttributeValue
}{
	{`{"S":"a"}`, str("a")},
	{` { "S" : "a" } `, str("a")},
	{`{"\u0053":"\u0061"}`, str("a")},
	{`{"N":"x"}`, &types.AttributeValueMemberN{Value: "x"}},
	{`{"B":"AQI="}`, &types.AttributeValueMemberB{Value: []byte{1, 2}}},
	{`{"B":""}`, &types.AttributeValueMemberB{Value: []byte{}}},
	{`{"BOOL":true}`, &types.AttributeValueMemberBOOL{Value: true}},
	{`{"BOOL":false}`, &types.AttributeValueMemberBOOL{}},
	{`{"NULL":true}`, &types.AttributeValueMemberNULL{Value: true}},
	{`{"NULL":false}`, &types.AttributeValueMemberNULL{}},
	{`{"L":[]}`, list()},
	{`{"L":[{"S":"a"},{"L":[{"S":""}]}]}`, list(str("a"), list(str("")))},
	{`{"M":{}}`, &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{}}},
	{`{"M":{"a":{"S":"x"},"":{"S":"y"}}}`, &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"a": str("x"), "": str("y")}}},
	{`{"SS":["a","b"]}`, &types.AttributeValueMemberSS{Value: []string{"a", "b"}}},
	{`{"SS":[]}`, &types.AttributeValueMemberSS{Value: []string{}}},
	{`{"NS":["1"]}`, &types.AttributeValueMemberNS{Value: []string{"1"}}},
	{`{"BS":["AQ==",""]}`, &types.AttributeValueMemberBS{Value: [][]byte{{1}, {}}}},
	{`null`, nil},
	{`{}`, nil},
	{`{"NEW":{"S":["x"]}}`, nil},
	{`{"S":null}`, nil},
	{`{"NEW":1,"N":null,"S":"a","M":null,"OTHER":2}`, str("a")},
	{`{"L":[{"NEW":1},null,{"S":"a"}]}`, list(nil, nil, str("a"))},
	{`{"M":{"a":{},"b":{"S":"x"}}}`, &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"a": nil, "b": str("x")}}},
}

var malformed = []struct{ text, want string }{
	{`{"S":"a","N":"1"}`, "attribute value has two types"},
	{`{"S":"a","S":"b"}`, "attribute value has two types"},
	{`{"S":1}`, `" is missing`},
	{`{"N":1}`, `" is missing`},
	{`{"BOOL":"true"}`, "true or false is missing"},
	{`{"BOOL":1}`, "true or false is missing"},
	{`{"NULL":"true"}`, "true or false is missing"},
	{`{"B":"*"}`, "binary data is not base64"},
	{`{"B":"AQI"}`, "binary data is not base64"},
	{`{"BS":["*"]}`, "binary data is not base64"},
	{`{"SS":"a"}`, "[ is missing"},
	{`{"SS":["a",null]}`, `" is missing`},
	{`{"L":{}}`, "[ is missing"},
	{`{"M":[]}`, "{ is missing"},
	{`{"S":"a"`, "text ends too early"},
	{`"a"`, "{ is missing"},
	{`[]`, "{ is missing"},
	{strings.Repeat(`{"L":[`, 36) + strings.Repeat(`]}`, 36), "nested"},
}

func TestValuesAreRead(t *testing.T) {
	for _, tt := range wellFormed {
		if got := read(t, tt.text); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("ReadValue(%s)\n got: %#v\nwant: %#v", tt.text, got, tt.want)
		}
	}
	for _, tt := range malformed {
		av, err := wire.ReadValue(wire.NewScanner([]byte(tt.text)))
		if err == nil || av != nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("ReadValue(%s)\n got: %v %v\nwant: …%s…", tt.text, av, err, tt.want)
		}
	}
}

// FuzzValue: what is read is written again, and read as the same value.
func FuzzValue(f *testing.F) {
	for _, seed := range []string{
		`{"S":"a\"\u0000é"}`, `{"N":"1"}`, `{"B":"AQI="}`, `{"BOOL":true}`, `{"NULL":true}`, `{"L":[{"S":"a"},{"M":{"b":{"N":"2"}}}]}`,
		`{"SS":["a","b"]}`, `{"NS":["1"]}`, `{"BS":["AQ==",""]}`, `{"NEW":1}`, `{"L":[null]}`, `{"M":{"a":{"S":"x"},"a":{"N":"1"}}}`, `{"S":"a","NEW":[{}],"N":null}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		av, err := wire.ReadValue(wire.NewScanner(text))
		if err != nil {
			return
		}
		written, err := wire.AppendValue(nil, av)
		if err != nil {
			if !errors.Is(err, wire.ErrUnknown) {
				t.Fatalf("AppendValue of %s: %v", text, err)
			}
			return
		}
		back, err := wire.ReadValue(wire.NewScanner(written))
		if err != nil || !reflect.DeepEqual(av, back) || !wire.Equal(av, back) {
			t.Fatalf("%s is written as %s\n got: %#v %v\nwant: %#v", text, written, back, err, av)
		}
	})
}

func TestNothingAliases(t *testing.T) {
	text := []byte(`{"M":{"name":{"L":[{"S":"string"},{"N":"12345"},{"B":"AQI="},{"SS":["element"]}]}}}`)
	av, err := wire.ReadValue(wire.NewScanner(text))
	want := read(t, string(text))
	clear(text)
	if err != nil || !reflect.DeepEqual(av, want) {
		t.Errorf("what was read changes with the buffer\n got: %#v %v", av, err)
	}
}

func TestUnknownValuesAreNotWritten(t *testing.T) {
	for _, av := range []types.AttributeValue{
		nil, typedNil, &types.UnknownUnionMember{Tag: "NEW"},
		&types.AttributeValueMemberL{Value: []types.AttributeValue{nil}},
		&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"a": typedNil}},
	} {
		if text, err := wire.AppendValue(nil, av); !errors.Is(err, wire.ErrUnknown) {
			t.Errorf("AppendValue(%#v)\n got: %s %v\nwant: %v", av, text, err, wire.ErrUnknown)
		}
	}
	if wire.Size(nil) != 0 || wire.Size(typedNil) != 0 || !wire.Equal(nil, nil) || wire.Equal(nil, read(t, `{"S":""}`)) {
		t.Error("nil has a size, or is not equal to nil alone")
	}
}

func TestSets(t *testing.T) {
	tests := []struct {
		a, b               string
		contains, disjoint bool
	}{
		{`{"SS":["a","b"]}`, `{"SS":["b"]}`, true, false},
		{`{"SS":["b"]}`, `{"SS":["b","a"]}`, false, false},
		{`{"SS":["a"]}`, `{"SS":["b"]}`, false, true},
		{`{"NS":["1","2"]}`, `{"NS":["1.0"]}`, true, false},
		{`{"NS":["1"]}`, `{"SS":["1"]}`, false, true},
		{`{"BS":["AQ=="]}`, `{"BS":["AQ=="]}`, true, false},
		{`{"S":"a"}`, `{"S":"a"}`, false, true},
		{`{"SS":["a"]}`, `{"L":[]}`, false, true},
		{`{}`, `{"SS":["a"]}`, false, true},
	}
	for _, tt := range tests {
		a, b := read(t, tt.a), read(t, tt.b)
		if contains, disjoint := wire.Contains(a, b), wire.Disjoint(a, b); contains != tt.contains || disjoint != tt.disjoint {
			t.Errorf("%s and %s\n got: Contains %v, Disjoint %v\nwant: %v, %v", tt.a, tt.b, contains, disjoint, tt.contains, tt.disjoint)
		}
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]int{
		`{"S":"aé"}`: 3, `{"N":"123"}`: 3, `{"N":"-100"}`: 2, `{"B":"AQI="}`: 2, `{"BOOL":true}`: 1, `{"NULL":true}`: 1,
		`{"SS":["a","bc"]}`: 3, `{"NS":["1","22"]}`: 4, `{"BS":["AQ=="]}`: 1, `{"L":[{"S":"a"}]}`: 5, `{"M":{"ab":{"S":"c"}}}`: 7,
	} {
		if got := wire.Size(read(t, text)); got != want {
			t.Errorf("Size(%s)\n got: %d\nwant: %d", text, got, want)
		}
	}
}

// An attribute that is expected is read like one that is not.
func TestExpectedAttributes(t *testing.T) {
	for _, text := range []string{
		`{"S":"a"}`, `{"S":""}`, `{"N":"1"}`, `{"B":"AQI="}`, `{"BOOL":true}`, `{"NULL":true}`, `{"L":[{"S":"a"}]}`, `{"M":{"a":{"S":"b"}}}`,
		`{"SS":["a"]}`, `{"NS":["1"]}`, `{"BS":["AQ=="]}`, `{"S":null}`, `{"M":null}`, `{"L":null}`, `{"SS":null}`, `{"NEW":1}`, `null`,
	} {
		for _, k := range []wire.Kind{wire.S, wire.N, wire.B, wire.BOOL, wire.NULL, wire.L, wire.M, wire.SS, wire.NS, wire.BS, ""} {
			label := wire.NewLabel(`n"é`, k)
			data := []byte(`"n\"é":` + text + `,"next":1`)
			scan := wire.NewScanner(data)
			expected := scan.Expect(&label)
			if !expected {
				if _, err := scan.Name(); err != nil {
					t.Fatal(err)
				}
			}
			av, err := wire.ReadValue(scan)
			if err != nil || !reflect.DeepEqual(av, read(t, text)) || !scan.Prefix(`,"next"`) {
				t.Errorf("%s where %q is expected (%v)\n got: %#v %v", text, k, expected, av, err)
			}
			if expected && k != wire.KindOf(av) {
				t.Errorf("%s is taken for %q", text, k)
			}
		}
	}
}

func TestSinksAgree(t *testing.T) {
	for _, text := range []string{
		`{"S":"a"}`, `{"B":""}`, `{"L":[{"S":"a"},{"N":"1"},{"S":"b"},{"NULL":true},{"BOOL":false}]}`,
		`{"M":{"a":{"L":[]},"b":{"M":{}},"c":{"SS":["x"]}}}`,
	} {
		av := read(t, text)
		json, err := wire.AppendValue([]byte("x"), av)
		if err != nil || string(json) != "x"+text {
			t.Errorf("AppendValue(%s)\n got: %s %v", text, json, err)
		}
		var sink wire.Sink
		if err := wire.Copy(&sink, wire.ValueSource(av)); err != nil || !reflect.DeepEqual(sink.Value(), av) {
			t.Errorf("Copy(%s)\n got: %#v %v", text, sink.Value(), err)
		}
	}
	deep := strings.Repeat(`{"L":[`, 33) + strings.Repeat(`]}`, 33)
	if _, err := wire.ReadValue(wire.NewScanner([]byte(deep))); err == nil || !strings.Contains(err.Error(), "32 levels") {
		t.Errorf("33 lists\n got: %v", err)
	}
}
