package difftest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
)

// A table is a table of the run and the model of its content.
type table struct {
	name, definition string
	key              []string
	indexes          []index
	items            map[string]item
}

// An index is something that can be queried: the table itself has no name.
type index struct {
	name, partition, sort string
	global                bool
}

func newTables() []*table {
	return []*table{{
		name: "diff-range",
		definition: `{"TableName":"diff-range","BillingMode":"PAY_PER_REQUEST",
			"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"s","AttributeType":"N"},
				{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"h","AttributeType":"N"},{"AttributeName":"t","AttributeType":"S"}],
			"KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],
			"GlobalSecondaryIndexes":[
				{"IndexName":"by_g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"h","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
				{"IndexName":"keys","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
			"LocalSecondaryIndexes":[
				{"IndexName":"by_t","KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"t","KeyType":"RANGE"}],
					"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["v1","v8"]}}]}`,
		key: []string{"p", "s"},
		indexes: []index{
			{partition: "p", sort: "s"}, {partition: "p", sort: "s"},
			{name: "by_g", partition: "g", sort: "h", global: true},
			{name: "keys", partition: "g", global: true},
			{name: "by_t", partition: "p", sort: "t"},
		},
		items: map[string]item{},
	}, {
		name: "diff-hash",
		definition: `{"TableName":"diff-hash","BillingMode":"PAY_PER_REQUEST",
			"AttributeDefinitions":[{"AttributeName":"k","AttributeType":"N"}],"KeySchema":[{"AttributeName":"k","KeyType":"HASH"}]}`,
		key:     []string{"k"},
		indexes: []index{{partition: "k"}},
		items:   map[string]item{},
	}}
}

// keyValue draws a value for a key attribute of a table or an index.
func keyValue(r *rand.Rand, name string) value {
	switch name {
	case "p":
		return value{"S": pick(r, []any{"a", "b", "ab"})}
	case "s":
		return value{"N": pick(r, []any{"-1.5", "0", "1", "2.0", "10", "1e2"})}
	case "g":
		return value{"S": pick(r, []any{"x", "y"})}
	case "h":
		return value{"N": pick(r, []any{"1", "2", "-3", "4.5"})}
	case "t":
		return value{"S": pick(r, []any{"t1", "t2", "u", "é"})}
	}
	return value{"N": pick(r, []any{"1", "1.0", "2", "10", "-3", "0.5"})}
}

func (t *table) drawKey(r *rand.Rand) item {
	if keys := slices.Sorted(maps.Keys(t.items)); len(keys) > 0 && r.IntN(3) > 0 {
		return t.items[pick(r, keys)].only(t.key)
	}
	key := item{}
	for _, name := range t.key {
		key[name] = keyValue(r, name)
	}
	return key
}

func (t *table) drawItem(r *rand.Rand) item {
	it := t.drawKey(r)
	for _, name := range []string{"g", "h", "t"} {
		if r.IntN(2) == 0 {
			it[name] = keyValue(r, name)
		}
	}
	for i, kind := range kinds {
		switch name := fmt.Sprintf("v%d", i); {
		case r.IntN(10) < 6:
			it[name] = draw(r, kind, 2)
		case r.IntN(10) == 0:
			it[name] = drawAny(r, 2)
		}
	}
	return it
}

func (it item) only(names []string) item {
	out := item{}
	for _, name := range names {
		if v, ok := it[name]; ok {
			out[name] = v
		}
	}
	return out
}

// anItem gives an item of the table, nil when it is empty.
func (t *table) anItem(r *rand.Rand) item {
	keys := slices.Sorted(maps.Keys(t.items))
	if len(keys) == 0 {
		return nil
	}
	return t.items[pick(r, keys)]
}

// lessOrEqual compares scalars as BETWEEN does.
func lessOrEqual(a, b value) bool {
	switch a.kind() {
	case "N":
		return compareNumbers(a["N"].(string), b["N"].(string)) <= 0
	case "B":
		return string(decoded(a)) <= string(decoded(b))
	}
	return a["S"].(string) <= b["S"].(string)
}
