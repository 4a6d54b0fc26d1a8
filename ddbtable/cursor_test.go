package ddbtable_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/smithy-go"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
	"example.com/ddb/model"
)

// keyed are options that sign cursors.
func keyed(keys ...string) ddbtable.Option {
	var all [][]byte
	for _, key := range keys {
		all = append(all, []byte(key))
	}
	return ddbtable.CursorKeys(all...)
}

const (
	firstKey  = "0123456789abcdef"
	secondKey = "fedcba9876543210"
)

// cursors are those of the first page of three: its Next, and the Prev of the
// second page.
func cursors(t testing.TB, q ddbtable.Query[purchase]) []string {
	t.Helper()
	first, err := q.Page(t.Context(), 5, "")
	if err != nil || first.Next == "" {
		t.Fatalf("Page: %v, Next %q", err, first.Next)
	}
	second, err := q.Page(t.Context(), 5, first.Next)
	if err != nil || second.Prev == "" {
		t.Fatalf("Page: %v, Prev %q", err, second.Prev)
	}
	return []string{first.Next, second.Prev}
}

// A cursor is refused by every query but its own, before anything is sent.
func TestCursorOfAnotherQueryIsRefused(t *testing.T) {
	table, client := recorded(t, purchases)
	history(t, table, "")
	other := ddbtable.Open(client.client, purchases, ddbtable.TableName(table.Name()+"2"))
	user := purchaseUser.Eq("ada")
	q := table.Query(user, purchaseCreated.Ge(unix(7))).Filter(purchaseStatus.Ne(model.Canceled))
	for _, cursor := range cursors(t, q) {
		client.sent()
		for name, other := range map[string]ddbtable.Query[purchase]{
			"another user":       table.Query(purchaseUser.Eq("adam"), purchaseCreated.Ge(unix(7))).Filter(purchaseStatus.Ne(model.Canceled)),
			"another table":      other.Query(user, purchaseCreated.Ge(unix(7))).Filter(purchaseStatus.Ne(model.Canceled)),
			"another index":      q.Via("by_user"),
			"another direction":  q.Descending(),
			"another bound":      table.Query(user, purchaseCreated.Ge(unix(8))).Filter(purchaseStatus.Ne(model.Canceled)),
			"an open bound":      table.Query(user, purchaseCreated.Gt(unix(7))).Filter(purchaseStatus.Ne(model.Canceled)),
			"no bound":           table.Query(user).Filter(purchaseStatus.Ne(model.Canceled)),
			"no filter":          table.Query(user, purchaseCreated.Ge(unix(7))),
			"another filter":     table.Query(user, purchaseCreated.Ge(unix(7))).Filter(purchaseStatus.Eq(model.Canceled)),
			"a filter's value":   table.Query(user, purchaseCreated.Ge(unix(7))).Filter(purchaseStatus.Ne(model.Completed)),
			"a filter's name":    table.Query(user, purchaseCreated.Ge(unix(7))).Filter(purchaseNumber.Ne(301)),
			"a further filter":   q.Filter(purchaseNote.Exists()),
			"a query of nothing": q.Filter(purchaseNote.Exists()).Via("by_user").Filter(purchaseStatus.Exists()),
			"nothing matches":    table.Query(user, purchaseCreated.Ge(unix(7)), purchaseCreated.Lt(unix(7))),
		} {
			expectBadCursor(t, name, other, cursor)
		}
		client.expectSent(t, "a bad cursor")
		for name, same := range map[string]ddbtable.Query[purchase]{
			"itself":       q,
			"consistent":   q.Consistent(),
			"a projection": q.Project(purchaseNote),
			"page size":    q.PageSize(1),
			"reads":        q.MaxReads(100),
			"bad items":    q.OnBadItem(func(*ddbtable.ItemError) error { return nil }),
			"in order":     table.Query(purchaseCreated.Ge(unix(7)), user).Filter(purchaseStatus.Ne(model.Canceled)),
		} {
			if page, err := same.Page(t.Context(), 3, cursor); err != nil || len(page.Items) != 3 {
				t.Errorf("%s: %d items, %v; want 3", name, len(page.Items), err)
			}
		}
	}
}

// The upper bound is bound as the lower one is.
func TestCursorOfAnotherUpperBoundIsRefused(t *testing.T) {
	table, _ := recorded(t, purchases)
	history(t, table, "")
	upTo := func(n int64) ddbtable.Query[purchase] {
		return table.Query(purchaseUser.Eq("ada"), purchaseCreated.Le(unix(1428791681+n)))
	}
	for _, cursor := range cursors(t, upTo(18)) {
		expectBadCursor(t, "a later end", upTo(19), cursor)
		expectBadCursor(t, "an earlier end", upTo(17), cursor)
		expectBadCursor(t, "an open end", table.Query(purchaseUser.Eq("ada"), purchaseCreated.Lt(unix(1428791681+18))), cursor)
	}
}

func expectBadCursor[T any](t testing.TB, name string, q ddbtable.Query[T], cursor string) {
	t.Helper()
	page, err := q.Page(t.Context(), 3, cursor)
	if !errors.Is(err, ddbtable.ErrBadCursor) || page.Items != nil || page.Next != "" || page.Prev != "" {
		t.Errorf("%s: Page = %d items, %v; want ErrBadCursor", name, len(page.Items), err)
	}
	if n, err := q.From(cursor).Count(t.Context()); !errors.Is(err, ddbtable.ErrBadCursor) || n != 0 {
		t.Errorf("%s: Count = %d, %v; want ErrBadCursor", name, n, err)
	}
	if items, err := ddbtable.Collect(q.From(cursor).All(t.Context())); !errors.Is(err, ddbtable.ErrBadCursor) || len(items) != 0 {
		t.Errorf("%s: All = %d items, %v; want ErrBadCursor", name, len(items), err)
	}
}

// Damage of any kind is found out.
func TestDamagedCursorIsRefused(t *testing.T) {
	for name, options := range map[string][]ddbtable.Option{"sum": nil, "keys": {keyed(firstKey)}} {
		t.Run(name, func(t *testing.T) {
			table, client := recorded(t, purchases, options...)
			history(t, table, "")
			q := table.Query(purchaseUser.Eq("ada"))
			for _, cursor := range cursors(t, q) {
				client.sent()
				raw, err := base64.RawURLEncoding.DecodeString(cursor)
				if err != nil {
					t.Fatal(err)
				}
				for bit := range len(raw) * 8 {
					flipped := slices.Clone(raw)
					flipped[bit/8] ^= 1 << (bit % 8)
					expectBadCursor(t, fmt.Sprint("bit ", bit), q, base64.RawURLEncoding.EncodeToString(flipped))
				}
				for n := range cursor {
					if n > 0 {
						expectBadCursor(t, fmt.Sprint("cut after ", n), q, cursor[:n])
					}
				}
				for _, damaged := range []string{
					" ", "\x00", "=", cursor + "A", cursor + "=", cursor + "\n", " " + cursor, cursor + cursor, strings.ToLower(cursor), "é" + cursor,
					strings.Repeat("A", 8192), strings.Repeat("A", 8193), strings.Repeat("A", 1<<20), base64.StdEncoding.EncodeToString(raw) + "==",
				} {
					expectBadCursor(t, fmt.Sprintf("%.20q", damaged), q, damaged)
				}
				client.expectSent(t, "a damaged cursor")
			}
		})
	}
}

// With keys nobody else makes a cursor, and keys can be replaced one by one.
func TestCursorKeysAreReplaced(t *testing.T) {
	table, client := recorded(t, purchases)
	history(t, table, "")
	with := func(options ...ddbtable.Option) ddbtable.Query[purchase] {
		options = append(options, ddbtable.TableName(table.Name()))
		return ddbtable.Open(client.client, purchases, options...).Query(purchaseUser.Eq("ada"))
	}
	none, first, second := with(), with(keyed(firstKey)), with(keyed(secondKey))
	both := with(keyed(secondKey, firstKey))
	unsigned, old := cursors(t, none)[0], cursors(t, first)[0]
	expectBadCursor(t, "unsigned, keys are given", first, unsigned)
	expectBadCursor(t, "signed, no keys are given", none, old)
	expectBadCursor(t, "signed with another key", second, old)
	if _, err := both.Page(t.Context(), 1, old); err != nil {
		t.Errorf("signed with the second of two keys: %v", err)
	}
	fresh := cursors(t, both)[0]
	if _, err := second.Page(t.Context(), 1, fresh); err != nil {
		t.Errorf("signed with the first of two keys: %v", err)
	}
	expectBadCursor(t, "signed with the new key", first, fresh)
}

// A cursor of another version is refused, so that it is not misread.
func TestCursorOfAnotherVersionIsRefused(t *testing.T) {
	table, _ := recorded(t, purchases)
	history(t, table, "")
	q := table.Query(purchaseUser.Eq("ada"))
	payload, err := ddbtable.Payload(q, cursors(t, q)[0])
	if err != nil {
		t.Fatal(err)
	}
	same, err := ddbtable.Forge(q, payload)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := q.Page(t.Context(), 3, same); err != nil {
		t.Errorf("of the same version: %v", err)
	}
	for _, version := range []string{"ddbtable cursor 0", "ddbtable cursor 2"} {
		other, err := ddbtable.ForgeOfVersion(q, payload, version)
		if err != nil {
			t.Fatal(err)
		}
		expectBadCursor(t, version, q, other)
	}
}

// Who forges a cursor where no keys are given gets nothing that the query would
// not give: the partition is the query's, and the position must be in its
// range.
func TestForgedCursorStaysInsideTheQuery(t *testing.T) {
	table, client := recorded(t, purchases)
	history(t, table, "")
	q := table.Query(purchaseUser.Eq("ada"), purchaseCreated.Between(unix(1428791685), unix(1428791690)))
	at := func(kind, text string) string {
		payload := append([]byte{2, byte(len(kind))}, kind...)
		cursor, err := ddbtable.Forge(q, append(append(payload, byte(len(text))), text...))
		if err != nil {
			t.Fatal(err)
		}
		return cursor
	}
	if page, err := q.Page(t.Context(), 10, at("N", "1428791688")); err != nil || len(page.Items) != 2 {
		t.Errorf("inside: %d items, %v; want 2", len(page.Items), err)
	}
	client.sent()
	for name, cursor := range map[string]string{
		"below the range":  at("N", "1428791684"),
		"above the range":  at("N", "1428791691"),
		"of another type":  at("S", "1428791688"),
		"no number":        at("N", "x"),
		"an empty number":  at("N", ""),
		"a huge exponent":  at("N", "1e999999999"),
		"of unknown type":  at("M", "{}"),
		"of no type":       at("", ""),
		"too many members": at("N", "1428791688\x01N\x011"),
	} {
		expectBadCursor(t, name, q, cursor)
	}
	for name, payload := range map[string][]byte{
		"nothing": {}, "unknown flags": {4}, "all flags": {255, 255}, "a range too far": {0, 2}, "a huge range": {0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1},
		"a range without an end": {0, 128}, "a range and more": {0, 0, 0}, "a length too far": {2, 1, 'N', 200, '1'}, "a huge length": {2, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1},
	} {
		cursor, err := ddbtable.Forge(q, payload)
		if err != nil {
			t.Fatal(err)
		}
		expectBadCursor(t, name, q, cursor)
	}
	client.expectSent(t, "a forged cursor")
}

// From reads on from a cursor; the one of a page before reads backward.
func TestFromStartsAtACursor(t *testing.T) {
	table, _ := recorded(t, purchases)
	history(t, table, "")
	q := table.Query(purchaseUser.Eq("ada"))
	next := cursors(t, q)[0]
	var got []int
	for p, err := range q.From(next).All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, p.Number)
	}
	expect(t, "All from Next", got, numbers(21)[6:])
	if n, err := q.From(next).Count(t.Context()); n != 15 || err != nil {
		t.Errorf("Count from Next = %d, %v; want 15", n, err)
	}
	if _, err := q.From(next).Page(t.Context(), 3, ""); err == nil {
		t.Error("From and Page go together")
	}
}

// The empty cursor is the first page, and no other is.
func TestOnlyTheEmptyCursorIsTheFirstPage(t *testing.T) {
	table, _ := recorded(t, purchases)
	history(t, table, "")
	q := table.Query(purchaseUser.Eq("ada"))
	page, err := q.Page(t.Context(), 1, "")
	if err != nil || page.Items[0].Number != 1 || page.Prev != "" {
		t.Errorf("first page: %+v, %v", page, err)
	}
	for _, cursor := range []string{"0", "first", "null", "undefined", "{}", "AA", " "} {
		expectBadCursor(t, cursor, q, cursor)
	}
}

// A cursor has room for the longest keys.
func TestCursorOfTheLongestKeysFits(t *testing.T) {
	type long struct {
		Partition string `ddb:"partition,partition"`
		Sort      string `ddb:"sort,sort"`
		Group     string `ddb:"group,partition=by_group"`
		Place     string `ddb:"place,sort=by_group"`
	}
	table, _ := recorded(t, ddbtable.MustDefine[long]("long"), keyed(firstKey))
	group := ddbtable.Attr(func(l *long) *string { return &l.Group })
	for i := range 3 {
		end := fmt.Sprint(i)
		put(t, table, long{strings.Repeat("p", 2047) + end, strings.Repeat("s", 1023) + end, strings.Repeat("g", 2048), strings.Repeat("l", 1023) + end})
	}
	q := table.Query(group.Eq(strings.Repeat("g", 2048)))
	pages := follow(t, q, 1, "", next)
	if len(pages) != 3 || len(pages[0].Next) > 8192 {
		t.Errorf("%d pages, the cursor has %d bytes; want 3 and at most 8192", len(pages), len(pages[0].Next))
	}
}

// FuzzCursor: no text but a cursor of the query gives a page, none makes it
// panic, and none shows what belongs to somebody else.
func FuzzCursor(f *testing.F) {
	table := ddbtest.Table(f, engine(f).Client(), purchases)
	for i := range 20 {
		for _, user := range []string{"ada", "adam"} {
			if _, err := table.Put(purchase{User: user, Created: unix(int64(i)), Number: i, Weekday: "mon", Status: model.Completed}).Run(f.Context()); err != nil {
				f.Fatal(err)
			}
		}
	}
	signed := ddbtable.Open(engine(f).Client(), purchases, keyed(firstKey))
	queries := func(table *ddbtable.Table[purchase]) []ddbtable.Query[purchase] {
		q := table.Query(purchaseUser.Eq("ada"), purchaseCreated.In(unix(3), unix(4), unix(5), unix(6), unix(7)))
		return []ddbtable.Query[purchase]{q, q.Descending(), table.Query(purchaseUser.Eq("ada"), purchaseCreated.Between(unix(3), unix(9))).Via("by_user"), table.Query(purchaseUser.Eq("ada"), purchaseWeekday.Gt("a"))}
	}
	for _, q := range queries(table) {
		page, err := q.Page(f.Context(), 2, "")
		if err != nil {
			f.Fatal(err)
		}
		payload, err := ddbtable.Payload(q, page.Next)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(page.Next, payload)
		f.Add(strings.ToUpper(page.Next), []byte{1, 2})
	}
	f.Fuzz(func(t *testing.T, cursor string, payload []byte) {
		for i, q := range queries(table) {
			checkFuzzedCursor(t, q, cursor)
			forged, err := ddbtable.Forge(q, payload)
			if err != nil {
				t.Fatal(err)
			}
			checkFuzzedCursor(t, q, forged)
			if cursor != "" {
				expectBadCursor(t, "signed", queries(signed)[i], cursor)
				expectBadCursor(t, "signed", queries(signed)[i], forged)
			}
		}
	})
}

func checkFuzzedCursor(t *testing.T, q ddbtable.Query[purchase], cursor string) {
	t.Helper()
	page, err := q.Page(context.Background(), 3, cursor)
	if err != nil && !errors.Is(err, ddbtable.ErrBadCursor) {
		// A forged position may be one that the service refuses.
		if bad, ok := errors.AsType[smithy.APIError](err); !ok || bad.ErrorCode() != "ValidationException" {
			t.Errorf("Page(%q): %v, want ErrBadCursor", cursor, err)
		}
	}
	for _, p := range page.Items {
		if p.User != "ada" || p.Created.Unix() < 3 && p.Weekday == "" || p.Created.Unix() > 19 {
			t.Errorf("Page(%q) shows %+v", cursor, p)
		}
	}
}
