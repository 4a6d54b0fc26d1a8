//go:build race

package ddbtable

import (
	"bytes"
	"fmt"
	"slices"
)

// mustEqual fails loudly if the plan that a recipe gave is not the one that planning
// gives, so that every test that queries tests the recipes.
func mustEqual(b *brief, derived *query) {
	long := b.long()
	got, _ := derived.planned()
	want, err := long.planned()
	if err != nil {
		panic(fmt.Sprintf("ddbtable: internal error: a recipe made a plan where planning says: %v", err))
	}
	was, is := want.request(0, want.descending), got.request(0, got.descending)
	switch {
	case !bytes.Equal(is.appendBody(nil), was.appendBody(nil)):
		panic(fmt.Sprintf("ddbtable: internal error: a recipe made\n%s\nwhere planning makes\n%s", is.appendBody(nil), was.appendBody(nil)))
	case !bytes.Equal(got.newContext(cursorVersion), want.newContext(cursorVersion)):
		panic("ddbtable: internal error: a recipe made a plan with other cursors")
	case !slices.Equal(got.order, want.order) || !slices.Equal(got.reading, want.reading) || derived.descending != long.descending:
		panic("ddbtable: internal error: a recipe made a plan with another order, or that reads something else")
	}
}

// mustBe is mustEqual for a request.
func mustBe(b *brief, got []byte) {
	if want, err := b.long().appendRequest(nil); err != nil || !bytes.Equal(got, want) {
		panic(fmt.Sprintf("ddbtable: internal error: a recipe made\n%s\nwhere planning makes\n%s\n%v", got, want, err))
	}
}
