package expression

import (
	"strconv"
	"strings"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
)

// Limits of an expression, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const (
	maxOperators = 300
	maxInList    = 100
	maxPathSteps = 32
)

// A class is a kind of mistake. An expression with several mistakes is refused
// for the one whose class comes first in its grammar's order, and within a
// class for the first in the text.
type class int

const (
	classParentheses class = iota
	classFunction
	classMisuse
	classReserved
	classSection
	classLimit
	classUndefined
	classUndefinedValue
	classOverlap
	classConflict
	classCount
	classDistinct
	classAction
	classType
	// classOperands stands in a condition for the classes of operands.
	classOperands
	classes
)

// The orders of the grammars' classes.
var (
	conditionOrder = []class{
		classParentheses, classFunction, classMisuse, classReserved, classLimit, classOperands,
	}
	updateOrder = []class{
		classParentheses, classReserved, classFunction, classMisuse, classSection, classLimit, classUndefined,
		classUndefinedValue, classOverlap, classConflict, classAction, classCount, classDistinct, classType,
	}
	projectionOrder = []class{
		classReserved, classLimit, classUndefined, classOverlap, classConflict,
	}
)

// A parser holds what the grammars share.
type parser struct {
	text         string
	tokens       []token
	pos          int
	placeholders *Placeholders
	order        []class
	// undefinedValue is the class of value placeholders without a value.
	undefinedValue class
	problems       [classes]apierror.Problem
	syntax         apierror.Problem
	operators      int
}

func newParser(text string, placeholders *Placeholders, order []class) (*parser, apierror.Problem) {
	if len(text) > MaxBytes {
		return nil, apierror.ExpressionTooLong(len(text))
	}
	p := &parser{
		text: text, tokens: lex(text), placeholders: placeholders,
		order: order, undefinedValue: classUndefined,
	}
	if p.tokens[0].kind == tokenEnd {
		return nil, apierror.EmptyExpression
	}
	return p, ""
}

// finish gives the problem to report after the whole text was read, "" when
// there is none.
func (p *parser) finish() apierror.Problem {
	if p.syntax == "" && p.peek().kind != tokenEnd {
		p.unexpected()
	}
	if p.syntax != "" {
		return p.syntax
	}
	if p.operators > maxOperators {
		p.report(classLimit, apierror.TooManyOperators(p.operators))
	}
	for _, c := range p.order {
		if p.problems[c] != "" {
			return p.problems[c]
		}
	}
	return ""
}

// report keeps the first problem of each class.
func (p *parser) report(c class, problem apierror.Problem) {
	if p.problems[c] == "" {
		p.problems[c] = problem
	}
}

func (p *parser) failed() bool { return p.syntax != "" }

func (p *parser) peek() token { return p.tokens[p.pos] }

// look gives the token after the next one.
func (p *parser) look() token {
	return p.tokens[min(p.pos+1, len(p.tokens)-1)]
}

func (p *parser) textOf(t token) string { return p.text[t.start:t.end] }

func (p *parser) take() token {
	t := p.tokens[p.pos]
	if t.kind != tokenEnd {
		p.pos++
	}
	return t
}

// atSymbol tells whether the next token is a symbol.
func (p *parser) atSymbol(symbol string) bool {
	t := p.peek()
	return t.kind == tokenSymbol && p.textOf(t) == symbol
}

// accept takes the next token if it is a symbol.
func (p *parser) accept(symbol string) bool {
	if p.failed() || !p.atSymbol(symbol) {
		return false
	}
	p.pos++
	return true
}

func (p *parser) expect(symbol string) {
	if !p.accept(symbol) {
		p.unexpected()
	}
}

// atWord tells whether the next token is a keyword, in any case.
func (p *parser) atWord(keyword string) bool {
	return p.isWord(p.peek(), keyword)
}

func (p *parser) isWord(t token, keyword string) bool {
	return t.kind == tokenWord && strings.EqualFold(p.textOf(t), keyword)
}

func (p *parser) acceptWord(keyword string) bool {
	if p.failed() || !p.atWord(keyword) {
		return false
	}
	p.pos++
	return true
}

// unexpected reports that the next token does not fit the grammar, with the
// text from the token before it to the one after it.
func (p *parser) unexpected() {
	if p.failed() {
		return
	}
	t := p.peek()
	from, to := t, t
	if p.pos > 0 {
		from = p.tokens[p.pos-1]
	}
	if t.kind == tokenEnd {
		p.syntax = apierror.Syntax("<EOF>", p.textOf(from))
		return
	}
	if after := p.look(); after.kind != tokenEnd {
		to = after
	}
	p.syntax = apierror.Syntax(p.textOf(t), p.text[from.start:to.end])
}

// path reads a document path. Keywords of the grammar at hand are no names.
func (p *parser) path(keywords []string) attribute.Path {
	var path attribute.Path
	if step, ok := p.pathStep(keywords); ok {
		path = append(path, step)
	}
	return p.pathTail(path, keywords)
}

// pathTail reads what follows a path's first steps.
func (p *parser) pathTail(path attribute.Path, keywords []string) attribute.Path {
	for !p.failed() {
		switch {
		case p.accept("."):
			if step, ok := p.pathStep(keywords); ok {
				path = append(path, step)
			}
		case p.accept("["):
			path = append(path, p.index())
		default:
			if len(path) > maxPathSteps {
				p.report(classLimit, apierror.PathTooDeep(len(path)))
			}
			return path
		}
	}
	return path
}

func (p *parser) pathStep(keywords []string) (attribute.Step, bool) {
	t := p.peek()
	switch {
	case t.kind == tokenWord && !p.isKeyword(t, keywords):
		p.take()
		word := p.textOf(t)
		if IsReserved(word) {
			p.report(classReserved, apierror.ReservedWord(word))
		}
		return attribute.ByName(word), true
	case t.kind == tokenName:
		p.take()
		name, ok := p.placeholders.names.use(p.textOf(t))
		if !ok {
			p.report(classUndefined, apierror.UndefinedName(p.textOf(t)))
		}
		return attribute.ByName(name), true
	}
	p.unexpected()
	return attribute.Step{}, false
}

func (p *parser) isKeyword(t token, keywords []string) bool {
	for _, keyword := range keywords {
		if p.isWord(t, keyword) {
			return true
		}
	}
	return false
}

// maxIndex is the highest index that the service takes, and farIndex stands for
// every one that no list can have.
const (
	maxIndex = 1<<32 - 2
	farIndex = 1 << 30
)

func (p *parser) index() attribute.Step {
	t := p.peek()
	if t.kind != tokenNumber {
		p.unexpected()
		return attribute.Step{}
	}
	p.take()
	i, err := strconv.ParseUint(p.textOf(t), 10, 64)
	if err != nil || i > maxIndex {
		p.report(classLimit, apierror.IndexTooHigh(p.textOf(t)))
	}
	p.expect("]")
	return attribute.ByIndex(int(min(i, farIndex)))
}

// value resolves a value placeholder.
func (p *parser) value(t token) attribute.Value {
	v, ok := p.placeholders.values.use(p.textOf(t))
	if !ok {
		p.report(p.undefinedValue, apierror.UndefinedValue(p.textOf(t)))
	}
	return v
}

// checkDistinct reports a first operand that is the path of another one.
func (p *parser) checkDistinct(operator string, first operand, others ...operand) {
	path, ok := first.(*pathOperand)
	if !ok {
		return
	}
	for _, o := range others {
		if other, ok := o.(*pathOperand); ok && path.path.Equal(other.path) {
			p.report(classDistinct, apierror.NotDistinct(operator, path.path.String()))
		}
	}
}

// checkPaths reports paths of which two overlap or conflict.
func (p *parser) checkPaths(paths []attribute.Path) {
	for i, two := range paths {
		for _, one := range paths[:i] {
			p.checkPair(one, two)
		}
	}
}

func (p *parser) checkPair(one, two attribute.Path) {
	for i := range min(len(one), len(two)) {
		if one[i].IsIndex() != two[i].IsIndex() {
			p.report(classConflict, apierror.PathsConflict(one.String(), two.String()))
			return
		}
		if one[i] != two[i] {
			return
		}
	}
	p.report(classOverlap, apierror.PathsOverlap(one.String(), two.String()))
}
