package ddbtable_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.com/ddb/ddbtable"
)

// A cog is read by workers. Its twin is stored so that no cog can be read of it.
type cog struct {
	ID    string `ddb:"id,partition"`
	Teeth int    `ddb:"teeth"`
}

type brokenCog struct {
	ID    string `ddb:"id,partition"`
	Teeth string `ddb:"teeth"`
}

var (
	cogs       = ddbtable.MustDefine[cog]("cogs")
	brokenCogs = ddbtable.MustDefine[brokenCog]("cogs")
)

// workers counts the goroutines that read a segment.
func workers() int {
	all := make([]byte, 1<<20)
	for {
		n := runtime.Stack(all, true)
		if n < len(all) {
			return strings.Count(string(all[:n]), "ddbtable.(*segmentRun).run(")
		}
		all = make([]byte, 2*len(all))
	}
}

// What a function of the caller's does instead of returning ends the work of
// all segments. It is waited for, and a panic goes on in the caller's goroutine.
func TestFunctionsThatDoNotReturnEndTheirScan(t *testing.T) {
	table, r := recorded(t, cogs)
	broken := ddbtable.Open(r.client, brokenCogs, ddbtable.TableName(table.Name()))
	for i := range 40 {
		if i%2 == 0 {
			put(t, table, cog{ID: fmt.Sprint("c", i)})
		} else {
			put(t, broken, brokenCog{ID: fmt.Sprint("c", i), Teeth: "none"})
		}
	}
	scan := table.Scan().PageSize(1)
	skip := func(*ddbtable.ItemError) error { return nil }
	for name, run := range map[string]func(ctx context.Context, leave func()) error{
		"Each of a parallel scan": func(ctx context.Context, leave func()) error {
			n := 0
			return scan.OnBadItem(skip).Parallel(5).Each(ctx, func([]cog, []string) error {
				if n++; n == 7 {
					leave()
				}
				return nil
			})
		},
		"OnBadItem of a parallel scan": func(ctx context.Context, leave func()) error {
			return scan.OnBadItem(func(*ddbtable.ItemError) error { leave(); return nil }).Parallel(5).Each(ctx, func([]cog, []string) error { return nil })
		},
		"OnProgress of a repair": func(ctx context.Context, leave func()) error {
			return err1(table.Repair().Parallel(5).OnProgress(func(ddbtable.RepairReport) error { leave(); return nil }).DryRun(ctx))
		},
	} {
		for what, leave := range map[string]func(){"a panic": func() { panic("mine") }, "the goroutine's end": runtime.Goexit} {
			ended := make(chan any, 1)
			go func() {
				left := -1
				defer func() {
					p := recover()
					if left = workers(); left != 0 {
						t.Errorf("%s: %d workers are left behind %s", name, left, what)
					}
					ended <- p
				}()
				err := run(context.Background(), leave)
				t.Errorf("%s: %s is passed over, %v", name, what, err)
			}()
			select {
			case p := <-ended:
				if what == "a panic" && p != "mine" {
					t.Errorf("%s: the panic is %v", name, p)
				}
			case <-time.After(10 * time.Second):
				t.Fatalf("%s: waits for ever behind %s", name, what)
			}
		}
	}
}

// A worker that its function ends has not read its segment.
func TestRepairWhoseOnBadItemEndsTheGoroutine(t *testing.T) {
	table, r := recorded(t, cogs)
	broken := ddbtable.Open(r.client, brokenCogs, ddbtable.TableName(table.Name()))
	put(t, broken, brokenCog{ID: "c", Teeth: "none"})
	_, err := table.Repair().Parallel(3).OnBadItem(func(*ddbtable.ItemError) error { runtime.Goexit(); return nil }).Run(t.Context())
	if want := "OnBadItem ended the goroutine of a segment; let it return"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want …%s", err, want)
	}
	if n := workers(); n != 0 {
		t.Errorf("%d workers are left", n)
	}
}
