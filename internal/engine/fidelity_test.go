package engine_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/ddb/internal/engine"
	"example.com/ddb/internal/engine/store"
)

// TestFidelity runs the vectors in testdata/fidelity: requests and the answers
// that DynamoDB gives to them, each with the source of the claim. README.md in
// that folder describes the form. The texts of refusals are not looked at.
func TestFidelity(t *testing.T) {
	runVectors(t, (*step).check)
}

// TestFidelityTexts scores the texts of refusals, which the service rewords,
// apart from their types.
func TestFidelityTexts(t *testing.T) {
	same, told := 0, 0
	runVectors(t, func(s *step, _ int, body string) string {
		want, got := s.refusal(), refusalOf(body)
		if want == nil || got.name != want.name {
			return ""
		}
		told++
		if got.text != want.text {
			return fmt.Sprintf(" got: %s\nwant: %s", got.text, want.text)
		}
		same++
		return ""
	})
	t.Logf("%d of %d refusals have the text of their source", same, told)
}

// runVectors runs every vector and compares each answer.
func runVectors(t *testing.T, compare func(s *step, status int, body string) string) {
	files, err := filepath.Glob("testdata/fidelity/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			for _, v := range readVectors(t, file) {
				t.Run(v.name, func(t *testing.T) { v.run(t, compare) })
			}
		})
	}
}

// A vector is one claim: steps that run on a new engine, after the steps of the
// file's set-up.
type vector struct {
	name   string
	source string
	steps  []step
}

// A step is a request and what is expected of the answer.
type step struct {
	line int
	// later is how much time goes by before the request.
	later     time.Duration
	operation string
	body      string
	want      string
}

func readVectors(t testing.TB, file string) []vector {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p := vectorParser{file: file}
	for i, line := range strings.Split(string(text), "\n") {
		if err := p.line(i+1, line); err != nil {
			t.Fatalf("%s:%d: %v", file, i+1, err)
		}
	}
	return p.finish()
}

// repetition is «n*text», which stands for n times the text, or «n,text», which
// stands for a list of n of them in which § is the number of each.
var repetition = regexp.MustCompile(`«([0-9]+)([*,])([^«»]*)»`)

// expand writes out the repetitions of a text, the inner ones first.
func expand(text string) string {
	for strings.Contains(text, "«") {
		text = repetition.ReplaceAllStringFunc(text, func(all string) string {
			part := repetition.FindStringSubmatch(all)
			n, err := strconv.Atoi(part[1])
			if err != nil {
				panic(err)
			}
			if part[2] == "*" {
				return strings.Repeat(part[3], n)
			}
			list := make([]string, n)
			for i := range list {
				list[i] = strings.ReplaceAll(part[3], "§", strconv.Itoa(i+1))
			}
			return strings.Join(list, ",")
		})
	}
	return text
}

// A vectorParser reads a file line by line.
type vectorParser struct {
	file    string
	setup   []step
	vectors []vector
	// open is what an indented line continues.
	open *string
	// later is for the next step.
	later time.Duration
}

func (p *vectorParser) line(n int, line string) error {
	switch {
	case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "# "):
		p.open = nil
	case strings.HasPrefix(line, "== "):
		p.vectors = append(p.vectors, vector{name: strings.TrimPrefix(line, "== ")})
		p.open = nil
	case strings.HasPrefix(line, "source: "):
		if len(p.vectors) == 0 {
			return fmt.Errorf("source before the first vector")
		}
		p.vectors[len(p.vectors)-1].source = strings.TrimPrefix(line, "source: ")
	case strings.HasPrefix(line, "> "):
		operation, body, _ := strings.Cut(strings.TrimPrefix(line, "> "), " ")
		steps := p.steps()
		*steps = append(*steps, step{line: n, later: p.later, operation: operation, body: body})
		p.later = 0
		p.open = &(*steps)[len(*steps)-1].body
	case strings.HasPrefix(line, "+ "):
		var err error
		p.later, err = time.ParseDuration(strings.TrimPrefix(line, "+ "))
		return err
	case strings.HasPrefix(line, "< "):
		steps := *p.steps()
		if len(steps) == 0 {
			return fmt.Errorf("answer without request")
		}
		steps[len(steps)-1].want = strings.TrimPrefix(line, "< ")
		p.open = &steps[len(steps)-1].want
	case strings.HasPrefix(line, " ") && p.open != nil:
		*p.open += " " + strings.TrimSpace(line)
	default:
		return fmt.Errorf("cannot read %q", line)
	}
	return nil
}

func (p *vectorParser) steps() *[]step {
	if len(p.vectors) == 0 {
		return &p.setup
	}
	return &p.vectors[len(p.vectors)-1].steps
}

func (p *vectorParser) finish() []vector {
	for i := range p.vectors {
		p.vectors[i].steps = append(append([]step{}, p.setup...), p.vectors[i].steps...)
	}
	return p.vectors
}

func (v *vector) run(t *testing.T, compare func(s *step, status int, body string) string) {
	if v.source == "" {
		t.Errorf("the vector names no source")
	}
	now := time.Now()
	h := newHandler(t, func() time.Time { return now })
	for _, s := range v.steps {
		now = now.Add(s.later)
		status, body := send(t, h, s.operation, expand(s.body))
		if problem := compare(&s, status, body); problem != "" {
			t.Errorf("line %d: %s %s\n%.2000s", s.line, s.operation, s.body, problem)
		}
	}
}

// check compares an answer with what is expected: "200" alone, "200 " and a
// JSON object, or a status, an error's name and the old item in its body.
func (s *step) check(status int, body string) string {
	want, rest, _ := strings.Cut(expand(s.want), " ")
	if want == "has" && status == http.StatusOK {
		return lacks(body, rest)
	}
	if s.want == "" {
		want = "200"
	}
	if strconv.Itoa(status) != want {
		return fmt.Sprintf(" got: %d %s\nwant: %s", status, body, s.want)
	}
	if rest == "" {
		return ""
	}
	if strings.HasPrefix(rest, "{") {
		return compareJSON(body, rest)
	}
	if got, want := refusalOf(body), s.refusal(); got.name != want.name || got.item != want.item {
		return fmt.Sprintf(" got: %s %s\nwant: %s %s", got.name, got.item, want.name, want.item)
	}
	return ""
}

// A refusal is an error's name, its text, and the old item in its body.
type refusal struct{ name, text, item string }

// refusal gives the one that is expected, nil when the answer is to be another
// one or is written out whole.
func (s *step) refusal() *refusal {
	status, rest, _ := strings.Cut(expand(s.want), " ")
	if status != "400" || rest == "" || strings.HasPrefix(rest, "{") {
		return nil
	}
	rest, item, _ := strings.Cut(rest, " Item: ")
	name, text, _ := strings.Cut(rest, ": ")
	return &refusal{name, text, item}
}

func refusalOf(body string) refusal {
	var e struct {
		Type    string `json:"__type"`
		Message string
		Item    json.RawMessage
	}
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		return refusal{text: err.Error()}
	}
	_, name, _ := strings.Cut(e.Type, "#")
	return refusal{name, e.Message, string(e.Item)}
}

func compareJSON(got, want string) string {
	var g, w any
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		return "the answer is no JSON: " + err.Error()
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		return "the expected answer is no JSON: " + err.Error()
	}
	sortSets(g)
	sortSets(w)
	if diff := cmp.Diff(w, g); diff != "" {
		return "answer differs (-want +got):\n" + diff
	}
	return ""
}

// lacks tells how an answer differs in the members that are expected of it.
func lacks(got, want string) string {
	var g, w any
	if err := errors.Join(json.Unmarshal([]byte(got), &g), json.Unmarshal([]byte(want), &w)); err != nil {
		return err.Error()
	}
	if diff := cmp.Diff(w, common(g, w)); diff != "" {
		return "answer differs (-want +got):\n" + diff
	}
	return ""
}

// common leaves of an answer what is named in another.
func common(g, w any) any {
	switch w := w.(type) {
	case map[string]any:
		members, _ := g.(map[string]any)
		out := make(map[string]any, len(w))
		for name := range w {
			out[name] = common(members[name], w[name])
		}
		return out
	case []any:
		elements, _ := g.([]any)
		if len(elements) != len(w) {
			return g
		}
		out := make([]any, len(w))
		for i := range w {
			out[i] = common(elements[i], w[i])
		}
		return out
	}
	return g
}

// sortSets puts the sets in DynamoDB JSON in order, because they have none.
func sortSets(v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if list, ok := value.([]any); ok && (key == "SS" || key == "NS" || key == "BS") {
				sortTexts(list)
			}
			sortSets(value)
		}
	case []any:
		for _, e := range v {
			sortSets(e)
		}
	}
}

func sortTexts(list []any) {
	for i := range list {
		for j := i; j > 0 && fmt.Sprint(list[j-1]) > fmt.Sprint(list[j]); j-- {
			list[j-1], list[j] = list[j], list[j-1]
		}
	}
}

// newHandler makes a handler over an empty engine in memory, whose clock may be
// given.
func newHandler(t testing.TB, clock ...func() time.Time) http.Handler {
	t.Helper()
	c := engine.Config{Store: store.NewMemory()}
	if len(clock) > 0 {
		c.Clock = clock[0]
	}
	e, err := engine.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return engine.NewHandler(e)
}

// send sends a request with a complete head.
func send(t testing.TB, h http.Handler, operation, body string) (status int, answer string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	target := "DynamoDB_20120810." + operation
	if name, ok := strings.CutPrefix(operation, "Streams."); ok {
		target = "DynamoDBStreams_20120810." + name
	}
	r.Header.Set("X-Amz-Target", target)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Date", "20261122T000000Z")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}
