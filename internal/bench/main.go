// Bench measures ddbtable beside the other ways from Go to DynamoDB and back,
// in one process, without a network: `make bench` and `make bench-ratios`.
//
// All times are processor time of the process. Machines differ, and one machine
// differs from second to second; so what is compared is measured in turns of 10
// milliseconds, and a figure is the median of the ratios within a turn.
package main

import (
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

// ballast makes the heap as large as that of a real program, so that the
// garbage collector does not run all the time.
var ballast []byte

func main() {
	ratios := flag.Bool("ratios", false, "print one line per figure: RATIO work what value spread")
	budget := flag.Duration("budget", 40*time.Second, "how long to measure; at least 15 rounds are measured")
	only := flag.String("work", "", "measure the works that match this pattern")
	flag.Parse()
	pattern, err := regexp.Compile(*only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: -work:", err)
		os.Exit(2)
	}
	end := time.Now().Add(*budget)
	ballast = make([]byte, 64<<20)
	sameAnswer()
	groups := matching(allGroups(), pattern)
	show := tables
	if *ratios {
		show = lines
		for _, g := range groups {
			g.variants = slices.DeleteFunc(g.variants, func(v *variant) bool { return v.extra })
		}
	}
	fmt.Printf("GOMAXPROCS %d, %s %s/%s\n", runtime.GOMAXPROCS(0), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, g := range groups {
		g.count()
	}
	fmt.Printf("%d rounds\n", measureAll(groups, end))
	show(os.Stdout, groups)
	runtime.KeepAlive(ballast)
}

func allGroups() []*group {
	return slices.Concat(codecGroups(), []*group{getGroup(), putGroup(), updateGroup()}, queryGroups(), []*group{batchWriteGroup(), batchGetGroup()}, requestGroups())
}

// matching are the groups whose work matches the pattern. A pattern that
// matches none ends the program.
func matching(groups []*group, pattern *regexp.Regexp) []*group {
	var some []*group
	var works []string
	for _, g := range groups {
		works = append(works, g.work)
		if pattern.MatchString(g.work) {
			some = append(some, g)
		}
	}
	if len(some) == 0 {
		fmt.Fprintf(os.Stderr, "bench: -work: no work matches %q; the works are %s\n", pattern, strings.Join(works, ", "))
		os.Exit(2)
	}
	return some
}

// minRounds are measured even if the budget is spent.
const minRounds = 15

// measureAll runs rounds over all groups in turn until end.
func measureAll(groups []*group, end time.Time) (rounds int) {
	for _, g := range groups {
		for _, v := range g.variants {
			v.calibrate()
		}
	}
	for rounds < minRounds || time.Now().Before(end) {
		for _, g := range groups {
			g.round(rounds)
		}
		rounds++
	}
	return rounds
}

// lines prints what a program reads.
func lines(w io.Writer, groups []*group) {
	for _, g := range groups {
		for _, v := range g.variants[1:] {
			what, f := v.name, g.ratio(v)
			if v.beneath {
				what, f = "framework", g.onTop(v)
			}
			fmt.Fprintf(w, "RATIO %s cpu/%s %s %s\n", g.work, what, short(f.median), short(f.spread))
		}
		for _, c := range g.counted {
			fmt.Fprintf(w, "RATIO %s %s %s %s\n", g.work, c.what, short(c.median), short(c.spread))
		}
	}
}

// short is a number with about three digits that count.
func short(v float64) string {
	if math.Abs(v) >= 10 {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
	}
	return fmt.Sprintf("%.3g", math.Round(v*1e4)/1e4)
}

// tables prints what people read: a table of each work, in Markdown.
func tables(w io.Writer, groups []*group) {
	for _, g := range groups {
		fmt.Fprintf(w, "\n### %s\n\n| way | CPU, µs | ddbtable takes of it | allocations | bytes |\n|---|---:|---:|---:|---:|\n", g.work)
		for _, v := range g.variants {
			f := g.ratio(v)
			a := v.allocation()
			fmt.Fprintf(w, "| %s | %s | %s ± %s | %s | %.0f |\n", v.name, short(v.time().Seconds()*1e6), short(f.median), short(f.spread), short(a.objects), a.bytes)
		}
		for _, c := range g.counted {
			fmt.Fprintf(w, "\n%s: %s ± %s\n", c.what, short(c.median), short(c.spread))
		}
	}
}
