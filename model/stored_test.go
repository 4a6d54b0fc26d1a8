package model_test

import (
	"bytes"
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/fields"
	"example.com/ddb/model"
)

// vectors are orders as the store's first program wrote them, one on each line
// in DynamoDB JSON. They are never edited.
//
//go:embed testdata/format/order.json
var vectors []byte

func TestOrdersAreStoredAsEver(t *testing.T) {
	plan, err := fields.PlanOf[model.Order]()
	if err != nil {
		t.Fatal(err)
	}
	want := []model.Order{
		{
			ID:        uuid.MustParse("f14e47c3-0232-430c-b79c-65b9ab000110"),
			UserID:    uuid.MustParse("e7aa25d8-2b1b-4fea-a735-4dbeeff06aaa"),
			ProductID: uuid.MustParse("ad3ffb1e-f3eb-46bc-bebc-201034f757e6"),
			Created:   time.Date(2015, 4, 11, 22, 34, 41, 0, time.UTC), Status: model.Completed,
			StatusCreated: fields.IntInt{First: 201, Second: 1428791681},
		},
		{
			ID:        uuid.MustParse("5ce48b08-2041-4d6b-82b4-7b1814d918ff"),
			UserID:    uuid.MustParse("917d107b-035e-4c02-a06b-343840fee92e"),
			ProductID: uuid.MustParse("2d0126e0-92f7-437d-a938-41f95046d502"),
			Created:   time.Date(2015, 4, 11, 22, 34, 41, 0, time.UTC), Status: model.InProgress,
			StatusCreated: fields.IntInt{First: 101, Second: 1428791681},
		},
		{
			ID:        uuid.MustParse("3e5a8e0d-f76d-48ee-9c41-279f548f19cb"),
			UserID:    uuid.MustParse("539f35ca-aed1-4353-80c2-0cd496bca092"),
			ProductID: uuid.MustParse("2d0126e0-92f7-437d-a938-41f95046d502"),
			Created:   time.Date(2015, 4, 11, 22, 34, 41, 0, time.UTC), Status: model.InProgress,
			StatusCreated: fields.IntInt{First: 101, Second: 1428791681},
		},
	}
	lines := bytes.Fields(vectors)
	if len(lines) != len(want) {
		t.Fatalf("%d vectors, want %d", len(lines), len(want))
	}
	for i, line := range lines {
		var order model.Order
		if err := plan.ParseJSON(line, &order); err != nil {
			t.Error(err)
		}
		if diff := gocmp.Diff(want[i], order); diff != "" {
			t.Errorf("decoded: %s", diff)
		}
		encoded, err := plan.AppendJSON(nil, &want[i])
		if err != nil || string(encoded) != string(line) {
			t.Errorf("encoded\n got: %s\nwant: %s\n%v", encoded, line, err)
		}
	}
}

// firstProgram is the item as the store's first program made it: the sort key
// of the indexes without padding.
func firstProgram(o model.Order) map[string]types.AttributeValue {
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	number := func(i int64) types.AttributeValue {
		return &types.AttributeValueMemberN{Value: strconv.FormatInt(i, 10)}
	}
	return map[string]types.AttributeValue{
		"order_id":             text(o.ID.String()),
		"user_id":              text(o.UserID.String()),
		"product_id":           text(o.ProductID.String()),
		"created":              number(o.Created.Unix()),
		"order_status":         number(int64(o.Status)),
		"order_status_created": text(fmt.Sprintf("%d_%d", o.Status, o.Created.Unix())),
	}
}

// kinds makes items comparable: each value as its attribute type and text.
func kinds(item map[string]types.AttributeValue) map[string]string {
	texts := make(map[string]string)
	for name, av := range item {
		switch av := av.(type) {
		case *types.AttributeValueMemberS:
			texts[name] = "S " + av.Value
		case *types.AttributeValueMemberN:
			texts[name] = "N " + av.Value
		default:
			texts[name] = fmt.Sprintf("%T", av)
		}
	}
	return texts
}

// From September 2001 to November 2286 the seconds have ten digits, and padding
// changes nothing.
var (
	seconds  = rapid.Int64Range(1_000_000_000, 9_999_999_999)
	statuses = rapid.SampledFrom([]model.Status{model.InProgress, model.Completed, model.Canceled})
)

func TestTheModelReadsWhatTheFirstProgramWrote(t *testing.T) {
	s := newShop(t)
	rapid.Check(t, func(r *rapid.T) {
		user, product := uuid.New(), uuid.New()
		var want []model.Order
		for range rapid.IntRange(0, 8).Draw(r, "orders") {
			o := model.Order{ID: uuid.New(), UserID: user, ProductID: product}
			o.Created, o.Status = time.Unix(seconds.Draw(r, "created"), 0).UTC(), statuses.Draw(r, "status")
			o.StatusCreated = fields.IntInt{First: int64(o.Status), Second: o.Created.Unix()}
			s.put(t, firstProgram(o))
			want = append(want, o)
		}
		byStatus := func(a, b model.Order) int {
			return cmp.Or(cmp.Compare(a.Status, b.Status), a.Created.Compare(b.Created), cmp.Compare(a.ID.String(), b.ID.String()))
		}
		slices.SortFunc(want, byStatus)
		completed := slices.DeleteFunc(slices.Clone(want), func(o model.Order) bool { return o.Status != model.Completed })
		want = slices.DeleteFunc(want, func(o model.Order) bool { return o.Status == model.Canceled })

		got := all(t, s.UserQuery(user))
		if !slices.IsSortedFunc(got, func(a, b model.Order) int { // equal keys have no order
			return cmp.Or(cmp.Compare(a.Status, b.Status), a.Created.Compare(b.Created))
		}) {
			r.Errorf("not in order: %v", got)
		}
		slices.SortFunc(got, byStatus)
		if !slices.Equal(got, want) {
			r.Errorf("user's orders\n got: %v\nwant: %v", got, want)
		}
		got = all(t, s.ProductQuery(product, model.Completed))
		slices.SortFunc(got, byStatus)
		if !slices.Equal(got, completed) {
			r.Errorf("product's orders\n got: %v\nwant: %v", got, completed)
		}
	})
}

func TestTheModelWritesWhatTheFirstProgramWrote(t *testing.T) {
	var now time.Time
	s := newShop(t, model.Clock(func() time.Time { return now }))
	rapid.Check(t, func(r *rapid.T) {
		now = time.Unix(seconds.Draw(r, "created"), 0)
		order := s.order(t, uuid.New(), uuid.New(), statuses.Draw(r, "status"))
		if diff := gocmp.Diff(kinds(firstProgram(order)), kinds(s.stored(t, order.ID))); diff != "" {
			r.Error(diff)
		}
	})
}

func TestAnEarlyTimeIsWrittenPadded(t *testing.T) {
	for created, want := range map[int64]string{
		0:           "S 101_0000000000",
		999_999_999: "S 101_0999999999",
	} {
		s := newShop(t, model.Clock(func() time.Time { return time.Unix(created, 0) }))
		order := s.order(t, uuid.New(), uuid.New(), model.InProgress)
		if got := kinds(s.stored(t, order.ID))["order_status_created"]; got != want {
			t.Errorf("created %d is stored as %s, want %s", created, got, want)
		}
	}
}

// The sort key of an early order that was written without padding stands at a
// wrong place in the indexes.
func TestAnUnpaddedKeyIsStaleUntilTheStatusIsSet(t *testing.T) {
	s := newShop(t)
	user, product := uuid.New(), uuid.New()
	good := s.order(t, user, product, model.Completed)
	bad := model.Order{ID: uuid.New(), UserID: user, ProductID: product, Created: time.Unix(5, 0).UTC(), Status: model.InProgress}
	s.put(t, firstProgram(bad))

	_, err := s.UserOrders(t.Context(), user, 0, "")
	item, ok := errors.AsType[*ddbtable.ItemError](err)
	if !ok || !errors.Is(err, ddbtable.ErrStale) || item.Attribute != "order_status_created" {
		t.Errorf("UserOrders: %v", err)
	}

	var passed []string
	page, err := s.UserQuery(user).OnBadItem(func(e *ddbtable.ItemError) error {
		passed = append(passed, kinds(e.Key)["order_id"])
		return nil
	}).Page(t.Context(), 10, "")
	if diff := gocmp.Diff([]model.Order{good}, page.Items); err != nil || diff != "" || page.Next != "" {
		t.Errorf("Page that passes over bad items: %v, %q, %s", err, page.Next, diff)
	}
	if want := []string{"S " + bad.ID.String()}; !slices.Equal(passed, want) {
		t.Errorf("passed over %v, want %v", passed, want)
	}

	mended, err := s.UpdateStatus(t.Context(), bad.ID, model.Completed)
	if err != nil || kinds(s.stored(t, bad.ID))["order_status_created"] != "S 201_0000000005" {
		t.Errorf("UpdateStatus: %v, %v", err, s.stored(t, bad.ID))
	}
	if diff := gocmp.Diff([]model.Order{mended, good}, all(t, s.UserQuery(user))); diff != "" {
		t.Errorf("after mending: %s", diff)
	}
}

// A range such as BETWEEN "100_0" AND "202_0" also takes keys whose status has
// another number of digits, and cuts off what it should end with.
func TestRangesAreExact(t *testing.T) {
	s := newShop(t, model.Clock(func() time.Time { return time.Unix(9_999_999_999, 0) }))
	user, product := uuid.New(), uuid.New()
	last := s.order(t, user, product, model.Completed)
	for _, key := range []string{"1_1428791681", "100_1428791681", "1010_1428791681", "2010_1428791681", "202_0", "301_1428791681"} {
		item := firstProgram(model.Order{ID: uuid.New(), UserID: user, ProductID: product, Created: opening, Status: model.Canceled})
		item["order_status_created"] = &types.AttributeValueMemberS{Value: key}
		s.put(t, item)
	}
	if diff := gocmp.Diff([]model.Order{last}, all(t, s.ProductQuery(product, model.Completed))); diff != "" {
		t.Errorf("product's orders: %s", diff)
	}
	// Keys of another width can lie within the bounds of a range over two
	// statuses. They are not passed on but reported.
	got, err := ddbtable.Collect(s.UserQuery(user).OnBadItem(func(e *ddbtable.ItemError) error {
		if !errors.Is(e, ddbtable.ErrStale) {
			return e
		}
		return nil
	}).All(t.Context()))
	if diff := gocmp.Diff([]model.Order{last}, got); err != nil || diff != "" {
		t.Errorf("user's orders: %v, %s", err, diff)
	}
}
