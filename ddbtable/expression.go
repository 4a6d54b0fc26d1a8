package ddbtable

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/fields"
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
type writer struct {
	names  []string
	byName map[string]int
	values []fields.Value
}

// name returns the placeholder of an attribute name: #0, #1, …
func (w *writer) name(name string) string {
	i, ok := w.byName[name]
	if !ok {
		if w.byName == nil {
			w.byName = make(map[string]int)
		}
		i = len(w.names)
		w.byName[name] = i
		w.names = append(w.names, name)
	}
	return "#" + strconv.Itoa(i)
}

// value returns the placeholder of a value: :0, :1, …
func (w *writer) value(v fields.Value) string {
	w.values = append(w.values, v)
	return ":" + strconv.Itoa(len(w.values)-1)
}

// path returns a document path, one placeholder for each name in it.
func (w *writer) path(p *fields.Path) string {
	text := w.name(p.Field().Name)
	for _, s := range p.Steps() {
		if s.Name == "" {
			text += "[" + strconv.Itoa(s.Index) + "]"
		} else {
			text += "." + w.name(s.Name)
		}
	}
	return text
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

// condition returns the text of a condition, "" for one that is always true.
func (w *writer) condition(n *node) (string, error) {
	if n == nil {
		return "", nil
	}
	// A mistake may have left nothing else of the condition.
	if n.err != nil || n.empty() {
		return "", n.err
	}
	text := w.node(n.core())
	if len(text) > maxExpression {
		return "", planErrorf("condition is %d bytes long as an expression, the limit is %d; split the request, or test less", len(text), maxExpression)
	}
	return text, nil
}

func (w *writer) node(n *node) string {
	switch n.op {
	case opAnd, opOr:
		return w.joined(n)
	case opNot:
		return "NOT (" + w.node(n.kids[0].core()) + ")"
	case opSDK:
		return n.sdk.text(w)
	}
	operand := w.path(n.path)
	if n.size {
		operand = "size(" + operand + ")"
	}
	if n.never() {
		return "attribute_exists(" + w.path(n.path) + ") AND attribute_not_exists(" + w.path(n.path) + ")"
	}
	switch n.op {
	case opExists, opNotExists:
		return string(n.op) + "(" + operand + ")"
	case opBeginsWith, opContains, opType:
		return string(n.op) + "(" + operand + ", " + w.value(n.values[0]) + ")"
	case opBetween:
		return operand + " BETWEEN " + w.value(n.values[0]) + " AND " + w.value(n.values[1])
	case opIn:
		return w.in(operand, n.values)
	}
	return operand + " " + string(n.op) + " " + w.value(n.values[0])
}

// joined writes AND and OR. Parentheses stand only where they change
// something: DynamoDB refuses redundant ones.
func (w *writer) joined(n *node) string {
	var parts []string
	for _, kid := range n.kids {
		if kid.empty() {
			continue
		}
		kid = kid.core()
		text := w.node(kid)
		if kid.op == opAnd || kid.op == opOr || kid.op == opSDK || kid.op == opIn && len(kid.values) > maxInOperands {
			text = "(" + text + ")"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " "+string(n.op)+" ")
}

// in writes IN, in several parts where there are more operands than one takes.
func (w *writer) in(operand string, values []fields.Value) string {
	var parts []string
	for len(values) > 0 {
		n := min(len(values), maxInOperands)
		var list []string
		for _, v := range values[:n] {
			list = append(list, w.value(v))
		}
		parts = append(parts, operand+" IN ("+strings.Join(list, ", ")+")")
		values = values[n:]
	}
	return strings.Join(parts, " OR ")
}
