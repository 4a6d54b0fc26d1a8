package ddbtable

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"example.com/ddb/fields"
)

// Expression makes a [Cond] of a condition that was written with the SDK's
// expression package, for teams that have some already. It can be used where
// a Cond of T can, except in the key conditions of a query. Its placeholders
// are renamed, so that they never collide with others in the request.
//
// The values in it are encoded by the SDK, and its attribute names are not
// checked against T.
func Expression[T any](cond expression.ConditionBuilder) Cond[T] {
	built, err := expression.NewBuilder().WithCondition(cond).Build()
	if err != nil {
		return ofNode[T](&node{op: opSDK, err: planErrorf("condition of the expression package: %v", err)})
	}
	sdk := &sdkCondition{names: built.Names(), values: make(map[string]fields.Value)}
	n := &node{op: opSDK, sdk: sdk}
	for placeholder, av := range built.Values() {
		value, err := fields.FromAttributeValue(av)
		if err != nil {
			n.err = planErrorf("condition of the expression package: value %s: %v", placeholder, err)
		}
		sdk.values[placeholder] = value
	}
	sdk.tokens = tokens(*built.Condition())
	return ofNode[T](n)
}

// An sdkCondition is an expression with placeholders of its own.
type sdkCondition struct {
	tokens []string
	names  map[string]string
	values map[string]fields.Value
}

// tokens splits an expression before and after each placeholder.
func tokens(text string) []string {
	var all []string
	start := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '#' && text[i] != ':' {
			continue
		}
		end := i + 1
		for end < len(text) && placeholderByte(text[end]) {
			end++
		}
		all = append(all, text[start:i], text[i:end])
		start, i = end, end-1
	}
	return append(all, text[start:])
}

func placeholderByte(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
}

// write appends the expression with placeholders of w.
func (s *sdkCondition) write(w *writer) {
	renamed := make(map[string][]byte)
	for _, token := range s.tokens {
		value, isValue := s.values[token]
		switch {
		case strings.HasPrefix(token, "#"):
			w.name(s.names[token])
		case !isValue:
			w.string(token)
		case renamed[token] == nil:
			renamed[token] = w.text(func(w *writer) { w.value(value) })
		default:
			w.string(string(renamed[token]))
		}
	}
}

// fields calls visit with the first name of every document path.
func (s *sdkCondition) fields(visit func(name string)) {
	for i, token := range s.tokens {
		nested := i > 0 && strings.HasSuffix(s.tokens[i-1], ".")
		if strings.HasPrefix(token, "#") && !nested {
			visit(s.names[token])
		}
	}
}
