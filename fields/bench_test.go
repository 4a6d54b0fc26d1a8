package fields_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"example.com/ddb/fields"
)

// benchmark measures an item in both forms, written and read.
func benchmark[T any](b *testing.B, name string, v T) {
	plan := planOf[T](b)
	text, err := plan.AppendJSON(nil, &v)
	if err != nil {
		b.Fatal(err)
	}
	item, err := plan.Marshal(&v)
	if err != nil {
		b.Fatal(err)
	}
	var read T
	buf := make([]byte, 0, 2*len(text))
	for _, way := range []struct {
		name string
		run  func() error
	}{
		{"AppendJSON", func() error { _, err := plan.AppendJSON(buf, &v); return err }},
		{"ParseJSON", func() error { return plan.ParseJSON(text, &read) }},
		{"Marshal", func() error { _, err := plan.Marshal(&v); return err }},
		{"Unmarshal", func() error { return plan.Unmarshal(item, &read) }},
	} {
		b.Run(name+"/"+way.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := way.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkItem is the toy store's order, and a flat item of all scalars.
func BenchmarkItem(b *testing.B) {
	benchmark(b, "order", order)
	benchmark(b, "flat", flatItem)
	benchmark(b, "tree", tree{Name: "root", Children: []tree{{Name: "a"}, {Name: "b"}}, Named: map[string]*tree{"x": {Name: "c"}}, Next: &tree{}})
}

func BenchmarkCodec(b *testing.B) {
	at := time.Date(2015, 4, 11, 22, 34, 41, 0, time.UTC)
	benchmark(b, "string", struct {
		V string `ddb:"v"`
	}{"Ann Other of Nowhere"})
	benchmark(b, "bool", struct {
		V bool `ddb:"v"`
	}{true})
	benchmark(b, "int", struct {
		V int `ddb:"v"`
	}{1428791681})
	benchmark(b, "uint64", struct {
		V uint64 `ddb:"v"`
	}{1 << 63})
	benchmark(b, "float", struct {
		V float64 `ddb:"v"`
	}{1234.5678})
	benchmark(b, "decimal", struct {
		V fields.Decimal `ddb:"v"`
	}{"1234.5678"})
	benchmark(b, "bytes", struct {
		V []byte `ddb:"v"`
	}{make([]byte, 100)})
	benchmark(b, "uuid", struct {
		V uuid.UUID `ddb:"v"`
	}{uuid.UUID{1}})
	benchmark(b, "time", struct {
		V time.Time `ddb:"v"`
	}{at})
	benchmark(b, "unix", struct {
		V time.Time `ddb:"v,unix"`
	}{at})
	benchmark(b, "unixmilli", struct {
		V time.Time `ddb:"v,unixmilli"`
	}{at})
	benchmark(b, "int_int", struct {
		V fields.IntInt `ddb:"v"`
	}{fields.IntInt{First: 101, Second: 1428791681}})
	benchmark(b, "enum", struct {
		V Level `ddb:"v"`
	}{1})
	benchmark(b, "text", struct {
		V netip.Addr `ddb:"v"`
	}{netip.MustParseAddr("10.0.0.1")})
	benchmark(b, "json", struct {
		V map[string]any `ddb:"v,json"`
	}{map[string]any{"a": []any{"x", true}}})
	benchmark(b, "list", struct {
		V []int `ddb:"v"`
	}{[]int{1, 2, 3, 4, 5, 6, 7, 8}})
	benchmark(b, "map", struct {
		V map[string]int `ddb:"v"`
	}{map[string]int{"a": 1, "b": 2, "c": 3, "d": 4}})
	benchmark(b, "struct", struct {
		V address `ddb:"v"`
	}{address{Street: "1 Main Street", Zip: ptr("12345"), Level: 1}})
	benchmark(b, "set", struct {
		V []string `ddb:"v,set"`
	}{[]string{"red", "green", "blue"}})
	benchmark(b, "map set", struct {
		V map[int]struct{} `ddb:"v,set"`
	}{map[int]struct{}{1: {}, 2: {}, 3: {}}})
	benchmark(b, "any", struct {
		V types.AttributeValue `ddb:"v"`
	}{&types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberS{Value: "a"}}}})
	benchmark(b, "registered", struct {
		V celsius `ddb:"v,codec=kelvin"`
	}{21})
	benchmark(b, "via", struct {
		V point `ddb:"v"`
	}{point{1, 2}})
}
