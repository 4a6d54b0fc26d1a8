package ddbtable_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
	"example.com/ddb/ddbtable/embedded"
)

// A meter answers for an engine that every request consumed 2 units on the
// table and 0.5 on the index by_team.
type meter struct{ next dynamodb.HTTPClient }

const metered = `{"TableName":"t","CapacityUnits":2.5,"Table":{"CapacityUnits":2},"GlobalSecondaryIndexes":{"by_team":{"CapacityUnits":0.5}}}`

func (m meter) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	asked := bytes.Contains(body, []byte(`"ReturnConsumedCapacity":"INDEXES"`))
	// The engine's own count would be another.
	body = bytes.Replace(body, []byte(`"INDEXES"`), []byte(`"NONE"`), 1)
	req.ContentLength = int64(len(body))
	req.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := m.next.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK || !asked {
		return resp, err
	}
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	told := metered
	if target := req.Header.Get("X-Amz-Target"); strings.Contains(target, "Batch") || strings.Contains(target, "Transact") {
		told = "[" + told + "]"
	}
	comma := ","
	if bytes.Equal(answer, []byte("{}")) {
		comma = ""
	}
	answer = append([]byte(`{"ConsumedCapacity":`+told+comma), answer[1:]...)
	resp.Header.Del("X-Amz-Crc32")
	resp.Header.Del("Content-Length")
	resp.ContentLength = int64(len(answer))
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	return resp, nil
}

// meteredTickets opens a table on a metered engine whose calls are kept.
func meteredTickets(t *testing.T, options ...ddbtable.Option) (*ddbtable.Table[ticket], *[]ddbtable.Call, *embedded.DB, *dynamodb.Client) {
	t.Helper()
	db := engine(t)
	client := db.Client(func(o *dynamodb.Options) { o.HTTPClient = meter{o.HTTPClient} })
	var calls []ddbtable.Call
	options = append(options, ddbtable.UseClock(&tickingClock{}),
		ddbtable.OnCall(func(_ context.Context, c ddbtable.Call) { calls = append(calls, c) }))
	return ddbtest.Table(t, client, tickets, options...), &calls, db, client
}

// A tickingClock shows a second more each time that it is looked at.
type tickingClock struct{ now time.Time }

func (c *tickingClock) Now() time.Time {
	c.now = c.now.Add(time.Second)
	return c.now
}

func (c *tickingClock) Sleep(context.Context, time.Duration) error { return nil }

var ticketID = ddbtable.Attr(func(t *ticket) *string { return &t.ID })

func TestHookIsToldOfEveryOperation(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, calls, _, client := meteredTickets(t, options...)
		ctx := t.Context()
		one := ticket{ID: "1", Team: "red", State: 1, At: 1}
		three := []ticket{{ID: "2", Team: "red", State: 1, At: 2}, {ID: "3", Team: "red", State: 2, At: 3}, {ID: "4", Team: "red", State: 2, At: 4}}
		in := table.Query(ticketTeam.Eq("red"), ticketState.In(1, 2))
		for _, step := range []struct {
			run  func() error
			want string
		}{
			{func() error { _, err := table.Create(one).Run(ctx); return err }, "create 1/1, 1 items, 0+2.5"},
			{func() error { _, err := table.Put(one).Run(ctx); return err }, "put 1/1, 1 items, 0+2.5"},
			{func() error { _, err := table.Put(one).Returning().Run(ctx); return err }, "put 1/1, 1 items, 0+2.5"},
			{func() error { _, err := table.Get(ctx, ticketID.Eq("1")); return err }, "get 1/1, 1 items, 2.5+0"},
			{func() error {
				_, err := table.Update(ticketID.Eq("1")).Change(ticketAt.Set(5)).Run(ctx)
				return err
			}, "update 2/2, 2 items, 2.5+2.5"},
			{func() error { return table.PutAll(slices.Values(three)).Run(ctx) }, "batch write 1/1, 3 items, 0+2.5"},
			{func() error {
				return last(table.GetAll(slices.Values([]ddbtable.Key[ticket]{ddbtable.KeyOf(ticketID.Eq("1")), ddbtable.KeyOf(ticketID.Eq("9"))})).All(ctx))
			}, "batch get 1/1, 1 items, 2.5+0"},
			{func() error { return last(in.All(ctx)) }, "query/by_team 2/2, 4 items, 5+0"},
			{func() error { _, err := in.Page(ctx, 10, ""); return err }, "query/by_team 2/2, 4 items, 5+0"},
			{func() error { _, err := in.OrderBy(ticketAt).Count(ctx); return err }, "query/by_team 2/2, 4 items, 5+0"},
			{func() error { return last(table.Scan().All(ctx)) }, "scan 1/1, 4 items, 2.5+0"},
			{func() error {
				return ddbtable.WriteTransaction(client, table.Delete(ticketID.Eq("2")), table.Check(ticketID.Eq("1"))).Run(ctx)
			}, "write transaction 1/1, 2 items, 0+2.5"},
			{func() error {
				var found *ticket
				return ddbtable.GetTransaction(ctx, client, table.GetInto(&found, ticketID.Eq("1")))
			}, "read transaction 1/1, 1 items, 2.5+0"},
			{func() error { _, err := table.Delete(ticketID.Eq("1")).Run(ctx); return err }, "delete 1/1, 1 items, 0+2.5"},
		} {
			*calls = nil
			if err := step.run(); err != nil {
				t.Fatalf("%s: %v", step.want, err)
			}
			if len(*calls) != 1 {
				t.Fatalf("%s: told of %d calls", step.want, len(*calls))
			}
			c := (*calls)[0]
			name := c.Op
			if c.Index != "" {
				name += "/" + c.Index
			}
			got := fmt.Sprintf("%s %d/%d, %d items, %v+%v", name, c.Requests, c.Attempts, c.Items, c.Capacity.Read, c.Capacity.Write)
			if got != step.want {
				t.Errorf("got  %s\nwant %s", got, step.want)
			}
			if c.Table != table.Name() || c.Duration <= 0 || c.Err != nil {
				t.Errorf("%s: %+v", step.want, c)
			}
			if all := c.Indexes["by_team"].Read + c.Indexes["by_team"].Write; all*5 != c.Capacity.Read+c.Capacity.Write {
				t.Errorf("%s: by index: %v", step.want, c.Indexes)
			}
		}
	})
}

func TestHookIsToldOfFailuresAndAttempts(t *testing.T) {
	table, calls, db, _ := meteredTickets(t)
	ctx := t.Context()
	if _, err := table.Get(ctx, ticketID.Eq("1")); !errors.Is(err, ddbtable.ErrNotFound) {
		t.Fatal(err)
	}
	if c := (*calls)[0]; !errors.Is(c.Err, ddbtable.ErrNotFound) || c.Items != 0 || c.Requests != 1 {
		t.Errorf("%+v", c)
	}
	if _, err := table.Get(ctx); err == nil {
		t.Fatal("no error")
	}
	if c := (*calls)[1]; c.Err == nil || c.Requests != 0 {
		t.Errorf("%+v", c)
	}
	db.Inject(embedded.Fault{Effect: embedded.FailBefore, Operation: "PutItem", Times: 2})
	put(t, table, ticket{ID: "1", Team: "red"})
	if c := (*calls)[2]; c.Requests != 1 || c.Attempts != 3 {
		t.Errorf("%+v", c)
	}
	for range table.Scan().All(ctx) {
		break
	}
	if c := (*calls)[3]; c.Op != "scan" || c.Requests != 1 {
		t.Errorf("after break: %+v", c)
	}
}

func TestValuesStayOutOfTheLog(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	client := ddbtest.Client(t)
	table := ddbtest.Table(t, client, tickets, ddbtable.OnCall(func(ctx context.Context, c ddbtable.Call) {
		logger.LogAttrs(ctx, slog.LevelInfo, "dynamodb", slog.Any("call", c))
	}))
	ctx := t.Context()
	secret := ticket{ID: "secretkey", Team: "secretteam", Note: "secretnote"}
	put(t, table, secret)
	for _, fail := range []func() error{
		func() error { _, err := table.Create(secret).Run(ctx); return err },
		func() error { _, err := table.Get(ctx, ticketID.Eq("secretother")); return err },
		func() error {
			_, err := table.Put(ticket{ID: "secret", Team: "secret", State: 1000}).Run(ctx)
			return err
		},
		func() error {
			_, err := table.Query(ticketTeam.Eq("secretteam")).Page(ctx, 1, "secretcursor")
			return err
		},
		func() error {
			return ddbtable.WriteTransaction(client, table.Create(secret)).Run(ctx)
		},
		func() error {
			return last(ddbtable.Open(client, tickets, ddbtable.TableName("secretless"), ddbtable.OnCall(func(ctx context.Context, c ddbtable.Call) {
				logger.LogAttrs(ctx, slog.LevelInfo, "dynamodb", slog.Any("call", c))
			})).Query(ticketTeam.Eq("secretteam")).All(ctx))
		},
	} {
		if fail() == nil {
			t.Error("no error")
		}
	}
	text := log.String()
	for _, want := range []string{
		`call.op=create`, `call.error="item exists already"`, `call.error="item not found"`,
		`call.error="cursor does not belong`, "call.error=ResourceNotFoundException", "call.index=by_team", "call.attempts=1",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the log lacks %s", want)
		}
	}
	if strings.Contains(strings.ReplaceAll(text, "secretless", ""), "secret") {
		t.Errorf("the log tells values:\n%s", text)
	}
}

func TestKeysOfMapsStayOutOfMessages(t *testing.T) {
	secret := ddbtable.Entry(labelProps, "secret")
	_, err := ddbtest.Table(t, ddbtest.Client(t), labels).Update(labelID.Eq("a"), labelN.Eq(1)).
		Change(secret.Set("x"), secret.Remove()).Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), `attribute "props.?" is changed twice`) {
		t.Error(err)
	}
}

func TestNothingIsCountedWithoutTheHook(t *testing.T) {
	table, r := recorded(t, tickets)
	if _, err := table.Scan().Count(t.Context()); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(r.last, "ReturnConsumedCapacity") {
		t.Errorf("the request was %s", r.last)
	}
	err := ddbtable.Open(r.client, tickets, ddbtable.OnCall(nil)).CreateTable(t.Context())
	if err == nil || !strings.Contains(err.Error(), "leave OnCall out") {
		t.Errorf("OnCall(nil): %v", err)
	}
}
