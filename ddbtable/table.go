package ddbtable

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/fields"
	"example.com/ddb/internal/seal"
)

// A Table is a definition bound to a client. It is immutable and safe for use
// from any number of goroutines. Methods that take a context send requests;
// the others never do.
type Table[T any] struct {
	core
	def *Definition[T]
}

// A core is what of a table does not depend on the Go type of its items: see
// schema.
type core struct {
	client     Client
	sender     sender
	schema     *schema
	settings   settings
	consistent bool
	projection projection
	view       *view // that items are read through, if they are

	withDeleted bool
	hideExpired bool

	// list makes an empty list of items of the table's Go type.
	list func() list

	// refuse makes the error of a failed condition, which has the stored item
	// as its Go type.
	refuse func(old item, kind, cause error, ambiguous bool) error

	there *node // the condition that there is an item

	recipes *recipes // of this core; a copy has none

	err error // of Open, reported by the first request
}

// settings are what the options of Open decide.
type settings struct {
	name      string
	keys      *seal.Keys
	noOldItem bool
	sdkTypes  bool
	onCall    func(context.Context, Call)
	wait      waiting
	err       error
}

// An Option refines a table that is opened.
type Option interface {
	argument
	set(*settings)
}

type option func(*settings)

func (o option) set(s *settings) { o(s) }

// TableName makes the table's name in DynamoDB another than the definition's:
// for stages, tenants and tests. It can be the table's ARN, for a table of
// another account.
func TableName(name string) Option {
	return option(func(s *settings) { s.name = name })
}

// CursorKeys signs cursors with HMAC-SHA-256, so that nobody without a key can
// make one. The first key signs; all of them are accepted, so that a key can be
// replaced while cursors are out. A key has 16 to 64 bytes. Without keys a
// cursor carries a checksum: a damaged one is refused, but a forger can move
// within the range that the query reads anyhow.
func CursorKeys(keys ...[]byte) Option {
	return option(func(s *settings) {
		made, err := seal.NewKeys(keys...)
		s.keys, s.err = made, errors.Join(s.err, err)
	})
}

// NoOldItem is for engines that do not return the stored item when a condition
// fails, such as dynalite: ddbtable then reads it with one consistent GetItem.
// DynamoDB needs no such thing.
func NoOldItem() Option {
	return option(func(s *settings) { s.noOldItem = true })
}

// Open binds a definition to a client. It sends nothing. A mistake in the
// arguments is reported by every request of the table.
func Open[T any](client Client, def *Definition[T], options ...Option) *Table[T] {
	if def == nil || def.plan == nil && def.union == nil {
		return &Table[T]{core: core{err: errors.New("definition is nil or the zero value; make one with ddbtable.Define")}}
	}
	t := &Table[T]{core: openCore(client, &def.schema, options), def: def}
	t.list, t.refuse = def.list, t.conditionError
	t.recipes = &recipes{of: &t.core}
	return t
}

func openCore(client Client, s *schema, options []Option) core {
	t := core{client: client, schema: s, settings: settings{name: s.name, keys: new(seal.Keys), wait: defaultWaiting}}
	for _, o := range options {
		if absent(o) {
			t.err = errors.New("an option is nil; leave it out")
			continue
		}
		o.set(&t.settings)
	}
	t.err = errors.Join(t.err, t.settings.err)
	if !validARN(t.settings.name) {
		t.err = errors.Join(t.err, badName(t.settings.name, s.typ))
	}
	if guards := t.settings.name + s.guardTable; s.guardTable != "" && !validARN(guards) {
		t.err = errors.Join(t.err, badName(guards, "the table of guard items"))
	}
	t.sender = senderFor(client, &t.settings)
	t.there = fieldNode(opExists, s.primary.partitions[0])
	return t
}

var errNilClient = errors.New("client is nil or zero; give a *dynamodb.Client that dynamodb.New or NewFromConfig made")

// nilClient reports whether there is no client, or one that nobody made.
func nilClient(c Client) bool {
	sdk, ok := c.(*dynamodb.Client)
	return c == nil || ok && (sdk == nil || sdk.Options().Protocol == nil)
}

var errZero = planErrorf("the zero value of a table or a request sends nothing; make tables with ddbtable.Open, and requests with their methods")

// mistake is what is wrong with the table. There is none in the zero value of a
// request.
func (t *core) mistake() error {
	if t == nil || t.schema == nil && t.err == nil {
		return errZero
	}
	return t.err
}

// name is the table's name in DynamoDB, "" for no table.
func (t *core) name() string {
	if t == nil {
		return ""
	}
	return t.settings.name
}

// inner is the core of the table, nil for no table.
func (t *Table[T]) inner() *core {
	if t == nil {
		return nil
	}
	return &t.core
}

// copy is a table to be refined.
func (t *Table[T]) copy() *Table[T] {
	if t == nil {
		return new(Table[T])
	}
	c := *t
	c.recipes = &recipes{of: &c.core}
	return &c
}

// Name is the table's name in DynamoDB.
func (t *Table[T]) Name() string { return t.name() }

// Definition is what the table was opened with.
func (t *Table[T]) Definition() *Definition[T] { return t.def }

// Consistent makes Get and Query read strongly consistently, at twice the read
// capacity. Global indexes cannot: a query that needs one is a [PlanError].
func (t *Table[T]) Consistent() *Table[T] {
	c := t.copy()
	c.consistently()
	return c
}

func (t *core) consistently() { t.consistent = true }

// Project makes Get and Query read these attributes only. All other fields of
// T keep their zero value; [As] reads a type that has no others. DynamoDB reads
// and bills the whole item all the same; what is saved is the transfer. Keys, and
// the attributes that a derived one is checked against, are read as well and
// dropped again.
func (t *Table[T]) Project(attributes ...AnyAttribute[T]) *Table[T] {
	c := t.copy()
	c.projection = project(attributes)
	return c
}

// HideExpired makes reads pass over items whose time to live is over but which
// DynamoDB has not deleted yet, which may take days. The table's clock decides.
// Writes meet such items all the same: Create is refused with [ErrExists], Put
// replaces them.
func (t *Table[T]) HideExpired() *Table[T] {
	c := t.copy()
	c.hideExpired = true
	if c.mistake() == nil && c.schema.duties.ttl == nil {
		c.err = errors.New("HideExpired is for a type with a TTL attribute; add the option ttl to a field")
	}
	return c
}

// visible reports whether reads by key pass an item on.
func (t *core) visible(i item) bool { return t.owns(i) && !t.hidden(i) && !t.expired(i) }

// reading lists the attributes that reading an item by its key looks at, beside
// those that are asked for.
func (t *core) reading() []*fields.Field {
	all := t.schema.primary.keys()
	if f := t.schema.duties.discriminator; f != nil {
		all = append(all, f)
	}
	if t.schema.soft != nil && !t.withDeleted {
		all = append(all, t.schema.soft.field)
	}
	if t.hideExpired {
		all = append(all, t.schema.duties.ttl)
	}
	return all
}

// opError is the error of an operation that uses no secondary index.
func (t *core) opError(op string, err error) error { return t.indexError(op, "", err) }

func (t *core) indexError(op, index string, err error) error {
	if err == nil {
		return nil
	}
	return &OpError{Op: op, Table: t.name(), Index: index, Err: err}
}

// facetsOf lists the attributes that a derived one is made from. The slice must
// not be changed.
func facetsOf(f *fields.Field) []*fields.Field { return f.Template.Facets() }

// readInto reads a whole item.
func (t *core) readInto(r record, i item) error {
	return t.took(r, i, projection{}, r.read(i, nil))
}

// took makes of a record that an item was read into, perhaps with an error, what
// was asked for.
func (t *core) took(r record, i item, p projection, err error) error {
	if err == nil {
		err = t.finish(r, i, p)
	} else if p.some && t.view == nil {
		r.keep(p.asked)
	}
	return t.itemError(i, err)
}

// finish makes an item that was read what it is passed on as: checked as a
// whole, or without what was read beside what the caller asked for.
func (t *core) finish(r record, i item, p projection) error {
	switch {
	case t.view != nil:
		return t.view.check(i, p)
	case p.some:
		r.keep(p.asked)
		return nil
	}
	return t.schema.wellPlaced(r, i)
}

// whole reports whether nothing is left to do with an item that was read: it is
// passed on as it is.
func (t *core) whole(p projection) bool {
	return t.view == nil && !p.some && !t.hideExpired && t.schema.union == nil && !t.schema.hasRules()
}

// asked is what reading an item takes for asked for, nil for everything.
func (t *core) asked(p projection, reading []*fields.Field) func(*fields.Field) bool {
	if t.view != nil {
		return nil // of what the view has
	}
	return p.reads(reading)
}

// itemError names the item in the error of reading it.
func (t *core) itemError(i item, err error) error {
	if err == nil {
		return nil
	}
	return t.unreadable(i, err)
}

// unreadable is the error of an item that cannot be read.
func (t *core) unreadable(i item, err error) *ItemError {
	e := t.badItem(i, err)
	if value, ok := errors.AsType[*fields.ValueError](err); ok {
		e.Field, e.Attribute, e.Err = value.Field, value.Attribute, value.Err
	} else if malformed(i, err) {
		e.Err = fmt.Errorf("%w: %w", ErrCorruptResponse, err)
	}
	return e
}

// badItem is an error about an item.
func (t *core) badItem(i item, err error) *ItemError {
	e := &ItemError{Key: make(map[string]types.AttributeValue), Err: err}
	for _, f := range t.schema.primary.keys() {
		if v, err := i.value(f.Name); err == nil && v.Kind() != "" {
			e.Key[f.Name] = v.AttributeValue()
		}
	}
	return e
}

// nodesOf appends the nodes of equalities that a caller gave.
func nodesOf[T any](all []*node, equalities []Equality[T]) []*node {
	for i := range equalities {
		all = append(all, equalities[i].term.made())
	}
	return all
}

// key makes the primary key of the equalities that fix it.
func (t *core) key(equalities []*node) ([]member, error) {
	if t.schema.union != nil {
		return nil, errOfUnion
	}
	given := make(map[*fields.Field]fields.Value)
	for _, n := range equalities {
		switch {
		case n == nil:
			return nil, planErrorf("an equality of the key is the zero Equality; make it with Eq")
		case n.err != nil:
			return nil, n.err
		case len(n.path.Steps()) > 0:
			return nil, t.keyError("%s is inside an attribute", n.path)
		default:
			if _, twice := given[n.path.Field()]; twice {
				return nil, t.keyError("%s is given twice", n.path)
			}
			given[n.path.Field()] = n.values[0]
		}
	}
	keys := t.schema.primary.keys()
	key, used := make([]member, 0, len(keys)), 0
	for _, f := range keys {
		v, n, err := t.keyPart(f, given)
		if err != nil {
			return nil, err
		}
		key, used = append(key, member{f.Name, v}), used+n
	}
	if used < len(given) {
		return nil, t.keyError("%d attributes are given, some of them are not part of it", len(given))
	}
	return key, nil
}

// keyPart makes one attribute of the key and says how many of the given ones
// it took.
func (t *core) keyPart(f *fields.Field, given map[*fields.Field]fields.Value) (v fields.Value, used int, err error) {
	if f.Template == nil {
		v, ok := given[f]
		if !ok {
			return v, 0, t.keyError("%s is missing", f.Name)
		}
		return v, 1, f.CheckKey(v)
	}
	for _, facet := range facetsOf(f) {
		if _, ok := given[facet]; !ok {
			return v, 0, t.keyError("%s is missing", facet.Name)
		}
		used++
	}
	v, _, err = f.Template.Derive(func(facet *fields.Field) (fields.Value, bool) {
		v, ok := given[facet]
		return v, ok
	})
	if err == nil && v.Text() == "" {
		err = f.CheckKey(v)
	}
	return v, used, err
}

func (t *core) keyError(format string, args ...any) error {
	return planErrorf("%s; the primary key is given by exactly %s", fmt.Sprintf(format, args...), keyParts(t.schema.primary))
}

// keyParts lists the attributes that fix a key.
func keyParts(x *index) string {
	text := ""
	for _, f := range x.keys() {
		for _, part := range partsOf(f) {
			if text != "" {
				text += ", "
			}
			text += part.Name
		}
	}
	return text
}
