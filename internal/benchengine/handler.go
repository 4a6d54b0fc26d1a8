package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"example.com/ddb/ddbtable/embedded"
)

// handler prints (e): what an operation costs without SDK and socket.
func handler(ctx context.Context, _ *report) error {
	db, err := embedded.Open()
	if err != nil {
		return err
	}
	defer db.Close()
	d := newDirect(db)
	if err := errors.Join(createTable(ctx, db.Client()), d.load(requestOrders)); err != nil {
		return err
	}
	fmt.Printf("%-12s %12s %12s %10s %10s\n", "", "CPU ns/op", "ns/op", "B/op", "allocs/op")
	for _, s := range scripts {
		calls := s.calls(1000, requestOrders)
		if _, err := d.cost(calls, warmUpTime); err != nil {
			return err
		}
		c, err := d.cost(calls, sliceCount*sliceTime)
		if err != nil {
			return err
		}
		fmt.Printf("%-12s %12.0f %12.0f %10.0f %10.1f\n", s.name, c.cpu, c.wall, c.bytes, c.allocations)
	}
	return nil
}

// A cost is what one call takes: nanoseconds, bytes and allocations.
type cost struct{ cpu, wall, bytes, allocations float64 }

// cost sends calls for a while.
func (d *direct) cost(calls []call, length time.Duration) (cost, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n, cpu, start := 0.0, cpuTime(), time.Now()
	for time.Since(start) < length {
		for _, c := range calls {
			if _, err := d.send(c); err != nil {
				return cost{}, err
			}
		}
		n += float64(len(calls))
	}
	wall := time.Since(start)
	cpu = cpuTime() - cpu
	runtime.ReadMemStats(&after)
	return cost{
		float64(cpu.Nanoseconds()) / n, float64(wall.Nanoseconds()) / n,
		float64(after.TotalAlloc-before.TotalAlloc) / n, float64(after.Mallocs-before.Mallocs) / n,
	}, nil
}
