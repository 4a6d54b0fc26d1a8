package wire

import (
	"bytes"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Size is how many bytes a value counts for in DynamoDB. For numbers AWS gives
// the rule only approximately: a byte for two digits, and one more.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
func Size(av types.AttributeValue) int {
	if KindOf(av) == "" {
		return 0
	}
	switch av := av.(type) {
	case *types.AttributeValueMemberBOOL, *types.AttributeValueMemberNULL:
		return 1
	case *types.AttributeValueMemberN:
		return numberSize(Bytes(av.Value))
	case *types.AttributeValueMemberS:
		return len(av.Value)
	case *types.AttributeValueMemberB:
		return len(av.Value)
	case *types.AttributeValueMemberL:
		n := 3
		for _, elem := range av.Value {
			n += 1 + Size(elem)
		}
		return n
	case *types.AttributeValueMemberM:
		n := 3
		for name, member := range av.Value {
			n += 1 + len(name) + Size(member)
		}
		return n
	}
	return setSize(av)
}

func setSize(av types.AttributeValue) int {
	k, n := KindOf(av), 0
	_ = eachElement(av, func(text []byte) error {
		if k == NS {
			n += numberSize(text)
		} else {
			n += len(text)
		}
		return nil
	})
	return n
}

func numberSize(text []byte) int {
	digits := 0
	for _, c := range bytes.Trim(text, "-0") {
		if '0' <= c && c <= '9' {
			digits++
		}
	}
	return (digits+1)/2 + 1
}
