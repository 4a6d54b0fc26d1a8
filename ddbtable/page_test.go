package ddbtable_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
	"example.com/ddb/model"
)

// A purchase is found by user and time, in the table and in indexes of either
// sort, so that a filter on the status falls between matches.
type purchase struct {
	User    string       `ddb:"user,partition,partition=by_user,partition=by_weekday"`
	Created time.Time    `ddb:"created,unix,sort,sort=by_user"`
	Number  int          `ddb:"number,local=by_number"`
	Weekday string       `ddb:"weekday,sort=by_weekday"`
	Status  model.Status `ddb:"status"`
	Note    string       `ddb:"note"`
}

var (
	purchases       = ddbtable.MustDefine[purchase]("purchases")
	purchaseUser    = ddbtable.Attr(func(p *purchase) *string { return &p.User })
	purchaseCreated = ddbtable.Attr(func(p *purchase) *time.Time { return &p.Created })
	purchaseNumber  = ddbtable.Attr(func(p *purchase) *int { return &p.Number })
	purchaseWeekday = ddbtable.Attr(func(p *purchase) *string { return &p.Weekday })
	purchaseStatus  = ddbtable.Attr(func(p *purchase) *model.Status { return &p.Status })
	purchaseNote    = ddbtable.Attr(func(p *purchase) *string { return &p.Note })
)

// history stores 20 purchases of ada, of which the 2nd, 5th, 7th and 16th are
// canceled and the rest completed, and returns the completed ones. Others have
// some before and after.
func history(t *testing.T, table *ddbtable.Table[purchase], note string) []purchase {
	t.Helper()
	var completed []purchase
	for i := range 20 {
		p := purchase{User: "ada", Created: unix(1428791681 + int64(i)), Number: i + 1, Weekday: "mon", Status: model.Completed, Note: fmt.Sprint(i+1, note)}
		if slices.Contains([]int{2, 5, 7, 16}, i+1) {
			p.Status = model.Canceled
		} else {
			completed = append(completed, p)
		}
		other := p
		other.User = "adam"
		put(t, table, p, other)
	}
	return completed
}

// A page with a naive Limit has as many items as the filter happens to leave.
func TestNaiveLimitWithAFilterGivesShortPages(t *testing.T) {
	table, client := recorded(t, purchases)
	history(t, table, "")
	name := table.Name()
	in := &dynamodb.QueryInput{
		TableName:                 &name,
		KeyConditionExpression:    aws.String("#u = :u"),
		FilterExpression:          aws.String("#s <> :canceled"),
		ExpressionAttributeNames:  map[string]string{"#u": "user", "#s": "status"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":u": text("ada"), ":canceled": number("301")},
		Limit:                     aws.Int32(10),
	}
	for _, want := range []int{7, 9} {
		out, err := client.client.Query(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Items) != want {
			t.Errorf("the page has %d items, want %d", len(out.Items), want)
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// Page gives 10 and then 6 of the same purchases, whatever it reads them from.
func TestPagesAreExact(t *testing.T) {
	every := make([]time.Time, 20)
	for i := range every {
		every[i] = unix(1428791681 + int64(i))
	}
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, _ := recorded(t, purchases, options...)
		completed := history(t, table, "")
		q := table.Query(purchaseUser.Eq("ada"))
		type query = ddbtable.Query[purchase]
		for name, q := range map[string]query{
			"table":            q,
			"global index":     q.Via("by_user"),
			"local index":      q.Via("by_number"),
			"equal index keys": q.Via("by_weekday"),
			"many ranges":      table.Query(purchaseUser.Eq("ada"), purchaseCreated.In(every...)),
			"a closed range":   table.Query(purchaseUser.Eq("ada"), purchaseCreated.Between(every[0], every[19])),
			"small requests":   q.PageSize(3),
			"large requests":   q.PageSize(100),
		} {
			filtered := q.Filter(purchaseStatus.Ne(model.Canceled))
			t.Run(name, func(t *testing.T) {
				checkPages(t, filtered, completed, name == "equal index keys")
			})
			t.Run(name+", descending", func(t *testing.T) {
				descending := slices.Clone(completed)
				slices.Reverse(descending)
				checkPages(t, filtered.Descending(), descending, name == "equal index keys")
			})
			t.Run(name+", projection without keys", func(t *testing.T) {
				var notes []purchase
				for _, p := range completed {
					notes = append(notes, purchase{Note: p.Note})
				}
				checkPages(t, filtered.Project(purchaseNote), notes, name == "equal index keys")
			})
		}
	})
}

// checkPages reads pages of 10 forward and back. Items with equal keys come in
// an order of the engine's own.
func checkPages(t *testing.T, q ddbtable.Query[purchase], want []purchase, anyOrder bool) {
	t.Helper()
	first, err := q.Page(t.Context(), 10, "")
	if err != nil {
		t.Fatal(err)
	}
	second, err := q.Page(t.Context(), 10, first.Next)
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Items) != 10 || len(second.Items) != 6 {
		t.Errorf("pages have %d and %d items, want 10 and 6", len(first.Items), len(second.Items))
	}
	if first.Next == "" || second.Next != "" || first.Prev != "" || second.Prev == "" || first.Capped || second.Capped {
		t.Errorf("Next %q, %q; Prev %q, %q; Capped %t, %t", first.Next, second.Next, first.Prev, second.Prev, first.Capped, second.Capped)
	}
	got := slices.Concat(first.Items, second.Items)
	if anyOrder {
		byNote := func(a, b purchase) int { return strings.Compare(a.Note, b.Note) }
		got, want = slices.SortedFunc(slices.Values(got), byNote), slices.SortedFunc(slices.Values(want), byNote)
	}
	expect(t, "items", got, want)
	before, err := q.Page(t.Context(), 10, second.Prev)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "page before", before.Items, first.Items)
	if before.Prev != "" || before.Next == "" {
		t.Errorf("page before: Prev %q, Next %q", before.Prev, before.Next)
	}
	again, err := q.Page(t.Context(), 10, before.Next)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "page after the one before", again, second)
}

// A page that ends with the data has no Next, so that no empty page follows.
func TestLastPageHasNoNext(t *testing.T) {
	table, client := recorded(t, purchases)
	completed := history(t, table, "")
	q := table.Query(purchaseUser.Eq("ada"))
	for _, n := range []int{20, 21, 1000} {
		client.sent()
		page, err := q.Page(t.Context(), n, "")
		if err != nil || len(page.Items) != 20 || page.Next != "" {
			t.Errorf("Page(%d): %d items, %v, Next %q; want 20 and none", n, len(page.Items), err, page.Next)
		}
		client.expectSent(t, "Page without a filter", "Query")
	}
	page, err := q.Filter(purchaseStatus.Eq(model.Completed)).Page(t.Context(), len(completed), "")
	if err != nil || len(page.Items) != len(completed) || page.Next != "" {
		t.Errorf("Page of all that match: %d items, %v, Next %q", len(page.Items), err, page.Next)
	}
}

// A page without a filter costs one request, however many ranges come behind
// it. With a filter the requests grow, so that few are needed.
func TestPagesCostFewRequests(t *testing.T) {
	table, client := recorded(t, purchases)
	for i := range 200 {
		put(t, table, purchase{User: "ada", Created: unix(int64(i)), Number: i, Weekday: "mon", Status: model.Completed})
	}
	q := table.Query(purchaseUser.Eq("ada"))
	client.sent()
	if _, err := q.Page(t.Context(), 10, ""); err != nil {
		t.Fatal(err)
	}
	client.expectSent(t, "Page", "Query")
	// 11, 22, 44, 88 and the rest.
	if page, err := q.Filter(purchaseStatus.Eq(model.Canceled)).Page(t.Context(), 10, ""); err != nil || len(page.Items) != 0 || page.Next != "" {
		t.Errorf("Page: %d items, %v, Next %q", len(page.Items), err, page.Next)
	}
	client.expectSent(t, "Page of nothing", "Query", "Query", "Query", "Query", "Query")
}

// What the definition leaves out is as a filter is: the requests grow.
func TestPagesOfDeletedAndExpiredItemsCostFewRequests(t *testing.T) {
	type file struct {
		Owner   string    `ddb:"owner,partition"`
		Number  int       `ddb:"number,sort"`
		State   string    `ddb:"state"`
		Expires time.Time `ddb:"expires,unix,ttl,omitzero"`
	}
	owner := ddbtable.Attr(func(f *file) *string { return &f.Owner })
	state := ddbtable.Attr(func(f *file) *string { return &f.State })
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, client := recorded(t, ddbtable.MustDefine[file]("files", ddbtable.SoftDelete(state, "alive", "deleted")), options...)
		for i := range 64 {
			put(t, table, file{Owner: "ada", Number: i, State: "deleted"}, file{Owner: "eve", Number: i, State: "alive", Expires: unix(1)})
		}
		client.sent()
		for name, q := range map[string]ddbtable.Query[file]{
			"deleted": table.Query(owner.Eq("ada")), "expired": table.HideExpired().Query(owner.Eq("eve")),
		} {
			if page, err := q.Page(t.Context(), 1, ""); err != nil || len(page.Items) != 0 || page.Next != "" {
				t.Errorf("%s: %d items, %v, Next %q", name, len(page.Items), err, page.Next)
			}
			// 2, 4, 8, 16, 32 and the rest.
			client.expectSent(t, name, slices.Repeat([]string{"Query"}, 6)...)
		}
	})
}

// Items of 1 MB in all fill one response of the engine, and pages all the same.
func TestPagesAreExactBeyondOneMegabyte(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, client := recorded(t, purchases, options...)
		completed := history(t, table, strings.Repeat("x", 130_000))
		client.sent()
		checkPages(t, table.Query(purchaseUser.Eq("ada")).Filter(purchaseStatus.Ne(model.Canceled)), completed, false)
		if sent := len(client.sent()); sent < 6 {
			t.Errorf("%d requests for four pages, of which two have more than 1 MB, want at least 6", sent)
		}
		items, err := ddbtable.Collect(table.Query(purchaseUser.Eq("ada")).All(t.Context()))
		if err != nil || len(items) != 20 {
			t.Errorf("All = %d items, %v; want 20", len(items), err)
		}
		client.expectSent(t, "All", "Query", "Query", "Query")
	})
}

// follow reads pages from a cursor on, as long as step gives another cursor.
func follow[T any](t *testing.T, q ddbtable.Query[T], n int, cursor string, step func(ddbtable.Page[T]) string) []ddbtable.Page[T] {
	t.Helper()
	var pages []ddbtable.Page[T]
	for {
		page, err := q.Page(t.Context(), n, cursor)
		if err != nil {
			t.Fatalf("page %d: %v", len(pages), err)
		}
		pages = append(pages, page)
		if cursor = step(page); cursor == "" {
			return pages
		}
		if len(pages) > 1000 {
			t.Fatal("the pages have no end")
		}
	}
}

func next[T any](p ddbtable.Page[T]) string { return p.Next }
func prev[T any](p ddbtable.Page[T]) string { return p.Prev }

// notes are the notes of all items of pages.
func notes(pages []ddbtable.Page[purchase]) []string {
	var all []string
	for _, page := range pages {
		for _, p := range page.Items {
			all = append(all, p.Note)
		}
	}
	return all
}

// A page that MaxReads stops has a Next that goes on behind what was read, also
// with no items; and the way back is found from it.
func TestCappedPageGoesOn(t *testing.T) {
	every := make([]time.Time, 20)
	for i := range every {
		every[i] = unix(1428791681 + int64(i))
	}
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, _ := recorded(t, purchases, options...)
		history(t, table, "")
		for name, q := range map[string]ddbtable.Query[purchase]{
			"table":       table.Query(purchaseUser.Eq("ada")),
			"index":       table.Query(purchaseUser.Eq("ada")).Via("by_user"),
			"descending":  table.Query(purchaseUser.Eq("ada")).Descending(),
			"many ranges": table.Query(purchaseUser.Eq("ada"), purchaseCreated.In(every...)),
		} {
			t.Run(name, func(t *testing.T) {
				q := q.Filter(purchaseNote.Eq("11")).MaxReads(3)
				pages := follow(t, q, 10, "", next)
				expect(t, "found", notes(pages), []string{"11"})
				for i, page := range pages {
					if last := i == len(pages)-1; page.Capped == last {
						t.Errorf("page %d of %d: Capped %t, %d items", i, len(pages), page.Capped, len(page.Items))
					}
				}
				expect(t, "pages", len(pages), 7)

				i := slices.IndexFunc(pages, func(p ddbtable.Page[purchase]) bool { return len(p.Items) > 0 })
				back := follow(t, q, 10, pages[i].Prev, prev)
				expect(t, "found going back", notes(back), []string(nil))
				for _, page := range back {
					forth := follow(t, q, 10, page.Next, next)
					expect(t, "found going forth again", notes(forth), []string{"11"})
				}
			})
		}
	})
}

// A full page that MaxReads keeps from looking ahead says so, and has a Next
// that may lead to an empty page.
func TestFullPageMayBeCapped(t *testing.T) {
	table, client := recorded(t, purchases)
	history(t, table, "")
	q := table.Query(purchaseUser.Eq("ada")).MaxReads(10)
	client.sent()
	pages := follow(t, q, 10, "", next)
	client.expectSent(t, "pages", "Query", "Query", "Query")
	var sizes []int
	for _, page := range pages {
		sizes = append(sizes, len(page.Items))
	}
	expect(t, "sizes", sizes, []int{10, 10, 0})
	if !pages[0].Capped || !pages[1].Capped || pages[2].Capped {
		t.Errorf("Capped %t, %t, %t", pages[0].Capped, pages[1].Capped, pages[2].Capped)
	}
}

// A run of equal index keys is cut anywhere, and goes on there.
func TestPagesCutRunsOfEqualIndexKeys(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, _ := recorded(t, purchases, options...)
		for i := range 17 {
			put(t, table, purchase{User: "ada", Created: unix(int64(i)), Number: i / 6, Weekday: []string{"mon", "tue"}[i/9], Status: model.Completed, Note: fmt.Sprint(i)})
		}
		for name, q := range map[string]ddbtable.Query[purchase]{
			"global":             table.Query(purchaseUser.Eq("ada"), purchaseWeekday.Between("mon", "tue")),
			"global, In":         table.Query(purchaseUser.Eq("ada"), purchaseWeekday.In("mon", "tue", "wed")),
			"local":              table.Query(purchaseUser.Eq("ada"), purchaseNumber.Between(0, 2)),
			"local, In":          table.Query(purchaseUser.Eq("ada"), purchaseNumber.In(2, 0, 1)),
			"local, half open":   table.Query(purchaseUser.Eq("ada"), purchaseNumber.Gt(-1), purchaseNumber.Lt(3)),
			"global, descending": table.Query(purchaseUser.Eq("ada"), purchaseWeekday.Le("tue")).Descending(),
		} {
			for n := 1; n < 19; n++ {
				pages := follow(t, q, n, "", next)
				all := notes(pages)
				slices.Sort(all)
				if all = slices.Compact(all); len(all) != 17 || len(pages) != (17+n-1)/n {
					t.Errorf("%s, pages of %d: %d pages with %d purchases", name, n, len(pages), len(all))
				}
				back := follow(t, q, n, pages[len(pages)-1].Prev, prev)
				if n >= 17 {
					continue // there is one page, and no way back
				}
				slices.Reverse(back)
				expect(t, name+": pages back", notes(back), notes(pages[:len(pages)-1]))
			}
		}
	})
}

// A cursor keeps its place when the item that it stands behind is gone.
func TestCursorOfADeletedItemKeepsItsPlace(t *testing.T) {
	table, _ := recorded(t, purchases)
	history(t, table, "")
	for _, via := range []string{"", "by_user", "by_number"} {
		q := table.Query(purchaseUser.Eq("ada"))
		if via != "" {
			q = q.Via(via)
		}
		page, err := q.Page(t.Context(), 5, "")
		if err != nil {
			t.Fatal(err)
		}
		last := page.Items[4]
		if _, err := table.Delete(purchaseUser.Eq("ada"), purchaseCreated.Eq(last.Created)).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		after, err := q.Page(t.Context(), 1, page.Next)
		if err != nil || len(after.Items) != 1 || after.Items[0].Number != last.Number+1 {
			t.Errorf("via %q: the page after %d is %+v, %v", via, last.Number, after.Items, err)
		}
		put(t, table, last)
	}
}

// An item that cannot be read stops a page, but only the page that it is on;
// or it is passed over, and the cursor with it.
func TestBadItemsInPages(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, client := recorded(t, purchases, options...)
		history(t, table, "")
		for _, n := range []int64{2, 10, 11, 20} { // the 3rd, 11th, 12th and one behind the last
			raw(t, client.client, table.Name(), map[string]types.AttributeValue{
				"user": text("ada"), "created": number(fmt.Sprint(1428791681 + n)), "status": number("999"),
			})
		}
		q := table.Query(purchaseUser.Eq("ada"))
		_, err := q.Page(t.Context(), 10, "")
		bad, ok := errors.AsType[*ddbtable.ItemError](err)
		if !ok || bad.Attribute != "status" || textOf(bad.Key, "user") != "ada" || textOf(bad.Key, "created") != "1428791683" {
			t.Errorf("Page: %+v, want an ItemError of the status, with the key", err)
		}
		two, err := q.Page(t.Context(), 2, "")
		if err != nil || len(two.Items) != 2 || two.Next == "" {
			t.Errorf("Page before the bad item: %d items, %v, Next %q", len(two.Items), err, two.Next)
		}
		seen := 0
		skipping := q.OnBadItem(func(*ddbtable.ItemError) error { seen++; return nil })
		pages := follow(t, skipping, 9, "", next)
		var got []string
		for i := range 20 {
			if !slices.Contains([]int{2, 10, 11}, i) {
				got = append(got, fmt.Sprint(i+1))
			}
		}
		expect(t, "pages", notes(pages), got)
		if len(pages) != 2 || len(pages[0].Items) != 9 || seen < 4 {
			t.Errorf("%d pages, the first with %d items; %d bad items were seen", len(pages), len(pages[0].Items), seen)
		}
		back, err := skipping.Page(t.Context(), 9, pages[1].Prev)
		if err != nil || back.Prev != "" {
			t.Errorf("page before: %v, Prev %q", err, back.Prev)
		}
		expect(t, "page before", back.Items, pages[0].Items)
		stop := errors.New("stop")
		if _, err := q.OnBadItem(func(*ddbtable.ItemError) error { return stop }).Page(t.Context(), 10, ""); !errors.Is(err, stop) {
			t.Errorf("Page: %v, want what OnBadItem returned", err)
		}
	})
}

// An attribute that an item lacks has its zero value, whatever the items before
// it have: in the same response, or in another one of the same page.
func TestItemsOfAPageHaveNothingOfEachOther(t *testing.T) {
	const lacks = `{"id":{"S":"a"}}`
	bothWays(t, func(t *testing.T, way ...ddbtable.Option) {
		for _, before := range []string{coinJSON, coinJSON + "," + lacks, coinJSON + "," + coinJSON} {
			client, _ := newCanned(func(attempt int) *http.Response {
				if attempt == 1 {
					return sealed(`{"Items":[` + before + `],"LastEvaluatedKey":{"id":{"S":"a"}}}`)
				}
				return sealed(`{"Items":[` + lacks + `,` + lacks + `]}`)
			})
			page, err := ddbtable.Open(client, coins, way...).Query(coinID.Eq("a")).Page(t.Context(), 9, "")
			if err != nil {
				t.Fatal(err)
			}
			expect(t, "behind "+before, page.Items[len(page.Items)-2:], []coin{{ID: "a"}, {ID: "a"}})
		}
	})
}

// Nothing is taken of a corrupt answer if the next attempt tells that the range
// is at its end.
func TestItemsOfACorruptAnswerAreForgotten(t *testing.T) {
	const item = `{"user":{"S":"ada"},"created":{"N":"7"}}`
	bothWays(t, func(t *testing.T, way ...ddbtable.Option) {
		client, c := newCanned(func(attempt int) *http.Response {
			switch attempt {
			case 1:
				return sealed(`{"Items":[` + item + `],"LastEvaluatedKey":` + item + `}`)
			case 2:
				return sealed(`{"Items":[` + item + `,` + item)
			}
			refused := sealed(`{"__type":"com.amazon.coral.validate#ValidationException"}`)
			refused.StatusCode = http.StatusBadRequest
			return refused
		})
		query := ddbtable.Open(client, purchases, way...).Query(purchaseUser.Eq("ada"), purchaseCreated.Between(unix(1), unix(7)))
		page, err := query.Via("by_user").Page(t.Context(), 9, "")
		if err != nil || len(page.Items) != 1 || len(c.bodies) != 3 {
			t.Errorf("%d requests: %v, %v", len(c.bodies), page.Items, err)
		}
	})
}
