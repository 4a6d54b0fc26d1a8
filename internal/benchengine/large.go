package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"example.com/ddb/ddbtable/embedded"
)

// The two sizes of goal (f).
const (
	fewOrders  = 1_000
	manyOrders = 1_000_000
)

// Bounds of goal (f): how many times as long an operation may take among many,
// and what an order may take with two indexes that hold all of it.
const (
	maxSlower       = 4
	maxBytesPerItem = 1100
)

// large measures goal (f).
func large(ctx context.Context, r *report) error {
	few, _, err := loaded(ctx, fewOrders)
	if err != nil {
		return err
	}
	defer few.db.Close()
	many, perItem, err := loaded(ctx, manyOrders)
	if err != nil {
		return err
	}
	defer many.db.Close()
	for _, s := range scripts {
		var ratios []float64
		fewCalls, manyCalls := s.calls(2000, fewOrders), s.calls(2000, manyOrders)
		var fast, slow []float64
		for i := range sliceCount + 1 {
			a, err := few.typical(fewCalls)
			if err != nil {
				return err
			}
			b, err := many.typical(manyCalls)
			if err != nil {
				return err
			}
			if i > 0 { // the first is the warm-up
				fast, slow, ratios = append(fast, a), append(slow, b), append(ratios, b/a)
			}
		}
		fmt.Printf("%-12s median of 10^3 items %8.0f ns, of 10^6 %8.0f ns\n", s.name, median(fast), median(slow))
		r.atMost("f", s.name+": median time of 10^6 items / 10^3", median(ratios), maxSlower, "")
	}
	r.atMost("f", "memory of an order with two ALL indexes", perItem, maxBytesPerItem, " bytes")
	return nil
}

// A large table and a caller for it.
type sized struct {
	*direct
	db *embedded.DB
}

// loaded makes an engine with so many orders and gives the memory that each
// takes.
func loaded(ctx context.Context, count int) (sized, float64, error) {
	db, err := embedded.Open()
	if err != nil {
		return sized{}, 0, err
	}
	d := newDirect(db)
	before := heap()
	start := time.Now()
	if err := errors.Join(createTable(ctx, db.Client()), d.load(count)); err != nil {
		return sized{}, 0, errors.Join(err, db.Close())
	}
	took := time.Since(start)
	perItem := float64(heap()-before) / float64(count)
	fmt.Printf("%d orders: %.0f bytes each, %.0f written per second\n", count, perItem, float64(count)/took.Seconds())
	return sized{d, db}, perItem, nil
}

// heap gives the bytes in use.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// typical gives the median time of calls in nanoseconds.
func (d *direct) typical(calls []call) (float64, error) {
	took := make([]float64, len(calls))
	for i, c := range calls {
		start := time.Now()
		if _, err := d.send(c); err != nil {
			return 0, err
		}
		took[i] = float64(time.Since(start).Nanoseconds())
	}
	return median(took), nil
}
