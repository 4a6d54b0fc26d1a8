package request

import (
	"fmt"
	"slices"
	"strings"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/wire"
)

// An AttributeDefinition gives the type of a key attribute.
type AttributeDefinition struct {
	Name Text
	Type Text
}

// A KeyElement is one attribute of a key schema.
type KeyElement struct {
	Name Text
	Type Text
}

// String shows the element as the service does.
func (k KeyElement) String() string {
	return "KeySchemaElement(attributeName=" + k.Name.or("null") + ", keyType=" + k.Type.or("null") + ")"
}

// A Schema is the optional key schema of a table or an index.
type Schema struct {
	Elements []KeyElement
	Set      bool
}

// Throughput is the optional provisioned throughput of a table or an index.
type Throughput struct {
	Read  Int
	Write Int
	Set   bool
}

// A Projection tells which attributes an index holds.
type Projection struct {
	Type             Text
	NonKeyAttributes Texts
	Set              bool
}

// An Index is a secondary index to be created.
type Index struct {
	Name       Text
	Schema     Schema
	Projection Projection
	Throughput Throughput
	OnDemand   Units
	Warm       Units
}

// Indexes is an optional list of indexes.
type Indexes struct {
	List []Index
	Set  bool
}

// A Stream is the optional stream specification of a table.
type Stream struct {
	Enabled  Flag
	ViewType Text
	Set      bool
}

// A Tag is a label of a table.
type Tag struct{ Key, Value Text }

// CreateTable is the input of CreateTable.
type CreateTable struct {
	TableName                 Text
	AttributeDefinitions      []AttributeDefinition
	DefinitionsSet            bool
	KeySchema                 Schema
	LocalSecondaryIndexes     Indexes
	GlobalSecondaryIndexes    Indexes
	BillingMode               Text
	ProvisionedThroughput     Throughput
	StreamSpecification       Stream
	TableClass                Text
	DeletionProtectionEnabled Flag
	OnDemandThroughput        Units
	WarmThroughput            Units
	SSESpecification          Encryption
	Tags                      Tags
	// Elsewhere names a member that asks for what is not to be had here.
	Elsewhere string
}

var (
	billingModes   = []string{"PROVISIONED", "PAY_PER_REQUEST"}
	attributeTypes = []string{"B", "N", "S"}
	keyTypes       = []string{"HASH", "RANGE"}
	projections    = []string{"ALL", "INCLUDE", "KEYS_ONLY"}
	tableClasses   = []string{"STANDARD", "STANDARD_INFREQUENT_ACCESS"}
	encryptions    = []string{"AES256", "KMS"}
	streamViews    = []string{"NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"}
)

// Read reads and checks the input.
func (t *CreateTable) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) { t.readMember(r, name) })
	if err := r.End(); err != nil {
		return err
	}
	if err := requireTableName(&t.TableName); err != nil {
		return err
	}
	return t.check()
}

// requireTableName makes the first check of every table operation.
func requireTableName(name *Text) *apierror.Error {
	if !name.Set {
		return apierror.RequiredParameter("TableName")
	}
	name.Value = nameOf(name.Value)
	if len(name.Value) < 3 || len(name.Value) > 255 {
		return apierror.TableNameLength()
	}
	return nil
}

func (t *CreateTable) readMember(r *wire.Reader, name []byte) {
	switch string(name) {
	case "TableName":
		t.TableName.read(r)
	case "AttributeDefinitions":
		t.AttributeDefinitions, t.DefinitionsSet = readDefinitions(r)
	case "KeySchema":
		t.KeySchema.read(r)
	case "LocalSecondaryIndexes":
		t.LocalSecondaryIndexes.read(r, "LocalSecondaryIndex")
	case "GlobalSecondaryIndexes":
		t.GlobalSecondaryIndexes.read(r, "GlobalSecondaryIndex")
	case "BillingMode":
		t.BillingMode.read(r)
	case "ProvisionedThroughput":
		t.ProvisionedThroughput.read(r)
	case "StreamSpecification":
		t.StreamSpecification.read(r)
	case "TableClass":
		t.TableClass.read(r)
	case "DeletionProtectionEnabled":
		t.DeletionProtectionEnabled.read(r)
	case "OnDemandThroughput":
		t.OnDemandThroughput.read(r, onDemandUnits)
	case "WarmThroughput":
		t.WarmThroughput.read(r, warmUnits)
	case "SSESpecification":
		t.SSESpecification.read(r)
	case "Tags":
		t.Tags.read(r)
	case "GlobalTableSourceArn", "VectorIndexes":
		t.Elsewhere = string(name)
		r.Skip()
	default:
		r.Skip()
	}
}

func readDefinitions(r *wire.Reader) ([]AttributeDefinition, bool) {
	var list []AttributeDefinition
	ok := r.List(func() {
		var d AttributeDefinition
		r.Structure(wire.Element, "AttributeDefinition", func(name []byte) {
			switch string(name) {
			case "AttributeName":
				d.Name.read(r)
			case "AttributeType":
				d.Type.read(r)
			default:
				r.Skip()
			}
		})
		list = append(list, d)
	})
	return list, ok
}

func (s *Schema) read(r *wire.Reader) {
	s.Elements = nil
	s.Set = r.List(func() {
		var k KeyElement
		r.Structure(wire.Element, "KeySchemaElement", func(name []byte) {
			switch string(name) {
			case "AttributeName":
				k.Name.read(r)
			case "KeyType":
				k.Type.read(r)
			default:
				r.Skip()
			}
		})
		s.Elements = append(s.Elements, k)
	})
}

func (t *Throughput) read(r *wire.Reader) {
	t.Set = r.Structure(wire.Field, "ProvisionedThroughput", func(name []byte) {
		switch string(name) {
		case "ReadCapacityUnits":
			t.Read.read(r, "Long")
		case "WriteCapacityUnits":
			t.Write.read(r, "Long")
		default:
			r.Skip()
		}
	})
}

func (x *Indexes) read(r *wire.Reader, class string) {
	x.List = nil
	x.Set = r.List(func() {
		var index Index
		r.Structure(wire.Element, class, func(name []byte) { index.readMember(r, name) })
		x.List = append(x.List, index)
	})
}

func (x *Index) readMember(r *wire.Reader, name []byte) {
	switch string(name) {
	case "IndexName":
		x.Name.read(r)
	case "KeySchema":
		x.Schema.read(r)
	case "Projection":
		x.Projection.Set = r.Structure(wire.Field, "Projection", func(name []byte) {
			switch string(name) {
			case "ProjectionType":
				x.Projection.Type.read(r)
			case "NonKeyAttributes":
				x.Projection.NonKeyAttributes.read(r)
			default:
				r.Skip()
			}
		})
	case "ProvisionedThroughput":
		x.Throughput.read(r)
	case "OnDemandThroughput":
		x.OnDemand.read(r, onDemandUnits)
	case "WarmThroughput":
		x.Warm.read(r, warmUnits)
	default:
		r.Skip()
	}
}

func (s *Stream) read(r *wire.Reader) {
	s.Set = r.Structure(wire.Field, "StreamSpecification", func(name []byte) {
		switch string(name) {
		case "StreamEnabled":
			s.Enabled.read(r)
		case "StreamViewType":
			s.ViewType.read(r)
		default:
			r.Skip()
		}
	})
}

func (t *CreateTable) check() *apierror.Error {
	var c constraints
	c.definitions(t.AttributeDefinitions, t.DefinitionsSet)
	c.name(t.TableName, "tableName", 3)
	c.enum(t.BillingMode, "billingMode", billingModes)
	c.throughput(&t.ProvisionedThroughput, "provisionedThroughput")
	c.units(&t.WarmThroughput, warmUnits, "warmThroughput", 1)
	c.units(&t.OnDemandThroughput, onDemandUnits, "onDemandThroughput", noMaximum)
	c.enum(t.SSESpecification.Type, "sseSpecification.sseType", encryptions)
	c.schema(&t.KeySchema, "keySchema", 2)
	c.indexes(&t.GlobalSecondaryIndexes, "globalSecondaryIndexes", maxIndexSchema)
	c.indexes(&t.LocalSecondaryIndexes, "localSecondaryIndexes", 2)
	c.enum(t.TableClass, "tableClass", tableClasses)
	c.stream(&t.StreamSpecification)
	c.tags(&t.Tags)
	return c.Err()
}

func (c *constraints) stream(s *Stream) {
	if s.Set {
		c.notNull(s.Enabled.Set, "streamSpecification.streamEnabled")
		c.enum(s.ViewType, "streamSpecification.streamViewType", streamViews)
	}
}

// maxIndexSchema is the number of attributes in the key of a global secondary
// index: four of each type.
const maxIndexSchema = 8

func (c *constraints) definitions(list []AttributeDefinition, set bool) {
	c.notNull(set, "attributeDefinitions")
	for i := range list {
		c.definition(&list[i], i)
	}
}

func (c *constraints) definition(d *AttributeDefinition, i int) {
	path := fmt.Sprintf("attributeDefinitions.%d.member.", i+1)
	c.notNull(d.Name.Set, path+"attributeName")
	c.attributeName(d.Name, path+"attributeName")
	c.notNull(d.Type.Set, path+"attributeType")
	c.enum(d.Type, path+"attributeType", attributeTypes)
}

// maxKeyName is the length of the name of an attribute of a key, or of one that
// an index includes, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const maxKeyName = 255

// attributeName bounds the name of a key attribute.
func (c *constraints) attributeName(t Text, path string) {
	if t.Set {
		c.length(len(t.Value), t.Value, path, 1, maxKeyName)
	}
}

func (c *constraints) throughput(t *Throughput, path string) {
	if !t.Set {
		return
	}
	c.notNull(t.Write.Set, path+".writeCapacityUnits")
	c.minimum(t.Write, path+".writeCapacityUnits", 1)
	c.notNull(t.Read.Set, path+".readCapacityUnits")
	c.minimum(t.Read, path+".readCapacityUnits", 1)
}

func (c *constraints) schema(s *Schema, path string, most int) {
	c.notNull(s.Set, path)
	if !s.Set {
		return
	}
	var shown []string
	for _, k := range s.Elements {
		shown = append(shown, k.String())
	}
	c.length(len(s.Elements), "["+strings.Join(shown, ", ")+"]", path, 1, most)
	for i, k := range s.Elements {
		member := fmt.Sprintf("%s.%d.member.", path, i+1)
		c.notNull(k.Name.Set, member+"attributeName")
		c.attributeName(k.Name, member+"attributeName")
		c.notNull(k.Type.Set, member+"keyType")
		c.enum(k.Type, member+"keyType", keyTypes)
	}
}

func (c *constraints) indexes(x *Indexes, path string, most int) {
	for i := range x.List {
		c.index(&x.List[i], fmt.Sprintf("%s.%d.member", path, i+1), most)
	}
}

func (c *constraints) index(x *Index, path string, most int) {
	c.notNull(x.Name.Set, path+".indexName")
	c.name(x.Name, path+".indexName", 3)
	c.schema(&x.Schema, path+".keySchema", most)
	c.notNull(x.Projection.Set, path+".projection")
	c.enum(x.Projection.Type, path+".projection.projectionType", projections)
	c.included(x.Projection.NonKeyAttributes, path+".projection.nonKeyAttributes")
	c.throughput(&x.Throughput, path+".provisionedThroughput")
}

// included checks the names of the attributes that an index includes.
func (c *constraints) included(names Texts, path string) {
	if !names.Set {
		return
	}
	c.length(len(names.Values), showList(names.Values), path, 1, 20)
	if slices.ContainsFunc(names.Values, func(name string) bool { return name == "" || len(name) > maxKeyName }) {
		c.Add(quoted(showList(names.Values)), path, apierror.ConstraintEach(1, maxKeyName))
	}
}

// A NamedTable is the input of the operations that name a table and nothing
// else.
type NamedTable struct {
	TableName Text
}

// Read reads and checks the input.
func (n *NamedTable) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) {
		if string(name) == "TableName" {
			n.TableName.read(r)
			return
		}
		r.Skip()
	})
	if err := r.End(); err != nil {
		return err
	}
	if err := requireTableName(&n.TableName); err != nil {
		return err
	}
	var c constraints
	c.name(n.TableName, "tableName", 3)
	return c.Err()
}

// ListTables is the input of ListTables.
type ListTables struct {
	ExclusiveStartTableName Text
	Limit                   Int
}

// Read reads and checks the input.
func (l *ListTables) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) {
		switch string(name) {
		case "ExclusiveStartTableName":
			l.ExclusiveStartTableName.read(r)
		case "Limit":
			l.Limit.read(r, "Integer")
		default:
			r.Skip()
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	var c constraints
	c.minimum(l.Limit, "limit", 1)
	c.maximum(l.Limit, "limit", 100)
	c.name(l.ExclusiveStartTableName, "exclusiveStartTableName", 3)
	return c.Err()
}
