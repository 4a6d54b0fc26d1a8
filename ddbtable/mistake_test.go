package ddbtable_test

import (
	"context"
	"errors"
	"iter"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/google/uuid"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
	"example.com/ddb/fields"
	"example.com/ddb/model"
)

// A label has what orders and parcels lack: text keys, floats, sets.
type label struct {
	ID     string            `ddb:"id,partition"`
	N      int               `ddb:"n,sort"`
	Weight float64           `ddb:"weight"`
	Tags   []string          `ddb:"tags,set"`
	Lines  []string          `ddb:"lines"`
	Props  map[string]string `ddb:"props"`
	Body   []byte            `ddb:"body"`
}

var (
	labelID     = ddbtable.Attr(func(l *label) *string { return &l.ID })
	labelN      = ddbtable.Attr(func(l *label) *int { return &l.N })
	labelWeight = ddbtable.Attr(func(l *label) *float64 { return &l.Weight })
	labelTags   = ddbtable.Attr(func(l *label) *[]string { return &l.Tags })
	labelLines  = ddbtable.Attr(func(l *label) *[]string { return &l.Lines })
	labelProps  = ddbtable.Attr(func(l *label) *map[string]string { return &l.Props })
	labelBody   = ddbtable.Attr(func(l *label) *[]byte { return &l.Body })

	labels = ddbtable.MustDefine[label]("labels")
)

// A mistake is a call that is refused before anything is sent.
type mistake[T any] struct {
	name string
	call func(ctx context.Context, t *ddbtable.Table[T]) error
}

// err1 drops the result of a call.
func err1[R any](_ R, err error) error { return err }

// drain reads a sequence up to its error.
func drain[T any](seq iter.Seq2[T, error]) error {
	for _, err := range seq {
		if err != nil {
			return err
		}
	}
	return nil
}

var labelMistakes = []mistake[label]{
	{"Put without a partition key", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Put(label{N: 1}).Run(ctx))
	}},
	{"Put of text that is no UTF-8", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Put(label{ID: "a", Lines: []string{"\xff"}}).Run(ctx))
	}},
	{"Put of a map's key that is no UTF-8", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Put(label{ID: "a", Props: map[string]string{"\xff": "x"}}).Run(ctx))
	}},
	{"Put of NaN", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Put(label{ID: "a", Weight: math.NaN()}).Run(ctx))
	}},
	{"Put of infinity", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Put(label{ID: "a", Weight: math.Inf(-1)}).Run(ctx))
	}},
	{"Put of a number past DynamoDB's", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Put(label{ID: "a", Weight: 1e300}).Run(ctx))
	}},
	{"Put of a set with one value twice", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Put(label{ID: "a", Tags: []string{"x", "y", "x"}}).Run(ctx))
	}},
	{"Set to NaN", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Update(labelID.Eq("a"), labelN.Eq(1)).Change(labelWeight.Set(math.NaN())).Run(ctx))
	}},
	{"Set to an empty set", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Update(labelID.Eq("a"), labelN.Eq(1)).Change(labelTags.Set([]string{})).Run(ctx))
	}},
	{"Append to a set", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Update(labelID.Eq("a"), labelN.Eq(1)).Change(ddbtable.Append(labelTags, "x")).Run(ctx))
	}},
	{"AddToSet of a list", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Update(labelID.Eq("a"), labelN.Eq(1)).Change(ddbtable.AddToSet(labelLines, []string{"x"})).Run(ctx))
	}},
	{"Update without changes", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Update(labelID.Eq("a"), labelN.Eq(1)).Run(ctx))
	}},
	{"Update with the zero Change", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Update(labelID.Eq("a"), labelN.Eq(1)).Change(ddbtable.Change[label]{}).Run(ctx))
	}},
	{"Update of an attribute twice", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Update(labelID.Eq("a"), labelN.Eq(1)).Change(labelWeight.Set(1), labelWeight.Remove()).Run(ctx))
	}},
	{"Update of an attribute and of its inside", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Update(labelID.Eq("a"), labelN.Eq(1)).Change(ddbtable.At(labelLines, 0).Set("x"), labelLines.Remove()).Run(ctx))
	}},
	{"Update of the key", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Update(labelID.Eq("a"), labelN.Eq(1)).Change(labelN.Set(2)).Run(ctx))
	}},
	{"Update with Idempotent and Add", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Update(labelID.Eq("a"), labelN.Eq(1)).Change(ddbtable.Add(labelWeight, 1)).Idempotent().Run(ctx))
	}},
	{"Update through an element before the first", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Update(labelID.Eq("a"), labelN.Eq(1)).Change(ddbtable.At(labelLines, -1).Set("x")).Run(ctx))
	}},
	{"Update through an element of a set", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Update(labelID.Eq("a"), labelN.Eq(1)).Change(ddbtable.At(labelTags, 0).Set("x")).Run(ctx))
	}},
	{"Update through a member without a name", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Update(labelID.Eq("a"), labelN.Eq(1)).Change(ddbtable.Entry(labelProps, "\xff").Set("x")).Run(ctx))
	}},
	{"Put with Idempotent and Returning", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Put(label{ID: "a"}).Idempotent().Returning().Run(ctx))
	}},
	{"Get without a key", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Get(ctx))
	}},
	{"Get with half of the key", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Get(ctx, labelID.Eq("a")))
	}},
	{"Get with more than the key", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Get(ctx, labelID.Eq("a"), labelN.Eq(1), labelWeight.Eq(2)))
	}},
	{"Get with the key twice", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Get(ctx, labelID.Eq("a"), labelN.Eq(1), labelID.Eq("b")))
	}},
	{"Get with an empty text as key", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Get(ctx, labelID.Eq(""), labelN.Eq(1)))
	}},
	{"Get with the zero Equality", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Get(ctx, ddbtable.Equality[label]{}, labelN.Eq(1)))
	}},
	{"Get with an equality of the zero handle", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Get(ctx, ddbtable.Attribute[label, string]{}.Eq("a"), labelN.Eq(1)))
	}},
	{"Project without attributes", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Project().Get(ctx, labelID.Eq("a"), labelN.Eq(1)))
	}},
	{"Project of nil", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Project(nil).Get(ctx, labelID.Eq("a"), labelN.Eq(1)))
	}},
	{"Delete with half of the key", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Delete(labelN.Eq(1)).Run(ctx))
	}},
	{"If with a nil condition in And", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Delete(labelID.Eq("a"), labelN.Eq(1)).If(ddbtable.And(labelWeight.Gt(1), nil)).Run(ctx))
	}},
	{"If with Or of nothing", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Delete(labelID.Eq("a"), labelN.Eq(1)).If(ddbtable.Or[label]()).Run(ctx))
	}},
	{"If with Not of nothing", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Delete(labelID.Eq("a"), labelN.Eq(1)).If(ddbtable.Not[label](nil)).Run(ctx))
	}},
	{"If with an attribute type that is none", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Delete(labelID.Eq("a"), labelN.Eq(1)).If(labelWeight.HasKind("number")).Run(ctx))
	}},
	{"If with more than 4 KB", func(ctx context.Context, t *ddbtable.Table[label]) error {
		var all []ddbtable.Cond[label]
		for i := range 290 {
			all = append(all, labelWeight.Ne(float64(i)))
		}
		return err1(t.Delete(labelID.Eq("a"), labelN.Eq(1)).If(ddbtable.And(all...)).Run(ctx))
	}},
	{"Query without conditions", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return drain(t.Query().All(ctx))
	}},
	{"Query with a nil condition", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return drain(t.Query(labelID.Eq("a"), nil).All(ctx))
	}},
	{"Query by an attribute that no index serves", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return drain(t.Query(labelID.Eq("a"), labelWeight.Gt(1)).All(ctx))
	}},
	{"Query via an index that is none", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return drain(t.Query(labelID.Eq("a")).Via("by_color").All(ctx))
	}},
	{"Query with a negative page size", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return drain(t.Query(labelID.Eq("a")).PageSize(-1).All(ctx))
	}},
	{"Query with negative MaxReads", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return drain(t.Query(labelID.Eq("a")).MaxReads(-1).All(ctx))
	}},
	{"Query ordered by an attribute of no key", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return drain(t.Query(labelID.Eq("a")).OrderBy(labelWeight).All(ctx))
	}},
	{"Query with a filter on a key", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return drain(t.Query(labelID.Eq("a")).Filter(labelN.Ne(1)).All(ctx))
	}},
	{"Query that begins with no UTF-8", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return drain(t.Query(labelID.Eq("\xff")).All(ctx))
	}},
	{"Page of no items", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Query(labelID.Eq("a")).Page(ctx, 0, ""))
	}},
	{"Page after From", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Query(labelID.Eq("a")).From("x").Page(ctx, 10, ""))
	}},
	{"Page of a cursor that is none", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Query(labelID.Eq("a")).Page(ctx, 10, "x"))
	}},
	{"Count with a negative page size", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(t.Query(labelID.Eq("a")).PageSize(-1).Count(ctx))
	}},
	{"the zero Query", func(ctx context.Context, _ *ddbtable.Table[label]) error {
		return drain(ddbtable.Query[label]{}.All(ctx))
	}},
	{"Scan of a segment that is none", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return drain(t.Scan().Segment(3, 3).All(ctx))
	}},
	{"cancelled context", func(ctx context.Context, t *ddbtable.Table[label]) error {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		return err1(t.Put(label{ID: "a", N: 2}).Run(ctx))
	}},
	{"no definition", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(ddbtable.Open[label](nil, nil).Get(ctx, labelID.Eq("a"), labelN.Eq(1)))
	}},
	{"the zero definition", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(ddbtable.Open(nil, new(ddbtable.Definition[label])).Get(ctx, labelID.Eq("a"), labelN.Eq(1)))
	}},
	{"no client", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(ddbtable.Open(nil, labels).Get(ctx, labelID.Eq("a"), labelN.Eq(1)))
	}},
	{"nil option", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(ddbtable.Open(nil, labels, nil).Get(ctx, labelID.Eq("a"), labelN.Eq(1)))
	}},
	{"table name that is none", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(ddbtable.Open(nil, labels, ddbtable.TableName("a/b")).Get(ctx, labelID.Eq("a"), labelN.Eq(1)))
	}},
	{"short cursor key", func(ctx context.Context, t *ddbtable.Table[label]) error {
		return err1(ddbtable.Open(nil, labels, ddbtable.CursorKeys([]byte("short"))).Get(ctx, labelID.Eq("a"), labelN.Eq(1)))
	}},
}

var orderMistakes = []mistake[model.Order]{
	{"status that is none", func(ctx context.Context, t *ddbtable.Table[model.Order]) error {
		return err1(t.Update(model.OrderID.Eq(orderOne)).Change(model.OrderStatus.Set(102)).Run(ctx))
	}},
	{"key of zeros", func(ctx context.Context, t *ddbtable.Table[model.Order]) error {
		return err1(t.Update(model.OrderID.Eq(uuid.Nil)).Change(model.OrderStatus.Set(model.Completed)).Run(ctx))
	}},
	{"time before the facet's width", func(ctx context.Context, t *ddbtable.Table[model.Order]) error {
		return err1(t.Put(model.Order{ID: orderOne, UserID: orderOne, ProductID: orderOne, Status: model.Completed, Created: time.Unix(-1, 0)}).Run(ctx))
	}},
	{"time past the facet's width", func(ctx context.Context, t *ddbtable.Table[model.Order]) error {
		return err1(t.Update(model.OrderID.Eq(orderOne)).
			Change(model.Created.Set(time.Unix(1e10, 0))).If(model.OrderStatus.Eq(model.InProgress)).Run(ctx))
	}},
	{"upsert that does not know a facet", func(ctx context.Context, t *ddbtable.Table[model.Order]) error {
		return err1(t.Update(model.OrderID.Eq(orderOne)).Change(model.OrderStatus.Set(model.Completed)).OrCreate().Run(ctx))
	}},
	{"key of an index of zeros", func(ctx context.Context, t *ddbtable.Table[model.Order]) error {
		return err1(t.Update(model.OrderID.Eq(orderOne)).Change(model.UserID.Set(uuid.Nil)).Run(ctx))
	}},
	{"In over the partition key", func(ctx context.Context, t *ddbtable.Table[model.Order]) error {
		return drain(t.Query(model.UserID.In(orderOne, uuid.MustParse("00000000-0000-4000-8000-000000000002"))).All(ctx))
	}},
	{"both indexes serve", func(ctx context.Context, t *ddbtable.Table[model.Order]) error {
		return drain(t.Query(model.UserID.Eq(orderOne), model.ProductID.Eq(orderOne)).All(ctx))
	}},
	{"consistent read of a global index", func(ctx context.Context, t *ddbtable.Table[model.Order]) error {
		return drain(t.Query(model.UserID.Eq(orderOne)).Consistent().All(ctx))
	}},
	{"range over a facet behind one that is not given", func(ctx context.Context, t *ddbtable.Table[model.Order]) error {
		return drain(t.Query(model.UserID.Eq(orderOne), model.Created.Gt(time.Unix(5, 0))).All(ctx))
	}},
}

var orderOne = uuid.MustParse("00000000-0000-4000-8000-000000000001")

// Every refusal has a text of its own, which says what to do; the texts are in
// testdata/mistakes.golden.
func TestMistakesAreToldAndChangeNothing(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		texts := golden{path: "testdata/mistakes.golden"}
		refuse(t, &texts, labels, label{ID: "a", N: 1, Weight: 2, Lines: []string{"x"}}, labelMistakes, options)
		refuse(t, &texts, model.Orders, model.Order{ID: orderOne, UserID: orderOne, ProductID: orderOne,
			Status: model.InProgress, Created: time.Unix(1428791681, 0).UTC(), StatusCreated: fields.IntInt{First: 101, Second: 1428791681}}, orderMistakes, options)
		texts.check(t)
	})
}

// refuse makes the mistakes on a table that holds one item.
func refuse[T any](t *testing.T, texts *golden, def *ddbtable.Definition[T], item T, mistakes []mistake[T], options []ddbtable.Option) {
	t.Helper()
	table, r := recorded(t, def, options...)
	put(t, table, item)
	r.sent()
	for _, m := range mistakes {
		err := m.call(t.Context(), table)
		if err == nil {
			t.Errorf("%s: no error", m.name)
			continue
		}
		r.expectSent(t, m.name)
		texts.add(m.name, strings.ReplaceAll(err.Error(), table.Name(), "TABLE"))
	}
	all, err := ddbtable.Collect(table.Scan().All(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "the items after the refusals", all, []T{item})
}

// These limits are DynamoDB's to judge: its error is inside of ours.
func TestTooLargeItemsAreRefused(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, _ := recorded(t, labels, options...)
		large := label{ID: "a", Body: make([]byte, 400<<10)}
		for name, err := range map[string]error{
			"Put":                 err1(table.Put(large).Run(t.Context())),
			"Create":              err1(table.Create(large).Run(t.Context())),
			"Update":              err1(table.Update(labelID.Eq("a"), labelN.Eq(1)).Change(labelBody.Set(large.Body)).OrCreate().Run(t.Context())),
			"Put with a long key": err1(table.Put(label{ID: strings.Repeat("a", 2049)}).Run(t.Context())),
		} {
			api, ok := errors.AsType[smithy.APIError](err)
			if !ok || api.ErrorCode() != "ValidationException" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n, err := table.Scan().Count(t.Context()); n != 0 || err != nil {
			t.Errorf("the table holds %d items, %v", n, err)
		}
	})
}

func TestTableWithAnotherKeyIsTold(t *testing.T) {
	type other struct {
		ID string `ddb:"key,partition"`
	}
	otherID := ddbtable.Attr(func(o *other) *string { return &o.ID })
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		table, r := recorded(t, labels)
		wrong := ddbtable.Open(r.client, ddbtable.MustDefine[other]("other"), append(options, ddbtable.TableName(table.Name()))...)
		schema, ok := errors.AsType[*ddbtable.SchemaError](wrong.CreateTable(t.Context()))
		if !ok || !strings.Contains(schema.Error(), "key") {
			t.Errorf("CreateTable: %v", schema)
		}
		for name, err := range map[string]error{
			"Put": err1(wrong.Put(other{ID: "a"}).Run(t.Context())),
			"Get": err1(wrong.Get(t.Context(), otherID.Eq("a"))),
		} {
			api, ok := errors.AsType[smithy.APIError](err)
			if !ok || api.ErrorCode() != "ValidationException" {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestClosedEngineIsTold(t *testing.T) {
	bothWays(t, func(t *testing.T, options ...ddbtable.Option) {
		db := engine(t)
		table := ddbtable.Open(db.Client(), labels, options...)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{
			"Put":   err1(table.Put(label{ID: "a"}).Run(t.Context())),
			"Get":   err1(table.Get(t.Context(), labelID.Eq("a"), labelN.Eq(1))),
			"Query": drain(table.Query(labelID.Eq("a")).All(t.Context())),
		} {
			if !errors.Is(err, embedded.ErrClosed) {
				t.Errorf("%s on a closed engine: %v", name, err)
			}
		}
	})
}

// lo > hi is a question with an empty answer, not a mistake.
func TestBoundsInTheWrongOrderGiveNothing(t *testing.T) {
	table, r := recorded(t, labels)
	put(t, table, label{ID: "a", N: 1})
	r.sent()
	all, err := ddbtable.Collect(table.Query(labelID.Eq("a"), labelN.Between(5, 1)).All(t.Context()))
	if err != nil || len(all) > 0 {
		t.Errorf("got %v, %v", all, err)
	}
	r.expectSent(t, "a query that nothing fulfils")
}

// A set is never empty on the wire: an empty one is no attribute.
func TestEmptySetIsNotStored(t *testing.T) {
	table, r := recorded(t, labels)
	put(t, table, label{ID: "a", N: 1, Tags: []string{}})
	item := stored(t, r.client, table.Name(), map[string]types.AttributeValue{"id": text("a"), "n": number("1")})
	if _, there := item["tags"]; there {
		t.Errorf("stored %v", item)
	}
}
