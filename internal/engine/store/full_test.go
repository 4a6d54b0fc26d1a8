//go:build linux || darwin

package store_test

import (
	"errors"
	"fmt"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/ddb/internal/engine/store"
)

// TestAFullDiskLosesNothing writes in a process whose files may not grow beyond
// a limit. The first write that does not fit fails, and so do all later ones,
// also when there is room again; what was acknowledged is there.
func TestAFullDiskLosesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	var acknowledged int
	if _, err := fmt.Sscanf(inChild(t, "fill", path), "%d values", &acknowledged); err != nil || acknowledged < 10 {
		t.Fatalf("%d writes were acknowledged, %v", acknowledged, err)
	}
	if got := openElsewhere(t, path); got != fmt.Sprintf("%d values", acknowledged) {
		t.Errorf("of %d acknowledged: %s", acknowledged, got)
	}
}

func init() { children["fill"] = fillUp }

func fillUp(path string) error {
	s, err := store.OpenFile(path)
	if err != nil {
		return err
	}
	signal.Ignore(syscall.SIGXFSZ)
	var rest syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &rest); err != nil {
		return err
	}
	full := rest
	full.Cur = 20 << 20 // the file grows by 16 MiB each time
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
		return err
	}
	n := 0
	for ; err == nil && n < 1000; n++ {
		err = write(s, fmt.Sprint(n), strings.Repeat("v", 300000))
	}
	if err == nil || !strings.HasPrefix(err.Error(), "store: cannot write the file: ") {
		return fmt.Errorf("after %d writes: %w", n, err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &rest); err != nil {
		return err
	}
	if again := write(s, "later", "v"); again == nil || again.Error() != err.Error() {
		return errors.Join(errors.New("a later write"), again)
	}
	fmt.Printf("%d values", n-1)
	return s.Close()
}
