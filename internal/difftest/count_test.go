package difftest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// counts tell how often something was in a request or an answer.
type counts map[string]int

func (c counts) add(name string) { c[name]++ }

// least is how often everything must have been there.
const least = 50

// wanted are the operations, functions, operators, pairs of types and errors
// that a run must have met.
func wanted(transactions bool) []string {
	names := []string{
		"PutItem", "UpdateItem", "DeleteItem", "GetItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem",
		"DescribeTable", "ListTables", "CreateTable", "DeleteTable", "DescribeTimeToLive",
		"attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size",
		"if_not_exists", "list_append", "+", "-", "SET", "REMOVE", "ADD", "DELETE",
		"AND", "OR", "NOT", "BETWEEN", "IN", "=", "<>", "<", "<=", ">", ">=",
		"key =", "key <", "key <=", "key >", "key >=", "key BETWEEN", "key begins_with",
		"ValidationException", "ConditionalCheckFailedException", "ResourceNotFoundException",
		"ResourceInUseException", "SerializationException", "UnknownOperationException",
	}
	if transactions {
		names = append(names, "TransactWriteItems", "TransactGetItems", "TransactionCanceledException")
	} else {
		names = append(names, "UpdateTable", "TagResource", "UntagResource", "ListTagsOfResource")
	}
	for _, left := range kinds {
		for _, right := range kinds {
			names = append(names, "pair "+left+" "+right)
		}
	}
	return names
}

// missing lists what was there too seldom.
func (c counts) missing(names []string) []string {
	var out []string
	for _, name := range names {
		if c[name] < least {
			out = append(out, fmt.Sprintf("%s (%d)", name, c[name]))
		}
	}
	return out
}

func (c counts) String() string {
	var out []string
	fewest := -1
	for _, name := range slices.Sorted(maps.Keys(c)) {
		if strings.HasPrefix(name, "pair ") {
			if fewest < 0 || c[name] < fewest {
				fewest = c[name]
			}
			continue
		}
		out = append(out, fmt.Sprintf("%s %d", name, c[name]))
	}
	return strings.Join(append(out, fmt.Sprintf("each pair of types at least %d", fewest)), ", ")
}
