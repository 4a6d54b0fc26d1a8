package ddbtable

import (
	"sync"
	"sync/atomic"
)

// maxRecipes bounds how many recipes a table keeps.
const maxRecipes = 32

// Recipes are those of the queries of one table, by their shape: a program has few,
// each of which it runs often.
type recipes struct {
	of     *core
	newest atomic.Pointer[recipe]
}

// A recipe says how the plan of a query is made of that of the first query of its
// shape. It holds as long as the values are such that the texts of the expressions
// are the same; others are planned anew.
type recipe struct {
	shape  shape
	older  *recipe
	number int  // of this one, from 1
	odd    bool // the bounds of the first query are one, or none: it is no example for others

	first lastUse
	plan  *queryPlan              // of the first use
	last  atomic.Pointer[lastUse] // so that a query that is kept is planned once

	made  sync.Once // what follows, when there is a second use
	steps []step    // how the values of the key conditions are written
	slots []slot    // of them, and of the operands of filters
	end   string    // what stands behind the last slot; "" if there is no recipe
}

// A lastUse is a query and the operands that it was made from.
type lastUse struct {
	operands
	query *query
}

// find finds the recipe for a query, nil if there is none.
func (all *recipes) find(b *brief) *recipe {
	if all == nil || all.of != b.core {
		return nil
	}
	r := all.newest.Load()
	for r != nil && r.shape != b.shape {
		r = r.older
	}
	return r
}

// query is the long form of a query, with its plan where a recipe gives one.
func (all *recipes) query(b *brief) *query {
	r := all.find(b)
	if r == nil || r.odd && b.ascend(0, 0) {
		return all.learn(b)
	}
	if last := r.last.Load(); last.operands == b.operands {
		return last.query
	}
	use := r.derive(b)
	if use != nil {
		mustEqual(b, use.query)
	} else {
		use = &lastUse{b.operands, b.long()}
	}
	r.last.Store(use)
	return use.query
}

// learn plans a query, and keeps the plan for a recipe.
func (all *recipes) learn(b *brief) *query {
	q := b.long()
	if all == nil || all.of != b.core {
		return q
	}
	p, err := q.planned()
	if err != nil {
		return q
	}
	older := all.newest.Load()
	if older != nil && older.number == maxRecipes {
		return q
	}
	r := &recipe{shape: b.shape, older: older, number: 1, odd: !b.ascend(0, 0), first: lastUse{b.operands, q}, plan: p}
	if older != nil {
		r.number = older.number + 1
	}
	r.last.Store(&r.first)
	all.newest.CompareAndSwap(older, r) // else another goroutine learns something, and this waits for the next use
	return q
}

// appendRequest appends the request of a query, if a recipe says how.
func (all *recipes) appendRequest(dst []byte, b *brief) (_ []byte, ok bool) {
	r := all.find(b)
	if r == nil || r.last.Load().operands == b.operands {
		return dst, false
	}
	start := len(dst)
	if dst, ok = r.appendRequest(dst, b); ok {
		mustBe(b, dst[start:])
	}
	return dst, ok
}
