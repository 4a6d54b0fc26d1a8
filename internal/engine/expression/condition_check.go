package expression

import (
	"encoding/base64"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
)

// conditionFunctions gives the number of operands of a condition's functions.
var conditionFunctions = map[string]int{
	"attribute_exists":     1,
	"attribute_not_exists": 1,
	"attribute_type":       2,
	"begins_with":          2,
	"contains":             2,
	"size":                 1,
}

// checkOperands reports functions that give no value where a value is wanted.
func (c *conditionParser) checkOperands(operands ...operand) {
	for _, o := range operands {
		if call, ok := o.(*callOperand); ok && call.name != "size" {
			c.report(classMisuse, apierror.MisusedFunction(call.name))
		}
	}
}

// literal gives the kind of an operand that is a value in the request.
func literal(o operand) attribute.Kind {
	if v, ok := o.(*valueOperand); ok {
		return v.value.Kind()
	}
	return attribute.None
}

// known gives the kind of an operand that is the same for every item: that of a
// value in the request, and of a size.
func known(o operand) attribute.Kind {
	if call, ok := o.(*callOperand); ok && call.name == "size" {
		return attribute.Number
	}
	return literal(o)
}

// checkOrdered reports values of types that have no order.
func (c *conditionParser) checkOrdered(operator string, operands ...operand) {
	for _, o := range operands {
		if kind := literal(o); kind != attribute.None && !kind.IsScalarKey() {
			c.report(classType, apierror.OperandType(operator, kind.String()))
		}
	}
}

func (c *conditionParser) checkBounds(lower, upper operand) {
	l, u := literal(lower), literal(upper)
	if l == attribute.None || u == attribute.None {
		return
	}
	low, high := lower.(*valueOperand).value, upper.(*valueOperand).value
	if l != u {
		c.report(classType, apierror.BetweenTypes(shown(low), shown(high)))
		return
	}
	if order, ok := attribute.Compare(low, high); ok && order > 0 {
		c.report(classType, apierror.BetweenOrder(shown(low), shown(high)))
	}
}

// shown gives a scalar as the service shows it in messages.
func shown(v attribute.Value) string {
	kind := v.Kind()
	switch {
	case kind == attribute.Binary:
		return "{B:" + base64.StdEncoding.EncodeToString(v.Payload()) + "}"
	case kind.IsScalarKey():
		return "{" + kind.String() + ":" + v.Text() + "}"
	}
	return "{" + kind.String() + "}"
}

func (c *conditionParser) checkCall(name string, args []operand) {
	want, exists := conditionFunctions[name]
	switch {
	case updateFunctions[name]:
		c.report(classFunction, apierror.NotInCondition(name))
		return
	case !exists:
		c.report(classFunction, apierror.UnknownFunction(name))
		return
	case len(args) != want:
		c.report(classCount, apierror.OperandCount(name, len(args)))
		return
	case want == 2:
		c.checkDistinct(name, args[0], args[1:]...)
	}
	switch name {
	case "attribute_exists", "attribute_not_exists":
		if _, ok := args[0].(*pathOperand); !ok {
			c.report(classType, apierror.PathRequired(name))
		}
	case "attribute_type":
		c.checkTypeName(args[1])
	case "begins_with":
		c.checkBeginsWith(args)
	case "size":
		switch kind := known(args[0]); kind {
		case attribute.Number, attribute.Bool, attribute.Null:
			c.report(classType, apierror.OperandType(name, kind.String()))
		}
	}
}

func (c *conditionParser) checkTypeName(o operand) {
	v, ok := o.(*valueOperand)
	switch {
	case !ok && known(o) != attribute.None:
		c.report(classType, apierror.OperandType("attribute_type", known(o).String()))
	case !ok:
		c.report(classType, apierror.OperandType("attribute_type", "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"))
	case v.value == nil:
		// The placeholder is undefined, which was reported.
	case v.value.Kind() != attribute.String:
		c.report(classType, apierror.OperandType("attribute_type", v.value.Kind().String()))
	case attribute.KindOf(v.value.Payload()) == attribute.None:
		c.report(classType, apierror.UnknownType(v.value.Text()))
	}
}

func (c *conditionParser) checkBeginsWith(args []operand) {
	for _, o := range args {
		kind := known(o)
		if kind != attribute.None && kind != attribute.String && kind != attribute.Binary {
			c.report(classType, apierror.OperandType("begins_with", kind.String()))
			return
		}
	}
}
