package ddbtable_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
)

// A rim is at the edge of what is common: its second attribute has a long name,
// in which the place where others are cut is inside a character.
type rim struct {
	_    struct{} `ddb:"type,discriminator,from=rim"`
	ID   string   `ddb:"id,partition"`
	Long string   `ddb:"xääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää"`
	Team string   `ddb:"team"`
	N    int      `ddb:"n"`
}

var (
	rimID   = ddbtable.Attr(func(r *rim) *string { return &r.ID })
	rimLong = ddbtable.Attr(func(r *rim) *string { return &r.Long })
	rimTeam = ddbtable.Attr(func(r *rim) *string { return &r.Team })
	rimN    = ddbtable.Attr(func(r *rim) *int { return &r.N })

	rims       = ddbtable.MustDefine[rim]("rims")
	uniqueRims = ddbtable.MustDefine[rim]("rims", ddbtable.Unique(rimLong))
	countedRim = ddbtable.MustDefine[rim]("rims", ddbtable.Counted(rimTeam))
	marked     = ddbtable.MustDefine[rim]("rims", ddbtable.SoftDelete(rimTeam, "here", "gone"))
)

// A callback that does not return ends its batch: nobody waits for ever.
func TestBatchWhoseProgressDoesNotReturn(t *testing.T) {
	for name, leave := range map[string]func(){"a panic": func() { panic("mine") }, "the goroutine's end": runtime.Goexit} {
		for _, n := range []int{1, 60} {
			if n > 1 && name == "a panic" {
				continue // in a goroutine of the batch, where it ends the program
			}
			table, _ := recorded(t, rims)
			var err error
			ended, items := make(chan any, 1), make([]rim, n)
			for i := range items {
				items[i].ID = strings.Repeat("i", i+1)
			}
			go func() {
				defer func() { ended <- recover() }()
				err = table.PutAll(slices.Values(items)).OnProgress(func(int, int) { leave() }).Run(context.Background())
			}()
			select {
			case p := <-ended:
				if name == "a panic" && p != "mine" {
					t.Errorf("%s passed %v, %v", name, p, err)
				}
			case <-time.After(10 * time.Second):
				t.Fatalf("%d items: %s in OnProgress, and Run waits for ever", n, name)
			}
		}
	}
}

// The name of a guard item is text, whatever the attributes are called.
func TestUniqueAttributeWithALongNameOfOtherScript(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, uniqueRims, options...)
		if _, err := table.Create(rim{ID: "a", Long: "1"}).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(r.last, "\ufffd") || strings.Contains(r.last, `\ufffd`) {
			t.Errorf("a character was cut: %s", r.last)
		}
		if _, err := table.Create(rim{ID: "b", Long: "1"}).Run(t.Context()); !errors.Is(err, ddbtable.ErrNotUnique) {
			t.Errorf("Create: %v", err)
		}
	})
}

// With a token of the caller's nothing can be read, and the refusal says what to
// give, which is not what the caller gave already.
func TestTokenBesideGuardItems(t *testing.T) {
	table, r := recorded(t, countedRim)
	for want, write := range map[string]ddbtable.TransactWrite{
		"the stored values of what is Unique or Counted must be known: team not given; fix each with If": table.Put(rim{ID: "a", Team: "x"}),
		"team not given; fix each with If":                                   table.Update(rimID.Eq("a")).Change(rimTeam.Set("x")),
		"whether there is an item, because of Unique or Counted; use Create": table.Update(rimID.Eq("a")).Change(rimTeam.Set("x")).OrCreate(),
	} {
		err := ddbtable.WriteTransaction(r.client, write).Token("t").Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), ", id") {
			t.Errorf("%v, want %q", err, want)
		}
	}
	r.expectSent(t, "Run")
	put(t, table, rim{ID: "a", Team: "x"})
	err := ddbtable.WriteTransaction(r.client, table.Put(rim{ID: "a", Team: "y"}).If(rimTeam.Eq("x"))).Token("t").Run(t.Context())
	if n, counterErr := table.Counter(t.Context(), rimTeam.Eq("y")); err != nil || n != 1 {
		t.Errorf("what the refusal advises: %v, and there are %d, %v", err, n, counterErr)
	}
}

// An item that is gone is what an idempotent Delete wants, with a condition and
// with marks too.
func TestIdempotentDeleteOfAMissingItemUnderSoftDelete(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, _ := recorded(t, marked, options...)
		remove := table.Delete(rimID.Eq("none")).If(rimN.Eq(1))
		if _, err := remove.Run(t.Context()); !errors.Is(err, ddbtable.ErrNotFound) {
			t.Errorf("Delete: %v", err)
		}
		if old, err := remove.Idempotent().Run(t.Context()); old != nil || err != nil {
			t.Errorf("idempotent Delete: %v, %v", old, err)
		}
		put(t, table, rim{ID: "none", Team: "here", N: 2})
		if _, err := remove.Idempotent().Run(t.Context()); !errors.Is(err, ddbtable.ErrConditionFailed) {
			t.Errorf("idempotent Delete of an item that is there: %v", err)
		}
	})
}

// No positions are the beginning, and an empty list is no positions.
func TestEmptyListOfPositions(t *testing.T) {
	table, _ := recorded(t, rims)
	put(t, table, rim{ID: "a"})
	each := func(segments int, positions []string) (read int, err error) {
		err = table.Scan().Parallel(segments).Resume(positions).Each(t.Context(), func(items []rim, _ []string) error {
			read += len(items)
			return nil
		})
		return read, err
	}
	if n, err := each(2, []string{}); n != 1 || err != nil {
		t.Errorf("an empty list: %d items, %v", n, err)
	}
	if report, err := table.Repair().Resume([]string{}).DryRun(t.Context()); report.Read != 1 || err != nil {
		t.Errorf("a repair with an empty list: %v, %v", report, err)
	}
	if _, err := each(2, []string{""}); err == nil || !strings.Contains(err.Error(), "there are 1 positions for 2 segments") {
		t.Errorf("too few positions: %v", err)
	}
}

// A token is kept under its own name, from which its key is derived.
type token struct {
	PK   string `ddb:"pk,partition,from=TOKEN#{name}"`
	Name string `ddb:"name"`
}

// What cannot be mended by setting a facet does not say that it can.
func TestStaleKeyTellsTheOneThingThatHelps(t *testing.T) {
	table, r := recorded(t, ddbtable.MustDefine[token]("tokens"))
	name := table.Name()
	_, err := r.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "TOKEN#old"}, "name": &types.AttributeValueMemberS{Value: "new"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var told error
	report, err := table.Repair().OnBadItem(func(bad *ddbtable.ItemError) error { told = bad; return nil }).Run(t.Context())
	if err != nil || report.Bad != 1 || !errors.Is(told, ddbtable.ErrStale) {
		t.Fatalf("Repair: %v, %v, bad is %v", report, err, told)
	}
	if text := told.Error(); strings.Contains(text, "set one of its facets") || !strings.Contains(text, "; create the item anew") {
		t.Errorf("the error is %q", text)
	}
}

// An error is one line, also when other writers won every time.
func TestConflictOfATransactionIsOneLine(t *testing.T) {
	table, r, db := faulty(t, countedRim)
	put(t, table, rim{ID: "a", Team: "0"})
	other, n := ddbtable.Open(db.Client(), countedRim, ddbtable.TableName(table.Name())), 0
	r.before = func(operation string) {
		if n++; operation != "TransactWriteItems" {
			return
		}
		if _, err := other.Update(rimID.Eq("a")).Change(rimTeam.Set(strconv.Itoa(n))).Run(context.Background()); err != nil {
			t.Error(err)
		}
	}
	err := ddbtable.WriteTransaction(r.client, table.Put(rim{ID: "a", Team: "x"})).Run(t.Context())
	if _, ok := errors.AsType[*ddbtable.TransactionError](err); !ok || !errors.Is(err, ddbtable.ErrConflict) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v", err)
	}
}

// A counted note has a version, of which a caller goes on.
type note struct {
	_       struct{} `ddb:"type,discriminator,from=note"`
	ID      string   `ddb:"id,partition"`
	Text    string   `ddb:"text"`
	Version int      `ddb:"version,version"`
	Write   string   `ddb:"write_id,writeid"`
}

// What an idempotent write finds stored already is what it returns, with the
// version and the write id that are stored.
func TestIdempotentWritesReturnWhatIsStored(t *testing.T) {
	text := ddbtable.Attr(func(n *note) *string { return &n.Text })
	for name, def := range map[string]*ddbtable.Definition[note]{
		"plain": ddbtable.MustDefine[note]("notes"), "unique": ddbtable.MustDefine[note]("notes", ddbtable.Unique(text)),
	} {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
				for _, more := range [][]ddbtable.Option{nil, {ddbtable.NoOldItem()}} {
					table, _ := recorded(t, def, slices.Concat(options, more)...)
					put(t, table, note{ID: "a", Text: "x"}, note{ID: "a", Text: "x", Version: 1})
					stored, err := table.Get(t.Context(), ddbtable.Attr(func(n *note) *string { return &n.ID }).Eq("a"))
					if err != nil || stored.Version != 2 {
						t.Fatal(stored, err)
					}
					got, err := table.Create(note{ID: "a", Text: "x"}).Idempotent().Run(t.Context())
					if got != stored || err != nil {
						t.Errorf("Create returned %+v, %v, and %+v is stored", got, err, stored)
					}
					got, err = table.Put(note{ID: "a", Text: "x"}).Idempotent().Run(t.Context())
					if got != stored || err != nil {
						t.Errorf("Put returned %+v, %v, and %+v is stored", got, err, stored)
					}
				}
			})
		})
	}
}
