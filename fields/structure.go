package fields

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"example.com/ddb/internal/wire"
)

// A structure is the compiled plan of a struct type, as an item or as a map
// inside one.
type structure struct {
	typ      reflect.Type
	fields   []*Field
	size     int // above the index of each field
	byName   map[string]*Field
	derived  []*Field
	flat     bool // all fields are scalars
	nested   bool // reached as a map inside an item
	tagged   bool // a field has a ddb tag, be it mistaken
	readings sync.Pool
	late     *atomic.Pointer[TagError] // a codec was registered too late
}

// without is the structure without some of its derived attributes.
func (s *structure) without(derived []*Field) *structure {
	rest := &structure{typ: s.typ, size: s.size, byName: maps.Clone(s.byName), late: s.late}
	left := func(f *Field) bool { return slices.Contains(derived, f) }
	rest.fields = slices.DeleteFunc(slices.Clone(s.fields), left)
	rest.derived = slices.DeleteFunc(slices.Clone(s.derived), left)
	maps.DeleteFunc(rest.byName, func(_ string, f *Field) bool { return left(f) })
	return rest
}

// structOf stores structs as M.
func (c *compiler) structOf(t reflect.Type) (*codec, error) {
	if made := c.made[t]; made != nil {
		return made, nil
	}
	s := &structure{typ: t, nested: true}
	made := &codec{kind: M, sub: s, write: s.writeMap, read: s.readMap}
	c.made[t] = made
	switch wrong := s.compile(c); {
	case len(wrong) > 0 && !s.tagged:
		return nil, fmt.Errorf("no field of Go type %s has a ddb tag; tag its fields, store it as text with the option json, register a codec with fields.Register, or exclude the field with `ddb:\"-\"`", t)
	case len(wrong) > 0:
		return nil, nestedErrors(wrong)
	}
	return made, nil
}

// nestedErrors are the mistakes of a nested struct. They are reported beside
// the item's own, not as one of them.
type nestedErrors []error

func (e nestedErrors) Error() string { return "struct has mistakes of its own" }

// usable fails if a codec was registered too late.
func (s *structure) usable() error {
	if late := s.late.Load(); late != nil {
		return late
	}
	return nil
}

// compile finds the attributes of the struct and returns every mistake.
func (s *structure) compile(c *compiler) []error {
	b := &builder{structure: s, compiler: c, duties: make(map[Duty]string)}
	s.byName, s.late = make(map[string]*Field), new(atomic.Pointer[TagError])
	b.walk(s.typ, location{}, "")
	s.flat = !slices.ContainsFunc(s.fields, func(f *Field) bool { return !f.scalar })
	for _, d := range b.pending {
		b.template(d.field, d.tag, d.from)
	}
	if len(s.fields) == 0 && len(b.wrong) == 0 {
		b.fail("", "", "no field has a ddb tag; add one to each field that is stored, e.g. `ddb:\"id,partition\"`")
	}
	return b.wrong
}

// maxKeyName is the most bytes that the name of an attribute in a key has.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const maxKeyName = 255

// A builder compiles one structure.
type builder struct {
	*structure
	compiler *compiler
	pending  []pendingTemplate
	duties   map[Duty]string // the field that has each
	wrong    []error
}

// A pendingTemplate waits until all attributes are known.
type pendingTemplate struct {
	field     *Field
	tag, from string
}

func (b *builder) fail(field, tag, reason string) {
	b.wrong = append(b.wrong, &TagError{Struct: b.typ.String(), Field: field, Tag: tag, Reason: reason})
}

// walk adds the fields of struct type t, which lies at where.
func (b *builder) walk(t reflect.Type, where location, prefix string) {
	for i := range t.NumField() {
		sf := t.Field(i)
		text, tagged := sf.Tag.Lookup("ddb")
		at := location{offset: where.offset + sf.Offset, hops: where.hops}
		name := prefix + sf.Name
		b.tagged = b.tagged || strings.Contains(string(sf.Tag), "ddb:")
		switch {
		case text == "-":
		case tagged && !sf.IsExported() && sf.Name != "_":
			b.fail(name, text, "field is not exported; export it, or remove the tag")
		case tagged:
			b.field(sf, at, name, text)
		case strings.Contains(string(sf.Tag), "ddb:"):
			b.fail(name, "", "struct tag is malformed; write `ddb:\"name\"`, without a space after the colon")
		case sf.Anonymous && b.embeddable(sf.Type):
			b.embed(sf.Type, at, name)
		case sf.IsExported() || sf.Anonymous:
			b.fail(name, "", "field has no ddb tag; add `ddb:\"name\"` with its attribute name, or `ddb:\"-\"` to leave it out")
		}
	}
}

// embeddable reports whether an embedded field's own fields are promoted.
func (b *builder) embeddable(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct && !isTime(t) && t != intIntType &&
		b.compiler.registered("", t) == nil && textCodec(t) == nil
}

func (b *builder) embed(t reflect.Type, at location, name string) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
		if t == b.typ || slices.ContainsFunc(at.hops, func(h hop) bool { return h.typ == t }) {
			b.fail(name, "", "embedded struct contains itself; give the field a tag")
			return
		}
		at = location{hops: append(slices.Clone(at.hops), hop{at.offset, t})}
	}
	b.walk(t, at, name+".")
}

// field adds one tagged field.
func (b *builder) field(sf reflect.StructField, at location, name, text string) {
	tag, wrong := parseTag(text)
	for _, reason := range wrong {
		b.fail(name, text, reason)
	}
	f := &Field{
		Name: tag.name, GoName: name, Roles: tag.roles, Duty: tag.duty,
		index: b.size, typ: sf.Type, in: b.structure, where: at, derived: tag.from != "",
	}
	if other := b.byName[f.Name]; other != nil {
		b.fail(name, text, fmt.Sprintf("attribute name %q is also that of field %s; rename one", f.Name, other.GoName))
	}
	b.fields, b.size = append(b.fields, f), b.size+1
	b.byName[f.Name] = f
	switch {
	case f.derived:
		b.deriveField(f, &tag, text)
		b.pending = append(b.pending, pendingTemplate{f, text, tag.from})
	case len(wrong) > 0:
		// Without the options that were meant, the type may not fit.
	case sf.Name == "_":
		b.fail(name, text, "blank field carries no derived attribute; add the option from=, or name the field")
	default:
		b.plainField(f, &tag, text)
	}
	if len(f.Roles) > 0 && len(f.Name) > maxKeyName {
		b.fail(name, text, "attribute name of a key has more than 255 bytes; shorten it")
	}
	f.label = wire.NewLabel(f.Name, f.Kind)
	if f.codec != nil {
		f.scan, f.scalar, f.plain = f.codec.scan, f.codec.scalar(), f.codec.plain && !f.derived
		f.always = f.where.hops == nil && f.omitZero == nil && f.codec.absent == nil
		f.direct = f.always && f.plain && (f.Kind == S || f.Kind == N)
	}
	f.path = Path{field: f, codec: f.codec}
}

// plainField compiles the codec of a field that is not derived.
func (b *builder) plainField(f *Field, tag *tag, text string) {
	made, err := b.compiler.codecOf(f.typ, tag)
	if nested, ok := errors.AsType[nestedErrors](err); ok {
		b.wrong = append(b.wrong, nested...)
		return
	}
	if err != nil {
		b.fail(f.GoName, text, err.Error())
		return
	}
	f.codec, f.Kind = made, made.kind
	if tag.omitZero {
		f.omitZero = zeroTest(f.typ)
	}
	for _, m := range append(b.misuses(f, tag), b.duty(f, tag)...) {
		if m.is {
			b.fail(f.GoName, text, m.reason)
		}
	}
}

// A misuse is an option that may not fit its field.
type misuse struct {
	is     bool
	reason string
}

func (b *builder) misuses(f *Field, tag *tag) []misuse {
	key := len(f.Roles) > 0
	return []misuse{
		{b.nested && key, "key options are for the item's own attributes; move the field up, or remove the option"},
		{key && f.Kind != S && f.Kind != N && f.Kind != B, fmt.Sprintf("attribute type is %q, but a key is S, N or B; use a string, number, time, UUID or bytes", f.Kind)},
		{f.primary() && tag.omitZero, "option \"omitzero\" does not fit the primary key, which every item has; remove it"},
		{tag.truncate && tag.codec != "unix" && tag.codec != "unixmilli", "option \"truncate\" is for the codecs unix and unixmilli; name one of them, or remove it"},
	}
}

// canBeRandom reports whether the type holds the text of any UUID.
func canBeRandom(c *codec) bool {
	return c.kind == S && c.check == nil && !c.custom && (c.typ == uuidType || c.typ.Kind() == reflect.String)
}

// deriveField checks a derived attribute's field. Its template waits until all
// attributes are known.
func (b *builder) deriveField(f *Field, tag *tag, text string) {
	f.Kind = S
	ownCodec := tag.codec == "int_int" && f.typ == intIntType
	if b.nested {
		b.fail(f.GoName, text, "option \"from\" is for the item's own attributes; move the field up")
	}
	if tag.codec != "" && !ownCodec || tag.custom != "" || tag.omitZero || tag.truncate {
		b.fail(f.GoName, text, "a derived attribute takes no codec and neither omitzero nor truncate, because its template alone decides the bytes; remove the option")
	}
	switch {
	case f.Blank() && f.typ.Size() > 0:
		b.fail(f.GoName, text, "blank field takes space; declare it as _ struct{}")
	case f.typ == intIntType:
		f.codec = intIntCodec()
	case f.Blank() || f.typ.Kind() == reflect.String && !isEnum(f.typ) && textCodec(f.typ) == nil && b.compiler.registered("", f.typ) == nil:
		f.codec = stringCodec()
	default:
		b.fail(f.GoName, text, fmt.Sprintf("a derived attribute's field cannot have Go type %s; use a string, fields.IntInt, or a blank field _ struct{}", f.typ))
	}
	if f.codec != nil {
		f.codec.typ = f.typ
	}
	for _, m := range b.duty(f, tag) {
		if m.is {
			b.fail(f.GoName, text, m.reason)
		}
	}
}

// template compiles a derived attribute's key template.
func (b *builder) template(f *Field, tag, from string) {
	t, wrong := compileTemplate(from, func(name string) *Field { return b.byName[name] })
	for _, reason := range wrong {
		b.fail(f.GoName, tag, reason)
	}
	if len(wrong) == 0 && f.typ == intIntType && !twoIntegers(t) {
		b.fail(f.GoName, tag, "field of Go type fields.IntInt needs a template of exactly two integer facets in the range of int64; use a string, or two integers")
	}
	if len(wrong) == 0 && f.Duty == Discriminator && !t.literal() {
		b.fail(f.GoName, tag, "a discriminator is the same for all items of a type; give it a template without facets")
	}
	f.Template, f.plain = t, len(wrong) == 0 && t.padded != nil
	b.derived = append(b.derived, f)
}

// writeMap writes the struct at p as M.
func (s *structure) writeMap(sink *wire.Sink, p unsafe.Pointer) error {
	g := sink.BeginMap(len(s.fields))
	if err := s.write(sink, &g, p, nil); err != nil {
		return err
	}
	sink.EndMap(&g)
	return nil
}

// readMap reads M into the struct at p, which is zero. Members that no field has are passed
// over. The first that does not fit ends it.
func (s *structure) readMap(src wire.Source, _ Kind, p unsafe.Pointer) error {
	r := s.begin()
	defer r.end()
	if r.scan = src.Scanner(); r.scan != nil {
		if err := r.members(p); err != nil {
			return err
		}
		return r.err
	}
	return src.Map(func(name []byte, value wire.Source) error {
		f := s.byName[string(name)]
		if f == nil {
			return nil
		}
		if err := r.attribute(f, value, p); err != nil {
			return err
		}
		return r.err
	})
}
