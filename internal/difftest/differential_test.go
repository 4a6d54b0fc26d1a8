package difftest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A run sends requests to both sides.
type run struct {
	t            *testing.T
	ours, theirs side
	generator    *generator
	target       string
	// crashes counts answers that the other side did not give.
	crashes int
	sent    int
	// sameTexts counts refusals with the same text on both sides.
	refusals, sameTexts, succeeded, compared int
	used                                     map[string]int
	failures                                 int
}

// number gives a number from the environment. The defaults make every run the
// same, so that what fails fails again.
func number(t *testing.T, name string, otherwise uint64) uint64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

func TestDifferential(t *testing.T) {
	endpoint := newEndpoint()
	if endpoint == nil {
		t.Skip("DDB_ENDPOINT is not set: see `make dynalite` and `make local`")
	}
	seed, requests := number(t, "DDB_SEED", 1), number(t, "DDB_REQUESTS", 16000)
	t.Logf("DDB_SEED=%d DDB_REQUESTS=%d", seed, requests)
	r := newRun(t, endpoint)
	r.generator.r = rand.New(rand.NewPCG(seed, seed))
	for range requests {
		r.step()
	}
	r.report()
}

// TestKnownDifferences shows every known difference with the requests in its
// entry.
func TestKnownDifferences(t *testing.T) {
	endpoint := newEndpoint()
	if endpoint == nil {
		t.Skip("DDB_ENDPOINT is not set: see `make dynalite` and `make local`")
	}
	for _, k := range known {
		if !k.of(endpoint.name) {
			continue
		}
		t.Run(k.name, func(t *testing.T) {
			r := newRun(t, endpoint)
			var ours, theirs answer
			for _, request := range k.requests {
				operation, body, _ := strings.Cut(request, " ")
				ours, theirs = r.both(operation, json.RawMessage(body))
			}
			if got := ours.String(); got != k.ours {
				t.Errorf("ours: %s\nwant: %s", got, k.ours)
			}
			if got := theirs.String(); got != k.theirs {
				t.Errorf("theirs: %s\n  want: %s", got, k.theirs)
			}
		})
	}
}

// newRun makes a run with empty tables on both sides.
func newRun(t *testing.T, endpoint *endpointSide) *run {
	r := &run{t: t, ours: newEngine(t), theirs: endpoint, target: endpoint.name, used: map[string]int{}}
	r.generator = &generator{counts: counts{}, tables: newTables(), transactions: endpoint.name != "dynalite"}
	r.createTables()
	return r
}

// both sends a request to both sides.
func (r *run) both(operation string, body any) (ours, theirs answer) {
	r.t.Helper()
	return r.send(r.ours, operation, body), r.send(r.theirs, operation, body)
}

// send sends a request to one side. The other one may crash.
func (r *run) send(s side, operation string, body any) answer {
	r.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	a, err := s.send(operation, text)
	switch {
	case err != nil && s == r.ours:
		r.t.Fatalf("%s %s: %v", operation, text, err)
	case err != nil:
		r.crash(operation, text, err)
		a = answer{kind: "crash"}
	}
	if s == r.theirs {
		r.sent++
	}
	return a
}

// crash counts a request that the other side did not survive, and fills it
// again.
func (r *run) crash(operation string, text []byte, err error) {
	r.crashes++
	r.t.Logf("crash: %s %s: %v", operation, text, err)
	for deadline := time.Now().Add(20 * time.Second); ; {
		_, err := r.theirs.send("ListTables", []byte("{}"))
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("the other side does not come back: %v", err)
		}
	}
	r.refill()
}

// refill gives the other side the tables as they should be.
func (r *run) refill() {
	r.must(r.ours, "DeleteTable", map[string]any{"TableName": extra}, "ResourceNotFoundException")
	for _, t := range r.generator.tables {
		r.must(r.theirs, "DeleteTable", map[string]any{"TableName": t.name}, "ResourceNotFoundException")
		r.must(r.theirs, "CreateTable", json.RawMessage(t.definition))
		r.await("CreateTable", t.name)
		for _, it := range t.items {
			r.must(r.theirs, "PutItem", map[string]any{"TableName": t.name, "Item": it})
		}
	}
}

func (r *run) must(s side, operation string, body any, allowed ...string) {
	r.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	a, err := s.send(operation, text)
	if err != nil || a.status != 200 && (len(allowed) == 0 || a.kind != allowed[0]) {
		r.t.Fatalf("%s %s: %v %v", operation, text, a, err)
	}
}

func (r *run) createTables() {
	for _, t := range r.generator.tables {
		r.must(r.theirs, "DeleteTable", map[string]any{"TableName": t.name}, "ResourceNotFoundException")
		r.await("DeleteTable", t.name)
		r.must(r.ours, "CreateTable", json.RawMessage(t.definition))
		r.must(r.theirs, "CreateTable", json.RawMessage(t.definition))
		r.await("CreateTable", t.name)
	}
	r.must(r.theirs, "DeleteTable", map[string]any{"TableName": extra}, "ResourceNotFoundException")
}

// step draws a request, sends it and compares.
func (r *run) step() {
	q := r.generator.draw()
	p := &pair{request: q}
	switch q.operation {
	case "Query", "Scan":
		r.pages(p)
	default:
		ours, theirs := r.both(q.operation, q.body)
		p.ours, p.theirs = []answer{ours}, []answer{theirs}
	}
	r.judge(p)
	if name, ok := q.body["TableName"].(string); ok {
		r.await(q.operation, name)
	}
	for _, k := range q.written {
		r.settle(p, k)
	}
}

// await returns when the other side is done with a change of tables.
func (r *run) await(operation, name string) {
	if operation != "CreateTable" && operation != "DeleteTable" && operation != "UpdateTable" {
		return
	}
	text := fmt.Appendf(nil, `{"TableName":%q}`, name)
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		a, err := r.theirs.send("DescribeTable", text)
		described, _ := a.body["Table"].(map[string]any)
		if err == nil && (a.kind != "" || described["TableStatus"] == "ACTIVE") {
			return
		}
	}
	r.t.Fatalf("the other side does not finish %s", operation)
}

// maxPages ends a run of pages that does not end by itself.
const maxPages = 60

// pages reads to the end on both sides, each after its own keys. Which items
// are in which segment is nobody's business: all segments are read.
func (r *run) pages(p *pair) {
	body := p.request.body
	if p.request.segments == 0 {
		r.pagesOf(p, body)
		return
	}
	p.segments = true
	for segment := range p.request.segments {
		body["Segment"] = segment
		r.pagesOf(p, body)
	}
}

func (r *run) pagesOf(p *pair, first map[string]any) {
	ours, theirs := clone(first), clone(first)
	for range maxPages {
		if ours != nil {
			a := r.send(r.ours, p.request.operation, ours)
			p.ours, ours = append(p.ours, a), next(ours, &a)
		}
		if theirs != nil {
			b := r.send(r.theirs, p.request.operation, theirs)
			p.theirs, theirs = append(p.theirs, b), next(theirs, &b)
		}
		if ours == nil && theirs == nil {
			return
		}
	}
	r.t.Fatalf("%s has no end", canonical(first))
}

// next gives the request for the page after an answer, nil when there is none.
func next(body map[string]any, a *answer) map[string]any {
	key := a.body["LastEvaluatedKey"]
	if key == nil {
		return nil
	}
	body["ExclusiveStartKey"] = key
	return body
}

// judge compares the two sides and counts.
func (r *run) judge(p *pair) {
	first := &p.ours[0]
	r.compared++
	r.generator.counts.add(p.request.operation)
	if first.kind == "" {
		r.succeeded++
	} else {
		r.generator.counts.add(first.kind)
	}
	if found := p.oracle(); found != "" {
		r.fail("%s %s\n%s: %d %s", p.request.operation, canonical(p.request.body), found, first.status, first.text)
	}
	for i := range p.theirs {
		if p.theirs[i].kind == "crash" {
			return
		}
	}
	if first.kind != "" && first.kind == p.theirs[0].kind {
		r.refusals++
		if first.text == p.theirs[0].text {
			r.sameTexts++
		} else if os.Getenv("DDB_TEXTS") != "" {
			r.t.Logf("%s %s\n  ours:   %s\n  theirs: %s", p.request.operation, canonical(p.request.body), first.text, p.theirs[0].text)
		}
	}
	found := p.difference()
	if found == "" {
		return
	}
	for _, k := range known {
		if k.covers(r.target, p) {
			r.used[k.name]++
			return
		}
	}
	r.fail("%s %s\nspoiled: %q\n%s", p.request.operation, canonical(p.request.body), p.request.spoiled, found)
}

// maxFailures is how many differences a run shows.
const maxFailures = 20

func (r *run) fail(format string, args ...any) {
	r.t.Helper()
	r.t.Errorf(format, args...)
	if r.failures++; r.failures == maxFailures {
		r.t.FailNow()
	}
}

// settle reads a written item on both sides, compares it, and keeps it in the
// model. After a known difference the other side gets ours.
func (r *run) settle(p *pair, k keyed) {
	get := map[string]any{"TableName": k.table.name, "Key": k.key, "ConsistentRead": true}
	ours, theirs := r.both("GetItem", get)
	if ours.status != 200 {
		r.t.Fatalf("GetItem %s: %v", canonical(get), ours)
	}
	if found := diff("stored item", ours.body["Item"], theirs.body["Item"]); found != "" {
		if !r.knownItem(p) && theirs.kind != "crash" {
			r.fail("after %s %s\n%s", p.request.operation, canonical(p.request.body), found)
		}
		r.overwrite(k, ours.body["Item"])
	}
	name := canonicalKey(k.table, k.key)
	if ours.body["Item"] == nil {
		delete(k.table.items, name)
		return
	}
	k.table.items[name] = itemOf(ours.body["Item"])
}

func itemOf(v any) item {
	out := item{}
	for name, e := range v.(map[string]any) {
		out[name] = e.(map[string]any)
	}
	return out
}

// knownItem tells whether a known difference explains one of stored items: that
// of the answer to the write, or one that only shows in the item.
func (r *run) knownItem(p *pair) bool {
	for i := range known {
		if known[i].covers(r.target, p) {
			r.used[known[i].name]++
			return true
		}
	}
	return false
}

func (r *run) overwrite(k keyed, it any) {
	if it == nil {
		r.must(r.theirs, "DeleteItem", map[string]any{"TableName": k.table.name, "Key": k.key})
		return
	}
	r.must(r.theirs, "PutItem", map[string]any{"TableName": k.table.name, "Item": it})
}

// report checks what the run has met and prints it.
func (r *run) report() {
	g := r.generator
	r.t.Logf("%d requests and pages, %d compared, %d succeeded (%d %%), crashes %d; of %d refusals %d have the same text",
		r.sent, r.compared, r.succeeded, 100*r.succeeded/r.compared, r.crashes, r.refusals, r.sameTexts)
	r.t.Log(g.counts)
	r.t.Logf("known differences: %v", r.used)
	if 100*r.succeeded < 60*r.compared {
		r.t.Errorf("only %d of %d requests succeed", r.succeeded, r.compared)
	}
	if 100*r.crashes > r.sent {
		r.t.Errorf("%d of %d requests ended the other side", r.crashes, r.sent)
	}
	if missing := g.counts.missing(wanted(g.transactions)); missing != nil {
		r.t.Errorf("fewer than %d times in the run: %v", least, missing)
	}
	for _, k := range known {
		if k.of(r.target) && r.used[k.name] == 0 {
			r.t.Errorf("the known difference %q did not occur; is it still one?", k.name)
		}
	}
}
