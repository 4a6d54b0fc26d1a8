package ddbtable_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
	"example.com/ddb/model"
)

// A script is a client whose table is in one state after the other. Each list
// is used up from the front; its last entry stays.
type script struct {
	ddbtable.Client
	creates, deletes []error
	looks            []*types.TableDescription // nil: there is no table
	sent             []string
}

func (s *script) CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error) {
	s.sent = append(s.sent, "create")
	return new(dynamodb.CreateTableOutput), shift(&s.creates)
}

func (s *script) DeleteTable(context.Context, *dynamodb.DeleteTableInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error) {
	s.sent = append(s.sent, "delete")
	return &dynamodb.DeleteTableOutput{TableDescription: &types.TableDescription{TableId: new("old")}}, shift(&s.deletes)
}

func (s *script) DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	s.sent = append(s.sent, "look")
	table := shift(&s.looks)
	if table == nil {
		return nil, errNoTable
	}
	return &dynamodb.DescribeTableOutput{Table: table}, nil
}

var (
	errInUse   = new(types.ResourceInUseException)
	errNoTable = new(types.ResourceNotFoundException)
	errLimit   = new(types.LimitExceededException)
)

func shift[E any](list *[]E) (first E) {
	if len(*list) == 0 {
		return first
	}
	first = (*list)[0]
	if len(*list) > 1 {
		*list = (*list)[1:]
	}
	return first
}

// described is the table of the toy store's orders in a state.
func described(status types.TableStatus, indexes types.IndexStatus) *types.TableDescription {
	d := &types.TableDescription{TableId: new("old"), TableStatus: status, KeySchema: keySchema("order_id")}
	for _, name := range []string{"order_id", "user_id", "product_id", "order_status_created"} {
		d.AttributeDefinitions = append(d.AttributeDefinitions, types.AttributeDefinition{AttributeName: &name, AttributeType: "S"})
	}
	for name, partition := range map[string]string{"for_user_id": "user_id", "for_product_id": "product_id"} {
		d.GlobalSecondaryIndexes = append(d.GlobalSecondaryIndexes, types.GlobalSecondaryIndexDescription{
			IndexName: &name, IndexStatus: indexes, KeySchema: keySchema(partition, "order_status_created"),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		})
	}
	return d
}

func keySchema(names ...string) (schema []types.KeySchemaElement) {
	for i, name := range names {
		schema = append(schema, types.KeySchemaElement{AttributeName: &name, KeyType: []types.KeyType{"HASH", "RANGE"}[i]})
	}
	return schema
}

// A countingClock does not wait. It ends the context after so many pauses.
type countingClock struct {
	pauses []time.Duration
	most   int
}

func (c *countingClock) Now() time.Time { return time.Unix(0, 0) }

func (c *countingClock) Sleep(_ context.Context, d time.Duration) error {
	c.pauses = append(c.pauses, d)
	if len(c.pauses) > c.most {
		return context.DeadlineExceeded
	}
	return nil
}

var (
	active   = described("ACTIVE", "ACTIVE")
	creating = described("CREATING", "CREATING")
	deleting = described("DELETING", "")
)

// CreateTable waits for the table, and for all its indexes, to be active,
// whoever creates, changes or deletes it meanwhile.
func TestCreateTableWaits(t *testing.T) {
	other := described("ACTIVE", "ACTIVE")
	other.KeySchema = keySchema("user_id")
	otherDeleting := described("DELETING", "")
	otherDeleting.KeySchema = keySchema("user_id")
	otherCreating := described("CREATING", "CREATING")
	otherCreating.AttributeDefinitions[0].AttributeType = "N"
	type (
		errs  = []error
		looks = []*types.TableDescription
	)
	for name, c := range map[string]struct {
		creates errs
		looks   looks
		sent    string
		pauses  int
		err     string // "" for none
	}{
		"a new table":                           {nil, looks{active}, "create look", 0, ""},
		"a table that is being created":         {nil, looks{creating, creating, active}, "create look look look", 2, ""},
		"indexes that are being created":        {nil, looks{described("ACTIVE", "CREATING"), active}, "create look look", 1, ""},
		"a table that is being changed":         {errs{errInUse}, looks{described("UPDATING", "ACTIVE"), active}, "create look look", 1, ""},
		"indexes that are being changed":        {errs{errInUse}, looks{described("ACTIVE", "UPDATING"), active}, "create look look", 1, ""},
		"a table that is not visible yet":       {errs{nil, errInUse}, looks{nil, active}, "create look create look", 1, ""},
		"a table that is there":                 {errs{errInUse}, looks{active}, "create look", 0, ""},
		"another caller's table":                {errs{errInUse}, looks{creating, active}, "create look look", 1, ""},
		"a table that is being deleted":         {errs{errInUse, nil}, looks{deleting, deleting, nil, creating, active}, "create look look look create look look", 4, ""},
		"another table, being deleted":          {errs{errInUse, nil}, looks{otherDeleting, nil, active}, "create look look create look", 2, ""},
		"a table that is deleted while waiting": {errs{nil, nil}, looks{creating, deleting, nil, active}, "create look look look create look", 3, ""},
		"another table":                         {errs{errInUse}, looks{other}, "create look", 0, "primary key: defined order_id HASH, actual user_id HASH"},
		"another table, being created":          {errs{errInUse}, looks{otherCreating}, "create look", 0, "type of key attribute order_id: defined S, actual N"},
		"a table that never becomes active":     {nil, looks{creating}, "create" + strings.Repeat(" look", 10), 10, "deadline exceeded"},
		"a table that is archived":              {errs{errInUse}, looks{described("ARCHIVED", "ACTIVE")}, "create look", 0, "ARCHIVED"},
		"a table without access to its key":     {errs{errInUse}, looks{described("INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ACTIVE")}, "create look", 0, "INACCESSIBLE_ENCRYPTION_CREDENTIALS"},
		"too many tables":                       {errs{errLimit}, nil, "create", 0, "LimitExceededException"},
		"a table that is never visible":         {errs{errInUse}, looks{nil}, strings.TrimSpace(strings.Repeat("create look ", 10)), 10, "deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			s, clock := &script{creates: c.creates, looks: c.looks}, &countingClock{most: 9}
			err := ddbtable.Open(s, model.Orders, ddbtable.UseClock(clock)).CreateTable(t.Context())
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("CreateTable: %v, want %q", err, c.err)
			}
			expect(t, "sent", strings.Join(s.sent, " "), c.sent)
			if want := slices.Repeat([]time.Duration{time.Second}, c.pauses); !slices.Equal(clock.pauses, want) {
				t.Errorf("pauses %v, want %v", clock.pauses, want)
			}
		})
	}
}

// DeleteTable waits until the table is gone, but not for one that somebody has
// created in its place.
func TestDeleteTableWaits(t *testing.T) {
	another := described("ACTIVE", "ACTIVE")
	another.TableId = new("new")
	for name, c := range map[string]struct {
		deletes []error
		looks   []*types.TableDescription
		sent    string
		pauses  int
		err     error
	}{
		"a table":                       {nil, []*types.TableDescription{deleting, deleting, nil}, "delete look look look", 2, nil},
		"no table":                      {[]error{errNoTable}, nil, "delete", 0, nil},
		"a table that is being created": {[]error{errInUse, errInUse, nil}, []*types.TableDescription{nil}, "delete delete delete look", 2, nil},
		"a table that is there again":   {nil, []*types.TableDescription{deleting, another}, "delete look look", 1, nil},
		"a table that stays":            {nil, []*types.TableDescription{deleting}, "delete" + strings.Repeat(" look", 10), 10, context.DeadlineExceeded},
		"a table that is protected":     {[]error{errLimit}, nil, "delete", 0, errLimit},
	} {
		t.Run(name, func(t *testing.T) {
			s, clock := &script{deletes: c.deletes, looks: c.looks}, &countingClock{most: 9}
			err := ddbtable.Open(s, model.Orders, ddbtable.UseClock(clock)).DeleteTable(t.Context())
			if !errors.Is(err, c.err) {
				t.Errorf("DeleteTable: %v, want %v", err, c.err)
			}
			expect(t, "sent", strings.Join(s.sent, " "), c.sent)
			expect(t, "number of pauses", len(clock.pauses), c.pauses)
		})
	}
}

// The interval is an option, whose zero is the default.
func TestPollIntervalIsAnOption(t *testing.T) {
	for interval, want := range map[time.Duration]time.Duration{0: time.Second, time.Minute: time.Minute, time.Millisecond: time.Millisecond} {
		s, clock := &script{looks: []*types.TableDescription{creating, active}}, &countingClock{most: 9}
		table := ddbtable.Open(s, model.Orders, ddbtable.UseClock(clock), ddbtable.PollInterval(interval))
		if err := table.CreateTable(t.Context()); err != nil {
			t.Error(err)
		}
		expect(t, "pauses", clock.pauses, []time.Duration{want})
	}
	err := ddbtable.Open(new(script), model.Orders, ddbtable.PollInterval(-1)).CreateTable(t.Context())
	if err == nil || !strings.Contains(err.Error(), "PollInterval is negative; ") {
		t.Errorf("CreateTable with a negative interval: %v", err)
	}
}

// The clock of the system waits, unless the context ends first.
func TestWaitingEndsWithTheContext(t *testing.T) {
	s := &script{looks: []*types.TableDescription{creating, creating, active}}
	table := ddbtable.Open(s, model.Orders, ddbtable.PollInterval(time.Millisecond))
	if err := table.CreateTable(t.Context()); err != nil {
		t.Error(err)
	}
	s = &script{looks: []*types.TableDescription{creating}}
	stop := errors.New("the program ends")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	err := ddbtable.Open(s, model.Orders, ddbtable.PollInterval(time.Hour)).CreateTable(ctx)
	if failed, ok := errors.AsType[*ddbtable.OpError](err); !ok || !errors.Is(err, stop) || failed.Op != "create table" {
		t.Errorf("CreateTable: %v, want the context's cause in an OpError", err)
	}
}
