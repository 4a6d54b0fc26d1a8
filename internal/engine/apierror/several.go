package apierror

import (
	"encoding/json"
	"strings"
)

// TooManyInBatch refuses a batch with too many keys or writes.
func TooManyInBatch(operation string) *Error {
	return validation("Too many items requested for the %s call", operation)
}

// DuplicateKeys refuses a batch that names an item twice.
func DuplicateKeys() *Error {
	return validation("Provided list of item keys contains duplicates")
}

// OneOfTransactItem refuses an element of a transaction that is not exactly
// one action.
func OneOfTransactItem() *Error {
	return validation("TransactItems can only contain one of Check, Put, Update or Delete")
}

// TransactionTwice refuses a transaction that names an item twice.
func TransactionTwice() *Error {
	return validation("Transaction request cannot include multiple operations on one item")
}

// TransactionTooLarge refuses a transaction above 4 MB.
func TransactionTooLarge() *Error {
	return validation("Collection of items in the transaction exceeds the limit of 4 MB")
}

// TokenMismatch refuses a token that came with another transaction.
func TokenMismatch() *Error {
	return refuse("IdempotentParameterMismatchException",
		"An error occurred (IdempotentParameterMismatchException): "+
			"the request has the same client token as one with other parameters")
}

// Cancelled is the answer of a transaction of which something failed. Reasons
// has an element for each action, nil for those that nothing is said against.
func Cancelled(reasons []*Error) *Error {
	codes := make([]string, len(reasons))
	members := []byte(`,"CancellationReasons":[`)
	for i, reason := range reasons {
		codes[i] = reasonCode(reason)
		if i > 0 {
			members = append(members, ',')
		}
		members = append(members, `{"Code":"`+codes[i]+`"`...)
		if reason != nil {
			members = append(members, `,"Message":`...)
			members = append(members, quote(reason.Message)...)
			members = append(members, reason.Members...)
		}
		members = append(members, '}')
	}
	e := refuse("TransactionCanceledException",
		"Transaction cancelled, please refer cancellation reasons for specific reasons ["+
			strings.Join(codes, ", ")+"]")
	e.Members = append(members, ']')
	return e
}

func reasonCode(reason *Error) string {
	switch {
	case reason == nil:
		return "None"
	case reason.Code == "ConditionalCheckFailedException":
		return "ConditionalCheckFailed"
	case reason.Code == "TransactionConflictException":
		return "TransactionConflict"
	case reason.Code == "ItemCollectionSizeLimitExceededException":
		return "ItemCollectionSizeLimitExceeded"
	}
	return "ValidationError"
}

// quote gives valid UTF-8 as a JSON string.
func quote(text string) []byte {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	// A string can always be encoded.
	_ = encoder.Encode(text)
	return []byte(strings.TrimSuffix(b.String(), "\n"))
}
