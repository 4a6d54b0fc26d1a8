package arch

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"testing/fstest"
)

// A permit allows a folder, or one file, to import a package that is guarded.
type permit struct {
	name     string
	imported string
	why      string
}

var permits = []permit{
	{"fields", "reflect", "compiles the plan of a Go type"},
	{"fields", "unsafe", "reads and writes a field at its offset, without reflection for each item"},
	{"internal/wire", "unsafe", "reads text as bytes and bytes as text without a copy"},
}

// guarded are the packages that need a permit: reflection is for the code that
// compiles plans, and unsafe is for what was measured.
var guarded = []string{"reflect", "unsafe"}

// reflection returns the imports of guarded packages that have no permit, and
// the permits that nothing uses. Tests need none.
func reflection(sources []source, permits []permit) []string {
	var offences []string
	used := make([]bool, len(permits))
	for _, s := range sources {
		for _, imported := range s.imports {
			if s.isTest() || !slices.Contains(guarded, imported) {
				continue
			}
			i := slices.IndexFunc(permits, func(p permit) bool {
				return p.imported == imported && (p.name == s.folder() || p.name == s.name)
			})
			if i < 0 {
				offences = append(offences, fmt.Sprintf("%s: may not import %s", s.name, imported))
				continue
			}
			used[i] = true
		}
	}
	for i, p := range permits {
		if !used[i] {
			offences = append(offences, fmt.Sprintf("%s: does not import %s any more; delete its permit", p.name, p.imported))
		}
	}
	return offences
}

func TestReflectAndUnsafeStayWhereTheyBelong(t *testing.T) {
	for _, offence := range reflection(goFiles(t, os.DirFS(root(t))), permits) {
		t.Error(offence)
	}
}

func TestReflectWithoutPermitIsFound(t *testing.T) {
	file := func(imported string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("package p\nimport _ \"" + imported + "\"\n")}
	}
	tree := fstest.MapFS{
		"ddbtable/attribute.go": file("reflect"),
		"ddbtable/get.go":       file("reflect"),
		"ddbtable/get_test.go":  file("reflect"),
		"fields/plan.go":        file("reflect"),
		"fields/text.go":        file("unsafe"),
		"fields/tag.go":         file("strings"),
	}
	permits := []permit{
		{"fields", "reflect", "the whole folder"},
		{"ddbtable/attribute.go", "reflect", "one file"},
		{"ddbtable/query.go", "reflect", "a file that is gone"},
	}
	expect(t, reflection(goFiles(t, tree), permits),
		"ddbtable/get.go: may not import reflect",
		"fields/text.go: may not import unsafe",
		"ddbtable/query.go: does not import reflect any more")
}
