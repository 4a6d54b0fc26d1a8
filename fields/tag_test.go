package fields_test

import (
	"errors"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.com/ddb/fields"
)

// compileErrors are the texts of PlanOf's error, without the name of T.
func compileErrors[T any]() []string {
	_, err := fields.PlanOf[T]()
	if err == nil {
		return nil
	}
	name := reflect.TypeFor[T]().String()
	var texts []string
	for text := range strings.SplitSeq(err.Error(), "\n") {
		texts = append(texts, strings.ReplaceAll(text, name, "T"))
	}
	return texts
}

// oneTag compiles a struct whose only field, V of type V, has that tag.
func oneTag[V any](tag string) []string { return oneStructTag[V](`ddb:"` + tag + `"`) }

func oneStructTag[V any](tag string) []string { return oneStruct(reflect.TypeFor[V](), tag) }

func oneStruct(v reflect.Type, tag string) []string {
	t := reflect.StructOf([]reflect.StructField{{Name: "V", Type: v, Tag: reflect.StructTag(tag)}})
	err := fields.Compile(t)
	if err == nil {
		return nil
	}
	return strings.Split(strings.ReplaceAll(err.Error(), t.String(), "T"), "\n")
}

// A Counted is embedded by pointer where that does not do.
type Counted struct {
	Version int `ddb:"version,version"`
}

type (
	noTags  struct{ _, _ int }
	wrongIn struct {
		A chan int `ddb:"a"`
		B int      `ddb:"b,sort"`
		C string   `ddb:"c,from={a}"`
		D string   `ddb:"d,writeid"`
	}
	untagged   struct{ url.URL }
	ring       struct{ *ring }
	pointless  *pointless
	textType   string
	namedBytes []Shade
)

func (textType) MarshalText() ([]byte, error)  { return nil, nil }
func (*textType) UnmarshalText(_ []byte) error { return nil }

const (
	unknown   = `; use one of bool, bytes, codec=, createdat, decimal, discriminator, float, from=, int, int_int, json, list, local=, map, omitzero, partition, partition=, set, sort, sort=, string, time, truncate, ttl, uint, unix, unixmilli, updatedat, uuid, version, writeid`
	badName   = "attribute name must be 1 to 65,535 bytes of UTF-8; write it before the first comma, or exclude the field with `ddb:\"-\"`"
	badIndex  = ` is not valid; use 3 to 255 of A-Z a-z 0-9 _ . -`
	noKey     = `attribute type is "BOOL", but a key is S, N or B; use a string, number, time, UUID or bytes`
	tagIt     = "; tag its fields, store it as text with the option json, register a codec with fields.Register, or exclude the field with `ddb:\"-\"`"
	noDerived = "a derived attribute takes no codec and neither omitzero nor truncate, because its template alone decides the bytes; remove the option"
)

func TestTagErrors(t *testing.T) {
	at := func(field, tag, reason string) string {
		return "fields: T." + field + ": tag `ddb:\"" + tag + "\"`: " + reason
	}
	one := func(tag, reason string) []string { return []string{at("V", tag, reason)} }
	tests := []struct {
		name      string
		got, want []string
	}{
		{"not a struct", compileErrors[int](), []string{"fields: T: an item is a struct; define a struct type with ddb tags"}},
		{"no tags", compileErrors[noTags](), []string{"fields: T: no field has a ddb tag; add one to each field that is stored, e.g. `ddb:\"id,partition\"`"}},
		{"field without a tag", compileErrors[struct {
			V int
			W int `json:"w"`
			x int
			y int `ddb:"-"`
		}](), []string{
			"fields: T.V: field has no ddb tag; add `ddb:\"name\"` with its attribute name, or `ddb:\"-\"` to leave it out",
			"fields: T.W: field has no ddb tag; add `ddb:\"name\"` with its attribute name, or `ddb:\"-\"` to leave it out",
		}},
		{"malformed struct tag", oneStructTag[int](`ddb: "v"`), []string{"fields: T.V: struct tag is malformed; write `ddb:\"name\"`, without a space after the colon"}},
		{"unexported field", compileErrors[struct {
			v int `ddb:"v"`
		}](), []string{at("v", "v", "field is not exported; export it, or remove the tag")}},
		{"no name", oneTag[int](""), []string{"fields: T.V: " + badName}},
		{"empty name", oneTag[int](",unix"), one(",unix", badName)},
		{"name that is not UTF-8", oneTag[int](`\xff`), one(`\xff`, badName)},
		{"long name of a key", oneTag[int](strings.Repeat("n", 256) + ",sort=abc"), one(strings.Repeat("n", 256)+",sort=abc", "attribute name of a key has more than 255 bytes; shorten it")},
		{"same name", compileErrors[struct {
			A int `ddb:"v"`
			B int `ddb:"v"`
		}](), []string{at("B", "v", `attribute name "v" is also that of field A; rename one`)}},
		{"same name through embedding", compileErrors[struct {
			base
			V int `ddb:"version"`
		}](), []string{at("V", "version", `attribute name "version" is also that of field base.Version; rename one`)}},
		{"unknown option", oneTag[int]("v,omitempty"), one("v,omitempty", `unknown option "omitempty"`+unknown)},
		{"option in capitals", oneTag[time.Time]("v,Unix"), one("v,Unix", `unknown option "Unix"`+unknown)},
		{"option with a space", oneTag[time.Time]("v, unix"), one("v, unix", `unknown option " unix"`+unknown)},
		{"several unknown options", oneTag[int]("v,a,b="), []string{
			at("V", "v,a,b=", `unknown option "a"`+unknown), at("V", "v,a,b=", `unknown option "b="`+unknown),
		}},
		{"empty option", oneTag[int]("v,"), one("v,", "empty option; remove the comma")},
		{"two codecs", oneTag[time.Time]("v,unix,unixmilli"), one("v,unix,unixmilli", `a second codec "unixmilli"; name one`)},
		{"two codecs, one registered", oneTag[time.Time]("v,unix,codec=x"), one("v,unix,codec=x", `a second codec "x"; name one`)},
		{"codec without a name", oneTag[int]("v,codec="), one("v,codec=", `option "codec" names no codec; write codec=NAME with the name it is registered under`)},
		{"codec that nobody registered", oneTag[int]("v,codec=x"), one("v,codec=x", `no codec "x" is registered for Go type int; call fields.Register("x", …) in an init function`)},
		{"codec on a pointer that nobody registered", oneTag[**int]("v,codec=x"), one("v,codec=x", `no codec "x" is registered for Go type int; call fields.Register("x", …) in an init function`)},
		{"index name", oneTag[int]("v,sort=a,partition=a b,local"), []string{
			at("V", "v,sort=a,partition=a b,local", `index name "a"`+badIndex),
			at("V", "v,sort=a,partition=a b,local", `index name "a b"`+badIndex),
			at("V", "v,sort=a,partition=a b,local", `index name ""`+badIndex),
		}},
		{"same role twice", oneTag[int]("v,sort,sort"), one("v,sort,sort", "the same key option twice; remove one")},
		{"same flag twice", oneTag[int]("v,omitzero,omitzero"), one("v,omitzero,omitzero", `option "omitzero" twice; remove one`)},
		{"key of a wrong type", oneTag[bool]("v,partition"), one("v,partition", noKey)},
		{"index key of a wrong type", oneTag[[]string]("v,set,sort=abc"), one("v,set,sort=abc", strings.Replace(noKey, "BOOL", "SS", 1))},
		{"key that may be absent", oneTag[string]("v,sort,omitzero"), one("v,sort,omitzero", `option "omitzero" does not fit the primary key, which every item has; remove it`)},
		{"truncate", oneTag[time.Time]("v,truncate"), one("v,truncate", `option "truncate" is for the codecs unix and unixmilli; name one of them, or remove it`)},
		{"write-id of a wrong type", oneTag[int]("v,writeid"), one("v,writeid", `option "writeid" is for a string or uuid.UUID; change the field`)},
		{"write-id of an enum", oneTag[Color]("v,writeid"), one("v,writeid", `option "writeid" is for a string or uuid.UUID; change the field`)},
		{"write-id of another codec", oneTag[string]("v,decimal,writeid"), one("v,decimal,writeid", `option "writeid" is for a string or uuid.UUID; change the field`)},
		{"write-id as key", oneTag[string]("v,writeid,sort=abc"), one("v,writeid,sort=abc", `option "writeid" cannot be on a key; remove one`)},
		{"two write-ids", compileErrors[struct {
			A string    `ddb:"a,writeid"`
			B uuid.UUID `ddb:"b,writeid"`
		}](), []string{at("B", "b,writeid", `option "writeid" is also on field A; an item has one such attribute`)}},

		{"a version that is soon full", oneTag[uint8]("v,version"), one("v,version", `option "version" is for an integer of 32 bits or more; change the field`)},
		{"two duties", oneTag[int]("v,version,ttl"), one("v,version,ttl", `option "ttl" beside "version"; an attribute has one duty, remove one`)},
		{"duties of wrong types", compileErrors[struct {
			A string    `ddb:"a,version"`
			B time.Time `ddb:"b,unix,version"`
			C int       `ddb:"c,createdat"`
			D int64     `ddb:"d,updatedat"`
			E time.Time `ddb:"e,ttl"`
			F time.Time `ddb:"f,unixmilli,ttl"`
			G string    `ddb:"g,discriminator"`
			H string    `ddb:"h,version,from=A"`
		}](), []string{
			at("A", "a,version", `option "version" is for an integer of 32 bits or more; change the field`),
			at("B", "b,unix,version", `option "version" is also on field A; an item has one such attribute`),
			at("B", "b,unix,version", `option "version" is for an integer of 32 bits or more; change the field`),
			at("C", "c,createdat", `option "createdat" is for a time.Time; change the field`),
			at("D", "d,updatedat", `option "updatedat" is for a time.Time; change the field`),
			at("E", "e,ttl", `option "ttl" is for a time.Time with the codec unix; change the field`),
			at("F", "f,unixmilli,ttl", `option "ttl" is also on field E; an item has one such attribute`),
			at("F", "f,unixmilli,ttl", `option "ttl" is for a time.Time with the codec unix; change the field`),
			at("G", "g,discriminator", `option "discriminator" is for a derived attribute whose template has no facets; change the field`),
			at("H", "h,version,from=A", `option "version" is also on field A; an item has one such attribute`),
			at("H", "h,version,from=A", `option "version" is for an integer of 32 bits or more; change the field`),
		}},
		{"duty in an embedded pointer", compileErrors[struct {
			*Counted
			V int `ddb:"v"`
		}](), []string{at("Counted.Version", "version,version", `option "version" is on a field of a struct that is embedded by pointer; embed the struct itself`)}},
		{"duty that may be absent", oneTag[int]("v,version,omitzero"), one("v,version,omitzero", `option "version" does not go with omitzero; remove one`)},
		{"discriminator with a facet", compileErrors[struct {
			A string `ddb:"a"`
			V string `ddb:"v,discriminator,from=A#{a}"`
		}](), []string{at("V", "v,discriminator,from=A#{a}", "a discriminator is the same for all items of a type; give it a template without facets")}},

		{"bool", oneTag[int]("v,bool"), one("v,bool", `option "bool" does not fit Go type int; it is for a bool`)},
		{"bytes", oneTag[namedBytes]("v,bytes"), one("v,bytes", `option "bytes" does not fit Go type fields_test.namedBytes; it is for bytes`)},
		{"decimal", oneTag[float64]("v,decimal"), one("v,decimal", `option "decimal" does not fit Go type float64; it is for fields.Decimal or another string type`)},
		{"float", oneTag[int]("v,float"), one("v,float", `option "float" does not fit Go type int; it is for a float`)},
		{"int", oneTag[uint]("v,int"), one("v,int", `option "int" does not fit Go type uint; it is for a signed integer`)},
		{"uint", oneTag[int]("v,uint"), one("v,uint", `option "uint" does not fit Go type int; it is for an unsigned integer`)},
		{"int_int", oneTag[string]("v,int_int"), one("v,int_int", `option "int_int" does not fit Go type string; it is for fields.IntInt`)},
		{"list", oneTag[string]("v,list"), one("v,list", `option "list" does not fit Go type string; it is for a slice or array`)},
		{"map", oneTag[[]int]("v,map"), one("v,map", `option "map" does not fit Go type []int; it is for a map or struct`)},
		{"set", oneTag[map[string]bool]("v,set"), one("v,set", `option "set" does not fit Go type map[string]bool; it is for a slice, or a map to struct{}`)},
		{"string", oneTag[*int]("v,string"), one("v,string", `option "string" does not fit Go type int; it is for a string`)},
		{"time", oneTag[int64]("v,time"), one("v,time", `option "time" does not fit Go type int64; it is for time.Time`)},
		{"unix", oneTag[int64]("v,unix"), one("v,unix", `option "unix" does not fit Go type int64; it is for time.Time`)},
		{"unixmilli", oneTag[*string]("v,unixmilli"), one("v,unixmilli", `option "unixmilli" does not fit Go type string; it is for time.Time`)},
		{"uuid", oneTag[[15]byte]("v,uuid"), one("v,uuid", `option "uuid" does not fit Go type [15]uint8; it is for uuid.UUID or another array of 16 bytes`)},

		{"unsupported", oneTag[chan int]("v"), one("v", "values of Go type chan int cannot be stored; use a supported type, register a codec with fields.Register, or exclude the field with `ddb:\"-\"`")},
		{"any", oneTag[any]("v"), one("v", "values of Go type interface {} cannot be stored; use a supported type, register a codec with fields.Register, or exclude the field with `ddb:\"-\"`")},
		{"struct of another package", oneTag[url.URL]("v"), one("v", "no field of Go type url.URL has a ddb tag"+tagIt)},
		{"element that is a struct without tags", oneTag[[]*untagged]("v"), one("v", "element of []*fields_test.untagged: no field of Go type fields_test.untagged has a ddb tag"+tagIt)},
		{"struct without fields", oneTag[struct{}]("v"), one("v", "no field of Go type struct {} has a ddb tag"+tagIt)},
		{"nested struct whose only tag is malformed", oneStruct(reflect.StructOf([]reflect.StructField{{Name: "A", Type: reflect.TypeFor[int](), Tag: `ddb: "a"`}}), `ddb:"v"`),
			[]string{"fields: struct { A int \"ddb: \\\"a\\\"\" }.A: struct tag is malformed; write `ddb:\"name\"`, without a space after the colon"}},
		{"version that is a time", compileErrors[struct {
			A *time.Time `ddb:"a,unix,version"`
		}](), []string{at("A", "a,unix,version", `option "version" is for an integer of 32 bits or more; change the field`)}},
		{"version that is a time of a named type", oneTag[stamp]("v,unix,version"), one("v,unix,version", `option "version" is for an integer of 32 bits or more; change the field`)},
		{"unsupported element", oneTag[[]complex64]("v"), one("v", "element of []complex64: values of Go type complex64 cannot be stored; use a supported type, register a codec with fields.Register, or exclude the field with `ddb:\"-\"`")},
		{"unsupported map key", oneTag[map[bool]int]("v"), one("v", "key of map[bool]int cannot be a name in a map; use a string, number or UUID as key")},
		{"unsupported map element", oneTag[map[string]func()]("v"), one("v", "element of map[string]func(): values of Go type func() cannot be stored; use a supported type, register a codec with fields.Register, or exclude the field with `ddb:\"-\"`")},
		{"map without set", oneTag[map[string]struct{}]("v"), one("v", "values of Go type map[string]struct {} are not stored as a map; add the option `set`")},
		{"set of a wrong type", oneTag[[]bool]("v,set"), one("v,set", "elements of Go type bool cannot be in a set; use strings, numbers or bytes")},
		{"set of pointers", oneTag[[]*[]byte]("v,set"), one("v,set", "elements of Go type *[]uint8 cannot be in a set; use strings, numbers or bytes")},
		{"set of sets", oneTag[lists]("v,set"), one("v,set", "elements of Go type fields_test.lists cannot be in a set; use strings, numbers or bytes")},
		{"pointer to itself", oneTag[pointless]("v"), one("v", "values of Go type fields_test.pointless contain themselves with nothing between; put a struct, slice or map between")},
		{"embedded in itself", compileErrors[ring](), []string{"fields: T.ring: embedded struct contains itself; give the field a tag"}},
		{"embedded without attributes", compileErrors[struct {
			time.Time
			V int `ddb:"v"`
		}](), []string{"fields: T.Time: field has no ddb tag; add `ddb:\"name\"` with its attribute name, or `ddb:\"-\"` to leave it out"}},

		{"number of a key behind the last", oneTag[string]("v,sort=by_x:5"), one("v,sort=by_x:5", `number "5" behind index by_x is not valid; number the attributes of a key from 1 to 4`)},
		{"number of a key before the first", oneTag[string]("v,partition=by_x:0"), one("v,partition=by_x:0", `number "0" behind index by_x is not valid; number the attributes of a key from 1 to 4`)},
		{"number of a key that is none", oneTag[string]("v,partition=by_x:,sort=by_x:01"), append(one("v,partition=by_x:,sort=by_x:01", `number "" behind index by_x is not valid; number the attributes of a key from 1 to 4`), one("v,partition=by_x:,sort=by_x:01", `number "01" behind index by_x is not valid; number the attributes of a key from 1 to 4`)...)},
		{"number of a local key", oneTag[string]("v,local=by_x:1"), one("v,local=by_x:1", `number "1" behind local index by_x, whose sort key has one attribute; write local=by_x, or make the index global`)},
		{"number without an index", oneTag[string]("v,sort=:1"), one("v,sort=:1", `index name ""`+badIndex)},
		{"derived without a template", oneTag[string]("v,from="), one("v,from=", `option "from" has no key template; write e.g. from={a}_{b}`)},
		{"derived of a wrong type", oneTag[int]("v,from=A"), one("v,from=A", "a derived attribute's field cannot have Go type int; use a string, fields.IntInt, or a blank field _ struct{}")},
		{"derived of a pointer", oneTag[*string]("v,from=A"), one("v,from=A", "a derived attribute's field cannot have Go type *string; use a string, fields.IntInt, or a blank field _ struct{}")},
		{"derived of an enum", oneTag[Color]("v,from=A"), one("v,from=A", "a derived attribute's field cannot have Go type fields_test.Color; use a string, fields.IntInt, or a blank field _ struct{}")},
		{"derived with text of its own", oneTag[textType]("v,from=A"), one("v,from=A", "a derived attribute's field cannot have Go type fields_test.textType; use a string, fields.IntInt, or a blank field _ struct{}")},
		{"derived with a codec", oneTag[string]("v,string,from=A"), one("v,string,from=A", noDerived)},
		{"derived with omitzero", oneTag[fields.IntInt]("v,int_int,omitzero,from=A"), []string{
			at("V", "v,int_int,omitzero,from=A", noDerived),
			at("V", "v,int_int,omitzero,from=A", "field of Go type fields.IntInt needs a template of exactly two integer facets in the range of int64; use a string, or two integers"),
		}},
		{"blank field without a template", compileErrors[struct {
			_ struct{} `ddb:"v"`
		}](), []string{at("_", "v", "blank field carries no derived attribute; add the option from=, or name the field")}},
		{"blank field that takes space", compileErrors[struct {
			_ int `ddb:"v,from=A"`
		}](), []string{at("_", "v,from=A", "blank field takes space; declare it as _ struct{}")}},
		{"IntInt of one facet", compileErrors[struct {
			A int           `ddb:"a"`
			V fields.IntInt `ddb:"v,from={a}"`
		}](), []string{at("V", "v,from={a}", "field of Go type fields.IntInt needs a template of exactly two integer facets in the range of int64; use a string, or two integers")}},
		{"IntInt that may be too small", compileErrors[struct {
			A uint64        `ddb:"a"`
			V fields.IntInt `ddb:"v,from={a}_{a:3}"`
		}](), []string{at("V", "v,from={a}_{a:3}", "field of Go type fields.IntInt needs a template of exactly two integer facets in the range of int64; use a string, or two integers")}},

		{"brace without an end", oneTag[string]("v,from={a"), one("v,from={a", "key template has a { without a }; write {{ for the character")},
		{"brace without a beginning", oneTag[string]("v,from=a}"), one("v,from=a}", "key template has a } without a {; write }} for the character")},
		{"template that is not UTF-8", oneTag[string](`v,from=\xff`), one(`v,from=\xff`, "key template is not valid UTF-8; write another literal")},
		{"facet without an attribute", oneTag[string]("v,from={}{b:3}"), []string{
			at("V", "v,from={}{b:3}", "facet {}: no field has that attribute name; name an attribute of the same struct"),
			at("V", "v,from={}{b:3}", "facet {b}: no field has that attribute name; name an attribute of the same struct"),
		}},
		{"facet of itself", oneTag[string]("v,from={v}"), one("v,from={v}", "facet {v} is a derived attribute; name the attributes that it is made from")},
		{"widths", compileErrors[struct {
			A int    `ddb:"a"`
			V string `ddb:"v,from={a:0}{a:39}{a:+19}{a:x}{a:}{a:++1}{a:-1}{a:007}{a: 3}"`
		}](), widthErrors("0", "39", "+19", "x", "", "++1", "-1", "007", " 3")},
		{"width of what is no integer", compileErrors[struct {
			A float64 `ddb:"a"`
			B string  `ddb:"b"`
			V string  `ddb:"v,from={a:3}{b:3}"`
		}](), []string{
			at("V", "v,from={a:3}{b:3}", "facet {a} has a width but its attribute is no integer; write {a}"),
			at("V", "v,from={a:3}{b:3}", "facet {b} has a width but its attribute is no integer; write {b}"),
		}},
		{"facet without a text", compileErrors[struct {
			A []int  `ddb:"a"`
			B []byte `ddb:"b"`
			V string `ddb:"v,from={a}{b}"`
		}](), []string{
			at("V", "v,from={a}{b}", "facet {a} has Go type []int, which has no text; use a string, number, bool, time or UUID"),
			at("V", "v,from={a}{b}", "facet {b} has Go type []uint8, which has no text; use a string, number, bool, time or UUID"),
		}},
		{"facets without a separator", compileErrors[struct {
			A int    `ddb:"a"`
			V string `ddb:"v,from={a}{a}"`
		}](), []string{at("V", "v,from={a}{a}", "facet {a} varies in width and another facet follows at once; put a literal between, or give a width")}},
		{"separators that could be part of a number", compileErrors[struct {
			A int     `ddb:"a"`
			B float64 `ddb:"b"`
			V string  `ddb:"v,from={a}0{b}.{a}-{b}-{a}.{a}"`
		}](), []string{
			at("V", "v,from={a}0{b}.{a}-{b}-{a}.{a}", `facet {a} is followed by "0", which could be part of the number; use another separator, such as _ or #`),
			at("V", "v,from={a}0{b}.{a}-{b}-{a}.{a}", `facet {b} is followed by ".", which could be part of the number; use another separator, such as _ or #`),
		}},

		{"mistakes of a nested struct, once", compileErrors[struct {
			A []*wrongIn          `ddb:"a"`
			B map[string]*wrongIn `ddb:"b"`
		}](), []string{
			"fields: fields_test.wrongIn.A: tag `ddb:\"a\"`: values of Go type chan int cannot be stored; use a supported type, register a codec with fields.Register, or exclude the field with `ddb:\"-\"`",
			"fields: fields_test.wrongIn.B: tag `ddb:\"b,sort\"`: key options are for the item's own attributes; move the field up, or remove the option",
			"fields: fields_test.wrongIn.C: tag `ddb:\"c,from={a}\"`: option \"from\" is for the item's own attributes; move the field up",
			"fields: fields_test.wrongIn.D: tag `ddb:\"d,writeid\"`: option \"writeid\" is for the item's own attributes; move the field up",
		}},
		{"many mistakes of one type", compileErrors[struct {
			A int       `ddb:"a,unix,sort=x"`
			B bool      `ddb:"b,partition"`
			C chan int  `ddb:"b"`
			D string    `ddb:"d,from={a}{nope}"`
			E time.Time `ddb:"e,truncate"`
		}](), []string{
			at("A", "a,unix,sort=x", `index name "x"`+badIndex),
			at("B", "b,partition", noKey),
			at("C", "b", `attribute name "b" is also that of field B; rename one`),
			at("C", "b", "values of Go type chan int cannot be stored; use a supported type, register a codec with fields.Register, or exclude the field with `ddb:\"-\"`"),
			at("E", "e,truncate", `option "truncate" is for the codecs unix and unixmilli; name one of them, or remove it`),
			at("D", "d,from={a}{nope}", "facet {nope}: no field has that attribute name; name an attribute of the same struct"),
		}},
	}
	for _, tt := range tests {
		if !slices.Equal(tt.got, tt.want) {
			t.Errorf("%s\n got: %s\nwant: %s", tt.name, strings.Join(tt.got, "\n      "), strings.Join(tt.want, "\n      "))
		}
	}
}

func widthErrors(forms ...string) []string {
	var want []string
	for _, form := range forms {
		want = append(want, "fields: T.V: tag `ddb:\"v,from={a:0}{a:39}{a:+19}{a:x}{a:}{a:++1}{a:-1}{a:007}{a: 3}\"`: facet {a:"+form+
			"} has no valid width; write {a:N} with N from 1 to 38, or {a:+N} with N up to 18")
	}
	return want
}

func TestTagErrorIsData(t *testing.T) {
	_, err := fields.PlanOf[struct {
		V chan int `ddb:"v"`
	}]()
	te, ok := errors.AsType[*fields.TagError](err)
	if !ok || te.Field != "V" || te.Tag != "v" || te.Reason == "" || te.Struct == "" {
		t.Errorf("error\n got: %#v\nwant: a *TagError with all its fields", err)
	}
}

// A tag that is not mistaken says everything that a table needs to know.
func TestTagsAreRead(t *testing.T) {
	type item struct {
		_ struct{}       `ddb:"derived,sort=by_x,from=A#{b},{{c}}"`
		A string         `ddb:"a,partition,partition=by_a,local=by_c"`
		B int            `ddb:"b,sort,sort=by_b.2-x,partition=by_d:4"`
		C *time.Time     `ddb:"c,unix,truncate,omitzero"`
		D uuid.UUID      `ddb:"d:é#.[0],writeid"`
		E map[int]string `ddb:"e"`
		F any            `ddb:"-"`
		_ chan int       // untagged
		base
	}
	plan := planOf[item](t)
	type attribute struct {
		name, goName string
		kind         fields.Kind
		roles        []fields.Role
		template     string
		writeID      bool
	}
	var got []attribute
	for _, f := range plan.Fields() {
		a := attribute{f.Name, f.GoName, f.Kind, f.Roles, "", f.Duty == fields.WriteID}
		if f.Template != nil {
			a.template = f.Template.String()
		}
		if plan.Field(f.Name) != f || f.Owner() != plan.Type() {
			t.Errorf("Field(%q) is another field", f.Name)
		}
		got = append(got, a)
	}
	want := []attribute{
		{"derived", "_", fields.S, []fields.Role{{Part: fields.Sort, Index: "by_x"}}, "A#{b},{{c}}", false},
		{"a", "A", fields.S, []fields.Role{{Part: fields.Partition}, {Part: fields.Partition, Index: "by_a"}, {Part: fields.Local, Index: "by_c"}}, "", false},
		{"b", "B", fields.N, []fields.Role{{Part: fields.Sort}, {Part: fields.Sort, Index: "by_b.2-x"}, {Part: fields.Partition, Index: "by_d", Number: 4}}, "", false},
		{"c", "C", fields.N, nil, "", false},
		{"d:é#.[0]", "D", fields.S, nil, "", true},
		{"e", "E", fields.M, nil, "", false},
		{"version", "base.Version", fields.N, nil, "", false},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Fields()\n got: %+v\nwant: %+v", got, want)
	}
	if plan.Field("nope") != nil {
		t.Error("Field of an unknown name is not nil")
	}
	for name, want := range map[string]bool{"a": false, "b": true, "c": true, "d:é#.[0]": false, "derived": false, "version": true} {
		if got := plan.Field(name).Integer(); got != want {
			t.Errorf("Field(%q).Integer() = %v", name, got)
		}
	}
}
