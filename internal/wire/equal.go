package wire

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/internal/decimal"
)

// Equal reports whether two attribute values are the same to DynamoDB:
// numbers by value, sets in any order. Nil is equal to nil.
func Equal(a, b types.AttributeValue) bool {
	k := KindOf(a)
	switch {
	case k != KindOf(b):
		return false
	case k == "":
		return a == nil && b == nil
	case k == M:
		return EqualMaps(a.(*types.AttributeValueMemberM).Value, b.(*types.AttributeValueMemberM).Value)
	case k == L:
		return slices.EqualFunc(a.(*types.AttributeValueMemberL).Value, b.(*types.AttributeValueMemberL).Value, Equal)
	case k.Element() != "":
		return slices.Equal(elements(a, k), elements(b, k))
	}
	return canonical(k, textOf(a)) == canonical(k, textOf(b))
}

// EqualMaps reports whether two items or maps are the same.
func EqualMaps(a, b map[string]types.AttributeValue) bool {
	if len(a) != len(b) {
		return false
	}
	for name, av := range a {
		if other, ok := b[name]; !ok || !Equal(av, other) {
			return false
		}
	}
	return true
}

// Contains reports whether set a holds every element of set b, which has its
// type.
func Contains(a, b types.AttributeValue) bool {
	k := KindOf(b)
	return k.Element() != "" && KindOf(a) == k && common(a, b) == len(elements(b, k))
}

// Disjoint reports whether sets a and b have no element in common.
func Disjoint(a, b types.AttributeValue) bool { return common(a, b) == 0 }

// common counts the elements that two sets of one type share.
func common(a, b types.AttributeValue) int {
	k := KindOf(a)
	if k != KindOf(b) {
		return 0
	}
	in, n := elements(a, k), 0
	for _, text := range elements(b, k) {
		if _, found := slices.BinarySearch(in, text); found {
			n++
		}
	}
	return n
}

// elements lists a set's elements in a canonical order and spelling. What is
// no set has none.
func elements(av types.AttributeValue, k Kind) []string {
	if k.Element() == "" {
		return nil
	}
	var texts []string
	_ = eachElement(av, func(text []byte) error {
		texts = append(texts, canonical(k.Element(), text))
		return nil
	})
	slices.Sort(texts)
	return texts
}

func canonical(k Kind, text []byte) string {
	if k == N {
		if n, err := decimal.Parse(text); err == nil {
			return n.String()
		}
	}
	return string(text)
}
