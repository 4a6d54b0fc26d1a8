package conformance_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
)

// A feature is something that DynamoDB does and not every engine.
type feature string

const (
	// The stored item comes with a failed condition.
	oldItem feature = "old item on a failed condition"

	// A start key that no item of the query's range can have is refused.
	startKeyBounds feature = "bound check of start keys"

	// Several items can be written, and read, as one.
	transactions feature = "transactions"

	// A list or a map equals another with the same content.
	documentEquality feature = "equality of lists and maps"
)

// A target is an engine that the suite runs on.
type target struct {
	lacks   []feature
	skips   int // how many tests need what it lacks
	options []ddbtable.Option

	// client configures the engine, and lags says that its reads may not see
	// the last writes.
	client []ddbtest.Option
	lags   bool

	// without names groups that are left out.
	without []string
}

// targets has every engine by its name in DDB_TARGET. Without that name the
// endpoint must do all that DynamoDB does.
var targets = map[string]target{
	"":         {},
	"embedded": {},
	"dynalite": {
		lacks:   []feature{oldItem, startKeyBounds, documentEquality, transactions},
		skips:   6,
		options: []ddbtable.Option{ddbtable.NoOldItem()},
	},
	"dynamodb-local": {},
}

// An engine is what a test of the suite runs on.
type engine struct {
	client  *dynamodb.Client
	options []ddbtable.Option
	lags    bool
}

// open creates a table of a definition for the test.
func open[T any](t *testing.T, e engine, def *ddbtable.Definition[T], options ...ddbtable.Option) *ddbtable.Table[T] {
	t.Helper()
	return ddbtest.Table(t, e.client, def, append(slices.Clip(e.options), options...)...)
}

// maxLagging is how many reads of a strict engine may not see a write, see
// embedded.Strict.
const maxLagging = 2

// settle returns when no read of a table and its indexes lags any more behind
// what was written before, on an engine that lags.
func settle(t *testing.T, e engine, table string) {
	t.Helper()
	if !e.lags {
		return
	}
	scans := []dynamodb.ScanInput{{TableName: &table}}
	d := describe(t, e, table)
	for _, x := range d.GlobalSecondaryIndexes {
		scans = append(scans, dynamodb.ScanInput{TableName: &table, IndexName: x.IndexName})
	}
	for _, scan := range scans {
		one := int32(1)
		scan.Limit = &one
		for range maxLagging {
			if _, err := e.client.Scan(t.Context(), &scan); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// chosen is the target that the environment names, and checks that it is there:
// a suite that silently ran on another engine would prove nothing.
func chosen(t *testing.T) target {
	t.Helper()
	endpoint, name := os.Getenv("DDB_ENDPOINT"), os.Getenv("DDB_TARGET")
	if name == "" && endpoint == "" {
		name = "embedded"
	}
	found, ok := targets[name]
	if !ok {
		t.Fatalf("DDB_TARGET %q is not among the targets; add it to target_test.go", name)
	}
	if (name == "embedded") != (endpoint == "") {
		t.Fatalf("DDB_TARGET is %q and DDB_ENDPOINT %q; set both, or none for the embedded engine", name, endpoint)
	}
	if err := ping(t.Context(), ddbtest.Client(t)); err != nil {
		t.Fatalf("the engine does not answer: %v", err)
	}
	return found
}

func ping(ctx context.Context, client *dynamodb.Client) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_, err := client.ListTables(ctx, &dynamodb.ListTablesInput{})
	return err
}

// strict is the embedded engine that does all that DynamoDB may do.
func strict(seed uint64) target {
	return target{
		client:  []ddbtest.Option{ddbtest.Strict(seed)},
		lags:    true,
		options: []ddbtable.Option{ddbtable.PollInterval(time.Millisecond)},
	}
}

// lacking is the first feature that the target lacks, or "".
func (g target) lacking(needs []feature) feature {
	for _, need := range needs {
		for _, lacks := range g.lacks {
			if need == lacks {
				return need
			}
		}
	}
	return ""
}

// A check is one test of the suite.
type check struct {
	name  string
	needs []feature
	run   func(*testing.T, engine)
}

// suite is all tests, in the order of the files.
var suite = []struct {
	group  string
	checks []check
}{
	{"table", tableChecks},
	{"item", itemChecks},
	{"update", updateChecks},
	{"query", queryChecks},
	{"page", pageChecks},
	{"batch", batchChecks},
	{"transaction", transactionChecks},
	{"codec", codecChecks},
	{"random", randomChecks},
	{"reserved words", reservedChecks},
	{"engine", engineChecks},
}

func TestConformance(t *testing.T) {
	target := chosen(t)
	t.Run("direct", func(t *testing.T) { target.run(t) })
	t.Run("SDK types", func(t *testing.T) { target.run(t, ddbtable.SDKTypes()) })
}

func TestConformanceOfAStrictEngine(t *testing.T) {
	if os.Getenv("DDB_ENDPOINT") != "" {
		t.Skip("an engine behind an endpoint is as strict as it is")
	}
	// What names are is the same on a strict engine, and random operations take
	// as long as all else.
	for seed, without := range [][]string{{"reserved words"}, {"reserved words", "random"}} {
		g := strict(uint64(seed))
		g.without = without
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { g.run(t) })
	}
}

func (g target) run(t *testing.T, options ...ddbtable.Option) {
	for _, group := range suite {
		if slices.Contains(g.without, group.group) {
			continue
		}
		t.Run(group.group, func(t *testing.T) {
			for _, c := range group.checks {
				t.Run(c.name, func(t *testing.T) {
					if lacking := g.lacking(c.needs); lacking != "" {
						t.Skipf("the engine lacks: %s", lacking)
					}
					c.run(t, engine{ddbtest.Client(t, g.client...), append(slices.Clip(options), g.options...), g.lags})
				})
			}
		})
	}
}

// The number of tests that are skipped is pinned, so that none is by mistake.
func TestConformanceSkipsArePinned(t *testing.T) {
	for name, g := range targets {
		var skipped []string
		for _, group := range suite {
			for _, c := range group.checks {
				if g.lacking(c.needs) != "" {
					skipped = append(skipped, fmt.Sprintf("%s/%s", group.group, c.name))
				}
			}
		}
		if len(skipped) != g.skips {
			t.Errorf("target %q skips %d tests, pinned are %d: %q", name, len(skipped), g.skips, skipped)
		}
	}
}
