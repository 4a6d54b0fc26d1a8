package apierror

// The texts of this file are about the parameters that came before expressions.

// ConditionalOperatorAlone refuses a ConditionalOperator with nothing to join.
func ConditionalOperatorAlone() *Error {
	return validation("ConditionalOperator cannot be used without Filter or Expected")
}

// ConditionalOperatorOfOne refuses a ConditionalOperator with one condition.
func ConditionalOperatorOfOne() *Error {
	return validation("ConditionalOperator can only be used when Filter or Expected has two or more elements")
}

// ValueBesideList refuses an expectation with a value and a list of values.
func ValueBesideList(name string) *Error {
	return invalidParameter("Value and AttributeValueList cannot be used together for Attribute: %s", name)
}

// ExistsBesideOperator refuses an expectation with Exists and an operator.
func ExistsBesideOperator(name string) *Error {
	return invalidParameter("Exists and ComparisonOperator cannot be used together for Attribute: %s", name)
}

// OperatorWithoutValue refuses an expectation whose operator has no operand.
func OperatorWithoutValue(operator, name string) *Error {
	return invalidParameter("Value or AttributeValueList must be used with ComparisonOperator: %s for Attribute: %s",
		operator, name)
}

// ListWithoutOperator refuses an expectation whose values have no operator.
func ListWithoutOperator(name string) *Error {
	return invalidParameter("AttributeValueList can only be used with a ComparisonOperator for Attribute: %s", name)
}

// ValueRequired refuses an expectation without a value. Exists is "null" when
// absent.
func ValueRequired(exists, name string) *Error {
	return invalidParameter("Value must be provided when Exists is %s for Attribute: %s", exists, name)
}

// ValueForbidden refuses a value of an attribute that must not exist.
func ValueForbidden(name string) *Error {
	return invalidParameter("Value cannot be used when Exists is false for Attribute: %s", name)
}

// ArgumentCount refuses an operator with the wrong number of operands.
func ArgumentCount(operator string) *Error {
	return invalidParameter("Invalid number of argument(s) for the %s ComparisonOperator", operator)
}

// ArgumentTypes refuses operands of different types.
func ArgumentTypes() *Error {
	return invalidParameter("AttributeValues inside AttributeValueList must be of same type")
}

// ArgumentType refuses an operand of a type that the operator does not compare.
func ArgumentType(operator, kind string) *Error {
	return invalidParameter("ComparisonOperator %s is not valid for %s AttributeValue type", operator, kind)
}

// BetweenBounds refuses a lower bound above the upper one.
func BetweenBounds() *Error {
	return validation("The BETWEEN condition was provided a range where the lower bound is greater than the upper bound")
}

// NotIndexable refuses an operator that no key can serve.
func NotIndexable() *Error {
	return validation("Attempted conditional constraint is not an indexable operation")
}

// ChangeWithoutValue refuses a change that needs a value.
func ChangeWithoutValue() *Error {
	return invalidParameter("Only DELETE action is allowed when no attribute value is specified")
}

// DeleteType refuses to take a value that is no set from a set.
func DeleteType(kind string) *Error {
	return invalidParameter("DELETE action with value is not supported for the type %s", kind)
}

// AddType refuses to add a value that cannot be added.
func AddType(kind string) *Error {
	return invalidParameter("ADD action is not supported for the type %s", kind)
}

// ChangeMismatch refuses a change whose value does not fit the stored one.
func ChangeMismatch() *Error { return validation("Type mismatch for attribute to update") }
