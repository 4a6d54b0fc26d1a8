package request

import (
	"fmt"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/wire"
)

// UpdateTable is the input of UpdateTable.
type UpdateTable struct {
	TableName                 Text
	AttributeDefinitions      []AttributeDefinition
	BillingMode               Text
	ProvisionedThroughput     Throughput
	Indexes                   []IndexUpdate
	StreamSpecification       Stream
	TableClass                Text
	DeletionProtectionEnabled Flag
	OnDemandThroughput        Units
	WarmThroughput            Units
	SSESpecification          Encryption
	// Elsewhere names a member that asks for what is not to be had here.
	Elsewhere string
}

// An IndexUpdate changes a global secondary index: one of its members is to be
// set. Update has a name and a throughput, Delete a name.
type IndexUpdate struct{ Create, Update, Delete *Index }

// Members counts those that are set.
func (u *IndexUpdate) Members() int {
	n := 0
	for _, x := range []*Index{u.Create, u.Update, u.Delete} {
		if x != nil {
			n++
		}
	}
	return n
}

// Index gives the member that is set.
func (u *IndexUpdate) Index() *Index {
	switch {
	case u.Create != nil:
		return u.Create
	case u.Update != nil:
		return u.Update
	}
	return u.Delete
}

// Read reads and checks the input.
func (u *UpdateTable) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) { u.readMember(r, name) })
	if err := r.End(); err != nil {
		return err
	}
	if err := requireTableName(&u.TableName); err != nil {
		return err
	}
	return u.check()
}

func (u *UpdateTable) readMember(r *wire.Reader, name []byte) {
	switch string(name) {
	case "TableName":
		u.TableName.read(r)
	case "AttributeDefinitions":
		u.AttributeDefinitions, _ = readDefinitions(r)
	case "BillingMode":
		u.BillingMode.read(r)
	case "ProvisionedThroughput":
		u.ProvisionedThroughput.read(r)
	case "GlobalSecondaryIndexUpdates":
		r.List(func() { u.Indexes = append(u.Indexes, readIndexUpdate(r)) })
	case "StreamSpecification":
		u.StreamSpecification.read(r)
	case "TableClass":
		u.TableClass.read(r)
	case "DeletionProtectionEnabled":
		u.DeletionProtectionEnabled.read(r)
	case "ReplicaUpdates", "GlobalTableWitnessUpdates", "MultiRegionConsistency", "VectorIndexUpdates":
		u.Elsewhere = string(name)
		r.Skip()
	case "OnDemandThroughput":
		u.OnDemandThroughput.read(r, onDemandUnits)
	case "WarmThroughput":
		u.WarmThroughput.read(r, warmUnits)
	case "SSESpecification":
		u.SSESpecification.read(r)
	default:
		r.Skip()
	}
}

func readIndexUpdate(r *wire.Reader) IndexUpdate {
	var u IndexUpdate
	r.Structure(wire.Element, "GlobalSecondaryIndexUpdate", func(name []byte) {
		switch string(name) {
		case "Create":
			u.Create = readIndexAction(r, "CreateGlobalSecondaryIndexAction")
		case "Update":
			u.Update = readIndexAction(r, "UpdateGlobalSecondaryIndexAction")
		case "Delete":
			u.Delete = readIndexAction(r, "DeleteGlobalSecondaryIndexAction")
		default:
			r.Skip()
		}
	})
	return u
}

func readIndexAction(r *wire.Reader, class string) *Index {
	x := new(Index)
	if !r.Structure(wire.Field, class, func(name []byte) { x.readMember(r, name) }) {
		return nil
	}
	return x
}

func (u *UpdateTable) check() *apierror.Error {
	var c constraints
	for i := range u.AttributeDefinitions {
		c.definition(&u.AttributeDefinitions[i], i)
	}
	c.name(u.TableName, "tableName", 3)
	c.throughput(&u.ProvisionedThroughput, "provisionedThroughput")
	c.enum(u.BillingMode, "billingMode", billingModes)
	c.units(&u.WarmThroughput, warmUnits, "warmThroughput", 1)
	c.units(&u.OnDemandThroughput, onDemandUnits, "onDemandThroughput", noMaximum)
	c.enum(u.SSESpecification.Type, "sseSpecification.sseType", encryptions)
	for i := range u.Indexes {
		c.indexUpdate(&u.Indexes[i], fmt.Sprintf("globalSecondaryIndexUpdates.%d.member", i+1))
	}
	c.enum(u.TableClass, "tableClass", tableClasses)
	c.stream(&u.StreamSpecification)
	return c.Err()
}

func (c *constraints) indexUpdate(u *IndexUpdate, path string) {
	if x := u.Update; x != nil {
		c.notNull(x.Name.Set, path+".update.indexName")
		c.name(x.Name, path+".update.indexName", 3)
		c.throughput(&x.Throughput, path+".update.provisionedThroughput")
	}
	if u.Create != nil {
		c.index(u.Create, path+".create", maxIndexSchema)
	}
	if x := u.Delete; x != nil {
		c.notNull(x.Name.Set, path+".delete.indexName")
		c.name(x.Name, path+".delete.indexName", 3)
	}
}
