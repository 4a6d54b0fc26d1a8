package ddbtable

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

type slip struct {
	Reader string  `ddb:"reader,partition"`
	Day    int     `ddb:"day,sort"`
	Fine   float64 `ddb:"fine"`
}

// A first query whose bounds are one, or none, does not keep later ones of its shape
// from a recipe.
func TestTheFirstQueryOfAShapeMayHaveOddBounds(t *testing.T) {
	slips := MustDefine[slip]("slips")
	reader, day, fine := Attr(func(s *slip) *string { return &s.Reader }), Attr(func(s *slip) *int { return &s.Day }), Attr(func(s *slip) *float64 { return &s.Fine })
	for name, first := range map[string][4]int{"usual": {1, 5, 1, 2}, "one day": {3, 3, 1, 2}, "no day": {5, 1, 1, 2}, "one fine": {1, 5, 2, 2}} {
		table := Open(dynamodb.New(dynamodb.Options{}), slips)
		query := func(v [4]int) Query[slip] {
			return table.Query(reader.Eq("r"), day.Between(v[0], v[1])).Filter(fine.Between(float64(v[2]), float64(v[3])))
		}
		if _, err := query(first).AppendRequest(nil); err != nil && name != "no day" {
			t.Errorf("%s: %v", name, err)
		}
		query([4]int{2, 9, 3, 4}).Explain()
		q := query([4]int{1, 8, 2, 3})
		if _, ok := table.recipes.appendRequest(nil, &q.brief); !ok {
			t.Errorf("after a query about %s, there is no recipe for others", name)
		}
	}
}

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
