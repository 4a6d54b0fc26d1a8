package consumer

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	// What the module outside needs is there when this test has been built.
	_ "example.com/ddb/ddbtable/embedded"
	_ "example.com/ddb/model"
)

func TestAModuleOutsideUsesThisOne(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	outside := t.TempDir()
	write(t, filepath.Join(outside, "go.mod"), module(t, root))
	write(t, filepath.Join(outside, "go.sum"), read(t, filepath.Join(root, "go.sum")))
	write(t, filepath.Join(outside, "shop", "main.go"), read(t, filepath.Join("testdata", "shop", "main.go")))
	write(t, filepath.Join(outside, "readme", "main.go"), program(t, filepath.Join(root, "README.md")))

	bin := filepath.Join(outside, "bin") + string(filepath.Separator)
	command(t, outside, "go", append(build(), "-o", bin, "./...")...)
	for name, want := range map[string]string{
		"shop":   "in progress 1\nin progress 0\nsold out\ncanceled 0\n",
		"readme": "{t1 ada 7} <nil>\n",
	} {
		if got := command(t, outside, bin+name); got != want {
			t.Errorf("%s prints\n%swant\n%s", name, got, want)
		}
	}
}

// module is the go.mod of the module outside. It asks for the same versions, so
// that nothing has to be looked up.
func module(t *testing.T, root string) string {
	t.Helper()
	ours := read(t, filepath.Join(root, "go.mod"))
	first := "module example.com/ddb\n"
	if !strings.HasPrefix(ours, first) {
		t.Fatalf("go.mod does not begin with %q", first)
	}
	return "module example.org/outside\n" + strings.TrimPrefix(ours, first) +
		"\nrequire example.com/ddb v0.0.0\n\nreplace example.com/ddb => " + strconv.Quote(root) + "\n"
}

// fences finds the blocks of Go in a document.
var fences = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")

// program is the only whole program in a document.
func program(t *testing.T, document string) string {
	t.Helper()
	var programs []string
	for _, block := range fences.FindAllStringSubmatch(read(t, document), -1) {
		if strings.HasPrefix(block[1], "package main\n") {
			programs = append(programs, block[1])
		}
	}
	if len(programs) != 1 {
		t.Fatalf("%s has %d whole programs, want 1", document, len(programs))
	}
	return programs[0]
}

// build are the arguments that build as this test was built, so that most
// packages come from the cache.
func build() []string {
	args := []string{"build"}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "-race" && s.Value == "true" {
				args = append(args, "-race")
			}
		}
	}
	return args
}

// command runs a program in a folder and returns what it prints.
func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GORACE=atexit_sleep_ms=0")
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, &stderr)
	}
	return stdout.String()
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
