package ddbtable

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/fields"
	"example.com/ddb/internal/wire"
)

// Limits of one expression.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const (
	maxExpression = 4096 // bytes
	maxInOperands = 100
)

// A writer turns conditions, changes and paths into the texts of one request.
// Every attribute name and value becomes a placeholder, reserved word or not,
// so that a name means itself whatever it is.
//
// Its methods append to one buffer; text returns what a function appended.
type writer struct {
	buf    []byte
	names  []string
	values []fields.Value
}

// text runs write and returns what it appended, which stays as it is when more
// is appended.
func (w *writer) text(write func(*writer)) []byte {
	start := len(w.buf)
	write(w)
	return w.since(start)
}

func (w *writer) since(start int) []byte { return w.buf[start:len(w.buf):len(w.buf)] }

func (w *writer) string(text string) { w.buf = append(w.buf, text...) }

// name appends the placeholder of an attribute name: #0, #1, …
func (w *writer) name(name string) {
	i := slices.Index(w.names, name)
	if i < 0 {
		i = len(w.names)
		w.names = append(w.names, name)
	}
	w.buf = strconv.AppendInt(append(w.buf, '#'), int64(i), 10)
}

// value appends the placeholder of a value: :0, :1, …
func (w *writer) value(v fields.Value) {
	w.buf = strconv.AppendInt(append(w.buf, ':'), int64(len(w.values)), 10)
	w.values = append(w.values, v)
}

// path appends a document path, one placeholder for each name in it.
func (w *writer) path(p *fields.Path) {
	w.name(p.Field().Name)
	for _, s := range p.Steps() {
		if s.Name == "" {
			w.buf = append(strconv.AppendInt(append(w.buf, '['), int64(s.Index), 10), ']')
			continue
		}
		w.string(".")
		w.name(s.Name)
	}
}

// nameMap is what ExpressionAttributeNames takes; nil, never empty.
func (w *writer) nameMap() map[string]string {
	if len(w.names) == 0 {
		return nil
	}
	m := make(map[string]string, len(w.names))
	for i, name := range w.names {
		m["#"+strconv.Itoa(i)] = name
	}
	return m
}

// valueMap is what ExpressionAttributeValues takes; nil, never empty.
func (w *writer) valueMap() map[string]types.AttributeValue {
	if len(w.values) == 0 {
		return nil
	}
	m := make(map[string]types.AttributeValue, len(w.values))
	for i, v := range w.values {
		m[":"+strconv.Itoa(i)] = v.AttributeValue()
	}
	return m
}

// appendPlaceholders appends names and values as members of a request.
func (w *writer) appendPlaceholders(dst []byte) []byte {
	for i, name := range w.names {
		dst = append(dst, separator(i, `,"ExpressionAttributeNames":{`)...)
		dst = strconv.AppendInt(append(dst, `"#`...), int64(i), 10)
		dst = wire.AppendString(append(dst, `":`...), name)
	}
	dst = closeIf(dst, len(w.names))
	for i, v := range w.values {
		dst = append(dst, separator(i, `,"ExpressionAttributeValues":{`)...)
		dst = strconv.AppendInt(append(dst, `":`...), int64(i), 10)
		dst = v.AppendJSON(append(dst, `":`...))
	}
	return closeIf(dst, len(w.values))
}

func separator(i int, first string) string {
	if i == 0 {
		return first
	}
	return ","
}

func closeIf(dst []byte, n int) []byte {
	if n > 0 {
		dst = append(dst, '}')
	}
	return dst
}

// condition appends a condition and returns it, nothing for one that is always
// true.
func (w *writer) condition(n *node) ([]byte, error) {
	if n == nil {
		return nil, nil
	}
	// A mistake may have left nothing else of the condition.
	if n.err != nil || n.empty() {
		return nil, n.err
	}
	start := len(w.buf)
	w.node(n.core())
	return w.checked(start)
}

// conditions is condition for the AND of several, nil ones among them.
func (w *writer) conditions(all ...*node) ([]byte, error) {
	n := joint{node: node{op: opAnd}}
	n.kids = n.few[:0]
	for _, kid := range all {
		if kid != nil {
			n.add(kid)
		}
	}
	return w.condition(&n.node)
}

// checked is the condition that began at start, if it is not too long.
func (w *writer) checked(start int) ([]byte, error) {
	text := w.since(start)
	if len(text) > maxExpression {
		return nil, planErrorf("condition is %d bytes long as an expression, the limit is %d; split the request, or test less", len(text), maxExpression)
	}
	return text, nil
}

func (w *writer) node(n *node) {
	switch {
	case n.op == opAnd || n.op == opOr:
		w.joined(n)
	case n.op == opNot:
		w.string("NOT (")
		w.node(n.kids[0].core())
		w.string(")")
	case n.op == opSDK:
		n.sdk.write(w)
	case n.never():
		w.function(opExists, n)
		w.string(" AND ")
		w.function(opNotExists, n)
	case n.op == opIn:
		w.in(n)
	case n.op.function():
		w.function(n.op, n)
	default:
		w.comparison(n)
	}
}

// function reports whether the operator is written as a function.
func (op operator) function() bool {
	switch op {
	case opExists, opNotExists, opBeginsWith, opContains, opType:
		return true
	}
	return false
}

func (w *writer) function(op operator, n *node) {
	w.string(op.String())
	w.string("(")
	w.path(n.path)
	if op != opExists && op != opNotExists {
		w.string(", ")
		w.value(n.values[0])
	}
	w.string(")")
}

func (w *writer) operand(n *node) {
	if !n.size {
		w.path(n.path)
		return
	}
	w.string("size(")
	w.path(n.path)
	w.string(")")
}

func (w *writer) comparison(n *node) {
	w.operand(n)
	w.string(" ")
	w.string(n.op.String())
	w.string(" ")
	w.value(n.values[0])
	if n.op == opBetween {
		w.string(" AND ")
		w.value(n.values[1])
	}
}

// joined writes AND and OR. Parentheses stand only where they change
// something: DynamoDB refuses redundant ones.
func (w *writer) joined(n *node) {
	first := true
	for _, kid := range n.kids {
		if kid.empty() {
			continue
		}
		if !first {
			w.string(" ")
			w.string(n.op.String())
			w.string(" ")
		}
		first = false
		kid = kid.core()
		if kid.op == n.op || !kid.compound() {
			w.node(kid)
			continue
		}
		w.string("(")
		w.node(kid)
		w.string(")")
	}
}

// compound reports whether the text of a node, its core, joins several
// conditions.
func (n *node) compound() bool {
	switch n.op {
	case opAnd, opOr, opSDK:
		return true
	}
	return n.op == opIn && len(n.values) > maxInOperands
}

// in writes IN, in several parts where there are more operands than one takes.
func (w *writer) in(n *node) {
	for i, v := range n.values {
		switch {
		case i%maxInOperands > 0:
			w.string(", ")
		case i > 0:
			w.string(") OR ")
			fallthrough
		default:
			w.operand(n)
			w.string(" IN (")
		}
		w.value(v)
	}
	w.string(")")
}
