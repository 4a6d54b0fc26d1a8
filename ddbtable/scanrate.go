package ddbtable

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// RateLimit makes the scan consume no more than that many read units per
// second, so that it leaves capacity for others: before a request it waits
// until those before it are paid for, by the table's clock. The limit is shared
// by all segments and all runs of the scan. One request may read 1 MB, which is
// 128 units; a small [Scan.PageSize] makes it even.
func (s Scan[T]) RateLimit(unitsPerSecond float64) Scan[T] {
	return Scan[T]{longQuery[T](s.query().q.limited(unitsPerSecond))}
}

func (q *query) limited(unitsPerSecond float64) *query {
	n := q.refined()
	switch {
	case !(unitsPerSecond > 0):
		n.fail(planErrorf("RateLimit of %v read units per second; give a number above 0, or leave it out", unitsPerSecond))
	case n.core != nil: // the zero Scan reads nothing anyhow
		limited := *n.core
		limited.sender = &limitedSender{sender: limited.sender, clock: limited.settings.wait.clock, rate: unitsPerSecond}
		n.core = &limited
	}
	return n
}

// A limitedSender waits before it sends.
type limitedSender struct {
	sender
	clock Clock
	rate  float64 // read units per second

	mu    sync.Mutex
	free  time.Time // when what was sent is paid for
	guess float64   // units of the next request, as many as the last one had
}

func (s *limitedSender) send(ctx context.Context, c *call) (reply, error) {
	wait, guess := s.reserve()
	if wait > 0 {
		if err := s.clock.Sleep(ctx, wait); err != nil {
			s.correct(guess, 0)
			return reply{}, err
		}
	}
	c.capacity = true
	out, err := s.sender.send(ctx, c)
	units := 0.0
	for _, consumed := range out.capacity {
		units += aws.ToFloat64(consumed.CapacityUnits)
	}
	s.correct(guess, units)
	if err == nil {
		s.expect(units)
	}
	return out, err
}

// reserve takes the time of a request that costs as much as the last one did,
// and returns how long to wait for its beginning.
func (s *limitedSender) reserve() (wait time.Duration, guess float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	if s.free.Before(now) {
		s.free = now
	}
	wait = s.free.Sub(now)
	s.free = s.free.Add(s.lasting(s.guess))
	return wait, s.guess
}

// correct takes the time that the request really costs.
func (s *limitedSender) correct(guess, units float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = s.free.Add(s.lasting(units) - s.lasting(guess))
}

// expect guesses that the next request costs so much.
func (s *limitedSender) expect(units float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.guess = units
}

// longestPay keeps sums of times that are paid for within a Duration.
const longestPay = math.MaxInt64 / 4

// lasting is how long it takes to pay for units.
func (s *limitedSender) lasting(units float64) time.Duration {
	return time.Duration(min(units/s.rate*float64(time.Second), longestPay))
}
