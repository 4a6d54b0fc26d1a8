package difftest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// A value is an attribute value as DynamoDB JSON has it, with one member.
type value map[string]any

// An item is a map of values.
type item map[string]value

var kinds = []string{"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"}

func (v value) kind() string {
	for kind := range v {
		return kind
	}
	return ""
}

// entries gives the entries of a map.
func (v value) entries() item {
	switch m := v["M"].(type) {
	case item:
		return m
	case map[string]any:
		out := item{}
		for name, e := range m {
			out[name] = e.(map[string]any)
		}
		return out
	}
	return nil
}

// elements gives the elements of a list.
func (v value) elements() []value {
	list, _ := v["L"].([]any)
	var out []value
	for _, e := range list {
		switch e := e.(type) {
		case value:
			out = append(out, e)
		case map[string]any:
			out = append(out, e)
		}
	}
	return out
}

var (
	texts   = []any{"a", "ab", "b", "abc", "", "é", "日本", "😀", "B", "0", "a b", "\u0000"}
	numbers = []any{
		"0", "1", "-1", "2", "10", "100", "-10", "0.5", "1.50", "1e2", "3", "5", "007", "-0", "1.0",
		"12345678901234567890.5", "-99999999999999999999999999999999999999", "1e-7", "9.9e10", "1E+20",
	}
	binaries = []any{"", "YQ==", "YWI=", "Yg==", "AAE=", "/w==", "YWJj"}
)

// draw gives a random value of a kind, nested at most depth levels.
func draw(r *rand.Rand, kind string, depth int) value {
	switch kind {
	case "S":
		return value{kind: pick(r, texts)}
	case "N":
		return value{kind: pick(r, numbers)}
	case "B":
		return value{kind: pick(r, binaries)}
	case "BOOL":
		return value{kind: r.IntN(2) == 0}
	case "NULL":
		return value{kind: true}
	case "SS":
		return value{kind: some(r, texts[:6])}
	case "NS":
		return value{kind: some(r, []any{"1", "2", "3.5", "-4", "100"})}
	case "BS":
		return value{kind: some(r, binaries)}
	case "L":
		list := []any{}
		for range r.IntN(4) {
			list = append(list, drawAny(r, depth-1))
		}
		return value{kind: list}
	}
	m := item{}
	for range r.IntN(4) {
		m[pick(r, []string{"x", "y", "name", "a.b"})] = drawAny(r, depth-1)
	}
	return value{"M": m}
}

func drawAny(r *rand.Rand, depth int) value {
	if depth <= 0 {
		return draw(r, pick(r, kinds[:8]), 0)
	}
	return draw(r, pick(r, kinds), depth)
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// some gives a few elements of a list, in any order.
func some(r *rand.Rand, list []any) []any {
	list = slices.Clone(list)
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list[:1+r.IntN(min(3, len(list)))]
}

// A path leads to a value in an item: names and indexes.
type path []any

func (p path) head() string { return p[0].(string) }

// at gives the value at a path, nil when there is none.
func (it item) at(p path) value {
	v := it[p.head()]
	for _, step := range p[1:] {
		if v == nil {
			return nil
		}
		switch step := step.(type) {
		case string:
			v = v.entries()[step]
		case int:
			list := v.elements()
			if step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

// paths lists all paths of an item, in a fixed order.
func (it item) paths() []path {
	var out []path
	for _, name := range slices.Sorted(maps.Keys(it)) {
		out = append(out, below(path{name}, it[name])...)
	}
	return out
}

func below(p path, v value) []path {
	out := []path{p}
	entries := v.entries()
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		out = append(out, below(append(slices.Clip(p), name), entries[name])...)
	}
	for i, e := range v.elements() {
		out = append(out, below(append(slices.Clip(p), i), e)...)
	}
	return out
}

// canonical gives a text that is the same for equal answers: members and sets
// in order.
func canonical(v any) string {
	text, err := json.Marshal(ordered(v))
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(text)
}

func ordered(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, e := range v {
			if list, ok := e.([]any); ok && key == "ConsumedCapacity" {
				// One entry for each table, in no order.
				list = slices.Clone(list)
				slices.SortFunc(list, func(a, b any) int {
					return strings.Compare(fmt.Sprint(a.(map[string]any)["TableName"]), fmt.Sprint(b.(map[string]any)["TableName"]))
				})
				out[key] = ordered(list)
				continue
			}
			if list, ok := e.([]any); ok && (key == "SS" || key == "NS" || key == "BS") {
				list = slices.Clone(list)
				slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
				out[key] = list
				continue
			}
			out[key] = ordered(e)
		}
		return out
	case value:
		return ordered(map[string]any(v))
	case item:
		out := make(map[string]any, len(v))
		for key, e := range v {
			out[key] = ordered(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = ordered(e)
		}
		return out
	}
	return v
}
