// Local-server serves the embedded engine over HTTP, for programs that expect
// DynamoDB at an address:
//
//	go run ./examples/local-server -addr 127.0.0.1:8010 -data orders.db
//	aws dynamodb list-tables --endpoint-url http://127.0.0.1:8010
//
// With -latency and -faults it is as slow and as unreliable as a service far away,
// and with -strict it does all that DynamoDB may do, see embedded.Strict:
//
//	go run ./examples/local-server -latency 5ms -faults 'throttle operation=PutItem every=3; unprocessed share=0.2'
//
// It listens on the loopback interface unless -addr says otherwise, and stops
// on Ctrl-C after the requests under way are answered. Without -data everything
// is in memory and gone at the end.
//
// A wrong flag ends it with exit code 2, anything else that goes wrong with 1,
// each with one line that says what.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"example.com/ddb/ddbtable/embedded"
)

// Exit codes.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

// shutdownTime is how long requests under way may take after Ctrl-C.
const shutdownTime = 5 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// options are what the flags say.
type options struct {
	addr string
	data string
	log  bool

	latency time.Duration
	faults  []embedded.Fault
	strict  []embedded.Option
}

// run is the whole program. It ends when the context does.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return fail(stderr, exitUsage, err)
	}
	if err := serve(ctx, o, stdout, stderr); err != nil {
		return fail(stderr, exitError, err)
	}
	return exitOK
}

func fail(stderr io.Writer, code int, err error) int {
	fmt.Fprintln(stderr, "local-server:", err)
	return code
}

func parse(args []string, stdout io.Writer) (*options, error) {
	o := new(options)
	flags := flag.NewFlagSet("local-server", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.addr, "addr", "127.0.0.1:8010", "listen on this `address`")
	flags.StringVar(&o.data, "data", "", "keep the data in this `file`; in memory when empty")
	flags.BoolVar(&o.log, "log", false, "write a line for each request to standard error")
	flags.DurationVar(&o.latency, "latency", 0, "wait this `time`, such as 5ms, before each request is done")
	flags.Func("faults", "make requests fail: `faults` with ; between, each one of "+
		names(effects, func(e effect) string { return e.name })+" and settings such as operation=PutItem every=3 share=0.1", func(text string) (err error) {
		o.faults, err = parseFaults(text)
		return err
	})
	flags.Func("strict", "do all that DynamoDB may do, as this `seed` decides", func(text string) error {
		seed, err := strconv.ParseUint(text, 10, 64)
		o.strict = []embedded.Option{embedded.Strict(seed)}
		return err
	})
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(stdout, "Usage: local-server [-addr address] [-data file] [-log] [-latency time] [-faults faults] [-strict seed]")
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%w; run with -help for the flags", err)
	case flags.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q; run with -help for the flags", flags.Arg(0))
	}
	// An empty address would be every interface of the machine.
	flags.Visit(func(f *flag.Flag) {
		if _, isText := f.Value.(flag.Getter); isText && f.Value.String() == "" {
			err = fmt.Errorf("-%s is empty: give a value, or leave it out; run with -help for the flags", f.Name)
		}
	})
	return o, err
}

func serve(ctx context.Context, o *options, stdout, stderr io.Writer) (err error) {
	db, err := open(o)
	if err != nil {
		return err
	}
	defer func() {
		if closed := db.Close(); err == nil {
			err = closed
		}
	}()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", o.addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", o.addr, err)
	}
	var handler http.Handler = db
	if o.log {
		handler = logged(db, stderr)
	}
	server := embedded.NewServer(handler)
	fmt.Fprintf(stdout, "serving DynamoDB at http://%s%s; stop with Ctrl-C\n", listener.Addr(), kept(o.data))
	return until(ctx, server, listener)
}

func open(o *options) (*embedded.DB, error) {
	options := o.strict
	if o.data != "" {
		options = append(options, embedded.File(o.data))
	}
	db, err := embedded.Open(options...)
	if err != nil {
		return nil, err
	}
	if o.latency > 0 {
		db.Inject(embedded.Fault{Effect: embedded.Delay, Delay: o.latency})
	}
	for _, f := range o.faults {
		db.Inject(f)
	}
	return db, nil
}

func kept(path string) string {
	if path == "" {
		return ", in memory"
	}
	return ", data in " + path
}

// until serves until the context ends, and then finishes what is under way.
func until(ctx context.Context, server *http.Server, listener net.Listener) error {
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	// The context has ended; what is left gets a time of its own.
	rest, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	if err := server.Shutdown(rest); err != nil {
		return fmt.Errorf("some requests did not end in time: %w", err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
