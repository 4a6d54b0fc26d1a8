package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"slices"
	"strings"
	"time"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/store"
)

// tokenLife is how long a token makes a transaction idempotent, see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
const tokenLife = 10 * time.Minute

// maxSwept is how many tokens that have expired a transaction removes.
const maxSwept = 16

// Prefixes of the store's meta space: what a token stands for, and the tokens
// by the time of their use.
var (
	tokenPrefix = []byte("token/")
	usedPrefix  = []byte("token-used/")
)

// A token makes a transaction idempotent. The nil token does nothing.
type token struct {
	name string
	// sum is the checksum of the transaction. It does not depend on the order
	// of a map's members, which an SDK may change from attempt to attempt.
	sum []byte
}

func newToken(in *request.TransactWriteItems) *token {
	if !in.ClientRequestToken.Set {
		return nil
	}
	h := sha256.New()
	for i := range in.Actions {
		hashAction(h, &in.Actions[i])
	}
	return &token{in.ClientRequestToken.Value, h.Sum(nil)}
}

func hashAction(h hash.Hash, a *request.Action) {
	w, it := a.Write()
	fmt.Fprintf(h, "%t%t%t%q%q%q%q%q", a.Put != nil, a.Update != nil, a.Delete != nil, w.TableName.Value,
		w.Expressions.Condition.Value, w.Expressions.Update.Value, w.ReturnValuesOnConditionCheckFailure.Value,
		[]byte(it.Item.Item))
	names := slices.SortedFunc(slices.Values(w.Names), func(a, b request.Name) int {
		return strings.Compare(a.Placeholder, b.Placeholder)
	})
	fmt.Fprintf(h, "%q", names)
	values := slices.SortedFunc(slices.Values(w.Values), func(a, b request.Value) int {
		return strings.Compare(a.Placeholder, b.Placeholder)
	})
	for _, v := range values {
		fmt.Fprintf(h, "%q%q", v.Placeholder, []byte(v.Value.Value))
	}
}

// use tells, in a plan, whether the transaction was done before, and otherwise
// remembers that it is done now.
func (t *token) use(r store.Reader, b *store.Batch, now time.Time) (done bool, err error) {
	if t == nil {
		return false, nil
	}
	key := append(bytes.Clone(tokenPrefix), t.name...)
	held, err := r.Get(store.Meta, key)
	if err != nil {
		return false, err
	}
	if held != nil && now.Sub(time.Unix(0, int64(binary.BigEndian.Uint64(held)))) < tokenLife {
		if bytes.Equal(held[8:], t.sum) {
			return true, nil
		}
		return false, apierror.TokenMismatch()
	}
	if held != nil {
		// Left behind, it would end the life of the new use.
		b.Delete(store.Meta, slices.Concat(usedPrefix, held[:8], []byte(t.name)))
	}
	if err := sweepTokens(r, b, now); err != nil {
		return false, err
	}
	at := binary.BigEndian.AppendUint64(nil, uint64(now.UnixNano()))
	b.Put(store.Meta, key, append(bytes.Clone(at), t.sum...))
	b.Put(store.Meta, slices.Concat(usedPrefix, at, []byte(t.name)), []byte{1})
	return false, nil
}

// sweepTokens removes some tokens that have expired.
func sweepTokens(r store.Reader, b *store.Batch, now time.Time) error {
	end := binary.BigEndian.AppendUint64(bytes.Clone(usedPrefix), uint64(now.Add(-tokenLife).UnixNano()))
	n := 0
	return r.Range(store.Meta, store.Range{From: usedPrefix, To: end}, func(key, _ []byte) bool {
		name := key[len(usedPrefix)+8:]
		b.Delete(store.Meta, bytes.Clone(key))
		b.Delete(store.Meta, slices.Concat(tokenPrefix, name))
		n++
		return n < maxSwept
	})
}
