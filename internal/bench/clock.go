package main

import (
	"log"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime is the processor time of this process so far, on all its threads.
func cpuTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		log.Fatal(err) // the clock is there on every Linux and macOS
	}
	return time.Duration(t.Nano())
}

// sliceTime is how long a variant runs at a time. It is short, so that all
// variants of a round meet the same load of the machine.
const sliceTime = 10 * time.Millisecond

// A variant is one way to do a work.
type variant struct {
	name    string
	do      func()
	extra   bool // it is for the tables only
	beneath bool // it is what lies beneath ddbtable's own: codec and call

	batch int             // how many operations about fill a slice
	cpu   []time.Duration // of one operation, by round
}

// calibrate finds the size of a batch, by processor time because other
// processes may take the machine away in the middle.
func (v *variant) calibrate() {
	v.do()
	for v.batch = 1; ; v.batch *= 2 {
		start := cpuTime()
		v.run()
		if took := cpuTime() - start; took > sliceTime/4 {
			v.batch = max(1, int(sliceTime*time.Duration(v.batch)/took))
			return
		}
	}
}

func (v *variant) run() {
	for range v.batch {
		v.do()
	}
}

// measure runs one slice. The collector runs before it, and gives memory back to
// the system: whoever allocates most within a slice would take page faults for it, a
// third of its time in some runs and none in others. So the Makefile sets
// GODEBUG=madvdontneed=0, and that memory stays until the system is short of it.
func (v *variant) measure() {
	runtime.GC()
	start := cpuTime()
	v.run()
	v.cpu = append(v.cpu, (cpuTime()-start)/time.Duration(v.batch))
}

// time is the median of an operation's time.
func (v *variant) time() time.Duration {
	all := slices.Sorted(slices.Values(v.cpu))
	return all[len(all)/2]
}

// A group is a work and the ways to do it, that of ddbtable first.
type group struct {
	work     string
	variants []*variant
	counts   []count
	counted  []counted
}

// round measures every variant once.
func (g *group) round(n int) {
	for i := range g.variants {
		g.variants[place(n, i, len(g.variants))].measure()
	}
}

// place is which of k variants is measured as the i-th of round n. What ran before
// leaves its mark, on the heap above all, by up to a seventh of the time: so the
// rounds rotate an order in which, over 2k rounds, each variant comes equally often
// right behind each other one (a Williams design: to and fro, then mirrored).
func place(n, i, k int) int {
	step := (i + 1) / 2
	if i%2 == 0 {
		step = -step
	}
	if n/k%2 == 1 {
		step = -step
	}
	return ((n+step)%k + k) % k
}

// ratio is how much of the other variant's time the first one takes: the
// median over the rounds of the ratio within one round. The ratio of medians
// would compare times of different loads.
func (g *group) ratio(other *variant) figure {
	var all []float64
	for i, own := range g.variants[0].cpu {
		all = append(all, float64(own)/float64(max(other.cpu[i], 1)))
	}
	return figureOf(all)
}

// onTop is which part of the first variant's time it has on top of the other:
// the median over the rounds.
func (g *group) onTop(other *variant) figure {
	var all []float64
	for i, own := range g.variants[0].cpu {
		all = append(all, 1-float64(other.cpu[i])/float64(max(own, 1)))
	}
	return figureOf(all)
}

// A figure is a median and half the distance of the quartiles.
type figure struct{ median, spread float64 }

func figureOf(all []float64) figure {
	slices.Sort(all)
	at := func(q float64) float64 {
		place := q * float64(len(all)-1)
		i := int(place)
		if i == len(all)-1 {
			return all[i]
		}
		return all[i] + (place-float64(i))*(all[i+1]-all[i])
	}
	return figure{at(0.5), (at(0.75) - at(0.25)) / 2}
}
