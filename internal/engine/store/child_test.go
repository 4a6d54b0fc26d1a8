package store_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"example.com/ddb/internal/engine/store"
)

// childTask names what a child process does, childFile its file. A file that
// kills its process when it is read must not end the test.
const (
	childTask = "STORE_TEST_CHILD"
	childFile = "STORE_TEST_FILE"
)

// children are the tasks by their names.
var children = map[string]func(path string) error{"read": readAll}

func TestMain(m *testing.M) {
	task := os.Getenv(childTask)
	if task == "" {
		os.Exit(m.Run())
	}
	if err := children[task](os.Getenv(childFile)); err != nil {
		fmt.Print(err)
	}
}

// inChild runs a task in a process of its own and gives what it wrote.
func inChild(t *testing.T, task, path string) string {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), executable)
	child.Env = append(os.Environ(), childTask+"="+task, childFile+"="+path)
	var out, errs bytes.Buffer
	child.Stdout, child.Stderr = &out, &errs
	if err := child.Run(); err != nil {
		t.Fatalf("the process ended badly: %v\n%s%s", err, &out, &errs)
	}
	return out.String()
}

// openElsewhere opens a file in a process of its own, reads everything in it,
// and gives the number of values or the error.
func openElsewhere(t *testing.T, path string) string {
	t.Helper()
	return inChild(t, "read", path)
}

func readAll(path string) error {
	s, err := store.OpenFile(path)
	if err != nil {
		return err
	}
	r, err := s.Snapshot()
	if err != nil {
		return err
	}
	n := 0
	for space := range store.Space(5) {
		err := r.Range(space, store.Range{}, func(_, _ []byte) bool { n++; return true })
		if err != nil {
			return err
		}
	}
	r.Release()
	fmt.Printf("%d values", n)
	return s.Close()
}
