package embedded_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// childTask names what a child process does, childFile its file.
const (
	childTask = "EMBEDDED_TEST_CHILD"
	childFile = "EMBEDDED_TEST_FILE"
)

// children are the tasks of child processes by their names.
var children = map[string]func(path string) error{}

// background is the context of a child, which has no test.
var background = context.Background()

func TestMain(m *testing.M) {
	task := os.Getenv(childTask)
	if task == "" {
		os.Exit(m.Run())
	}
	if err := children[task](os.Getenv(childFile)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// childOf gives the command that runs a task in a process of its own.
func childOf(t *testing.T, task, path string) *exec.Cmd {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), executable)
	child.Env = append(os.Environ(), childTask+"="+task, childFile+"="+path)
	return child
}
