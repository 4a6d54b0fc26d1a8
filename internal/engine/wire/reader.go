// Package wire holds the bytes on the connection: reading requests in AWS JSON
// 1.0, writing responses and error bodies, the HTTP head's checks, checksums
// and the limits that keep a hostile client from exhausting the process.
//
// The [Reader] is a pull reader over a request's body. It knows the shapes that
// the service's model declares and refuses others in the service's words; it
// never builds a tree, and writes attribute values straight into the form in
// which they are stored.
package wire

import (
	"encoding/json"
	"unicode/utf8"

	"example.com/ddb/internal/engine/apierror"
)

// MaxDepth bounds how deep a body's JSON may nest. The deepest legal request,
// an item of 32 levels in a transaction, needs about 75.
const MaxDepth = 512

// A Reader reads one request body. Its methods must be called in the order of
// the body's content. The first failure stays: later calls do nothing, and
// [Reader.Err] tells it.
type Reader struct {
	data  []byte
	pos   int
	depth int
	err   *apierror.Error
	// arena holds the values read so far. Values point into it.
	arena []byte
	// problem is the first value since takeProblem that is well-formed but not
	// allowed.
	problem *apierror.Error
}

// NewReader starts reading a body, which the caller must not change while the
// reader or what it gave is in use.
func NewReader(body []byte) *Reader {
	r := &Reader{data: body}
	if !utf8.Valid(body) {
		r.err = apierror.Malformed()
	}
	return r
}

// Err gives the failure, or nil. A body that is not JSON at all is reported as
// such even where an earlier member has the wrong shape, because the service
// parses the body first.
func (r *Reader) Err() *apierror.Error {
	if r.err != nil && r.err.Message != "" && !json.Valid(r.data) {
		r.err = apierror.Malformed()
	}
	return r.err
}

// End checks that nothing but white space follows, and gives the failure or
// nil.
func (r *Reader) End() *apierror.Error {
	if r.err == nil && r.peek() != 0 {
		r.malformed()
	}
	return r.Err()
}

// A Struct tells how the service's model declares a structure: what it says of
// a scalar in its place depends on it.
type Struct bool

// The two declarations of a structure.
const (
	// Field is a structure that is a member of another.
	Field Struct = false
	// Element is a structure in a list or a map.
	Element Struct = true
)

const modelPackage = "com.amazonaws.dynamodb.v20120810."

// Body reads the request's outermost object and calls member for each of its
// members; member must read or skip the value.
func (r *Reader) Body(member func(name []byte)) {
	if r.err == nil && r.peek() != '{' {
		r.malformed()
		return
	}
	r.members(member)
}

// Structure reads an object of the model. Null counts as absent: it gives
// false and calls nothing.
func (r *Reader) Structure(how Struct, class string, member func(name []byte)) bool {
	switch r.peek() {
	case '{':
		r.members(member)
		return r.err == nil
	case '[':
		r.wrong(apierror.ShapeCollection("class " + modelPackage + class))
	case 'n':
		r.literal("null")
	default:
		if how == Element {
			r.wrong(apierror.ShapeUnexpectedValue)
		} else {
			r.wrong(apierror.ShapeUnexpectedField)
		}
	}
	return false
}

// Map reads an object whose keys are data. Class names its values' type. Null
// counts as absent.
func (r *Reader) Map(class string, entry func(key []byte)) bool {
	switch r.peek() {
	case '{':
		r.members(entry)
		return r.err == nil
	case '[':
		r.wrong(apierror.ShapeCollection("java.util.Map<java.lang.String, " + class + ">"))
	case 'n':
		r.literal("null")
	default:
		r.wrong(apierror.ShapeUnexpectedField)
	}
	return false
}

// Classes of a map's values.
const (
	ClassString    = "java.lang.String"
	ClassValue     = modelPackage + "AttributeValue"
	ClassKeys      = modelPackage + "KeysAndAttributes"
	ClassCondition = modelPackage + "Condition"
	ClassExpected  = modelPackage + "ExpectedAttributeValue"
	ClassUpdate    = modelPackage + "AttributeValueUpdate"
	ClassWrites    = "java.util.List<" + modelPackage + "WriteRequest>"
)

// List reads an array and calls element for each of its elements. Null counts
// as absent.
func (r *Reader) List(element func()) bool {
	switch r.peek() {
	case '[':
		r.elements(element)
		return r.err == nil
	case '{':
		r.wrong(apierror.ShapeUnexpectedObject)
	case 'n':
		r.literal("null")
	default:
		r.wrong(apierror.ShapeUnexpectedField)
	}
	return false
}

func (r *Reader) members(member func(name []byte)) {
	if !r.enter() {
		return
	}
	if r.peek() == '}' {
		r.leave()
		return
	}
	for r.err == nil {
		if r.peek() != '"' {
			r.malformed()
			return
		}
		name := r.text()
		if !r.expect(':') {
			return
		}
		member(name)
		if r.err != nil {
			return
		}
		if r.peek() == '}' {
			r.leave()
			return
		}
		r.expect(',')
	}
}

func (r *Reader) elements(element func()) {
	if !r.enter() {
		return
	}
	if r.peek() == ']' {
		r.leave()
		return
	}
	for r.err == nil {
		element()
		if r.err != nil {
			return
		}
		if r.peek() == ']' {
			r.leave()
			return
		}
		r.expect(',')
	}
}

func (r *Reader) enter() bool {
	if r.err != nil {
		return false
	}
	if r.depth == MaxDepth {
		r.malformed()
		return false
	}
	r.depth++
	r.pos++
	return true
}

func (r *Reader) leave() {
	r.depth--
	r.pos++
}

// peek moves to the next token and gives its first byte, 0 at the end or after
// a failure.
func (r *Reader) peek() byte {
	if r.err != nil {
		return 0
	}
	for r.pos < len(r.data) {
		switch c := r.data[r.pos]; c {
		case ' ', '\t', '\r', '\n':
			r.pos++
		case 0:
			r.malformed()
			return 0
		default:
			return c
		}
	}
	return 0
}

func (r *Reader) expect(c byte) bool {
	if r.peek() != c {
		r.malformed()
		return false
	}
	r.pos++
	return true
}

func (r *Reader) malformed() {
	if r.err == nil {
		r.err = apierror.Malformed()
	}
}

// wrong records a shape error, or a syntax error where there is no value.
func (r *Reader) wrong(text string) {
	if r.err != nil {
		return
	}
	switch r.peek() {
	case 0, '}', ']', ',', ':':
		r.malformed()
	default:
		r.err = apierror.WrongShape(text)
	}
}

// Skip reads a value and forgets it: a member the model does not know.
func (r *Reader) Skip() {
	switch r.peek() {
	case '{':
		r.members(func([]byte) { r.Skip() })
	case '[':
		r.elements(r.Skip)
	case '"':
		r.text()
	case 't':
		r.literal("true")
	case 'f':
		r.literal("false")
	case 'n':
		r.literal("null")
	default:
		r.number()
	}
}
