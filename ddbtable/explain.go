package ddbtable

import (
	"fmt"
	"strconv"
	"strings"

	"example.com/ddb/fields"
)

// An Explanation says how a query is going to be read. It holds key values, so
// mind where you print it.
type Explanation struct {
	Table string
	Index string // "" for the table's own key

	// KeyConditions has one for each range that is read, in the order of the
	// key. It is empty if no item can fulfil the conditions: nothing is sent.
	KeyConditions []string

	Filter     string // "" for none
	Projection string // "" for all attributes

	// Order names the attributes that the items are sorted by.
	Order      []string
	Descending bool

	// Err is why the query cannot be run.
	Err error
}

// Explain returns the plan of the query. It sends nothing.
func (q Query[T]) Explain() Explanation { return q.explain() }

func (q *query) explain() Explanation {
	if q == nil {
		q = new(query) // of the zero Query
	}
	e := Explanation{Table: q.core.name()}
	p, err := q.plan()
	if err != nil {
		e.Err = q.opError(nil, err)
		return e
	}
	e.Index, e.Descending = p.index.name, p.descending
	if !p.empty {
		for _, r := range p.ranges {
			e.KeyConditions = append(e.KeyConditions, shown(func(w *writer) { p.writeKey(w, r) }))
		}
	}
	for _, o := range p.order {
		e.Order = append(e.Order, o.field.Name)
	}
	e.Filter = shown(func(w *writer) { _, _ = w.condition(p.filter) })
	e.Projection = shown(func(w *writer) { p.projection.write(w, p.reading) })
	return e
}

// shown is an expression with names and values in the place of placeholders.
func shown(write func(*writer)) string {
	var w writer
	var b strings.Builder
	write(&w)
	for _, token := range tokens(string(w.buf)) {
		i, err := strconv.Atoi(strings.TrimLeft(token, "#:"))
		switch {
		case err == nil && token[0] == '#':
			token = w.names[i]
		case err == nil && token[0] == ':':
			token = show(w.values[i])
		}
		b.WriteString(token)
	}
	return b.String()
}

// show is a value for people. A limit that was filled up to be the greatest
// key before another is shown as that other.
func show(v fields.Value) string {
	switch v.Kind() {
	case fields.S:
		text := v.Text()
		if filled := strings.TrimRight(text, "\U0010FFFF\uFFFF\u07FF\u007F"); len(filled) < len(text) {
			return "before " + strconv.Quote(afterFilled(filled))
		}
		return strconv.Quote(text)
	case fields.N, fields.BOOL:
		return v.Text()
	case fields.B:
		return fmt.Sprintf("0x%x", v.Text())
	}
	return string(v.AppendJSON(nil))
}

// afterFilled is the text that a filled limit ends before.
func afterFilled(text string) string {
	v, _ := successor(fields.String(text))
	return v.Text()
}

// String is the explanation in a few lines.
func (e Explanation) String() string {
	if e.Err != nil {
		return e.Err.Error()
	}
	var b strings.Builder
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&b, "  %-8s %s\n", label, text)
		}
	}
	source := "table " + e.Table
	if e.Index != "" {
		source += ", index " + e.Index
	}
	fmt.Fprintf(&b, "query %s\n", source)
	for _, cond := range e.KeyConditions {
		line("key", cond)
	}
	if len(e.KeyConditions) == 0 {
		line("key", "nothing can match: no request is sent")
	}
	line("filter", e.Filter)
	line("read", e.Projection)
	order := strings.Join(e.Order, ", ")
	if order != "" && e.Descending {
		order += ", descending"
	}
	line("order", order)
	return strings.TrimSuffix(b.String(), "\n")
}
