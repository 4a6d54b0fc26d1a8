// Package apierror holds every refusal the engine can answer, and all of
// DynamoDB's message texts in one catalogue.
//
// An [Error] knows its type name, its HTTP status and its text; the functions
// beside it are the catalogue, one per text, grouped by the stage of a request
// that refuses: shape, constraints, values, expressions, tables, keys, items.
// Nothing outside this package spells a message, so that texts can be compared
// with the service's in one place. The service rewords them from time to time
// and differs between regions: clients match on the type, never on the text.
package apierror

import (
	"fmt"
	"net/http"
)

// An Error is a refusal as DynamoDB answers it.
type Error struct {
	// Code is the type's name without its namespace, such as
	// "ValidationException".
	Code string
	// Message is the text. The empty text is left out of the body.
	Message string
	// Status is the HTTP status code, 400 for everything that the caller can
	// mend.
	Status int
	// Members holds further members of the body as JSON text that starts with
	// a comma, such as the old item of a failed condition. It may be empty.
	Members []byte
	// bare is set for texts that the service never puts other words before.
	bare bool
	// whole is set for what the service refuses a whole transaction for before
	// it begins, where other mistakes in single items cancel it.
	whole bool
}

// OfRequest tells whether the refusal of one item of a transaction is that of
// the request, and not a reason why the transaction is cancelled.
func (e *Error) OfRequest() bool { return e.whole }

// Error gives the code and the text.
func (e *Error) Error() string {
	if e.Message == "" {
		return e.Code
	}
	return e.Code + ": " + e.Message
}

// Type gives the code with the namespace that the service sends it with.
func (e *Error) Type() string {
	return namespace(e.Code) + e.Code
}

func namespace(code string) string {
	switch code {
	case "ValidationException":
		return "com.amazon.coral.validate#"
	case "SerializationException", "UnknownOperationException", "MissingAuthenticationTokenException",
		"IncompleteSignatureException", "InvalidSignatureException", "ServiceUnavailableException",
		"ThrottlingException":
		return "com.amazon.coral.service#"
	default:
		return "com.amazonaws.dynamodb.v20120810#"
	}
}

func refuse(code, message string) *Error {
	return &Error{Code: code, Message: message, Status: http.StatusBadRequest}
}

// unprefixed marks a refusal of a value that is reported as it is, wherever in
// the request the value stands.
func unprefixed(e *Error) *Error {
	e.bare = true
	return e
}

func ofRequest(format string, args ...any) *Error {
	e := validation(format, args...)
	e.whole = true
	return e
}

func validation(format string, args ...any) *Error {
	return refuse("ValidationException", fmt.Sprintf(format, args...))
}

// invalidParameter adds the words that the service puts before many texts.
func invalidParameter(format string, args ...any) *Error {
	return validation("One or more parameter values were invalid: "+format, args...)
}
