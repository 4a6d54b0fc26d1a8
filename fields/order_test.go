package fields_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"example.com/ddb/fields"
	"example.com/ddb/internal/wire"
)

// A shuffled has an attribute of every form that a reader takes a short way to:
// plain ones, one in an embedded pointer, nested ones, and derived ones that are
// padded or not.
type shuffled struct {
	*inside
	ID    string           `ddb:"id,partition"`
	N     int              `ddb:"n"`
	M     int              `ddb:"m"`
	Lines []string         `ddb:"lines"`
	Pair  fields.IntInt    `ddb:"pair,from={n:3}_{m:4}"`
	Deep  string           `ddb:"deep,from={in:2}"`
	Text  string           `ddb:"text,from=T#{id}"`
	Sub   struct{ inside } `ddb:"sub"`
}

type inside struct {
	In  int    `ddb:"in"`
	Out string `ddb:"out"`
}

// A reader learns the order of attributes from what it reads. Whatever order the
// items before had, an item is read as the SDK's form of it is, which has none;
// and a stale derived attribute, or an attribute that stands twice, is found.
func TestOrderOfAttributesChangesNothing(t *testing.T) {
	all := planOf[shuffled](t)
	rapid.Check(t, func(t *rapid.T) {
		plan := all.Without() // which has learned nothing
		reader, err := plan.Reader(nil)
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Close()
		orders := rapid.SliceOfN(rapid.Custom(drawOrder), 1, 3).Draw(t, "orders")
		for i := range rapid.IntRange(1, 40).Draw(t, "items") {
			names := slices.Clone(rapid.SampledFrom(orders).Draw(t, "order"))
			names = slices.Delete(names, rapid.IntRange(1, 4).Draw(t, "from"), rapid.IntRange(4, len(names)).Draw(t, "to"))
			again := rapid.SampledFrom(names).Draw(t, "again")
			twice := rapid.IntRange(0, 9).Draw(t, "twice") == 0 && again != "more"
			if twice {
				names = slices.Insert(names, rapid.IntRange(0, len(names)).Draw(t, "at"), again)
			}
			json := drawItem(t, names)
			compareWithTyped(t, i, plan, &reader, json, twice)
		}
	})
}

// A facet that came before its derived attribute may come behind it later on: then
// it is not read yet, and no reason to take zeros in the text for right.
func TestFacetThatChangesItsPlace(t *testing.T) {
	plan := planOf[shuffled](t).Without()
	for i, json := range []string{
		`{"n":{"N":"1"},"m":{"N":"2"},"pair":{"S":"001_0002"}}`,
		`{"m":{"N":"2"},"pair":{"S":"001_0002"},"n":{"N":"1"}}`,
		`{"m":{"N":"2"},"pair":{"S":"000_0002"},"n":{"N":"1"}}`,
	} {
		err := plan.ParseJSON([]byte(json), new(shuffled))
		if errors.Is(err, fields.ErrStale) != (i == 2) {
			t.Errorf("item %d: %v", i, err)
		}
	}
}

// drawOrder is an order of attributes, which often begins with a padded derived
// attribute and its facets.
func drawOrder(t *rapid.T) []string {
	names := []string{"id", "n", "m", "pair", "text", "lines", "deep", "sub", "in", "out", "more"}
	for range rapid.IntRange(0, 3).Draw(t, "moves") {
		from, to := rapid.IntRange(0, len(names)-1).Draw(t, "from"), rapid.IntRange(0, 5).Draw(t, "to")
		name := names[from]
		names = slices.Insert(slices.Delete(names, from, from+1), to, name)
	}
	return names
}

// drawItem is an item of those attributes. Derived ones are right, or as if a
// facet were zero, which it is before it has been read.
func drawItem(t *rapid.T, names []string) string {
	small := func(what string) int { return rapid.IntRange(0, 1).Draw(t, what) }
	id, n, m, in := rapid.SampledFrom([]string{"a", "b\\u0041"}).Draw(t, "id"), small("n"), small("m"), small("in")
	var members []string
	for _, name := range names {
		value := map[string]string{
			"id": `{"S":"` + id + `"}`, "n": fmt.Sprintf(`{"N":"%d"}`, n), "m": fmt.Sprintf(`{"N":"%d"}`, m), "in": fmt.Sprintf(`{"N":"%d"}`, in),
			"out": `{"S":"o"}`, "lines": `{"L":[{"S":"x"}]}`, "sub": `{"M":{"out":{"S":"p"},"in":{"N":"5"}}}`, "more": `{"S":"else"}`,
			"pair": fmt.Sprintf(`{"S":"%03d_%04d"}`, n*small("fresh"), m*small("fresh")), "deep": fmt.Sprintf(`{"S":"%02d"}`, in*small("fresh")), "text": `{"S":"T#` + id + `"}`,
		}[name]
		members = append(members, `"`+name+`":`+value)
	}
	comma := rapid.SampledFrom([]string{",", ",", ",", " , "}).Draw(t, "comma")
	return "{" + strings.Join(members, comma) + "}"
}

func compareWithTyped(t *rapid.T, i int, plan *fields.Plan[shuffled], reader *fields.Reader[shuffled], json string, twice bool) {
	var got, want shuffled
	rest, err := reader.Next([]byte(json+",next"), &got)
	if twice {
		if _, ok := errors.AsType[*wire.Error](err); !ok {
			t.Fatalf("item %d %s: %v, want an attribute that stands twice", i, json, err)
		}
		return
	}
	if string(rest) != ",next" {
		t.Fatalf("item %d %s leaves %q: %v", i, json, rest, err)
	}
	item, malformed := parseItem([]byte(json))
	if malformed != nil {
		t.Fatal(malformed)
	}
	wantErr := plan.Unmarshal(item, &want)
	if fmt.Sprint(err) != fmt.Sprint(wantErr) {
		t.Fatalf("item %d %s\n got: %v\nwant: %v", i, json, err, wantErr)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("item %d %s\n got: %+v\nwant: %+v", i, json, got, want)
	}
}
