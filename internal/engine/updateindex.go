package engine

import (
	"bytes"
	"slices"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/store"
	"example.com/ddb/internal/engine/validation"
)

func (u *update) applyIndexes(in *request.UpdateTable) *apierror.Error {
	if err := validation.OneIndexUpdate(in.Indexes); err != nil {
		return err
	}
	for i := range in.Indexes {
		if x := in.Indexes[i].Delete; x != nil {
			if err := u.deleteIndex(x.Name.Value); err != nil {
				return err
			}
		}
		if x := in.Indexes[i].Create; x != nil {
			if err := u.createIndex(in, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// deleteIndex takes an index away, and the attribute definitions that no other
// key needs.
func (u *update) deleteIndex(name string) *apierror.Error {
	if _, err := u.global(name); err != nil {
		return err
	}
	u.deleted = u.before.index(name).definition
	u.d.Indexes = slices.DeleteFunc(u.d.Indexes, func(x indexDefinition) bool { return x.Name == name })
	u.d.Attributes = slices.DeleteFunc(slices.Clone(u.d.Attributes), func(a definedAttribute) bool {
		return u.role(a.Name) == ""
	})
	return nil
}

// role tells whether an attribute is HASH or RANGE in the first key that has
// it, "" when none has.
func (u *update) role(name string) string {
	keys := u.d.Key
	for i := range u.d.Indexes {
		keys = slices.Concat(keys, u.d.Indexes[i].Key)
	}
	for _, k := range keys {
		if k.Name == name {
			return k.Type
		}
	}
	return ""
}

func (u *update) createIndex(in *request.UpdateTable, x *request.Index) *apierror.Error {
	if u.before.index(x.Name.Value) != nil {
		return apierror.IndexExists()
	}
	if err := validation.NewIndex(in, x, u.d.OnDemand); err != nil {
		return err
	}
	if err := u.defineAttributes(in.AttributeDefinitions, x); err != nil {
		return err
	}
	u.d.Indexes = append(u.d.Indexes, indexOf(x, true))
	u.created = &u.d.Indexes[len(u.d.Indexes)-1]
	global, projected := 0, 0
	for i := range u.d.Indexes {
		projected += len(u.d.Indexes[i].NonKey)
		if u.d.Indexes[i].Global {
			global++
		}
	}
	return validation.IndexCounts(global, projected)
}

// defineAttributes adds the definitions that the key of a new index needs. As
// with the service, others of the request's definitions say nothing.
func (u *update) defineAttributes(definitions []request.AttributeDefinition, x *request.Index) *apierror.Error {
	u.d.Attributes = slices.Clone(u.d.Attributes)
	for _, k := range x.Schema.Elements {
		name := k.Name.Value
		i := slices.IndexFunc(definitions, func(d request.AttributeDefinition) bool { return d.Name.Value == name })
		kind := definitions[i].Type.Value
		known := u.before.kind(name).String()
		if known != "" && known != kind {
			return apierror.AttributeRedefined(
				apierror.SchemaPart{Name: name, Kind: known, Role: u.role(name)},
				apierror.SchemaPart{Name: name, Kind: kind, Role: k.Type.Value})
		}
		if known == "" {
			u.d.Attributes = append(u.d.Attributes, definedAttribute{name, kind})
		}
	}
	return nil
}

// global gives a global secondary index.
func (u *update) global(name string) (*indexDefinition, *apierror.Error) {
	i := slices.IndexFunc(u.d.Indexes, func(x indexDefinition) bool { return x.Name == name })
	switch {
	case i < 0:
		return nil, apierror.IndexToUpdateNotFound()
	case !u.d.Indexes[i].Global:
		return nil, apierror.IndexNotGlobal()
	}
	return &u.d.Indexes[i], nil
}

// backfill puts what a table holds into a new index. Items whose attributes do
// not fit the index's key stay out of it, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.html
//
// Entries are put in their order: a durable store keeps all that one write puts
// into a page in a sorted list, and to put many in any order would take minutes.
func (t *table) backfill(r store.Reader, b *store.Batch, x *index) error {
	x.totals.counted.Store(true)
	type entry struct{ place, item []byte }
	var entries []entry
	err := r.Range(t.definition.Space, store.Range{}, func(key, value []byte) bool {
		it := attribute.Item(value)
		if held := x.entry(it); held != nil {
			entries = append(entries, entry{x.place(it, key), bytes.Clone(held)})
			x.totals.add(nil, held, 1)
		}
		return true
	})
	slices.SortFunc(entries, func(a, b entry) int { return bytes.Compare(a.place, b.place) })
	for _, e := range entries {
		b.Put(x.definition.Space, e.place, e.item)
	}
	return err
}
