// Toystore is a toy store's day at work: it creates the table of orders, takes
// some orders, moves each of them on, and looks at one customer's history and
// at one toy's orders in progress.
//
//	go run ./examples/toystore
//
// It needs nothing but Go: the orders are in memory. With -data they are kept
// in a file, so that a second run sees those of the first; with -endpoint or
// -aws they are in DynamoDB, or in another engine that speaks its API. What
// package model is for the orders, a package of yours is for your table.
//
// A wrong flag ends it with exit code 2, anything else that goes wrong with 1,
// each with one line that says what. Ctrl-C stops it between two requests.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// Exit codes.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
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
	out := &output{Writer: stdout}
	switch err := work(ctx, o, out); {
	case err != nil:
		return fail(stderr, exitError, explained(ctx, o, err))
	case out.err != nil:
		return fail(stderr, exitError, fmt.Errorf("cannot write the report: %w", out.err))
	}
	return exitOK
}

// An output writes until it cannot, and remembers why, so that nobody needs to
// ask after each line.
type output struct {
	io.Writer
	err error
}

// Write implements io.Writer.
func (o *output) Write(b []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.Writer.Write(b)
	o.err = err
	return n, err
}

func fail(stderr io.Writer, code int, err error) int {
	fmt.Fprintln(stderr, "toystore:", strings.ReplaceAll(err.Error(), "\n", "; "))
	return code
}

// explained says in a line what a person can do something about.
func explained(ctx context.Context, o *options, err error) error {
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	network, ok := errors.AsType[*url.Error](err)
	switch {
	case !ok:
		return err
	case o.endpoint != "":
		return fmt.Errorf("cannot reach %s: %w; is an engine running there? try: go run ./examples/local-server", o.endpoint, network.Err)
	}
	return fmt.Errorf("cannot reach %s: %w", network.URL, network.Err)
}

// work is the store's day.
func work(ctx context.Context, o *options, out io.Writer) (err error) {
	engine, err := connect(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.close()) }()

	s := newShop(engine.client)
	if err := s.store.CreateTable(ctx); err != nil {
		return err
	}
	before, err := s.count(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "The toy store is open: %d toys, %d customers, orders %s.\n", len(toys), len(customers), engine.where)
	if before > 0 {
		fmt.Fprintf(out, "Orders of earlier runs: %d.\n", before)
	}

	taken, err := s.takeOrders(ctx, o.orders, o.luck(before))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Orders taken: %d (%s).\n", o.orders, taken)

	r := &report{out: out, shop: s, plans: o.explain}
	if err := r.customer(ctx); err != nil {
		return err
	}
	return r.toy(ctx)
}
