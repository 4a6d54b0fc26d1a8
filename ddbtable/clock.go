package ddbtable

import (
	"context"
	"errors"
	"time"
)

// A Clock lets time pass. The default is the system's; a test gives another.
type Clock interface {
	Now() time.Time

	// Sleep returns after d, or with the context's error when that ends.
	Sleep(ctx context.Context, d time.Duration) error
}

// UseClock makes the table wait by that clock, and take from it the times that
// writes keep and that HideExpired compares with. Without it the system's clock
// is used.
func UseClock(c Clock) Option {
	return option(func(s *settings) {
		if c == nil {
			s.err = errors.Join(s.err, errors.New("clock is nil; give one, or leave UseClock out"))
			return
		}
		s.wait.clock = c
	})
}

// PollInterval is how long CreateTable and DeleteTable wait between two looks
// at the table: 1 second without this option, or with 0.
func PollInterval(d time.Duration) Option {
	return option(func(s *settings) {
		switch {
		case d < 0:
			s.err = errors.Join(s.err, errors.New("PollInterval is negative; give the time between two looks at the table, or 0 for the default"))
		case d > 0:
			s.wait.interval = d
		}
	})
}

// waiting is how a table waits for DynamoDB.
type waiting struct {
	clock    Clock
	interval time.Duration
}

var defaultWaiting = waiting{clock: systemClock{}, interval: time.Second}

func (w waiting) pause(ctx context.Context) error { return w.clock.Sleep(ctx, w.interval) }

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
