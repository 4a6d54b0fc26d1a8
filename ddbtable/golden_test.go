package ddbtable_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// A golden is a file of named texts that a test makes.
type golden struct {
	path    string
	archive txtar.Archive
}

func (g *golden) add(name, text string) {
	g.archive.Files = append(g.archive.Files, txtar.File{Name: name, Data: []byte(text + "\n")})
}

// check compares the texts with the file's, or writes it anew.
func (g *golden) check(t *testing.T) {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(g.path, txtar.Format(&g.archive), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := txtar.ParseFile(g.path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sections(want), sections(&g.archive)); diff != "" {
		t.Errorf("%s (UPDATE_GOLDEN=1 writes it anew)\n(-want +got)\n%s", g.path, diff)
	}
}

func sections(a *txtar.Archive) []string {
	var all []string
	for _, f := range a.Files {
		all = append(all, f.Name+"\n"+string(f.Data))
	}
	return all
}
