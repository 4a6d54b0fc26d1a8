package apierror

// ARNMissing refuses an operation on a resource that names none.
func ARNMissing() *Error { return validation("Invalid TableArn") }

// ARNInvalid refuses a text that is no table's ARN.
func ARNInvalid(arn string) *Error {
	return validation("Invalid TableArn: Invalid ResourceArn provided as input %s", arn)
}

// ARNNotFound is the answer for the ARN of a table that does not exist. The
// misspelling is the service's.
func ARNNotFound(arn string) *Error {
	return refuse("ResourceNotFoundException", "Requested resource not found: ResourcArn: "+arn+" not found")
}

// TagsEmpty refuses TagResource without tags.
func TagsEmpty() *Error { return validation("Atleast one Tag needs to be provided as Input.") }

// TagKeysEmpty refuses UntagResource without keys.
func TagKeysEmpty() *Error { return validation("Atleast one Tag Key needs to be provided as Input.") }

// TooManyTags refuses more than 50 tags of one table.
func TooManyTags() *Error {
	return invalidParameter("Number of tags exceeds the limit of 50 per resource")
}

// NextTokenInvalid refuses a token that no answer gave.
func NextTokenInvalid() *Error { return validation("Invalid NextToken") }

// TimeToLiveEnabled refuses to enable what is enabled.
func TimeToLiveEnabled() *Error { return validation("TimeToLive is already enabled") }

// TimeToLiveDisabled refuses to disable what is not enabled.
func TimeToLiveDisabled() *Error { return validation("TimeToLive is already disabled") }

// TimeToLiveOther refuses another attribute than the one in use.
func TimeToLiveOther(current string) *Error {
	return validation("TimeToLive is active on a different AttributeName: current AttributeName is %s", current)
}

// TimeToLiveTwice refuses a second change within an hour.
func TimeToLiveTwice() *Error {
	return validation("Time to live has been modified multiple times within a fixed interval")
}

// BackupTableNotFound is the answer of the operations on backups for a table
// that does not exist.
func BackupTableNotFound(name string) *Error {
	return refuse("TableNotFoundException", "Table not found: "+name)
}

// RecoveryPeriodWithoutRecovery refuses a number of days where recovery is
// switched off.
func RecoveryPeriodWithoutRecovery() *Error {
	return invalidParameter("RecoveryPeriodInDays can be specified only when PointInTimeRecoveryEnabled is true")
}
