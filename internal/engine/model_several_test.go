package engine_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawKeys draws up to four different keys.
func (m *modelRun) drawKeys(t *rapid.T) []row {
	var keys []row
	seen := map[string]bool{}
	for range rapid.IntRange(1, 4).Draw(t, "keys") {
		if k := drawKey(t); !seen[m.key(k)] {
			seen[m.key(k)] = true
			keys = append(keys, k)
		}
	}
	return keys
}

// batchWrite puts and deletes items in one batch.
func (m *modelRun) batchWrite(t *rapid.T) {
	var writes []string
	for _, k := range m.drawKeys(t) {
		if rapid.Bool().Draw(t, "delete") {
			writes = append(writes, `{"DeleteRequest":{"Key":`+k.json()+`}}`)
			delete(m.rows, m.key(k))
			continue
		}
		r := drawRow(t)
		maps.Copy(r, k)
		writes = append(writes, `{"PutRequest":{"Item":`+r.json()+`}}`)
		m.rows[m.key(k)] = r
	}
	m.must(t, "BatchWriteItem", `{"RequestItems":{"model":[`+strings.Join(writes, ",")+`]}}`)
}

// batchGet reads items in one batch, in any order and without the missing.
func (m *modelRun) batchGet(t *rapid.T) {
	var keys, want []string
	for _, k := range m.drawKeys(t) {
		keys = append(keys, k.json())
		if r := m.rows[m.key(k)]; r != nil {
			want = append(want, r.json())
		}
	}
	a := m.must(t, "BatchGetItem", `{"RequestItems":{"model":{"Keys":[`+strings.Join(keys, ",")+`]}}}`)
	var got []string
	for _, it := range a.Responses.Batch["model"] {
		got = append(got, rowOf(it).json())
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Fatalf("BatchGetItem (-want +got):\n%s", diff)
	}
}

// transactGet reads items in one transaction, in order.
func (m *modelRun) transactGet(t *rapid.T) {
	var gets []string
	var want []row
	for _, k := range m.drawKeys(t) {
		gets = append(gets, `{"Get":{"TableName":"model","Key":`+k.json()+`}}`)
		want = append(want, m.rows[m.key(k)])
	}
	a := m.must(t, "TransactGetItems", `{"TransactItems":[`+strings.Join(gets, ",")+`]}`)
	var got []row
	for _, response := range a.Responses.Transaction {
		got = append(got, rowOf(response.Item))
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Fatalf("TransactGetItems (-want +got):\n%s", diff)
	}
}

// An attempt is an action of a transaction: what it does to the item that is
// there, and whether its condition holds.
type attempt struct {
	json  string
	holds bool
	is    row
	check bool
}

func (m *modelRun) drawAttempt(t *rapid.T, k row) attempt {
	old := m.rows[m.key(k)]
	head := func(name string) string { return `{"` + name + `":{"TableName":"model",` }
	switch rapid.SampledFrom([]string{"put", "update", "delete", "check"}).Draw(t, "action") {
	case "put":
		r := drawRow(t)
		maps.Copy(r, k)
		if rapid.Bool().Draw(t, "conditional") {
			return attempt{head("Put") + `"Item":` + r.json() + `,"ConditionExpression":"attribute_not_exists(p)"}}`, old == nil, r, false}
		}
		return attempt{head("Put") + `"Item":` + r.json() + `}}`, true, r, false}
	case "update":
		is := maps.Clone(k)
		maps.Copy(is, old)
		before := 0
		if old != nil {
			before = old.int("n")
		}
		is["n"] = fmt.Sprint(before + 1)
		return attempt{head("Update") + `"Key":` + k.json() + `,"UpdateExpression":"ADD n :one",
			"ConditionExpression":"attribute_not_exists(n) OR n < :five",
			"ExpressionAttributeValues":{":one":{"N":"1"},":five":{"N":"5"}}}}`, old == nil || before < 5, is, false}
	case "delete":
		return attempt{head("Delete") + `"Key":` + k.json() + `}}`, true, nil, false}
	}
	return attempt{head("ConditionCheck") + `"Key":` + k.json() + `,"ConditionExpression":"attribute_exists(p)"}}`, old != nil, nil, true}
}

// transactWrite does a transaction, which is done whole or cancelled with a
// reason for each action.
func (m *modelRun) transactWrite(t *rapid.T) {
	keys := m.drawKeys(t)
	var attempts []attempt
	var actions, codes []string
	done := true
	for _, k := range keys {
		a := m.drawAttempt(t, k)
		attempts, actions = append(attempts, a), append(actions, a.json)
		code := "None"
		if !a.holds {
			code, done = "ConditionalCheckFailed", false
		}
		codes = append(codes, code)
	}
	body := `{"TransactItems":[` + strings.Join(actions, ",") + `]}`
	_, refusal := m.call(t, "TransactWriteItems", body)
	if !done {
		if refusal == nil || !strings.HasSuffix(refusal.Message, "["+strings.Join(codes, ", ")+"]") {
			t.Fatalf("%s: %v, want %v", body, refusal, codes)
		}
		return
	}
	if refusal != nil {
		t.Fatalf("%s: %v", body, refusal)
	}
	for i, k := range keys {
		switch a := attempts[i]; {
		case a.check:
		case a.is == nil:
			delete(m.rows, m.key(k))
		default:
			m.rows[m.key(k)] = a.is
		}
	}
}

// filter scans with a filter, page by page.
func (m *modelRun) filter(t *rapid.T) {
	least, limit := rapid.IntRange(0, 9).Draw(t, "least"), rapid.IntRange(1, 6).Draw(t, "limit")
	var after row
	var got []row
	scanned := 0
	for {
		start := ""
		if after != nil {
			start = `,"ExclusiveStartKey":` + after.json()
		}
		a := m.must(t, "Scan", fmt.Sprintf(`{"TableName":"model","Limit":%d,"FilterExpression":"n >= :n",
			"ExpressionAttributeValues":{":n":{"N":"%d"}}%s}`, limit, least, start))
		scanned += a.ScannedCount
		if a.ScannedCount > limit || a.Count > a.ScannedCount || a.Count != len(a.Items) {
			t.Fatalf("a page of %d of %d items with limit %d", a.Count, a.ScannedCount, limit)
		}
		for _, it := range a.Items {
			got = append(got, rowOf(it))
		}
		if after = rowOf(a.LastEvaluatedKey); after == nil {
			break
		}
	}
	if scanned != len(m.rows) {
		t.Fatalf("%d items were scanned of %d", scanned, len(m.rows))
	}
	m.same(t, got, func(r row) bool { return r.int("n") >= least }, "p", "s", "g", "t", "n")
}
