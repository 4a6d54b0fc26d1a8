package main

import (
	"fmt"
	"testing"
)

// TestAllocations guards the figures that do not depend on the machine: what is
// the most of each that docs/performance.md allows.
func TestAllocations(t *testing.T) {
	most := map[string]float64{
		"encode-order allocs":                 0,
		"decode-order allocs":                 0,
		"get allocs-over-empty-call":          10,
		"get bytes/sdk-hand":                  0.93,
		"put allocs-over-empty-call":          10,
		"put bytes/sdk-hand":                  0.93,
		"query100 allocs-over-empty-call":     15,
		"query100 allocs-per-item":            0.05,
		"query100wide allocs-per-item":        15,
		"query1mb allocs-over-empty-call":     40,
		"request-compiled allocs":             0,
		"update allocs-over-empty-call":       15,
		"batchwrite25 allocs-over-empty-call": 30,
		"request-oneshot allocs":              0,
	}
	for _, g := range allGroups() {
		g.count()
		for _, c := range g.counted {
			figure := fmt.Sprint(g.work, " ", c.what)
			if limit, ok := most[figure]; ok && c.median > limit {
				t.Errorf("%s is %v, at most %v is right", figure, c.median, limit)
			}
			delete(most, figure)
		}
	}
	for figure := range most {
		t.Errorf("%s is not measured", figure)
	}
}
