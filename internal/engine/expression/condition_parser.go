package expression

import (
	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
)

// conditionKeywords are words that are never names in a condition.
var conditionKeywords = []string{"AND", "OR", "NOT", "BETWEEN", "IN"}

// ParseCondition reads a condition or filter expression. The problem is ""
// when there is none.
func ParseCondition(text string, placeholders *Placeholders) (*Condition, apierror.Problem) {
	p, problem := newParser(text, placeholders, conditionOrder)
	if problem != "" {
		return nil, problem
	}
	c := conditionParser{parser: p}
	root := c.or()
	c.checkBare(root.node)
	if problem := p.finish(); problem != "" {
		return nil, problem
	}
	return &Condition{root: root.node, paths: c.paths}, ""
}

// A conditionParser reads
//
//	or         = and { "OR" and }
//	and        = not { "AND" not }
//	not        = "NOT" not | comparison
//	comparison = term [ operator term | "BETWEEN" term "AND" term | "IN" "(" term { "," term } ")" ]
//	term       = "(" or ")" | function | path | value
//
// where a term in parentheses is a condition or an operand.
type conditionParser struct {
	*parser
	paths []attribute.Path
	// operandProblem is what the operands of the first comparison or function with
	// a mistake among them are refused for.
	operandProblem apierror.Problem
}

// operandOrder is the order in which the mistakes of one comparison count.
// They are reported for the first comparison in the text that has any.
var operandOrder = []class{classUndefined, classCount, classDistinct, classType}

// settle ends a comparison or function.
func (c *conditionParser) settle() {
	for _, class := range operandOrder {
		if c.operandProblem == "" {
			c.operandProblem = c.problems[class]
		}
		c.problems[class] = ""
	}
	c.problems[classOperands] = c.operandProblem
}

// A part is a piece of a condition while it is read: a node, which is a
// bareNode for an operand, and whether parentheses stand around it.
type part struct {
	node          node
	parenthesized bool
}

func (c *conditionParser) or() part {
	first := c.and()
	if c.failed() || !c.atWord("OR") {
		return first
	}
	parts := []node{c.condition(first)}
	for c.acceptWord("OR") {
		c.operators++
		parts = append(parts, c.condition(c.and()))
	}
	return part{node: &orNode{parts}}
}

func (c *conditionParser) and() part {
	first := c.not()
	if c.failed() || !c.atWord("AND") {
		return first
	}
	parts := []node{c.condition(first)}
	for c.acceptWord("AND") {
		c.operators++
		parts = append(parts, c.condition(c.not()))
	}
	return part{node: &andNode{parts}}
}

func (c *conditionParser) not() part {
	if !c.acceptWord("NOT") {
		return c.comparison()
	}
	c.operators++
	return part{node: &notNode{c.condition(c.not())}}
}

// condition requires a part to be a condition. A path or a value in its place
// is a syntax error at the token that follows it.
func (c *conditionParser) condition(p part) node {
	c.checkBare(p.node)
	return p.node
}

func (c *conditionParser) checkBare(n node) {
	bare, ok := n.(*bareNode)
	if !ok || c.failed() {
		return
	}
	call, ok := bare.operand.(*callOperand)
	if !ok {
		c.unexpected()
		return
	}
	if call.name == "size" {
		c.report(classMisuse, apierror.MisusedFunction(call.name))
	}
}

func (c *conditionParser) comparison() part {
	defer c.settle()
	left := c.term()
	if c.failed() {
		return left
	}
	bare, isOperand := left.node.(*bareNode)
	if !isOperand {
		return left
	}
	t := c.peek()
	switch {
	case c.atWord("BETWEEN"):
		return c.between(bare.operand)
	case c.atWord("IN"):
		return c.in(bare.operand)
	case t.kind == tokenSymbol && isComparator(c.textOf(t)):
		return c.compare(bare.operand)
	}
	if call, ok := bare.operand.(*callOperand); ok && call.name != "size" {
		return part{node: &callNode{call.name, call.args}, parenthesized: left.parenthesized}
	}
	return left
}

func isComparator(symbol string) bool {
	switch symbol {
	case "=", "<>", "<", "<=", ">", ">=":
		return true
	}
	return false
}

func (c *conditionParser) compare(left operand) part {
	operator := c.textOf(c.take())
	c.operators++
	right := c.operand()
	c.checkOperands(left, right)
	c.checkDistinct(operator, left, right)
	if operator != "=" && operator != "<>" {
		c.checkOrdered(operator, left, right)
	}
	return part{node: &compareNode{operator, left, right}}
}

func (c *conditionParser) between(value operand) part {
	c.take()
	c.operators++
	lower := c.operand()
	if !c.acceptWord("AND") {
		c.unexpected()
	}
	upper := c.operand()
	c.checkOperands(value, lower, upper)
	c.checkDistinct("BETWEEN", value, lower, upper)
	c.checkOrdered("BETWEEN", value, lower, upper)
	c.checkBounds(lower, upper)
	return part{node: &betweenNode{value, lower, upper}}
}

func (c *conditionParser) in(value operand) part {
	c.take()
	c.operators++
	c.expect("(")
	list := c.operands()
	c.checkOperands(value)
	c.checkOperands(list...)
	c.checkDistinct("IN", value, list...)
	if len(list) > maxInList {
		c.report(classLimit, apierror.TooManyOperands("IN", len(list)))
	}
	return part{node: &inNode{value, list}}
}

// operands reads a list of operands up to its closing parenthesis.
func (c *conditionParser) operands() []operand {
	var list []operand
	for !c.failed() {
		list = append(list, c.operand())
		if !c.accept(",") {
			break
		}
	}
	c.expect(")")
	return list
}

// operand reads a term that must not be a condition.
func (c *conditionParser) operand() operand {
	p := c.term()
	if bare, ok := p.node.(*bareNode); ok {
		return bare.operand
	}
	c.unexpected()
	return &valueOperand{}
}

func (c *conditionParser) term() part {
	if c.failed() {
		return part{node: &bareNode{&valueOperand{}}}
	}
	if c.accept("(") {
		return c.parentheses()
	}
	t := c.peek()
	switch {
	case t.kind == tokenValue:
		c.take()
		return part{node: &bareNode{&valueOperand{c.value(t)}}}
	case t.kind == tokenWord && !c.isKeyword(t, conditionKeywords) && c.textOf(c.look()) == "(":
		return part{node: &bareNode{c.call()}}
	default:
		return part{node: &bareNode{c.pathOperand(c.path(conditionKeywords))}}
	}
}

func (c *conditionParser) parentheses() part {
	inner := c.or()
	if c.expect(")"); c.failed() {
		return inner
	}
	if inner.parenthesized {
		c.report(classParentheses, apierror.RedundantParentheses)
	}
	inner.parenthesized = true
	if bare, ok := inner.node.(*bareNode); ok && (c.atSymbol(".") || c.atSymbol("[")) {
		if o, ok := bare.operand.(*pathOperand); ok {
			c.paths = c.paths[:len(c.paths)-1]
			inner.node = &bareNode{c.pathOperand(c.pathTail(o.path, conditionKeywords))}
		}
	}
	return inner
}

func (c *conditionParser) pathOperand(path attribute.Path) operand {
	if !c.failed() {
		c.paths = append(c.paths, path)
	}
	return &pathOperand{path}
}

func (c *conditionParser) call() operand {
	name := c.textOf(c.take())
	c.take()
	c.operators++
	args := c.operands()
	c.checkOperands(args...)
	c.checkCall(name, args)
	return &callOperand{name, args}
}
