package expression

import (
	"slices"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
)

// updateKeywords are words that are never names in an update.
var updateKeywords = []string{"SET", "REMOVE", "ADD", "DELETE"}

var updateFunctions = map[string]bool{"if_not_exists": true, "list_append": true}

// ParseUpdate reads an update expression. The problem is "" when there is
// none.
func ParseUpdate(text string, placeholders *Placeholders) (*Update, apierror.Problem) {
	p, problem := newParser(text, placeholders, updateOrder)
	if problem != "" {
		return nil, problem
	}
	p.undefinedValue = classUndefinedValue
	u := updateParser{parser: p}
	u.sections()
	u.checkPaths(u.update.Paths())
	if problem := p.finish(); problem != "" {
		return nil, problem
	}
	return &u.update, ""
}

// An updateParser reads
//
//	update  = section { section }
//	section = "SET" set { "," set } | "REMOVE" path { "," path }
//	        | ( "ADD" | "DELETE" ) path value { "," path value }
//	set     = path "=" sum
//	sum     = "(" sum ")" | operand [ ( "+" | "-" ) operand ]
//	operand = "(" operand ")" | function | path | value
type updateParser struct {
	*parser
	update Update
	seen   []string
}

func (u *updateParser) sections() {
	for u.peek().kind != tokenEnd && !u.failed() {
		i := slices.IndexFunc(updateKeywords, u.atWord)
		if i < 0 {
			u.unexpected()
			return
		}
		u.take()
		keyword := updateKeywords[i]
		u.section(keyword)
		if slices.Contains(u.seen, keyword) {
			u.report(classSection, apierror.SectionTwice(keyword))
		}
		u.seen = append(u.seen, keyword)
	}
}

func (u *updateParser) section(keyword string) {
	for !u.failed() {
		a := action{path: u.path(updateKeywords)}
		switch keyword {
		case "SET":
			u.expect("=")
			a.value = u.sum()
		case "REMOVE":
			a.verb = removeVerb
		case "ADD":
			a.verb = addVerb
			a.value = u.actionValue(keyword)
		default:
			a.verb = deleteVerb
			a.value = u.actionValue(keyword)
		}
		if u.failed() {
			return
		}
		u.update.actions = append(u.update.actions, a)
		if !u.accept(",") {
			return
		}
	}
}

// actionValue reads the value of an ADD or DELETE.
func (u *updateParser) actionValue(keyword string) operand {
	t := u.peek()
	if u.failed() || t.kind != tokenValue {
		u.unexpected()
		return &valueOperand{}
	}
	u.take()
	v := u.value(t)
	kind := v.Kind()
	number := kind == attribute.Number && keyword == "ADD"
	if kind != attribute.None && !kind.IsSet() && !number {
		u.report(classAction, apierror.ActionType(keyword, kind.String()))
	}
	return &valueOperand{v}
}

func (u *updateParser) sum() operand { return u.sumOf(u.operand()) }

// sumOf reads what follows the first operand of a sum.
func (u *updateParser) sumOf(left operand) operand {
	t := u.peek()
	if u.failed() || t.kind != tokenSymbol || (u.textOf(t) != "+" && u.textOf(t) != "-") {
		return left
	}
	if _, nested := left.(*arithmetic); nested {
		u.unexpected()
		return left
	}
	operator := u.textOf(u.take())
	u.operators++
	right := u.operand()
	if _, nested := right.(*arithmetic); nested {
		u.pos--
		u.unexpected()
	}
	u.checkNumber(operator, left, right)
	return &arithmetic{operator, left, right}
}

func (u *updateParser) checkNumber(operator string, operands ...operand) {
	for _, o := range operands {
		if kind := literal(o); kind != attribute.None && kind != attribute.Number {
			u.report(classType, apierror.OperandType(operator, kind.String()))
			return
		}
	}
}

// operand reads an operand. In parentheses it may be a sum, which only fits
// where a whole right-hand side does.
func (u *updateParser) operand() operand {
	t := u.peek()
	switch {
	case u.failed():
		return &valueOperand{}
	case u.accept("("):
		return u.parentheses()
	case t.kind == tokenValue:
		u.take()
		return &valueOperand{u.value(t)}
	case t.kind == tokenWord && !u.isKeyword(t, updateKeywords) && u.textOf(u.look()) == "(":
		return u.call()
	}
	path := u.path(updateKeywords)
	if !u.failed() {
		u.update.reads = append(u.update.reads, path)
	}
	return &pathOperand{path}
}

// parentheses reads up to the closing one. They are redundant around others.
func (u *updateParser) parentheses() operand {
	doubled := u.atSymbol("(")
	left := u.operand()
	if doubled && u.atSymbol(")") {
		u.report(classParentheses, apierror.RedundantParentheses)
	}
	o := u.sumOf(left)
	u.expect(")")
	return o
}

func (u *updateParser) call() operand {
	name := u.textOf(u.take())
	u.take()
	u.operators++
	var args []operand
	for !u.failed() {
		o := u.operand()
		if _, nested := o.(*arithmetic); nested {
			u.unexpected()
		}
		args = append(args, o)
		if !u.accept(",") {
			break
		}
	}
	u.expect(")")
	u.checkCall(name, args)
	return &callOperand{name, args}
}

func (u *updateParser) checkCall(name string, args []operand) {
	_, conditional := conditionFunctions[name]
	switch {
	case conditional:
		u.report(classFunction, apierror.NotInUpdate(name))
		return
	case !updateFunctions[name]:
		u.report(classFunction, apierror.UnknownFunction(name))
		return
	case len(args) != 2:
		u.report(classCount, apierror.OperandCount(name, len(args)))
		return
	}
	for _, o := range args {
		if call, ok := o.(*callOperand); ok && call.name == "list_append" {
			u.report(classMisuse, apierror.MisusedFunction(call.name))
		}
	}
	if name == "if_not_exists" {
		if _, ok := args[0].(*pathOperand); !ok {
			u.report(classType, apierror.PathRequired(name))
		}
		u.checkDistinct(name, args[0], args[1])
		return
	}
	for _, o := range args {
		if kind := literal(o); kind != attribute.None && kind != attribute.List {
			u.report(classType, apierror.OperandType(name, kind.String()))
			return
		}
	}
}
