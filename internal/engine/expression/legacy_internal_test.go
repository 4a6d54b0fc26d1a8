package expression

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"example.com/ddb/internal/engine/attribute"
)

var trees = cmp.AllowUnexported(
	Condition{}, Update{}, action{}, andNode{}, orNode{}, notNode{}, compareNode{}, betweenNode{}, inNode{}, callNode{},
	pathOperand{}, valueOperand{})

func text(s string) attribute.Value { return attribute.AppendString(nil, s) }

func bound() *Placeholders {
	p := new(Placeholders)
	p.AddValue(":v", text("v"))
	p.AddValue(":w", text("w"))
	p.AddValue(":s", stringSet("x"))
	return p
}

func stringSet(element string) attribute.Value {
	set := attribute.AppendElement(attribute.Open(nil, attribute.Strs), element)
	set, _ = attribute.Close(set, 0)
	return attribute.Value(set)
}

// TestLegacyConditionsAreTheTreesOfExpressions writes each operator as an
// expression and expects the same tree.
func TestLegacyConditionsAreTheTreesOfExpressions(t *testing.T) {
	v, w := text("v"), text("w")
	one := func(operator string, values ...attribute.Value) []Comparison {
		return []Comparison{{"a", operator, values}}
	}
	for expression, list := range map[string][]Comparison{
		"a = :v":                  one("EQ", v),
		"a <> :v":                 one("NE", v),
		"a < :v":                  one("LT", v),
		"a <= :v":                 one("LE", v),
		"a > :v":                  one("GT", v),
		"a >= :v":                 one("GE", v),
		"a BETWEEN :v AND :w":     one("BETWEEN", v, w),
		"a IN (:v, :w)":           one("IN", v, w),
		"begins_with(a, :v)":      one("BEGINS_WITH", v),
		"contains(a, :v)":         one("CONTAINS", v),
		"attribute_exists(a)":     one("NOT_NULL"),
		"attribute_not_exists(a)": one("NULL"),
		"attribute_exists(a) AND NOT contains(a, :v)": one("NOT_CONTAINS", v),
		"a = :v AND b < :w":                           {{"a", "EQ", []attribute.Value{v}}, {"b", "LT", []attribute.Value{w}}},
		"a = :v OR b < :w":                            {{"a", "EQ", []attribute.Value{v}}, {"b", "LT", []attribute.Value{w}}},
	} {
		want, problem := ParseCondition(expression, bound())
		if problem != "" {
			t.Fatalf("%s: %s", expression, problem)
		}
		_, either := want.root.(*orNode)
		got := NewCondition(list, either)
		if diff := cmp.Diff(want.root, got.root, trees); diff != "" {
			t.Errorf("%s (-expression +legacy):\n%s", expression, diff)
		}
	}
	if c := NewCondition(nil, false); c != nil {
		t.Errorf("without comparisons: %+v", c)
	}
}

// TestLegacyUpdatesAreTheTreesOfExpressions does the same with changes, which
// only remember where they come from.
func TestLegacyUpdatesAreTheTreesOfExpressions(t *testing.T) {
	want, problem := ParseUpdate("SET a = :v REMOVE b ADD c :s DELETE d :s", bound())
	if problem != "" {
		t.Fatal(problem)
	}
	for i := range want.actions {
		want.actions[i].legacy = true
	}
	got := NewUpdate([]Change{
		{"a", "", text("v")}, {"b", "DELETE", nil}, {"c", "ADD", stringSet("x")}, {"d", "DELETE", stringSet("x")},
	})
	if diff := cmp.Diff(want, got, trees); diff != "" {
		t.Errorf("(-expression +legacy):\n%s", diff)
	}
}

func TestLegacyKeyConditionsAreThoseOfExpressions(t *testing.T) {
	v, w := text("v"), text("w")
	for expression, c := range map[string]Comparison{
		"a = :v":              {"a", "EQ", []attribute.Value{v}},
		"a < :v":              {"a", "LT", []attribute.Value{v}},
		"a <= :v":             {"a", "LE", []attribute.Value{v}},
		"a > :v":              {"a", "GT", []attribute.Value{v}},
		"a >= :v":             {"a", "GE", []attribute.Value{v}},
		"a BETWEEN :v AND :w": {"a", "BETWEEN", []attribute.Value{v, w}},
		"begins_with(a, :v)":  {"a", "BEGINS_WITH", []attribute.Value{v}},
	} {
		parsed, problem := ParseCondition(expression, bound())
		if problem != "" {
			t.Fatalf("%s: %v", expression, problem)
		}
		want, err := parsed.Keys()
		if err != nil {
			t.Fatalf("%s: %v", expression, err)
		}
		got, ok := NewKeyCondition(c)
		if diff := cmp.Diff(want, []KeyCondition{got}); diff != "" || !ok {
			t.Errorf("%s (-expression +legacy):\n%s", expression, diff)
		}
	}
	for _, operator := range []string{"NE", "IN", "NULL", "NOT_NULL", "CONTAINS", "NOT_CONTAINS"} {
		if _, ok := NewKeyCondition(Comparison{"a", operator, []attribute.Value{v}}); ok {
			t.Errorf("%s is a key condition", operator)
		}
	}
}

// TestManyComparisonsAreTheTreesOfFew compares what many comparisons, and an IN
// of many values, say of items with what the trees of expressions say.
func TestManyComparisonsAreTheTreesOfFew(t *testing.T) {
	names := []string{"a", "b", "c", "d", "e"}
	operators := []string{"NULL", "NOT_NULL", "EQ", "NE", "LT", "CONTAINS", "NOT_CONTAINS", "BEGINS_WITH", "IN"}
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SampledFrom([]string{"", "x", "xy", "y"})
		var list []Comparison
		var parts []node
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, len(names), rapid.ID).Draw(t, "names") {
			c := Comparison{Name: name, Operator: rapid.SampledFrom(operators).Draw(t, "operator")}
			c.Values = []attribute.Value{text(texts.Draw(t, "value"))}
			list, parts = append(list, c), append(parts, c.node())
		}
		item := attribute.Open(nil, attribute.Map)
		for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(names), rapid.ID).Draw(t, "present") {
			item = append(attribute.AppendName(item, name), text(texts.Draw(t, "attribute"))...)
		}
		item, _ = attribute.Close(item, 0)
		for _, it := range []attribute.Item{nil, item} {
			if got, want := newManyNode(list, parts, false).holds(it), (&andNode{parts}).holds(it); got != want {
				t.Errorf("all of %v are true of %x: %v, want %v", list, it, got, want)
			}
			if got, want := newManyNode(list, parts, true).holds(it), (&orNode{parts}).holds(it); got != want {
				t.Errorf("one of %v is true of %x: %v, want %v", list, it, got, want)
			}
			path := &pathOperand{attribute.Path{attribute.ByName("a")}}
			values := []attribute.Value{text(texts.Draw(t, "one")), text(texts.Draw(t, "other"))}
			few := inNode{path, []operand{&valueOperand{values[0]}, &valueOperand{values[1]}}}
			if got, want := newSetNode(path, values).holds(it), few.holds(it); got != want {
				t.Errorf("IN of %x is true of %x: %v, want %v", values, it, got, want)
			}
		}
	})
}

func TestManyComparisonsAreCompiled(t *testing.T) {
	var list []Comparison
	for i := range fewComparisons + 1 {
		list = append(list, Comparison{Name: strings.Repeat("x", i+1), Operator: "NULL"})
	}
	if _, many := NewCondition(list, false).root.(*manyNode); !many {
		t.Errorf("%d comparisons are asked one by one", len(list))
	}
	values := make([]attribute.Value, fewValues+1)
	for i := range values {
		values[i] = text(strings.Repeat("x", i))
	}
	in := NewCondition([]Comparison{{"a", "IN", values}}, false)
	if _, many := in.root.(*setNode); !many {
		t.Errorf("%d values of IN are compared one by one", len(values))
	}
}
