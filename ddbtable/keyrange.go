package ddbtable

import (
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/ddb/fields"
)

// maxSortKey is the longest sort key in bytes.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const maxSortKey = 1024

// A limit is one end of a range. The zero limit is none.
type limit struct {
	value fields.Value
	open  bool // the value itself is outside
}

func (l limit) none() bool { return l.value.Kind() == "" }

// A keyRange is a range of sort keys, in the form in which one key condition
// can ask for it: of its limits, if there are two, none is open. It is one of
// the attribute behind those that are fixed.
type keyRange struct {
	fixed  []fields.Value // of the first attributes of the sort key, each equal to one
	lo, hi limit
	prefix fields.Value // instead of limits: all keys that begin with it
	head   int          // how many bytes of the keys hold the facets with one value each
}

func exactly(v fields.Value) keyRange { return keyRange{lo: limit{value: v}, hi: limit{value: v}} }

// prefixed is the range of all texts that begin with prefix.
func prefixed(prefix fields.Value) keyRange {
	if prefix.Text() == "" {
		return keyRange{}
	}
	return keyRange{prefix: prefix}
}

// between is the range of two limits, either of which may be none. It is not
// ok if no key lies in it.
func between(lo, hi limit) (r keyRange, ok bool) {
	// No key is empty, and DynamoDB refuses to compare one with nothing.
	if lo.value.Text() == "" {
		lo = limit{}
	}
	if !hi.none() && hi.value.Text() == "" {
		return keyRange{}, false
	}
	if lo.none() || hi.none() {
		return keyRange{lo: lo, hi: hi}, true
	}
	if lo.open {
		if lo.value, ok = after(lo.value); !ok {
			return keyRange{}, false
		}
		lo.open = false
	}
	if hi.open {
		if hi.value, ok = before(hi.value); !ok {
			return keyRange{}, false
		}
		hi.open = false
	}
	return keyRange{lo: lo, hi: hi}, lo.value.Compare(hi.value) <= 0
}

// exact reports whether the range is one key.
func (r keyRange) exact() bool {
	return !r.lo.none() && !r.hi.none() && r.lo.value.Compare(r.hi.value) == 0
}

// with is the range of the same form with other values.
func (r keyRange) with(values []fields.Value) keyRange {
	switch {
	case r.prefix.Kind() != "":
		r.prefix = values[0]
	case r.exact():
		r.lo.value, r.hi.value = values[0], values[0]
	case !r.lo.none() && !r.hi.none():
		r.lo.value, r.hi.value = values[0], values[1]
	case !r.lo.none():
		r.lo.value = values[0]
	case !r.hi.none():
		r.hi.value = values[0]
	}
	return r
}

// holds reports whether a sort key is in the range, given by its attributes.
func (r keyRange) holds(sorts []fields.Value) bool {
	n := len(r.fixed)
	same := slices.EqualFunc(r.fixed, sorts[:n], func(a, b fields.Value) bool { return a.Compare(b) == 0 })
	return same && (n == len(sorts) || r.contains(sorts[n]))
}

// contains reports whether a value of the attribute is in the range.
func (r keyRange) contains(v fields.Value) bool {
	if r.prefix.Kind() != "" {
		return v.Kind() == r.prefix.Kind() && strings.HasPrefix(v.Text(), r.prefix.Text())
	}
	return r.within(v, r.lo, 1) && r.within(v, r.hi, -1)
}

// within reports whether v is on the side of l that sign says.
func (r keyRange) within(v fields.Value, l limit, sign int) bool {
	if l.none() {
		return true
	}
	c := v.Compare(l.value) * sign
	return v.Kind() == l.value.Kind() && (c > 0 || c == 0 && !l.open)
}

// ends reports whether reading the range ends at an inclusive limit.
func (r keyRange) ends(descending bool) bool {
	end := r.hi
	if descending {
		end = r.lo
	}
	return !end.none() && !end.open
}

// endsAt reports whether v is the inclusive limit at which reading the range
// ends. No key follows it in a table; in an index an equal one may.
func (r keyRange) endsAt(v fields.Value, descending bool) bool {
	end := r.hi
	if descending {
		end = r.lo
	}
	return r.ends(descending) && v.Compare(end.value) == 0
}

// unlimited reports whether every key is in the range.
func (r keyRange) unlimited() bool {
	return r.prefix.Kind() == "" && r.lo.none() && r.hi.none()
}

// write appends the conditions on the sort key.
func (r keyRange) write(w *writer, sorts []*fields.Field) {
	for i, v := range r.fixed {
		w.string(" AND ")
		w.name(sorts[i].Name)
		w.operator(" =", limit{value: v})
	}
	if !r.unlimited() {
		w.string(" AND ")
		r.writeLimits(w, sorts[len(r.fixed)])
	}
}

// writeLimits appends the condition on one attribute, for a range with limits.
func (r keyRange) writeLimits(w *writer, sort *fields.Field) {
	if r.prefix.Kind() != "" {
		w.string("begins_with(")
		w.name(sort.Name)
		w.string(", ")
		w.value(r.prefix)
		w.string(")")
		return
	}
	w.name(sort.Name)
	switch {
	case r.exact():
		w.operator(" =", r.lo)
	case r.hi.none():
		w.operator(" >"+orEqual(r.lo), r.lo)
	case r.lo.none():
		w.operator(" <"+orEqual(r.hi), r.hi)
	default:
		w.operator(" BETWEEN", r.lo)
		w.operator(" AND", r.hi)
	}
}

// operator appends an operator and its operand.
func (w *writer) operator(op string, l limit) {
	w.string(op)
	w.string(" ")
	w.value(l.value)
}

func orEqual(l limit) string {
	if l.open {
		return ""
	}
	return "="
}

// compareRanges orders ranges that do not overlap.
func compareRanges(a, b keyRange) int { return a.start().Compare(b.start()) }

func (r keyRange) start() fields.Value {
	if r.prefix.Kind() != "" {
		return r.prefix
	}
	return r.lo.value
}

// after is the least sort key greater than v, and before the greatest that is
// less. They are not ok at the end.
func after(v fields.Value) (fields.Value, bool) {
	if v.Kind() == fields.N {
		return fields.NextNumber(v)
	}
	if len(v.Text()) < maxSortKey {
		return v.WithText(v.Text() + "\x00"), true
	}
	return successor(v)
}

func before(v fields.Value) (fields.Value, bool) {
	switch v.Kind() {
	case fields.N:
		return fields.PrevNumber(v)
	case fields.B:
		return beforeBytes(v)
	}
	return beforeText(v)
}

// beforeText fills up with the greatest characters to the length that a sort
// key can have.
func beforeText(v fields.Value) (fields.Value, bool) {
	text, last := cutLast(v.Text())
	switch last {
	case -1:
		return v, false
	case 0:
		return v.WithText(text), true
	}
	text += string(pred(last))
	const greatest = string(utf8.MaxRune)
	text += strings.Repeat(greatest, max(maxSortKey-len(text), 0)/len(greatest))
	// The greatest characters of three, two and one bytes.
	text += map[int]string{3: "\uFFFF", 2: "\u07FF", 1: "\u007F"}[maxSortKey-len(text)]
	return v.WithText(text), true
}

func beforeBytes(v fields.Value) (fields.Value, bool) {
	b := []byte(v.Text())
	switch n := len(b); {
	case n == 0:
		return v, false
	case b[n-1] == 0:
		b = b[:n-1]
	default:
		b[n-1]--
		b = append(b, slices.Repeat([]byte{0xFF}, max(maxSortKey-n, 0))...)
	}
	return v.WithText(string(b)), true
}

// successor is the least text greater than every text that begins with v. It
// is not ok if there is none.
func successor(v fields.Value) (fields.Value, bool) {
	if v.Kind() == fields.B {
		b := []byte(v.Text())
		for len(b) > 0 && b[len(b)-1] == 0xFF {
			b = b[:len(b)-1]
		}
		if len(b) == 0 {
			return v, false
		}
		b[len(b)-1]++
		return v.WithText(string(b)), true
	}
	text, last := cutLast(v.Text())
	for last == utf8.MaxRune {
		text, last = cutLast(text)
	}
	if last < 0 {
		return v, false
	}
	return v.WithText(text + string(succ(last))), true
}

// cutLast splits text before its last character, which is -1 if there is none.
func cutLast(text string) (string, rune) {
	if text == "" {
		return "", -1
	}
	r, n := utf8.DecodeLastRuneInString(text)
	return text[:len(text)-n], r
}

// The code points D800 to DFFF are surrogates and no characters.
const beforeSurrogates, afterSurrogates = 0xD7FF, 0xE000

func succ(r rune) rune {
	if r == beforeSurrogates {
		return afterSurrogates
	}
	return r + 1
}

func pred(r rune) rune {
	if r == afterSurrogates {
		return beforeSurrogates
	}
	return r - 1
}
