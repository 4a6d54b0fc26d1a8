package ddbtable

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// How unprocessed items are sent again: after a random time of up to 50 ms,
// doubled each time up to 10 s, and at most so often without any progress.
const (
	firstPause  = 50 * time.Millisecond
	longestWait = 10 * time.Second
	maxIdle     = 10
)

// errUnprocessed is why items stay unprocessed when the service gives no other
// reason.
var errUnprocessed = errors.New("the service left them unprocessed again and again, because of throttling; try again later, or provide more capacity")

// pauses are the waits of one chunk.
type pauses struct {
	clock Clock
	last  time.Duration
	idle  int
}

// wait pauses before what was left unprocessed is sent again: not at all if
// the size of the answer was the reason.
func (p *pauses) wait(ctx context.Context, progress, full bool) error {
	if full && progress {
		return nil
	}
	p.idle++
	if progress {
		p.idle, p.last = 0, 0
	}
	if p.idle == maxIdle {
		return errUnprocessed
	}
	p.last = min(max(2*p.last, firstPause), longestWait)
	return p.clock.Sleep(ctx, rand.N(p.last))
}
