package fields_test

import (
	"errors"
	"testing"

	"example.com/ddb/fields"
)

// A key of padded numbers is checked while it is read if all facets came before
// it, and at the end otherwise: with one result.
func TestPaddedKeysAreCheckedInAnyOrder(t *testing.T) {
	type item struct {
		N    int           `ddb:"n"`
		M    int64         `ddb:"m"`
		Pair fields.IntInt `ddb:"pair,from={n:3}_{m:10}"`
		Text string        `ddb:"text,from=#{n:3}"`
	}
	plan := planOf[item](t)
	right := item{7, 1700000000, fields.IntInt{First: 7, Second: 1700000000}, "#007"}
	n, m := `"n":{"N":"7"}`, `"m":{"N":"1700000000"}`
	for _, tt := range []struct {
		pair, text string
		stale      bool
	}{
		{`007_1700000000`, `#007`, false},
		{`007_170000000\u0030`, `\u0023007`, false},
		{`008_1700000000`, `#007`, true},
		{`007-1700000000`, `#007`, true},
		{`007_17000000000`, `#007`, true},
		{`007_170000000`, `#007`, true},
		{`7_1700000000`, `#007`, true},
		{`007_1700000000`, `#008`, true},
		{`007_1700000000`, `007`, true},
		{`007_1700000000`, `#007\"`, true},
	} {
		pair, text := `"pair":{"S":"`+tt.pair+`"}`, `"text":{"S":"`+tt.text+`"}`
		for _, json := range []string{
			`{` + n + `,` + m + `,` + pair + `,` + text + `}`,
			`{` + pair + `,` + text + `,` + n + `,` + m + `}`,
			`{` + n + `,` + text + `,` + pair + `,` + m + `}`,
		} {
			for range 2 { // the second time the order is expected
				var got item
				err := plan.ParseJSON([]byte(json), &got)
				if errors.Is(err, fields.ErrStale) != tt.stale || !tt.stale && (err != nil || got != right) {
					t.Errorf("ParseJSON(%s)\n got: %+v %v\nwant: stale %v", json, got, err, tt.stale)
				}
			}
		}
	}
}
