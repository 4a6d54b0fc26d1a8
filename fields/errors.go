package fields

import (
	"errors"
	"fmt"
	"strconv"
)

// ErrStale says that a derived attribute does not hold what its key template
// makes of the item's other attributes, so the item stands at a wrong place in
// an index. Setting one of the facets again mends it.
var ErrStale = errors.New("derived attribute is stale: it differs from what its key template makes of the item; set one of its facets again to mend it")

// A TagError is a mistake in a struct field's ddb tag, or a field that cannot
// be stored. It is found when the type's plan is compiled, together with all
// other mistakes of the type.
type TagError struct {
	Struct string // Go type, with its package
	Field  string // Go field
	Tag    string // text of the ddb tag, "" if there is none
	Reason string // what is wrong, and what to do
}

func (e *TagError) Error() string {
	subject := e.Struct
	if e.Field != "" {
		subject += "." + e.Field
	}
	if e.Tag != "" {
		subject += ": tag `ddb:" + strconv.Quote(e.Tag) + "`"
	}
	return "fields: " + subject + ": " + e.Reason
}

// A ValueError says that a Go value cannot be stored exactly, or that a stored
// value cannot be read into its field. It names the place, never the value.
type ValueError struct {
	Struct    string // Go type, with its package
	Field     string // Go field
	Attribute string // attribute name
	Err       error  // what is wrong, and what to do
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("fields: %s.%s: attribute %q: %v", e.Struct, e.Field, e.Attribute, e.Err)
}

func (e *ValueError) Unwrap() error { return e.Err }

// A kindError says that an attribute has another type than the field reads.
type kindError struct{ got, want Kind }

func (e *kindError) Error() string {
	got := strconv.Quote(string(e.got))
	if e.got == "" {
		got = "one that is not known here"
	}
	want := strconv.Quote(string(e.want))
	if e.want == "" {
		want = "any that is known here"
	}
	return fmt.Sprintf("stored attribute type is %s, the field reads %s", got, want)
}
