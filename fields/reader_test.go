package fields_test

import (
	"reflect"
	"strings"
	"testing"

	"example.com/ddb/fields"
)

// A note keeps strings, alone, in a set, a list, a map and a struct.
type note struct {
	ID    string            `ddb:"id,partition"`
	Cost  fields.Decimal    `ddb:"cost"`
	Tags  []string          `ddb:"tags,set"`
	Lines []string          `ddb:"lines"`
	Names map[string]string `ddb:"names"`
	From  struct {
		City string `ddb:"city"`
	} `ddb:"from"`
}

// Strings of one response share memory with each other, and never with the
// response, nor with what is read after them.
func TestReaderKeepsNothingOfTheBuffer(t *testing.T) {
	plan := planOf[note](t)
	want := note{ID: "a", Cost: "1.5", Tags: []string{"x", "y"}, Lines: []string{"first", "second"}, Names: map[string]string{"k": "v", "long": strings.Repeat("l", 5000)}}
	want.From.City = "Bonn"
	json, err := plan.AppendJSON(nil, &want)
	if err != nil {
		t.Fatal(err)
	}
	read := make([]note, 50)
	reader, err := plan.Reader(nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range read {
		data := []byte(string(json) + ",")
		rest, err := reader.Next(data, &read[i])
		if err != nil || string(rest) != "," {
			t.Fatalf("Next: %q %v", rest, err)
		}
		for j := range data {
			data[j] = 'X'
		}
	}
	reader.Close()
	if reader.Open() {
		t.Error("the reader is open after Close")
	}
	for i := range read {
		if !reflect.DeepEqual(read[i], want) {
			t.Fatalf("read %d\n got: %+v\nwant: %+v", i, read[i], want)
		}
	}
	// Slices that were read have room for nothing: appending to one must not
	// change another.
	for _, n := range read {
		if cap(n.Lines) != len(n.Lines) || cap(n.Tags) != len(n.Tags) {
			t.Fatalf("capacities are %d and %d", cap(n.Lines), cap(n.Tags))
		}
	}
}

// TestExpectedMembers reads each value when it is expected, that is behind one
// that is well formed.
func TestExpectedMembers(t *testing.T) {
	type item struct {
		N  int8   `ddb:"n"`
		On bool   `ddb:"on"`
		S  string `ddb:"s"`
		U  level  `ddb:"u"`
	}
	plan := planOf[item](t)
	const good = `{"n":{"N":"5"},"on":{"BOOL":true},"s":{"S":"x"},"u":{"N":"3"}}`
	tests := []struct {
		text string
		want item
		err  string // "" for none
	}{
		{`{"n":{"N":"-128"},"on":{"BOOL":false},"s":{"S":""},"u":{"N":"3"}}`, item{-128, false, "", 3}, ""},
		{`{"n":{"N":"007"},"on":{"BOOL":true},"s":{"S":"\u0041"},"u":{"N":"1"}}`, item{7, true, "A", 1}, ""},
		{`{"n":{"N":"-0"},"on":{"BOOL":true},"s":{"S":"é"},"u":{"N":"1"}}`, item{0, true, "é", 1}, ""},
		{`{"n":{"N":"1E2"},"on":{"BOOL":true},"s":{"S":"x"},"u":{"N":"1"}}`, item{100, true, "x", 1}, ""},
		{`{"n":{"N":"128"},"on":{"BOOL":true},"s":{"S":"x"},"u":{"N":"1"}}`, item{0, true, "x", 1}, "does not fit in 8 bits"},
		{`{"n":{"N":"1000000000000000000000"},"on":{"BOOL":true},"s":{"S":"x"},"u":{"N":"1"}}`, item{0, true, "x", 1}, "does not fit in 8 bits"},
		{`{"n":{"N":"1.5"},"on":{"BOOL":true},"s":{"S":"x"},"u":{"N":"1"}}`, item{0, true, "x", 1}, "fraction"},
		{`{"n":{"N":""},"on":{"BOOL":true},"s":{"S":"x"},"u":{"N":"1"}}`, item{0, true, "x", 1}, "is not a decimal number"},
		{`{"n":{"N":"5"},"on":{"BOOL":1},"s":{"S":"x"},"u":{"N":"1"}}`, item{}, "true or false is missing"},
		{`{"n":{"N":"5"},"on":{"BOOL":true},"s":{"S":"` + "\xff" + `"},"u":{"N":"1"}}`, item{5, true, "", 1}, "UTF-8"},
		{`{"n":{"N":"5"},"on":{"BOOL":true},"s":{"S":"x"},"u":{"N":"9"}}`, item{5, true, "x", 9}, "Valid"},
		{`{"n":{"N":"5"},"n":{"N":"5"},"on":{"BOOL":true}}`, item{}, "twice"},
		{`{"n":{"N":"5","S":"5"},"on":{"BOOL":true}}`, item{}, "two types"},
		{`{"n":{"N":"5"`, item{}, "too early"},
		{`{"n":{"N":"5"}`, item{}, "too early"},
		{`{"n":{"N":"5"},`, item{}, "too early"},
	}
	for _, tt := range tests {
		var got item
		if err := plan.ParseJSON([]byte(good), &got); err != nil {
			t.Fatal(err)
		}
		err := plan.ParseJSON([]byte(tt.text), &got)
		if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
			t.Errorf("ParseJSON(%s): %v, want …%s…", tt.text, err, tt.err)
		}
		if tt.want != (item{}) && got != tt.want {
			t.Errorf("ParseJSON(%s)\n got: %+v\nwant: %+v", tt.text, got, tt.want)
		}
	}
}

// A level is 1 to 3.
type level int

func (l level) Valid() bool { return 1 <= l && l <= 3 }

// A padded key is compared as numbers; whatever differs from what is written is
// found all the same.
func TestExpectedDerivedAttribute(t *testing.T) {
	plan := planOf[purchase](t)
	const before = `{"order_id":{"S":"01000000-0000-0000-0000-000000000000"},"user_id":{"S":"02000000-0000-0000-0000-000000000000"},` +
		`"product_id":{"S":"03000000-0000-0000-0000-000000000000"},"created":{"N":"1428791681"},"order_status":{"N":"101"}`
	for derived, stale := range map[string]bool{
		"101_1428791681": false, "101_1428791682": true, "102_1428791681": true, "101-1428791681": true, "0101_1428791681": true,
		"101_01428791681": true, "101_142879168": true, "101_14287916811": true, "": true, "101_": true, "101": true, "1e1_1428791681": true,
	} {
		text := []byte(before + `,"order_status_created":{"S":"` + derived + `"}}`)
		for range 2 {
			var got purchase
			err := plan.ParseJSON(text, &got)
			if stale != (err != nil) {
				t.Errorf("%q: %v", derived, err)
			}
			if !stale && got != order {
				t.Errorf("%q\n got: %+v\nwant: %+v", derived, got, order)
			}
		}
	}
}
