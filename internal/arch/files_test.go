package arch

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// top are the names that may stand at the top level, beside dotfiles.
var top = []string{
	"ddbtable", "fields", "model", "examples", "internal", "docs",
	"go.mod", "go.sum", "Makefile",
	"README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md",
}

// topLevel returns the names at the top level that do not belong there.
func topLevel(files []string) []string {
	var offences []string
	for _, file := range files {
		name, _, _ := strings.Cut(file, "/")
		offence := name + ": does not belong at the top level"
		if name[0] != '.' && !slices.Contains(top, name) && !slices.Contains(offences, offence) {
			offences = append(offences, offence)
		}
	}
	return offences
}

func TestTopLevelHoldsWhatWasAgreed(t *testing.T) {
	for _, offence := range topLevel(files(t, root(t))) {
		t.Error(offence)
	}
}

func TestNameAtTheTopLevelIsFound(t *testing.T) {
	got := topLevel([]string{".ci/run", "Makefile", "docs/guide.md", "pkg/a.go", "pkg/b.go", "main.go"})
	expect(t, got, "pkg: does not belong", "main.go: does not belong")
}

// The first mark of unfinished work is right with the number of its issue, the
// other two never are. They are spelled so that this file holds none.
var (
	mark     = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX)\b`)
	numbered = regexp.MustCompile(`TO` + `DO\(#[0-9]+\): `)
)

// unfinished returns the comments that say so without an issue number.
func unfinished(sources []source) []string {
	var offences []string
	for _, s := range sources {
		for _, group := range s.file.Comments {
			for line := range strings.Lines(group.Text()) {
				if mark.MatchString(numbered.ReplaceAllString(line, "")) {
					offences = append(offences, s.name+": needs an issue number: "+strings.TrimSpace(line))
				}
			}
		}
	}
	return offences
}

func TestUnfinishedWorkHasAnIssue(t *testing.T) {
	for _, offence := range unfinished(goFiles(t, os.DirFS(root(t)))) {
		t.Error(offence)
	}
}

func TestUnfinishedWorkWithoutAnIssueIsFound(t *testing.T) {
	todo := "TO" + "DO"
	tree := fstest.MapFS{"fields/plan.go": {Data: []byte("package fields\n" +
		"// " + todo + "(#12): said where it is tracked.\n" +
		"// " + todo + ": said nowhere.\n" +
		"/* FIX" + "ME(#12): another mark. */\n" +
		"const text = `" + todo + ": not a comment`\n")}}
	expect(t, unfinished(goFiles(t, tree)), todo+": said nowhere", "FIX"+"ME(#12)")
}

// homes are the folders of people, as they appear in a path of one machine.
var homes = regexp.MustCompile(`(^|[^\w.])(/(home|Users)/[\w.-]+|/roo[t]/)|[A-Z]:\\Users\\`)

// machinePaths returns the files that name a folder of one machine: someone's
// home, or the folder in which this repository lies.
func machinePaths(fsys fs.FS, files []string, root string) []string {
	var offences []string
	for _, file := range files {
		text, err := fs.ReadFile(fsys, file)
		if err != nil || bytes.IndexByte(text, 0) >= 0 {
			continue // deleted and not committed, or not text
		}
		for line := range strings.Lines(string(text)) {
			if homes.MatchString(line) || strings.Contains(line, root+"/") {
				offences = append(offences, file+": names a folder of one machine: "+strings.TrimSpace(line))
			}
		}
	}
	return offences
}

func TestNoFileNamesAMachine(t *testing.T) {
	root := root(t)
	for _, offence := range machinePaths(os.DirFS(root), files(t, root), root) {
		t.Error(offence)
	}
}

func TestMachinePathIsFound(t *testing.T) {
	tree := fstest.MapFS{
		"a.md":  {Data: []byte("see\n/ho" + "me/ann/notes\n")},
		"b.go":  {Data: []byte("const dir = \"/Us" + "ers/ann\"\n")},
		"c.txt": {Data: []byte("at /src/ddb/fields/plan.go:12\n")},
		"d.md":  {Data: []byte("https://example.com/ho" + "me/page and ~/ddb, /srcs\n")},
		"e.bin": {Data: []byte("\x00/ho" + "me/ann\n")},
	}
	names := []string{"a.md", "b.go", "c.txt", "d.md", "e.bin", "gone.go"}
	expect(t, machinePaths(tree, names, "/src/ddb"), "a.md: names", "b.go: names", "c.txt: names")
}

// unlisted returns the decision records that the index does not link to.
func unlisted(fsys fs.FS) ([]string, error) {
	index, err := fs.ReadFile(fsys, "docs/decisions/README.md")
	if err != nil {
		return nil, err
	}
	records, err := fs.Glob(fsys, "docs/decisions/[0-9]*.md")
	var offences []string
	for _, record := range records {
		if !bytes.Contains(index, []byte("("+path.Base(record)+")")) {
			offences = append(offences, record+": is not in the index of docs/decisions/README.md")
		}
	}
	return offences, err
}

func TestDecisionsAreInTheirIndex(t *testing.T) {
	offences, err := unlisted(os.DirFS(root(t)))
	if err != nil {
		t.Fatal(err)
	}
	for _, offence := range offences {
		t.Error(offence)
	}
}

func TestDecisionOutsideTheIndexIsFound(t *testing.T) {
	got, err := unlisted(fstest.MapFS{
		"docs/decisions/README.md":         {Data: []byte("| [0001](0001-iterators.md) | how to iterate |\n")},
		"docs/decisions/0001-iterators.md": {},
		"docs/decisions/0002-cursors.md":   {},
	})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, got, "0002-cursors.md: is not in the index")
}
