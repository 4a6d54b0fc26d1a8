package apierror

import "strings"

// TableNotFound is the answer of item operations on a table that does not
// exist.
func TableNotFound() *Error {
	return refuse("ResourceNotFoundException", "Requested resource not found")
}

// NamedTableNotFound is the answer of table operations on a table that does
// not exist.
func NamedTableNotFound(name string) *Error {
	return refuse("ResourceNotFoundException", "Requested resource not found: Table: "+name+" not found")
}

// TableExists is the answer to CreateTable for a name in use.
func TableExists(name string) *Error {
	return refuse("ResourceInUseException", "Table already exists: "+name)
}

// TableNameLength refuses the name of a new table.
func TableNameLength() *Error {
	return validation("TableName must be at least 3 characters long and at most 255 characters long")
}

// TableBusy refuses to change a table whose last change is not complete.
func TableBusy(name, status string) *Error {
	doing := map[string]string{"CREATING": "created", "UPDATING": "updated", "DELETING": "deleted"}[status]
	return refuse("ResourceInUseException",
		"Attempt to change a resource which is still in use: Table is being "+doing+": "+name)
}

// IndexBackfilling refuses to read an index that is being created.
func IndexBackfilling(index string) *Error {
	return validation("Cannot read from backfilling global secondary index: %s", index)
}

// DeletionProtected refuses DeleteTable on a protected table.
func DeletionProtected(name string) *Error {
	return validation("Resource cannot be deleted as it is currently protected against deletion. "+
		"Disable deletion protection first. Table: %s", name)
}

// ThroughputOnDemand refuses throughput on an on-demand table.
func ThroughputOnDemand() *Error {
	return invalidParameter("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified " +
		"when BillingMode is PAY_PER_REQUEST")
}

// ThroughputRequired refuses a provisioned table without throughput.
func ThroughputRequired() *Error {
	return invalidParameter("ReadCapacityUnits and WriteCapacityUnits must both be specified " +
		"when BillingMode is PROVISIONED")
}

// ThroughputOutOfBounds refuses a throughput above 10^12.
func ThroughputOutOfBounds(value int64, name string) *Error {
	return validation("Given value %d for %s is out of bounds", value, name)
}

// IndexThroughputOnDemand refuses throughput of an index of an on-demand
// table.
func IndexThroughputOnDemand(index string) *Error {
	return invalidParameter("ProvisionedThroughput should not be specified for index: %s "+
		"when BillingMode is PAY_PER_REQUEST", index)
}

// IndexThroughputRequired refuses an index of a provisioned table without
// throughput.
func IndexThroughputRequired(index string) *Error {
	return invalidParameter("ReadCapacityUnits and WriteCapacityUnits must both be specified for index: %s", index)
}

// SchemaUndefined refuses a key schema longer than the definitions.
func SchemaUndefined() *Error {
	return validation("Invalid KeySchema: Some index key attribute have no definition")
}

// SchemaKeysUndefined refuses a key attribute without a definition.
func SchemaKeysUndefined(keys, definitions []string) *Error {
	return invalidParameter("Some index key attributes are not defined in AttributeDefinitions. "+
		"Keys: [%s], AttributeDefinitions: [%s]", strings.Join(keys, ", "), strings.Join(definitions, ", "))
}

// SchemaSameName refuses one attribute as partition and sort key.
func SchemaSameName() *Error {
	return validation("Both the Hash Key and the Range Key element in the KeySchema have the same name")
}

// SchemaFirstNotHash refuses a schema that does not begin with HASH.
func SchemaFirstNotHash() *Error {
	return validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
}

// SchemaSecondNotRange refuses a schema whose second element is no RANGE.
func SchemaSecondNotRange() *Error {
	return validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
}

// SchemaCount refuses definitions that no key uses.
func SchemaCount() *Error {
	return invalidParameter("Number of attributes in KeySchema does not " +
		"exactly match number of attributes defined in AttributeDefinitions")
}

// SchemaUnusedDefinitions refuses definitions that no key or index uses.
func SchemaUnusedDefinitions(definitions, keys []string) *Error {
	return invalidParameter("Some AttributeDefinitions are not used. AttributeDefinitions: [%s], keys used: [%s]",
		strings.Join(definitions, ", "), strings.Join(keys, ", "))
}

// DefinitionTwice refuses an attribute that is defined twice.
func DefinitionTwice(name string) *Error {
	return invalidParameter("Duplicate AttributeName in AttributeDefinitions: %s", name)
}

// LocalIndexesEmpty refuses an empty list of local indexes.
func LocalIndexesEmpty() *Error {
	return invalidParameter("List of LocalSecondaryIndexes is empty")
}

// GlobalIndexesEmpty refuses an empty list of global indexes.
func GlobalIndexesEmpty() *Error {
	return invalidParameter("List of GlobalSecondaryIndexes is empty")
}

// LocalIndexWithoutSortKey refuses a local index of a table without sort key.
func LocalIndexWithoutSortKey() *Error {
	return invalidParameter("Table KeySchema does not have a range key, " +
		"which is required when specifying a LocalSecondaryIndex")
}

// LocalIndexSortKey refuses a local index without a sort key.
func LocalIndexSortKey(index string) *Error {
	return invalidParameter("Index KeySchema does not have a range key for index: %s", index)
}

// LocalIndexPartitionKey refuses a local index with a partition key of its own.
func LocalIndexPartitionKey(index, key, tableKey string) *Error {
	return invalidParameter("Index KeySchema does not have the same leading hash key as table KeySchema "+
		"for index: %s. index hash key: %s, table hash key: %s", index, key, tableKey)
}

// ProjectionMissing refuses an index without a projection type.
func ProjectionMissing() *Error {
	return invalidParameter("Unknown ProjectionType: null")
}

// ProjectionAttributes refuses attributes beside another projection than
// INCLUDE.
func ProjectionAttributes(projection string) *Error {
	return invalidParameter("ProjectionType is %s, but NonKeyAttributes is specified", projection)
}

// ProjectionWithoutAttributes refuses INCLUDE without attributes.
func ProjectionWithoutAttributes() *Error {
	return invalidParameter("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
}

// TooManyProjected refuses more than 100 INCLUDE attributes over all indexes.
func TooManyProjected(count int) *Error {
	return invalidParameter("Number of NonKeyAttributes of all indexes exceeds the limit of 100: %d", count)
}

// IndexTwice refuses two indexes of one name.
func IndexTwice(index string) *Error {
	return invalidParameter("Duplicate index name: %s", index)
}

// TooManyLocalIndexes refuses more than 5 local indexes.
func TooManyLocalIndexes() *Error {
	return invalidParameter("Number of LocalSecondaryIndexes exceeds per-table limit of 5")
}

// TooManyGlobalIndexes refuses more than 20 global indexes.
func TooManyGlobalIndexes() *Error {
	return invalidParameter("GlobalSecondaryIndex count exceeds the per-table limit of 20")
}

// IndexSchemaCount refuses more than 4 HASH or 4 RANGE elements.
func IndexSchemaCount(keyType, index string) *Error {
	return invalidParameter("Too many %s key attributes in KeySchema for index: %s; the limit is 4", keyType, index)
}

// IndexSchemaOrder refuses a HASH element after a RANGE element.
func IndexSchemaOrder(index string) *Error {
	return validation("Invalid KeySchema: HASH key elements must come before RANGE key elements for index: %s", index)
}

// IndexSchemaTwice refuses an attribute twice in an index key of more than two
// attributes.
func IndexSchemaTwice(name, index string) *Error {
	return validation("Invalid KeySchema: Duplicate attribute %s in the KeySchema of index: %s", name, index)
}

// StreamDisabledView refuses a stream view without a stream.
func StreamDisabledView() *Error {
	return invalidParameter("StreamViewType cannot be specified when StreamEnabled is false")
}

// StreamViewRequired refuses a stream without a view.
func StreamViewRequired() *Error {
	return invalidParameter("StreamViewType is required when StreamEnabled is true")
}
