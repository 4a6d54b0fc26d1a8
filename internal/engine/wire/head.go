package wire

import (
	"cmp"
	"net/http"
	"strings"

	"example.com/ddb/internal/engine/apierror"
)

// Limits that keep a client from exhausting the process.
const (
	// MaxBodyBytes is the length of a request body, that of the service.
	MaxBodyBytes = 16 << 20
	// MaxHeaderBytes is the length of a request's head.
	MaxHeaderBytes = 64 << 10
)

// Target prefixes of the services that the handler serves.
const (
	targetPrefix  = "DynamoDB_20120810."
	streamsPrefix = "DynamoDBStreams_20120810."
)

// Streams stands before the names of the operations of the streams service.
const Streams = "Streams."

// A Head is what the engine needs of a request's HTTP head.
type Head struct {
	// Operation is the name in X-Amz-Target without the service's prefix, after
	// [Streams] for that service, and "" when the target is of another form.
	Operation string
	// Host is the address that the request was sent to.
	Host string
	// refusal is what is wrong with the authorization.
	refusal *apierror.Error
}

// ReadHead reads the head of a POST.
func ReadHead(r *http.Request) Head {
	target := r.Header.Get("X-Amz-Target")
	h := Head{Host: cmp.Or(r.Host, r.URL.Host), refusal: checkAuthorization(r)}
	// The name of a streams operation in the form of Head has a dot.
	if operation, ok := strings.CutPrefix(target, targetPrefix); ok && !strings.Contains(operation, ".") {
		h.Operation = operation
	} else if operation, ok := strings.CutPrefix(target, streamsPrefix); ok {
		h.Operation = Streams + operation
	}
	return h
}

// Check refuses a request that the service refuses before it looks at the
// members: in the service's order a body that is no JSON, an unknown
// operation, a missing or incomplete authorization. Signatures and credentials
// are not checked. Known tells whether there is an operation.
func (h *Head) Check(body []byte, known func(operation string) bool) *apierror.Error {
	isKnown := h.Operation != "" && known(h.Operation)
	if isKnown && h.refusal == nil {
		return nil
	}
	if len(body) > 0 {
		reader := NewReader(body)
		reader.Skip()
		if err := reader.End(); err != nil {
			return err
		}
	}
	if !isKnown {
		return apierror.UnknownOperation()
	}
	return h.refusal
}

// IsPost tells whether a request has the method and content type of an
// operation. Empty bodies need no type.
func IsPost(r *http.Request, body []byte) bool {
	if r.Method != http.MethodPost {
		return false
	}
	if len(body) == 0 {
		return true
	}
	contentType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch strings.TrimSpace(contentType) {
	case "application/x-amz-json-1.0", "application/json":
		return true
	}
	return false
}

func checkAuthorization(r *http.Request) *apierror.Error {
	header := r.Header.Get("Authorization")
	signedQuery := strings.Contains(r.URL.RawQuery, "X-Amz-Algorithm")
	switch {
	case header != "" && signedQuery:
		return apierror.AmbiguousSignature()
	case header != "":
		return checkAuthorizationHeader(r, header)
	case signedQuery:
		return checkAuthorizationQuery(r)
	}
	return apierror.MissingToken()
}

func checkAuthorizationHeader(r *http.Request, header string) *apierror.Error {
	parts, ok := strings.CutPrefix(strings.TrimSpace(header), "AWS4-")
	if !ok {
		return apierror.MissingToken()
	}
	var missing []string
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if !hasParameter(parts, name) {
			missing = append(missing, name)
		}
	}
	noDate := r.Header.Get("X-Amz-Date") == "" && r.Header.Get("Date") == ""
	if missing == nil && !noDate {
		return nil
	}
	return apierror.IncompleteHeader(missing, noDate, header)
}

// hasParameter looks for name=value, with a value, among parts with commas or
// spaces between.
func hasParameter(parts, name string) bool {
	for parts != "" {
		end := strings.IndexAny(parts, ", ")
		part := parts
		if end < 0 {
			parts = ""
		} else {
			part, parts = parts[:end], parts[end+1:]
		}
		if value, ok := strings.CutPrefix(part, name); ok && len(value) > 1 && value[0] == '=' {
			return true
		}
	}
	return false
}

func checkAuthorizationQuery(r *http.Request) *apierror.Error {
	query := r.URL.Query()
	var missing []string
	for _, name := range []string{
		"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date",
	} {
		if query.Get(name) == "" {
			missing = append(missing, name)
		}
	}
	if missing == nil {
		return nil
	}
	return apierror.IncompleteQuery(missing)
}
