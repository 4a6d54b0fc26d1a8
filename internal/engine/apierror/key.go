package apierror

import "strings"

// KeyOperator refuses an operator or function in a key condition.
func KeyOperator(operator string) *Error {
	return validation("Invalid operator used in KeyConditionExpression: %s", operator)
}

// KeyNestedOperation refuses size in a key condition.
func KeyNestedOperation() *Error {
	return validation("KeyConditionExpressions cannot contain nested operations")
}

// KeyNestedAttribute refuses a path into an attribute in a key condition.
func KeyNestedAttribute() *Error {
	return validation("KeyConditionExpressions cannot have conditions on nested attributes")
}

// KeyOperandOrder refuses an operator whose first operand is no attribute.
func KeyOperandOrder(operator string) *Error {
	return validation("Invalid condition in KeyConditionExpression: "+
		"%s operator must have the key attribute as its first operand", operator)
}

// KeySeveralAttributes refuses a comparison of two attributes.
func KeySeveralAttributes() *Error {
	return validation("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition")
}

// KeyAttributeMissing refuses a condition without an attribute.
func KeyAttributeMissing() *Error {
	return validation("Invalid condition in KeyConditionExpression: No key attribute specified")
}

// KeyConditionTwice refuses a second condition on an attribute.
func KeyConditionTwice() *Error {
	return validation("Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key")
}

// KeyConditionRequired refuses a query without a key condition.
func KeyConditionRequired() *Error {
	return validation("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
}

// KeyConditionCount refuses a query with too many key conditions.
func KeyConditionCount() *Error {
	return validation("Conditions can be of length 1 or 2 only")
}

// KeyConditionsExceed refuses a query with more key conditions than the key has
// attributes.
func KeyConditionsExceed(conditions, attributes int) *Error {
	return validation("The number of query conditions (%d) exceeds the number of key attributes defined in the schema (%d)",
		conditions, attributes)
}

// KeyConditionMissed refuses a query that lacks a condition on a key
// attribute.
func KeyConditionMissed(name string) *Error {
	return validation("Query condition missed key schema element: %s", name)
}

// KeyConditionUnsupported refuses a condition that the key cannot serve.
func KeyConditionUnsupported() *Error {
	return validation("Query key condition not supported")
}

// KeyConditionType refuses a value of another type than the key attribute's.
func KeyConditionType() *Error {
	return invalidParameter("Condition parameter type does not match schema type")
}

// KeyConditionGap refuses a condition on a sort key attribute when earlier ones
// lack an equality.
func KeyConditionGap(missing []string, name string) *Error {
	return validation("RANGE key attributes %s must have equality conditions specified in the query "+
		"because a condition is present on key attribute %s", strings.Join(missing, ", "), name)
}

// KeyMismatch refuses a key that is not of the table's schema.
func KeyMismatch() *Error {
	return validation("The provided key element does not match the schema")
}

// KeyMissing refuses an item without a key attribute.
func KeyMissing(name string) *Error {
	return invalidParameter("Missing the key %s in the item", name)
}

// KeyType refuses an item whose key attribute has another type.
func KeyType(name, want, got string) *Error {
	return invalidParameter("Type mismatch for key %s expected: %s actual: %s", name, want, got)
}

// KeyEmpty refuses "" in a key attribute. Kind is "S" or "B".
func KeyEmpty(name, kind string) *Error {
	return ofRequest("One or more parameter values are not valid. "+
		"The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", emptyWord(kind), name)
}

// IndexKeyType refuses an item whose index key attribute has another type.
func IndexKeyType(name, want, got, index string) *Error {
	return invalidParameter("Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s",
		name, want, got, index)
}

// IndexKeyEmpty refuses "" in an index key attribute.
func IndexKeyEmpty(name, kind, index string) *Error {
	return ofRequest("One or more parameter values are not valid. A value specified for a secondary index key "+
		"is not supported. The AttributeValue for a key attribute cannot contain an empty %s value. "+
		"IndexName: %s, IndexKey: %s", emptyWord(kind), index, name)
}

// IndexKeyUpdate refuses an update that gives an index key attribute another
// type.
func IndexKeyUpdate() *Error {
	return validation("The update expression attempted to update the secondary index key to unsupported type")
}

// IndexKeyUpdateEmpty refuses an update that gives an index key attribute an
// empty value.
func IndexKeyUpdateEmpty(kind string) *Error {
	return ofRequest("One or more parameter values are not valid. "+
		"The update expression attempted to update a secondary index key to a value that is not supported. "+
		"The AttributeValue for a key attribute cannot contain an empty %s value.", emptyWord(kind))
}

func emptyWord(kind string) string {
	if kind == "B" {
		return "binary"
	}
	return "string"
}

// PartitionKeyTooLong refuses a partition key above 2,048 bytes.
func PartitionKeyTooLong() *Error {
	return invalidParameter("Size of hashkey has exceeded the maximum size limit of2048 bytes")
}

// SortKeyTooLong refuses a sort key above 1,024 bytes.
func SortKeyTooLong() *Error {
	return invalidParameter("Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
}

// KeyUpdate refuses a change of a key attribute.
func KeyUpdate(name string) *Error {
	return invalidParameter("Cannot update attribute %s. This attribute is part of the key", name)
}

// KeyPath refuses a path into a key attribute of the table.
func KeyPath(name string) *Error {
	return validation("Key attributes must be scalars; "+
		"list random access '[]' and map lookup '.' are not allowed: Key: %s", name)
}

// IndexKeyPath refuses a path into a key attribute of an index.
func IndexKeyPath(name string) *Error {
	return validation("Key attributes must be scalars; "+
		"list random access '[]' and map lookup '.' are not allowed: IndexKey: %s", name)
}

// FilterOnKey refuses a filter on a key attribute of what is queried.
func FilterOnKey(parameter, name string) *Error {
	return validation("%s can only contain non-primary key attributes: Primary key attribute: %s", parameter, name)
}

// StartKeyInvalid refuses a starting key of the wrong shape in a query, or in
// the scan of an index.
func StartKeyInvalid() *Error {
	return validation("The provided starting key is invalid")
}

// StartKeyCause refuses a starting key for a reason. Of numbers and of doubled
// set elements the service does not say that they stand in the starting key.
func StartKeyCause(cause *Error) *Error {
	if cause.bare {
		return cause
	}
	return validation("The provided starting key is invalid: %s", cause.Message)
}

// StartKeyOutside refuses a starting key of another partition.
func StartKeyOutside() *Error {
	return validation("The provided starting key is outside query boundaries based on provided conditions")
}

// StartKeyRange refuses a starting key outside the condition on the sort key.
func StartKeyRange() *Error {
	return validation("The provided starting key does not match the range key predicate")
}

// StartKeySegment refuses a starting key of another segment.
func StartKeySegment(total, segment int64) *Error {
	return validation("The provided starting key is invalid: Invalid ExclusiveStartKey. "+
		"Please use ExclusiveStartKey with correct Segment. TotalSegments: %d Segment: %d", total, segment)
}
