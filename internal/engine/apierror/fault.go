package apierror

// Throttled is the answer of a throttling fault to an operation on items. It
// names the reason and the table or index, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throttling-diagnosing.html
func Throttled(reason, resource string) *Error {
	e := refuse("ProvisionedThroughputExceededException",
		"The level of configured provisioned throughput for the table was exceeded. "+
			"Consider increasing your provisioning level with the UpdateTable API.")
	e.Members = []byte(`,"ThrottlingReasons":[{"reason":` + string(quote(reason)) +
		`,"resource":` + string(quote(resource)) + `}]`)
	return e
}

// TooManyRequests is the answer of a throttling fault to an operation on
// tables.
func TooManyRequests() *Error {
	return refuse("ThrottlingException", "Rate of requests exceeds the allowed throughput.")
}

// Conflict is the answer of a transaction-conflict fault to a single write.
func Conflict() *Error {
	return refuse("TransactionConflictException", "Transaction is ongoing for the item")
}

// CollectionFull is the answer to a write that would make an item collection
// exceed 10 GB, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html
func CollectionFull() *Error {
	return refuse("ItemCollectionSizeLimitExceededException", "Collection size exceeded.")
}
