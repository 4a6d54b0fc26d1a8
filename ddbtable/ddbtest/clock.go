package ddbtest

import (
	"context"
	"sync"
	"time"
)

// A Clock shows the time that a test gives it. It is a [ddbtable.Clock], and
// its Now is what [embedded.Clock] takes, so that table and engine agree. It
// may be used from any number of goroutines.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock gives a clock that shows now, until it is set forward.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now is the time that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance sets the clock forward.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Sleep sets the clock forward by d and returns at once, so that code which
// waits is tested without waiting.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	c.Advance(d)
	return nil
}
