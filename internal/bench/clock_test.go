package main

import "testing"

// Whatever a variant leaves behind for the next one, it leaves to all alike.
func TestEachVariantFollowsEachOtherEquallyOften(t *testing.T) {
	for k := 2; k <= 12; k++ {
		follows := map[[2]int]int{}
		for n := range 2 * k {
			seen := map[int]bool{place(n, 0, k): true}
			for i := 1; i < k; i++ {
				at := place(n, i, k)
				seen[at] = true
				follows[[2]int{place(n, i-1, k), at}]++
			}
			if len(seen) != k {
				t.Fatalf("round %d of %d variants measures %d of them", n, k, len(seen))
			}
		}
		for a := range k {
			for b := range k {
				if got := follows[[2]int{a, b}]; a != b && got != 2 {
					t.Errorf("of %d variants, %d follows %d %d times in %d rounds, want 2", k, b, a, got, 2*k)
				}
			}
		}
	}
}
