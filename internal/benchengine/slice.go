package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// How long and how often each contestant runs.
const (
	sliceTime  = 300 * time.Millisecond
	warmUpTime = 500 * time.Millisecond
	sliceCount = 5
)

// A contestant does one operation again and again. The generator is the
// goroutine's own.
type contestant struct {
	name       string
	goroutines int
	do         func(ctx context.Context, r *rand.Rand) error
	// begin runs before each slice and gives what ends it afterwards. It may
	// be nil.
	begin func(ctx context.Context) (end func() error)
}

// rates are operations per second by slice.
type rates []float64

func (r rates) median() float64 { return median(r) }

// over gives the median of the slices' ratios to another contestant's.
func (r rates) over(other rates) float64 {
	ratios := make([]float64, len(r))
	for i := range r {
		ratios[i] = r[i] / other[i]
	}
	return median(ratios)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// compete runs contestants in turn, after a warm-up, and prints their
// medians.
func compete(ctx context.Context, contestants []contestant) ([]rates, error) {
	all := make([]rates, len(contestants))
	for i := range sliceCount + 1 {
		length := sliceTime
		if i == 0 {
			length = warmUpTime
		}
		for j := range contestants {
			rate, err := contestants[j].slice(ctx, length)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", contestants[j].name, err)
			}
			if i > 0 {
				all[j] = append(all[j], rate)
			}
		}
	}
	for j, c := range contestants {
		fmt.Printf("%-40s %2d goroutines %10.0f /s\n", c.name, c.goroutines, all[j].median())
	}
	return all, nil
}

// slice runs a contestant for a while and gives operations per second.
func (c *contestant) slice(ctx context.Context, length time.Duration) (rate float64, err error) {
	if c.begin != nil {
		end := c.begin(ctx)
		defer func() {
			if ended := end(); err == nil {
				err = ended
			}
		}()
	}
	var wg sync.WaitGroup
	counts, failures := make([]int, c.goroutines), make(chan error, c.goroutines)
	start := time.Now()
	for g := range c.goroutines {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(rand.Uint64(), uint64(g)))
			for time.Since(start) < length {
				if err := c.do(ctx, r); err != nil {
					failures <- err
					return
				}
				counts[g]++
			}
		})
	}
	wg.Wait()
	elapsed := time.Since(start)
	close(failures)
	total := 0
	for _, n := range counts {
		total += n
	}
	return float64(total) / elapsed.Seconds(), <-failures
}
