package engine

import (
	"math/rand/v2"
	"strings"
	"sync"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/fault"
	"example.com/ddb/internal/engine/store"
)

// What a strict engine does, and how often.
const (
	throttledShare   = 0.1  // of requests
	unprocessedShare = 0.25 // of a batch's elements
	laggingShare     = 0.5  // of writes, for the table and each global index
	maxLagging       = 2    // reads that do not see a write
	maxPending       = 3    // requests until a change of a table is complete
	maxPast          = 1000 // keys that a lag holds
)

// A strict makes an engine do what the service may do and seldom does: reads
// lag behind writes, tables and indexes take time to come, change and go. All
// of it is drawn from one sequence of random numbers, so that the same requests
// in the same order meet the same. The nil strict does nothing.
type strict struct {
	mu     sync.Mutex
	random *rand.Rand
	// lags are what is behind: tables with their local indexes, by the table's
	// ID, and global indexes, by that and their name.
	lags    map[string]*lag
	pending map[string]*pending
}

// A lag is how far the reads of a table or an index are behind.
type lag struct {
	past past
	// left is the number of reads that will see the past.
	left int
}

// A pending is a change of a table that is not complete: how the table is
// described meanwhile, and for how many requests about it.
type pending struct {
	table  *table
	status string
	left   int
}

// newStrict makes an engine strict, and has its requests throttled and its
// batches done in part, but never so that it matters to a client that tries
// again.
func newStrict(seed uint64, faults *fault.Injector) *strict {
	faults.Inject(fault.Fault{Kind: fault.Throttle, Share: throttledShare, Seed: seed, Merciful: true})
	faults.Inject(fault.Fault{Kind: fault.Unprocessed, Share: unprocessedShare, Seed: seed, Merciful: true})
	return &strict{
		random:  rand.New(rand.NewPCG(seed, 0)),
		lags:    make(map[string]*lag),
		pending: make(map[string]*pending),
	}
}

func lagName(t *table, x *index) string {
	if x == nil || !x.global {
		return t.definition.ID
	}
	return t.definition.ID + "/" + x.definition.Name
}

// wrote has reads lag behind changes.
func (s *strict) wrote(changes []change) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range changes {
		c := &changes[i]
		if l := s.lag(lagName(c.table, nil)); l != nil {
			l.past.remember(c.table.definition.Space, c.key, c.old)
			for _, x := range c.table.indexes {
				if !x.global {
					l.remember(c, x)
				}
			}
		}
		for _, x := range c.table.indexes {
			if !x.global {
				continue
			}
			if l := s.lag(lagName(c.table, x)); l != nil {
				l.remember(c, x)
			}
		}
	}
}

// lag gives the lag that holds back a write, or nil.
func (s *strict) lag(name string) *lag {
	l := s.lags[name]
	if l == nil {
		if s.random.Float64() >= laggingShare {
			return nil
		}
		l = &lag{past: make(past), left: 1 + s.random.IntN(maxLagging)}
		s.lags[name] = l
	}
	if l.past.len() >= maxPast {
		delete(s.lags, name)
		return nil
	}
	return l
}

func (l *lag) remember(c *change, x *index) {
	was, is := c.places(x)
	space := x.definition.Space
	if was != nil {
		l.past.remember(space, was, x.entry(c.old))
	}
	if is != nil {
		l.past.remember(space, is, nil)
	}
}

// behind gives what an eventually consistent read of a table or an index does
// not see. Now and then one sees everything, and the next one less again.
func (s *strict) behind(t *table, x *index) past {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name := lagName(t, x)
	l := s.lags[name]
	if l == nil {
		return nil
	}
	if l.left--; l.left == 0 {
		delete(s.lags, name)
	}
	if s.random.IntN(4) == 0 {
		return nil
	}
	return l.past.clone()
}

// snapshot freezes spaces for a read of a table or an index.
func (e *Engine) snapshot(t *table, x *index, consistent bool, spaces ...store.Space) (store.Snapshot, error) {
	s, err := e.store.Snapshot(spaces...)
	if err != nil || consistent {
		return s, err
	}
	// In this order a write comes into both or into none.
	if old := e.strict.behind(t, x); old != nil {
		return pastSnapshot{s, old}, nil
	}
	return s, nil
}

// begin makes a change of a table visible before it is complete.
func (s *strict) begin(p *pending) {
	if s == nil || p == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.left = 1 + s.random.IntN(maxPending)
	s.pending[p.table.definition.Name] = p
	for name := range s.lags {
		if p.status == statusDeleting && strings.HasPrefix(name, p.table.definition.ID) {
			delete(s.lags, name)
		}
	}
}

// look counts a request about a table and gives the change of the table that is
// not complete, or nil.
func (s *strict) look(name string) *pending {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pending[name]
	if p == nil {
		return nil
	}
	if p.left == 0 {
		delete(s.pending, name)
		return nil
	}
	p.left--
	return p
}

// busy refuses to change a table whose last change is not complete.
func (s *strict) busy(name string) *apierror.Error {
	if p := s.look(name); p != nil {
		return apierror.TableBusy(name, p.status)
	}
	return nil
}

// hides tells whether a table cannot be used, because it is being created or
// deleted.
func (p *pending) hides() bool {
	return p != nil && (p.status == statusCreating || p.status == statusDeleting)
}

// fills tells whether an index is still being filled.
func (s *strict) fills(t *table, name string) bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pending[t.definition.Name]
	if p == nil || p.status != statusUpdating {
		return false
	}
	x := p.table.index(name)
	return x != nil && x.definition.Status == statusCreating
}

// leaving gives the names of the tables that are being deleted: they are still
// listed.
func (s *strict) leaving() []string {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for name, p := range s.pending {
		if p.status == statusDeleting {
			names = append(names, name)
		}
	}
	return names
}
