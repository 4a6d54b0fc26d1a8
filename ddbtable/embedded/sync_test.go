package embedded_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable/embedded"
)

// syncedWrites is how many writes the traced process sends, one after the
// other.
const syncedWrites = 20

func init() { children["acknowledge"] = acknowledge }

// acknowledge writes a line after each answer to a write.
func acknowledge(path string) error {
	db, err := embedded.Open(embedded.File(path))
	if err != nil {
		return err
	}
	if err := crashTable(db.Client()); err != nil {
		return err
	}
	for i := range syncedWrites {
		fmt.Printf("before %d\n", i)
		_, err := db.Client().PutItem(background, &dynamodb.PutItemInput{
			TableName: aws.String(crashed), Item: item{"w": s("w"), "k": n(fmt.Sprint(i))},
		})
		if err != nil {
			return err
		}
		fmt.Printf("acknowledged %d\n", i)
	}
	return db.Close()
}

// What a trace says of a call. One that another thread interrupts has two
// lines; the second tells how it ended.
var (
	traceBefore       = regexp.MustCompile(`write\(1, "before \d+`)
	traceAcknowledged = regexp.MustCompile(`write\(1, "acknowledged \d+`)
	traceSynced       = regexp.MustCompile(`(?m)(fdatasync|fsync)(\(| resumed).*\) += 0$`)
)

// TestEachAcknowledgedWriteIsSynced traces a process: between a request and its
// acknowledgement a sync has returned. A test that is killed cannot tell,
// because the system keeps what the process wrote.
func TestEachAcknowledgedWriteIsSynced(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	dir := t.TempDir()
	trace := filepath.Join(dir, "trace")
	traced := childOf(t, "acknowledge", filepath.Join(dir, "data"))
	arguments := []string{"-f", "-e", "trace=write,fdatasync,fsync", "-o", trace, traced.Path}
	command := exec.CommandContext(t.Context(), strace, arguments...)
	command.Env = traced.Env
	if out, err := command.CombinedOutput(); err != nil {
		if bytes.Contains(out, []byte("ptrace")) {
			t.Skipf("strace may not trace here: %s", out)
		}
		t.Fatalf("%v\n%s", err, out)
	}
	lines, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	checkTrace(t, lines)
}

func checkTrace(t *testing.T, trace []byte) {
	t.Helper()
	before := traceBefore.FindAllIndex(trace, -1)
	acknowledged := traceAcknowledged.FindAllIndex(trace, -1)
	if len(before) != syncedWrites || len(acknowledged) != syncedWrites {
		t.Fatalf("%d requests and %d acknowledgements are traced, want %d", len(before), len(acknowledged), syncedWrites)
	}
	for i := range before {
		between := trace[before[i][1]:acknowledged[i][0]]
		if !traceSynced.Match(between) {
			t.Errorf("write %d is acknowledged without a sync:\n%s", i, between)
		}
	}
}
