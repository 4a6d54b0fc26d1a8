package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
)

// options are what the flags say.
type options struct {
	orders  int
	explain bool

	// seed makes a run repeatable, if it is given.
	seed   uint64
	seeded bool

	// Where the orders are: in memory if all of these are empty.
	data     string
	endpoint string
	aws      bool
}

func parse(args []string, stdout io.Writer) (*options, error) {
	o := new(options)
	flags := flag.NewFlagSet("toystore", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.IntVar(&o.orders, "orders", 20, "take that many orders, `n`")
	flags.BoolVar(&o.explain, "explain", false, "show the plan of each query")
	flags.Uint64Var(&o.seed, "seed", 0, "do the same for the same `number`, at the same times; by chance without it")
	flags.StringVar(&o.data, "data", "", "keep the orders in this `file`; in memory without it")
	flags.StringVar(&o.endpoint, "endpoint", "", "use the engine at this `URL`, such as http://localhost:8010")
	flags.BoolVar(&o.aws, "aws", false, "use DynamoDB, with the credentials and region of the environment; this costs money, and the table stays")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(stdout, "Usage: toystore [-orders n] [-seed number] [-explain] [-data file | -endpoint URL | -aws]")
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return nil, err
	case err == nil && flags.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case err == nil:
		err = o.check()
	}
	flags.Visit(func(f *flag.Flag) {
		o.seeded = o.seeded || f.Name == "seed"
		if err == nil && f.Value.String() == "" {
			err = fmt.Errorf("-%s is empty: give a value, or leave it out", f.Name)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("%w; run with -help for the flags", err)
	}
	return o, nil
}

// check is what is wrong with the flags together, and with their values.
func (o *options) check() error {
	places := 0
	for _, given := range []bool{o.data != "", o.endpoint != "", o.aws} {
		if given {
			places++
		}
	}
	switch {
	case places > 1:
		return errors.New("the orders can be in one place only: give one of -data, -endpoint and -aws")
	case o.orders < 0:
		return fmt.Errorf("-orders is %d: give 0 or more", o.orders)
	case o.endpoint != "" && !isURL(o.endpoint):
		return fmt.Errorf("-endpoint is %q: give a URL such as http://localhost:8010", o.endpoint)
	}
	return nil
}

func isURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
