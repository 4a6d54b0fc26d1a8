package main

import "runtime"

// Allocations are counted over so many calls, after so many to fill pools and
// caches, and so often.
const (
	countedCalls = 200
	warmUps      = 50
	countings    = 9
)

// An allocation is what one operation allocates.
type allocation struct{ objects, bytes float64 }

func allocated(do func()) allocation {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range countedCalls {
		do()
	}
	runtime.ReadMemStats(&after)
	return allocation{
		float64(after.Mallocs-before.Mallocs) / countedCalls,
		float64(after.TotalAlloc-before.TotalAlloc) / countedCalls,
	}
}

// A count is figures of allocations, each made of one measurement each of some
// operations.
type count struct {
	do      []func()
	figures []countFigure
}

type countFigure struct {
	what string
	of   func([]allocation) float64
}

// A counted is the result of a count.
type counted struct {
	what string
	figure
}

// count takes all counts of the group.
func (g *group) count() {
	for _, c := range g.counts {
		measured := c.measure()
		for _, f := range c.figures {
			var all []float64
			for _, each := range measured {
				all = append(all, f.of(each))
			}
			g.counted = append(g.counted, counted{f.what, figureOf(all)})
		}
	}
}

func (c *count) measure() [][]allocation {
	for _, do := range c.do {
		for range warmUps {
			do()
		}
	}
	all := make([][]allocation, countings)
	for i := range all {
		for _, do := range c.do {
			all[i] = append(all[i], allocated(do))
		}
	}
	return all
}

// allocation is what one operation of the variant allocates, counted once.
func (v *variant) allocation() allocation {
	v.do()
	return allocated(v.do)
}

var allocs = countFigure{"allocs", func(a []allocation) float64 { return a[0].objects }}

func countAllocs(do func()) count { return count{[]func(){do}, []countFigure{allocs}} }

// countCall also tells what a call has beyond an empty one.
func countCall(do, empty func()) count {
	return count{[]func(){do, empty}, []countFigure{
		allocs, {"allocs-over-empty-call", func(a []allocation) float64 { return a[0].objects - a[1].objects }},
	}}
}

// countBytes compares with hand-written mapping.
func countBytes(do, hand func()) count {
	return count{[]func(){do, hand}, []countFigure{
		{"bytes/sdk-hand", func(a []allocation) float64 { return a[0].bytes / a[1].bytes }},
	}}
}

// countSlope tells what each of 100 further items takes.
func countSlope(hundred, twoHundred func()) count {
	return count{[]func(){hundred, twoHundred}, []countFigure{
		{"allocs-per-item", func(a []allocation) float64 { return (a[1].objects - a[0].objects) / 100 }},
	}}
}
