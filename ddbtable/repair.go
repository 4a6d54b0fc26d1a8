package ddbtable

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Repair finds items whose derived attributes are not what their facets make,
// and mends them: those that a program without the template has written, and
// those that are older than an index whose key is derived. For values that are
// [Unique] it makes the guard items that such items lack. It is immutable; Run
// and DryRun send it.
type Repair[T any] struct {
	table    *Table[T]
	segments int
	from     []string
	reads    float64 // units per second, 0 for no limit
	writes   float64
	limits   []error
	progress func(RepairReport) error
	bad      func(*ItemError) error
}

// Repair returns the repair of the table, of all its types if [Unite] made the
// definition. Look at what it would do first, with [Repair.DryRun].
func (t *Table[T]) Repair() Repair[T] { return Repair[T]{table: t, segments: 1} }

// Parallel makes as many workers read and mend, each a segment of the table of
// its own. Without it there is one. Each has one request under way.
func (r Repair[T]) Parallel(segments int) Repair[T] {
	r.segments = segments
	return r
}

// RateLimit is [Scan.RateLimit] for what the repair reads.
func (r Repair[T]) RateLimit(readUnitsPerSecond float64) Repair[T] {
	r.reads = readUnitsPerSecond
	return r.limited("RateLimit", "read", readUnitsPerSecond)
}

// WriteLimit makes the repair consume no more than that many write units per
// second, as [Scan.RateLimit] does for reads. The writes of indexes count.
func (r Repair[T]) WriteLimit(writeUnitsPerSecond float64) Repair[T] {
	r.writes = writeUnitsPerSecond
	return r.limited("WriteLimit", "write", writeUnitsPerSecond)
}

func (r Repair[T]) limited(option, kind string, units float64) Repair[T] {
	if !(units > 0) {
		r.limits = append(slices.Clip(r.limits), planErrorf("%s of %v %s units per second; give a number above 0, or leave it out", option, units, kind))
	}
	return r
}

// Resume begins at the positions that an earlier run, with as many segments,
// had reached: [RepairReport.Positions]. No positions are the beginning.
func (r Repair[T]) Resume(positions []string) Repair[T] {
	r.from = slices.Clone(positions)
	return r
}

// OnProgress is called behind each request that reads, when its items have been
// mended, by one goroutine at a time. Whoever keeps the positions of the report
// can resume there. An error ends the run and is returned as it is. What is under
// way then is waited for, also if f panics.
func (r Repair[T]) OnProgress(f func(RepairReport) error) Repair[T] {
	r.progress = f
	return r
}

// OnBadItem is called with each item that cannot be mended, by one goroutine at
// a time: one that cannot be read for another reason than a stale attribute, or
// whose stale attribute is part of the table's own key, which never changes, or
// that has a value that another item has claimed, which is a [UniqueError]. If
// it returns an error the run ends with that. Without it such items are counted
// and left as they are.
func (r Repair[T]) OnBadItem(f func(*ItemError) error) Repair[T] {
	r.bad = f
	return r
}

// A RepairReport counts what one run of a [Repair] has found and done. It holds
// no keys and no values but the positions.
type RepairReport struct {
	Read    int // items
	Stale   int // items with a derived attribute that is wrong, missing, or too much
	Mended  int // of the stale ones; 0 in a dry run
	Changed int // stale ones, or unclaimed, that another writer mended, removed or went on changing
	Bad     int // what cannot be mended, see [Repair.OnBadItem]

	// Unclaimed counts the values that are [Unique] and whose guard item is
	// missing, or another item's, which is Bad too; and Claimed those of them
	// that got theirs, 0 in a dry run.
	Unclaimed, Claimed int

	// Attributes counts the stale items by the attribute that is wrong.
	Attributes map[string]int

	// Positions are where each segment has got to, for [Repair.Resume].
	Positions []string
}

// String is the report in one line.
func (r RepairReport) String() string {
	text := fmt.Sprintf("%d read, %d stale, %d mended, %d changed meanwhile, %d bad", r.Read, r.Stale, r.Mended, r.Changed, r.Bad)
	if r.Unclaimed > 0 {
		text += fmt.Sprintf(", %d unclaimed, %d claimed", r.Unclaimed, r.Claimed)
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(r.Attributes)) {
		parts = append(parts, fmt.Sprintf("%s: %d", name, r.Attributes[name]))
	}
	if len(parts) > 0 {
		text += " (" + strings.Join(parts, ", ") + ")"
	}
	return text
}

// DryRun reads everything and reports what Run would find. It writes nothing.
// It costs what [Scan.All] does, and the reads of guard items that Run tells of.
// Items that have one [Unique] value, and no guard item any of them, are all
// unclaimed: only Run finds that all but one are Bad.
func (r Repair[T]) DryRun(ctx context.Context) (RepairReport, error) { return r.run(ctx, true) }

// Run reads everything and mends what is stale. The report tells of this run
// alone, also with an error; an interrupted run is resumed at its positions and
// reads at most the items of one request for each segment again. What was
// written a moment before may be missed, unless the table is [Table.Consistent].
//
// It costs what [Scan.All] does, in requests of up to 500 items, and one
// UpdateItem for each stale item, a write unit for each KB, begun, of the item,
// and of each index that it enters, leaves or moves in. An update sets or removes
// nothing but the derived attributes that are wrong, on the condition that the
// attributes they are made from are as they were read. If they were changed in
// between, the item that the refusal returns is looked at again, up to 5 times.
// Version, write id and times stay as they are: mending is no change of what a
// program knows of an item.
//
// With [Unique] it costs one consistent BatchGetItem for each hundred values, and
// for each that nobody has claimed a transaction of two actions: the guard item,
// and the condition that the item still has the value. Where it has another by
// then, that is claimed. The counts of [Counted] are not made: see there.
//
// Items that [SoftDelete] has marked and expired ones are mended as well. What
// an item lacks because it is older than a field that is not derived is not
// filled in.
func (r Repair[T]) Run(ctx context.Context) (RepairReport, error) { return r.run(ctx, false) }
