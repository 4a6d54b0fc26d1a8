package seal_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"example.com/ddb/internal/seal"
)

func newKeys(t testing.TB, keys ...string) *seal.Keys {
	t.Helper()
	var all [][]byte
	for _, key := range keys {
		all = append(all, []byte(key))
	}
	made, err := seal.NewKeys(all...)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

const (
	first  = "0123456789abcdef"
	second = "fedcba9876543210"
)

func TestSealedTextOpensInItsContextOnly(t *testing.T) {
	for name, keys := range map[string]*seal.Keys{"no keys": new(seal.Keys), "keys": newKeys(t, first)} {
		for _, payload := range []string{"", "p", strings.Repeat("long", 1000)} {
			text := keys.Seal([]byte("context"), []byte(payload))
			got, err := keys.Open([]byte("context"), text)
			if err != nil || string(got) != payload {
				t.Errorf("%s: Open(Seal(%.9q)) = %.9q, %v", name, payload, got, err)
			}
			for _, context := range []string{"", "contex", "contextp", "other"} {
				if _, err := keys.Open([]byte(context), text); !errors.Is(err, seal.ErrBroken) {
					t.Errorf("%s: Open in context %q: %v, want ErrBroken", name, context, err)
				}
			}
		}
	}
}

// The context's length is part of what is sealed, so that nothing moves from
// the context to the payload.
func TestContextAndPayloadDoNotRunTogether(t *testing.T) {
	keys := new(seal.Keys)
	if keys.Seal([]byte("ab"), []byte("c"))[:20] == keys.Seal([]byte("a"), []byte("bc"))[:20] {
		t.Error("two contexts have one tag")
	}
}

func TestKeysDecideWhoOpens(t *testing.T) {
	context, payload := []byte("c"), []byte("p")
	none, old, fresh, both := new(seal.Keys), newKeys(t, first), newKeys(t, second), newKeys(t, second, first)
	for _, c := range []struct {
		name          string
		sealer, opens *seal.Keys
		ok            bool
	}{
		{"none, none", none, none, true},
		{"none, a key", none, old, false},
		{"a key, none", old, none, false},
		{"a key, another", old, fresh, false},
		{"a key, the second of two", old, both, true},
		{"the first of two, that one", both, fresh, true},
		{"the first of two, the second", both, old, false},
	} {
		if _, err := c.opens.Open(context, c.sealer.Seal(context, payload)); (err == nil) != c.ok {
			t.Errorf("%s: Open: %v, want success %t", c.name, err, c.ok)
		}
	}
}

func TestKeysAreCopied(t *testing.T) {
	key := []byte(first)
	keys, err := seal.NewKeys(key)
	if err != nil {
		t.Fatal(err)
	}
	text := keys.Seal(nil, nil)
	clear(key)
	if _, err := keys.Open(nil, text); err != nil {
		t.Errorf("Open after the caller's key changed: %v", err)
	}
}

func TestKeysOfWrongLengthAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		keys [][]byte
		want string
	}{
		"none":      {nil, "no cursor key is given; give one, or leave the option out"},
		"nil":       {[][]byte{nil}, "a cursor key has 0 bytes; use 16 to 64 random bytes"},
		"too short": {[][]byte{make([]byte, 15)}, "a cursor key has 15 bytes; use 16 to 64 random bytes"},
		"too long":  {[][]byte{make([]byte, 16), make([]byte, 65)}, "a cursor key has 65 bytes; use 16 to 64 random bytes"},
	} {
		if _, err := seal.NewKeys(c.keys...); err == nil || err.Error() != c.want {
			t.Errorf("%s: NewKeys\n got: %v\nwant: %s", name, err, c.want)
		}
	}
	for _, n := range []int{16, 64} {
		if _, err := seal.NewKeys(make([]byte, n)); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// No two texts open to the same: there is one text for a payload.
func FuzzOpen(f *testing.F) {
	keys, signed := new(seal.Keys), newKeys(f, first)
	f.Add(keys.Seal([]byte("context"), []byte("payload")))
	f.Add(signed.Seal([]byte("context"), []byte("payload")))
	f.Add(keys.Seal([]byte("context"), nil) + "\n")
	f.Add("")
	f.Add(strings.Repeat("A", seal.MaxText+1))
	f.Fuzz(func(t *testing.T, text string) {
		for _, k := range []*seal.Keys{keys, signed} {
			payload, err := k.Open([]byte("context"), text)
			if err != nil && (!errors.Is(err, seal.ErrBroken) || payload != nil) {
				t.Errorf("Open(%q) = %q, %v", text, payload, err)
			}
			if err == nil && k.Seal([]byte("context"), payload) != text {
				t.Errorf("Open(%q) takes a text that Seal does not make", text)
			}
		}
	})
}

// A text of any length is opened or refused without more work than it has
// bytes; one beyond the limit is not even decoded.
func TestLongTextIsRefused(t *testing.T) {
	keys := new(seal.Keys)
	fits := base64.RawURLEncoding.DecodedLen(seal.MaxText) - 16
	if _, err := keys.Open(nil, keys.Seal(nil, bytes.Repeat([]byte{1}, fits))); err != nil {
		t.Errorf("Open of %d bytes: %v", seal.MaxText, err)
	}
	if _, err := keys.Open(nil, keys.Seal(nil, bytes.Repeat([]byte{1}, fits+1))); !errors.Is(err, seal.ErrBroken) {
		t.Errorf("Open of more than %d bytes: %v, want ErrBroken", seal.MaxText, err)
	}
}
