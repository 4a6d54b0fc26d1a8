package ddbtable

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"example.com/ddb/fields"
)

// Limits of one transaction.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
const (
	maxTransaction = 100     // actions
	maxToken       = 36      // bytes of an idempotency token
	maxTransactMB  = 4 << 20 // bytes of all items together
)

// A TransactWrite is a write that can be part of a transaction: a [Create],
// [Put], [Update], [Delete] or [Check], of any table and type.
type TransactWrite interface {
	// part prepares the write. Nothing is sent.
	part() (transactPart, error)
}

// A transactPart is a prepared write of a running transaction.
type transactPart interface {
	// at says which table and item the write is about.
	at() (s *settings, key []member)

	// unknown are the facets that must be read before the write can be built.
	unknown() []*fields.Field

	// learn takes them from the stored item, and reports whether they are
	// other than those that it knew.
	learn(stored item) (changed bool, err error)

	// build makes the request, from what has been learned.
	build() (*call, error)

	// refused is the error of a failed condition.
	refused(old item) error
}

// A WriteTx is a transaction of writes: all of them are applied, or none is.
// It is immutable; Run sends it.
type WriteTx struct {
	client  Client
	writes  []TransactWrite
	token   string
	retries int
}

// WriteTransaction returns the transaction of these writes, the very values
// that can be run alone. It takes 1 to 100 of them, on items of up to 4 MB
// together, each item once. What is Idempotent cannot be part of it: the
// transaction's token makes it safe to repeat.
func WriteTransaction(client Client, writes ...TransactWrite) WriteTx {
	return WriteTx{client: client, writes: slices.Clone(writes)}
}

// Token is the idempotency token, of 1 to 36 bytes: for 10 minutes after the
// transaction was applied, DynamoDB takes the same transaction with the same
// token for a repetition, and applies it no second time. Without this each Run
// has a new token, which covers the SDK's own retries. With it derived
// attributes must be computed without reading: their facets must be known, as
// [Update.Run] says.
func (w WriteTx) Token(token string) WriteTx {
	w.token = token
	if token == "" || len(token) > maxToken {
		w.writes = append(slices.Clone(w.writes), wrongWrite{planErrorf("idempotency token has %d bytes; give 1 to %d", len(token), maxToken)})
	}
	return w
}

// RetryConflicts makes Run send the transaction again, up to n times and after
// a short random pause, when it was canceled for nothing but conflicts with
// other transactions or throttling.
func (w WriteTx) RetryConflicts(n int) WriteTx {
	w.retries = n
	return w
}

// Run applies all writes, or none.
//
// It costs one TransactWriteItems: twice the write units of the single writes.
// Facets that an [Update] must read come in one consistent BatchGetItem per
// table before it, and the transaction is then built on the condition that they
// are unchanged; if another writer changed them it is built again, up to 5
// times. If the transaction was canceled the error is a [TransactionError] that
// says for each write why.
func (w WriteTx) Run(ctx context.Context) error {
	tx, err := w.prepare()
	var o *tally
	if err == nil {
		for _, p := range tx.parts {
			s, _ := p.at()
			tx.sender, o = observedTransaction(o, s, tx.sender, "write transaction", tx.tables())
		}
		err = tx.run(ctx)
	}
	return o.done(ctx, wrapTransaction("write transaction", tx.tables(), err))
}

func wrapTransaction(op string, tables []string, err error) error {
	if err == nil {
		return nil
	}
	return &OpError{Op: op, Table: strings.Join(tables, ", "), Err: err}
}

// A TransactionError says why a transaction was canceled. Nothing of it was
// applied. It unwraps to the errors of its reasons and to the SDK's error.
type TransactionError struct {
	// Reasons has one for each write, in their order. Err is nil for a write
	// that was fine.
	Reasons []TransactionReason

	cause error
}

// A TransactionReason is what became of one part of a transaction.
type TransactionReason struct {
	// Table is the table's name, Code the service's name for the reason, such
	// as "ConditionalCheckFailed", and "None" if the part was fine.
	Table, Code string

	// Err is nil if the part was fine. For a failed condition it is a
	// [ConditionError] of the write's type, with the stored item; for a
	// conflict with another transaction it is [ErrConflict].
	Err error
}

func (e *TransactionError) Error() string {
	var parts []string
	for i, r := range e.Reasons {
		if r.Err != nil {
			parts = append(parts, fmt.Sprintf("write %d (%s): %v", i, r.Table, r.Err))
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

// A transaction is a running WriteTx.
type transaction struct {
	WriteTx
	parts  []transactPart
	sender sender
}

// prepare checks the writes. All mistakes are reported together.
func (w WriteTx) prepare() (*transaction, error) {
	tx := &transaction{WriteTx: w}
	var wrong []error
	if n := len(w.writes); n == 0 || n > maxTransaction {
		wrong = append(wrong, planErrorf("a transaction has 1 to %d writes, not %d", maxTransaction, n))
	}
	if nilClient(w.client) {
		wrong = append(wrong, errNilClient)
	}
	for i, write := range w.writes {
		if write == nil {
			wrong = append(wrong, planErrorf("write %d is nil; leave it out", i))
			continue
		}
		p, err := write.part()
		if err != nil {
			wrong = append(wrong, fmt.Errorf("write %d: %w", i, err))
			continue
		}
		tx.parts = append(tx.parts, p)
		if len(p.unknown()) > 0 && w.token != "" {
			wrong = append(wrong, planErrorf("write %d: with a token of your own every facet must be known: %s not given; set it, or fix it with If(….Eq(…))", i, names(p.unknown())))
		}
	}
	wrong = append(wrong, tx.repeated()...)
	if len(wrong) > 0 {
		return tx, errors.Join(wrong...)
	}
	tx.sender = senderOf(w.client, tx.parts)
	return tx, nil
}

// senderOf sends in the SDK's types if one of the tables wants that.
func senderOf(client Client, parts []transactPart) sender {
	var all settings
	for _, p := range parts {
		s, _ := p.at()
		all.sdkTypes = all.sdkTypes || s.sdkTypes
	}
	return senderFor(client, &all)
}

// repeated finds items that several writes are about.
func (tx *transaction) repeated() (wrong []error) {
	seen := make(map[string]int)
	for i, p := range tx.parts {
		s, key := p.at()
		id := s.name + "/" + identity(key)
		if j, twice := seen[id]; twice {
			wrong = append(wrong, planErrorf("writes %d and %d are about the same item of table %s; a transaction takes each item once", j, i, s.name))
		}
		seen[id] = i
	}
	return wrong
}

func (tx *transaction) tables() []string {
	var all []string
	for _, p := range tx.parts {
		if s, _ := p.at(); !slices.Contains(all, s.name) {
			all = append(all, s.name)
		}
	}
	return all
}

func (tx *transaction) run(ctx context.Context) error {
	if _, err := tx.learn(ctx); err != nil {
		return err
	}
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
			return errors.Join(learnErr, err)
		case changed && facetConflicts < maxConflicts:
			facetConflicts++
		case changed:
			return errors.Join(ErrConflict, verdict)
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

func code(r types.CancellationReason) string {
	if r.Code == nil {
		return "None"
	}
	return *r.Code
}

// send sends the writes, built from what is known of their facets.
func (tx *transaction) send(ctx context.Context) error {
	c := &call{op: opTransactWrite, token: tx.token}
	if c.token == "" {
		c.token = uuid.NewString()
	}
	size := 0
	for _, p := range tx.parts {
		part, err := p.build()
		if err != nil {
			return err
		}
		if s, _ := p.at(); len(part.texts.condition) > 0 {
			part.oldOnFailure = !s.noOldItem
		}
		size += part.item.size()
		c.parts = append(c.parts, part)
	}
	if size > maxTransactMB {
		return planErrorf("the items of the transaction have %d bytes together, the limit is %d; split it", size, maxTransactMB)
	}
	_, err := tx.sender.send(ctx, c)
	return err
}

// judge turns a cancellation into our error. Changed says that it was canceled
// for facets that other writers had changed, and for nothing else; the parts
// know the new ones then.
func (tx *transaction) judge(ctx context.Context, canceled *types.TransactionCanceledException) (verdict error, changed bool, err error) {
	e := &TransactionError{cause: canceled}
	others := false
	for i, p := range tx.parts {
		s, _ := p.at()
		reason := TransactionReason{Table: s.name, Code: "None"}
		if i < len(canceled.CancellationReasons) {
			r := canceled.CancellationReasons[i]
			reason.Code = code(r)
			stale, err := tx.reason(ctx, p, r, &reason)
			if err != nil {
				return nil, false, err
			}
			changed = changed || stale
			others = others || reason.Err != nil && !stale
		}
		e.Reasons = append(e.Reasons, reason)
	}
	return e, changed && !others, nil
}

// reason explains one part. Stale says that its facets had been changed.
func (tx *transaction) reason(ctx context.Context, p transactPart, r types.CancellationReason, reason *TransactionReason) (stale bool, err error) {
	switch reason.Code {
	case "None":
		return false, nil
	case "TransactionConflict":
		reason.Err = ErrConflict
		return false, nil
	case "ConditionalCheckFailed":
	default:
		text := reason.Code
		if r.Message != nil {
			text += ": " + *r.Message
		}
		reason.Err = errors.New(text)
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
	if old.none() || len(p.unknown()) == 0 {
		return false, nil
	}
	return p.learn(old)
}

// readWhole reads one item consistently.
func readWhole(ctx context.Context, via sender, s *settings, key []member) (item, error) {
	out, err := via.send(ctx, &call{op: opGetItem, table: s.name, key: key, consistent: true})
	if err != nil {
		return item{}, err
	}
	defer out.release()
	return out.item.clone(), nil
}

// learn reads the facets that parts do not know: one consistent BatchGetItem
// for each table.
func (tx *transaction) learn(ctx context.Context) (changed bool, err error) {
	groups := make(map[string][]int)
	for i, p := range tx.parts {
		if s, _ := p.at(); len(p.unknown()) > 0 {
			groups[s.name] = append(groups[s.name], i)
		}
	}
	for table, group := range groups {
		found, err := tx.readFacets(ctx, table, group)
		if err != nil {
			return false, err
		}
		for _, i := range group {
			_, key := tx.parts[i].at()
			stored, ok := found[identity(key)]
			if !ok {
				return false, tx.missing(i)
			}
			if _, err := tx.parts[i].learn(stored); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

// missing is the error for an update of an item that is not there.
func (tx *transaction) missing(index int) error {
	e := &TransactionError{}
	for i, p := range tx.parts {
		s, _ := p.at()
		reason := TransactionReason{Table: s.name, Code: "None"}
		if i == index {
			reason.Code, reason.Err = "ConditionalCheckFailed", p.refused(item{})
		}
		e.Reasons = append(e.Reasons, reason)
	}
	return e
}

// readFacets reads the keys and unknown facets of some parts on one table.
func (tx *transaction) readFacets(ctx context.Context, table string, group []int) (map[string]item, error) {
	s, _ := tx.parts[group[0]].at()
	c := &call{op: opBatchGet, table: table, consistent: true}
	var asked []string
	for _, i := range group {
		_, key := tx.parts[i].at()
		c.parts = append(c.parts, &call{key: key})
		for _, m := range key {
			asked = append(asked, m.name)
		}
		for _, f := range tx.parts[i].unknown() {
			asked = append(asked, f.Name)
		}
	}
	slices.Sort(asked)
	c.texts.projection = c.texts.text(func(w *writer) {
		for i, name := range slices.Compact(asked) {
			if i > 0 {
				w.string(", ")
			}
			w.name(name)
		}
	})
	_, key := tx.parts[group[0]].at()
	return readRaw(ctx, tx.sender, c, key, &pauses{clock: s.wait.clock})
}

// wrongWrite is a mistake that the transaction reports.
type wrongWrite struct{ err error }

func (w wrongWrite) part() (transactPart, error) { return nil, w.err }
