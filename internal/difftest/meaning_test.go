package difftest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// compare applies a comparison by the rules of the service: values of different
// types are unequal and have no order, and so has an absent one.
func compare(operator string, a, b value, odd bool) verdict {
	switch operator {
	case "=":
		return equal(a, b, odd)
	case "<>":
		return yes - equal(a, b, odd)
	}
	switch kind := a.kind(); {
	case odd && (a == nil && b == nil || kind == b.kind() && !isOrdered(kind) || isStrange(a, b)):
		return maybe
	case kind != b.kind() || !isOrdered(kind):
		return no
	}
	c := order(a, b)
	switch operator {
	case "<":
		return verdictOf(c < 0)
	case "<=":
		return verdictOf(c <= 0)
	case ">":
		return verdictOf(c > 0)
	}
	return verdictOf(c >= 0)
}

func isStrange(a, b value) bool { return a.kind() == "odd" || b.kind() == "odd" }

func order(a, b value) int {
	if a.kind() == "N" {
		return compareNumbers(a["N"].(string), b["N"].(string))
	}
	return cmp.Compare(payload(a), payload(b))
}

func equal(a, b value, odd bool) verdict {
	kind := a.kind()
	if odd && (a == nil && b == nil || kind == b.kind() && (kind == "L" || kind == "M") || isStrange(a, b)) {
		return maybe
	}
	return verdictOf(a != nil && b != nil && meaning(a) == meaning(b))
}

// isFalsy tells whether a value is one that JavaScript takes for false.
func isFalsy(v value) bool {
	switch v.kind() {
	case "odd":
		return true
	case "S", "B", "BOOL":
		return v[v.kind()] == "" || v[v.kind()] == false
	}
	return false
}

// payload gives the bytes of an S or a B.
func payload(v value) string {
	if v.kind() == "B" {
		return string(decoded(v))
	}
	text, _ := v["S"].(string)
	return text
}

// sizeOf gives the value of size: the UTF-16 code units of an S, the bytes of
// a B, the elements of the others, and nothing for scalars without a size.
func sizeOf(v value) value {
	n := 0
	switch kind := v.kind(); kind {
	case "S":
		n = len(utf16.Encode([]rune(payload(v))))
	case "B":
		n = len(payload(v))
	case "SS", "NS", "BS":
		n = len(v[kind].([]any))
	case "L":
		n = len(v.elements())
	case "M":
		n = len(v.entries())
	default:
		return nil
	}
	return value{"N": strconv.Itoa(n)}
}

// isPart tells whether contains is true.
func isPart(v, part value) bool {
	switch kind := v.kind(); kind {
	case "S", "B":
		return kind == part.kind() && strings.Contains(payload(v), payload(part))
	case "SS", "NS", "BS":
		for _, e := range v[kind].([]any) {
			if meaning(value{kind[:1]: e}) == meaning(part) {
				return true
			}
		}
	case "L":
		for _, e := range v.elements() {
			if meaning(e) == meaning(part) {
				return true
			}
		}
	}
	return false
}

// meaning gives a text that is the same for values that are equal.
func meaning(v value) string {
	switch kind := v.kind(); kind {
	case "N":
		return "N" + canonicalNumber(v["N"].(string))
	case "SS", "NS", "BS":
		var texts []string
		for _, e := range v[kind].([]any) {
			texts = append(texts, meaning(value{kind[:1]: e}))
		}
		slices.Sort(texts)
		return fmt.Sprintf("%s%q", kind, texts)
	case "L":
		var texts []string
		for _, e := range v.elements() {
			texts = append(texts, meaning(e))
		}
		return fmt.Sprintf("L%q", texts)
	case "M":
		entries := v.entries()
		var texts []string
		for _, name := range slices.Sorted(maps.Keys(entries)) {
			texts = append(texts, name, meaning(entries[name]))
		}
		return fmt.Sprintf("M%q", texts)
	default:
		return fmt.Sprintf("%s%v", kind, v[kind])
	}
}
