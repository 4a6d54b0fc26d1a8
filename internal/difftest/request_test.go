package difftest

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// A request is what both sides are asked.
type request struct {
	operation string
	body      map[string]any
	table     *table
	// index is what a query or scan reads.
	index index
	// written are the keys of items that may change, by table.
	written []keyed
	// condition is that of a write or the filter of a read.
	condition *condition
	// writer wrote the expressions.
	writer *writer
	// segments is how many segments a scan has, 0 for one without.
	segments int
	// spoiled names the mistake that was put in, "" for none.
	spoiled string
}

type keyed struct {
	table *table
	key   item
}

// A generator draws requests.
type generator struct {
	r      *rand.Rand
	counts counts
	tables []*table
	// transactions is set for an engine that has them. DynamoDB Local has no
	// tags, and gives a table any throughput, be it on demand or not.
	transactions bool
}

func (g *generator) table() *table {
	if g.r.IntN(4) == 0 {
		return g.tables[1]
	}
	return g.tables[0]
}

func (g *generator) chance(n int) bool { return g.r.IntN(n) == 0 }

// A weighed request is drawn so often.
type weighed struct {
	weight int
	draw   func() *request
}

// draw draws a request.
func (g *generator) draw() *request {
	weights := []weighed{
		{14, g.put}, {20, g.update}, {6, g.delete}, {10, g.get}, {22, g.query}, {10, g.scan},
		{4, g.batchGet}, {4, g.batchWrite}, {2, g.describe}, {2, g.list}, {3, g.create}, {1, g.drop}, {1, g.unknown},
		{1, g.describeTimeToLive},
	}
	if g.transactions {
		weights = append(weights, weighed{3, g.transactWrite}, weighed{3, g.transactGet})
	} else {
		weights = append(weights, weighed{2, g.updateTable}, weighed{1, g.tag}, weighed{1, g.untag}, weighed{1, g.listTags})
	}
	total := 0
	for _, w := range weights {
		total += w.weight
	}
	n := g.r.IntN(total)
	for _, w := range weights {
		if n -= w.weight; n < 0 {
			q := w.draw()
			if g.chance(8) {
				g.spoil(q)
			}
			return q
		}
	}
	panic("difftest: weights do not add up")
}

func (g *generator) write(operation string) (*request, *writer, item) {
	t := g.table()
	key := t.drawKey(g.r)
	old := t.items[canonicalKey(t, key)]
	q := &request{operation: operation, table: t, body: map[string]any{"TableName": t.name}}
	w := newWriter(g.r, g.counts, old)
	if g.chance(3) {
		q.body["ReturnConsumedCapacity"] = pick(g.r, capacities)
	}
	q.writer = w
	if g.chance(3) {
		c := w.condition(2)
		q.condition, q.body["ConditionExpression"] = &c, c.text
	}
	return q, w, key
}

func (g *generator) put() *request {
	q, w, key := g.write("PutItem")
	it := q.table.drawItem(g.r)
	for name, v := range key {
		it[name] = v
	}
	q.body["Item"] = it
	q.returns("NONE", "ALL_OLD")(g.r)
	q.written = []keyed{{q.table, key}}
	w.into(q.body)
	return q
}

func (g *generator) delete() *request {
	q, w, key := g.write("DeleteItem")
	q.body["Key"] = key
	q.returns("NONE", "ALL_OLD")(g.r)
	q.written = []keyed{{q.table, key}}
	w.into(q.body)
	return q
}

func (g *generator) update() *request {
	q, w, key := g.write("UpdateItem")
	q.body["Key"] = key
	switch {
	case g.chance(60):
		q.body["UpdateExpression"] = "SET " + w.path(path{"g"}) + " = " + w.value(value{"S": ""})
	case !g.chance(30):
		q.body["UpdateExpression"] = w.update()
	}
	q.returns("NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW")(g.r)
	q.written = []keyed{{q.table, key}}
	w.into(q.body)
	return q
}

func (q *request) returns(words ...string) func(*rand.Rand) {
	return func(r *rand.Rand) {
		if r.IntN(2) == 0 {
			q.body["ReturnValues"] = pick(r, words)
		}
	}
}

func (g *generator) get() *request {
	t := g.table()
	key := t.drawKey(g.r)
	q := &request{operation: "GetItem", table: t, body: map[string]any{"TableName": t.name, "Key": key}}
	w := newWriter(g.r, g.counts, t.items[canonicalKey(t, key)])
	if g.chance(2) {
		q.body["ProjectionExpression"] = w.projection()
	}
	g.readOptions(q)
	w.into(q.body)
	return q
}

func (g *generator) readOptions(q *request) {
	if g.chance(3) {
		q.body["ConsistentRead"] = g.chance(2)
	}
	if g.chance(3) {
		q.body["ReturnConsumedCapacity"] = pick(g.r, capacities)
	}
}

// page draws what Query and Scan share.
func (g *generator) page(operation string) (*request, *writer) {
	t := g.table()
	q := &request{operation: operation, table: t, index: pick(g.r, t.indexes), body: map[string]any{"TableName": t.name}}
	w := newWriter(g.r, g.counts, t.anItem(g.r))
	q.writer = w
	if q.index.name != "" {
		q.body["IndexName"] = q.index.name
	}
	if operation == "Query" && !g.chance(30) {
		w.avoid = []string{q.index.partition, q.index.sort}
	}
	g.readOptions(q)
	if q.index.global && !g.chance(20) {
		delete(q.body, "ConsistentRead")
	}
	// What an index does not hold cannot be asked of it.
	if q.index.name == "keys" && !g.chance(10) {
		w.item = w.item.only([]string{"p", "s"})
	}
	if !g.chance(4) {
		c := w.condition(3)
		q.condition, q.body["FilterExpression"] = &c, c.text
	}
	switch {
	case g.chance(4):
		q.body["Select"] = "COUNT"
	case q.index.name != "keys" && g.chance(3):
		q.body["ProjectionExpression"] = w.projection()
	}
	if g.chance(3) {
		q.body["Limit"] = 1 + g.r.IntN(5)
	}
	return q, w
}

func (g *generator) query() *request {
	q, w := g.page("Query")
	if g.chance(2) {
		q.body["ScanIndexForward"] = g.chance(2)
	}
	avoid := w.avoid
	w.avoid = nil
	q.body["KeyConditionExpression"] = w.keyCondition(q)
	w.avoid = avoid
	w.into(q.body)
	return q
}

// keyCondition writes a key condition with a value that is there, mostly.
func (w *writer) keyCondition(q *request) string {
	value := func(name string) value {
		if it := q.table.anItem(w.r); it[name] != nil && !w.chance(4) {
			return it[name]
		}
		return keyValue(w.r, name)
	}
	text := w.path(path{q.index.partition}) + " = " + w.value(value(q.index.partition))
	if q.index.sort == "" || w.chance(3) {
		return text
	}
	sort := w.path(path{q.index.sort})
	operator := pick(w.r, []string{"=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"})
	w.counts.add("key " + operator)
	low := value(q.index.sort)
	switch {
	case operator == "BETWEEN":
		high := value(q.index.sort)
		if !lessOrEqual(low, high) && !w.chance(10) {
			low, high = high, low
		}
		return text + " AND " + sort + " BETWEEN " + w.value(low) + " AND " + w.value(high)
	case operator == "begins_with" && low.kind() == "S":
		return text + " AND begins_with(" + sort + ", " + w.value(map[string]any{"S": pick(w.r, []any{"t", "u", "é"})}) + ")"
	case operator == "begins_with":
		operator = "="
	}
	if w.chance(4) {
		return sort + " " + operator + " " + w.value(low) + " AND " + text
	}
	return text + " AND " + sort + " " + operator + " " + w.value(low)
}

// scanBeyond draws a scan of a local index that the table gives something to,
// which is paid for.
func (g *generator) scanBeyond() *request {
	t := g.tables[0]
	w := newWriter(g.r, g.counts, nil)
	q := &request{operation: "Scan", table: t, index: t.indexes[len(t.indexes)-1], writer: w}
	q.body = map[string]any{
		"TableName": t.name, "IndexName": q.index.name, "ReturnConsumedCapacity": "TOTAL",
		"ProjectionExpression": w.path(path{"v0"}),
	}
	w.into(q.body)
	return q
}

func (g *generator) scan() *request {
	if g.chance(40) {
		return g.scanBeyond()
	}
	q, w := g.page("Scan")
	if g.chance(6) {
		q.segments = 1 + g.r.IntN(3)
		q.body["TotalSegments"], q.body["Segment"] = q.segments, 0
	}
	w.into(q.body)
	return q
}

func (g *generator) batchGet() *request {
	q := &request{operation: "BatchGetItem", table: g.tables[0], body: map[string]any{}}
	items := map[string]any{}
	for _, t := range g.tables {
		if g.chance(3) && len(items) > 0 {
			continue
		}
		w := newWriter(g.r, g.counts, t.anItem(g.r))
		keys := map[string]item{}
		for range 1 + g.r.IntN(5) {
			key := t.drawKey(g.r)
			keys[canonicalKey(t, key)] = key
		}
		request := map[string]any{"Keys": sorted(keys)}
		if g.chance(3) {
			request["ProjectionExpression"] = w.projection()
		}
		if g.chance(3) {
			request["ConsistentRead"] = g.chance(2)
		}
		w.into(request)
		items[t.name] = request
	}
	q.body["RequestItems"] = items
	if g.chance(3) {
		q.body["ReturnConsumedCapacity"] = pick(g.r, capacities)
	}
	return q
}

func sorted(items map[string]item) []any {
	var keys []string
	for key := range items {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var out []any
	for _, key := range keys {
		out = append(out, items[key])
	}
	return out
}

func (g *generator) batchWrite() *request {
	q := &request{operation: "BatchWriteItem", table: g.tables[0], body: map[string]any{}}
	items := map[string]any{}
	for _, t := range g.tables {
		if g.chance(3) && len(items) > 0 {
			continue
		}
		writes := []any{}
		seen := map[string]bool{}
		for range 1 + g.r.IntN(4) {
			it := t.drawItem(g.r)
			key := it.only(t.key)
			if name := canonicalKey(t, key); seen[name] {
				continue
			} else {
				seen[name] = true
			}
			q.written = append(q.written, keyed{t, key})
			if g.chance(4) {
				writes = append(writes, map[string]any{"DeleteRequest": map[string]any{"Key": key}})
			} else {
				writes = append(writes, map[string]any{"PutRequest": map[string]any{"Item": it}})
			}
		}
		items[t.name] = writes
	}
	q.body["RequestItems"] = items
	if g.chance(3) {
		q.body["ReturnConsumedCapacity"] = pick(g.r, capacities)
	}
	return q
}

func (g *generator) describe() *request {
	t := g.table()
	name := pick(g.r, []string{t.name, extra})
	return &request{operation: "DescribeTable", table: t, body: map[string]any{"TableName": name}}
}

func (g *generator) list() *request {
	q := &request{operation: "ListTables", table: g.tables[0], body: map[string]any{}}
	if g.chance(2) {
		q.body["Limit"] = 1 + g.r.IntN(3)
	}
	if g.chance(3) {
		q.body["ExclusiveStartTableName"] = pick(g.r, []string{"diff-hash", "diff-extra", "zzz"})
	}
	return q
}

// extra is a table that comes and goes.
const extra = "diff-extra"

func (g *generator) create() *request {
	name := pick(g.r, []string{extra, extra, extra, "diff-hash"})
	q := g.onExtra("CreateTable", map[string]any{
		"TableName": name, "BillingMode": "PAY_PER_REQUEST",
		"AttributeDefinitions": []any{map[string]any{"AttributeName": "a", "AttributeType": pick(g.r, []string{"S", "N", "B"})}},
		"KeySchema":            []any{map[string]any{"AttributeName": "a", "KeyType": "HASH"}},
	})
	if g.chance(2) {
		q.body["BillingMode"], q.body["ProvisionedThroughput"] = "PROVISIONED", g.throughput()
	}
	return q
}

func (g *generator) drop() *request {
	return g.onExtra("DeleteTable", map[string]any{"TableName": extra})
}

func (g *generator) unknown() *request {
	return &request{operation: "GetItems", table: g.tables[0], body: map[string]any{}}
}

func (g *generator) transactWrite() *request {
	q := &request{operation: "TransactWriteItems", table: g.tables[0], body: map[string]any{}}
	var actions []any
	seen := map[string]bool{}
	for range 1 + g.r.IntN(4) {
		inner := pick(g.r, []func() *request{g.put, g.update, g.delete})()
		k := inner.written[0]
		if seen[k.table.name+canonicalKey(k.table, k.key)] {
			continue
		}
		seen[k.table.name+canonicalKey(k.table, k.key)] = true
		delete(inner.body, "ReturnValues")
		delete(inner.body, "ReturnConsumedCapacity")
		name := map[string]string{"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}[inner.operation]
		if name == "Update" && inner.body["UpdateExpression"] == nil {
			continue
		}
		if name == "Delete" && inner.body["ConditionExpression"] != nil && g.chance(2) {
			name = "ConditionCheck"
		}
		actions = append(actions, map[string]any{name: inner.body})
		q.written = append(q.written, k)
	}
	q.body["TransactItems"] = actions
	return q
}

func (g *generator) transactGet() *request {
	q := &request{operation: "TransactGetItems", table: g.tables[0], body: map[string]any{}}
	var gets []any
	seen := map[string]bool{}
	for range 1 + g.r.IntN(4) {
		inner := g.get()
		key := inner.table.name + canonicalKey(inner.table, inner.body["Key"].(item))
		if seen[key] {
			continue
		}
		seen[key] = true
		delete(inner.body, "ConsistentRead")
		delete(inner.body, "ReturnConsumedCapacity")
		gets = append(gets, map[string]any{"Get": inner.body})
	}
	q.body["TransactItems"] = gets
	return q
}

// canonicalKey gives a text that is the same for equal keys.
func canonicalKey(t *table, key item) string {
	text := ""
	for _, name := range t.key {
		v := key[name]
		if n, ok := v["N"].(string); ok {
			text += fmt.Sprintf("/%s", canonicalNumber(n))
			continue
		}
		text += fmt.Sprintf("/%v", v)
	}
	return text
}

var capacities = []string{"NONE", "TOTAL", "INDEXES"}
