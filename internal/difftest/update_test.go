package difftest

import (
	"fmt"
	"slices"
	"strings"
)

// update writes an update expression whose paths do not overlap: every action
// has an attribute of its own.
func (w *writer) update() string {
	sections := map[string][]string{}
	heads := []string{"v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "none", "g", "h", "t"}
	w.r.Shuffle(len(heads), func(i, j int) { heads[i], heads[j] = heads[j], heads[i] })
	for _, head := range heads[:1+w.r.IntN(3)] {
		keyword, action := w.action(head)
		w.changes[head] = true
		w.counts.add(keyword)
		sections[keyword] = append(sections[keyword], action)
	}
	keywords := []string{"SET", "REMOVE", "ADD", "DELETE"}
	w.r.Shuffle(len(keywords), func(i, j int) { keywords[i], keywords[j] = keywords[j], keywords[i] })
	var parts []string
	for _, keyword := range keywords {
		if list := sections[keyword]; list != nil {
			parts = append(parts, keyword+" "+strings.Join(list, ", "))
		}
	}
	return strings.Join(parts, " ")
}

// action writes an action on an attribute, or on something in it.
func (w *writer) action(head string) (keyword, text string) {
	p := w.pathIn(head)
	v := w.item.at(p)
	switch kind := v.kind(); {
	case head == "g" || head == "h" || head == "t":
		return w.indexKey(head)
	case w.chance(4):
		return "REMOVE", w.place(p)
	case (kind == "N" || v == nil) && w.chance(2):
		return "ADD", w.place(p) + " " + w.value(value{"N": fmt.Sprint(w.r.IntN(20) - 10)})
	case (kind == "SS" || kind == "NS" || kind == "BS") && !w.chance(4):
		return pick(w.r, []string{"ADD", "DELETE"}), w.place(p) + " " + w.value(draw(w.r, kind, 0))
	case w.chance(20):
		return pick(w.r, []string{"ADD", "DELETE"}), w.place(p) + " " + w.value(draw(w.r, pick(w.r, []string{"N", "SS", "BS"}), 0))
	}
	return "SET", w.place(p) + " = " + w.assigned()
}

// indexKey changes a key attribute of an index, which keeps its type, mostly.
func (w *writer) indexKey(head string) (keyword, text string) {
	switch {
	case w.chance(3):
		return "REMOVE", w.place(path{head})
	case w.chance(15):
		return "SET", w.place(path{head}) + " = " + w.value(drawAny(w.r, 1))
	}
	return "SET", w.place(path{head}) + " = " + w.value(keyValue(w.r, head))
}

// pathIn gives an attribute or a place in it, which need not exist.
func (w *writer) pathIn(head string) path {
	var inside []path
	for _, p := range w.item.paths() {
		if p.head() == head {
			inside = append(inside, p)
		}
	}
	if inside == nil {
		return path{head}
	}
	p := pick(w.r, inside)
	switch w.item.at(p).kind() {
	case "M":
		if w.chance(3) {
			return append(slices.Clip(p), pick(w.r, []string{"x", "y", "new"}))
		}
	case "L":
		if w.chance(3) {
			return append(slices.Clip(p), w.r.IntN(6))
		}
	}
	return p
}

// assigned writes the right-hand side of a SET.
func (w *writer) assigned() string {
	switch w.r.IntN(8) {
	case 0:
		operator := pick(w.r, []string{"+", "-"})
		w.counts.add(operator)
		return w.numeric() + " " + operator + " " + w.numeric()
	case 1:
		w.counts.add("if_not_exists")
		return "if_not_exists(" + w.path(w.anyPath()) + ", " + w.value(drawAny(w.r, 2)) + ")"
	case 2:
		w.counts.add("list_append")
		return "list_append(" + w.list() + ", " + w.list() + ")"
	case 3:
		if p := w.somePath(""); p != nil {
			return w.path(p)
		}
	}
	return w.value(drawAny(w.r, 2))
}

// numeric writes an operand that is a number, mostly.
func (w *writer) numeric() string {
	switch p := w.somePath("N"); {
	case w.chance(15):
		return w.path(w.anyPath())
	case p != nil && w.chance(2):
		return w.path(p)
	case w.chance(4):
		w.counts.add("if_not_exists")
		return "if_not_exists(" + w.path(path{"none"}) + ", " + w.value(draw(w.r, "N", 0)) + ")"
	}
	return w.value(draw(w.r, "N", 0))
}

// list writes an operand that is a list, mostly.
func (w *writer) list() string {
	switch p := w.somePath("L"); {
	case w.chance(15):
		return w.path(w.anyPath())
	case p != nil && w.chance(2):
		return w.path(p)
	case w.chance(4):
		w.counts.add("if_not_exists")
		return "if_not_exists(" + w.path(path{"none"}) + ", " + w.value(draw(w.r, "L", 1)) + ")"
	}
	return w.value(draw(w.r, "L", 1))
}
