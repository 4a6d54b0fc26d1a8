package attribute

import (
	"bytes"
	"encoding/binary"
	"slices"

	"example.com/ddb/internal/engine/decimal"
)

// AppendString appends an S.
func AppendString[T ~string | ~[]byte](dst []byte, text T) []byte {
	return appendPayload(append(dst, byte(String)), text)
}

// AppendBinary appends a B.
func AppendBinary(dst, payload []byte) []byte {
	return appendPayload(append(dst, byte(Binary)), payload)
}

// AppendNumber appends an N.
func AppendNumber(dst []byte, n *decimal.Number) []byte {
	var text [192]byte
	return appendPayload(append(dst, byte(Number)), n.AppendText(text[:0]))
}

// AppendCanonical appends an N whose text is already canonical, see
// [decimal.IsCanonicalInteger].
func AppendCanonical[T ~string | ~[]byte](dst []byte, text T) []byte {
	return appendPayload(append(dst, byte(Number)), text)
}

// AppendBool appends a BOOL.
func AppendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, byte(Bool), 1)
	}
	return append(dst, byte(Bool), 0)
}

// AppendNull appends a NULL.
func AppendNull(dst []byte) []byte { return append(dst, byte(Null)) }

func appendPayload[T ~string | ~[]byte](dst []byte, payload T) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(payload)))
	return append(dst, payload...)
}

// Open appends the header of a set, list or map. What follows are its
// elements, written with [AppendElement], [AppendName] and the functions for
// values; then [Close] completes it, given the offset that dst had before
// Open.
func Open(dst []byte, kind Kind) []byte {
	return append(dst, byte(kind), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
}

// AppendElement appends an element of a set.
func AppendElement[T ~string | ~[]byte](dst []byte, payload T) []byte {
	return appendPayload(dst, payload)
}

// AppendName appends the name of a map's next entry.
func AppendName[T ~string | ~[]byte](dst []byte, name T) []byte {
	return appendPayload(dst, name)
}

// Close completes the header at offset start. A map's entries and a set's
// elements are put in order; of entries with the same name the last one stays,
// as in every JSON reader, while a set that holds an element twice gives false.
func Close(dst []byte, start int) ([]byte, bool) {
	unique := true
	switch kind := Kind(dst[start]); kind {
	case Map:
		dst = sortEntries(dst, start+headerSize)
	case Strs, Nums, Bins:
		unique = sortElements(dst[start+headerSize:])
	}
	finish(dst, start)
	return dst, unique
}

// finish writes the header of a container whose content is in order.
func finish(dst []byte, start int) {
	body := Value(dst[start:])
	count, size := 0, 0
	switch kind := Kind(dst[start]); kind {
	case Map:
		entries := body.Entries()
		for name, v, ok := entries.Next(); ok; name, v, ok = entries.Next() {
			count++
			size += len(name) + v.Size()
		}
	case List:
		elements := body.Elements()
		for v, ok := elements.Next(); ok; v, ok = elements.Next() {
			count++
			size += v.Size()
		}
	default:
		elements := body.Elements()
		for p, ok := elements.NextPayload(); ok; p, ok = elements.NextPayload() {
			count++
			size += payloadSize(kind.Element(), p)
		}
	}
	binary.BigEndian.PutUint32(dst[start+1:], uint32(len(dst)-start-headerSize))
	binary.BigEndian.PutUint32(dst[start+5:], uint32(count))
	binary.BigEndian.PutUint32(dst[start+9:], uint32(size))
}

// A span is one entry or element of a container that is being put in order.
type span struct {
	key  []byte
	hash uint64
	all  []byte
}

// sortEntries puts the entries from offset start on in the order of their
// names. Most requests come sorted or nearly so, and then nothing is copied.
func sortEntries(dst []byte, start int) []byte {
	if entriesSorted(dst[start:]) {
		return dst
	}
	body := bytes.Clone(dst[start:])
	var few [16]span // on the stack
	spans := few[:0]
	for rest := body; len(rest) > 0; {
		entries := Entries{rest: rest}
		name, _, _ := entries.Next()
		n := len(rest) - len(entries.rest)
		spans = append(spans, span{key: name, all: rest[:n]})
		rest = rest[n:]
	}
	slices.SortStableFunc(spans, func(a, b span) int { return bytes.Compare(a.key, b.key) })
	dst = dst[:start]
	for i, s := range spans {
		if i+1 < len(spans) && bytes.Equal(s.key, spans[i+1].key) {
			continue
		}
		dst = append(dst, s.all...)
	}
	return dst
}

func entriesSorted(body []byte) bool {
	entries := Entries{rest: body}
	last, _, ok := entries.Next()
	for ok {
		var name []byte
		if name, _, ok = entries.Next(); ok {
			if bytes.Compare(last, name) >= 0 {
				return false
			}
			last = name
		}
	}
	return true
}

// sortElements puts a set's elements in the order of their hash: fixed, so
// that equal sets are equal bytes, and of no use to a caller, as with the
// service. It gives false when an element is there twice.
func sortElements(body []byte) bool {
	var spans []span
	elements := Elements{rest: body}
	for {
		before := elements.rest
		payload, ok := elements.NextPayload()
		if !ok {
			break
		}
		n := len(before) - len(elements.rest)
		spans = append(spans, span{key: payload, hash: Hash(payload), all: before[:n]})
	}
	slices.SortFunc(spans, func(a, b span) int {
		if a.hash != b.hash {
			if a.hash < b.hash {
				return -1
			}
			return 1
		}
		return bytes.Compare(a.key, b.key)
	})
	sorted := make([]byte, 0, len(body))
	unique := true
	for i, s := range spans {
		unique = unique && (i == 0 || !bytes.Equal(spans[i-1].key, s.key))
		sorted = append(sorted, s.all...)
	}
	copy(body, sorted)
	return unique
}
