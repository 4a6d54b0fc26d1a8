package expression

import (
	"strings"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
)

// A KeyCondition is what a query asks of one key attribute.
type KeyCondition struct {
	Name string
	// Operator is one of = < <= > >= BETWEEN begins_with.
	Operator string
	// Values are one value, or BETWEEN's two.
	Values []attribute.Value
}

// Keys gives the condition as conditions on key attributes, with AND between
// them and at most one for each. What the grammar of conditions allows and a
// key does not is refused.
func (c *Condition) Keys() ([]KeyCondition, *apierror.Error) {
	return keyConditions(nil, c.root)
}

func keyConditions(list []KeyCondition, n node) ([]KeyCondition, *apierror.Error) {
	switch n := n.(type) {
	case *andNode:
		var err *apierror.Error
		for _, part := range n.parts {
			if list, err = keyConditions(list, part); err != nil {
				return nil, err
			}
		}
		return list, nil
	case *orNode:
		return nil, apierror.KeyOperator("OR")
	case *notNode:
		return nil, apierror.KeyOperator("NOT")
	case *inNode:
		return nil, apierror.KeyOperator("IN")
	case *betweenNode:
		if _, ok := n.value.(*pathOperand); !ok {
			return nil, apierror.KeyOperandOrder("BETWEEN")
		}
		return addKeyCondition(list, "BETWEEN", n.value, n.lower, n.upper)
	case *callNode:
		return keyCall(list, n)
	case *compareNode:
		if n.operator == "<>" {
			return nil, apierror.KeyOperator("<>")
		}
		return addKeyCondition(list, n.operator, n.left, n.right)
	}
	return nil, apierror.KeyAttributeMissing()
}

func keyCall(list []KeyCondition, n *callNode) ([]KeyCondition, *apierror.Error) {
	if n.name != "begins_with" {
		return nil, apierror.KeyOperator(n.name)
	}
	if _, ok := n.args[0].(*pathOperand); !ok {
		return nil, apierror.KeyOperandOrder(n.name)
	}
	return addKeyCondition(list, n.name, n.args...)
}

func addKeyCondition(list []KeyCondition, operator string, operands ...operand) ([]KeyCondition, *apierror.Error) {
	k := KeyCondition{Operator: operator}
	for i, o := range operands {
		switch o := o.(type) {
		case *callOperand:
			return nil, apierror.KeyNestedOperation()
		case *valueOperand:
			k.Values = append(k.Values, o.value)
		case *pathOperand:
			switch {
			case k.Name != "":
				return nil, apierror.KeySeveralAttributes()
			case len(o.path) > 1:
				return nil, apierror.KeyNestedAttribute()
			case i > 0:
				k.Operator = mirrored(operator)
			}
			k.Name = o.path[0].Name
		}
	}
	if k.Name == "" {
		return nil, apierror.KeyAttributeMissing()
	}
	for _, other := range list {
		if other.Name == k.Name {
			return nil, apierror.KeyConditionTwice()
		}
	}
	return append(list, k), nil
}

// mirrored gives the operator for swapped operands.
func mirrored(operator string) string {
	return strings.NewReplacer("<", ">", ">", "<").Replace(operator)
}
