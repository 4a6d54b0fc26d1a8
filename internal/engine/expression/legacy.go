package expression

import (
	"example.com/ddb/internal/engine/attribute"
)

// A Comparison is a condition on one attribute in the words of the legacy
// parameters, such as EQ or NOT_CONTAINS, checked by the caller. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
type Comparison struct {
	Name     string
	Operator string
	Values   []attribute.Value
}

// comparators are the legacy operators that expressions write as symbols.
var comparators = map[string]string{"EQ": "=", "NE": "<>", "LE": "<=", "LT": "<", "GE": ">=", "GT": ">"}

// NewCondition makes the condition that comparisons form: all of them must be
// true, or with either only one. Without any it is nil.
func NewCondition(list []Comparison, either bool) *Condition {
	if len(list) == 0 {
		return nil
	}
	c := new(Condition)
	var parts []node
	for i := range list {
		parts = append(parts, list[i].node())
		c.paths = append(c.paths, attribute.Path{attribute.ByName(list[i].Name)})
	}
	switch {
	case len(parts) == 1:
		c.root = parts[0]
	case len(parts) > fewComparisons:
		c.root = newManyNode(list, parts, either)
	case either:
		c.root = &orNode{parts}
	default:
		c.root = &andNode{parts}
	}
	return c
}

// fewComparisons and fewValues are the most that are tried one by one. No limit
// of the service keeps a legacy parameter from having a hundred thousand, and a
// scan from asking them of each item.
const (
	fewComparisons = 32
	fewValues      = 100
)

// A manyNode is made of many comparisons, each of another attribute, and takes
// the time of a look at each attribute of the item.
type manyNode struct {
	parts map[string]node
	// either is set when one part that is true decides, else one that is false
	// does.
	either bool
	// deciding is the number of parts that decide when their attribute is absent.
	deciding int
}

func newManyNode(list []Comparison, parts []node, either bool) *manyNode {
	n := &manyNode{parts: make(map[string]node, len(parts)), either: either}
	for i, part := range parts {
		n.parts[list[i].Name] = part
		if part.holds(nil) == either {
			n.deciding++
		}
	}
	return n
}

func (n *manyNode) holds(it attribute.Item) bool {
	deciding := n.deciding
	if it != nil {
		var alone []byte
		entries := attribute.Value(it).Entries()
		for name, v, ok := entries.Next(); ok; name, v, ok = entries.Next() {
			part, asked := n.parts[string(name)]
			if !asked {
				continue
			}
			alone = attribute.Open(alone[:0], attribute.Map)
			alone = append(attribute.AppendName(alone, name), v...)
			alone, _ = attribute.Close(alone, 0)
			if part.holds(attribute.Item(alone)) == n.either {
				return n.either
			}
			if part.holds(nil) == n.either {
				deciding--
			}
		}
	}
	return n.either == (deciding > 0)
}

// A setNode is an IN with many values.
type setNode struct {
	value  operand
	values map[string]bool
}

func (n *setNode) holds(it attribute.Item) bool {
	v := n.value.of(it)
	return v != nil && n.values[string(v)]
}

func newSetNode(value operand, values []attribute.Value) *setNode {
	n := &setNode{value, make(map[string]bool, len(values))}
	for _, v := range values {
		n.values[string(v)] = true
	}
	return n
}

// node gives the comparison in the form of an expression.
func (c *Comparison) node() node {
	path := &pathOperand{attribute.Path{attribute.ByName(c.Name)}}
	if c.Operator == "IN" && len(c.Values) > fewValues {
		return newSetNode(path, c.Values)
	}
	var values []operand
	for _, v := range c.Values {
		values = append(values, &valueOperand{v})
	}
	call := func(name string) node { return &callNode{name, append([]operand{path}, values...)} }
	switch c.Operator {
	case "NULL":
		return call("attribute_not_exists")
	case "NOT_NULL":
		return call("attribute_exists")
	case "CONTAINS":
		return call("contains")
	case "NOT_CONTAINS":
		// Of an attribute that is not there neither is true.
		there := &callNode{"attribute_exists", []operand{path}}
		return &andNode{[]node{there, &notNode{call("contains")}}}
	case "BEGINS_WITH":
		return call("begins_with")
	case "IN":
		return &inNode{path, values}
	case "BETWEEN":
		return &betweenNode{path, values[0], values[1]}
	}
	return &compareNode{comparators[c.Operator], path, values[0]}
}

// NewKeyCondition gives, of the operators that
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.KeyConditions.html
// allows, what a comparison asks of a key attribute, and false
// for an operator that no key can serve.
func NewKeyCondition(c Comparison) (KeyCondition, bool) {
	k := KeyCondition{Name: c.Name, Values: c.Values}
	switch c.Operator {
	case "EQ", "LE", "LT", "GE", "GT":
		k.Operator = comparators[c.Operator]
	case "BETWEEN":
		k.Operator = "BETWEEN"
	case "BEGINS_WITH":
		k.Operator = "begins_with"
	default:
		return k, false
	}
	return k, true
}

// A Change is a change of one attribute in the words of AttributeUpdates: the
// action PUT, ADD or DELETE, and a value, which only DELETE may lack. The
// caller has checked that it fits the action.
type Change struct {
	Name   string
	Action string
	Value  attribute.Value
}

// NewUpdate makes the update that changes form.
func NewUpdate(list []Change) *Update {
	u := new(Update)
	for _, c := range list {
		a := action{path: attribute.Path{attribute.ByName(c.Name)}, legacy: true}
		switch {
		case c.Value == nil:
			a.verb = removeVerb
		case c.Action == "ADD":
			a.verb, a.value = addVerb, &valueOperand{c.Value}
		case c.Action == "DELETE":
			a.verb, a.value = deleteVerb, &valueOperand{c.Value}
		default:
			a.verb, a.value = setVerb, &valueOperand{c.Value}
		}
		u.actions = append(u.actions, a)
	}
	return u
}
