package fields_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"example.com/ddb/fields"
)

// A formatFile is testdata/format/NAME.json: the stored bytes of one codec.
// What stands there is never changed; UPDATE_GOLDEN=1 adds what is missing.
type formatFile struct {
	Codec   string            `json:"codec"`
	Type    string            `json:"type"` // Go type
	Tag     string            `json:"tag"`
	Vectors []formatVector    `json:"vectors"`
	Refused []json.RawMessage `json:"refused"` // stored values that are not read
}

type formatVector struct {
	Go     string          `json:"go"`     // the value in Go
	Stored json.RawMessage `json:"stored"` // null if the attribute is absent
}

// A format has the Go values of a file's vectors.
type format struct {
	name  string
	check func(t *testing.T, f *formatFile)
}

// formatOf makes a format of the item type T, whose field V holds the value.
// Values go by how they are written in Go.
func formatOf[T any](name string, values map[string]T, refused ...string) format {
	return format{name, func(t *testing.T, f *formatFile) {
		v := reflect.TypeFor[T]().Field(0)
		f.Codec, f.Type, f.Tag = name, v.Type.String(), v.Tag.Get("ddb")
		known := make(map[string]bool)
		for _, vector := range f.Vectors {
			value, ok := values[vector.Go]
			if !ok {
				t.Errorf("%s.json: no Go value for the vector %s", name, vector.Go)
				continue
			}
			known[vector.Go] = true
			round(t, value, vector.item(t))
		}
		for _, source := range slices.Sorted(maps.Keys(values)) {
			if known[source] {
				continue
			}
			stored, err := marshal(t, values[source])
			if mayAdd(t, name, source, err) {
				f.Vectors = append(f.Vectors, formatVector{source, attribute(stored)})
			}
		}
		for _, stored := range f.Refused {
			known[string(compact(t, stored))] = true
		}
		for _, stored := range refused {
			if !known[stored] && mayAdd(t, name, stored, nil) {
				f.Refused = append(f.Refused, json.RawMessage(stored))
			}
		}
		for _, stored := range f.Refused {
			if v, err := unmarshal[T](t, in(string(stored))); err == nil {
				t.Errorf("%s.json: %s is read as %+v", name, stored, v)
			}
		}
	}}
}

// mayAdd reports whether a vector that a file lacks is added to it.
func mayAdd(t *testing.T, name, vector string, err error) bool {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") == "" || err != nil {
		t.Errorf("%s.json lacks %s (%v); write it with UPDATE_GOLDEN=1", name, vector, err)
		return false
	}
	return true
}

// item is the item that the vector's attribute is in.
func (v formatVector) item(t *testing.T) string {
	if string(v.Stored) == "null" {
		return `{}`
	}
	return in(string(compact(t, v.Stored)))
}

// attribute is the attribute v of an item.
func attribute(item string) json.RawMessage {
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(item), &members); err != nil || members["v"] == nil {
		return json.RawMessage("null")
	}
	return members["v"]
}

func TestStoredFormat(t *testing.T) {
	for _, format := range formats() {
		path := filepath.Join("testdata", "format", format.name+".json")
		var f formatFile
		was, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(was, &f)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("%s: %v", path, err)
		}
		format.check(t, &f)
		writeGolden(t, path, was, f.text(t))
	}
}

func compact(t *testing.T, text []byte) []byte {
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// text is the file with a vector on each line.
func (f *formatFile) text(t *testing.T) []byte {
	var b bytes.Buffer
	b.WriteString("{\n  \"codec\": ")
	b.Write(encode(t, f.Codec))
	b.WriteString(",\n  \"type\": ")
	b.Write(encode(t, f.Type))
	b.WriteString(",\n  \"tag\": ")
	b.Write(encode(t, f.Tag))
	appendLines(t, &b, "vectors", f.Vectors)
	appendLines(t, &b, "refused", f.Refused)
	b.WriteString("\n}\n")
	return b.Bytes()
}

func appendLines[V any](t *testing.T, b *bytes.Buffer, name string, all []V) {
	b.WriteString(",\n  \"" + name + "\": [")
	for i, v := range all {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n    ")
		b.Write(encode(t, v))
	}
	b.WriteString("\n  ]")
}

func encode(t *testing.T, v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(b.Bytes())
}

func writeGolden(t *testing.T, path string, was, is []byte) {
	if os.Getenv("UPDATE_GOLDEN") == "" || bytes.Equal(was, is) || t.Failed() {
		return
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, is, 0o644); err != nil {
		t.Fatal(err)
	}
}

// formats are all codecs.
func formats() []format {
	type str = struct {
		V string `ddb:"v"`
	}
	type boolean = struct {
		V bool `ddb:"v"`
	}
	type number = struct {
		V int64 `ddb:"v,int"`
	}
	type unsigned = struct {
		V uint64 `ddb:"v,uint"`
	}
	type float = struct {
		V float64 `ddb:"v,float"`
	}
	type float32s = struct {
		V float32 `ddb:"v,float"`
	}
	type decimal = struct {
		V fields.Decimal `ddb:"v,decimal"`
	}
	type binary = struct {
		V []byte `ddb:"v,bytes"`
	}
	type array = struct {
		V [2]byte `ddb:"v,bytes"`
	}
	type id = struct {
		V uuid.UUID `ddb:"v,uuid"`
	}
	type clock = struct {
		V time.Time `ddb:"v,time"`
	}
	type unix = struct {
		V time.Time `ddb:"v,unix"`
	}
	type milli = struct {
		V time.Time `ddb:"v,unixmilli"`
	}
	type pair = struct {
		V fields.IntInt `ddb:"v,int_int"`
	}
	type nullable = struct {
		V uuid.NullUUID `ddb:"v"`
	}
	type text = struct {
		V netip.Addr `ddb:"v"`
	}
	type document = struct {
		V map[string]any `ddb:"v,json"`
	}
	type list = struct {
		V []*string `ddb:"v,list"`
	}
	type table = struct {
		V map[string]int `ddb:"v,map"`
	}
	type byID = struct {
		V map[uuid.UUID]bool `ddb:"v,map"`
	}
	type nested = struct {
		V *address `ddb:"v,map"`
	}
	type stringSet = struct {
		V []string `ddb:"v,set"`
	}
	type numberSet = struct {
		V map[int]struct{} `ddb:"v,set"`
	}
	type binarySet = struct {
		V [][]byte `ddb:"v,set"`
	}
	type pointer = struct {
		V **int `ddb:"v"`
	}
	type enum = struct {
		V Level `ddb:"v"`
	}
	type zero = struct {
		V int `ddb:"v,omitzero"`
	}
	type any = struct {
		V types.AttributeValue `ddb:"v"`
	}
	return []format{
		formatOf("string", map[string]str{
			`""`:                    {""},
			`"Ann"`:                 {"Ann"},
			`"é\u2028\U0001F600"`:   {"é\u2028\U0001F600"},
			`"\"\\/\x00\n\x1f\x7f"`: {"\"\\/\x00\n\x1f\x7f"},
		}, `{"N":"1"}`, `{"NULL":true}`, `{"NEW":"x"}`),
		formatOf("bool", map[string]boolean{`true`: {true}, `false`: {false}}, `{"S":"true"}`),
		formatOf("int", map[string]number{
			`0`: {0}, `-1`: {-1}, `math.MaxInt64`: {math.MaxInt64}, `math.MinInt64`: {math.MinInt64}, `1<<53 + 1`: {1<<53 + 1},
		}, `{"N":"9223372036854775808"}`, `{"N":"1.5"}`, `{"N":"x"}`, `{"S":"1"}`),
		formatOf("uint", map[string]unsigned{`0`: {0}, `math.MaxUint64`: {math.MaxUint64}}, `{"N":"-1"}`, `{"N":"18446744073709551616"}`),
		formatOf("float", map[string]float{
			`0`: {0}, `0.1`: {0.1}, `-1.5`: {-1.5}, `1e20`: {1e20}, `1e21`: {1e21}, `1e-7`: {1e-7}, `9.999999999999998e125`: {9.999999999999998e125}, `1e-130`: {1e-130},
		}, `{"N":"0.10000000000000000001"}`, `{"N":"9007199254740993"}`, `{"N":"NaN"}`),
		formatOf("float32", map[string]float32s{`0.1`: {0.1}, `math.MaxFloat32`: {math.MaxFloat32}}, `{"N":"16777217"}`, `{"N":"1e39"}`),
		formatOf("decimal", map[string]decimal{
			`"12.50"`: {"12.50"}, `"-1e-130"`: {"-1e-130"}, `"99999999999999999999999999999999999999"`: {"99999999999999999999999999999999999999"},
		}, `{"N":"123456789012345678901234567890123456789"}`, `{"N":"1e126"}`, `{"N":""}`),
		formatOf("bytes", map[string]binary{`nil`: {}, `[]byte{}`: {[]byte{}}, `[]byte{0, 255}`: {[]byte{0, 255}}}, `{"S":"AA=="}`),
		formatOf("byte-array", map[string]array{`[2]byte{0, 255}`: {[2]byte{0, 255}}}, `{"B":"AA=="}`, `{"B":""}`),
		formatOf("uuid", map[string]id{
			`uuid.MustParse("f14e47c3-0232-430c-b79c-65b9ab000110")`: {uuid.MustParse("f14e47c3-0232-430c-b79c-65b9ab000110")},
			`uuid.Nil`: {uuid.Nil},
		}, `{"S":"F14E47C3-0232-430C-B79C-65B9AB000110"}`, `{"S":"f14e47c30232430cb79c65b9ab000110"}`, `{"S":""}`),
		formatOf("null-uuid", map[string]nullable{
			`uuid.NullUUID{uuid.UUID{0xf1}, true}`: {uuid.NullUUID{UUID: uuid.UUID{0xf1}, Valid: true}}, `uuid.NullUUID{}`: {},
		}, `{"S":"null"}`, `{"S":""}`),
		formatOf("time", map[string]clock{
			`time.Date(2015, 4, 11, 22, 34, 41, 120, time.UTC)`: {time.Date(2015, 4, 11, 22, 34, 41, 120, time.UTC)},
			`time.Time{}`: {},
			`time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)`: {time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)},
			`time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)`:                 {time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)},
		}, `{"S":"2015-04-11T22:34:41Z"}`, `{"S":"2015-04-11T22:34:41.000000000+00:00"}`, `{"S":"2015-02-30T00:00:00.000000000Z"}`, `{"N":"1428791681"}`),
		formatOf("unix", map[string]unix{
			`time.Unix(1428791681, 0).UTC()`: {time.Unix(1428791681, 0).UTC()}, `time.Unix(-1, 0).UTC()`: {time.Unix(-1, 0).UTC()}, `time.Time{}`: {},
		}, `{"N":"1428791681.5"}`, `{"N":"9223372036854775807"}`, `{"S":"1428791681"}`),
		formatOf("unixmilli", map[string]milli{
			`time.UnixMilli(1428791681999).UTC()`: {time.UnixMilli(1428791681999).UTC()}, `time.UnixMilli(-1).UTC()`: {time.UnixMilli(-1).UTC()}, `time.Time{}`: {},
		}, `{"N":"0.5"}`),
		formatOf("int_int", map[string]pair{
			`fields.IntInt{101, 1428791681}`:   {fields.IntInt{First: 101, Second: 1428791681}},
			`fields.IntInt{-1, math.MinInt64}`: {fields.IntInt{First: -1, Second: math.MinInt64}},
		}, `{"S":"101"}`, `{"S":"0101_1"}`, `{"S":"101_1_1"}`, `{"S":"+1_1"}`),
		formatOf("text", map[string]text{`netip.MustParseAddr("::1")`: {netip.MustParseAddr("::1")}, `netip.Addr{}`: {}}, `{"N":"1"}`),
		formatOf("json", map[string]document{
			`nil`: {}, `map[string]any{"a": []any{nil, true, "x"}}`: {map[string]interface{}{"a": []interface{}{nil, true, "x"}}},
			`map[string]any{"n": json.Number("9007199254740993")}`: {map[string]interface{}{"n": json.Number("9007199254740993")}},
		}, `{"S":"{"}`, `{"S":"1"}`, `{"M":{}}`),
		formatOf("list", map[string]list{`nil`: {}, `[]*string{}`: {[]*string{}}, `[]*string{ptr("a"), nil}`: {[]*string{ptr("a"), nil}}}, `{"SS":["a"]}`, `{"L":[{"N":"1"}]}`),
		formatOf("map", map[string]table{`nil`: {}, `map[string]int{}`: {map[string]int{}}, `map[string]int{"b": 2, "a": 1}`: {map[string]int{"b": 2, "a": 1}}}, `{"M":{"a":{"S":"1"}}}`, `{"M":{"a":{"NULL":true}}}`),
		formatOf("map-keys", map[string]byID{`map[uuid.UUID]bool{{1}: true}`: {map[uuid.UUID]bool{{1}: true}}}, `{"M":{"x":{"BOOL":true}}}`),
		formatOf("struct", map[string]nested{
			`nil`: {}, `&address{Street: "a", Zip: ptr("b"), Level: 1}`: {&address{Street: "a", Zip: ptr("b"), Level: 1}}, `&address{}`: {&address{}},
		}, `{"M":{"level":{"N":"9"}}}`, `{"L":[]}`),
		formatOf("string-set", map[string]stringSet{`nil`: {}, `[]string{"b", "a", ""}`: {[]string{"b", "a", ""}}}, `{"SS":[]}`, `{"NULL":true}`, `{"L":[]}`),
		formatOf("number-set", map[string]numberSet{`map[int]struct{}{-2: {}, 10: {}}`: {map[int]struct{}{-2: {}, 10: {}}}}, `{"NS":["1.5"]}`, `{"NS":["1","1.0"]}`),
		formatOf("binary-set", map[string]binarySet{`[][]byte{{1}, {}}`: {[][]byte{{1}, {}}}}, `{"SS":["a"]}`),
		formatOf("pointer", map[string]pointer{`nil`: {}, `ptr(ptr(1))`: {ptr(ptr(1))}}, `{"S":"1"}`),
		formatOf("enum", map[string]enum{`Level(3)`: {3}}, `{"N":"4"}`),
		formatOf("omitzero", map[string]zero{`0`: {}, `1`: {1}}, `{"NULL":true}`),
		formatOf("any", map[string]any{
			`nil`: {}, `&types.AttributeValueMemberN{Value: "1.50"}`: {&types.AttributeValueMemberN{Value: "1.50"}},
			`&types.AttributeValueMemberNULL{Value: true}`: {&types.AttributeValueMemberNULL{Value: true}},
		}, `{"N":"x"}`, `{"SS":[]}`, `{"NEW":1}`),
	}
}

// TestStoredKeys: the keys of testdata/format/keys.json are made of the facets
// there, and parsed back.
func TestStoredKeys(t *testing.T) {
	var vectors []struct {
		Template string            `json:"template"`
		Facets   []json.RawMessage `json:"facets"`
		Key      string            `json:"key"`
	}
	readGolden(t, "keys.json", &vectors)
	for _, v := range vectors {
		tmpl := template(t, v.Template)
		i := -1
		key, _, err := tmpl.Derive(func(*fields.Field) (fields.Value, bool) {
			i++
			value, err := fields.ParseValue(v.Facets[i])
			return value, err == nil
		})
		if err != nil || key != fields.String(v.Key) {
			t.Errorf("%s of %s\n got: %q %v\nwant: %q", v.Template, v.Facets, key.Text(), err, v.Key)
		}
		parsed, ok := tmpl.Parse(v.Key)
		for i := range v.Facets {
			value, err := fields.ParseValue(v.Facets[i])
			if !ok || err != nil || parsed[i] != asReturned(value) {
				t.Errorf("%s of %q is parsed as %q (%v), %v", v.Template, v.Key, parsed, ok, err)
			}
		}
	}
	if len(vectors) < 10 {
		t.Errorf("there are %d vectors", len(vectors))
	}
}

// TestStoredPurchases: the items of testdata/format/purchase.json are as the
// toy store's first program wrote them. They are read, and written as the same
// bytes.
func TestStoredPurchases(t *testing.T) {
	var purchases struct {
		Items []json.RawMessage
		Stale []json.RawMessage // with keys that are not padded
	}
	readGolden(t, "purchase.json", &purchases)
	want := []purchase{
		{
			ID: uuid.MustParse("f14e47c3-0232-430c-b79c-65b9ab000110"), UserID: uuid.MustParse("e7aa25d8-2b1b-4fea-a735-4dbeeff06aaa"),
			ProductID: uuid.MustParse("ad3ffb1e-f3eb-46bc-bebc-201034f757e6"), Created: time.Date(2015, 4, 11, 22, 34, 41, 0, time.UTC), Status: 201,
			StatusCreated: fields.IntInt{First: 201, Second: 1428791681},
		},
		{
			ID: uuid.MustParse("5ce48b08-2041-4d6b-82b4-7b1814d918ff"), UserID: uuid.MustParse("917d107b-035e-4c02-a06b-343840fee92e"),
			ProductID: uuid.MustParse("2d0126e0-92f7-437d-a938-41f95046d502"), Created: time.Date(2015, 4, 11, 22, 34, 41, 0, time.UTC), Status: 101,
			StatusCreated: fields.IntInt{First: 101, Second: 1428791681},
		},
	}
	if len(purchases.Items) != len(want) {
		t.Fatalf("there are %d items", len(purchases.Items))
	}
	for i, item := range purchases.Items {
		round(t, want[i], string(compact(t, item)))
	}
	for _, item := range purchases.Stale {
		if got, err := unmarshal[purchase](t, string(item)); !errors.Is(err, fields.ErrStale) {
			t.Errorf("ParseJSON(%s)\n got: %+v %v\nwant: %v", item, got, err, fields.ErrStale)
		}
	}
}

func readGolden(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "format", name))
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestEveryFormatIsDocumented: docs/stored-format.md names every file.
func TestEveryFormatIsDocumented(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "stored-format.md"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join("testdata", "format", "*.json"))
	if err != nil || len(files) < len(formats()) {
		t.Fatalf("there are %d files, %v", len(files), err)
	}
	for _, file := range files {
		if name := filepath.Base(file); !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("docs/stored-format.md does not name %s", name)
		}
	}
}
