package apierror

import (
	"fmt"
	"strings"
)

// A Problem is what is wrong with an expression, without the words that say
// which expression.
type Problem string

// In gives the refusal of an expression, such as "ConditionExpression".
func (p Problem) In(parameter string) *Error {
	return validation("Invalid %s: %s", parameter, string(p))
}

// Problems without details.
const (
	EmptyExpression      Problem = "The expression can not be empty;"
	RedundantParentheses Problem = "The expression has redundant parentheses;"
)

// ExpressionTooLong refuses an expression above 4,096 bytes.
func ExpressionTooLong(size int) Problem {
	return Problem(fmt.Sprintf("Expression size has exceeded the maximum allowed size; expression size: %d", size))
}

// TooManyOperators refuses an expression of more than 300 operators and
// functions.
func TooManyOperators(count int) Problem {
	return Problem(fmt.Sprintf("The expression contains too many operators; operator count: %d", count))
}

// TooManyOperands refuses an IN of more than 100 operands.
func TooManyOperands(operator string, count int) Problem {
	return Problem(fmt.Sprintf("Too many operands for operator or function; "+
		"operator or function: %s, number of operands: %d", operator, count))
}

// PathTooDeep refuses a path of more than 32 elements.
func PathTooDeep(count int) Problem {
	return Problem(fmt.Sprintf("The document path has too many nesting elements; nesting levels: %d", count))
}

// IndexTooHigh refuses an index that is beyond all lists.
func IndexTooHigh(index string) Problem {
	return Problem("List index is not within the allowable range; index: [" + index + "]")
}

// Syntax tells where the text leaves the grammar.
func Syntax(token, near string) Problem {
	return Problem(fmt.Sprintf("Syntax error; token: %q, near: %q", raw(token), raw(near)))
}

// raw keeps %q from escaping: the service shows the text as it is.
type raw string

// Format writes the text between quotation marks.
func (r raw) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, `"`+string(r)+`"`) }

// ReservedWord refuses a reserved word where a name stands.
func ReservedWord(word string) Problem {
	return Problem("Attribute name is a reserved keyword; reserved keyword: " + word)
}

// UndefinedName refuses a name placeholder without a name.
func UndefinedName(placeholder string) Problem {
	return Problem("An expression attribute name used in the document path is not defined; attribute name: " + placeholder)
}

// UndefinedValue refuses a value placeholder without a value.
func UndefinedValue(placeholder string) Problem {
	return Problem("An expression attribute value used in expression is not defined; attribute value: " + placeholder)
}

// UnknownFunction refuses a function that no expression has.
func UnknownFunction(name string) Problem {
	return Problem("Invalid function name; function: " + name)
}

// NotInCondition refuses an update function in a condition.
func NotInCondition(name string) Problem {
	return Problem("The function is not allowed in a condition expression; function: " + name)
}

// NotInUpdate refuses a condition function in an update.
func NotInUpdate(name string) Problem {
	return Problem("The function is not allowed in an update expression; function: " + name)
}

// MisusedFunction refuses a function in a place where it may not stand.
func MisusedFunction(name string) Problem {
	return Problem("The function is not allowed to be used this way in an expression; function: " + name)
}

// OperandCount refuses a function call with the wrong number of operands.
func OperandCount(name string, count int) Problem {
	return Problem(fmt.Sprintf("Incorrect number of operands for operator or function; "+
		"operator or function: %s, number of operands: %d", name, count))
}

// OperandType refuses an operand of the wrong type.
func OperandType(operator, kind string) Problem {
	return Problem("Incorrect operand type for operator or function; operator or function: " +
		operator + ", operand type: " + kind)
}

// ActionType refuses the operand of an ADD or DELETE action.
func ActionType(action, kind string) Problem {
	return Problem("Incorrect operand type for operator or function; operator: " + action +
		", operand type: " + longKind(kind) + ", typeSet: ALLOWED_FOR_" + action + "_OPERAND")
}

func longKind(kind string) string {
	switch kind {
	case "S":
		return "STRING"
	case "N":
		return "NUMBER"
	case "B":
		return "BINARY"
	case "BOOL":
		return "BOOLEAN"
	case "L":
		return "LIST"
	case "M":
		return "MAP"
	default:
		return kind
	}
}

// PathRequired refuses an operand that is no path.
func PathRequired(operator string) Problem {
	return Problem("Operator or function requires a document path; operator or function: " + operator)
}

// NotDistinct refuses an operator whose operands are the same path.
func NotDistinct(operator, path string) Problem {
	return Problem("The first operand must be distinct from the remaining operands for this operator or function; " +
		"operator: " + operator + ", first operand: " + path)
}

// UnknownType refuses the second operand of attribute_type.
func UnknownType(name string) Problem {
	return Problem("Invalid attribute type name found; type: " + name +
		", valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}")
}

// BetweenTypes refuses bounds of different types. Bounds are shown as
// "{type:text}".
func BetweenTypes(lower, upper string) Problem {
	return Problem("The BETWEEN operator requires same data type for lower and upper bounds; " +
		"lower bound operand: AttributeValue: " + lower + ", upper bound operand: AttributeValue: " + upper)
}

// BetweenOrder refuses a lower bound above the upper one.
func BetweenOrder(lower, upper string) Problem {
	return Problem("The BETWEEN operator requires upper bound to be greater than or equal to lower bound; " +
		"lower bound operand: AttributeValue: " + lower + ", upper bound operand: AttributeValue: " + upper)
}

// SectionTwice refuses a second clause of one kind, such as "SET".
func SectionTwice(section string) Problem {
	return Problem(`The "` + section + `" section can only be used once in an update expression;`)
}

// PathsOverlap refuses a path that is, or lies inside, another.
func PathsOverlap(one, two string) Problem {
	return Problem("Two document paths overlap with each other; " +
		"must remove or rewrite one of these paths; path one: " + one + ", path two: " + two)
}

// PathsConflict refuses paths that take one attribute for a map and for a list.
func PathsConflict(one, two string) Problem {
	return Problem("Two document paths conflict with each other; " +
		"must remove or rewrite one of these paths; path one: " + one + ", path two: " + two)
}

// UnusedNames refuses names that no expression uses.
func UnusedNames(placeholders []string) *Error {
	return validation("Value provided in ExpressionAttributeNames unused in expressions: keys: {%s}",
		strings.Join(placeholders, ", "))
}

// UnusedValues refuses values that no expression uses.
func UnusedValues(placeholders []string) *Error {
	return validation("Value provided in ExpressionAttributeValues unused in expressions: keys: {%s}",
		strings.Join(placeholders, ", "))
}

// EmptyNames refuses ExpressionAttributeNames that is there and empty.
func EmptyNames() *Error { return validation("ExpressionAttributeNames must not be empty") }

// EmptyValues refuses ExpressionAttributeValues that is there and empty.
func EmptyValues() *Error { return validation("ExpressionAttributeValues must not be empty") }

// NamePlaceholder refuses a placeholder that does not have the form #name.
func NamePlaceholder(key string) *Error {
	return validation(`ExpressionAttributeNames contains invalid key: Syntax error; key: "%s"`, key)
}

// ValuePlaceholder refuses a placeholder that does not have the form :value.
func ValuePlaceholder(key string) *Error {
	return validation(`ExpressionAttributeValues contains invalid key: Syntax error; key: "%s"`, key)
}

// PlaceholderTooLong refuses a placeholder above 255 bytes.
func PlaceholderTooLong(parameter, key string) *Error {
	return validation("%s contains invalid key: The expression attribute map key is too long; key: %q, length: %d",
		parameter, raw(key), len(key))
}

// NameEmpty refuses a placeholder that stands for the empty name.
func NameEmpty(placeholder string) *Error {
	return validation("ExpressionAttributeNames contains invalid value: Empty attribute name for key %s", placeholder)
}

// NameTooLong refuses a placeholder that stands for a name above 65,535 bytes.
func NameTooLong(placeholder string) *Error {
	return validation("ExpressionAttributeNames contains invalid value: "+
		"Attribute name is too large, must be less than 65536 bytes for key %s", placeholder)
}

// InvalidValue refuses a value that a placeholder stands for.
func InvalidValue(placeholder string, cause *Error) *Error {
	return validation("ExpressionAttributeValues contains invalid value: %s for key %s", cause.Message, placeholder)
}

// PlaceholdersTooLarge refuses names and values above 2 MB together.
func PlaceholdersTooLarge() *Error {
	return validation("The total size of all expression attribute names and values " +
		"has exceeded the maximum allowed size of 2097152 bytes")
}

// MixedParameters refuses expression and legacy parameters in one request.
func MixedParameters(legacy, expressions []string) *Error {
	return validation("Can not use both expression and non-expression parameters in the same request: "+
		"Non-expression parameters: {%s} Expression parameters: {%s}",
		strings.Join(legacy, ", "), strings.Join(expressions, ", "))
}

// NamesWithoutExpression refuses names in a request without expressions.
func NamesWithoutExpression() *Error {
	return validation("ExpressionAttributeNames can only be specified when using expressions")
}

// ValuesWithoutExpression refuses values in a request without an expression
// that could use them. Parameters are those that could.
func ValuesWithoutExpression(parameters []string) *Error {
	verb := "is"
	if len(parameters) > 1 {
		verb = "are"
	}
	return validation("ExpressionAttributeValues can only be specified when using expressions: %s %s null",
		strings.Join(parameters, " and "), verb)
}
