package apierror

import "fmt"

// UpdateTableEmpty refuses an UpdateTable that changes nothing.
func UpdateTableEmpty() *Error {
	return validation("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, " +
		"GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required")
}

// NotHere refuses replicas and vector indexes: a table without them would not
// be the one that was asked for.
func NotHere(member string) *Error {
	return validation("the embedded engine has nothing of what %s asks for; remove it from the request", member)
}

// UpdateThroughputRequired refuses to provision a table without throughput.
func UpdateThroughputRequired() *Error {
	return invalidParameter("ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
}

// UpdateIndexThroughputRequired refuses to provision a table whose index gets
// no throughput.
func UpdateIndexThroughputRequired(index string) *Error {
	return invalidParameter("ProvisionedThroughput must be specified for index: %s", index)
}

// ThroughputUnchanged refuses a throughput that a table, or an index of it, has
// already. Subject is "table", or "index" and its name.
func ThroughputUnchanged(subject string, read, write int64) *Error {
	return validation("The provisioned throughput for the %[1]s will not change. "+
		"The requested value equals the current value. "+
		"Current ReadCapacityUnits provisioned for the %[1]s: %[2]d. Requested ReadCapacityUnits: %[2]d. "+
		"Current WriteCapacityUnits provisioned for the %[1]s: %[3]d. Requested WriteCapacityUnits: %[3]d. "+
		"Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
		subject, read, write)
}

// IndexUpdateEmpty refuses an update of an index that says nothing.
func IndexUpdateEmpty() *Error {
	return invalidParameter("One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, " +
		"GlobalSecondaryIndexUpdate.Delete must not be null")
}

// IndexUpdateSeveral refuses an update of an index that says several things.
func IndexUpdateSeveral() *Error {
	return invalidParameter("Only one of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, " +
		"GlobalSecondaryIndexUpdate.Delete may be set")
}

// IndexUpdateTwice refuses two updates of one index.
func IndexUpdateTwice(index string) *Error {
	return invalidParameter("Only one global secondary index update per index is allowed simultaneously. Index: %s", index)
}

// TooManyIndexUpdates refuses to create or delete several indexes at once.
func TooManyIndexUpdates() *Error {
	return refuse("LimitExceededException",
		"Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table")
}

// IndexExists refuses a new index with the name of another.
func IndexExists() *Error { return validation("Attempting to create an index which already exists") }

// IndexToUpdateNotFound is the answer to a change of an index that the table
// does not have.
func IndexToUpdateNotFound() *Error { return TableNotFound() }

// IndexNotGlobal refuses a change of a local secondary index.
func IndexNotGlobal() *Error {
	return validation("Cannot delete an index that is not a GlobalSecondaryIndex")
}

// A SchemaPart shows an attribute of a key.
type SchemaPart struct{ Name, Kind, Role string }

// AttributeRedefined refuses another type for an attribute that is in a key
// already.
func AttributeRedefined(before, after SchemaPart) *Error {
	show := func(p SchemaPart) string {
		return fmt.Sprintf("Schema:[SchemaElement: key{%s:%s:%s}]", p.Name, p.Kind, p.Role)
	}
	return invalidParameter("Attributes cannot be redefined. "+
		"Please check that your attribute has the same type as previously defined. "+
		"Existing schema: %s New schema: %s", show(before), show(after))
}

// StreamEnabled refuses to enable a stream where there is one.
func StreamEnabled(table string) *Error {
	return validation("Table already has an enabled stream: TableName: %s", table)
}

// StreamDisabled refuses to disable a stream where there is none.
func StreamDisabled(table string) *Error {
	return validation("Table has no stream to disable: TableName: %s", table)
}
