package engine

import (
	"errors"
	"maps"
	"slices"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/store"
	"example.com/ddb/internal/engine/validation"
	"example.com/ddb/internal/engine/wire"
)

func (e *Engine) createTable(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.CreateTable)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	if err := validation.CreateTable(in); err != nil {
		return action{}, err
	}
	return action{table: in.TableName.Value, run: func(out []byte) ([]byte, error) {
		t, err := e.create(in)
		if err != nil {
			return out, err
		}
		return e.appendDescription(out, "TableDescription", t, statusCreating)
	}}, nil
}

func (e *Engine) create(in *request.CreateTable) (*table, error) {
	e.admin.Lock()
	defer e.admin.Unlock()
	name := in.TableName.Value
	if (*e.tables.Load())[name] == nil {
		if err := e.strict.busy(name); err != nil {
			return nil, err
		}
	}
	var t *table
	err := e.alter(name, func(r store.Reader, b *store.Batch) (*table, error) {
		if e.planned[name] != nil {
			return nil, apierror.TableExists(name)
		}
		d := e.define(in)
		first, err := reserve(r, b, 2+len(d.Indexes))
		if err != nil {
			return nil, err
		}
		d.Space = first
		for i := range d.Indexes {
			d.Indexes[i].Space = first + store.Space(i) + 1
		}
		t = newTable(d)
		t.startCounting()
		e.announced = &pending{table: t, status: statusCreating}
		t.stream, err = openStream(b, &d, first+store.Space(len(d.Indexes))+1, d.Created)
		return t, err
	})
	if err == nil {
		e.keepStream(t.stream)
	}
	return t, err
}

// define makes a definition of a checked request.
func (e *Engine) define(in *request.CreateTable) definition {
	d := definition{
		Name:               in.TableName.Value,
		ID:                 newID(),
		Created:            e.clock().UTC(),
		Status:             statusActive,
		Key:                keyElements(&in.KeySchema),
		OnDemand:           validation.OnDemand(in),
		Throughput:         throughputOf(&in.ProvisionedThroughput),
		DeletionProtection: in.DeletionProtectionEnabled.Value,
		TableClass:         in.TableClass.Value,
	}
	if d.OnDemand {
		d.OnDemandSince = d.Created
	}
	d.OnDemandMost = unitsOf(&in.OnDemandThroughput, nil)
	d.Warm = unitsOf(&in.WarmThroughput, nil)
	d.encrypt(&in.SSESpecification)
	if in.StreamSpecification.Enabled.Value {
		d.Stream = in.StreamSpecification.ViewType.Value
		d.StreamLabel = e.streamLabel(d.Name, d.Created)
	}
	for _, a := range in.AttributeDefinitions {
		d.Attributes = append(d.Attributes, definedAttribute{a.Name.Value, a.Type.Value})
	}
	d.Tags = appendTags(d.Tags, in.Tags.Last())
	d.Indexes = append(indexesOf(&in.LocalSecondaryIndexes, false), indexesOf(&in.GlobalSecondaryIndexes, true)...)
	return d
}

func indexesOf(in *request.Indexes, global bool) []indexDefinition {
	var list []indexDefinition
	for i := range in.List {
		list = append(list, indexOf(&in.List[i], global))
	}
	return list
}

func indexOf(x *request.Index, global bool) indexDefinition {
	return indexDefinition{
		Name:       x.Name.Value,
		Global:     global,
		Status:     statusActive,
		Key:        keyElements(&x.Schema),
		Projection: x.Projection.Type.Value,
		NonKey:     x.Projection.NonKeyAttributes.Values,
		Throughput: throughputOf(&x.Throughput),

		OnDemandMost: unitsOf(&x.OnDemand, nil),
		Warm:         unitsOf(&x.Warm, nil),
	}
}

func keyElements(s *request.Schema) []keyElement {
	var list []keyElement
	for _, e := range s.Elements {
		list = append(list, keyElement{e.Name.Value, e.Type.Value})
	}
	return list
}

func throughputOf(t *request.Throughput) throughput {
	return throughput{Read: t.Read.Value, Write: t.Write.Value}
}

func (e *Engine) deleteTable(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.NamedTable)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	name := in.TableName.Value
	return action{table: name, run: func(out []byte) ([]byte, error) {
		t, err := e.drop(name)
		if err != nil {
			return out, err
		}
		return e.appendDescription(out, "TableDescription", t, statusDeleting)
	}}, nil
}

func (e *Engine) drop(name string) (*table, error) {
	e.admin.Lock()
	defer e.admin.Unlock()
	if err := e.strict.busy(name); err != nil {
		return nil, err
	}
	var t *table
	var end *stream
	err := e.alter(name, func(_ store.Reader, b *store.Batch) (_ *table, err error) {
		t = e.planned[name]
		switch {
		case t == nil:
			return nil, apierror.NamedTableNotFound(name)
		case t.definition.DeletionProtection:
			return nil, apierror.DeletionProtected(name)
		}
		for _, space := range t.spaces() {
			b.Drop(space)
		}
		e.announced = &pending{table: t, status: statusDeleting}
		end, err = t.stream.closed(b, e.clock().UTC())
		return nil, err
	})
	if err == nil {
		e.keepStream(end)
	}
	return t, err
}

func (e *Engine) describeTable(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.NamedTable)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	name := in.TableName.Value
	return action{table: name, run: func(out []byte) ([]byte, error) {
		if p := e.strict.look(name); p != nil {
			return e.appendDescription(out, "Table", p.table, p.status)
		}
		t := (*e.tables.Load())[name]
		if t == nil {
			return out, apierror.NamedTableNotFound(name)
		}
		if err := e.countAll(t); err != nil && !errors.Is(err, errChanged) {
			return out, err
		}
		return e.appendDescription(out, "Table", t, t.definition.Status)
	}}, nil
}

// maxListedTables is the number of names in one answer, see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html
const maxListedTables = 100

func (e *Engine) listTables(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.ListTables)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	return action{run: func(out []byte) ([]byte, error) {
		limit := maxListedTables
		if in.Limit.Set {
			limit = int(in.Limit.Value)
		}
		return e.appendNames(out, in.ExclusiveStartTableName.Value, limit), nil
	}}, nil
}

func (e *Engine) appendNames(out []byte, after string, limit int) []byte {
	names := slices.AppendSeq(e.strict.leaving(), maps.Keys(*e.tables.Load()))
	names = slices.DeleteFunc(names, func(name string) bool { return name <= after })
	slices.Sort(names)
	names = slices.Compact(names)
	more := len(names) > limit
	names = names[:min(limit, len(names))]
	out = append(out, `{"TableNames":[`...)
	for i, name := range names {
		if i > 0 {
			out = append(out, ',')
		}
		out = wire.AppendText(out, name)
	}
	out = append(out, ']')
	if more {
		out = append(out, `,"LastEvaluatedTableName":`...)
		out = wire.AppendText(out, names[limit-1])
	}
	return append(out, '}')
}
