package apierror

import "strings"

// EmptyValue refuses an attribute value without a type.
func EmptyValue() *Error {
	return validation("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
}

// SeveralTypes refuses an attribute value with more than one type.
func SeveralTypes() *Error {
	return validation("Supplied AttributeValue has more than one datatypes set, " +
		"must contain exactly one of the supported datatypes")
}

// NullFalse refuses {"NULL": false}. Some regions accept it; code that passes
// here must pass everywhere.
func NullFalse() *Error {
	return invalidParameter("Null attribute value types must have the value of true")
}

// EmptySet refuses a set without elements. Kind is "SS", "NS" or "BS".
func EmptySet(kind string) *Error {
	switch kind {
	case "SS":
		return invalidParameter("An string set  may not be empty")
	case "NS":
		return unprefixed(invalidParameter("An number set  may not be empty"))
	default:
		return invalidParameter("Binary sets should not be empty")
	}
}

// DuplicateElement refuses a set that holds an element twice. Elements are
// those of the set in the order in which they were sent.
func DuplicateElement(kind string, elements []string) *Error {
	list := "[" + strings.Join(elements, ", ") + "]"
	switch kind {
	case "SS":
		return unprefixed(invalidParameter("Input collection %s contains duplicates.", list))
	case "NS":
		return unprefixed(validation("Input collection contains duplicates"))
	default:
		return unprefixed(invalidParameter("Input collection %sof type BS contains duplicates.", list))
	}
}

// NotANumber refuses text that is no number.
func NotANumber(text string) *Error {
	if text == "" {
		return unprefixed(validation("The parameter cannot be converted to a numeric value"))
	}
	return unprefixed(validation("The parameter cannot be converted to a numeric value: %s", text))
}

// NumberOverflow refuses a magnitude above 9.99…E+125. The service gives the
// same text when the exact result of + or − needs more than 38 digits.
func NumberOverflow() *Error {
	return unprefixed(validation(
		"Number overflow. Attempting to store a number with magnitude larger than supported range"))
}

// NumberUnderflow refuses a magnitude below 1E-130.
func NumberUnderflow() *Error {
	return unprefixed(validation(
		"Number underflow. Attempting to store a number with magnitude smaller than supported range"))
}

// NumberPrecision refuses more than 38 significant digits.
func NumberPrecision() *Error {
	return unprefixed(validation("Attempting to store more than 38 significant digits in a Number"))
}

// NestedTooDeep refuses a value nested deeper than 32 levels.
func NestedTooDeep() *Error {
	return validation("Nesting Levels have exceeded supported limits: " +
		"Attributes in the item have nested levels beyond supported limit")
}

// EmptyAttributeName refuses the attribute name "".
func EmptyAttributeName() *Error {
	return invalidParameter("Empty attribute name")
}

// AttributeNameTooLong refuses an attribute name above 65,535 bytes.
func AttributeNameTooLong() *Error {
	return invalidParameter("Attribute name is too large, must be less than 65536 bytes")
}
