package ddbtable

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"
)

func (tx *transaction) run(ctx context.Context) error {
	if _, err := tx.learn(ctx); err != nil {
		return err
	}
	return tx.settle(ctx)
}

// settle sends the writes until they are applied or refused for good.
func (tx *transaction) settle(ctx context.Context) error {
	facetConflicts, conflicts := 0, 0
	for {
		err := tx.send(ctx)
		canceled, ok := errors.AsType[*types.TransactionCanceledException](err)
		if !ok {
			return err
		}
		verdict, changed, learnErr := tx.judge(ctx, canceled)
		switch {
		case learnErr != nil:
			return fmt.Errorf("%w: %w", learnErr, err)
		case changed && facetConflicts < maxConflicts:
			facetConflicts++
			tx.lost = "" // it was not applied
		case changed:
			return fmt.Errorf("%w: %w", ErrConflict, verdict)
		case retryable(canceled) && conflicts < tx.retries:
			conflicts++
			if err := tx.pause(ctx, conflicts); err != nil {
				return err
			}
		default:
			return verdict
		}
	}
}

// pause waits before a transaction that met another one is sent again.
func (tx *transaction) pause(ctx context.Context, try int) error {
	s, _ := tx.parts[0].at()
	return s.wait.clock.Sleep(ctx, rand.N(min(firstPause<<min(try, 10), longestWait)+time.Millisecond))
}

// retryable reports whether a transaction was canceled only for reasons that
// pass.
func retryable(canceled *types.TransactionCanceledException) bool {
	for _, r := range canceled.CancellationReasons {
		switch code(r) {
		case "None", "TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError":
		default:
			return false
		}
	}
	return len(canceled.CancellationReasons) > 0
}

// send sends the writes, built from what is known of their facets.
func (tx *transaction) send(ctx context.Context) error {
	c := &call{op: opTransactWrite, texts: &noTexts, several: &several{token: cmp.Or(tx.token, tx.lost)}}
	if c.token == "" {
		c.token = uuid.NewString()
	}
	c.seen = &c.watched
	for _, p := range tx.parts {
		part, err := p.build()
		if err != nil {
			return err
		}
		if s, _ := p.at(); len(part.texts.condition) > 0 {
			part.oldOnFailure = !s.noOldItem
		}
		c.parts = append(c.parts, part)
	}
	var err error
	if tx.sent, err = tx.guards(); err != nil {
		return err
	}
	for _, g := range tx.sent {
		c.parts = append(c.parts, g.call())
	}
	tx.calls = c.parts
	if len(c.parts) > maxTransaction {
		return planErrorf("the transaction has %d writes and changes %d guard items, together the limit is %d; split it", len(tx.parts), len(tx.sent), maxTransaction)
	}
	if err := checkSize(c.parts); err != nil {
		return err
	}
	_, err = tx.sender.send(ctx, c)
	if c.seen.doubtful {
		tx.lost = c.token
	}
	if _, used := errors.AsType[*types.IdempotentParameterMismatchException](err); used {
		return fmt.Errorf("the token was used within the last 10 minutes by a transaction that is not the same to the byte; if that was this one, it has been applied: %w", err)
	}
	return err
}

// checkSize finds items that are too large together.
func checkSize(parts []*call) error {
	length, size := 0, 0
	for _, part := range parts {
		length += part.item.length()
	}
	if length <= maxTransactMB { // items count for less
		return nil
	}
	for _, part := range parts {
		size += part.item.size()
	}
	if size > maxTransactMB {
		return planErrorf("the items of the transaction have %d bytes together, the limit is %d; split it", size, maxTransactMB)
	}
	return nil
}
