package fields

import (
	"fmt"
	"reflect"
	"slices"
	"time"
	"unsafe"

	"example.com/ddb/internal/wire"
)

// A Duty is what an attribute is kept for, beside holding a value: ddbtable
// sets or looks at it by itself. An item has at most one attribute of each.
type Duty string

// The duties, spelled as the options of a tag.
const (
	// WriteID takes a random value at each write, so that a retry that met its
	// own earlier attempt knows it. Its field is a string or uuid.UUID.
	WriteID Duty = "writeid"

	// Version counts the writes of an item, from 1, for optimistic locking. Its
	// field is an integer of 32 bits or more: DynamoDB counts on where a smaller
	// one is full, and the item could not be read any more.
	Version Duty = "version"

	// CreatedAt and UpdatedAt take the time of the first and the last write.
	// Their fields are times.
	CreatedAt Duty = "createdat"
	UpdatedAt Duty = "updatedat"

	// TTL is the time from which on DynamoDB may delete the item. Its field is
	// a time with the codec unix.
	TTL Duty = "ttl"

	// Discriminator tells the Go type of an item where a table holds several.
	// It is a derived attribute whose template has literals only.
	Discriminator Duty = "discriminator"
)

var duties = []Duty{CreatedAt, Discriminator, TTL, UpdatedAt, Version, WriteID}

func isDuty(option string) bool { return slices.Contains(duties, Duty(option)) }

// duty notes the duty of a field, and says what is wrong with it.
func (b *builder) duty(f *Field, tag *tag) []misuse {
	d := tag.duty
	if d == "" {
		return nil
	}
	other := b.duties[d]
	if other == "" {
		b.duties[d] = f.GoName
	}
	return []misuse{
		{b.nested, fmt.Sprintf("option %q is for the item's own attributes; move the field up", d)},
		{other != "", fmt.Sprintf("option %q is also on field %s; an item has one such attribute", d, other)},
		{len(f.where.hops) > 0, fmt.Sprintf("option %q is on a field of a struct that is embedded by pointer; embed the struct itself", d)},
		{!f.serves(d), fmt.Sprintf("option %q is for %s; change the field", d, serving[d])},
		{d != TTL && d != Discriminator && tag.omitZero, fmt.Sprintf("option %q does not go with omitzero; remove one", d)},
		{(d == WriteID || d == Version || d == Discriminator) && len(f.Roles) > 0, fmt.Sprintf("option %q cannot be on a key; remove one", d)},
	}
}

var serving = map[Duty]string{
	WriteID:       "a string or uuid.UUID",
	Version:       "an integer of 32 bits or more",
	CreatedAt:     "a time.Time",
	UpdatedAt:     "a time.Time",
	TTL:           "a time.Time with the codec unix",
	Discriminator: "a derived attribute whose template has no facets",
}

// serves reports whether the field can have the duty.
func (f *Field) serves(d Duty) bool {
	switch d {
	case WriteID:
		return !f.derived && canBeRandom(f.codec)
	case Version:
		return !f.derived && f.Integer() && f.typ.Size() >= 4 && f.codec.target().unit == 0 && !f.codec.custom && f.codec.check == nil
	case CreatedAt, UpdatedAt:
		return !f.derived && f.typ == timeType && !f.codec.custom
	case TTL:
		return !f.derived && f.typ == timeType && f.codec.unit == time.Second
	}
	return f.derived
}

// literal reports whether the template has no facets, and is not empty.
func (t *Template) literal() bool {
	return len(t.parts) == 1 && t.parts[0].Facet == nil
}

// Constant is the text of a template without facets.
func (t *Template) Constant() Value { return Value{S, t.parts[0].Literal} }

// ZeroTime is the stored value of the zero time; it fails if that cannot be
// stored.
func (f *Field) ZeroTime() (Value, error) { return ValueOf(f.Path(), time.Time{}) }

// TimeValue is the stored value of a time, cut to what the attribute keeps.
func (f *Field) TimeValue(t time.Time) (Value, error) {
	return ValueOf(f.Path(), t.Truncate(max(f.codec.unit, 1)))
}

// Set gives the attribute of v a value, which must be one that its field can
// hold.
func (p *Plan[T]) Set(v *T, f *Field, value Value) error {
	at := f.where.reach(unsafe.Pointer(v))
	if f.codec.sub != nil { // which reads into a zero struct
		reflect.NewAt(f.typ, at).Elem().SetZero()
	}
	src := wire.ScanSource(wire.NewScanner(value.AppendJSON(nil)))
	if err := f.codec.get(src, at); err != nil {
		return f.error(err)
	}
	return nil
}

// Value is the stored value of an attribute of v; ok is false if there is none.
func (p *Plan[T]) Value(v *T, f *Field) (value Value, ok bool, err error) {
	if f.Template != nil {
		text, present, err := f.Template.appendItem(nil, unsafe.Pointer(v))
		if err != nil {
			return Value{}, false, f.error(err)
		}
		return Value{S, string(text)}, present, nil
	}
	at, ok := f.present(unsafe.Pointer(v))
	if !ok {
		return Value{}, false, nil
	}
	if value, err = f.codec.value(nil, at, true); err != nil {
		return Value{}, false, f.error(err)
	}
	return value, true, nil
}
