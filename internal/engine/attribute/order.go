package attribute

import (
	"bytes"

	"example.com/ddb/internal/engine/decimal"
)

// Compare orders two values of the same type S, N or B: strings and binaries
// by their bytes, numbers by value. The second result is false for values of
// other types, of different types, or absent.
func Compare(a, b Value) (int, bool) {
	kind := a.Kind()
	if kind != b.Kind() || !kind.IsScalarKey() {
		return 0, false
	}
	if kind == Number {
		m, n := a.Number(), b.Number()
		return decimal.Compare(&m, &n), true
	}
	return bytes.Compare(a.Payload(), b.Payload()), true
}

// AppendSortKey appends bytes that compare as [Compare] orders values of one
// type, none of which is the beginning of another: a number's key, or the
// payload with each 0 byte followed by 255 and the whole by 0 and 1.
func AppendSortKey(dst []byte, v Value) []byte {
	if v.Kind() == Number {
		n := v.Number()
		return n.AppendKey(dst)
	}
	dst = AppendSortPrefix(dst, v)
	return append(dst, 0, 1)
}

// AppendSortPrefix appends the bytes with which the sort keys of all strings
// or binaries begin that begin with v.
func AppendSortPrefix(dst []byte, v Value) []byte {
	payload := v.Payload()
	for {
		i := bytes.IndexByte(payload, 0)
		if i < 0 {
			return append(dst, payload...)
		}
		dst = append(dst, payload[:i]...)
		dst = append(dst, 0, 255)
		payload = payload[i+1:]
	}
}

// AppendPartition appends bytes that are the same for equal values and
// different for others, none of which is the beginning of another. Their order
// means nothing.
func AppendPartition(dst []byte, v Value) []byte {
	return appendPayload(dst, v.Payload())
}

// Hash spreads bytes over 64 bits: FNV-1a with a final mix. It is part of the
// stored form, since it decides the order of partitions.
func Hash(b []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range b {
		h ^= uint64(c)
		h *= 1099511628211
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
