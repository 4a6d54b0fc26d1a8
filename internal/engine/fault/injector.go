// Package fault decides what goes wrong with a request: errors before or after
// it was done, dropped connections, delays. It is how tests meet the failures
// that the service shows only under load.
package fault

import (
	"bytes"
	"hash/maphash"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// An Injection is a fault in effect.
type Injection struct {
	injector *Injector
	fault    Fault
	mu       sync.Mutex
	random   *rand.Rand
	seen     int
	hits     int
	// spared are the requests that pass the next times they come, and how
	// often. It is nil unless the fault is merciful.
	spared map[uint64]int
}

// Hits tells how many requests, or elements of a batch, the fault has struck.
func (i *Injection) Hits() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.hits
}

// Stop ends the fault. It may be called more than once.
func (i *Injection) Stop() {
	i.injector.remove(i)
}

// strikes tells whether the fault strikes a request that it is about.
func (i *Injection) strikes(r *Request) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.spared == nil {
		return i.draws()
	}
	name := hashOf(r)
	switch n := i.spared[name]; {
	case n > 1:
		i.spared[name]--
		return false
	case n == 1:
		delete(i.spared, name)
		return false
	case !i.draws():
		return false
	case len(i.spared) == maxSpared:
		// The clients of these requests have given up.
		clear(i.spared)
	}
	i.spared[name] = mercy
	return true
}

// What a merciful fault remembers.
const (
	// mercy is how often a request passes after it was struck: more than once,
	// because another client may send the same one.
	mercy = 4
	// maxSpared bounds the requests that are remembered.
	maxSpared = 4096
)

var seed = maphash.MakeSeed()

// hashOf recognises a request that comes again. The order of its members does
// not count, because SDKs write maps in any order.
func hashOf(r *Request) uint64 {
	sum := maphash.String(seed, r.Operation)
	for part := range bytes.FieldsFuncSeq(r.Body, func(c rune) bool { return strings.ContainsRune("{}[],:", c) }) {
		sum += maphash.Bytes(seed, part)
	}
	return sum
}

// draws counts a request, or an element of a batch, and tells whether it is
// struck.
func (i *Injection) draws() bool {
	f := &i.fault
	if f.Max > 0 && i.hits == f.Max {
		return false
	}
	if i.seen++; i.seen <= f.Skip {
		return false
	}
	if f.Every > 1 && (i.seen-f.Skip)%f.Every != 0 {
		return false
	}
	if f.Share > 0 && i.random.Float64() >= f.Share {
		return false
	}
	i.hits++
	return true
}

// An Injector holds the faults in effect. The zero value has none.
type Injector struct {
	mu sync.Mutex
	// active is replaced, never changed, so that requests read it without
	// waiting.
	active atomic.Pointer[[]*Injection]
}

// Inject puts a fault into effect.
func (in *Injector) Inject(f Fault) *Injection {
	i := &Injection{injector: in, fault: f, random: rand.New(rand.NewPCG(f.Seed, f.Seed))}
	if f.Merciful {
		i.spared = make(map[uint64]int)
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	active := append(slices.Clone(in.list()), i)
	in.active.Store(&active)
	return i
}

func (in *Injector) remove(i *Injection) {
	in.mu.Lock()
	defer in.mu.Unlock()
	active := slices.DeleteFunc(slices.Clone(in.list()), func(other *Injection) bool { return other == i })
	in.active.Store(&active)
}

func (in *Injector) list() []*Injection {
	if active := in.active.Load(); active != nil {
		return *active
	}
	return nil
}

// Idle tells that no fault is in effect.
func (in *Injector) Idle() bool { return len(in.list()) == 0 }

// Match gives what the active faults do to a request. Those behind the first
// that answers it are not asked.
func (in *Injector) Match(r *Request) Effects {
	e := Effects{request: r}
	for _, i := range in.list() {
		switch {
		case !i.fault.means(r):
		case i.fault.Kind == Unprocessed:
			e.partial = append(e.partial, i)
		case i.strikes(r):
			e.faults = append(e.faults, i.fault)
			if i.fault.Kind != Delay {
				return e
			}
		}
	}
	return e
}
