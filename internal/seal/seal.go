// Package seal makes opaque texts that their maker recognises: a payload
// behind a tag that binds it to a context.
package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Limits of a sealed text and of keys, in bytes.
const (
	MaxText   = 8192
	tagLength = 16
	minKey    = 16
	maxKey    = 64
)

// ErrBroken says that a text was not sealed with one of the keys in that
// context, or has been damaged. It does not say which.
var ErrBroken = errors.New("sealed text is broken")

// Keys seal with the first key and open with any. No keys at all seal with a
// plain checksum, which finds accidents but no forger. The zero value has no
// keys.
type Keys struct{ keys [][]byte }

// NewKeys copies the keys, which have 16 to 64 bytes each.
func NewKeys(keys ...[]byte) (*Keys, error) {
	if len(keys) == 0 {
		return nil, errors.New("no cursor key is given; give one, or leave the option out")
	}
	k := new(Keys)
	for _, key := range keys {
		if len(key) < minKey || len(key) > maxKey {
			return nil, fmt.Errorf("a cursor key has %d bytes; use %d to %d random bytes", len(key), minKey, maxKey)
		}
		k.keys = append(k.keys, slices.Clone(key))
	}
	return k, nil
}

// Seal returns the text of payload in a context, which is not part of it.
func (k *Keys) Seal(context, payload []byte) string {
	var key []byte
	if len(k.keys) > 0 {
		key = k.keys[0]
	}
	sum := tag(key, context, payload)
	var raw, text [128]byte // enough for most
	return string(base64.RawURLEncoding.AppendEncode(text[:0], append(append(raw[:0], sum[:]...), payload...)))
}

// Open returns the payload of a text that Seal made in the same context. The
// tag is compared in constant time, before anything looks at the payload.
func (k *Keys) Open(context []byte, text string) ([]byte, error) {
	// The decoder passes over line ends, so that other texts would open too.
	if len(text) > MaxText || strings.ContainsAny(text, "\r\n") {
		return nil, ErrBroken
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) < tagLength {
		return nil, ErrBroken
	}
	got, payload := raw[:tagLength], raw[tagLength:]
	keys := k.keys
	if len(keys) == 0 {
		keys = [][]byte{nil}
	}
	good := 0
	for _, key := range keys {
		sum := tag(key, context, payload)
		good |= subtle.ConstantTimeCompare(sum[:], got)
	}
	if good == 0 {
		return nil, ErrBroken
	}
	return payload, nil
}

// tag is the first half of SHA-256 or, with a key, of HMAC-SHA-256 over the
// context, its length before it, and the payload.
func tag(key, context, payload []byte) [tagLength]byte {
	var room [256]byte
	text := binary.BigEndian.AppendUint64(room[:0], uint64(len(context)))
	text = append(append(text, context...), payload...)
	if key == nil {
		sum := sha256.Sum256(text)
		return [tagLength]byte(sum[:])
	}
	h := hmac.New(sha256.New, key)
	h.Write(slices.Clone(text)) // the room stays off the heap
	return [tagLength]byte(h.Sum(nil))
}
