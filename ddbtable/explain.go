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

	// Merged says that the ranges are read side by side, see [Query.OrderBy].
	Merged bool

	// Follow says that only keys are read of the index, and then each item by
	// its key from the table: Projection is about the items then, and Tested is
	// the filter as far as it is evaluated here, on the items. See
	// [Query.Follow].
	Follow bool
	Tested string

	// Scan says that everything is read, and that there are no key conditions.
	Scan bool

	// Requests and ReadUnits are what reading all of it is estimated to cost,
	// and Advice says how it could cost less. They are made by
	// [Explanation.For], and empty without it.
	Requests  int
	ReadUnits float64
	Advice    []string

	// Err is why the query cannot be run.
	Err error

	consistent bool
	pageSize   int
	sifted     bool     // the index leaves items out before they are followed
	fresh      bool     // the items that are followed are read consistently
	filtered   []string // attributes that the caller's filter tests
}

// Explain returns the plan of the query. It sends nothing.
func (q Query[T]) Explain() Explanation { return q.ready().explain() }

func (q *query) explain() Explanation {
	if q == nil {
		q = new(query) // of the zero Query
	}
	e := Explanation{Table: q.core.name(), Scan: q.scan != nil, pageSize: q.pageSize, filtered: q.filtered()}
	p, err := q.plan()
	if err != nil {
		e.Err = q.opError(nil, err)
		return e
	}
	e.consistent = p.core.consistent && p.index.consistent()
	e.Index, e.Descending, e.Merged = p.index.name, p.descending, p.merged
	if !p.empty && !e.Scan {
		for _, r := range p.ranges {
			e.KeyConditions = append(e.KeyConditions, shown(func(w *writer) { p.writeKey(w, r) }))
		}
	}
	for _, o := range p.order {
		e.Order = append(e.Order, o.field.Name)
	}
	e.Filter = shown(func(w *writer) { _, _ = w.condition(p.sent()) })
	reading := p.reading
	if f := p.followed; f != nil {
		e.Follow, e.sifted, e.fresh, reading = true, f.sent != nil, p.core.consistent, f.reading
		e.Tested = shown(func(w *writer) { _, _ = w.condition(f.tested) })
	}
	e.Projection = shown(func(w *writer) { p.projection.write(w, reading) })
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

// withoutValues is the condition with names in the place of their
// placeholders, and ? for every value.
func (t *texts) withoutValues() string {
	var b strings.Builder
	for _, token := range tokens(string(t.condition)) {
		i, err := strconv.Atoi(strings.TrimLeft(token, "#:"))
		switch {
		case err == nil && token[0] == '#':
			token = t.names[i]
		case err == nil && token[0] == ':':
			token = "?"
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
	switch {
	case e.Err != nil:
		return e.Err.Error()
	case e.Table == "":
		return "ddbtable: the zero Explanation is of no query; make one with Explain"
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
	verb := "query"
	if e.Scan {
		verb = "scan"
	}
	fmt.Fprintf(&b, "%s %s\n", verb, source)
	for _, cond := range e.KeyConditions {
		line("key", cond)
	}
	if len(e.KeyConditions) == 0 && !e.Scan {
		line("key", "nothing can match: no request is sent")
	}
	line("filter", e.Filter)
	if e.Follow {
		line("follow", fmt.Sprintf("each item by its key from table %s, %d in one request", e.Table, maxBatchGets))
		line("test", e.Tested)
	}
	line("read", e.Projection)
	order := strings.Join(e.Order, ", ")
	if order != "" && e.Descending {
		order += ", descending"
	}
	if e.Merged {
		order += ", merged"
	}
	line("order", order)
	line("cost", e.cost())
	for _, advice := range e.Advice {
		line("advice", advice)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
