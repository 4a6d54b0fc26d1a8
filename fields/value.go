package fields

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/internal/decimal"
	"example.com/ddb/internal/wire"
)

// A Value is one encoded attribute value. It is immutable. The zero Value is
// none.
type Value struct {
	kind Kind
	text string // of a scalar: its text, raw bytes for B; else DynamoDB JSON
}

// Kind is the attribute type, "" for the zero Value.
func (v Value) Kind() Kind { return v.kind }

// Text is the stored text of a scalar: raw bytes for B, "true" or "false" for
// BOOL. It is DynamoDB JSON for any other type.
func (v Value) Text() string { return v.text }

// WithText is a scalar of the same type with another text.
func (v Value) WithText(text string) Value { return Value{v.kind, text} }

// String is a scalar of type S.
func String(text string) Value { return Value{S, text} }

// Int is a number.
func Int(i int64) Value { return Value{N, strconv.FormatInt(i, 10)} }

// ParseScalar returns the scalar of type S, N or B with that text, if a key can
// hold it: valid UTF-8 or a number, and not empty.
func ParseScalar(k Kind, text string) (v Value, ok bool) {
	key := k == S || k == N || k == B
	return Value{k, text}, key && text != "" && checkText(k, []byte(text)) == nil
}

// EmptyList is a list without elements.
var EmptyList = Value{L, `{"L":[]}`}

// Sum adds two numbers exactly; the zero Value counts as 0. It fails if the
// sum has more than 38 digits or is out of DynamoDB's range.
func Sum(a, b Value) (Value, error) {
	var sum decimal.Number
	for _, v := range []Value{a, b} {
		if v == (Value{}) {
			continue
		}
		n, err := decimal.Parse([]byte(v.text))
		if err == nil {
			sum, err = sum.Add(n)
		}
		if err != nil {
			return Value{}, fmt.Errorf("sum %w", err)
		}
	}
	return Value{N, sum.String()}, nil
}

// NextNumber is the least DynamoDB number greater than v; it is not ok at the
// end. Whole numbers differ by a fraction of 38 digits too.
func NextNumber(v Value) (Value, bool) { return neighbour(v, decimal.Number.Next) }

// PrevNumber is the greatest DynamoDB number less than v.
func PrevNumber(v Value) (Value, bool) { return neighbour(v, decimal.Number.Prev) }

func neighbour(v Value, step func(decimal.Number) (decimal.Number, bool)) (Value, bool) {
	n, err := decimal.Parse([]byte(v.text))
	if err != nil {
		return v, false
	}
	n, ok := step(n)
	return Value{N, n.String()}, ok
}

// AttributeValue returns v as the SDK's type, newly made.
func (v Value) AttributeValue() types.AttributeValue {
	if v.kind.Scalar() {
		return wire.Attribute(v.kind, v.text)
	}
	av, err := wire.ReadValue(wire.NewScanner([]byte(v.text)))
	if err != nil {
		panic("fields: internal error: a Value is no attribute value: " + err.Error())
	}
	return av
}

// AppendJSON appends v as DynamoDB JSON, with its data type descriptor.
func (v Value) AppendJSON(dst []byte) []byte {
	if !v.kind.Scalar() {
		return append(dst, v.text...)
	}
	sink := wire.NewJSONSink(dst)
	sink.Close(v.kind, append(sink.Open(v.kind), v.text...), false)
	return sink.JSON()
}

// FromAttributeValue encodes av. It fails if DynamoDB would not store av: if it
// is nil, or holds text that is not UTF-8, or an empty set.
func FromAttributeValue(av types.AttributeValue) (Value, error) {
	if err := checkStorable(wire.ValueSource(av)); err != nil {
		return Value{}, err
	}
	k := wire.KindOf(av)
	if k.Scalar() {
		text, err := wire.ValueSource(av).Text(k)
		return Value{k, string(text)}, err
	}
	json, err := wire.AppendValue(nil, av)
	return Value{k, string(json)}, err
}

// ParseValue reads a value in DynamoDB JSON, which it does not keep. One of a
// type that is not known here is the zero Value.
func ParseValue(json []byte) (Value, error) {
	if v, ok := parseShort(json); ok {
		return v, nil
	}
	scan := wire.NewScanner(json)
	av, err := wire.ReadValue(scan)
	if err == nil {
		err = scan.End()
	}
	if err != nil || av == nil {
		return Value{}, err
	}
	return FromAttributeValue(av)
}

// parseShort is ParseValue of a scalar that keys have, in the form in which
// DynamoDB sends it.
func parseShort(json []byte) (Value, bool) {
	for _, k := range [...]Kind{S, N} {
		text, ok := wire.PlainScalar(json, k)
		if ok && checkText(k, text) == nil {
			return Value{k, string(text)}, true
		}
	}
	return Value{}, false
}

// Equal reports whether DynamoDB holds v and w for the same value: numbers by
// value, sets in any order.
func (v Value) Equal(w Value) bool {
	return v == w || v.kind == w.kind && wire.Equal(v.AttributeValue(), w.AttributeValue())
}

// Canonical is the text of a scalar, the same for all spellings of a number.
func (v Value) Canonical() string {
	if v.kind == N {
		return canonical(v.text)
	}
	return v.text
}

// Compare orders two scalars of the same key type, S, N or B, as DynamoDB does.
func (v Value) Compare(w Value) int {
	if v.kind == N {
		return CompareTexts(N, []byte(v.text), []byte(w.text))
	}
	return strings.Compare(v.text, w.text)
}

// CompareTexts is [Value.Compare] of the texts of two values of type k.
func CompareTexts(k Kind, v, w []byte) int {
	if k == N {
		a, errA := decimal.Parse(v)
		b, errB := decimal.Parse(w)
		if errA == nil && errB == nil {
			return a.Compare(b)
		}
	}
	return bytes.Compare(v, w)
}
