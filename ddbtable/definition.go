package ddbtable

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"example.com/ddb/fields"
)

// Limits of a table.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const (
	maxGlobal   = 20  // global secondary indexes
	maxLocal    = 5   // local secondary indexes
	maxIncluded = 100 // attributes projected by INCLUDE, over all indexes
)

// A Definition describes a table whose items are Ts: its name, its primary key,
// its indexes, and how each attribute is stored. It is immutable data, bound to
// no client; [Open] makes a [Table] of it.
type Definition[T any] struct {
	schema
	plan *fields.Plan[T]
}

// A schema is what of a definition does not depend on the Go type of its items.
// The compiler compiles the methods of a generic type anew for each type, so
// what can do without T has no type parameter. See decision 0015.
type schema struct {
	name       string
	typ        string          // Go type of the items
	attributes []*fields.Field // in the order of the struct
	primary    *index
	indexes    []*index        // in the order in which the struct's tags name them
	native     []*fields.Field // attributes that are in keys because of NativeKeys
	unstored   []*fields.Field // derived ones that are not, because of it
	throughput *throughput
	duties     duties
	soft       *softDelete
	guards     []*guardRule
	guardTable string // suffix of the name of the table of guard items, "" for this table
	union      *union // of a table of several types, which has no plan
}

// throughput is the provisioned capacity of the table and of every global
// index, in units per second.
type throughput struct{ read, write int64 }

// A DefineOption refines a definition.
type DefineOption interface {
	argument
	define(*definer)
}

type defineOption func(*definer)

func (o defineOption) define(d *definer) { o(d) }

// Provisioned gives the table and every global index this many read and write
// capacity units, at least 1 each. Without it they are billed on demand.
func Provisioned(read, write int64) DefineOption {
	return defineOption(func(d *definer) {
		if read < 1 || write < 1 {
			d.fail("has Provisioned with less than 1 unit; give at least 1 for reads and writes")
		}
		d.throughput = &throughput{read, write}
	})
}

// KeysOnly makes an index project nothing but the keys of the index and the
// table. Without it, or Include, an index projects all attributes.
func KeysOnly(index string) DefineOption {
	return defineOption(func(d *definer) { d.project(index, func(x *indexDraft) { x.keysOnly = true }) })
}

// Include makes an index project the keys and these attributes.
func Include[T any](index string, attributes ...AnyAttribute[T]) DefineOption {
	return defineOption(func(d *definer) {
		d.project(index, func(x *indexDraft) {
			if len(attributes) == 0 {
				d.fail("has Include for index %s without attributes; name some, or use KeysOnly", index)
			}
			for _, a := range attributes {
				d.include(x, a)
			}
		})
	})
}

// Define checks T's tags and the options, and returns every mistake at once: a
// [fields.TagError] for each tag, a [DefinitionError] for the rest.
func Define[T any](name string, options ...DefineOption) (*Definition[T], error) {
	plan, err := fields.PlanOf[T]()
	if err != nil {
		return nil, errors.Join(badName(name, fmt.Sprintf("%T", *new(T))), err)
	}
	d := &definer{table: name, typ: plan.Type(), attributes: plan.Fields(), belongs: belongs[T]}
	s, err := d.schema(options)
	if err != nil {
		return nil, err
	}
	if len(s.unstored) > 0 {
		plan = plan.Without(s.unstored...)
		s.attributes = plan.Fields()
	}
	return &Definition[T]{schema: *s, plan: plan}, nil
}

// belongs gives the path of a handle on T; it is not ok for another handle.
func belongs[T any](a any) (path *fields.Path, err error, ok bool) {
	handle, ok := a.(AnyAttribute[T])
	if !ok && a != nil {
		return nil, nil, false
	}
	path, err = targetOf(handle)
	return path, err, true
}

// MustDefine is [Define] for package variables: it panics with all mistakes.
func MustDefine[T any](name string, options ...DefineOption) *Definition[T] {
	d, err := Define[T](name, options...)
	if err != nil {
		panic(err)
	}
	return d
}

// Name is the table's name as defined.
func (d *Definition[T]) Name() string { return d.name }

// index returns the secondary index of that name, or nil.
func (s *schema) index(name string) *index {
	i := slices.IndexFunc(s.indexes, func(x *index) bool { return x.name == name })
	if i < 0 {
		return nil
	}
	return s.indexes[i]
}

// badName checks the rule for table names.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
func badName(name, typ string) error {
	if validName(name) {
		return nil
	}
	return &DefinitionError{Table: name, Type: typ, Reason: "has no valid table name; use 3 to 255 of A-Z a-z 0-9 _ . -"}
}

func validName(name string) bool {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
	return len(name) >= 3 && len(name) <= 255 && strings.Trim(name, allowed) == ""
}

// validARN reports whether name is the Amazon Resource Name of a table, which
// every operation takes for its name:
// arn:aws:dynamodb:us-east-1:111122223333:table/orders.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
func validARN(name string) bool {
	parsed, err := arn.Parse(name)
	table, ok := strings.CutPrefix(parsed.Resource, "table/")
	return err == nil && ok && parsed.Service == "dynamodb" && validName(table)
}

// A definer collects a definition and its mistakes.
type definer struct {
	table, typ string
	attributes []*fields.Field
	belongs    func(any) (*fields.Path, error, bool) // path of a handle on T
	primary    indexDraft
	indexes    []*indexDraft
	native     []*fields.Field
	unstored   []*fields.Field
	throughput *throughput
	duties     duties
	soft       *softDelete
	guards     []*guardRule
	guardTable string
	wrong      []error
}

// schema is what the tags and the options say, or all mistakes in them.
func (d *definer) schema(options []DefineOption) (*schema, error) {
	if err := badName(d.table, d.typ); err != nil {
		d.wrong = append(d.wrong, err)
	}
	d.roles()
	for _, o := range options {
		if absent(o) {
			d.fail("has a nil option; leave it out")
			continue
		}
		o.define(d)
	}
	d.check()
	if len(d.wrong) > 0 {
		return nil, errors.Join(d.wrong...)
	}
	s := &schema{
		name: d.table, typ: d.typ, attributes: d.attributes, primary: &d.primary.index,
		native: d.native, unstored: d.unstored, throughput: d.throughput, duties: d.duties, soft: d.soft,
		guards: d.guards, guardTable: d.guardTable,
	}
	for _, x := range d.indexes {
		s.indexes = append(s.indexes, &x.index)
	}
	return s, nil
}

func (d *definer) fail(format string, args ...any) {
	d.wrong = append(d.wrong, &DefinitionError{Table: d.table, Type: d.typ, Reason: fmt.Sprintf(format, args...)})
}

// roles sorts the attributes into keys and indexes.
func (d *definer) roles() {
	for _, f := range d.attributes {
		for _, r := range f.Roles {
			x := &d.primary
			if r.Index != "" {
				x = d.draft(r.Index)
			}
			x.add(r, f)
		}
		d.duties.take(f)
	}
}

// draft returns the secondary index of that name, a new one if need be.
func (d *definer) draft(name string) *indexDraft {
	for _, x := range d.indexes {
		if x.name == name {
			return x
		}
	}
	x := &indexDraft{index: index{name: name}}
	d.indexes = append(d.indexes, x)
	return x
}

// project sets the projection of an index.
func (d *definer) project(name string, set func(*indexDraft)) {
	i := slices.IndexFunc(d.indexes, func(x *indexDraft) bool { return x.name == name })
	switch {
	case i < 0:
		d.fail("has a projection for index %s, which no tag names; add `partition=%[1]s` to a field", name)
	case d.indexes[i].projected:
		d.fail("has two projections for index %s; keep one", name)
	default:
		d.indexes[i].projected = true
		set(d.indexes[i])
	}
}

// include adds an attribute to the projection of an index.
func (d *definer) include(x *indexDraft, a any) {
	path, err, ok := d.belongs(a)
	switch {
	case !ok:
		d.fail("has Include for index %s with an attribute of another type; use handles made with Attr on %s", x.name, d.typ)
	case err != nil:
		d.fail("has Include for index %s: %v", x.name, err)
	case len(path.Steps()) > 0:
		d.fail("has Include for index %s with %s; an index projects whole attributes, name %s", x.name, path, path.Field().Name)
	case slices.Contains(x.include, path.Field().Name):
		d.fail("has Include for index %s with %s twice; name it once", x.name, path)
	default:
		x.include = append(x.include, path.Field().Name)
	}
}

// check completes the keys and refuses what DynamoDB would.
func (d *definer) check() {
	if len(d.primary.partition) == 0 {
		d.fail("has no partition key; add the option `partition` to one field, e.g. `ddb:\"id,partition\"`")
	}
	d.complete(&d.primary, "the primary key")
	d.distinct(&d.primary, "the primary key")
	globals, locals, included := 0, 0, 0
	for _, x := range d.indexes {
		d.checkIndex(x)
	}
	d.leaveOut()
	for _, x := range d.indexes {
		d.ruled(x)
		included += len(x.include)
		if x.local {
			locals++
		} else {
			globals++
		}
	}
	d.checkSoft()
	d.checkGuards()
	d.atMost(globals, maxGlobal, "global indexes")
	d.atMost(locals, maxLocal, "local indexes")
	d.atMost(included, maxIncluded, "attributes in Include over all indexes")
}

func (d *definer) atMost(n, most int, what string) {
	if n > most {
		d.fail("has %d %s, DynamoDB takes %d; remove some", n, what, most)
	}
}
