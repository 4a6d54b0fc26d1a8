package engine_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"example.com/ddb/internal/engine"
	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/store"
)

// modelTable is the table of the random runs: the key p, s, a sparse global
// index on g, t, and a local one on p, t.
const modelTable = `{"TableName":"model","BillingMode":"PAY_PER_REQUEST",
"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"s","AttributeType":"N"},
	{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"t","AttributeType":"N"}],
"KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],
"GlobalSecondaryIndexes":[{"IndexName":"global",
	"KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"t","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
"LocalSecondaryIndexes":[{"IndexName":"local",
	"KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"t","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]}`

// A row is an item of that table: names and numbers or strings as text.
type row map[string]string

// number tells which attributes are numbers; the others are strings.
var number = map[string]bool{"s": true, "t": true, "n": true}

func (r row) json() string {
	var members []string
	for _, name := range slices.Sorted(maps.Keys(r)) {
		kind := "S"
		if number[name] {
			kind = "N"
		}
		members = append(members, fmt.Sprintf(`%q:{%q:%q}`, name, kind, r[name]))
	}
	return "{" + strings.Join(members, ",") + "}"
}

func (r row) int(name string) int {
	var n int
	if _, err := fmt.Sscan(r[name], &n); err != nil {
		panic(err)
	}
	return n
}

func (r row) only(names ...string) row {
	out := row{}
	for _, name := range names {
		if v, ok := r[name]; ok {
			out[name] = v
		}
	}
	return out
}

// rowOf reads an item back.
func rowOf(it map[string]map[string]string) row {
	if it == nil {
		return nil
	}
	r := row{}
	for name, value := range it {
		for _, v := range value {
			r[name] = v
		}
	}
	return r
}

// A modelRun is an engine and what it should hold.
type modelRun struct {
	engine *engine.Engine
	rows   map[string]row
}

func (m *modelRun) key(r row) string { return r["p"] + "/" + r["s"] }

// answer is what the run looks at in responses.
type answer struct {
	Item, Attributes map[string]map[string]string
	Items            []map[string]map[string]string
	Count            int
	ScannedCount     int
	LastEvaluatedKey map[string]map[string]string
	Responses        responses
}

// responses are those of a batch, by table, or of a transaction, in order.
type responses struct {
	Batch       map[string][]map[string]map[string]string
	Transaction []struct{ Item map[string]map[string]string }
}

// UnmarshalJSON reads either.
func (r *responses) UnmarshalJSON(text []byte) error {
	if text[0] == '[' {
		return json.Unmarshal(text, &r.Transaction)
	}
	return json.Unmarshal(text, &r.Batch)
}

func (m *modelRun) call(t *rapid.T, operation, body string) (answer, *apierror.Error) {
	t.Helper()
	var a answer
	out, err := m.engine.Serve(t.Context(), operation, []byte(body), nil)
	if refusal, ok := errors.AsType[*apierror.Error](err); ok {
		return a, refusal
	}
	if err == nil {
		err = json.Unmarshal(out, &a)
	}
	if err != nil {
		t.Fatalf("%s %s: %v", operation, body, err)
	}
	return a, nil
}

func (m *modelRun) must(t *rapid.T, operation, body string) answer {
	t.Helper()
	a, refusal := m.call(t, operation, body)
	if refusal != nil {
		t.Fatalf("%s %s: %v", operation, body, refusal)
	}
	return a
}

func drawKey(t *rapid.T) row {
	return row{"p": rapid.SampledFrom([]string{"a", "b", "ab"}).Draw(t, "p"), "s": fmt.Sprint(rapid.IntRange(-2, 3).Draw(t, "s"))}
}

func drawRow(t *rapid.T) row {
	r := drawKey(t)
	if rapid.Bool().Draw(t, "has g") {
		r["g"] = rapid.SampledFrom([]string{"x", "y"}).Draw(t, "g")
	}
	if rapid.Bool().Draw(t, "has t") {
		r["t"] = fmt.Sprint(rapid.IntRange(-1, 2).Draw(t, "t"))
	}
	r["n"] = fmt.Sprint(rapid.IntRange(0, 9).Draw(t, "n"))
	return r
}

func (m *modelRun) put(t *rapid.T) {
	r := drawRow(t)
	a := m.must(t, "PutItem", fmt.Sprintf(`{"TableName":"model","Item":%s,"ReturnValues":"ALL_OLD"}`, r.json()))
	if diff := gocmp.Diff(m.rows[m.key(r)], rowOf(a.Attributes)); diff != "" {
		t.Fatalf("the old item (-want +got):\n%s", diff)
	}
	m.rows[m.key(r)] = r
}

func (m *modelRun) delete(t *rapid.T) {
	k := drawKey(t)
	m.must(t, "DeleteItem", fmt.Sprintf(`{"TableName":"model","Key":%s}`, k.json()))
	delete(m.rows, m.key(k))
}

// update adds to n on condition that n is small, and moves the item in or out
// of the indexes.
func (m *modelRun) update(t *rapid.T) {
	k := drawKey(t)
	values := row{"n": "5"}
	expression := "ADD n :n REMOVE g"
	moved := rapid.Bool().Draw(t, "moved")
	if moved {
		values["t"] = fmt.Sprint(rapid.IntRange(-1, 2).Draw(t, "t"))
		values["g"] = "x"
		expression = "SET t = :t, g = :g ADD n :n"
	}
	placeholders := strings.NewReplacer(`"n":`, `":n":`, `"t":`, `":t":`, `"g":`, `":g":`).Replace(values.json())
	_, refusal := m.call(t, "UpdateItem", fmt.Sprintf(`{"TableName":"model","Key":%s,"UpdateExpression":%q,
		"ConditionExpression":"attribute_not_exists(n) OR n <= :n","ExpressionAttributeValues":%s}`, k.json(), expression, placeholders))
	old := m.rows[m.key(k)]
	if old != nil && old.int("n") > 5 {
		if refusal == nil || refusal.Code != "ConditionalCheckFailedException" {
			t.Fatalf("%v: update with n > 5: %v", k, refusal)
		}
		return
	}
	if refusal != nil {
		t.Fatalf("%v: %v", k, refusal)
	}
	is := maps.Clone(k)
	maps.Copy(is, old)
	before := 0
	if old != nil {
		before = old.int("n")
	}
	is["n"] = fmt.Sprint(before + 5)
	delete(is, "g")
	if moved {
		is["t"], is["g"] = values["t"], values["g"]
	}
	m.rows[m.key(k)] = is
}

func (m *modelRun) get(t *rapid.T) {
	k := drawKey(t)
	a := m.must(t, "GetItem", fmt.Sprintf(`{"TableName":"model","Key":%s}`, k.json()))
	if diff := gocmp.Diff(m.rows[m.key(k)], rowOf(a.Item)); diff != "" {
		t.Fatalf("%v (-want +got):\n%s", k, diff)
	}
}

// pages reads all pages of an operation and checks that none is longer than
// the limit and that a short one is the last.
func (m *modelRun) pages(t *rapid.T, operation string, limit int, body func(after row) string) []row {
	t.Helper()
	var got []row
	var after row
	for {
		a := m.must(t, operation, body(after))
		if a.Count != len(a.Items) || a.Count > limit || a.Count < limit && a.LastEvaluatedKey != nil {
			t.Fatalf("%s: a page of %d (%d) with limit %d, key %v", body(after), a.Count, len(a.Items), limit, a.LastEvaluatedKey)
		}
		for _, it := range a.Items {
			got = append(got, rowOf(it))
		}
		if after = rowOf(a.LastEvaluatedKey); after == nil {
			return got
		}
	}
}

func (m *modelRun) query(t *rapid.T) {
	q := drawQuestion(t)
	got := m.pages(t, "Query", q.limit, q.body)
	order := func(a, b row) int { return cmp.Compare(a.int(q.sort), b.int(q.sort)) }
	if q.descending {
		slices.Reverse(got)
	}
	if !slices.IsSortedFunc(got, order) {
		t.Fatalf("%s is not in order: %v", q.body(nil), got)
	}
	names := []string{"p", "s", "g", "t", "n"}
	if q.index == "local" {
		names = []string{"p", "s", "t"}
	}
	m.same(t, got, q.holds, names...)
}

func (m *modelRun) scan(t *rapid.T) {
	index := rapid.SampledFrom([]string{"", `,"IndexName":"global"`}).Draw(t, "index")
	limit := rapid.IntRange(1, 6).Draw(t, "limit")
	got := m.pages(t, "Scan", limit, func(after row) string {
		start := ""
		if after != nil {
			start = `,"ExclusiveStartKey":` + after.json()
		}
		return fmt.Sprintf(`{"TableName":"model","Limit":%d%s%s}`, limit, index, start)
	})
	m.same(t, got, func(r row) bool { return index == "" || r["g"] != "" && r["t"] != "" }, "p", "s", "g", "t", "n")
}

// same compares what was found with the rows that should be, in any order.
func (m *modelRun) same(t *rapid.T, got []row, holds func(row) bool, names ...string) {
	t.Helper()
	var want []row
	for _, r := range m.rows {
		if holds(r) {
			want = append(want, r.only(names...))
		}
	}
	byKey := func(a, b row) int { return cmp.Compare(m.key(a), m.key(b)) }
	slices.SortFunc(want, byKey)
	slices.SortFunc(got, byKey)
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
}

// TestRandomOperationsLikeAModel runs random operations against a map. It runs
// in memory: that files behave alike is shown by the store's own tests.
func TestRandomOperationsLikeAModel(t *testing.T) {
	e, err := engine.New(engine.Config{Store: store.NewMemory()})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	rapid.Check(t, func(t *rapid.T) {
		m := &modelRun{engine: e, rows: map[string]row{}}
		m.must(t, "CreateTable", modelTable)
		defer m.must(t, "DeleteTable", `{"TableName":"model"}`)
		t.Repeat(map[string]func(*rapid.T){
			"put": m.put, "put again": m.put, "delete": m.delete, "update": m.update,
			"get": m.get, "query": m.query, "query again": m.query, "scan": m.scan, "filter": m.filter,
			"batch write": m.batchWrite, "batch get": m.batchGet,
			"transaction write": m.transactWrite, "transaction get": m.transactGet,
		})
	})
}
