package ddbtable

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/aws/smithy-go"
)

// repairPage is how many items a repair reads in one request: so many may be
// read again when it is resumed.
const repairPage = 500

func (r Repair[T]) run(ctx context.Context, dry bool) (RepairReport, error) {
	t, o := r.table.observed("repair")
	report, stopped, err := r.send(ctx, t, dry)
	if err = o.done(ctx, t.inner().opError("repair", err)); err == nil {
		err = stopped
	}
	return report, err
}

// send runs the repair. Stopped is the error of a function of the caller's.
func (r Repair[T]) send(ctx context.Context, t *Table[T], dry bool) (report RepairReport, stopped, err error) {
	if err := errors.Join(r.limits...); err != nil {
		return report, nil, err
	}
	if err := t.inner().mistake(); err != nil {
		return report, nil, err
	}
	all := t.copy() // of the items, whatever their state is
	all.withDeleted, all.hideExpired, all.projection = true, false, projection{}
	scan := all.Scan().PageSize(repairPage)
	if r.reads > 0 {
		scan = scan.RateLimit(r.reads)
	}
	w, err := newRepairer(t, dry, r.writes, r.bad)
	if err != nil {
		return report, nil, err
	}
	w.reads = scan.q.q.core.sender
	run := &parallelRun{
		query: scan.q.q, ready: make(chan *segmentRun), positions: slices.Clone(r.from), work: w.repairRows,
	}
	run.f = func(_ list, positions []string) error {
		if r.progress == nil {
			return nil
		}
		return r.progress(w.reported(positions))
	}
	if err = run.begin(r.segments); err == nil {
		err = run.read(ctx)
	}
	report = w.reported(run.positions)
	if w.stopped != nil {
		return report, w.stopped, nil
	}
	return report, run.stopped, err
}

// repairRows looks at the items of one request.
func (w *repairer) repairRows(ctx context.Context, rows *typedRows) error {
	fit := make(map[*repairKind][]item) // those that may lack guard items
	for i := range rows.count() {
		raw := rows.raw(i)
		k := w.kindOf(raw)
		ok, err := w.repair(ctx, k, raw, rows.err(i))
		if err != nil {
			return err
		}
		if ok && len(k.unique) > 0 {
			fit[k] = append(fit[k], raw)
		}
	}
	for k, items := range fit {
		if err := w.claimAll(ctx, k, items); err != nil {
			return err
		}
	}
	return nil
}

// A repairer looks at items and mends them.
type repairer struct {
	core   *core // of the table
	reads  sender
	dry    bool
	kindOf func(item) *repairKind // nil for an unknown type
	bad    func(*ItemError) error

	mu      sync.Mutex
	report  RepairReport
	stopped error // of bad
}

func newRepairer[T any](t *Table[T], dry bool, limit float64, bad func(*ItemError) error) (*repairer, error) {
	w := &repairer{core: t.inner(), dry: dry, bad: bad, report: RepairReport{Attributes: make(map[string]int)}}
	via := t.sender
	if limit > 0 {
		via = &limitedSender{sender: via, clock: t.settings.wait.clock, rate: limit}
	}
	u := t.def.union
	if u == nil {
		k, err := t.def.kind()
		if err != nil {
			return nil, err
		}
		only := newRepairKind(k, t.core, via)
		w.kindOf = func(item) *repairKind { return only }
		return w, nil
	}
	kinds := make(map[*kind]*repairKind)
	for _, k := range u.kinds {
		kinds[k] = newRepairKind(k, t.core, via)
	}
	w.kindOf = func(i item) *repairKind { return kinds[u.of(i)] }
	return w, nil
}

// reported is the report so far.
func (w *repairer) reported(positions []string) RepairReport {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.report
	r.Attributes, r.Positions = maps.Clone(r.Attributes), slices.Clone(positions)
	return r
}

func (w *repairer) count(f func(*RepairReport)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f(&w.report)
}

// repair looks at one item, of which reading said readErr. Fit says that it can
// be read, if need be once it is mended.
func (w *repairer) repair(ctx context.Context, k *repairKind, i item, readErr error) (fit bool, err error) {
	w.count(func(r *RepairReport) { r.Read++ })
	if k == nil {
		return false, w.refuse(w.core.unreadable(i, readErr))
	}
	m, err := k.examine(i, readErr)
	if err != nil {
		return false, w.refuse(k.core.unreadable(i, err))
	}
	if len(m.changes) == 0 {
		return true, nil
	}
	w.count(func(r *RepairReport) {
		r.Stale++
		for _, c := range m.changes {
			r.Attributes[c.path.Field().Name]++
		}
	})
	if w.dry {
		return true, nil
	}
	return true, w.mend(ctx, k, i, m)
}

// mend writes what is wrong with an item, again if other writers change it.
func (w *repairer) mend(ctx context.Context, k *repairKind, i item, m mend) error {
	key, err := k.core.keyOf(i)
	if err != nil {
		return err
	}
	for range maxConflicts {
		now, err := k.send(ctx, key, m)
		switch {
		case err == nil:
			w.count(func(r *RepairReport) { r.Mended++ })
			return nil
		case unwritable(err):
			return w.refuse(k.core.badItem(i, err))
		case !errors.Is(err, ErrConditionFailed):
			return err
		case now.none():
			w.count(func(r *RepairReport) { r.Changed++ })
			return nil
		}
		if m, err = k.examine(now, k.readable(now)); err != nil {
			return w.refuse(k.core.unreadable(now, err))
		}
		if len(m.changes) == 0 {
			break
		}
	}
	w.count(func(r *RepairReport) { r.Changed++ })
	return nil
}

// unwritable reports whether DynamoDB takes the item in no case, because it
// would be too large, say.
func unwritable(err error) bool {
	refused, ok := errors.AsType[smithy.APIError](err)
	return ok && (refused.ErrorCode() == "ValidationException" || refused.ErrorCode() == "ItemCollectionSizeLimitExceededException")
}

// refuse reports an item that cannot be mended.
func (w *repairer) refuse(bad *ItemError) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.report.Bad++
	if w.bad != nil && w.stopped == nil {
		w.stopped = w.bad(bad)
	}
	return w.stopped
}
