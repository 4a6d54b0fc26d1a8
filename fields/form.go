package fields

import (
	"errors"
	"fmt"
	"reflect"
)

// formOf names how a codec stores values of type t: as the built-in codec does
// that a tag can name, or as only values of that very type are stored.
func formOf(t reflect.Type, tag *tag, made *codec) string {
	switch {
	case tag.custom != "":
		return fmt.Sprintf("%s, of Go type %s", tag.custom, t)
	case tag.codec == "json":
		return "json of Go type " + t.String()
	case made.custom:
		return "Go type " + t.String()
	case made.pointer:
		return made.elem.form
	case tag.codec != "":
		return integers(tag.codec)
	case t == uuidType, t == nullUUIDType:
		return "uuid"
	case t == timeType:
		return "time"
	case t == intIntType:
		return "int_int"
	case t == decimalType:
		return "decimal"
	case t == attributeValueType:
		return "any type"
	case textCodec(t) != nil:
		return "Go type " + t.String()
	}
	return basicForm(t, made)
}

func basicForm(t reflect.Type, made *codec) string {
	switch k := t.Kind(); {
	case isTime(t):
		return "time"
	case k == reflect.String:
		return "string"
	case k == reflect.Bool:
		return "bool"
	case isSigned(k), isUnsigned(k):
		return "int"
	case isFloat(k):
		return "float"
	case made.kind == B:
		return "bytes"
	case made.kind == L:
		return "list"
	}
	return "map"
}

// integers makes one form of the two codecs for integers.
func integers(codec string) string {
	if codec == "uint" {
		return "int"
	}
	return codec
}

// SameForm fails if values that other stores are not what f reads: they are
// stored by another codec, somewhere inside them perhaps, or f's struct has a
// member that other's lacks; or if other is a pointer and f could not tell an
// absent value from zero. Widths of integers, named types of one kind, and a
// pointer of f make no difference. The error tells both forms, or the place
// inside.
func (f *Field) SameForm(other *Field) error {
	if f.Template != nil && (other.Template == nil || f.Template.String() != other.Template.String()) {
		return fmt.Errorf("is not derived with from=%s", f.Template)
	}
	return sameAttribute(f.codec, other.codec, make(map[[2]*codec]bool))
}

// sameAttribute compares codecs of what may be absent.
func sameAttribute(a, b *codec, seen map[[2]*codec]bool) error {
	if (b.pointer || b.typ == nullUUIDType) && a.absent == nil {
		return errors.New("may be absent, which only a pointer tells from a zero")
	}
	return sameForm(a.target(), b.target(), seen)
}

// sameForm compares codecs. Those that are being compared further out are taken
// for the same: types may contain themselves.
func sameForm(a, b *codec, seen map[[2]*codec]bool) error {
	if seen[[2]*codec{a, b}] {
		return nil
	}
	seen[[2]*codec{a, b}] = true
	switch {
	case a.shown() != b.shown():
		return fmt.Errorf("is stored as %s, not as %s", b.shown(), a.shown())
	case a.sub != nil && b.sub != nil:
		return sameMembers(a.sub, b.sub, seen)
	case a.key != nil && b.key != nil && a.key.shown() != b.key.shown():
		return fmt.Errorf("has keys stored as %s, not as %s", b.key.shown(), a.key.shown())
	case a.elem != nil && b.elem != nil:
		if err := sameForm(a.elem.target(), b.elem.target(), seen); err != nil {
			return fmt.Errorf("has elements, of which each %w", err)
		}
	}
	return nil
}

func sameMembers(a, b *structure, seen map[[2]*codec]bool) error {
	for _, f := range a.fields {
		other := b.byName[f.Name]
		if other == nil {
			return fmt.Errorf("has no member %q", f.Name)
		}
		if err := sameAttribute(f.codec, other.codec, seen); err != nil {
			return fmt.Errorf("has a member %q, which %w", f.Name, err)
		}
	}
	return nil
}

// shown is the form as error texts tell it.
func (c *codec) shown() string {
	switch {
	case c.sub != nil && c.form == "map":
		return "struct"
	case c.form == "" && c.typ == intIntType:
		return "int_int"
	case c.form == "":
		return "string"
	}
	return c.form
}
