package difftest

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
)

// spoil puts a mistake into a request. What has no place for the mistake that
// was drawn stays as it is.
func (g *generator) spoil(q *request) {
	spoilers := map[string]func(map[string]any) bool{
		"no table":          g.spoilTable,
		"shape":             g.spoilShape,
		"enumeration":       g.spoilWord,
		"unused name":       g.spoilNames,
		"unused value":      g.spoilValues,
		"undefined value":   g.spoilUndefined,
		"expression":        g.spoilExpression,
		"key":               g.spoilKey,
		"value":             g.spoilValue,
		"limit":             g.spoilLimit,
		"missing parameter": g.spoilMember,
	}
	name := pick(g.r, slices.Sorted(maps.Keys(spoilers)))
	// The model's items must not change with the request, and no table may come
	// that nothing deletes again.
	if (name == "no table" || name == "shape") && q.operation == "CreateTable" || q.segments > 0 {
		return
	}
	body := clone(q.body)
	if spoilers[name](body) {
		q.body, q.spoiled = body, name
		if slices.Contains([]string{"expression", "missing parameter", "shape", "undefined value", "value"}, name) {
			q.condition = nil
		}
	}
}

func clone(body map[string]any) map[string]any {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(text, &out); err != nil {
		panic(err)
	}
	return out
}

func (g *generator) spoilTable(body map[string]any) bool {
	if _, ok := body["TableName"]; !ok {
		return false
	}
	body["TableName"] = pick(g.r, []string{"none", "none", "none", "a;b"})
	return true
}

func (g *generator) spoilShape(body map[string]any) bool {
	names := slices.Sorted(maps.Keys(body))
	if len(names) == 0 {
		return false
	}
	name := pick(g.r, names)
	switch body[name].(type) {
	case string:
		body[name] = pick(g.r, []any{1.5, true, []any{}, map[string]any{}})
	case map[string]any:
		body[name] = pick(g.r, []any{"x", 1.5, []any{}})
	case []any:
		body[name] = pick(g.r, []any{"x", map[string]any{}})
	default:
		body[name] = pick(g.r, []any{"x", []any{}})
	}
	return true
}

func (g *generator) spoilWord(body map[string]any) bool {
	body[pick(g.r, []string{"ReturnValues", "ReturnConsumedCapacity", "Select", "ReturnItemCollectionMetrics"})] = "x"
	return true
}

func (g *generator) spoilNames(body map[string]any) bool {
	names, ok := body["ExpressionAttributeNames"].(map[string]any)
	if !ok {
		names = map[string]any{}
		body["ExpressionAttributeNames"] = names
	}
	names[pick(g.r, []string{"#unused", "x", "#", "#a-b"})] = "x"
	return true
}

func (g *generator) spoilValues(body map[string]any) bool {
	values, ok := body["ExpressionAttributeValues"].(map[string]any)
	if !ok {
		values = map[string]any{}
		body["ExpressionAttributeValues"] = values
	}
	values[pick(g.r, []string{":unused", "x", ":", ":a-b"})] = map[string]any{"S": "x"}
	return true
}

func (g *generator) spoilUndefined(body map[string]any) bool {
	for _, member := range []string{"ExpressionAttributeValues", "ExpressionAttributeNames"} {
		if bound, ok := body[member].(map[string]any); ok && len(bound) > 1 {
			delete(bound, pick(g.r, slices.Sorted(maps.Keys(bound))))
			return true
		}
	}
	return false
}

var expressions = []string{
	"ConditionExpression", "FilterExpression", "KeyConditionExpression", "ProjectionExpression", "UpdateExpression",
}

// glued matches what nobody says whether it is right: a keyword without a blank
// before a placeholder.
var glued = regexp.MustCompile(`(?i)\b(NOT|AND|OR|BETWEEN|IN|SET|ADD|REMOVE|DELETE)[:#]`)

// spoilExpression takes a piece out of an expression, or puts one in.
func (g *generator) spoilExpression(body map[string]any) bool {
	for _, member := range expressions {
		text, ok := body[member].(string)
		if !ok || len(text) < 4 {
			continue
		}
		at := g.r.IntN(len(text))
		if g.chance(2) {
			end := min(len(text), at+1+g.r.IntN(4))
			body[member] = text[:at] + text[end:]
		} else {
			piece := pick(g.r, []string{" AND ", "(", ")", ",", " name ", "size", "=", "[0]", ".x", " SET ", "-", ":v0", "#n0", "$", "((x))"})
			body[member] = text[:at] + piece + text[at:]
		}
		return !glued.MatchString(body[member].(string))
	}
	return false
}

func (g *generator) spoilKey(body map[string]any) bool {
	for _, member := range []string{"Key", "Item"} {
		key, ok := body[member].(map[string]any)
		if !ok {
			continue
		}
		for _, name := range []string{"s", "p", "k"} {
			if key[name] == nil {
				continue
			}
			switch g.r.IntN(4) {
			case 0:
				delete(key, name)
			case 1:
				key[name] = map[string]any{"BOOL": true}
			case 2:
				key["extra"] = map[string]any{"S": "x"}
			case 3:
				key[name] = pick(g.r, []any{map[string]any{"S": ""}, map[string]any{"B": ""}, map[string]any{"S": "x"}})
			}
			return true
		}
	}
	return false
}

// wrong are values that are no values.
var wrong = []string{
	`{}`, `{"S":"a","N":"1"}`, `{"N":""}`, `{"N":"x"}`, `{"N":"1e126"}`, `{"N":"1e-131"}`, `{"N":" 1"}`,
	`{"N":"123456789012345678901234567890123456789"}`, `{"SS":[]}`, `{"NS":[]}`, `{"BS":[]}`, `{"SS":["a","a"]}`,
	`{"NS":["1","1.0"]}`, `{"BS":["YQ==","YQ=="]}`, `{"NULL":false}`, `{"L":[{}]}`, `{"M":{"x":{}}}`, `{"B":"a"}`, `{"B":"%%%%"}`,
	`{"NS":["x"]}`, `{"L":[{"N":"x"}]}`, `{"X":"y"}`,
	// The empty name, in several places: one engine takes it, and seldom in a
	// request that it takes otherwise.
	`{"M":{"":{"S":"x"}}}`, `{"M":{"":{"N":"1"},"x":{"S":"x"}}}`, `{"M":{"x":{"M":{"":{"S":"x"}}}}}`, `{"L":[{"M":{"":{"S":"x"}}}]}`,
}

func (g *generator) spoilValue(body map[string]any) bool {
	var v any
	if err := json.Unmarshal([]byte(pick(g.r, wrong)), &v); err != nil {
		panic(err)
	}
	for _, member := range []string{"Item", "ExpressionAttributeValues", "Key"} {
		if values, ok := body[member].(map[string]any); ok && len(values) > 0 {
			values[pick(g.r, slices.Sorted(maps.Keys(values)))] = v
			return true
		}
	}
	return false
}

func (g *generator) spoilLimit(body map[string]any) bool {
	body[pick(g.r, []string{"Limit", "Segment", "TotalSegments"})] = pick(g.r, []any{-1, -2})
	return true
}

func (g *generator) spoilMember(body map[string]any) bool {
	names := slices.Sorted(maps.Keys(body))
	if len(names) == 0 {
		return false
	}
	delete(body, pick(g.r, names))
	return true
}
