package ddbtable

import (
	"errors"
	"fmt"
	"slices"

	"example.com/ddb/fields"
)

// An AnyDefinition is a [Definition], whatever its items are.
type AnyDefinition interface {
	argument
	kind() (*kind, error)
}

// ErrUnknownType is the cause of an [ItemError] about an item of a collection
// whose discriminator names none of its types.
var ErrUnknownType = errors.New("discriminator names none of the types of the collection; add the type with Unite, or skip the item, as OnBadItem does")

// Unite joins the definitions of several Go types that share one table. What it
// returns is the definition of the table as a whole: the [Table] that [Open]
// makes of it has items of type any, each of the Go type that its discriminator
// names.
//
//	var Shop = ddbtable.MustUnite(Customers, Invoices)
//
//	shop := ddbtable.Open(client, Shop)
//	for item, err := range shop.Query(ddbtable.Of(CustomerID.Eq("c1"))).All(ctx) {
//		switch v := item.(type) {
//		case Customer: …
//		case Invoice: …
//		}
//	}
//
// [Table.Query] reads one partition, in the order of the sort key, whatever
// types its items have, and [Table.Scan] all of it. An item of another type is
// an [ItemError] with [ErrUnknownType], which [Query.OnBadItem] may skip.
// [Table.CreateTable] makes the table with the indexes of all types. To write,
// and to read items of one type, open that type's own definition: its reads
// never return an item of another type.
//
// The definitions must have the same table name, key attributes and throughput,
// the same key and projection of an index that several of them have, the same
// type of attribute wherever one is a key, and discriminators that differ. All
// mistakes are returned at once, as [DefinitionError]s. See decision 0012.
func Unite(definitions ...AnyDefinition) (*Definition[any], error) {
	u := &uniter{def: &Definition[any]{schema: schema{typ: "the collection", union: new(union)}}}
	if len(definitions) == 0 {
		return nil, &DefinitionError{Table: "?", Type: "Unite", Reason: "has no definitions; give one for each type in the table"}
	}
	for _, d := range definitions {
		if absent(d) {
			u.wrong = append(u.wrong, errNoDefinition)
			continue
		}
		k, err := d.kind()
		if err != nil {
			u.wrong = append(u.wrong, err)
			continue
		}
		u.add(k)
	}
	u.check()
	if len(u.wrong) > 0 {
		return nil, errors.Join(u.wrong...)
	}
	return u.def, nil
}

// MustUnite is [Unite] for package variables: it panics with all mistakes.
func MustUnite(definitions ...AnyDefinition) *Definition[any] {
	d, err := Unite(definitions...)
	if err != nil {
		panic(err)
	}
	return d
}

// Of makes a condition on one type a condition for a table of several types,
// which [Unite] defines.
func Of[T any](cond Cond[T]) Cond[any] { return ofNode[any](given(cond)) }

var errNoDefinition = errors.New("ddbtable: definition is nil or the zero value; make one with ddbtable.Define")

// A union is the types that share a table.
type union struct {
	discriminator *fields.Field
	kinds         []*kind
}

// A kind is one of the types, free of its type parameter.
type kind struct {
	*schema

	// read reads an item of this type. The error is a [fields.ValueError], or
	// the item's JSON is damaged.
	read func(item) (any, error)

	// hidden reports whether the item was deleted under SoftDelete.
	hidden func(item) bool
}

func (d *Definition[T]) kind() (*kind, error) {
	switch {
	case d != nil && d.union != nil:
		return nil, &DefinitionError{Table: d.name, Type: d.typ, Reason: "is made by Unite itself; give Unite the definitions of all types at once"}
	case d == nil || d.plan == nil:
		return nil, errNoDefinition
	}
	t := &core{schema: &d.schema}
	return &kind{&d.schema, func(i item) (any, error) {
		r := d.blank()
		err := r.read(i, nil)
		if err == nil {
			err = t.finish(r, i, projection{})
		}
		return *r.v, err
	}, t.hidden}, nil
}

// constant is the value of the kind's discriminator.
func (k *kind) constant() fields.Value { return k.duties.discriminator.Template.Constant() }

// A uniter collects a union and the mistakes in it.
type uniter struct {
	def   *Definition[any]
	wrong []error
}

func (u *uniter) fail(k *kind, format string, args ...any) {
	u.wrong = append(u.wrong, &DefinitionError{Table: u.def.name, Type: k.typ, Reason: fmt.Sprintf(format, args...)})
}

// add joins one type to those before it. The first one decides what all must
// have in common.
func (u *uniter) add(k *kind) {
	d := u.def
	if len(d.union.kinds) == 0 {
		d.name, d.primary, d.throughput = k.name, k.primary, k.throughput
	}
	d.union.kinds = append(d.union.kinds, k)
	d.attributes = append(d.attributes, k.attributes...)
	u.sameTable(k)
	u.addDiscriminator(k)
	u.addTTL(k)
	u.addGuards(k)
	for _, x := range k.indexes {
		u.addIndex(k, x)
	}
}

func (u *uniter) sameTable(k *kind) {
	d, first := u.def, u.def.union.kinds[0]
	if k.name != d.name {
		u.fail(k, "is defined for table %s, but %s for %s; give them the same name", k.name, first.typ, d.name)
	}
	if got, want := k.primary.keyText(), d.primary.keyText(); got != want {
		u.fail(k, "has the primary key %s, but %s has %s; name the attributes alike", got, first.typ, want)
	}
	if !k.throughput.equal(d.throughput) {
		u.fail(k, "has another throughput than %s; give Provisioned to all or none, with the same numbers", first.typ)
	}
}

func (t *throughput) equal(other *throughput) bool {
	return t == other || t != nil && other != nil && *t == *other
}

// keyText describes a key: the names and types of its attributes.
func (x *index) keyText() string {
	text := ""
	for _, f := range x.keys() {
		if text != "" {
			text += " + "
		}
		text += f.Name + " " + string(f.Kind)
	}
	return text
}

func (u *uniter) addDiscriminator(k *kind) {
	all, f := u.def.union, k.duties.discriminator
	if f == nil {
		u.fail(k, "has no discriminator; add a field _ struct{} with a tag such as `ddb:\"type,discriminator,from=invoice\"`")
		return
	}
	if all.discriminator == nil {
		all.discriminator = f
	}
	if f.Name != all.discriminator.Name {
		u.fail(k, "has the discriminator in attribute %s, others have it in %s; use one attribute", f.Name, all.discriminator.Name)
	}
	for _, other := range all.kinds {
		if g := other.duties.discriminator; other != k && g != nil && other.constant() == k.constant() {
			u.fail(k, "has the same discriminator as %s; give each type one of its own", other.typ)
		}
	}
}

// addTTL takes the attribute with the time to live, of which a table has one.
func (u *uniter) addTTL(k *kind) {
	f := k.duties.ttl
	switch d := &u.def.duties; {
	case f == nil:
	case d.ttl == nil:
		d.ttl = f
	case d.ttl.Name != f.Name:
		u.fail(k, "has the time to live in attribute %s, another type has it in %s; a table has one", f.Name, d.ttl.Name)
	}
}

// addGuards takes the table of guard items, of which a table has one.
func (u *uniter) addGuards(k *kind) {
	switch d := u.def; {
	case k.guardTable == "":
	case d.guardTable == "":
		d.guardTable = k.guardTable
	case d.guardTable != k.guardTable:
		u.fail(k, "has GuardTable %q, another type has %q; give all the same", k.guardTable, d.guardTable)
	}
}

func (u *uniter) addIndex(k *kind, x *index) {
	same := u.def.index(x.name)
	if same == nil {
		without := *x // rules are the type's own
		without.rule, without.ruled = nil, nil
		u.def.indexes = append(u.def.indexes, &without)
		return
	}
	if got, want := x.text(), same.text(); got != want {
		u.fail(k, "has index %s %s, another type has it %s; define it alike", x.name, got, want)
	}
}

// text describes an index: its key and what it projects.
func (x *index) text() string {
	return indexText(x.local, x.schema(), x.projection()) + ", its key being " + x.keyText()
}

// check looks at all types together.
func (u *uniter) check() {
	d := u.def
	globals, locals, included := 0, 0, 0
	for _, x := range d.indexes {
		included += len(x.include)
		if x.local {
			locals++
		} else {
			globals++
		}
	}
	all := &definer{table: d.name, typ: "the collection"}
	all.atMost(globals, maxGlobal, "global indexes")
	all.atMost(locals, maxLocal, "local indexes")
	all.atMost(included, maxIncluded, "attributes in Include over all indexes")
	u.wrong = append(u.wrong, all.wrong...)
	if len(d.union.kinds) > 0 {
		u.checkKeyTypes()
	}
}

// checkKeyTypes refuses an attribute that is a key of the table or of an index,
// and that a type stores in another way: an item with it could not be written.
func (u *uniter) checkKeyTypes() {
	for _, key := range u.def.keyFields() {
		for _, k := range u.def.union.kinds {
			i := slices.IndexFunc(k.attributes, func(f *fields.Field) bool { return f.Name == key.Name })
			if i >= 0 && k.attributes[i].Kind != key.Kind {
				u.fail(k, "stores attribute %s as type %s, but it is a key of type %s; rename it, or store it alike", key.Name, k.attributes[i].Kind, key.Kind)
			}
		}
	}
}

// of finds the type that an item is of, nil if it is none of them.
func (u *union) of(i item) *kind {
	v, err := i.value(u.discriminator.Name)
	if err != nil {
		return nil
	}
	for _, k := range u.kinds {
		if k.constant().Equal(v) {
			return k
		}
	}
	return nil
}

// owner finds the type that an attribute belongs to, nil if it is none of them.
func (u *union) owner(f *fields.Field) *kind {
	for _, k := range u.kinds {
		if slices.Contains(k.attributes, f) {
			return k
		}
	}
	return nil
}

// hides reports whether an item was deleted under its type's SoftDelete.
func (u *union) hides(i item) bool {
	k := u.of(i)
	return k != nil && k.hidden(i)
}

// hidesSome reports whether a type hides what was deleted.
func (u *union) hidesSome() bool {
	return slices.ContainsFunc(u.kinds, func(k *kind) bool { return k.soft != nil })
}

// errOfUnion refuses what needs to know the type beforehand.
var errOfUnion = planErrorf("a table of several types is read with Query and Scan; to write, and to read by key, open the definition of the item's type")
