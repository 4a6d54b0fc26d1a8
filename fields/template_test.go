package fields_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"example.com/ddb/fields"
)

// A keyed has a facet of every codec that can be one.
type keyed struct {
	N       int64          `ddb:"n"`
	Small   uint8          `ddb:"small"`
	Big     uint64         `ddb:"big"`
	Float   float64        `ddb:"float"`
	Dec     fields.Decimal `ddb:"dec"`
	Unix    time.Time      `ddb:"unix,unix"`
	Milli   time.Time      `ddb:"milli,unixmilli"`
	Time    time.Time      `ddb:"time"`
	ID      uuid.UUID      `ddb:"id"`
	Bool    bool           `ddb:"bool"`
	Text    string         `ddb:"text"`
	Color   Color          `ddb:"color"`
	Pair    fields.IntInt  `ddb:"pair"`
	Other   wildText       `ddb:"other"`
	Ptr     *int           `ddb:"ptr"`
	Zero    string         `ddb:"zero,omitzero"`
	Cents   cents          `ddb:"cents"`
	Tag     sortedTag      `ddb:"tag"`
	Coloned string         `ddb:"a:3"`
}

// Cents are stored as a number by a codec of their own.
type cents int

// A sortedTag is stored as text that sorts.
type sortedTag string

func init() {
	fields.Register("", fields.Codec[cents]{
		Kind: fields.N,
		Append: func(dst []byte, c cents) ([]byte, error) {
			return fmt.Appendf(dst, "%d.%02d", c/100, c%100), nil
		},
		Parse: func(text []byte) (cents, error) {
			var whole, rest int
			n, err := fmt.Sscanf(string(text)+".0", "%d.%d", &whole, &rest)
			if n < 2 {
				return 0, err
			}
			if i := strings.IndexByte(string(text), '.'); i >= 0 && len(text)-i == 2 {
				rest *= 10
			}
			return cents(whole*100 + rest), nil
		},
	})
	fields.Register("", fields.Codec[sortedTag]{
		Kind:    fields.S,
		Append:  func(_ []byte, s sortedTag) ([]byte, error) { return []byte(s), nil }, // not in dst's memory
		Parse:   func(text []byte) (sortedTag, error) { return sortedTag(text), nil },
		Ordered: true,
	})
}

// template compiles a template of keyed's attributes.
func template(t testing.TB, text string) *fields.Template {
	t.Helper()
	compiled, wrong := fields.CompileTemplate(planOf[keyed](t), text)
	if len(wrong) > 0 {
		t.Fatalf("template %q: %s", text, strings.Join(wrong, "\n"))
	}
	return compiled
}

// stored returns the stored values of v, as Derive takes them.
func stored(t testing.TB, v *keyed) func(*fields.Field) (fields.Value, bool) {
	t.Helper()
	item, err := planOf[keyed](t).Marshal(v)
	if err != nil {
		t.Fatalf("Marshal(%+v): %v", v, err)
	}
	return func(f *fields.Field) (fields.Value, bool) {
		av, ok := item[f.Name]
		if !ok {
			return fields.Value{}, false
		}
		value, err := fields.FromAttributeValue(av)
		if err != nil {
			t.Fatalf("FromAttributeValue(%v): %v", av, err)
		}
		return value, true
	}
}

var full = keyed{
	N: -5, Small: 7, Big: math.MaxUint64, Float: 1e21, Dec: "12.50", Unix: time.Unix(1428791681, 0).UTC(), Milli: time.UnixMilli(-1).UTC(),
	Time: time.Date(2015, 4, 11, 22, 34, 41, 0, time.UTC), ID: uuid.UUID{0xf1, 0x4e}, Bool: true, Text: "Ann", Color: "red",
	Pair: fields.IntInt{First: 101, Second: -2}, Other: "x", Ptr: ptr(3), Zero: "z", Cents: 1250, Tag: "t", Coloned: "c",
}

func TestTemplatesMakeKeys(t *testing.T) {
	tests := []struct{ template, want string }{
		{"ORDER", "ORDER"},
		{"ORDER#{id}", "ORDER#f14e0000-0000-0000-0000-000000000000"},
		{"{n}", "-5"},
		{"{n}_{small}", "-5_7"},
		{"{n:+3}", "0995"},
		{"{n:+18}", "0999999999999999995"},
		{"{small:1}{small:3}", "7007"},
		{"{small:38}", strings.Repeat("0", 37) + "7"},
		{"{big:20}", "18446744073709551615"},
		{"{unix:10}", "1428791681"},
		{"{unix:+12}", "1001428791681"},
		{"{milli:+13}", "09999999999999"},
		{"{time}{id}{bool}{time}", "2015-04-11T22:34:41.000000000Zf14e0000-0000-0000-0000-000000000000true2015-04-11T22:34:41.000000000Z"},
		{"{float}", "1000000000000000000000"}, // as DynamoDB returns it
		{"{dec}|{cents}", "12.5|12.5"},
		{"{text}#{color}#{other}#{tag}", "Ann#red#x#t"},
		{"{pair}", "101_-2"},
		{"{ptr:2}{zero}", "03z"},
		{"{{{text}}}{{}}", "{Ann}{}"},
		{"a,b={text},from={small}", "a,b=Ann,from=7"},
		{"{a:3}", "c"}, // an attribute of that name goes before a width
		{"é{text}\"", "éAnn\""},
	}
	for _, tt := range tests {
		tmpl := template(t, tt.template)
		got, ok, err := tmpl.Derive(stored(t, &full))
		if err != nil || !ok || got != fields.String(tt.want) {
			t.Errorf("Derive by %s\n got: %q %v %v\nwant: %q", tt.template, got.Text(), ok, err, tt.want)
			continue
		}
		var want []string
		for _, part := range tmpl.Parts() {
			if part.Facet != nil {
				v, _ := stored(t, &full)(part.Facet.Field)
				want = append(want, asReturned(v))
			}
		}
		if parsed, ok := tmpl.Parse(tt.want); !ok || !slices.Equal(parsed, want) {
			t.Errorf("Parse by %s of %q\n got: %q %v\nwant: %q", tt.template, tt.want, parsed, ok, want)
		}
	}
}

// asReturned is the text of v as DynamoDB returns it.
func asReturned(v fields.Value) string {
	if v.Kind() != fields.N {
		return v.Text()
	}
	sum, err := fields.Sum(v, fields.Value{})
	if err != nil {
		panic(err)
	}
	return sum.Text()
}

func TestFacetsThatAreUnfitAreErrors(t *testing.T) {
	with := func(change func(*keyed)) *keyed {
		v := full
		change(&v)
		return &v
	}
	tests := []struct {
		template string
		value    *keyed
		want     string
	}{
		{"{small:1}", with(func(v *keyed) { v.Small = 10 }), "facet {small}: number has more than the 1 digits of its facet in the key template; widen the facet"},
		{"{unix:10}", with(func(v *keyed) { v.Unix = time.Unix(1e10, 0) }), "facet {unix}: number has more than the 10 digits"},
		{"{unix:10}", with(func(v *keyed) { v.Unix = time.Unix(-1, 0) }), "facet {unix}: number is negative, which its facet in the key template does not take; use the form {unix:+10}"},
		{"{n:+3}", with(func(v *keyed) { v.N = -1000 }), "facet {n}: number has more than the 3 digits"},
		{"{n:+3}", with(func(v *keyed) { v.N = 1000 }), "facet {n}: number has more than the 3 digits"},
		{"{n:+18}", with(func(v *keyed) { v.N = math.MinInt64 }), "facet {n}: number has more than the 18 digits"},
		{"{id}", with(func(v *keyed) { v.ID = uuid.Nil }), "facet {id}: the nil UUID cannot be in a key; give the attribute a value"},
		{"{unix}", with(func(v *keyed) { v.Unix = time.Time{} }), "facet {unix}: the zero time cannot be in a key"},
		{"{unix:+12}", with(func(v *keyed) { v.Unix = time.Time{} }), "facet {unix}: the zero time cannot be in a key"},
		{"{milli}", with(func(v *keyed) { v.Milli = time.Time{} }), "facet {milli}: the zero time cannot be in a key"},
		{"{time}", with(func(v *keyed) { v.Time = time.Time{} }), "facet {time}: the zero time cannot be in a key"},
		{"{text}#{n}", with(func(v *keyed) { v.Text = "a#b" }), `facet {text}: text holds the separator "#" that follows facet {text} in its key template; use a separator that no value holds`},
		{"{text}##{n}", with(func(v *keyed) { v.Text = "a#" }), `text holds the separator "##"`}, // a###5 would be read as a and #5
		{"{pair}_{n}", &full, `text holds the separator "_"`},
		{"{cents:5}", &full, "facet {cents}: facet in the key template takes whole numbers only"},
	}
	for _, tt := range tests {
		tmpl := template(t, tt.template)
		if got, _, err := tmpl.Derive(stored(t, tt.value)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Derive by %s\n got: %q %v\nwant: …%s…", tt.template, got.Text(), err, tt.want)
		}
	}
	for _, fits := range []struct {
		template string
		value    *keyed
		want     string
	}{
		{"{text}##{n}", with(func(v *keyed) { v.Text = "a#b" }), "a#b##-5"},
		{"{n}#{text}", with(func(v *keyed) { v.Text = "a#b" }), "-5#a#b"}, // nothing follows
		{"{text}#", with(func(v *keyed) { v.Text = "" }), "#"},
		{"{cents:5}", with(func(v *keyed) { v.Cents = 700 }), "00007"},
	} {
		if got, _, err := template(t, fits.template).Derive(stored(t, fits.value)); err != nil || got.Text() != fits.want {
			t.Errorf("Derive by %s\n got: %q %v\nwant: %q", fits.template, got.Text(), err, fits.want)
		}
	}
}

// Stored values come from anywhere; what the attribute's codec does not write
// makes no key.
func TestStoredFacetsAreChecked(t *testing.T) {
	tests := []struct {
		template string
		stored   types.AttributeValue
		want     string
	}{
		{"{n:3}", &types.AttributeValueMemberS{Value: "1"}, `stored attribute type is "S", the field reads "N"`},
		{"{n}", &types.AttributeValueMemberNULL{Value: true}, `stored attribute type is "NULL"`},
		{"{n:3}", &types.AttributeValueMemberN{Value: "1.5"}, "facet in the key template takes whole numbers only"},
		{"{id}", &types.AttributeValueMemberS{Value: "F14E0000-0000-0000-0000-000000000000"}, "not a UUID"},
		{"{time}", &types.AttributeValueMemberS{Value: "2015-04-11T22:34:41Z"}, "not a time in the form"},
	}
	for _, tt := range tests {
		value, err := fields.FromAttributeValue(tt.stored)
		if err != nil {
			t.Fatal(err)
		}
		tmpl := template(t, tt.template)
		_, _, err = tmpl.Derive(func(*fields.Field) (fields.Value, bool) { return value, true })
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Derive by %s of %v\n got: %v\nwant: …%s…", tt.template, tt.stored, err, tt.want)
		}
		if _, _, err := tmpl.Parts()[0].Facet.Bound(value); err == nil && tt.stored != tests[3].stored && tt.stored != tests[4].stored {
			t.Errorf("Bound of %s takes %v", tt.template, tt.stored)
		}
	}
	// Numbers in any spelling make one key.
	for _, spelled := range []string{"7", "7.0", "007", "0.7e1", "+7"} {
		value, err := fields.FromAttributeValue(&types.AttributeValueMemberN{Value: spelled})
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := template(t, "{n}|{n:3}|{n:+3}").Derive(func(*fields.Field) (fields.Value, bool) { return value, true })
		if err != nil || got.Text() != "7|007|1007" {
			t.Errorf("Derive of %s\n got: %q %v", spelled, got.Text(), err)
		}
	}
}

func TestAbsentFacetsMakeNoKey(t *testing.T) {
	for _, tmpl := range []string{"{ptr}", "{n}_{zero}", "{zero}#{id}"} {
		v := full
		v.Ptr, v.Zero = nil, ""
		if got, ok, err := template(t, tmpl).Derive(stored(t, &v)); ok || err != nil || got != (fields.Value{}) {
			t.Errorf("Derive by %s\n got: %q %v %v\nwant: no key", tmpl, got.Text(), ok, err)
		}
	}
}

func TestWhatNoTemplateMakesIsNotParsed(t *testing.T) {
	tests := []struct{ template, text string }{
		{"ORDER", "ORDER1"}, {"ORDER", "order"}, {"ORDER", ""},
		{"{small:3}_{unix:10}", "101_999"}, {"{small:3}_{unix:10}", "0101_0000000999"}, {"{small:3}_{unix:10}", "101-1428791681"},
		{"{small:3}_{unix:10}", "101_14287916810"}, {"{small:3}_{unix:10}", "-01_1428791681"}, {"{small:3}_{unix:10}", "1 1_1428791681"}, {"{small:3}", "01"},
		{"{n:+3}", "0000"}, {"{n:+3}", "2000"}, {"{n:+3}", "-001"}, {"{n:+3}", "+999"}, {"{n:+3}", "999"}, {"{n:+18}", "9999999999999999999"},
		{"{n}", ""}, {"{n}", "-"}, {"{n}", "-0"}, {"{n}", "01"}, {"{n}", "1.0"}, {"{n}", "1.5e1"}, {"{n}_", "_"}, {"{n}_", "1-1_"}, {"{n}_{n}", "1_"},
		{"{dec}_", "1.10_"}, {"{dec}_", "._"}, {"{dec}_", "1._"}, {"{dec}_", "1e3_"}, {"{float}", "1e+21"}, {"{float}", "NaN"},
		{"{bool}", "True"}, {"{bool}", "fals"}, {"{bool}x", "hellox"}, {"{bool}", ""},
		{"{id}", "F14E0000-0000-0000-0000-000000000000"}, {"{id}", "00000000-0000-0000-0000-000000000000"}, {"{id}", "f14e"},
		{"{time}", "2015-04-11T22:34:41.00000000"}, {"{time}", "0001-01-01T00:00:00.000000000Z"}, {"{time}", "2015-02-30T22:34:41.000000000Z"},
		{"{text}#{n}", "a#b#5"}, {"{text}#{n}", "a5"}, {"{text}##", "a###"},
		{"{unix}", "-62135596800"}, {"{unix:+12}", "0937864403200"},
	}
	for _, tt := range tests {
		if got, ok := template(t, tt.template).Parse(tt.text); ok {
			t.Errorf("Parse by %s of %q\n got: %q\nwant: not ok", tt.template, tt.text, got)
		}
	}
}

// drawKeyed draws an item, often one that is near others.
func drawKeyed(t *rapid.T, name string) *keyed {
	seconds := rapid.OneOf(rapid.Int64Range(0, 3), rapid.Int64Range(0, 9999999999), rapid.Int64Range(999999990, 1000000010))
	text := rapid.OneOf(rapid.StringMatching(`[a!_~0]{0,3}`), rapid.String())
	return &keyed{
		N:     rapid.OneOf(rapid.Int64Range(-12, 12), rapid.Int64Range(-999, 999)).Draw(t, name+".n"),
		Small: rapid.Uint8().Draw(t, name+".small"),
		Big:   rapid.Uint64().Draw(t, name+".big"),
		Float: rapid.OneOf(rapid.Float64Range(-2, 2), rapid.SampledFrom([]float64{1e21, 1e-7, 10, 1})).
			Filter(func(f float64) bool { return f == 0 || math.Abs(f) > 1e-100 }).Draw(t, name+".float"),
		Dec:   fields.Decimal(rapid.StringMatching(`-?[0-9]{1,4}(\.[0-9]{1,3})?(e[0-9])?`).Draw(t, name+".dec")),
		Unix:  time.Unix(seconds.Draw(t, name+".unix"), 0).UTC(),
		Milli: time.UnixMilli(rapid.Int64Range(-999999999999, 999999999999).Draw(t, name+".milli")).UTC(),
		Time:  time.Unix(seconds.Draw(t, name+".time"), rapid.Int64Range(0, 20).Draw(t, name+".ns")).UTC(),
		ID:    uuid.UUID(rapid.SliceOfN(rapid.ByteRange(1, 2), 16, 16).Draw(t, name+".id")),
		Bool:  rapid.Bool().Draw(t, name+".bool"),
		Text:  text.Draw(t, name+".text"),
		Color: rapid.SampledFrom([]Color{"red", "green"}).Draw(t, name+".color"),
		Pair:  fields.IntInt{First: rapid.Int64Range(-11, 11).Draw(t, name+".first"), Second: rapid.Int64().Draw(t, name+".second")},
		Other: wildText(rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, name+".other")),
		Cents: cents(rapid.IntRange(0, 2000).Draw(t, name+".cents")),
		Tag:   sortedTag(rapid.StringMatching(`[a!_~0]{0,3}`).Draw(t, name+".tag")),
	}
}

// compareFacets compares two items facet by facet, as DynamoDB would compare
// the attributes.
func compareFacets(t *rapid.T, tmpl *fields.Template, a, b func(*fields.Field) (fields.Value, bool)) int {
	for _, part := range tmpl.Parts() {
		if part.Facet == nil {
			continue
		}
		v, _ := a(part.Facet.Field)
		w, _ := b(part.Facet.Field)
		if c := v.Compare(w); c != 0 {
			return c
		}
	}
	return 0
}

// ordered are templates whose facets are all ordered.
var ordered = []string{
	"{n:+3}", "{n:+18}", "{small:3}", "{small:3}_{unix:10}", "A#{unix:10}", "{unix:+10}", "{milli:+12}", "{milli:+18}#{n:+3}",
	"{n:+3}{small:3}", "{big:20}", "{time}", "{id}", "{time}_{id}", "{bool}", "{bool}{n:+4}", "{bool}~{text}", "{text}", "{small:5}#{text}",
	"{color}", "{tag}", "{n:+3}|{tag}", "{text}\x00{n:+3}", "{text}\x00{tag}", "X{id}{bool}{time}Y",
}

// TestKeysSortAsTheirFacets is the rule that makes ranges over a composite key
// right.
func TestKeysSortAsTheirFacets(t *testing.T) {
	for _, text := range ordered {
		tmpl := template(t, text)
		for _, part := range tmpl.Parts() {
			if part.Facet != nil && !part.Facet.Ordered() {
				t.Errorf("facet {%s} of %q is not ordered", part.Facet.Field.Name, text)
			}
		}
	}
	compiled := make([]*fields.Template, len(ordered))
	for i, text := range ordered {
		compiled[i] = template(t, text)
	}
	rapid.Check(t, func(t *rapid.T) {
		x, y := drawKeyed(t, "a"), drawKeyed(t, "b")
		if rapid.Bool().Draw(t, "near") {
			y.N, y.Small, y.Time, y.Bool = x.N, x.Small, x.Time, x.Bool
		}
		a, b := storedRapid(t, x), storedRapid(t, y)
		for _, tmpl := range compiled {
			v, _, errA := tmpl.Derive(a)
			w, _, errB := tmpl.Derive(b)
			if errA != nil || errB != nil {
				continue // a text holds U+0000
			}
			if got, want := v.Compare(w), compareFacets(t, tmpl, a, b); got != want {
				t.Fatalf("keys by %q: %q and %q compare as %d, their facets as %d", tmpl, v.Text(), w.Text(), got, want)
			}
		}
	})
}

func storedRapid(t *rapid.T, v *keyed) func(*fields.Field) (fields.Value, bool) {
	plan, err := fields.PlanOf[keyed]()
	if err != nil {
		t.Fatal(err)
	}
	item, err := plan.Marshal(v)
	if err != nil {
		t.Fatalf("Marshal: %v", err)
	}
	return func(f *fields.Field) (fields.Value, bool) {
		av, ok := item[f.Name]
		if !ok {
			return fields.Value{}, false
		}
		value, err := fields.FromAttributeValue(av)
		if err != nil {
			t.Fatal(err)
		}
		return value, true
	}
}

// Each of these facets breaks the order of keys, shown by two items, and is
// reported as one that does.
func TestUnorderedFacetsAreReported(t *testing.T) {
	tests := []struct {
		template string
		a, b     keyed // a < b in the facet, but not in the key
	}{
		{"{n}", keyed{N: 9}, keyed{N: 10}},
		{"{n}", keyed{N: -2}, keyed{N: -1}},
		{"{small}_{n:+3}", keyed{Small: 100}, keyed{Small: 101}},
		{"{float}", keyed{Float: 9}, keyed{Float: 10}},
		{"{dec}", keyed{Dec: "9"}, keyed{Dec: "10"}},
		{"{unix}", keyed{Unix: time.Unix(9, 0)}, keyed{Unix: time.Unix(10, 0)}},
		{"{cents}", keyed{Cents: 900}, keyed{Cents: 1000}},
		{"{text}_{n:+3}", keyed{Text: "a"}, keyed{Text: "a!"}},
		{"{text}#{n:+3}", keyed{Text: "a"}, keyed{Text: "a!"}},
		{"{text}\x00O{n:+3}", keyed{Text: "a"}, keyed{Text: "a\x00A"}},
		{"{tag}#", keyed{Tag: "a"}, keyed{Tag: "a!"}},
		{"{pair}", keyed{Pair: fields.IntInt{First: 101}}, keyed{Pair: fields.IntInt{First: 1000}}},
		{"{other}", keyed{Other: "a"}, keyed{Other: "b"}}, // nothing is known of its order
	}
	for _, tt := range tests {
		for _, v := range []*keyed{&tt.a, &tt.b} {
			v.Dec, v.Color = cmp.Or(v.Dec, "1"), "red"
		}
		tmpl := template(t, tt.template)
		if tmpl.Parts()[0].Facet.Ordered() {
			t.Errorf("facet of %q is reported as ordered", tt.template)
		}
		v, _, errA := tmpl.Derive(stored(t, &tt.a))
		w, _, errB := tmpl.Derive(stored(t, &tt.b))
		if errA != nil || errB != nil {
			t.Errorf("Derive by %q: %v, %v", tt.template, errA, errB)
		}
		small := tt.template == "{small}_{n:+3}" || tt.template == "{other}"
		if !small && v.Compare(w) < 0 {
			t.Errorf("keys by %q are in order: %q, %q", tt.template, v.Text(), w.Text())
		}
	}
}

// every are templates with facets of all kinds, ordered or not.
var every = append([]string{
	"{n}", "{n}-{n}", "{n}_{small}_{big}", "{float}", "{float}#{float}", "{dec}|{cents}", "{unix}_{milli}", "{pair}", "{pair}#{pair}", "{color}#{other}#{tag}",
	"{{{text}}}", "{text}##{n}", "{cents}", "{bool}{bool}", "{small:3}{unix:10}{id}{time}{bool}{n:+5}{text}",
}, ordered...)

func TestWhatATemplateMakesIsParsedBack(t *testing.T) {
	compiled := make([]*fields.Template, len(every))
	for i, text := range every {
		compiled[i] = template(t, text)
	}
	rapid.Check(t, func(t *rapid.T) {
		values := storedRapid(t, drawKeyed(t, "v"))
		for _, tmpl := range compiled {
			key, ok, err := tmpl.Derive(values)
			if err != nil || !ok {
				continue // a text holds a separator
			}
			parsed, ok := tmpl.Parse(key.Text())
			if !ok {
				t.Fatalf("Parse by %q of %q is not ok", tmpl, key.Text())
			}
			for i, part := range facets(tmpl) {
				if v, _ := values(part.Field); parsed[i] != asReturned(v) {
					t.Fatalf("Parse by %q of %q: facet %d\n got: %q\nwant: %q", tmpl, key.Text(), i, parsed[i], asReturned(v))
				}
			}
			mutated := mutate(t, key.Text())
			checkParse(t, tmpl, mutated)
		}
	})
}

func facets(tmpl *fields.Template) []*fields.Facet {
	var all []*fields.Facet
	for _, part := range tmpl.Parts() {
		if part.Facet != nil {
			all = append(all, part.Facet)
		}
	}
	return all
}

// mutate changes a byte of text, or adds or drops one.
func mutate(t *rapid.T, text string) string {
	at := rapid.IntRange(0, len(text)).Draw(t, "at")
	insert := rapid.SampledFrom([]string{"", "0", "-", "_", "#", ".", "a", "\xff"}).Draw(t, "insert")
	drop := min(rapid.IntRange(0, 1).Draw(t, "drop"), len(text)-at)
	return text[:at] + insert + text[at+drop:]
}

// checkParse fails if Parse takes a text that the template does not make.
func checkParse(t interface{ Fatalf(string, ...any) }, tmpl *fields.Template, text string) {
	parsed, ok := tmpl.Parse(text)
	if !ok {
		return
	}
	i := 0
	again, ok, err := tmpl.Derive(func(f *fields.Field) (fields.Value, bool) {
		i++
		v, ok := fields.String(parsed[i-1]), true
		if f.Kind != fields.S {
			v, ok = fields.ParseScalar(f.Kind, parsed[i-1])
		}
		if f.Kind == fields.BOOL {
			v, _ = fields.FromAttributeValue(&types.AttributeValueMemberBOOL{Value: parsed[i-1] == "true"})
			ok = true
		}
		return v, ok
	})
	if err != nil || !ok || again.Text() != text {
		t.Fatalf("Parse by %q of %q gives %q, of which %q is made (%v)", tmpl, text, parsed, again.Text(), err)
	}
}

// The seed of this module wrote keys without padding. They are the same bytes
// where both integers have their usual width.
func TestPaddedKeysAreTheUnpaddedOnesInTheUsualRange(t *testing.T) {
	tmpl := template(t, "{n:3}_{unix:10}")
	rapid.Check(t, func(t *rapid.T) {
		status := rapid.Int64Range(100, 999).Draw(t, "status")
		created := rapid.Int64Range(1000000000, 9999999999).Draw(t, "created")
		v := &keyed{N: status, Unix: time.Unix(created, 0), Color: "red", Dec: "1"}
		got, _, err := tmpl.Derive(storedRapid(t, v))
		if want := fmt.Sprintf("%d_%d", status, created); err != nil || got.Text() != want {
			t.Fatalf("key\n got: %q %v\nwant: %q", got.Text(), err, want)
		}
		early := rapid.Int64Range(0, 999999999).Draw(t, "early")
		v.Unix = time.Unix(early, 0)
		got, _, err = tmpl.Derive(storedRapid(t, v))
		if want := fmt.Sprintf("%d_%010d", status, early); err != nil || got.Text() != want {
			t.Fatalf("key of an early time\n got: %q %v\nwant: %q", got.Text(), err, want)
		}
	})
}

func TestBounds(t *testing.T) {
	facet := func(text string) *fields.Facet { return facets(template(t, text))[0] }
	number := func(i int64) fields.Value { return fields.Int(i) }
	tests := []struct {
		facet *fields.Facet
		value fields.Value
		text  string
		place fields.Place
	}{
		{facet("{n:3}"), number(7), "007", fields.Within},
		{facet("{n:3}"), number(0), "000", fields.Within},
		{facet("{n:3}"), number(999), "999", fields.Within},
		{facet("{n:3}"), number(1000), "", fields.Above},
		{facet("{n:3}"), number(-1), "", fields.Below},
		{facet("{n:+3}"), number(-999), "0001", fields.Within},
		{facet("{n:+3}"), number(-1000), "", fields.Below},
		{facet("{n:+3}"), number(999), "1999", fields.Within},
		{facet("{n:+3}"), number(1000), "", fields.Above},
		{facet("{unix:10}"), number(-62135596800), "", fields.Below}, // the zero time is a bound like any other
		{facet("{unix:+12}"), number(-62135596800), "0937864403200", fields.Within},
		{facet("{id}"), fields.String(uuid.Nil.String()), uuid.Nil.String(), fields.Within},
		{facet("{text}"), fields.String("a#"), "a#", fields.Within},
		{facet("{float}"), fields.Value(number(5)), "5", fields.Within},
	}
	for _, tt := range tests {
		text, place, err := tt.facet.Bound(tt.value)
		if err != nil || text != tt.text || place != tt.place {
			t.Errorf("Bound(%s) of {%s}\n got: %q %v %v\nwant: %q %v", tt.value.Text(), tt.facet.Field.Name, text, place, err, tt.text, tt.place)
		}
	}
	if _, _, err := facet("{text}#").Bound(fields.String("a#")); err == nil {
		t.Error("Bound takes a text that holds the separator")
	}
	if _, _, err := facet("{n:3}").Bound(fields.String("7")); err == nil {
		t.Error("Bound takes a string for a number")
	}
}

func TestFacetsTellTheirForm(t *testing.T) {
	tests := []struct {
		template     string
		width        int
		padded, last bool
	}{
		{"{n}", 0, false, true},
		{"{n:3}_", 3, true, false},
		{"{n:+3}", 4, true, true},
		{"{id}{n:3}", 36, false, false},
		{"{time}", 30, false, true},
		{"{bool}", 0, false, true},
		{"{text}", 0, false, true},
	}
	for _, tt := range tests {
		f := facets(template(t, tt.template))[0]
		if f.Width() != tt.width || f.Padded() != tt.padded || f.Last() != tt.last {
			t.Errorf("%s: Width %d, Padded %v, Last %v", tt.template, f.Width(), f.Padded(), f.Last())
		}
	}
}
