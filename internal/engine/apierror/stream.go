package apierror

// StreamARNInvalid refuses a text that is no stream's ARN.
func StreamARNInvalid() *Error { return validation("Invalid StreamArn") }

// StreamNotFound is the answer for a stream that does not exist.
func StreamNotFound(arn string) *Error {
	return refuse("ResourceNotFoundException", "Requested resource not found: Stream: "+arn+" not found")
}

// ShardNotFound is the answer for a shard that does not exist.
func ShardNotFound(shard, arn string) *Error {
	return refuse("ResourceNotFoundException",
		"Requested resource not found: Shard: "+shard+" in Stream: "+arn+" not found")
}

// SequenceNumberRequired refuses an iterator that starts at a record and does
// not say which.
func SequenceNumberRequired(iterator string) *Error {
	return invalidParameter("SequenceNumber must be specified when ShardIteratorType is %s", iterator)
}

// SequenceNumberInvalid refuses a text that is no sequence number.
func SequenceNumberInvalid() *Error { return validation("Invalid SequenceNumber") }

// IteratorInvalid refuses a text that is no iterator.
func IteratorInvalid() *Error { return validation("Invalid ShardIterator") }

// IteratorExpired refuses an iterator older than 15 minutes.
func IteratorExpired() *Error {
	return refuse("ExpiredIteratorException", "The shard iterator has expired and can no longer be used to retrieve "+
		"stream records. A shard iterator expires 15 minutes after it is retrieved using the GetShardIterator action.")
}

// RecordsTrimmed refuses to begin at a record that is gone.
func RecordsTrimmed() *Error {
	return refuse("TrimmedDataAccessException",
		"The operation attempted to read past the oldest stream record in a shard.")
}
