package main

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"log"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"

	"example.com/ddb/ddbtable"
	"example.com/ddb/fields"
	"example.com/ddb/model"
)

// pageOf is the answer to a query: all items and no more to come.
func pageOf[T any](plan *fields.Plan[T], items []T) []byte {
	answer := []byte(`{"Items":[`)
	for i := range items {
		if i > 0 {
			answer = append(answer, ',')
		}
		answer = must(plan.AppendJSON(answer, &items[i]))
	}
	return fmt.Appendf(answer, `],"Count":%d,"ScannedCount":%d}`, len(items), len(items))
}

// A subject is the items of a query, and what each library is told to get them.
type subject[T, P any] struct {
	plan  *fields.Plan[T]
	items []T
	def   *ddbtable.Definition[T]
	query func(t *ddbtable.Table[T], other bool) ddbtable.Query[T] // or another partition
	input func() *dynamodb.QueryInput
	peer  func(*dynamodb.Client) *dynamo.Query
	hand  func(map[string]types.AttributeValue, *T) error
}

// orderSubject is the orders in progress of a user: a query of an index, with a
// derived sort key.
func orderSubject(n int) *subject[model.Order, taggedOrder] {
	return &subject[model.Order, taggedOrder]{
		plan: orderPlan, items: orders[:n], hand: handUnmarshal, def: model.Orders,
		query: func(t *ddbtable.Table[model.Order], other bool) ddbtable.Query[model.Order] {
			return t.Query(model.UserID.Eq(pick(other, user, orders[1].ID)), model.OrderStatus.Eq(model.InProgress))
		},
		input: func() *dynamodb.QueryInput {
			return &dynamodb.QueryInput{
				TableName: aws.String("purchase"), IndexName: aws.String("for_user_id"),
				KeyConditionExpression:    aws.String("#0 = :0 AND #1 BETWEEN :1 AND :2"),
				ExpressionAttributeNames:  map[string]string{"#0": "user_id", "#1": "order_status_created"},
				ExpressionAttributeValues: map[string]types.AttributeValue{":0": text(user.String()), ":1": text("101_"), ":2": text("101`")},
			}
		},
		peer: func(c *dynamodb.Client) *dynamo.Query {
			return guregu(c, "purchase").Get("user_id", user).Index("for_user_id").Range("order_status_created", dynamo.Between, "101_", "101`")
		},
	}
}

func wideSubject(n int) *subject[wide, wide] {
	return &subject[wide, wide]{
		plan: widePlan, items: wides[:n], hand: handUnmarshalWide, def: wideTable,
		query: func(t *ddbtable.Table[wide], other bool) ddbtable.Query[wide] {
			return t.Query(wideTenant.Eq(pick(other, "tenant-7", "tenant-8")))
		},
		input: func() *dynamodb.QueryInput {
			return &dynamodb.QueryInput{
				TableName: aws.String("wide"), KeyConditionExpression: aws.String("#0 = :0"),
				ExpressionAttributeNames: map[string]string{"#0": "tenant"}, ExpressionAttributeValues: map[string]types.AttributeValue{":0": text("tenant-7")},
			}
		},
		peer: func(c *dynamodb.Client) *dynamo.Query { return guregu(c, "wide").Get("tenant", "tenant-7") },
	}
}

func pick[V any](other bool, one, two V) V {
	if other {
		return two
	}
	return one
}

// queryPage is ddbtable's call: a query value that is kept, and a page of it.
// The answer has an item more than the page, as DynamoDB would send it, so that
// the page ends in a cursor.
func (s *subject[T, P]) queryPage() func() {
	q := s.query(ddbtable.Open(newClient(pageOf(s.plan, s.items)), s.def), false)
	want := len(s.items) - 1
	return func() {
		page := must(q.Page(ctx, want, ""))
		exactly(len(page.Items), want)
		if page.Next == "" {
			log.Fatal("the page has no cursor")
		}
	}
}

// freshPage is queryPage with a query value that is made for each call, every
// second time another, so that its plan has to be made as well.
func (s *subject[T, P]) freshPage() func() {
	table := ddbtable.Open(newClient(pageOf(s.plan, s.items)), s.def)
	want, other := len(s.items)-1, false
	return func() {
		other = !other
		exactly(len(must(s.query(table, other).Page(ctx, want, "")).Items), want)
	}
}

// group is the work of reading the subject in every way.
func (s *subject[T, P]) group(work string) *group {
	client := newClient(pageOf(s.plan, s.items))
	n := len(s.items)
	g := &group{work: work, variants: []*variant{
		{name: "ddbtable", do: s.queryPage()},
		{name: "guregu", do: func() {
			var all []P
			check(s.peer(client).All(ctx, &all))
			exactly(len(all), n)
		}},
		{name: "sdk-av", do: func() {
			var all []P
			check(attributevalue.UnmarshalListOfMapsWithOptions(must(client.Query(ctx, s.input())).Items, &all, textualDecoder))
			exactly(len(all), n)
		}},
		{name: "sdk-hand", do: func() {
			items := must(client.Query(ctx, s.input())).Items
			all := make([]T, len(items))
			for i := range items {
				check(s.hand(items[i], &all[i]))
			}
			exactly(len(all), n)
		}},
		{name: "plan-wire", beneath: true, do: s.byPlan(client)},
		{name: "ddbtable-again", extra: true, do: s.queryPage()}, // 1, or the measure is biased
		{name: "ddbtable-fresh", extra: true, do: s.freshPage()},
		{name: "ddbtable-all", extra: true, do: func() {
			q := s.query(ddbtable.Open(client, s.def), false)
			exactly(len(must(ddbtable.Collect(q.All(ctx)))), n)
		}},
	}}
	empty := emptyClient()
	g.counts = []count{countCall(g.own(), func() { must(empty.Query(ctx, emptyQuery)) })}
	return g
}

// byPlan reads the answer with ddbtable's plan alone, in the SDK's call.
func (s *subject[T, P]) byPlan(client *dynamodb.Client) func() {
	request := must(s.query(ddbtable.Open(client, s.def), false).AppendRequest(nil))
	return func() {
		var items []T
		p := &handProtocol{request: request, read: func(answer []byte) error {
			items = make([]T, 0, len(s.items)+1)
			return planItems(s.plan, answer, &items)
		}}
		must(client.Query(ctx, emptyQuery, p.enter))
		exactly(len(items), len(s.items))
	}
}

// byHand reads a page of orders with the hand-written reader.
func byHand(s *subject[model.Order, taggedOrder]) func() {
	client := newClient(pageOf(s.plan, s.items))
	request := must(s.query(ddbtable.Open(client, s.def), false).AppendRequest(nil))
	return func() {
		var items []model.Order
		p := &handProtocol{request: request, read: func(answer []byte) error {
			p := page{data: answer}
			items = p.items(make([]model.Order, 0, len(s.items)+1))
			return p.err
		}}
		must(client.Query(ctx, emptyQuery, p.enter))
		exactly(len(items), len(s.items))
	}
}

// floor copies the answer and sums it, without reading it.
func floor(answer []byte) func() {
	into, want := make([]byte, len(answer)), crc32.ChecksumIEEE(answer)
	return func() {
		if copy(into, answer); crc32.ChecksumIEEE(into) != want {
			log.Fatal("the sum is wrong")
		}
	}
}

func queryGroups() []*group {
	hundred := orderSubject(100)
	g := hundred.group("query100")
	g.variants = append(g.variants, &variant{name: "hand-wire", do: byHand(hundred)}, &variant{name: "memcpy+crc32", extra: true, do: floor(pageOf(orderPlan, orders[:100]))})
	g.counts = append(g.counts, countSlope(hundred.queryPage(), orderSubject(200).queryPage()))

	many := wideSubject(100).group("query100wide")
	many.counts = append(many.counts, countSlope(wideSubject(100).queryPage(), wideSubject(200).queryPage()))

	n := (1 << 20) * 100 / len(pageOf(orderPlan, orders[:100]))
	large := orderSubject(n)
	mb := large.group("query1mb")
	mb.variants = append(mb.variants, &variant{name: "hand-wire", do: byHand(large)}, &variant{name: "memcpy+crc32", extra: true, do: floor(pageOf(orderPlan, orders[:n]))})
	return []*group{g, many, mb}
}

// requestGroups build the request of a query with a range, a filter and a
// projection, and send nothing. The SDK's builder stops at the expressions;
// what is ddbtable's goes on to the JSON.
func requestGroups() []*group {
	table := ddbtable.Open(newClient(nil), model.Orders)
	created := aOrder.Created
	query := func() ddbtable.Query[model.Order] {
		created = created.Add(time.Second) // or the query before would do
		return table.Query(model.UserID.Eq(user), model.OrderStatus.Between(model.InProgress, model.Completed)).
			Filter(model.Created.Gt(created)).Project(model.OrderID, model.Created, model.OrderStatus)
	}
	kept := ddbtable.Open(newClient(nil), model.Orders).Query(model.UserID.Eq(user), model.OrderStatus.Between(model.InProgress, model.Completed)).
		Filter(model.Created.Gt(created)).Project(model.OrderID, model.Created, model.OrderStatus)
	var buf []byte
	groups := []*group{
		{work: "request-oneshot", variants: []*variant{{name: "ddbtable", do: func() { buf = must(query().AppendRequest(buf[:0])) }}}},
		{work: "request-compiled", variants: []*variant{{name: "ddbtable", do: func() { buf = must(kept.AppendRequest(buf[:0])) }}}},
	}
	for _, g := range groups {
		g.variants = append(g.variants, &variant{name: "sdk-expression", do: func() { must(built(created.Unix())) }})
		g.counts = []count{countAllocs(g.own())}
	}
	return groups
}

// built are the expressions of the same query, by the SDK's builder.
func built(created int64) (expression.Expression, error) {
	key := expression.Key("user_id").Equal(expression.Value(user.String())).
		And(expression.Key("order_status_created").Between(expression.Value("101_"), expression.Value("201`")))
	return expression.NewBuilder().WithKeyCondition(key).
		WithFilter(expression.Name("created").GreaterThan(expression.Value(created))).
		WithProjection(expression.NamesList(expression.Name("order_id"), expression.Name("created"), expression.Name("order_status"))).
		Build()
}

// sameAnswer keeps the works honest: what the hand-written reader takes for
// granted is what the plan writes.
func sameAnswer() {
	for i := range orders[:100] {
		if !bytes.Equal(appendOrder(nil, &orders[i]), must(orderPlan.AppendJSON(nil, &orders[i]))) {
			log.Fatal("the hand-written writer and the plan differ")
		}
	}
}
