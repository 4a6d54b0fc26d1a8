package embedded_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// TestWhatHasNoOrderComesInNone reads what the service promises no order of. It
// comes neither as it was written or asked for, nor sorted, and comes so again.
func TestWhatHasNoOrderComesInNone(t *testing.T) {
	db := open(t)
	c := db.Client()
	if _, err := c.CreateTable(t.Context(), withGlobalIndexes(1)); err != nil {
		t.Fatal(err)
	}
	var written []string
	var asked []item
	for i := range 40 {
		name := fmt.Sprintf("k%02d", (i*7)%40)
		written = append(written, name)
		asked = append(asked, item{"a": s(name), "b": s("tie")})
		put(t, c, item{"a": s(name), "b": s("tie"), "set": &types.AttributeValueMemberSS{Value: []string{"d", "b", "a", "c", "e"}}})
	}
	for name, read := range map[string]func() []string{
		"Scan": func() []string {
			out, err := c.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("tab")})
			if err != nil {
				t.Fatal(err)
			}
			return namesOf(out.Items)
		},
		"BatchGetItem": func() []string {
			out, err := c.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{
				RequestItems: map[string]types.KeysAndAttributes{"tab": {Keys: asked}},
			})
			if err != nil {
				t.Fatal(err)
			}
			return namesOf(out.Responses["tab"])
		},
		"ties of an index, page by page": func() []string {
			var all []string
			in := &dynamodb.QueryInput{
				TableName: aws.String("tab"), IndexName: aws.String("idx0"), Limit: aws.Int32(7),
				KeyConditionExpression: aws.String("b = :b"), ExpressionAttributeValues: item{":b": s("tie")},
			}
			for p := dynamodb.NewQueryPaginator(c, in); p.HasMorePages(); {
				out, err := p.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, namesOf(out.Items)...)
			}
			return all
		},
	} {
		got := read()
		if again := read(); !slices.Equal(got, again) {
			t.Errorf("%s comes in another order each time:\n%v\n%v", name, got, again)
		}
		if sorted := slices.Sorted(slices.Values(got)); len(slices.Compact(sorted)) != 40 {
			t.Errorf("%s gives %v", name, got)
		}
		if slices.Equal(got, written) || slices.IsSorted(got) || slices.IsSortedFunc(got, func(a, b string) int { return strings.Compare(b, a) }) {
			t.Errorf("%s comes in a useful order: %v", name, got)
		}
	}
	set := get(t, c, asked[0])["set"].(*types.AttributeValueMemberSS).Value
	if slices.Equal(set, []string{"d", "b", "a", "c", "e"}) || slices.IsSorted(set) || len(set) != 5 {
		t.Errorf("a set comes in a useful order: %v", set)
	}
}

func namesOf(items []item) []string {
	var all []string
	for _, it := range items {
		all = append(all, text(it["a"]))
	}
	return all
}
