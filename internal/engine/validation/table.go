package validation

import (
	"slices"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/request"
)

// Limits of a table's definition, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
const (
	maxLocalIndexes  = 5
	maxGlobalIndexes = 20
	maxProjected     = 100
	maxThroughput    = 1000000000000
	maxKeyPart       = 4
	// MaxTags is the number of tags of one table.
	MaxTags = 50
)

// CreateTable checks the definition of a new table.
func CreateTable(t *request.CreateTable) *apierror.Error {
	if t.Elsewhere != "" {
		return apierror.NotHere(t.Elsewhere)
	}
	if err := checkThroughput(t); err != nil {
		return err
	}
	definitions, err := definedNames(t.AttributeDefinitions)
	if err != nil {
		return err
	}
	if err := checkTableSchema(t, definitions); err != nil {
		return err
	}
	names := make(map[string]bool)
	if err := checkLocalIndexes(t, definitions, names); err != nil {
		return err
	}
	if err := checkGlobalIndexes(t, definitions, names); err != nil {
		return err
	}
	if err := checkUnused(t, definitions); err != nil {
		return err
	}
	if err := checkProjected(t); err != nil {
		return err
	}
	if len(t.Tags.List) > MaxTags {
		return apierror.TooManyTags()
	}
	return checkStream(&t.StreamSpecification)
}

// OnDemand tells whether a table bills by request.
func OnDemand(t *request.CreateTable) bool {
	return t.BillingMode.Value == "PAY_PER_REQUEST"
}

func checkThroughput(t *request.CreateTable) *apierror.Error {
	p := &t.ProvisionedThroughput
	switch {
	case OnDemand(t) && p.Set:
		return apierror.ThroughputOnDemand()
	case OnDemand(t):
		return nil
	case !p.Set:
		return apierror.ThroughputRequired()
	}
	return checkBounds(p)
}

func checkBounds(p *request.Throughput) *apierror.Error {
	switch {
	case p.Read.Value > maxThroughput:
		return apierror.ThroughputOutOfBounds(p.Read.Value, "ReadCapacityUnits")
	case p.Write.Value > maxThroughput:
		return apierror.ThroughputOutOfBounds(p.Write.Value, "WriteCapacityUnits")
	}
	return nil
}

// defined are the names of a table's attribute definitions.
type defined struct {
	list []string
	set  map[string]bool
}

func definedNames(list []request.AttributeDefinition) (*defined, *apierror.Error) {
	names := &defined{set: make(map[string]bool, len(list))}
	for _, d := range list {
		if names.set[d.Name.Value] {
			return nil, apierror.DefinitionTwice(d.Name.Value)
		}
		names.set[d.Name.Value] = true
		names.list = append(names.list, d.Name.Value)
	}
	return names, nil
}

func schemaNames(s *request.Schema) []string {
	var names []string
	for _, k := range s.Elements {
		names = append(names, k.Name.Value)
	}
	return names
}

func checkTableSchema(t *request.CreateTable, definitions *defined) *apierror.Error {
	keys := schemaNames(&t.KeySchema)
	if len(keys) > len(definitions.list) {
		return apierror.SchemaUndefined()
	}
	if err := checkDefined(keys, definitions); err != nil {
		return err
	}
	if err := checkPair(&t.KeySchema); err != nil {
		return err
	}
	indexed := t.LocalSecondaryIndexes.Set || t.GlobalSecondaryIndexes.Set
	if !indexed && len(keys) != len(definitions.list) {
		return apierror.SchemaCount()
	}
	return nil
}

func checkDefined(keys []string, definitions *defined) *apierror.Error {
	for _, key := range keys {
		if !definitions.set[key] {
			return apierror.SchemaKeysUndefined(keys, definitions.list)
		}
	}
	return nil
}

// checkPair checks a key of at most two attributes.
func checkPair(s *request.Schema) *apierror.Error {
	e := s.Elements
	switch {
	case len(e) > 1 && e[0].Name.Value == e[1].Name.Value:
		return apierror.SchemaSameName()
	case e[0].Type.Value != "HASH":
		return apierror.SchemaFirstNotHash()
	case len(e) > 1 && e[1].Type.Value != "RANGE":
		return apierror.SchemaSecondNotRange()
	}
	return nil
}

func checkLocalIndexes(t *request.CreateTable, definitions *defined, names map[string]bool) *apierror.Error {
	x := &t.LocalSecondaryIndexes
	switch {
	case !x.Set:
		return nil
	case len(x.List) == 0:
		return apierror.LocalIndexesEmpty()
	case len(t.KeySchema.Elements) != 2:
		return apierror.LocalIndexWithoutSortKey()
	}
	tableKey := t.KeySchema.Elements[0].Name.Value
	for i := range x.List {
		index := &x.List[i]
		if err := checkDefined(schemaNames(&index.Schema), definitions); err != nil {
			return err
		}
		if err := checkPair(&index.Schema); err != nil {
			return err
		}
		if len(index.Schema.Elements) != 2 {
			return apierror.LocalIndexSortKey(index.Name.Value)
		}
		if key := index.Schema.Elements[0].Name.Value; key != tableKey {
			return apierror.LocalIndexPartitionKey(index.Name.Value, key, tableKey)
		}
		if err := checkIndex(index, names); err != nil {
			return err
		}
	}
	if len(x.List) > maxLocalIndexes {
		return apierror.TooManyLocalIndexes()
	}
	return nil
}

func checkGlobalIndexes(t *request.CreateTable, definitions *defined, names map[string]bool) *apierror.Error {
	x := &t.GlobalSecondaryIndexes
	switch {
	case !x.Set:
		return nil
	case len(x.List) == 0:
		return apierror.GlobalIndexesEmpty()
	}
	for i := range x.List {
		if err := checkGlobalIndex(&x.List[i], definitions, names, OnDemand(t)); err != nil {
			return err
		}
	}
	if len(x.List) > maxGlobalIndexes {
		return apierror.TooManyGlobalIndexes()
	}
	return nil
}

func checkGlobalIndex(x *request.Index, definitions *defined, names map[string]bool, onDemand bool) *apierror.Error {
	if err := checkDefined(schemaNames(&x.Schema), definitions); err != nil {
		return err
	}
	if err := checkGlobalSchema(x); err != nil {
		return err
	}
	if err := checkIndex(x, names); err != nil {
		return err
	}
	switch {
	case onDemand && x.Throughput.Set:
		return apierror.IndexThroughputOnDemand(x.Name.Value)
	case !onDemand && !x.Throughput.Set:
		return apierror.IndexThroughputRequired(x.Name.Value)
	}
	return nil
}

// checkGlobalSchema checks the key of a global secondary index: one to four
// HASH attributes, then none to four RANGE attributes.
func checkGlobalSchema(x *request.Index) *apierror.Error {
	e := x.Schema.Elements
	if len(e) <= 2 && !(len(e) == 2 && e[0].Type.Value == "HASH" && e[1].Type.Value == "HASH") {
		return checkPair(&x.Schema)
	}
	if e[0].Type.Value != "HASH" {
		return apierror.SchemaFirstNotHash()
	}
	counts := map[string]int{}
	seen := map[string]bool{}
	for _, k := range e {
		if seen[k.Name.Value] {
			return apierror.IndexSchemaTwice(k.Name.Value, x.Name.Value)
		}
		seen[k.Name.Value] = true
		if k.Type.Value == "HASH" && counts["RANGE"] > 0 {
			return apierror.IndexSchemaOrder(x.Name.Value)
		}
		if counts[k.Type.Value]++; counts[k.Type.Value] > maxKeyPart {
			return apierror.IndexSchemaCount(k.Type.Value, x.Name.Value)
		}
	}
	return nil
}

func checkIndex(x *request.Index, names map[string]bool) *apierror.Error {
	p := &x.Projection
	switch {
	case !p.Type.Set:
		return apierror.ProjectionMissing()
	case p.NonKeyAttributes.Set && p.Type.Value != "INCLUDE":
		return apierror.ProjectionAttributes(p.Type.Value)
	case !p.NonKeyAttributes.Set && p.Type.Value == "INCLUDE":
		return apierror.ProjectionWithoutAttributes()
	case names[x.Name.Value]:
		return apierror.IndexTwice(x.Name.Value)
	}
	names[x.Name.Value] = true
	return nil
}

// checkUnused refuses definitions that no key uses.
func checkUnused(t *request.CreateTable, definitions *defined) *apierror.Error {
	used := schemaNames(&t.KeySchema)
	for _, list := range [][]request.Index{t.LocalSecondaryIndexes.List, t.GlobalSecondaryIndexes.List} {
		for i := range list {
			used = append(used, schemaNames(&list[i].Schema)...)
		}
	}
	slices.Sort(used)
	used = slices.Compact(used)
	// All of them are defined: when there are as many, none is left.
	if len(used) < len(definitions.list) {
		return apierror.SchemaUnusedDefinitions(definitions.list, used)
	}
	return nil
}

func checkProjected(t *request.CreateTable) *apierror.Error {
	count := 0
	for _, list := range [][]request.Index{t.LocalSecondaryIndexes.List, t.GlobalSecondaryIndexes.List} {
		for i := range list {
			count += len(list[i].Projection.NonKeyAttributes.Values)
		}
	}
	if count > maxProjected {
		return apierror.TooManyProjected(count)
	}
	return nil
}

func checkStream(s *request.Stream) *apierror.Error {
	switch {
	case !s.Set:
		return nil
	case s.Enabled.Value && !s.ViewType.Set:
		return apierror.StreamViewRequired()
	case !s.Enabled.Value && s.ViewType.Set:
		return apierror.StreamDisabledView()
	}
	return nil
}
