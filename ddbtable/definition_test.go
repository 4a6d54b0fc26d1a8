package ddbtable_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.com/ddb/ddbtable"
	"example.com/ddb/fields"
)

// Types whose keys or options are mistaken.
type (
	keyless struct {
		A string `ddb:"a"`
	}
	crowded struct {
		A string `ddb:"a,partition"`
		B string `ddb:"b,partition"`
		C string `ddb:"c,sort"`
		D string `ddb:"d,sort"`
	}
	sortOnly struct {
		ID string `ddb:"id,partition"`
		A  string `ddb:"a,sort=by_a"`
	}
	localWithoutSort struct {
		ID string `ddb:"id,partition"`
		A  string `ddb:"a,local=by_a"`
	}
	bothKinds struct {
		ID string `ddb:"id,partition"`
		N  int    `ddb:"n,sort"`
		A  string `ddb:"a,local=by_a,partition=by_a"`
	}
	twice struct {
		ID string `ddb:"id,partition"`
		A  string `ddb:"a,partition=by_a,sort=by_a"`
	}
	sixLocals struct {
		ID string `ddb:"id,partition"`
		N  int    `ddb:"n,sort"`
		A  string `ddb:"a,local=lo1,local=lo2,local=lo3,local=lo4,local=lo5,local=lo6"`
	}
	globals21 struct {
		ID string `ddb:"id,partition"`
		A  string `ddb:"a,partition=g01,partition=g02,partition=g03,partition=g04,partition=g05,partition=g06,partition=g07"`
		B  string `ddb:"b,partition=g08,partition=g09,partition=g10,partition=g11,partition=g12,partition=g13,partition=g14"`
		C  string `ddb:"c,partition=g15,partition=g16,partition=g17,partition=g18,partition=g19,partition=g20,partition=g21"`
	}
	unnumbered struct {
		ID string `ddb:"id,partition"`
		A  string `ddb:"a,partition=by_a:1,sort=by_a:1"`
		B  string `ddb:"b,partition=by_a:1,sort=by_a:3"`
		C  string `ddb:"c,sort=by_c:2,partition=by_c"`
		D  string `ddb:"d,sort=by_c"`
	}
	natives struct {
		ID string   `ddb:"id,partition"`
		N  int      `ddb:"n,sort"`
		A  string   `ddb:"a"`
		B  string   `ddb:"b"`
		C  string   `ddb:"c"`
		D  string   `ddb:"d"`
		E  string   `ddb:"e"`
		F  bool     `ddb:"f"`
		G  string   `ddb:"g,partition=plain"`
		H  string   `ddb:"h,partition=named,from={a}"`
		_  struct{} `ddb:"five,partition=five,from={a}_{b}_{c}_{d}_{e}"`
		_  struct{} `ddb:"flag,partition=flag,from={f}"`
		_  struct{} `ddb:"literal,partition=literal,from=ALL"`
		_  struct{} `ddb:"first,partition=doubled,from={a}"`
		_  struct{} `ddb:"second,sort=doubled,from={b}_{a}"`
		_  struct{} `ddb:"near,local=near,from={a}"`
	}
	mistagged struct {
		ID string   `ddb:"id,partition,unix"`
		A  chan int `ddb:"a"`
		B  string   `ddb:"id"`
	}
	card struct {
		ID   string   `ddb:"id,partition"`
		A    string   `ddb:"a,partition=by_a"`
		B    string   `ddb:"b"`
		From address  `ddb:"from"`
		Tags []string `ddb:"tags,set"`
	}
)

var (
	cardB    = ddbtable.Attr(func(p *card) *string { return &p.B })
	nativesA = ddbtable.Attr(func(v *natives) *string { return &v.A })
	cardCity = ddbtable.Attr(func(p *card) *string { return &p.From.City })
)

func define[T any](name string, options ...ddbtable.DefineOption) func() error {
	return func() error { return err1(ddbtable.Define[T](name, options...)) }
}

// Every mistake of a definition has a text of its own, which says what to do;
// the texts are in testdata/definitions.golden.
func TestDefinitionMistakesAreTold(t *testing.T) {
	texts := golden{path: "testdata/definitions.golden"}
	for _, c := range []struct {
		name   string
		define func() error
		wrong  int // mistakes
	}{
		{"table name", define[card]("a/b"), 1},
		{"short table name", define[card]("ab"), 1},
		{"no partition key", define[keyless]("things"), 1},
		{"several keys of a part", define[crowded]("things"), 2},
		{"index without a partition key", define[sortOnly]("things"), 1},
		{"local index of a table without a sort key", define[localWithoutSort]("things"), 1},
		{"index that is local and global", define[bothKinds]("things"), 1},
		{"one attribute for both parts", define[twice]("things"), 1},
		{"too many local indexes", define[sixLocals]("things"), 1},
		{"too many global indexes", define[globals21]("things"), 1},
		{"no struct", define[int]("things"), 1},
		{"tags, and the name", define[mistagged]("x"), 4},
		{"nil option", define[card]("things", nil), 1},
		{"no throughput", define[card]("things", ddbtable.Provisioned(0, 1)), 1},
		{"projection of an index that is none", define[card]("things", ddbtable.KeysOnly("by_b")), 1},
		{"two projections", define[card]("things", ddbtable.KeysOnly("by_a"), ddbtable.Include("by_a", cardB)), 1},
		{"Include of nothing", define[card]("things", ddbtable.Include[card]("by_a")), 1},
		{"Include of another type's attribute", define[card]("things", ddbtable.Include("by_a", labelN)), 1},
		{"Include of the zero handle", define[card]("things", ddbtable.Include("by_a", ddbtable.Attribute[card, string]{})), 1},
		{"Include of the inside of an attribute", define[card]("things", ddbtable.Include("by_a", cardCity)), 1},
		{"Include of an attribute twice", define[card]("things", ddbtable.Include("by_a", cardB, cardB)), 1},
		{"attributes of a key that are not numbered", define[unnumbered]("things"), 6},
		{"NativeKeys of nothing", define[natives]("things", ddbtable.NativeKeys()), 1},
		{"NativeKeys of an index that is none", define[natives]("things", ddbtable.NativeKeys("none")), 1},
		{"NativeKeys twice", define[natives]("things", ddbtable.NativeKeys("doubled", "doubled")), 2},
		{"NativeKeys of a local index", define[natives]("things", ddbtable.NativeKeys("near")), 1},
		{"NativeKeys of a key that is not derived", define[natives]("things", ddbtable.NativeKeys("plain")), 1},
		{"NativeKeys of a literal", define[natives]("things", ddbtable.NativeKeys("literal")), 1},
		{"NativeKeys of a field that would stay empty", define[natives]("things", ddbtable.NativeKeys("named")), 1},
		{"NativeKeys of five facets", define[natives]("things", ddbtable.NativeKeys("five")), 1},
		{"NativeKeys of a bool", define[natives]("things", ddbtable.NativeKeys("flag")), 1},
		{"NativeKeys of one facet twice", define[natives]("things", ddbtable.NativeKeys("doubled")), 1},
		{"NativeKeys of an index with a rule", define[natives]("things", ddbtable.NativeKeys("five"), ddbtable.Sparse("five", nativesA.Eq("x"))), 2},
		{"several at once", define[card]("x", ddbtable.Provisioned(1, 0), ddbtable.KeysOnly("by_b"), nil), 4},
	} {
		err := c.define()
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		if n := mistakesIn(err); n != c.wrong {
			t.Errorf("%s: %d mistakes told, want %d:\n%v", c.name, n, c.wrong, err)
		}
		texts.add(c.name, err.Error())
	}
	texts.check(t)
}

// mistakesIn counts the mistakes of a definition that err tells.
func mistakesIn(err error) int {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		n := 0
		for _, e := range joined.Unwrap() {
			n += mistakesIn(e)
		}
		return n
	}
	_, definition := errors.AsType[*ddbtable.DefinitionError](err)
	_, tag := errors.AsType[*fields.TagError](err)
	if definition || tag {
		return 1
	}
	return 0
}

func TestMustDefinePanicsWithAllMistakes(t *testing.T) {
	text := panicOf(func() { ddbtable.MustDefine[crowded]("x") })
	for _, part := range []string{"table name", "2 partition keys", "2 sort keys"} {
		if !strings.Contains(text, part) {
			t.Errorf("the panic %q lacks %q", text, part)
		}
	}
}

// panicOf is what f panics with, as text.
func panicOf(f func()) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	f()
	return ""
}

func TestAttrTellsAMistakenSelectorAndItsPlace(t *testing.T) {
	type blank struct {
		ID       string   `ddb:"id,partition"`
		Untagged string   // is not stored
		None     struct{} `ddb:"-"`
	}
	var elsewhere string
	for name, f := range map[string]func(){
		"nil":                 func() { ddbtable.Attr(func(*card) *string { return nil }) },
		"another place":       func() { ddbtable.Attr(func(*card) *string { return &elsewhere }) },
		"panic":               func() { ddbtable.Attr(func(p *card) *string { return &[]string{}[len(p.ID)] }) },
		"element of a list":   func() { ddbtable.Attr(func(p *card) *string { return &p.Tags[0] }) },
		"untagged field":      func() { ddbtable.Attr(func(b *blank) *string { return &b.Untagged }) },
		"field without size":  func() { ddbtable.Attr(func(b *blank) *struct{} { return &b.None }) },
		"the item itself":     func() { ddbtable.Attr(func(p *card) *card { return p }) },
		"field of wrong tags": func() { ddbtable.Attr(func(m *mistagged) *string { return &m.ID }) },
		"nil selector":        func() { ddbtable.Attr[card, string](nil) },
	} {
		text := panicOf(f)
		if !strings.HasPrefix(text, "ddbtable: Attr at ") || !strings.Contains(text, "definition_test.go:") {
			t.Errorf("%s: panic with %q", name, text)
		}
	}
}

// Handles are named by their path.
func TestHandlesAreNamedByTheirPath(t *testing.T) {
	expect(t, "name of a nested field", cardCity.String(), "from.city")
	expect(t, "name of an element", ddbtable.At(labelLines, 2).String(), "lines[2]")
	expect(t, "name of a member", ddbtable.Entry(labelProps, "x").String(), "props.x")
	expect(t, "name of the zero handle", ddbtable.Attribute[card, string]{}.String(), "?")
}
