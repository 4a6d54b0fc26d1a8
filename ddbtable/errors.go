package ddbtable

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/fields"
)

// The answers to yes-or-no questions about an error, for [errors.Is].
var (
	// ErrNotFound says that no item has the key.
	ErrNotFound = errors.New("item not found")

	// ErrExists says that an item with the key is there already.
	ErrExists = errors.New("item exists already")

	// ErrConditionFailed says that the item is not as the condition wants it.
	ErrConditionFailed = errors.New("condition failed")

	// ErrConflict says that other writers changed the item again and again
	// while its derived attributes were being computed, or that a transaction
	// met other writes of its items.
	ErrConflict = errors.New("other writers changed the item on every attempt; try again later")

	// ErrBadCursor says that a cursor was not made by this query, or has been
	// damaged.
	ErrBadCursor = errors.New("cursor does not belong to this query, or is damaged; start again with an empty cursor")

	// ErrStale is a cause of an [ItemError]: see [fields.ErrStale].
	ErrStale = fields.ErrStale
)

// An OpError says which operation on which table failed. Every error of a
// request is one; its cause is in Err, where [errors.Is] and [errors.As] find
// it, the SDK's own error included.
type OpError struct {
	Op    string // "get", "create", "put", "update", "delete", "query", "create table", …
	Table string // name in DynamoDB
	Index string // "" for the table itself
	Err   error
}

func (e *OpError) Error() string {
	text := "ddbtable: " + e.Op
	if e.Table != "" { // there is none without a definition
		text += " " + e.Table
	}
	if e.Index != "" {
		text += "/" + e.Index
	}
	text += ": "
	// Several mistakes are a line each, which says where it belongs by itself.
	return text + strings.ReplaceAll(e.Err.Error(), "\n", "\n"+text)
}

func (e *OpError) Unwrap() error { return e.Err }

// A DefinitionError is a mistake in a table's definition. [Define] returns all
// of them at once, joined with the [fields.TagError]s of the type.
type DefinitionError struct {
	Table  string // table name as defined
	Type   string // Go type
	Reason string // what is wrong, and what to do
}

func (e *DefinitionError) Error() string {
	return fmt.Sprintf("ddbtable: table %s: %s %s", e.Table, e.Type, e.Reason)
}

// A PlanError says why a call cannot be turned into a request. Nothing has
// been sent.
type PlanError struct {
	Reason string // what is wrong, and what to do

	// Indexes says of the table and each index why it cannot serve the query,
	// where that is the question.
	Indexes []string
}

func (e *PlanError) Error() string {
	if len(e.Indexes) == 0 {
		return e.Reason
	}
	return e.Reason + " (" + strings.Join(e.Indexes, "; ") + ")"
}

func planErrorf(format string, args ...any) error {
	return &PlanError{Reason: fmt.Sprintf(format, args...)}
}

// A ConditionError says that a write was refused because of the item that is
// stored, or because there is none. It unwraps to one of [ErrExists],
// [ErrNotFound] and [ErrConditionFailed], and to the SDK's error.
type ConditionError[T any] struct {
	// Old is the stored item that the write met, nil if there is none or the
	// engine did not return it. OldErr tells what of it could not be read.
	Old    *T
	OldErr error

	// Ambiguous says that the SDK sent the request more than once after an
	// answer that leaves open whether the first one was applied. The refusal
	// may then be this call's own doing. See [Create.Idempotent] and the tag
	// option writeid. With a write id it is set where the stored item does not
	// tell: if there is none, or if its version shows that another write came
	// behind the one that this call would have made. Without a version a write
	// id that another writer has replaced meanwhile is taken for a refusal.
	Ambiguous bool

	kind  error
	cause error
}

func (e *ConditionError[T]) Error() string {
	if e.Ambiguous {
		return e.kind.Error() + ", but an earlier attempt of this call may have been applied; look at the stored item, or use Idempotent or a write-id attribute"
	}
	return e.kind.Error()
}

// A refusedWrite is a [ConditionError], whatever the Go type of its item is.
type refusedWrite interface {
	error
	ambiguous() bool
	setAmbiguous()
}

func (e *ConditionError[T]) ambiguous() bool { return e.Ambiguous }
func (e *ConditionError[T]) setAmbiguous()   { e.Ambiguous = true }

func (e *ConditionError[T]) Unwrap() []error {
	if e.cause == nil {
		return []error{e.kind}
	}
	return []error{e.kind, e.cause}
}

// An ItemError says that one stored item cannot be passed on: a derived
// attribute is stale, an enum value is not declared, or an attribute has a
// type, width or value that its field cannot hold.
type ItemError struct {
	// Key is the item's primary key, as far as it was read.
	Key map[string]types.AttributeValue

	Field     string // struct field
	Attribute string // attribute name
	Err       error  // the cause; ErrStale for a stale derived attribute

	// Applied says that the item is the result of a write that was applied.
	Applied bool
}

func (e *ItemError) Error() string {
	text := fmt.Sprintf("item: field %s, attribute %q: %v", e.Field, e.Attribute, e.Err)
	if e.Attribute == "" { // the item as a whole is malformed
		text = fmt.Sprintf("item: %v", e.Err)
	}
	if e.Applied {
		text += "; the write itself was applied"
	}
	return text
}

func (e *ItemError) Unwrap() error { return e.Err }
