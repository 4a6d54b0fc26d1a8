package ddbtable

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	argument

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
	wrong   error // of the token
	retries int
}

// WriteTransaction returns the transaction of these writes, the very values
// that can be run alone. It takes 1 to 100 of them, on items of up to 4 MB
// together, each item once; the guard items of [Unique] and [Counted] count as
// well. What is Idempotent cannot be part of it: the transaction's token makes
// it safe to repeat.
func WriteTransaction(client Client, writes ...TransactWrite) WriteTx {
	return WriteTx{client: client, writes: slices.Clone(writes)}
}

// Token is the idempotency token, of 1 to 36 bytes: for 10 minutes after the
// transaction was applied, DynamoDB takes the same transaction with the same
// token for a repetition, and applies it no second time. Without this each Run
// has a new token, which covers the SDK's own retries. With it derived
// attributes must be computed without reading: their facets must be known, as
// [Update.Run] says, and the old values of what is [Unique] or [Counted] as well.
//
// The same is meant to the byte. Types with a write id, or with the time of the
// last write, differ in each Run: a repetition of theirs is refused, with the
// SDK's IdempotentParameterMismatchException, which says that the token was
// used. Either way nothing is applied twice.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
func (w WriteTx) Token(token string) WriteTx {
	w.token = token
	w.wrong = nil
	if token == "" || len(token) > maxToken {
		w.wrong = planErrorf("idempotency token has %d bytes; give 1 to %d", len(token), maxToken)
	}
	return w
}

// RetryConflicts makes Run send the transaction again, up to n times, when it
// was canceled for nothing but conflicts with other transactions or throttling:
// after a random pause of up to 100 ms, then 200 ms, and so on up to 10 s. Each
// attempt costs what the first does, and has a token of its own, unless Token
// gives one or the answer to the one before got lost, so that it may have been
// applied. Without this there is no second attempt.
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

// A transaction is a running WriteTx.
type transaction struct {
	WriteTx
	parts  []transactPart
	calls  []*call // of the parts, as they were sent last
	sender sender

	lost string // token of an attempt that may have been applied

	sent    []*guardCall    // of the last attempt, behind the parts
	foreign map[string]bool // guard items that a write frees and does not have
}

// prepare checks the writes. All mistakes are reported together.
func (w WriteTx) prepare() (*transaction, error) {
	tx := &transaction{WriteTx: w}
	var wrong []error
	items := make(itemsOnce)
	if n := len(w.writes); n == 0 || n > maxTransaction {
		wrong = append(wrong, planErrorf("a transaction has 1 to %d writes, not %d", maxTransaction, n))
	}
	if nilClient(w.client) {
		wrong = append(wrong, errNilClient)
	}
	if w.retries < 0 {
		wrong = append(wrong, planErrorf("RetryConflicts is negative; give the number of further attempts"))
	}
	if w.wrong != nil {
		wrong = append(wrong, w.wrong)
	}
	for i, write := range w.writes {
		if absent(write) {
			wrong = append(wrong, planErrorf("write %d is nil; leave it out", i))
			continue
		}
		p, err := write.part()
		if err != nil {
			wrong = append(wrong, fmt.Errorf("write %d: %w", i, err))
			continue
		}
		tx.parts = append(tx.parts, p)
		s, key := p.at()
		if err := items.take("writes", i, s, key); err != nil {
			wrong = append(wrong, err)
		}
		if len(p.unknown()) > 0 && w.token != "" {
			wrong = append(wrong, fmt.Errorf("write %d: with a token of your own %w", i, mustBeKnown(p)))
		}
	}
	if len(wrong) > 0 {
		return tx, errors.Join(wrong...)
	}
	tx.sender = senderOf(w.client, tx.parts)
	return tx, nil
}

// mustBeKnown says what a write would have to read, and what to do instead.
func mustBeKnown(p transactPart) error {
	g, guarded := p.(*guardedPart)
	if guarded {
		p = g.transactPart
	}
	u, update := p.(*updatePart)
	switch facets := p.unknown(); {
	case len(facets) > 0:
		return planErrorf("every facet must be known: %s not given; set it, or fix it with If(….Eq(…))", names(facets))
	case update && u.create:
		return planErrorf("it must be known whether there is an item, because of Unique or Counted; use Create, or drop OrCreate")
	case len(g.missing) == 0:
		return planErrorf("it must be known whether there is an item, because of Unique or Counted; fix one of its attributes with If(….Eq(…))")
	}
	return planErrorf("the stored values of what is Unique or Counted must be known: %s not given; fix each with If(….Eq(…))", names(g.missing))
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

// itemsOnce are the items that the parts of a transaction are about.
type itemsOnce map[string]int

// take refuses an item that another part is about.
func (items itemsOnce) take(parts string, i int, s *settings, key []member) error {
	id := bareName(s.name) + "/" + identity(key)
	if j, twice := items[id]; twice {
		return planErrorf("%s %d and %d are about the same item of table %s; a transaction takes each item once", parts, j, i, s.name)
	}
	items[id] = i
	return nil
}

// bareName is a table's name without what an ARN has before it.
func bareName(table string) string { return table[strings.LastIndexByte(table, '/')+1:] }

func (tx *transaction) tables() []string {
	var all []string
	for _, p := range tx.parts {
		if s, _ := p.at(); !slices.Contains(all, s.name) {
			all = append(all, s.name)
		}
	}
	return all
}
