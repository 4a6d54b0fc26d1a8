package difftest

import (
	"fmt"
	"slices"
	"strings"
)

// A verdict is what a condition says of an item. An engine with oddities may
// say anything where the verdict is maybe.
type verdict int

const (
	no verdict = iota
	maybe
	yes
)

func verdictOf(b bool) verdict {
	if b {
		return yes
	}
	return no
}

// A condition is the text of a condition and what it means, by the rules of the
// service. Odd tells whether the verdict is that of an engine that has the
// oddities of dynalite.
type condition struct {
	text  string
	holds func(it item, odd bool) verdict
}

// An operand is the text of an operand and the value that it has.
type operand struct {
	text string
	of   func(it item, odd bool) value
	path path
}

// odd stands for a value that an engine with oddities takes for something else.
var strange = value{"odd": true}

// condition draws a condition.
func (w *writer) condition(depth int) condition {
	if depth > 0 {
		switch w.r.IntN(5) {
		case 0:
			w.counts.add("AND")
			a, b := w.group(depth), w.group(depth)
			return condition{a.text + " AND " + b.text, func(it item, odd bool) verdict {
				return min(a.holds(it, odd), b.holds(it, odd))
			}}
		case 1:
			w.counts.add("OR")
			a, b := w.group(depth), w.group(depth)
			return condition{a.text + " OR " + b.text, func(it item, odd bool) verdict {
				return max(a.holds(it, odd), b.holds(it, odd))
			}}
		case 2:
			w.counts.add("NOT")
			return not(w.group(depth))
		}
	}
	switch w.r.IntN(10) {
	case 0:
		return w.between()
	case 1:
		return w.in()
	case 2, 3:
		return w.function()
	}
	return w.comparison()
}

func not(c condition) condition {
	return condition{"NOT " + c.text, func(it item, odd bool) verdict { return yes - c.holds(it, odd) }}
}

// group draws a condition that is one operand of a connective.
func (w *writer) group(depth int) condition {
	if w.chance(3) {
		return w.condition(0)
	}
	c := w.condition(depth - 1)
	c.text = "(" + c.text + ")"
	return c
}

// comparison compares two kinds, each pair of which is as likely.
func (w *writer) comparison() condition {
	left, right := w.pair()
	one := w.operandOf(left)
	two := w.literal(draw(w.r, right, 1))
	switch {
	case left == right && one.path != nil && w.chance(2):
		two = w.literal(w.item.at(one.path))
	case w.chance(3):
		if other := w.operandOf(right); other.path != nil && other.text != one.text {
			two = other
		}
	}
	operators := []string{"=", "<>"}
	if isOrdered(left) && isOrdered(right) || one.path != nil && two.path != nil || w.chance(40) {
		operators = append(operators, "<", "<=", ">", ">=")
	}
	operator := w.rarest(operators)
	w.counts.add(operator)
	return condition{one.text + " " + operator + " " + two.text, func(it item, odd bool) verdict {
		return compare(operator, one.of(it, odd), two.of(it, odd), odd)
	}}
}

// pair draws two kinds that were seldom compared.
func (w *writer) pair() (left, right string) {
	var names []string
	for range 5 {
		names = append(names, "pair "+pick(w.r, kinds)+" "+pick(w.r, kinds))
	}
	name := w.rarest(names)
	w.counts.add(name)
	_, _ = fmt.Sscanf(name, "pair %s %s", &left, &right)
	return left, right
}

// rarest gives the name that was counted least, the first of several.
func (w *writer) rarest(names []string) string {
	return slices.MinFunc(names, func(a, b string) int { return w.counts[a] - w.counts[b] })
}

func isOrdered(kind string) bool { return kind == "S" || kind == "N" || kind == "B" }

// operandOf draws an operand whose value has a kind.
func (w *writer) operandOf(kind string) operand {
	if kind == "N" && w.chance(4) {
		w.counts.add("size")
		return w.size(w.anyPath())
	}
	if p := w.somePath(kind); p != nil {
		return w.pathOperand(p)
	}
	return w.literal(draw(w.r, kind, 1))
}

func (w *writer) pathOperand(p path) operand {
	return operand{w.path(p), func(it item, _ bool) value { return it.at(p) }, p}
}

func (w *writer) literal(v value) operand {
	return operand{text: w.value(v), of: func(item, bool) value { return v }}
}

func (w *writer) size(p path) operand {
	return operand{text: "size(" + w.path(p) + ")", of: func(it item, odd bool) value {
		v := it.at(p)
		if odd && isFalsy(v) {
			return strange
		}
		return sizeOf(v)
	}}
}

func (w *writer) between() condition {
	w.counts.add("BETWEEN")
	kind := pick(w.r, []string{"S", "N", "B"})
	one := w.operandOf(kind)
	low, high := draw(w.r, kind, 0), draw(w.r, kind, 0)
	if !lessOrEqual(low, high) && !w.chance(20) {
		low, high = high, low
	}
	text := one.text + " BETWEEN " + w.value(low) + " AND " + w.value(high)
	return condition{text, func(it item, odd bool) verdict {
		v := one.of(it, odd)
		if odd && isFalsy(v) {
			return maybe
		}
		return min(compare(">=", v, low, odd), compare("<=", v, high, odd))
	}}
}

func (w *writer) in() condition {
	w.counts.add("IN")
	kind := pick(w.r, kinds)
	one := w.operandOf(kind)
	var texts []string
	var list []value
	for range 1 + w.r.IntN(4) {
		list = append(list, drawAny(w.r, 1))
	}
	if one.path != nil && w.chance(2) {
		list = append(list, w.item.at(one.path))
	}
	for _, v := range list {
		texts = append(texts, w.value(v))
	}
	return condition{one.text + " IN (" + strings.Join(texts, ", ") + ")", func(it item, odd bool) verdict {
		v := one.of(it, odd)
		if odd && isFalsy(v) {
			return maybe
		}
		found := no
		for _, element := range list {
			found = max(found, equal(v, element, odd))
		}
		return found
	}}
}

func (w *writer) function() condition {
	name := pick(w.r, []string{"attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size"})
	w.counts.add(name)
	switch name {
	case "attribute_type":
		return w.attributeType(w.anyPath())
	case "begins_with":
		return w.beginsWith()
	case "contains":
		return w.contains(w.anyPath())
	case "size":
		operator := pick(w.r, []string{"=", "<", "<=", ">", ">=", "<>"})
		one, two := w.size(w.anyPath()), w.literal(value{"N": fmt.Sprint(w.r.IntN(5))})
		return condition{one.text + " " + operator + " " + two.text, func(it item, odd bool) verdict {
			return compare(operator, one.of(it, odd), two.of(it, odd), odd)
		}}
	}
	p := w.anyPath()
	return condition{name + "(" + w.path(p) + ")", func(it item, odd bool) verdict {
		v := it.at(p)
		if odd && isFalsy(v) {
			return maybe
		}
		return verdictOf((v != nil) == (name == "attribute_exists"))
	}}
}

func (w *writer) attributeType(p path) condition {
	kind := pick(w.r, kinds)
	if v := w.item.at(p); v != nil && w.chance(2) {
		kind = v.kind()
	}
	text := "attribute_type(" + w.path(p) + ", " + w.value(value{"S": kind}) + ")"
	return condition{text, func(it item, odd bool) verdict {
		v := it.at(p)
		if odd && isFalsy(v) {
			return maybe
		}
		return verdictOf(v != nil && v.kind() == kind)
	}}
}

func (w *writer) beginsWith() condition {
	kind := pick(w.r, []string{"S", "B"})
	p := w.anyPath()
	if fitting := w.somePath(kind); fitting != nil && !w.chance(4) {
		p = fitting
	}
	prefix := draw(w.r, kind, 0)
	return condition{"begins_with(" + w.path(p) + ", " + w.value(prefix) + ")", func(it item, odd bool) verdict {
		v := it.at(p)
		if odd && kind == "B" && v.kind() == kind {
			return maybe
		}
		return verdictOf(v.kind() == kind && strings.HasPrefix(payload(v), payload(prefix)))
	}}
}

func (w *writer) contains(p path) condition {
	part := w.part(w.item.at(p))
	return condition{"contains(" + w.path(p) + ", " + w.value(part) + ")", func(it item, odd bool) verdict {
		v := it.at(p)
		if kind := v.kind(); odd && (kind == "L" || kind == "B" || kind == "BS" || isFalsy(v) || isFalsy(part)) {
			return maybe
		}
		return verdictOf(isPart(v, part))
	}}
}

// part gives a value that may be inside another.
func (w *writer) part(v value) value {
	switch kind := v.kind(); kind {
	case "S", "B":
		return draw(w.r, kind, 0)
	case "SS", "NS", "BS":
		if !w.chance(4) {
			return value{kind[:1]: pick(w.r, v[kind].([]any))}
		}
	case "L":
		if list := v.elements(); len(list) > 0 && !w.chance(4) {
			return pick(w.r, list)
		}
	}
	return drawAny(w.r, 1)
}
