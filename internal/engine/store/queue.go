package store

import (
	"fmt"
	"runtime/debug"
	"sync"
)

// A pending is a write that waits for the writer.
type pending struct {
	plan  Plan
	batch *Batch
	err   error
	// panicked is what the plan panicked with and where, to be raised where it
	// belongs.
	panicked string
	done     chan struct{}
}

func (p *pending) run(r Reader) {
	defer func() {
		if cause := recover(); cause != nil {
			p.batch = nil
			p.panicked = fmt.Sprintf("%v\n%s", cause, debug.Stack())
		}
	}()
	p.batch, p.err = p.plan(r)
}

func (p *pending) isDone() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// maxTogether bounds the writes of one transaction, so that a plan's wait
// stays short.
const maxTogether = 512

// A queue holds the writes that wait.
type queue struct {
	mu      sync.Mutex
	waiting []*pending
}

func (q *queue) add(p *pending) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, p)
}

// take gives the first writes that wait.
func (q *queue) take() []*pending {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.waiting), maxTogether)
	together := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	return together
}
