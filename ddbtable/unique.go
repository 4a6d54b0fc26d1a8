package ddbtable

import (
	"errors"
	"slices"
	"strings"

	"example.com/ddb/fields"
)

// ErrNotUnique says that another item has the value already: see
// [UniqueError].
var ErrNotUnique = errors.New("another item has it already")

// A UniqueError says that a write would give an item a value that is [Unique]
// and that another item has. Nothing was written. It unwraps to
// [ErrNotUnique].
type UniqueError struct {
	// Attributes are the names of the attributes that are unique together.
	Attributes []string
}

func (e *UniqueError) Error() string {
	return "unique " + strings.Join(e.Attributes, " + ") + ": " + ErrNotUnique.Error() + "; choose another value"
}

func (e *UniqueError) Unwrap() error { return ErrNotUnique }

// Unique lets no two items have the same value of an attribute, or of several
// together. An item that lacks one of them, such as a nil pointer, is not
// restricted; an empty string that is stored is a value. The attributes are
// stored as S, N or B, compared exactly, and not derived.
//
// For each value there is a guard item, which names the item that has it. It
// lies in the same table, where the discriminator hides it from every read, or
// in the one that [GuardTable] names. A write that decides about the value runs
// as a transaction that claims the new value and frees the old one:
//
//   - Create: one TransactWriteItems;
//   - Put and Delete: one consistent GetItem before it, which tells the old
//     value, unless If fixes that with Eq;
//   - Update that changes one of the attributes: the same, and one consistent
//     GetItem behind it, because a transaction returns no item: what Run returns
//     is the item as it is read then. Any other Update is as it was.
//
// Transactions cost twice the write units; each guard item that changes costs
// two more. If the old value is changed between read and write, the write is
// built anew, up to 5 times, and then fails with [ErrConflict]; a conflict with
// another transaction is tried again up to 10 times, after a random pause. A
// repeated attempt after a lost answer is settled by the transaction's token:
// such writes are never Ambiguous.
//
// A value that another item has is a [UniqueError]. If the write's own
// condition fails as well, the error is that. In a [WriteTransaction] the
// guards join the caller's transaction and count towards its 100 actions; names
// may move between items within it.
//
// An item that [SoftDelete] marks keeps its value until it is purged, so that
// Restore always can. [Table.PutAll] and [Table.DeleteAll] cannot keep the
// constraint and are refused; so is a type with a TTL attribute, whose items
// DynamoDB removes without their guards. Items that were there before the
// option, or that other programs wrote, have no guards: [Table.Repair] claims
// their values, and so does a Put of the item, or an Update that sets the
// attribute to the value that it has. See decision 0024.
func Unique[T any](attributes ...AnyAttribute[T]) DefineOption {
	return defineOption(func(d *definer) { guardBy(d, "Unique", attributes) })
}

// Counted counts the items that have the same value of an attribute, or of
// several together: the orders of a customer. [Table.Counter] reads the count.
// An item that lacks one of the attributes is not counted, nor is one that
// [SoftDelete] hides.
//
// The count lies in a guard item, and is changed in the same transaction as the
// item: what [Unique] says of guard items, costs and refusals holds here too.
// All writes that change one count meet at its item, so a group can take some
// ten writes in a second, not hundreds. It is right if the option is there
// before the first item, and no program writes without it. To count items that
// are older, count by an attribute that they lack, such as a copy of the
// customer, and set that in each: the [Update] that does so counts the item,
// once, whatever else is written meanwhile.
func Counted[T any](attributes ...AnyAttribute[T]) DefineOption {
	return defineOption(func(d *definer) { guardBy(d, "Counted", attributes) })
}

// GuardTable puts the guard items of [Unique] and [Counted] in a table of their
// own, whose name is the table's with this suffix: "-guards". It is for tables
// whose partition key is a number, or whose items have no discriminator.
// CreateTable and DeleteTable then create and delete both. Its key is one
// attribute of type S with the name guard.
func GuardTable(suffix string) DefineOption {
	return defineOption(func(d *definer) {
		switch {
		case suffix == "" || !validName("aa"+suffix):
			d.fail("has GuardTable with %q, which makes no table name; give some of A-Z a-z 0-9 _ . -, such as \"-guards\"", suffix)
		case d.guardTable != "":
			d.fail("has GuardTable twice; keep one")
		default:
			d.guardTable = suffix
		}
	})
}

// guardBy adds a rule.
func guardBy[T any](d *definer, option string, attributes []AnyAttribute[T]) {
	r := &guardRule{counts: option == "Counted"}
	if len(attributes) == 0 {
		d.fail("has %s without attributes; name at least one", option)
	}
	for _, a := range attributes {
		if f := d.guardable(option, a, r.of); f != nil {
			r.of = append(r.of, f)
		}
	}
	if len(r.of) == 0 || len(r.of) < len(attributes) {
		return
	}
	if slices.ContainsFunc(d.guards, func(other *guardRule) bool { return other.counts == r.counts && slices.Equal(other.of, r.of) }) {
		d.fail("has %s of %s twice; keep one", option, names(r.of))
	}
	d.guards = append(d.guards, r)
}

// guardable is the attribute of a handle, nil if no rule can be about it.
func (d *definer) guardable(option string, a any, before []*fields.Field) *fields.Field {
	path, err, ok := d.belongs(a)
	switch {
	case !ok:
		d.fail("has %s with an attribute of another type; use handles made with Attr on %s", option, d.typ)
	case err != nil:
		d.fail("has %s: %v", option, err)
	case len(path.Steps()) > 0:
		d.fail("has %s with %s, which is inside an attribute; use a whole one", option, path)
	case path.Field().Template != nil:
		d.fail("has %s with the derived attribute %s; name the attributes that it is made from: %s", option, path, names(facetsOf(path.Field())))
	case path.Field().Duty != "":
		d.fail("has %s with attribute %s, which ddbtable sets; use another", option, path)
	case !guardableKind(path.Field().Kind):
		d.fail("has %s with attribute %s of type %s; use one of type S, N or B", option, path, path.Field().Kind)
	case slices.Contains(before, path.Field()):
		d.fail("has %s with %s twice; name it once", option, path)
	default:
		return path.Field()
	}
	return nil
}

func guardableKind(k fields.Kind) bool { return k == fields.S || k == fields.N || k == fields.B }

// checkGuards refuses a table that cannot hold guard items, or keep them right.
func (d *definer) checkGuards() {
	if len(d.guards) == 0 {
		if d.guardTable != "" {
			d.fail("has GuardTable without Unique or Counted; leave it out")
		}
		return
	}
	for _, r := range d.guards {
		if r.counts {
			r.soft = d.soft
		}
	}
	if d.duties.ttl != nil {
		d.fail("has Unique or Counted, and a TTL attribute: DynamoDB would remove items and leave their guards; drop one of the two")
	}
	for _, f := range d.attributes {
		if f.Name == guardOwner || f.Name == guardCount {
			d.fail("has an attribute %s, which guard items have; rename it", f.Name)
		}
	}
	if d.guardTable != "" {
		return
	}
	const remedy = "or give them a table of their own with GuardTable"
	if f := d.duties.discriminator; f == nil {
		d.fail("has Unique or Counted without a discriminator, which hides guard items from reads; add a field _ struct{} `ddb:\"type,discriminator,from=user\"`, %s", remedy)
	} else if f.Template.Constant() == guardType {
		d.fail("has the discriminator of guard items; choose another")
	}
	if k := d.primary.partitions; len(k) > 0 && k[0].Kind == fields.N {
		d.fail("has Unique or Counted, and a number as partition key, which guard items cannot have; use text, %s", remedy)
	}
}
