package main

import "fmt"

// A goal is a value and what it should be at least or at most.
type goal struct {
	part, name string
	value      float64
	unit       string
	atMost     bool
	bound      float64
}

func (g *goal) met() bool {
	if g.atMost {
		return g.value <= g.bound
	}
	return g.value >= g.bound
}

// A report collects goals.
type report struct{ goals []goal }

func (r *report) atLeast(part, name string, value, bound float64, unit string) {
	r.goals = append(r.goals, goal{part, name, value, unit, false, bound})
}

func (r *report) atMost(part, name string, value, bound float64, unit string) {
	r.goals = append(r.goals, goal{part, name, value, unit, true, bound})
}

func (r *report) print() {
	fmt.Printf("\n## goals\n\n| | goal | value | bound | |\n|---|---|---:|---:|---|\n")
	missed := 0
	for _, g := range r.goals {
		sign, verdict := "≥", "met"
		if g.atMost {
			sign = "≤"
		}
		if !g.met() {
			verdict = "**missed**"
			missed++
		}
		fmt.Printf("| %s | %s | %.4g%s | %s %.4g%s | %s |\n", g.part, g.name, g.value, g.unit, sign, g.bound, g.unit, verdict)
	}
	fmt.Printf("\n%d goals, %d missed\n", len(r.goals), missed)
}
