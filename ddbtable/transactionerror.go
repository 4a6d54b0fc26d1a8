package ddbtable

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A TransactionError says why a transaction was canceled. Nothing of it was
// applied. It unwraps to the errors of its reasons and to the SDK's error.
type TransactionError struct {
	// Reasons has one for each write, in their order. Err is nil for a write
	// that was fine.
	Reasons []TransactionReason

	part  string // "write" or "read"
	cause error
}

// A TransactionReason is what became of one part of a transaction.
type TransactionReason struct {
	// Table is the table's name, Code the service's name for the reason, such
	// as "ConditionalCheckFailed", and "None" if the part was fine.
	Table, Code string

	// Condition is the condition of a write that failed for it, in the language
	// of DynamoDB with ? for every value: "attribute_exists(id)", say. It has
	// what the caller wants and what ddbtable adds, such as the version.
	Condition string

	// Err is nil if the part was fine. For a failed condition it is a
	// [ConditionError] of the write's type, with the stored item; for a
	// conflict with another transaction it is [ErrConflict]; for a value that
	// another item has it is a [UniqueError].
	Err error
}

func (e *TransactionError) Error() string {
	var parts []string
	for i, r := range e.Reasons {
		if r.Err != nil {
			parts = append(parts, fmt.Sprintf("%s %d (%s): %v", e.part, i, r.Table, r.Err))
		}
	}
	return "transaction canceled: " + strings.Join(parts, "; ")
}

func (e *TransactionError) Unwrap() []error {
	var all []error
	for _, r := range e.Reasons {
		if r.Err != nil {
			all = append(all, r.Err)
		}
	}
	if e.cause != nil {
		all = append(all, e.cause)
	}
	return all
}

// judge turns a cancellation into our error. Changed says that it was canceled
// for facets that other writers had changed, and for nothing else; the parts
// know the new ones then.
func (tx *transaction) judge(ctx context.Context, canceled *types.TransactionCanceledException) (verdict error, changed bool, err error) {
	e := &TransactionError{part: "write", cause: canceled}
	others := false
	stale := make([]bool, len(tx.parts))
	for i, p := range tx.parts {
		s, _ := p.at()
		reason := TransactionReason{Table: s.name, Code: "None"}
		if i < len(canceled.CancellationReasons) {
			r := canceled.CancellationReasons[i]
			reason.Code = code(r)
			if reason.Code == "ConditionalCheckFailed" {
				reason.Condition = tx.calls[i].texts.withoutValues()
			}
			if stale[i], err = tx.reason(ctx, p, r, &reason); err != nil {
				return nil, false, err
			}
			changed = changed || stale[i]
			others = others || reason.Err != nil && !stale[i]
		}
		e.Reasons = append(e.Reasons, reason)
	}
	if n := len(tx.parts); len(canceled.CancellationReasons) > n {
		again, failed := tx.judgeGuards(e, canceled.CancellationReasons[n:], stale)
		changed, others = changed || again, others || failed
	}
	return e, changed && !others, nil
}

// reason explains one part. Stale says that its facets had been changed.
func (tx *transaction) reason(ctx context.Context, p transactPart, r types.CancellationReason, reason *TransactionReason) (stale bool, err error) {
	if reason.Code != "ConditionalCheckFailed" {
		reason.Err = reasonError(r)
		return false, nil
	}
	old := item{typed: r.Item}
	s, key := p.at()
	if s.noOldItem {
		if old, err = readWhole(ctx, tx.sender, s, key); err != nil {
			return false, err
		}
	}
	reason.Err = p.refused(old)
	if old.none() && !mayBeNew(p) || len(p.unknown()) == 0 {
		return false, nil
	}
	return p.learn(old)
}

// reasonError is the error of a reason that is no failed condition, nil for
// none.
func reasonError(r types.CancellationReason) error {
	switch c := code(r); {
	case c == "None":
		return nil
	case c == "TransactionConflict":
		return ErrConflict
	case r.Message != nil:
		return errors.New(c + ": " + *r.Message)
	default:
		return errors.New(c)
	}
}

// readWhole reads one item consistently.
func readWhole(ctx context.Context, via sender, s *settings, key []member) (item, error) {
	c := newCall(opGetItem, s.name, false)
	c.key, c.consistent = key, true
	out, err := via.send(ctx, c)
	if err != nil {
		return item{}, err
	}
	defer out.release()
	return out.item.clone(), nil
}

func code(r types.CancellationReason) string {
	if r.Code == nil {
		return "None"
	}
	return *r.Code
}
