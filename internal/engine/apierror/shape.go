package apierror

import (
	"net/http"
	"strings"
)

// Malformed is the answer to a body that is not JSON. The service sends no
// text with it.
func Malformed() *Error {
	return refuse("SerializationException", "")
}

// WrongShape is the answer to a member of the wrong JSON type.
func WrongShape(text string) *Error {
	return refuse("SerializationException", text)
}

// Texts of [WrongShape]. Those that name a type are made by the functions
// below.
const (
	ShapeUnexpectedField  = "Unexpected field type"
	ShapeUnexpectedValue  = "Unexpected value type in payload"
	ShapeUnexpectedToken  = "Unexpected token received from parser"
	ShapeUnexpectedObject = "Start of structure or map found where not expected"
	ShapeNotBase64        = "only base-64-encoded strings are convertible to bytes"
	ShapeBase64Tail       = "Invalid last non-pad Base64 character dectected"
)

// ShapeConversion tells that a JSON scalar does not convert to a type.
func ShapeConversion(token, target string) string {
	return token + " cannot be converted to " + target
}

// ShapeCollection tells that a list stands where a type is wanted.
func ShapeCollection(target string) string {
	return "Unrecognized collection type " + target
}

// UnknownOperation is the answer to a target that names no operation.
func UnknownOperation() *Error {
	return refuse("UnknownOperationException", "")
}

// MissingToken is the answer to a request without Authorization.
func MissingToken() *Error {
	return refuse("MissingAuthenticationTokenException", "Request is missing Authentication Token")
}

// AmbiguousSignature is the answer to a request signed in its header and in
// its query.
func AmbiguousSignature() *Error {
	return refuse("InvalidSignatureException",
		"Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
}

// IncompleteHeader is the answer to an Authorization header that lacks parts.
// Missing holds the parts' names, in the order in which the service checks.
func IncompleteHeader(missing []string, noDate bool, header string) *Error {
	var text strings.Builder
	for _, name := range missing {
		text.WriteString("Authorization header requires '" + name + "' parameter. ")
	}
	if noDate {
		text.WriteString("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
	}
	text.WriteString("Authorization=" + header)
	return refuse("IncompleteSignatureException", text.String())
}

// IncompleteQuery is the answer to a presigned request that lacks parameters.
func IncompleteQuery(missing []string) *Error {
	var text strings.Builder
	for _, name := range missing {
		text.WriteString("AWS query-string parameters must include '" + name + "'. ")
	}
	text.WriteString("Re-examine the query-string parameters.")
	return refuse("IncompleteSignatureException", text.String())
}

// Internal is the answer to a failure that is not the caller's.
func Internal(text string) *Error {
	if text == "" {
		text = "The request processing has failed because of an unknown error, exception or failure."
	}
	return &Error{Code: "InternalServerError", Message: text, Status: http.StatusInternalServerError}
}

// Closed is the answer to every request after the engine was closed.
func Closed() *Error {
	return &Error{
		Code:    "ServiceUnavailableException",
		Message: "the embedded engine is closed; open it again before sending requests",
		Status:  http.StatusServiceUnavailable,
	}
}

// Busy is the answer when too many requests are under way at once.
func Busy() *Error {
	return &Error{
		Code:    "ServiceUnavailableException",
		Message: "too many requests are under way; send fewer at once",
		Status:  http.StatusServiceUnavailable,
	}
}
