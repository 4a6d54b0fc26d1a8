// Lint reports what breaks the rules of this repository: staticcheck's checks
// and a few of our own, chosen here with the reason beside each. It is run by
// `make lint`. A report that is wrong is silenced where it stands, with a
// reason: //lint:ignore NAME reason.
package main

import (
	"os"

	"github.com/polyfloyd/go-errorlint/errorlint"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/modernize"
	"honnef.co/go/tools/analysis/lint"
	"honnef.co/go/tools/lintcmd"
	"honnef.co/go/tools/simple"
	"honnef.co/go/tools/staticcheck"
	"honnef.co/go/tools/stylecheck"
	"honnef.co/go/tools/unused"

	"example.com/ddb/internal/tools/exporteddoc"
	"example.com/ddb/internal/tools/panics"
	"example.com/ddb/internal/tools/rundrop"
)

// own are the rules of this repository, and checks of others that say the same.
var own = []*analysis.Analyzer{
	rundrop.Analyzer,                 // a write that is built and never run is a lost write
	panics.Analyzer,                  // a library must not end the program that uses it
	exporteddoc.Analyzer,             // every exported name says what its signature cannot
	errorlint.NewAnalyzer(),          // our errors are wrapped: == and type assertions miss them
	modernize.AnyAnalyzer,            // one spelling: any, never interface{}
	modernize.BLoopAnalyzer,          // b.Loop keeps the compiler from dropping what is measured
	modernize.ErrorsAsTypeAnalyzer,   // errors.AsType cannot be given a wrong target
	modernize.TestingContextAnalyzer, // t.Context ends with the test, so nothing outlives it
}

// style are the checks of stylecheck that this repository wants, by name; the
// others are a matter of taste.
var style = map[string]string{
	"ST1000": "every package says what it is for",
	"ST1003": "Go's spelling of names and initialisms: ID, not Id",
	"ST1005": "error text is lower case without a full stop, it is part of a longer line",
	"ST1006": "a receiver is a letter or two, not self",
	"ST1008": "the error is the last result",
	"ST1011": "a Duration has its unit in its type, not in its name",
	"ST1012": "a sentinel is named ErrX",
	"ST1016": "a receiver has the same name in every method",
	"ST1018": "invisible characters in a string are written as escapes",
	"ST1019": "a package is imported once",
	"ST1020": "a comment on a function starts with its name",
	"ST1021": "a comment on a type starts with its name",
	"ST1022": "a comment on a variable or constant starts with its name",
}

func main() {
	cmd := lintcmd.NewCommand("lint")
	cmd.ParseFlags(append([]string{"-checks=all"}, os.Args[1:]...))
	cmd.AddAnalyzers(staticcheck.Analyzers...) // SA: code that cannot do what it says
	cmd.AddAnalyzers(simple.Analyzers...)      // S: code that could be shorter and is read more often than written
	cmd.AddAnalyzers(unused.Analyzer)          // U1000: what nothing uses is deleted
	cmd.AddAnalyzers(named(stylecheck.Analyzers, style)...)
	cmd.AddBareAnalyzers(own...)
	cmd.Run()
}

// named returns the analyzers whose names are keys of reasons.
func named(all []*lint.Analyzer, reasons map[string]string) []*lint.Analyzer {
	var chosen []*lint.Analyzer
	for _, a := range all {
		if _, ok := reasons[a.Analyzer.Name]; ok {
			chosen = append(chosen, a)
		}
	}
	return chosen
}
