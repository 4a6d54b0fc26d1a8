// Benchengine measures the embedded engine against its goals and prints each
// with its value: `make bench-engine`.
//
// It compares within one run, in slices of a fraction of a second that are
// taken in turn, because the speed of a machine changes from minute to minute;
// a ratio is the median of the slices' ratios. Other engines are found at
// DDB_ENDPOINT (dynalite) and DDB_LOCAL_ENDPOINT (DynamoDB Local).
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// gcPercent is GOGC for this program and the server it starts.
const gcPercent = 400

// A part measures something and reports goals.
type part struct {
	name, title string
	run         func(context.Context, *report) error
}

var parts = []part{
	{"requests", "stock SDK, in memory: in process, over loopback, and others", requests},
	{"durable", "acknowledged puts against syncs of the disk", durable},
	{"start", "start-up", startUp},
	{"handler", "the handler alone: one goroutine, no SDK, no socket", handler},
	{"large", "the handler alone, among many items", large},
	{"stall", "puts while somebody reads everything", stall},
}

func main() {
	debug.SetGCPercent(gcPercent)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchengine:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	switch {
	case len(args) == 1 && args[0] == serveCommand:
		return serveUntilEnd()
	case len(args) == 1 && args[0] == firstCommand:
		return printFirst(ctx)
	}
	flags := flag.NewFlagSet("benchengine", flag.ExitOnError)
	only := flags.String("only", "", "run only these `parts`, with commas between")
	if err := flags.Parse(args); err != nil {
		return err
	}
	fmt.Printf("%s %s/%s, %d cores, %s, GOGC=%d, %s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH,
		runtime.NumCPU(), processor(), gcPercent, time.Now().UTC().Format(time.DateOnly))
	r := new(report)
	for _, p := range parts {
		if *only != "" && !strings.Contains(","+*only+",", ","+p.name+",") {
			continue
		}
		fmt.Printf("\n## %s: %s\n\n", p.name, p.title)
		if err := p.run(ctx, r); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	r.print()
	return nil
}
