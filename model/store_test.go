package model_test

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
	"example.com/ddb/fields"
	"example.com/ddb/model"
)

func TestANewOrderIsInProgressSinceNow(t *testing.T) {
	id, user, product := uuid.New(), uuid.New(), uuid.New()
	s := newShop(t,
		model.Clock(func() time.Time { return opening.Add(999 * time.Millisecond).In(time.FixedZone("", 3600)) }),
		model.OrderIDs(func() uuid.UUID { return id }))
	want := model.Order{
		ID: id, UserID: user, ProductID: product,
		Created: opening, Status: model.InProgress,
		StatusCreated: fields.IntInt{First: 101, Second: opening.Unix()},
	}

	created, err := s.CreateOrder(t.Context(), user, product)
	if diff := gocmp.Diff(want, created); err != nil || diff != "" {
		t.Errorf("CreateOrder: %v, %s", err, diff)
	}
	stored, err := s.Table().Get(t.Context(), model.OrderID.Eq(id))
	if diff := gocmp.Diff(want, stored); err != nil || diff != "" {
		t.Errorf("Get: %v, %s", err, diff)
	}
}

func TestOrdersGetDifferentIDs(t *testing.T) {
	s := newShop(t, model.Clock(nil), model.OrderIDs(nil)) // as without them
	user, product := uuid.New(), uuid.New()
	a, b := s.order(t, user, product, model.InProgress), s.order(t, user, product, model.InProgress)
	if a.ID == b.ID || a.ID == uuid.Nil {
		t.Errorf("IDs of two orders: %s, %s", a.ID, b.ID)
	}
}

func TestANewStatusMovesTheOrderInBothIndexes(t *testing.T) {
	s := newShop(t)
	statuses := []model.Status{model.InProgress, model.Completed, model.Canceled}
	for _, from := range statuses {
		for _, to := range statuses {
			t.Run(from.String()+" to "+to.String(), func(t *testing.T) {
				user, product := uuid.New(), uuid.New()
				want := s.order(t, user, product, from)
				want.Status, want.StatusCreated.First = to, int64(to)

				got, err := s.UpdateStatus(t.Context(), want.ID, to)
				if diff := gocmp.Diff(want, got); err != nil || diff != "" {
					t.Errorf("UpdateStatus: %v, %s", err, diff)
				}
				for _, status := range statuses {
					var found []model.Order
					if status == to {
						found = []model.Order{want}
					}
					if diff := gocmp.Diff(found, all(t, s.ProductQuery(product, status))); diff != "" {
						t.Errorf("product's orders %s: %s", status, diff)
					}
				}
				var found []model.Order
				if to != model.Canceled {
					found = []model.Order{want}
				}
				if diff := gocmp.Diff(found, all(t, s.UserQuery(user))); diff != "" {
					t.Errorf("user's orders: %s", diff)
				}
			})
		}
	}
}

func TestAMissingOrderIsNotFoundAndNotCreated(t *testing.T) {
	s, id := newShop(t), uuid.New()
	if _, err := s.UpdateStatus(t.Context(), id, model.Completed); !errors.Is(err, ddbtable.ErrNotFound) {
		t.Errorf("UpdateStatus of a missing order: %v", err)
	}
	if item := s.stored(t, id); item != nil {
		t.Errorf("UpdateStatus of a missing order made %v", item)
	}
}

func TestAWrongArgumentIsRefusedBeforeAnythingIsSent(t *testing.T) {
	s := newShop(t)
	user, product := uuid.New(), uuid.New()
	order := s.order(t, user, product, model.InProgress)
	at := func(seconds int64) *model.Store {
		return model.Open(s.client, model.Clock(func() time.Time { return time.Unix(seconds, 0) }))
	}
	s.requests.reset()
	for _, c := range []struct {
		name string
		call func(context.Context) error
		want string
	}{
		{"status that is none", func(ctx context.Context) error {
			_, err := s.UpdateStatus(ctx, order.ID, 102)
			return err
		}, `ddbtable: update purchase: fields: model.Order.Status: attribute "order_status": value is not one that`},
		{"zero status", func(ctx context.Context) error {
			_, err := s.UpdateStatus(ctx, order.ID, 0)
			return err
		}, `ddbtable: update purchase: fields: model.Order.Status: attribute "order_status": value is not one that`},
		{"product's orders of a status that is none", func(ctx context.Context) error {
			_, err := s.ProductOrders(ctx, product, 102, 0, "")
			return err
		}, `ddbtable: query purchase: fields: model.Order.Status: attribute "order_status": value is not one that`},
		{"nil user", func(ctx context.Context) error {
			_, err := s.CreateOrder(ctx, uuid.Nil, product)
			return err
		}, `ddbtable: create purchase: fields: model.Order.UserID: attribute "user_id": the nil UUID cannot be in a key`},
		{"nil product", func(ctx context.Context) error {
			_, err := s.CreateOrder(ctx, user, uuid.Nil)
			return err
		}, `ddbtable: create purchase: fields: model.Order.ProductID: attribute "product_id": the nil UUID cannot be in a key`},
		{"nil order", func(ctx context.Context) error {
			_, err := s.UpdateStatus(ctx, uuid.Nil, model.Completed)
			return err
		}, `ddbtable: update purchase: fields: model.Order.ID: attribute "order_id": the nil UUID cannot be in a key`},
		{"orders of the nil user", func(ctx context.Context) error {
			_, err := s.UserOrders(ctx, uuid.Nil, 0, "")
			return err
		}, `ddbtable: query purchase: fields: model.Order.UserID: attribute "user_id": the nil UUID cannot be in a key`},
		{"created before 1970", func(ctx context.Context) error {
			_, err := at(-1).CreateOrder(ctx, user, product)
			return err
		}, `ddbtable: create purchase: fields: model.Order.StatusCreated: attribute "order_status_created": facet {created}: `},
		{"created after the facet's width", func(ctx context.Context) error {
			_, err := at(10_000_000_000).CreateOrder(ctx, user, product)
			return err
		}, `ddbtable: create purchase: fields: model.Order.StatusCreated: attribute "order_status_created": facet {created}: `},
		{"negative limit", func(ctx context.Context) error {
			_, err := s.UserOrders(ctx, user, -1, "")
			return err
		}, `ddbtable: query purchase/for_user_id: a page has at least 1 item, not -1`},
		{"no client", func(ctx context.Context) error {
			_, err := model.Open(nil).CreateOrder(ctx, user, product)
			return err
		}, `ddbtable: create purchase: client is nil or zero; give a *dynamodb.Client that`},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.call(t.Context())
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got error %v\nwant prefix %s", err, c.want)
			}
			if sent := s.requests.reset(); len(sent) > 0 {
				t.Errorf("sent %v", sent)
			}
		})
	}
	if stored, err := s.Table().Get(t.Context(), model.OrderID.Eq(order.ID)); err != nil || stored != order {
		t.Errorf("the order is %+v after the refusals, %v", stored, err)
	}
}

func TestCancellationAndClosingAreErrors(t *testing.T) {
	s := newShop(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.CreateOrder(ctx, uuid.New(), uuid.New()); !errors.Is(err, context.Canceled) {
		t.Errorf("CreateOrder with a canceled context: %v", err)
	}
	s.db.Close()
	if _, err := s.CreateOrder(t.Context(), uuid.New(), uuid.New()); !errors.Is(err, embedded.ErrClosed) {
		t.Errorf("CreateOrder on a closed engine: %v", err)
	}
}

func TestEachMethodCostsWhatItSays(t *testing.T) {
	s := newShop(t)
	user, product := uuid.New(), uuid.New()
	order := s.order(t, user, product, model.Completed)
	for range 25 {
		s.order(t, user, product, model.InProgress)
	}
	second, err := s.UserOrders(t.Context(), user, 10, "")
	if err != nil {
		t.Fatal(err)
	}
	s.requests.reset()
	for _, c := range []struct {
		name string
		call func(context.Context) error
		want []string
	}{
		{"CreateOrder", func(ctx context.Context) error {
			_, err := s.CreateOrder(ctx, user, product)
			return err
		}, []string{"PutItem"}},
		{"UpdateStatus", func(ctx context.Context) error {
			_, err := s.UpdateStatus(ctx, order.ID, model.Canceled)
			return err
		}, []string{"GetItem", "UpdateItem"}},
		{"UpdateStatus of a missing order", func(ctx context.Context) error {
			if _, err := s.UpdateStatus(ctx, uuid.New(), model.Canceled); !errors.Is(err, ddbtable.ErrNotFound) {
				return cmp.Or(err, errors.New("no error"))
			}
			return nil
		}, []string{"GetItem"}},
		{"UserOrders", func(ctx context.Context) error {
			_, err := s.UserOrders(ctx, user, 10, second.Next)
			return err
		}, []string{"Query"}},
		{"UserOrders, over both statuses", func(ctx context.Context) error {
			_, err := s.UserOrders(ctx, user, 100, "")
			return err
		}, []string{"Query"}},
		{"ProductOrders", func(ctx context.Context) error {
			_, err := s.ProductOrders(ctx, product, model.InProgress, 10, "")
			return err
		}, []string{"Query"}},
		{"UserQuery, ProductQuery and Table", func(context.Context) error {
			return errors.Join(s.UserQuery(user).Explain().Err, s.ProductQuery(product, model.Canceled).Explain().Err)
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.call(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := s.requests.reset(); !slices.Equal(got, c.want) {
				t.Errorf("sent %v, want %v", got, c.want)
			}
		})
	}
}

func TestALostAnswerIsNoError(t *testing.T) {
	for _, c := range []struct {
		operation string
		call      func(*shop, context.Context, model.Order) (model.Order, error)
		want      model.Status
	}{
		{"PutItem", func(s *shop, ctx context.Context, o model.Order) (model.Order, error) {
			return s.CreateOrder(ctx, o.UserID, o.ProductID)
		}, model.InProgress},
		{"UpdateItem", func(s *shop, ctx context.Context, o model.Order) (model.Order, error) {
			return s.UpdateStatus(ctx, o.ID, model.Completed)
		}, model.Completed},
	} {
		t.Run(c.operation, func(t *testing.T) {
			s := newShop(t)
			order := s.order(t, uuid.New(), uuid.New(), model.Canceled)
			fault := s.db.Inject(embedded.Fault{Effect: embedded.FailAfter, Operation: c.operation, Times: 1})
			got, err := c.call(s, t.Context(), order)
			if err != nil || got.Status != c.want {
				t.Errorf("got %+v, %v", got, err)
			}
			if fault.Hits() != 1 {
				t.Error("no answer was lost")
			}
			if diff := gocmp.Diff([]model.Order{got}, all(t, s.UserQuery(order.UserID))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Several writers race on one order, so that one reads what another is about
// to write: the sort key of the indexes must always belong to the status.
func TestRacingWritersKeepTheIndexesRight(t *testing.T) {
	s := newShop(t)
	user, product := uuid.New(), uuid.New()
	order := s.order(t, user, product, model.InProgress)
	var writers sync.WaitGroup
	for _, status := range []model.Status{model.InProgress, model.Completed, model.Canceled} {
		writers.Go(func() {
			for range 50 {
				o, err := s.UpdateStatus(t.Context(), order.ID, status)
				if err != nil || o.Status != status || o.StatusCreated.First != int64(status) {
					t.Errorf("UpdateStatus(%s): %+v, %v", status, o, err)
				}
			}
		})
	}
	writers.Wait()
	found := all(t, s.Table().Query(model.UserID.Eq(user)))
	if len(found) != 1 || found[0].StatusCreated.First != int64(found[0].Status) {
		t.Errorf("the user's orders are %+v", found)
	}
}

func TestPagesAreFullAndEndWithTheData(t *testing.T) {
	now := opening
	s := newShop(t, model.Clock(func() time.Time { return now }))
	random := rand.New(rand.NewPCG(1, 2))
	user, product := uuid.New(), uuid.New()
	var users, products []model.Order
	for range 60 {
		now = now.Add(time.Duration(1+random.IntN(1e6)) * time.Second)
		u, p := user, product
		switch random.IntN(3) {
		case 0:
			u = uuid.New()
		case 1:
			p = uuid.New()
		}
		o := s.order(t, u, p, []model.Status{model.InProgress, model.Completed, model.Canceled}[random.IntN(3)])
		if o.UserID == user && o.Status != model.Canceled {
			users = append(users, o)
		}
		if o.ProductID == product && o.Status == model.Canceled {
			products = append(products, o)
		}
	}
	slices.SortFunc(users, func(a, b model.Order) int {
		return cmp.Or(cmp.Compare(a.Status, b.Status), a.Created.Compare(b.Created))
	})
	for _, limit := range []int{0, 1, 3, 10, len(users) - 1, len(users), len(users) + 1} {
		checkPages(t, limit, users, func(cursor string) (ddbtable.Page[model.Order], error) {
			return s.UserOrders(t.Context(), user, limit, cursor)
		})
		checkPages(t, limit, products, func(cursor string) (ddbtable.Page[model.Order], error) {
			return s.ProductOrders(t.Context(), product, model.Canceled, limit, cursor)
		})
	}
}

// checkPages reads page after page and compares each with its part of want.
func checkPages(t *testing.T, limit int, want []model.Order, read func(cursor string) (ddbtable.Page[model.Order], error)) {
	t.Helper()
	size := cmp.Or(limit, 10)
	for cursor := ""; ; {
		page, err := read(cursor)
		if err != nil {
			t.Fatal(err)
		}
		n := min(size, len(want))
		if diff := gocmp.Diff(want[:n], page.Items); diff != "" {
			t.Fatalf("limit %d: %s", limit, diff)
		}
		want, cursor = want[n:], page.Next
		if (cursor == "") != (len(want) == 0) {
			t.Fatalf("limit %d: %d orders are left, and Next is %q", limit, len(want), cursor)
		}
		if cursor == "" {
			return
		}
	}
}

func TestACursorIsOfNoUseElsewhere(t *testing.T) {
	s := newShop(t)
	user, other, product := uuid.New(), uuid.New(), uuid.New()
	for range 3 {
		s.order(t, user, product, model.InProgress)
	}
	page, err := s.UserOrders(t.Context(), user, 2, "")
	if err != nil || page.Next == "" {
		t.Fatal(page, err)
	}
	for name, read := range map[string]func() (ddbtable.Page[model.Order], error){
		"another user": func() (ddbtable.Page[model.Order], error) {
			return s.UserOrders(t.Context(), other, 2, page.Next)
		},
		"a product": func() (ddbtable.Page[model.Order], error) {
			return s.ProductOrders(t.Context(), product, model.InProgress, 2, page.Next)
		},
		"a damaged one": func() (ddbtable.Page[model.Order], error) {
			return s.UserOrders(t.Context(), user, 2, page.Next[1:])
		},
	} {
		if page, err := read(); !errors.Is(err, ddbtable.ErrBadCursor) || page.Items != nil {
			t.Errorf("cursor for %s: %v, %v", name, page, err)
		}
	}
}

func TestTableOptionsReachTheTable(t *testing.T) {
	s := newShop(t)
	named := model.Open(s.client, model.TableOptions(ddbtable.TableName("purchase-test")), model.TableOptions(ddbtable.NoOldItem()))
	if got := named.Table().Name(); got != "purchase-test" {
		t.Errorf("the table's name is %q", got)
	}
	if err := named.CreateTable(t.Context()); err != nil {
		t.Fatal(err)
	}
	order := s.order(t, uuid.New(), uuid.New(), model.InProgress)
	if _, err := named.UpdateStatus(t.Context(), order.ID, model.Completed); !errors.Is(err, ddbtable.ErrNotFound) {
		t.Errorf("an order of another table: %v", err)
	}
}

func TestStatusesAreThoseThatAreStored(t *testing.T) {
	for status, want := range map[model.Status]string{
		101: "in progress",
		201: "completed",
		301: "canceled",
		7:   "unknown status 7",
	} {
		if got := status.String(); got != want {
			t.Errorf("Status(%d).String() = %q, want %q", int(status), got, want)
		}
		if status.Valid() != (status != 7) {
			t.Errorf("Status(%d).Valid() = %t", int(status), status.Valid())
		}
	}
}
