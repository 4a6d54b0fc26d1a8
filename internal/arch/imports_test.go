package arch

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// A part is a folder of the module with all below it, and the parts that it may
// import beside itself.
type part struct {
	folder string
	may    []string
}

// parts are the arrows of the architecture. The first that holds a package is
// the package's part, so the deeper folder comes first.
var parts = []part{
	{"examples", []string{"model", "ddbtable", "ddbtable/embedded", "fields"}}, // what a reader can copy
	{"model", []string{"ddbtable", "fields"}},
	{"ddbtable/ddbtest", []string{"ddbtable", "ddbtable/embedded", "fields"}},
	{"ddbtable/embedded", []string{"internal/engine"}},
	{"ddbtable", []string{"fields", "internal"}},
	{"fields", []string{"internal"}},
	{"internal/benchengine", []string{"ddbtable/embedded"}},
	{"internal/engine", nil}, // an engine that shares the writer's code cannot find its mistakes
	{"internal", nil},
}

// arrows returns the imports that go against the arrows. Tests may import what
// they test.
func arrows(sources []source) []string {
	var offences []string
	for _, s := range sources {
		from, ok := partOf(s.folder())
		if !ok {
			offences = append(offences, s.name+": its folder belongs to no part of the architecture")
			continue
		}
		for _, imported := range s.imports {
			folder, inside := strings.CutPrefix(imported, module+"/")
			if !inside || s.isTest() {
				continue
			}
			to, _ := partOf(folder)
			if to.folder != from.folder && !slices.Contains(from.may, to.folder) {
				offences = append(offences, fmt.Sprintf("%s: %s may not import %s", s.name, from.folder, folder))
			}
		}
	}
	return offences
}

func partOf(folder string) (part, bool) {
	for _, p := range parts {
		if within(folder, p.folder) {
			return p, true
		}
	}
	return part{}, false
}

// within reports whether name is the folder or lies below it.
func within(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, folder+"/")
}

func TestImportsFollowTheArrows(t *testing.T) {
	for _, offence := range arrows(goFiles(t, os.DirFS(root(t)))) {
		t.Error(offence)
	}
}

func TestAnImportAgainstTheArrowsIsFound(t *testing.T) {
	for _, c := range []struct{ file, imports, want string }{
		{"examples/toystore/main.go", "model", ""},
		{"examples/toystore/main.go", "ddbtable/embedded", ""},
		{"examples/toystore/main.go", "internal/wire", "examples may not import internal/wire"},
		{"model/store.go", "ddbtable", ""},
		{"model/store.go", "examples/toystore", "model may not import examples/toystore"},
		{"model/store.go", "ddbtable/embedded", "model may not import ddbtable/embedded"},
		{"ddbtable/get.go", "fields", ""},
		{"ddbtable/get.go", "internal/wire", ""},
		{"ddbtable/get.go", "model", "ddbtable may not import model"},
		{"ddbtable/get.go", "ddbtable/embedded", "ddbtable may not import ddbtable/embedded"},
		{"ddbtable/get.go", "ddbtable/ddbtest", "ddbtable may not import ddbtable/ddbtest"},
		{"ddbtable/get.go", "internal/engine/wire", "ddbtable may not import internal/engine/wire"},
		{"ddbtable/get_test.go", "ddbtable/embedded", ""},
		{"ddbtable/ddbtest/conformance/suite.go", "ddbtable/ddbtest", ""},
		{"ddbtable/ddbtest/client.go", "ddbtable/embedded", ""},
		{"ddbtable/ddbtest/client.go", "internal/engine", "ddbtable/ddbtest may not import internal/engine"},
		{"ddbtable/embedded/open.go", "internal/engine/store", ""},
		{"ddbtable/embedded/open.go", "ddbtable", "ddbtable/embedded may not import ddbtable"},
		{"ddbtable/embedded/open.go", "internal/wire", "ddbtable/embedded may not import internal/wire"},
		{"fields/plan.go", "internal/wire", ""},
		{"fields/plan.go", "ddbtable", "fields may not import ddbtable"},
		{"internal/engine/store/store.go", "internal/engine/wire", ""},
		{"internal/engine/store/store.go", "fields", "internal/engine may not import fields"},
		{"internal/engine/store/store.go", "internal/wire", "internal/engine may not import internal/wire"},
		{"internal/wire/scanner.go", "fields", "internal may not import fields"},
		{"model/store.go", "fieldsmore", "model may not import fieldsmore"},
		{"tools/main.go", "fields", "tools/main.go: its folder belongs to no part"},
		{"doc.go", "fields", "doc.go: its folder belongs to no part"},
	} {
		t.Run(c.file+" imports "+c.imports, func(t *testing.T) {
			tree := fstest.MapFS{c.file: {Data: []byte("package p\nimport _ \"" + module + "/" + c.imports + "\"\n")}}
			if c.want == "" {
				expect(t, arrows(goFiles(t, tree)))
			} else {
				expect(t, arrows(goFiles(t, tree)), c.want)
			}
		})
	}
}

func TestOtherModulesAndTestdataAreNotLookedAt(t *testing.T) {
	offender := &fstest.MapFile{Data: []byte("package p\nimport _ \"" + module + "/model\"\n")}
	tree := fstest.MapFS{
		"fields/doc.go":              {Data: []byte("package fields\n")},
		"fields/testdata/a.go":       offender,
		"internal/tools/go.mod":      {Data: []byte("module tools\n")},
		"internal/tools/lint/a.go":   offender,
		".tools/a.go":                offender,
		"internal/node_modules/a.go": offender,
	}
	expect(t, arrows(goFiles(t, tree)))
}
