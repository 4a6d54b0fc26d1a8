package ddbtable_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
)

// A stay knows when it was stored, when it was changed, and when it is over.
type stay struct {
	ID      string    `ddb:"id,partition"`
	Page    string    `ddb:"page,partition=by_page"`
	Hits    int       `ddb:"hits,sort=by_page"`
	Created time.Time `ddb:"created,createdat"`
	Updated time.Time `ddb:"updated,unix,updatedat"`
	Until   time.Time `ddb:"until,unix,ttl,omitzero"`
}

var (
	stays       = ddbtable.MustDefine[stay]("stays")
	stayID      = ddbtable.Attr(func(v *stay) *string { return &v.ID })
	stayPage    = ddbtable.Attr(func(v *stay) *string { return &v.Page })
	stayHits    = ddbtable.Attr(func(v *stay) *int { return &v.Hits })
	stayCreated = ddbtable.Attr(func(v *stay) *time.Time { return &v.Created })
	stayUpdated = ddbtable.Attr(func(v *stay) *time.Time { return &v.Updated })
)

func TestTimestampsAreTheClocks(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		start := time.Date(2026, 3, 1, 12, 0, 0, 700, time.UTC)
		clock := ddbtest.NewClock(start)
		client := ddbtest.Client(t)
		table := ddbtest.Table(t, client, stays, append(options, ddbtable.UseClock(clock))...)
		ctx := t.Context()
		at := func() (created, updated time.Time) { return clock.Now(), clock.Now().Truncate(time.Second) }
		check := func(what string, got stay, err error, created, updated time.Time) {
			t.Helper()
			if err != nil || !got.Created.Equal(created) || !got.Updated.Equal(updated) {
				t.Errorf("%s: created %v, updated %v, %v; want %v, %v", what, got.Created, got.Updated, err, created, updated)
			}
		}
		created, updated := at()
		got, err := table.Create(stay{ID: "a", Page: "p", Updated: start.Add(-time.Hour)}).Run(ctx)
		check("Create", got, err, created, updated)

		clock.Advance(time.Minute)
		_, updated = at()
		got, err = table.Update(stayID.Eq("a")).Change(stayHits.Set(2)).Run(ctx)
		check("Update", got, err, created, updated)

		clock.Advance(time.Minute)
		_, updated = at()
		got, err = table.Put(got).Run(ctx)
		check("Put of what was read", got, err, created, updated)

		anew, _ := at()
		got, err = table.Put(stay{ID: "a", Page: "p"}).Run(ctx)
		check("Put of a new item", got, err, anew, updated)

		got, err = table.Update(stayID.Eq("b")).Change(stayHits.Set(1)).OrCreate().Run(ctx)
		check("OrCreate of none", got, err, anew, updated)
		clock.Advance(time.Minute)
		_, updated = at()
		got, err = table.Update(stayID.Eq("b")).Change(stayHits.Set(2)).OrCreate().Run(ctx)
		check("OrCreate of one", got, err, anew, updated)

		if err := table.PutAll(slices.Values([]stay{{ID: "c", Page: "p"}})).Run(ctx); err != nil {
			t.Fatal(err)
		}
		created, updated = at()
		got, err = table.Get(ctx, stayID.Eq("c"))
		check("PutAll", got, err, created, updated)

		// When an older item was written first, an update does not know.
		raw(t, client, table.Name(), map[string]types.AttributeValue{"id": text("older"), "page": text("p")})
		got, err = table.Update(stayID.Eq("older")).Change(stayHits.Set(1)).Run(ctx)
		check("Update of an older item", got, err, time.Time{}, updated)

		_, err = table.Update(stayID.Eq("c")).Change(stayUpdated.Set(start.Truncate(time.Second))).Run(ctx)
		if err == nil || !strings.Contains(err.Error(), "ddbtable sets it") {
			t.Errorf("Set of the time of the last write: %v", err)
		}
		_, err = table.Update(stayID.Eq("c")).Change(stayHits.Set(1)).If(stayCreated.Eq(start)).Run(ctx)
		if !errors.Is(err, ddbtable.ErrConditionFailed) {
			t.Errorf("a condition on the time of the first write: %v", err)
		}
	})
}

func TestExpiredItemsAreHiddenByChoice(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		clock := ddbtest.NewClock(start)
		client := ddbtest.Client(t)
		table := ddbtest.Table(t, client, stays, append(options, ddbtable.UseClock(clock))...)
		put(t, table, stay{ID: "always", Page: "p", Hits: 1}, stay{ID: "now", Page: "p", Hits: 2, Until: start}, stay{ID: "later", Page: "p", Hits: 3, Until: start.Add(time.Second)})
		ctx := t.Context()
		read := func(table *ddbtable.Table[stay]) string {
			t.Helper()
			var all []string
			keys := []ddbtable.Key[stay]{}
			for _, id := range []string{"always", "now", "later"} {
				keys = append(keys, ddbtable.KeyOf(stayID.Eq(id)))
				if _, err := table.Get(ctx, stayID.Eq(id)); err == nil {
					all = append(all, id)
				} else if !errors.Is(err, ddbtable.ErrNotFound) {
					t.Error(err)
				}
			}
			q := table.Query(stayPage.Eq("p"))
			queried, err := ddbtable.Collect(q.All(ctx))
			page, errPage := q.Page(ctx, 2, "")
			n, errCount := q.Count(ctx)
			scanned, errScan := ddbtable.Collect(table.Scan().All(ctx))
			got, errGet := ddbtable.Collect(table.GetAll(slices.Values(keys)).All(ctx))
			var in *stay
			errTx := ddbtable.GetTransaction(ctx, client, table.GetInto(&in, stayID.Eq("now")))
			if err := errors.Join(err, errPage, errCount, errScan, errGet, errTx); err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(all, len(queried), len(page.Items), page.Next != "", n, len(scanned), len(got), in != nil)
		}
		expect(t, "all", read(table), "[always now later] 3 2 true 3 3 3 true")
		expect(t, "hidden", read(table.HideExpired()), "[always later] 2 2 false 2 2 2 false")
		clock.Advance(time.Second)
		expect(t, "a second later", read(table.HideExpired()), "[always] 1 1 false 1 1 1 false")
	})
}

func TestEnableTTL(t *testing.T) {
	table, r := recorded(t, stays)
	ctx := t.Context()
	if err := table.EnableTTL(ctx); err != nil {
		t.Fatal(err)
	}
	r.expectSent(t, "EnableTTL", "DescribeTimeToLive", "UpdateTimeToLive")
	if err := table.EnableTTL(ctx); err != nil {
		t.Fatal(err)
	}
	r.expectSent(t, "EnableTTL again", "DescribeTimeToLive")
	name := table.Name()
	out, err := r.client.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &name})
	if err != nil || aws.ToString(out.TimeToLiveDescription.AttributeName) != "until" {
		t.Errorf("%+v, %v", out, err)
	}

	other, r := recorded(t, stays)
	name = other.Name()
	if _, err := r.client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{TableName: &name, TimeToLiveSpecification: &types.TimeToLiveSpecification{
		AttributeName: aws.String("gone_at"), Enabled: aws.Bool(true),
	}}); err != nil {
		t.Fatal(err)
	}
	err = other.EnableTTL(ctx)
	if e, ok := errors.AsType[*ddbtable.SchemaError](err); !ok || len(e.Differences) != 1 || !strings.Contains(err.Error(), "defined until, actual gone_at") {
		t.Errorf("another attribute: %v", err)
	}

	without, r := recorded(t, tickets)
	if err := without.EnableTTL(ctx); err == nil || !strings.Contains(err.Error(), "add the option ttl to a field") {
		t.Errorf("a type without the attribute: %v", err)
	}
	r.expectSent(t, "a refused EnableTTL")
	if err := without.HideExpired().Scan().Parallel(1).Each(ctx, func([]ticket, []string) error { return nil }); err == nil {
		t.Error("HideExpired without the attribute: no error")
	}
	double := ddbtable.Open(struct{ ddbtable.Client }{r.client}, stays)
	if err := double.EnableTTL(ctx); err == nil || !strings.Contains(err.Error(), "has no UpdateTimeToLive") {
		t.Errorf("a test double: %v", err)
	}
}
