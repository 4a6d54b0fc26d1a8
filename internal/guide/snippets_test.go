package guide

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// A block is the code between two fences of a document.
type block struct {
	at       string // document and heading
	language string
	lines    []string
}

// program reports whether the block is a whole program, which the out-of-tree
// consumer builds.
func (b block) program() bool { return len(b.lines) > 0 && b.lines[0] == "package main" }

// blocksOf returns the blocks of a document.
func blocksOf(name, text string) []block {
	var all []block
	var open *block
	heading := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && open == nil:
			open = &block{at: name + heading, language: fence}
		case isFence:
			all, open = append(all, *open), nil
		case open != nil:
			open.lines = append(open.lines, strings.TrimSpace(line))
		case strings.HasPrefix(line, "#"):
			heading = ": " + strings.TrimLeft(line, "# ")
		}
	}
	return all
}

// parts splits a block at the lines that say that something is left out.
func (b block) parts() [][]string {
	var all [][]string
	for rest := b.lines; ; {
		i := slices.Index(rest, "…")
		if i < 0 {
			return append(all, rest)
		}
		all, rest = append(all, rest[:i]), rest[i+1:]
	}
}

// untested returns the parts of the Go blocks that no source contains, line by
// line, whatever the indentation.
func untested(documents, sources fs.FS) ([]string, error) {
	var code []string
	err := fs.WalkDir(sources, ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".go") {
			return err
		}
		text, err := fs.ReadFile(sources, name)
		for line := range strings.Lines(string(text)) {
			code = append(code, strings.Join(strings.Fields(line), " "))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	all := "\n" + strings.Join(code, "\n") + "\n"
	var offences []string
	err = fs.WalkDir(documents, ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".md") {
			return err
		}
		text, err := fs.ReadFile(documents, name)
		for _, b := range blocksOf(name, string(text)) {
			if b.language != "go" || b.program() {
				continue
			}
			for _, part := range b.parts() {
				var lines []string
				for _, line := range part {
					lines = append(lines, strings.Join(strings.Fields(line), " "))
				}
				if !strings.Contains(all, "\n"+strings.Join(lines, "\n")+"\n") {
					offences = append(offences, b.at+": is not in a tested file:\n"+strings.Join(part, "\n"))
				}
			}
		}
		return err
	})
	return offences, err
}

// shown are the folders whose code the documents may show.
var shown = []string{
	"internal/guide", "model", "examples/toystore",
	"ddbtable/example_collection_test.go", "ddbtable/example_merge_test.go", "ddbtable/example_hooks_test.go",
	"ddbtable/example_stream_test.go", "ddbtable/example_explain_test.go", "ddbtable/example_scan_test.go",
	"ddbtable/example_time_test.go", "ddbtable/example_partial_test.go", "ddbtable/example_unique_test.go", "ddbtable/example_repair_test.go",
	"ddbtable/example_multikey_test.go", "ddbtable/example_duty_test.go", "ddbtable/ddbtest/example_test.go",
}

func TestCodeInTheDocumentsIsTested(t *testing.T) {
	root := os.DirFS(filepath.Join("..", ".."))
	documents, sources := make(fstest.MapFS), make(fstest.MapFS)
	copyTo(t, documents, root, "README.md", "docs/guide", "docs/embedded.md")
	copyTo(t, sources, root, shown...)
	offences, err := untested(documents, sources)
	if err != nil {
		t.Fatal(err)
	}
	for _, offence := range offences {
		t.Error(offence)
	}
}

// copyTo copies files and folders.
func copyTo(t *testing.T, to fstest.MapFS, from fs.FS, names ...string) {
	t.Helper()
	for _, name := range names {
		err := fs.WalkDir(from, name, func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := fs.ReadFile(from, file)
			to[file] = &fstest.MapFile{Data: text}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestCodeThatIsNotTestedIsFound(t *testing.T) {
	sources := fstest.MapFS{"a_test.go": {Data: []byte("func f() {\n\ta()\n\tb()\n\tc()\n}\n")}}
	documents := fstest.MapFS{"a.md": {Data: []byte("# A\n" +
		"```go\na()\n  b()\n```\n" +
		"```go\na()\n…\nc()\n```\n" +
		"```go\npackage main\n```\n" +
		"```sh\nnone\n```\n" +
		"# B\n```go\na()\nc()\n```\n" +
		"# C\n```go\na()\n…\nd()\n```\n")}}
	got, err := untested(documents, sources)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"a.md: B: is not in a tested file:\na()\nc()",
		"a.md: C: is not in a tested file:\nd()",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}
