package ddbtable

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

type shelf struct {
	ID    string   `ddb:"id,partition"`
	Books []string `ddb:"books"`
}

// Shapes without end fill no memory: a table keeps some, and none with handles that
// are made for one query.
func TestATableKeepsAFewShapes(t *testing.T) {
	table := Open(dynamodb.New(dynamodb.Options{}), MustDefine[shelf]("shelves"))
	id, books := Attr(func(s *shelf) *string { return &s.ID }), Attr(func(s *shelf) *[]string { return &s.Books })
	kept := func() int {
		if newest := table.recipes.newest.Load(); newest != nil {
			return newest.number
		}
		return 0
	}
	for i := range 3 {
		table.Query(id.Eq("a")).Filter(At(books, i).Eq("x")).Explain()
	}
	if kept() != 0 {
		t.Errorf("the table keeps %d shapes of conditions on elements; want none", kept())
	}
	for range 2 * maxRecipes {
		table.Query(Attr(func(s *shelf) *string { return &s.ID }).Eq("a")).Explain()
	}
	if kept() != maxRecipes {
		t.Errorf("the table keeps %d shapes; want %d", kept(), maxRecipes)
	}
}
