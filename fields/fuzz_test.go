package fields_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"example.com/ddb/fields"
)

// A subject is an item type whose attribute v has one codec.
type subject struct {
	name string
	read func(t *testing.T, item []byte)
}

// subjectOf checks of an item what holds for every codec: nothing panics, both
// forms are read alike, nothing that was read lies in the buffer, and what was
// read is written again and read as the same value.
func subjectOf[T any](name string) subject {
	return subject{name, func(t *testing.T, item []byte) {
		v, err := unmarshal[T](t, string(item))
		if err != nil {
			return
		}
		written, err := marshal(t, v)
		if err != nil {
			// A stored set has no duplicates; nothing looks for them.
			if !strings.Contains(err.Error(), "same element twice") {
				t.Fatalf("%s: %s is read as %+v and not written again: %v", name, item, v, err)
			}
			return
		}
		back, err := unmarshal[T](t, written)
		if err != nil || !reflect.DeepEqual(v, back) {
			t.Fatalf("%s: %s is read as %+v, written as %s and read as %+v, %v", name, item, v, written, back, err)
		}
	}}
}

// subjects are all codecs, alone and inside one another.
var subjects = []subject{
	subjectOf[struct {
		V string `ddb:"v"`
	}]("string"),
	subjectOf[struct {
		V *bool `ddb:"v"`
	}]("bool"),
	subjectOf[struct {
		V int8 `ddb:"v"`
	}]("int8"),
	subjectOf[struct {
		V int64 `ddb:"v"`
	}]("int64"),
	subjectOf[struct {
		V uint16 `ddb:"v"`
	}]("uint16"),
	subjectOf[struct {
		V uint64 `ddb:"v"`
	}]("uint64"),
	subjectOf[struct {
		V float32 `ddb:"v"`
	}]("float32"),
	subjectOf[struct {
		V float64 `ddb:"v"`
	}]("float64"),
	subjectOf[struct {
		V fields.Decimal `ddb:"v"`
	}]("decimal"),
	subjectOf[struct {
		V []byte `ddb:"v"`
	}]("bytes"),
	subjectOf[struct {
		V [3]byte `ddb:"v"`
	}]("byte array"),
	subjectOf[struct {
		V uuid.UUID `ddb:"v"`
	}]("uuid"),
	subjectOf[struct {
		V uuid.NullUUID `ddb:"v"`
	}]("null uuid"),
	subjectOf[struct {
		V time.Time `ddb:"v"`
	}]("time"),
	subjectOf[struct {
		V time.Time `ddb:"v,unix"`
	}]("unix"),
	subjectOf[struct {
		V time.Time `ddb:"v,unixmilli"`
	}]("unixmilli"),
	subjectOf[struct {
		V fields.IntInt `ddb:"v"`
	}]("int_int"),
	subjectOf[struct {
		V Level `ddb:"v"`
	}]("enum"),
	subjectOf[struct {
		V map[string]any `ddb:"v,json"`
	}]("json"),
	subjectOf[struct {
		V *struct {
			A []int
			B *string
		} `ddb:"v,json"`
	}]("json struct"),
	subjectOf[struct {
		V netip.Addr `ddb:"v"`
	}]("text"),
	subjectOf[struct {
		V *netip.Prefix `ddb:"v"`
	}]("text pointer"),
	subjectOf[struct {
		V []*string `ddb:"v"`
	}]("list"),
	subjectOf[struct {
		V [2][]int `ddb:"v"`
	}]("array"),
	subjectOf[struct {
		V map[string][]byte `ddb:"v"`
	}]("map"),
	subjectOf[struct {
		V map[int16]*Color `ddb:"v"`
	}]("map of numbers"),
	subjectOf[struct {
		V []string `ddb:"v,set"`
	}]("string set"),
	subjectOf[struct {
		V map[float64]struct{} `ddb:"v,set"`
	}]("number set"),
	subjectOf[struct {
		V [][]byte `ddb:"v,set"`
	}]("binary set"),
	subjectOf[struct {
		V address `ddb:"v"`
	}]("struct"),
	subjectOf[struct {
		V *tree `ddb:"v"`
	}]("tree"),
	subjectOf[struct {
		V types.AttributeValue `ddb:"v"`
	}]("any"),
	subjectOf[struct {
		V celsius `ddb:"v,codec=kelvin"`
	}]("registered"),
	subjectOf[struct {
		V []point `ddb:"v"`
	}]("via"),
	subjectOf[struct {
		V string `ddb:"v,from=A#{a}"`
		A int    `ddb:"a"`
	}]("derived"),
}

var decodeSeeds = []string{
	`{"S":""}`, `{"S":"a\"\u0000é\ud83d\ude00\ud800"}`, `{"S":"101_1428791681"}`, `{"S":"2015-04-11T22:34:41.000000000Z"}`, `{"S":"1.2.3.4"}`, `{"S":"1;2"}`,
	`{"S":"f14e47c3-0232-430c-b79c-65b9ab000110"}`, `{"S":"00000000-0000-0000-0000-000000000000"}`, `{"S":"{\"a\":[1.50,null,\"\\ud800\"],\"A\":[1]}"}`, `{"S":"null"}`, `{"S":"red"}`, `{"S":"A#5"},"a":{"N":"5"}`,
	`{"N":"1"}`, `{"N":"-0"}`, `{"N":"1e3"}`, `{"N":"0.1"}`, `{"N":"9223372036854775808"}`, `{"N":"-9223372036854775808"}`, `{"N":"99999999999999999999999999999999999999"}`, `{"N":"1e-130"}`, `{"N":"NaN"}`,
	`{"B":"AQID"}`, `{"B":""}`, `{"B":"A"}`, `{"BOOL":true}`, `{"BOOL":null}`, `{"NULL":true}`, `{"NULL":false}`, `{}`, `null`, `{"NEW":[1]}`, `{"S":"a","N":"1"}`, `{"S":null,"N":"1"}`,
	`{"L":[]}`, `{"L":[{"S":"a"},{"NULL":true}]}`, `{"L":[{"L":[{"N":"1"}]},{"L":[]}]}`, `{"L":[{"N":"1"},{"S":"x"}]}`, `{"L":[{"M":{"x":{"N":"1"},"y":{"N":"2"}}}]}`,
	`{"M":{}}`, `{"M":{"a":{"B":""},"b":{"NULL":true}}}`, `{"M":{"1":{"S":"red"},"01":{"S":"green"}}}`, `{"M":{"street":{"S":"x"},"zip":{"S":"y"},"level":{"N":"1"}}}`,
	`{"M":{"name":{"S":""},"children":{"L":[{"M":{"next":{"M":{}}}}]}}}`, `{"M":{"":{"NULL":true}}}`, `{"M":{"a":{"N":"1"},"a":{"N":"2"}}}`, `{"M":{"a":{},"a":{"NULL":true}}}`,
	`{"L":[{"M":{"x":{"N":"0"},"x":{}}}]}`, `{"SS":["a","b"]}`, `{"SS":["a","a"]}`, `{"SS":[]}`, `{"NS":["1","1.0"]}`, `{"NS":["1","-2.5"]}`, `{"BS":["AQ==",""]}`, `{"SS":[null]}`, `{"L":[{"NEW":1}]}`, `{"L":[null]}`,
	`{"S":"a"},"v":{"S":"b"}`, `{"S":"a"}}x`, `{"S":"a"`, "{\"S\":\"\xff\"}", "{\"M\":{\"\xff\":{\"S\":\"a\"}}}",
}

// FuzzDecode reads anything with every codec.
func FuzzDecode(f *testing.F) {
	for _, seed := range decodeSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		item := []byte(`{"v":` + string(value) + `}`)
		for _, s := range subjects {
			s.read(t, bytes.Clone(item))
		}
	})
}

// FuzzFloat compares with math/big what is read and written as a float.
func FuzzFloat(f *testing.F) {
	for _, seed := range []float64{0, 1, -1.5, 0.1, 1e21, 1e-7, math.MaxFloat64, math.SmallestNonzeroFloat64, 9.9e125, 1e126, 1e-130, math.NaN(), math.Inf(1), 16777217, 123456.7} {
		f.Add(seed, "0.1")
	}
	for _, seed := range []string{"0.10", "16777217", "9007199254740993", "123456", "1234567", "0.0000001", "1e22", "1.17549435e-38", "3.4028236e38", "5e-324", "1e-46"} {
		f.Add(1.0, seed)
	}
	type wide struct {
		V float64 `ddb:"v"`
	}
	type narrow struct {
		V float32 `ddb:"v"`
	}
	f.Fuzz(func(t *testing.T, v float64, text string) {
		if stored, err := marshal(t, wide{v}); err == nil {
			back, err := unmarshal[wide](t, stored)
			if err != nil || back.V != v {
				t.Fatalf("%v is stored as %s and read as %v, %v", v, stored, back.V, err)
			}
		} else if a := math.Abs(v); a >= 1e-130 && a < 1e126 || v == 0 {
			t.Fatalf("%v is not stored: %v", v, err)
		}
		if stored, err := marshal(t, narrow{float32(v)}); err == nil {
			back, err := unmarshal[narrow](t, stored)
			if err != nil || back.V != float32(v) {
				t.Fatalf("float32(%v) is stored as %s and read as %v, %v", v, stored, back.V, err)
			}
		}
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\"\\") || len(text) > 60 {
			return
		}
		item := in(`{"N":"` + text + `"}`)
		if got, err := unmarshal[wide](t, item); err == nil {
			checkFloat(t, text, got.V, 64)
		}
		if got, err := unmarshal[narrow](t, item); err == nil {
			checkFloat(t, text, float64(got.V), 32)
		}
	})
}

// checkFloat checks that v is the float nearest to the number text, and that
// its shortest text is that number.
func checkFloat(t *testing.T, text string, v float64, bits int) {
	if _, exp, ok := strings.Cut(strings.ToLower(text), "e"); ok && len(exp) > 4 {
		return // too much for big.Rat
	}
	want, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%q is read as %v", text, v)
	}
	nearest, _ := want.Float64()
	if bits == 32 {
		n, _ := want.Float32()
		nearest = float64(n)
	}
	if v != nearest {
		t.Fatalf("%q is read as %v, the nearest float of %d bits is %v", text, v, bits, nearest)
	}
	short, _ := new(big.Rat).SetString(big.NewFloat(v).Text('g', -1))
	if bits == 32 {
		short, _ = new(big.Rat).SetString(json32(float32(v)))
	}
	if short.Cmp(want) != 0 {
		t.Fatalf("%q is read as %v, which loses digits", text, v)
	}
}

func json32(v float32) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// FuzzTag compiles fields of many types with any tag: it never panics, and a
// mistake is a *TagError with a remedy.
func FuzzTag(f *testing.F) {
	for _, seed := range []string{
		"", "-", "v", "v,", ",", "v,unix", "v,unix,truncate", "v,set,omitzero", "v,partition,sort=by_v,local=by_w", "v,from={a:3}_{b}", "v,from={v}", "v,from={{}}{a",
		"v,from={a:+18}{{", "v,codec=kelvin", "v,codec=", "v,writeid", "a", "v,json", "v,decimal", "v,int_int", "v,list", "v,map", "v,from=,x,{a}", "é,uuid", "\xff",
	} {
		f.Add(seed)
	}
	of := []reflect.Type{
		reflect.TypeFor[string](), reflect.TypeFor[*int](), reflect.TypeFor[float32](), reflect.TypeFor[bool](), reflect.TypeFor[time.Time](), reflect.TypeFor[uuid.UUID](),
		reflect.TypeFor[[]byte](), reflect.TypeFor[[]string](), reflect.TypeFor[map[string]struct{}](), reflect.TypeFor[map[int]tree](), reflect.TypeFor[fields.IntInt](),
		reflect.TypeFor[celsius](), reflect.TypeFor[Level](), reflect.TypeFor[chan int](), reflect.TypeFor[any](), reflect.TypeFor[*address](), reflect.TypeFor[wrongIn](), reflect.TypeFor[types.AttributeValue](),
	}
	f.Fuzz(func(t *testing.T, tag string) {
		for _, v := range of {
			err := fields.Compile(reflect.StructOf([]reflect.StructField{
				{Name: "A", Type: reflect.TypeFor[int](), Tag: `ddb:"a"`},
				{Name: "V", Type: v, Tag: reflect.StructTag("ddb:" + quoteTag(tag))},
				{Name: "B", Type: reflect.TypeFor[*string](), Tag: `ddb:"b"`},
			}))
			if err == nil {
				continue
			}
			te, ok := errors.AsType[*fields.TagError](err)
			if !ok || !strings.Contains(te.Reason, ";") && !strings.Contains(te.Reason, "is not valid; use") {
				t.Fatalf("tag %q on %v: no *TagError with a remedy: %v", tag, v, err)
			}
		}
	})
}

func quoteTag(tag string) string {
	text, err := json.Marshal(tag)
	if err != nil || !utf8.ValidString(tag) {
		return `"\xff"`
	}
	return string(text)
}

// FuzzTemplate makes keys by any template and reads any text with it.
func FuzzTemplate(f *testing.F) {
	for _, tmpl := range every {
		f.Add(tmpl, "101_1428791681", int64(101), "Ann")
	}
	f.Add("{n}{", "{}", int64(-1), "a_b")
	f.Add("{text}##{n:+3}", "a###0995", int64(-5), "a#")
	f.Add("{{{a:3}}}", "{}}", int64(0), "")
	f.Fuzz(func(t *testing.T, text, key string, n int64, word string) {
		tmpl, wrong := fields.CompileTemplate(planOf[keyed](t), text)
		if len(wrong) > 0 {
			for _, reason := range wrong {
				if !strings.Contains(reason, ";") {
					t.Fatalf("template %q: no remedy: %s", text, reason)
				}
			}
			return
		}
		if tmpl.String() != text || !utf8.ValidString(text) {
			t.Fatalf("template %q became %q", text, tmpl)
		}
		checkParse(t, tmpl, key)
		v := full
		v.N, v.Text, v.Small, v.Unix = n, word, uint8(n), time.Unix(n>>20, 0).UTC()
		if !utf8.ValidString(word) {
			return
		}
		values := stored(t, &v)
		made, ok, err := tmpl.Derive(values)
		if err != nil || !ok {
			return
		}
		parsed, ok := tmpl.Parse(made.Text())
		if !ok {
			t.Fatalf("template %q makes %q and does not parse it", text, made.Text())
		}
		for i, facet := range facets(tmpl) {
			if v, _ := values(facet.Field); parsed[i] != asReturned(v) {
				t.Fatalf("template %q makes %q, whose facet {%s} is parsed as %q", text, made.Text(), facet.Field.Name, parsed[i])
			}
		}
	})
}

// TestEveryCodecIsASubject: the fuzz test is over every codec that a tag can
// name.
func TestEveryCodecIsASubject(t *testing.T) {
	for codec := range fields.Builtins() {
		if !slices.ContainsFunc(subjects, func(s subject) bool { return strings.Contains(s.name, codec) }) {
			t.Errorf("no subject has the codec %s", codec)
		}
	}
	for _, s := range subjects {
		for _, seed := range decodeSeeds {
			s.read(t, []byte(in(seed)))
		}
	}
}
