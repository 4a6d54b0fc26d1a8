package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/ddb/ddbtable/embedded"
)

// An effect is a word of -faults.
type effect struct {
	name   string
	effect embedded.Effect
}

var effects = []effect{
	{"fail-before", embedded.FailBefore},
	{"fail-after", embedded.FailAfter},
	{"throttle", embedded.Throttle},
	{"conflict", embedded.Conflict},
	{"drop-before", embedded.DropBefore},
	{"drop-after", embedded.DropAfter},
	{"unprocessed", embedded.Unprocessed},
	{"collection-full", embedded.CollectionFull},
	{"delay", embedded.Delay},
}

// A setting is what may follow the word, as name=value.
type setting struct {
	name string
	set  func(f *embedded.Fault, value string) error
}

var settings = []setting{
	{"operation", func(f *embedded.Fault, v string) error { f.Operation = v; return nil }},
	{"table", func(f *embedded.Fault, v string) error { f.Table = v; return nil }},
	{"index", func(f *embedded.Fault, v string) error { f.Index = v; return nil }},
	{"skip", func(f *embedded.Fault, v string) (err error) { f.Skip, err = count(v); return err }},
	{"every", func(f *embedded.Fault, v string) (err error) { f.Every, err = count(v); return err }},
	{"times", func(f *embedded.Fault, v string) (err error) { f.Times, err = count(v); return err }},
	{"share", func(f *embedded.Fault, v string) (err error) { f.Share, err = share(v); return err }},
	{"seed", func(f *embedded.Fault, v string) (err error) { f.Seed, err = strconv.ParseUint(v, 10, 64); return err }},
	{"delay", func(f *embedded.Fault, v string) (err error) { f.Delay, err = time.ParseDuration(v); return err }},
}

func count(text string) (int, error) {
	n, err := strconv.ParseUint(text, 10, 31)
	return int(n), err
}

func share(text string) (float64, error) {
	s, err := strconv.ParseFloat(text, 64)
	if err == nil && !(s > 0 && s <= 1) {
		err = strconv.ErrRange
	}
	return s, err
}

// parseFaults reads the value of -faults: faults with semicolons between, each
// a word and settings with blanks between.
func parseFaults(text string) ([]embedded.Fault, error) {
	var faults []embedded.Fault
	for part := range strings.SplitSeq(text, ";") {
		f, err := parseFault(strings.Fields(part))
		if err != nil {
			return nil, err
		}
		faults = append(faults, f)
	}
	return faults, nil
}

func parseFault(words []string) (embedded.Fault, error) {
	var f embedded.Fault
	if len(words) == 0 {
		return f, fmt.Errorf("a fault is empty; begin it with one of %s", names(effects, func(e effect) string { return e.name }))
	}
	i := slices.IndexFunc(effects, func(e effect) bool { return e.name == words[0] })
	if i < 0 {
		return f, fmt.Errorf("unknown fault %q; use one of %s", words[0], names(effects, func(e effect) string { return e.name }))
	}
	f.Effect = effects[i].effect
	for _, word := range words[1:] {
		name, value, _ := strings.Cut(word, "=")
		i := slices.IndexFunc(settings, func(s setting) bool { return s.name == name })
		if i < 0 || value == "" {
			return f, fmt.Errorf("%q is no setting of %s; use name=value with one of %s",
				word, words[0], names(settings, func(s setting) string { return s.name }))
		}
		if err := settings[i].set(&f, value); err != nil {
			return f, fmt.Errorf("%q is not a value of %s; use a whole number, for share one from 0 to 1, for delay a time such as 20ms", value, name)
		}
	}
	if f.Effect == embedded.Delay && f.Delay <= 0 {
		return f, errors.New("a delay has no length; add delay=20ms")
	}
	return f, nil
}

func names[E any](list []E, name func(E) string) string {
	var all []string
	for _, e := range list {
		all = append(all, name(e))
	}
	return strings.Join(all, ", ")
}
