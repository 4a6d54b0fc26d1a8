package fields

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"example.com/ddb/internal/wire"
)

// A structure is the compiled plan of a struct type, as an item or as a map
// inside one.
type structure struct {
	typ     reflect.Type
	fields  []*Field
	byName  map[string]*Field
	derived []*Field
	nested  bool // reached as a map inside an item
	states  sync.Pool
}

// structOf stores structs as M.
func (c *compiler) structOf(t reflect.Type) (*codec, error) {
	s, ok := c.structs[t]
	if !ok {
		s = &structure{typ: t, nested: true}
		c.structs[t] = s
		if wrong := s.compile(c); len(wrong) > 0 {
			return nil, &nestedError{wrong}
		}
	}
	return &codec{kind: M, sub: s, write: s.writeMap, read: s.readMap}, nil
}

// A nestedError carries the mistakes of a nested struct up to the item, where
// they are reported beside its own.
type nestedError struct{ wrong []error }

func (e *nestedError) Error() string   { return "the struct has mistakes of its own" }
func (e *nestedError) Unwrap() []error { return e.wrong }

// compile finds the attributes of the struct and returns every mistake.
func (s *structure) compile(c *compiler) []error {
	b := &builder{structure: s, compiler: c}
	s.byName = make(map[string]*Field)
	b.walk(s.typ, location{}, "")
	for _, d := range b.pending {
		b.template(d.field, d.tag, d.from)
	}
	if len(s.fields) == 0 && len(b.wrong) == 0 {
		b.fail("", "", "no field has a ddb tag; add one to each field that is stored, e.g. `ddb:\"id,partition\"`")
	}
	return b.wrong
}

// A builder compiles one structure.
type builder struct {
	*structure
	compiler *compiler
	pending  []pendingTemplate
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
		switch {
		case text == "-":
		case !tagged && sf.Anonymous && embeddable(sf.Type):
			b.embed(sf, at, prefix)
		case !tagged && (sf.IsExported() || sf.Anonymous):
			b.fail(prefix+sf.Name, "", "field has no ddb tag; add `ddb:\"name\"` with its attribute name, or `ddb:\"-\"` to leave it out")
		case !tagged:
		case !sf.IsExported() && sf.Name != "_":
			b.fail(prefix+sf.Name, text, "field is not exported; export it, or remove the tag")
		default:
			b.field(sf, at, prefix, text)
		}
	}
}

// embeddable reports whether an embedded field's own fields are promoted.
func embeddable(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct && t != timeType && t != intIntType && registered("", t) == nil && textCodec(t) == nil
}

func (b *builder) embed(sf reflect.StructField, at location, prefix string) {
	t := sf.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
		if slices.ContainsFunc(at.hops, func(h hop) bool { return h.typ == t }) || t == b.typ {
			b.fail(prefix+sf.Name, "", "embedded struct contains itself; give the field a tag")
			return
		}
		at = location{hops: append(slices.Clone(at.hops), hop{at.offset, t})}
	}
	b.walk(t, at, prefix+sf.Name+".")
}

// field adds one tagged field.
func (b *builder) field(sf reflect.StructField, at location, prefix, text string) {
	name := prefix + sf.Name
	tag, wrong := parseTag(text)
	for _, reason := range wrong {
		b.fail(name, text, reason)
	}
	f := &Field{
		Name: tag.name, GoName: name, Roles: tag.roles, WriteID: tag.writeID,
		index: len(b.fields), typ: sf.Type, owner: b.typ, where: at,
		key: len(tag.roles) > 0, derived: tag.derived,
	}
	if other := b.byName[tag.name]; other != nil {
		b.fail(name, text, fmt.Sprintf("attribute name %q is also that of field %s; rename one", tag.name, other.GoName))
		return
	}
	b.fields = append(b.fields, f)
	b.byName[f.Name] = f
	switch {
	case tag.derived:
		b.deriveField(f, &tag, text)
	case sf.Name == "_":
		b.fail(name, text, "blank field carries no derived attribute; add the option from=, or name the field")
	default:
		b.plainField(f, &tag, text, len(wrong) > 0)
	}
}

// plainField compiles the codec of a field that is not derived.
func (b *builder) plainField(f *Field, tag *tag, text string, mistaken bool) {
	if mistaken {
		return
	}
	made, err := b.compiler.codecOf(f.typ, tag)
	if nested, ok := err.(*nestedError); ok {
		b.wrong = append(b.wrong, nested.wrong...)
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
	for _, reason := range b.misuse(f, tag) {
		b.fail(f.GoName, text, reason)
	}
}

// misuse lists options that do not fit the field.
func (b *builder) misuse(f *Field, tag *tag) (wrong []string) {
	say := func(bad bool, reason string) {
		if bad {
			wrong = append(wrong, reason)
		}
	}
	tableKey := slices.ContainsFunc(tag.roles, func(r Role) bool { return r.Index == "" })
	say(b.nested && f.key, "key options are for the item's own attributes; move the field up, or remove the option")
	say(b.nested && tag.writeID, "option \"writeid\" is for the item's own attributes; move the field up")
	say(f.key && f.Kind != S && f.Kind != N && f.Kind != B, fmt.Sprintf("attribute type is %q, but a key is S, N or B; use a string, number, time, UUID or bytes", f.Kind))
	say(tableKey && tag.omitZero, "option \"omitzero\" does not fit the primary key, which every item has; remove it")
	say(tag.truncate && tag.codec != "unix" && tag.codec != "unixmilli", "option \"truncate\" is for the codecs unix and unixmilli; name one of them, or remove it")
	say(tag.writeID && f.typ != uuidType && f.typ.Kind() != reflect.String, "option \"writeid\" is for a string or uuid.UUID; change the field's type")
	say(tag.writeID && (f.key || tag.omitZero), "option \"writeid\" fits neither a key nor omitzero; remove the other option")
	return wrong
}

// deriveField checks a derived attribute's field. Its template waits until all
// attributes are known.
func (b *builder) deriveField(f *Field, tag *tag, text string) {
	f.Kind = S
	switch {
	case b.nested:
		b.fail(f.GoName, text, "option \"from\" is for the item's own attributes; move the field up")
	case tag.codec != "" && !(tag.codec == "int_int" && f.typ == intIntType) || tag.custom != "" || tag.omitZero || tag.truncate || tag.writeID:
		b.fail(f.GoName, text, "a derived attribute takes no codec and none of omitzero, truncate and writeid, because its template alone decides the bytes; remove the option")
	case f.GoName == "_" || strings.HasSuffix(f.GoName, "._"):
		if f.typ.Size() != 0 {
			b.fail(f.GoName, text, "blank field takes space; declare it as _ struct{}")
		}
	case f.typ == intIntType:
		f.codec, f.fill = intIntCodec(), fillIntInt
	case f.typ.Kind() == reflect.String && registered("", f.typ) == nil && textCodec(f.typ) == nil:
		f.codec, f.fill = stringCodec(), fillString
	default:
		b.fail(f.GoName, text, fmt.Sprintf("a derived attribute's field cannot have Go type %s; use a string, fields.IntInt, or a blank field _ struct{}", f.typ))
	}
	b.pending = append(b.pending, pendingTemplate{f, text, tag.from})
}

// template compiles a derived attribute's key template.
func (b *builder) template(f *Field, tag, from string) {
	t, wrong := compileTemplate(from, func(name string) *Field { return b.byName[name] })
	for _, reason := range wrong {
		b.fail(f.GoName, tag, reason)
	}
	if len(wrong) == 0 && f.typ == intIntType && !twoIntegers(t) {
		b.fail(f.GoName, tag, "field of Go type fields.IntInt needs a template of exactly two integer facets; use a string, or two integers")
	}
	f.Template = t
	b.derived = append(b.derived, f)
}

func twoIntegers(t *Template) bool {
	n := 0
	for _, part := range t.Parts() {
		if part.Facet != nil {
			n++
			if part.Facet.rule().shape != shapeInteger {
				return false
			}
		}
	}
	return n == 2
}

// fillString fills a string with the stored text.
func fillString(_ *Template, text string, p unsafe.Pointer) bool {
	*(*string)(p) = text
	return true
}

// fillIntInt fills an IntInt with the two facets.
func fillIntInt(t *Template, text string, p unsafe.Pointer) bool {
	stored, ok := t.Parse(text)
	if !ok {
		return false
	}
	first, errA := parseInt([]byte(stored[0]), 64)
	second, errB := parseInt([]byte(stored[1]), 64)
	*(*IntInt)(p) = IntInt{first, second}
	return errA == nil && errB == nil
}

// writeMap writes the struct at p as M.
func (s *structure) writeMap(sink *wire.Sink, p unsafe.Pointer) error {
	g := sink.BeginMap(len(s.fields))
	if err := s.write(sink, &g, p); err != nil {
		return err
	}
	sink.EndMap(&g)
	return nil
}

// readMap reads M into the struct at p. Members that no field has are passed
// over.
func (s *structure) readMap(src wire.Source, _ Kind, p unsafe.Pointer) error {
	reflect.NewAt(s.typ, p).Elem().SetZero()
	return src.Map(func(name []byte, value wire.Source) error {
		f := s.byName[string(name)]
		if f == nil {
			return value.Skip()
		}
		if err := f.codec.get(value, f.where.reach(p)); err != nil {
			return f.error(err)
		}
		return nil
	})
}
