package apierror

import "strings"

// ConditionFailed is the answer when a condition is not true. Members may hold
// the old item.
func ConditionFailed(members []byte) *Error {
	e := refuse("ConditionalCheckFailedException", "The conditional request failed")
	e.Members = members
	return e
}

// ItemTooLarge refuses an item above 409,600 bytes.
func ItemTooLarge() *Error {
	return validation("Item size has exceeded the maximum allowed size")
}

// UpdatedItemTooLarge refuses an update whose result is above 409,600 bytes.
func UpdatedItemTooLarge() *Error {
	return validation("Item size to update has exceeded the maximum allowed size")
}

// ReturnValuesPut refuses a ReturnValues that puts and deletes do not have.
func ReturnValuesPut() *Error {
	return validation("ReturnValues can only be ALL_OLD or NONE")
}

// InvalidPathForUpdate refuses an update whose path has no parent in the item.
func InvalidPathForUpdate() *Error {
	return validation("The document path provided in the update expression is invalid for update")
}

// WrongOperandForUpdate refuses an update whose operand in the item has the
// wrong type.
func WrongOperandForUpdate() *Error {
	return validation("An operand in the update expression has an incorrect data type")
}

// MissingForUpdate refuses an update that reads an absent attribute.
func MissingForUpdate() *Error {
	return validation("The provided expression refers to an attribute that does not exist in the item")
}

// ConsistentIndex refuses a consistent read of a global secondary index.
func ConsistentIndex() *Error {
	return validation("Consistent reads are not supported on global secondary indexes")
}

// IndexNotFound refuses an index that the table does not have.
func IndexNotFound(name string) *Error {
	return validation("The table does not have the specified index: %s", name)
}

// SelectAllOnIndex refuses ALL_ATTRIBUTES on an index that does not project
// them.
func SelectAllOnIndex(index string) *Error {
	return invalidParameter("Select type ALL_ATTRIBUTES is not supported for global secondary index %s "+
		"because its projection type is not ALL", index)
}

// SelectProjectedWithoutIndex refuses ALL_PROJECTED_ATTRIBUTES on a table.
func SelectProjectedWithoutIndex() *Error {
	return invalidParameter("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
}

// SelectWithProjection refuses a projection beside another Select than
// SPECIFIC_ATTRIBUTES.
func SelectWithProjection(parameter, selects string) *Error {
	if selects == "COUNT" {
		return validation("Cannot specify the %s when choosing to get only the Count", parameter)
	}
	return validation("Cannot specify the %s when choosing to get %s", parameter, selects)
}

// SelectWithoutProjection refuses SPECIFIC_ATTRIBUTES without a projection.
func SelectWithoutProjection() *Error {
	return validation("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
}

// NotProjected refuses attributes that a global secondary index does not hold.
func NotProjected(index string, names []string) *Error {
	return invalidParameter("Global secondary index %s does not project [%s]", index, strings.Join(names, ", "))
}

// FilterNotProjected refuses a query's filter on attributes that an index does
// not hold, be it a global or a local one.
func FilterNotProjected(index string, names []string) *Error {
	return invalidParameter("Secondary index %s does not project one or more filter attributes: [%s]",
		index, strings.Join(names, ", "))
}

// SegmentWithoutTotal refuses Segment without TotalSegments.
func SegmentWithoutTotal() *Error {
	return validation("The TotalSegments parameter is required but was not present in the request " +
		"when Segment parameter is present")
}

// TotalWithoutSegment refuses TotalSegments without Segment.
func TotalWithoutSegment() *Error {
	return validation("The Segment parameter is required but was not present in the request " +
		"when parameter TotalSegments is present")
}

// SegmentTooHigh refuses a segment that does not exist.
func SegmentTooHigh(segment, total int64) *Error {
	return validation("The Segment parameter is zero-based and must be less than parameter TotalSegments: "+
		"Segment: %d is not less than TotalSegments: %d", segment, total)
}

// DuplicateAttribute refuses a name that AttributesToGet holds twice.
func DuplicateAttribute(name string) *Error {
	return invalidParameter("Duplicate value in attribute name: %s", name)
}
