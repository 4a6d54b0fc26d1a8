package engine

import (
	"slices"
	"time"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/store"
	"example.com/ddb/internal/engine/validation"
	"example.com/ddb/internal/engine/wire"
)

func (e *Engine) updateTable(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.UpdateTable)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	if err := validation.UpdateTable(in); err != nil {
		return action{}, err
	}
	return action{table: in.TableName.Value, run: func(out []byte) ([]byte, error) {
		shown, err := e.reshape(in)
		if err != nil {
			return out, err
		}
		return e.appendDescription(out, "TableDescription", shown, statusUpdating)
	}}, nil
}

// reshape changes a table, at once, and gives it as it looks while the service
// is still at it: with an index that is being created or deleted.
func (e *Engine) reshape(in *request.UpdateTable) (*table, error) {
	e.admin.Lock()
	defer e.admin.Unlock()
	name := in.TableName.Value
	if err := e.strict.busy(name); err != nil {
		return nil, err
	}
	var shown *table
	var begun *stream
	err := e.alter(name, func(r store.Reader, b *store.Batch) (*table, error) {
		t := e.planned[name]
		if t == nil {
			return nil, apierror.NamedTableNotFound(name)
		}
		u := update{engine: e, before: t, d: t.definition, now: e.clock().UTC()}
		u.d.Indexes = slices.Clone(u.d.Indexes)
		if err := u.apply(in); err != nil {
			return nil, err
		}
		next, err := u.finish(r, b)
		if err != nil {
			return nil, err
		}
		shown, begun = t.altered(u.shown()), u.stream
		e.announced = &pending{table: shown, status: statusUpdating}
		return next, nil
	})
	if err == nil {
		e.keepStream(begun)
	}
	return shown, err
}

// An update is an UpdateTable that is being decided on, in a plan.
type update struct {
	engine *Engine
	before *table
	// d is the definition as it will be. Its indexes are its own.
	d   definition
	now time.Time
	// created and deleted are the index that comes and the one that goes.
	created, deleted *indexDefinition
	// stream is the stream that begins or ends.
	stream *stream
}

// apply makes the definition that a request asks for.
func (u *update) apply(in *request.UpdateTable) *apierror.Error {
	if in.BillingMode.Set {
		u.d.OnDemand = in.BillingMode.Value == "PAY_PER_REQUEST"
	}
	if err := u.applyThroughput(in); err != nil {
		return err
	}
	if err := u.applyIndexes(in); err != nil {
		return err
	}
	if in.DeletionProtectionEnabled.Set {
		u.d.DeletionProtection = in.DeletionProtectionEnabled.Value
	}
	if in.TableClass.Set {
		u.d.TableClass = in.TableClass.Value
	}
	u.d.OnDemandMost = unitsOf(&in.OnDemandThroughput, u.d.OnDemandMost)
	u.d.Warm = unitsOf(&in.WarmThroughput, u.d.Warm)
	u.d.encrypt(&in.SSESpecification)
	return u.applyStream(&in.StreamSpecification)
}

// applyThroughput sets the throughput of the table and of its indexes. A table
// that becomes provisioned needs one for each of them.
func (u *update) applyThroughput(in *request.UpdateTable) *apierror.Error {
	wasOnDemand := u.before.definition.OnDemand
	switch {
	case u.d.OnDemand && in.ProvisionedThroughput.Set:
		return apierror.ThroughputOnDemand()
	case u.d.OnDemand && !wasOnDemand:
		u.d.OnDemandSince = u.now
		u.clearThroughput()
	}
	if in.ProvisionedThroughput.Set {
		if err := u.d.Throughput.change(&in.ProvisionedThroughput, "table", u.now); err != nil {
			return err
		}
	}
	open := make(map[string]bool)
	for i := range u.d.Indexes {
		open[u.d.Indexes[i].Name] = u.d.Indexes[i].Global && wasOnDemand && !u.d.OnDemand
	}
	for i := range in.Indexes {
		open[in.Indexes[i].Index().Name.Value] = false
		if err := u.applyIndexThroughput(in.Indexes[i].Update); err != nil {
			return err
		}
	}
	for i := range u.d.Indexes {
		if name := u.d.Indexes[i].Name; open[name] {
			return apierror.UpdateIndexThroughputRequired(name)
		}
	}
	return nil
}

func (u *update) clearThroughput() {
	u.d.Throughput = throughput{}
	for i := range u.d.Indexes {
		u.d.Indexes[i].Throughput = throughput{}
	}
}

func (u *update) applyIndexThroughput(in *request.Index) *apierror.Error {
	if in == nil {
		return nil
	}
	x, err := u.global(in.Name.Value)
	if err != nil {
		return err
	}
	x.OnDemandMost = unitsOf(&in.OnDemand, x.OnDemandMost)
	x.Warm = unitsOf(&in.Warm, x.Warm)
	switch {
	case !in.Throughput.Set:
		return nil
	case u.d.OnDemand:
		return apierror.IndexThroughputOnDemand(x.Name)
	}
	return x.Throughput.change(&in.Throughput, "index "+x.Name, u.now)
}

// change sets a throughput, which must be another than the current one.
func (t *throughput) change(in *request.Throughput, subject string, now time.Time) *apierror.Error {
	read, write := in.Read.Value, in.Write.Value
	if read == t.Read && write == t.Write {
		return apierror.ThroughputUnchanged(subject, read, write)
	}
	if read > t.Read || write > t.Write {
		t.Increased = now
	}
	if read < t.Read || write < t.Write {
		t.Decreases = t.decreasesOn(now) + 1
		t.Decreased = now
	}
	t.Read, t.Write = read, write
	return nil
}

// decreasesOn gives the number of decreases on a day of UTC.
func (t *throughput) decreasesOn(day time.Time) int64 {
	if t.Decreased.UTC().Truncate(24 * time.Hour).Equal(day.UTC().Truncate(24 * time.Hour)) {
		return t.Decreases
	}
	return 0
}

// applyStream enables or disables the table's stream.
func (u *update) applyStream(s *request.Stream) *apierror.Error {
	enabled := u.d.Stream != ""
	switch {
	case !s.Set:
		return nil
	case s.Enabled.Value && enabled:
		return apierror.StreamEnabled(u.d.Name)
	case !s.Enabled.Value && !enabled:
		return apierror.StreamDisabled(u.d.Name)
	}
	u.d.Stream = s.ViewType.Value
	if s.Enabled.Value {
		u.d.StreamLabel = u.engine.streamLabel(u.d.Name, u.now)
	}
	return nil
}

// finish appends what the update means for the data and gives the table as it
// will be.
func (u *update) finish(r store.Reader, b *store.Batch) (*table, error) {
	if u.deleted != nil {
		b.Drop(u.deleted.Space)
	}
	space, err := reserve(r, b, 2)
	if err != nil {
		return nil, err
	}
	if u.created != nil {
		u.created.Space = space
	}
	next := u.before.altered(u.d)
	if err := u.turnStream(b, space+1, next); err != nil {
		return nil, err
	}
	if u.created != nil {
		return next, next.backfill(r, b, next.index(u.created.Name))
	}
	return next, nil
}

// turnStream begins or ends the stream of the table as it will be.
func (u *update) turnStream(b *store.Batch, space store.Space, next *table) (err error) {
	switch was := u.before.stream; {
	case u.d.Stream != "" && was == nil:
		u.stream, err = openStream(b, &u.d, space, u.now)
		next.stream = u.stream
	case u.d.Stream == "" && was != nil:
		u.stream, err = was.closed(b, u.now)
		next.stream = nil
	}
	return err
}

// shown gives the definition as the answer describes it.
func (u *update) shown() definition {
	d := u.d
	d.Indexes = slices.Clone(d.Indexes)
	if u.created != nil {
		d.Indexes[len(d.Indexes)-1].Status = statusCreating
	}
	if u.deleted != nil {
		going := *u.deleted
		going.Status = statusDeleting
		d.Indexes = append(d.Indexes, going)
		d.Attributes = u.before.definition.Attributes
	}
	return d
}
