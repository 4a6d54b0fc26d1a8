package expression_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/expression"
	"example.com/ddb/internal/engine/wire"
)

// item reads an item in DynamoDB JSON.
func item(t testing.TB, text string) attribute.Item {
	t.Helper()
	r := wire.NewReader([]byte(text))
	it, _ := r.Item()
	if err := r.End(); err != nil || it.Err != nil {
		t.Fatalf("%s: %v, %v", text, err, it.Err)
	}
	return it.Item
}

// bind makes placeholders of names "#a=b" and of the attributes of an item,
// ":v" for the attribute v.
func bind(t testing.TB, values string, names ...string) *expression.Placeholders {
	t.Helper()
	p := new(expression.Placeholders)
	for _, n := range names {
		placeholder, name, _ := strings.Cut(n, "=")
		p.AddName(placeholder, name)
	}
	if values == "" {
		return p
	}
	entries := item(t, values).Entries()
	for name, v, ok := entries.Next(); ok; name, v, ok = entries.Next() {
		p.AddValue(":"+string(name), v)
	}
	return p
}

const sample = `{"n":{"N":"5"},"s":{"S":"hello"},"b":{"B":"aGkgdGhlcmU="},"t":{"BOOL":true},"f":{"BOOL":false},"z":{"NULL":true},
"ns":{"NS":["1","2"]},"ss":{"SS":["x","y"]},"bs":{"BS":["AQ=="]},"emoji":{"S":"é😀"},"blank":{"S":""},
"l":{"L":[{"N":"2"},{"S":"dog"},{"NS":["2","1"]},{"L":[{"N":"3"}]}]},"m":{"M":{"x":{"N":"1"},"y":{"L":[{"N":"-1"},{"N":"2"}]}}}}`

const sampleValues = `{"one":{"N":"1.0"},"five":{"N":"5.00"},"six":{"N":"6"},"hell":{"S":"hell"},"ell":{"S":"ell"},"S":{"S":"S"},"N":{"S":"N"},"NS":{"S":"NS"},
"hi":{"B":"aGk="},"here":{"B":"aGVyZQ=="},"set":{"NS":["1","2"]},"set3":{"NS":["1","3"]},"list3":{"L":[{"N":"3"}]},"x":{"S":"x"},"true":{"BOOL":true},"null":{"NULL":true},
"map":{"M":{"y":{"L":[{"N":"-1"},{"N":"2"}]},"x":{"N":"1"}}},"dog":{"S":"dog"},"three":{"N":"3"},"four":{"N":"4"},"two":{"N":"2"},"zero":{"N":"0"},"eight":{"N":"8"}}`

func TestConditions(t *testing.T) {
	tests := []struct {
		text string
		want bool
	}{
		// Equality, of every type.
		{"n = :five", true}, {"n = :six", false}, {"n <> :six", true}, {"n <> :five", false},
		{"ns = :set", true}, {"ns = :set3", false}, {"l[2] = ns", true}, {"m = :map", true},
		{"t = :true", true}, {"z = :null", true}, {"t = f", false},
		// Other types and absent attributes are unequal and have no order.
		{"n = s", false}, {"n <> s", true}, {"n < s", false}, {"n >= s", false},
		{"q = :five", false}, {"q <> :five", true}, {"q = r", false}, {"q <> r", true},
		{"q < :five", false}, {"NOT q < :five", true}, {"q BETWEEN :one AND :five", false},
		// Order.
		{"n < :six", true}, {"n < :five", false}, {"n <= :five", true}, {"n > :one", true}, {"n >= :six", false},
		{"s < :hell", false}, {"s > :hell", true}, {"b > :hi", true}, {"ns < ss", false},
		{"n BETWEEN :one AND :five", true}, {"n BETWEEN :five AND :six", true}, {"n BETWEEN :six AND :six", false},
		{"n BETWEEN m.x AND l[0]", false}, {":five BETWEEN m.x AND n", true},
		// Lists of values.
		{"n IN (:one, :x, :five)", true}, {"n IN (:one)", false}, {"q IN (:one)", false}, {"q IN (r)", false},
		{":x IN (s, l[1])", false}, {"l[1] IN (:x, :dog)", true},
		// Functions.
		{"attribute_exists(n)", true}, {"attribute_exists(q)", false}, {"attribute_exists(z)", true},
		{"attribute_exists(m.y[1])", true}, {"attribute_exists(m.y[2])", false}, {"attribute_exists(s.x)", false},
		{"attribute_not_exists(q)", true}, {"attribute_not_exists(m)", false},
		{"attribute_type(n, :N)", true}, {"attribute_type(n, :S)", false}, {"attribute_type(q, :S)", false},
		{"attribute_type(ns, :NS)", true}, {"attribute_type(:x, :S)", true},
		{"begins_with(s, :hell)", true}, {"begins_with(s, :ell)", false}, {"begins_with(b, :hi)", true},
		{"begins_with(n, :hell)", false}, {"begins_with(q, :hell)", false}, {"begins_with(:hell, s)", false},
		{"begins_with(s, blank)", true},
		{"contains(s, :ell)", true}, {"contains(s, :x)", false}, {"contains(b, :here)", true}, {"contains(s, n)", false},
		{"contains(ns, :one)", true}, {"contains(ns, :five)", false}, {"contains(ss, :x)", true}, {"contains(ss, :one)", false},
		{"contains(l, :dog)", true}, {"contains(l, :set)", true}, {"contains(l, :list3)", true}, {"contains(l, :x)", false},
		{"contains(m, :x)", false}, {"contains(q, :x)", false}, {"contains(s, q)", false},
		// Size.
		{"size(s) = n", true}, {"size(b) = :eight", true}, {"size(ns) = :two", true}, {"size(l) = :four", true},
		{"size(m) = :two", true}, {"size(bs) < :two", true}, {"size(emoji) = :three", true}, {"size(blank) = :zero", true},
		{"size(n) = :one", false}, {"size(t) = :one", false}, {"size(z) = :one", false}, {"size(q) >= :zero", false},
		{"size(s) IN (:one, :five)", true}, {"size(s) BETWEEN :one AND :six", true}, {"size(s) = :x", false},
		// Logic and precedence.
		{"n = :five AND s = :x", false}, {"n = :five OR s = :x", true}, {"NOT n = :five", false}, {"NOT NOT n = :five", true},
		{"n = :five OR n = :six AND n = :six", true}, {"(n = :five OR n = :six) AND n = :six", false},
		{"NOT n = :six AND n = :six", false}, {"NOT (n = :six AND n = :six)", true},
		{"n BETWEEN :one AND :six AND s = :x", false}, {"n = :six OR n = :one OR n = :five", true},
		{"not n = :six aNd n beTWeen :one AND :six oR n iN (:six)", true},
		{"(n) = (:five)", true}, {"(n = :five)", true}, {"(attribute_exists(n))", true}, {"(m).x = :one", true},
		{"(m.y)[0] < m.x", true}, {"\tn\r\n=:five ", true},
	}
	it := item(t, sample)
	for _, test := range tests {
		c, problem := expression.ParseCondition(test.text, bind(t, sampleValues))
		if problem != "" {
			t.Errorf("%s: %s", test.text, problem)
			continue
		}
		if got := c.Holds(it); got != test.want {
			t.Errorf("%s\n got: %v\nwant: %v", test.text, got, test.want)
		}
	}
}

func TestAMissingItemHasNoAttributes(t *testing.T) {
	tests := map[string]bool{
		"attribute_exists(n)": false, "attribute_not_exists(n)": true, "n = :one": false, "n <> :one": true,
		"size(s) = :zero": false, "NOT n < :one": true,
	}
	for text, want := range tests {
		c, problem := expression.ParseCondition(text, bind(t, sampleValues))
		if problem != "" || c.Holds(nil) != want {
			t.Errorf("%s: %q; want %v", text, problem, want)
		}
	}
}

// TestReservedWords tries all 573 words, in three cases of letters, in every
// kind of expression.
func TestReservedWords(t *testing.T) {
	text, err := os.ReadFile("reserved.txt")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(string(text))
	if len(words) != 573 {
		t.Fatalf("there are %d words", len(words))
	}
	refused := func(kind, word string, problem apierror.Problem) {
		t.Helper()
		want := apierror.ReservedWord(word)
		if problem != want && !strings.HasPrefix(string(problem), "Syntax error") {
			t.Errorf("%s of %s\n got: %s\nwant: %s", kind, word, problem, want)
		}
	}
	for _, upper := range words {
		lower := strings.ToLower(upper)
		for _, word := range []string{upper, lower, upper[:1] + lower[1:]} {
			_, problem := expression.ParseProjection("m."+word, bind(t, ""))
			refused("projection", word, problem)
			_, problem = expression.ParseCondition(word+" = :v", bind(t, `{"v":{"S":"x"}}`))
			refused("condition", word, problem)
			_, problem = expression.ParseUpdate("REMOVE "+word, bind(t, ""))
			refused("update", word, problem)
		}
		if _, problem := expression.ParseProjection("#n", bind(t, "", "#n="+upper)); problem != "" {
			t.Errorf("%s behind a placeholder: %s", upper, problem)
		}
	}
	for _, word := range []string{"id", "pk", "version", "contains", "begins_with", "attribute_exists", "REMOVE", "user_id"} {
		if _, problem := expression.ParseProjection(word, bind(t, "")); problem != "" {
			t.Errorf("%s: %s", word, problem)
		}
	}
}

func TestLimits(t *testing.T) {
	repeat := func(part, separator string, n int) string {
		return strings.Join(strings.Fields(strings.Repeat(part+" ", n)), separator)
	}
	condition := func(text string) apierror.Problem {
		_, problem := expression.ParseCondition(text, bind(t, `{"v":{"N":"1"}}`))
		return problem
	}
	update := func(text string) apierror.Problem {
		_, problem := expression.ParseUpdate(text, bind(t, `{"v":{"N":"1"}}`))
		return problem
	}
	manySets := func(n int) string {
		var sets []string
		for i := range n {
			sets = append(sets, fmt.Sprintf("a%d=:v", i))
		}
		return "SET " + strings.Join(sets, ",")
	}
	tests := []struct {
		name    string
		problem apierror.Problem
		ok      bool
	}{
		{"4096 bytes", condition("a=:v" + strings.Repeat(" ", 4092)), true},
		{"4097 bytes", condition("a=:v" + strings.Repeat(" ", 4093)), false},
		{"150 comparisons", condition(repeat("a=:v", " OR ", 150)), true},
		{"151 comparisons", condition(repeat("a=:v", " OR ", 151)), false},
		{"350 SETs", update(manySets(350)), true},
		{"100 operands of IN", condition("a IN (" + repeat(":v", ",", 100) + ")"), true},
		{"101 operands of IN", condition("a IN (" + repeat(":v", ",", 101) + ")"), false},
		{"32 steps", condition("a" + strings.Repeat(".b", 31) + " = :v"), true},
		{"33 steps", condition("a" + strings.Repeat("[0]", 32) + " = :v"), false},
		{"an index no list has", condition("a[4294967294] = :v"), true},
		{"an index beyond all lists", condition("a[4294967295] = :v"), false},
		{"2000 parentheses", condition(strings.Repeat("(", 2000) + "a=:v" + strings.Repeat(")", 2000)), false},
		{"1000 times NOT", condition(strings.Repeat("NOT ", 1000) + "a=:v"), false},
	}
	for _, test := range tests {
		if ok := test.problem == ""; ok != test.ok {
			t.Errorf("%s\n got: %q\nwant: accepted %v", test.name, test.problem, test.ok)
		}
	}
}

func TestUnusedPlaceholders(t *testing.T) {
	p := bind(t, `{"a":{"S":"1"},"b":{"S":"2"},"c":{"S":"3"}}`, "#x=x", "#y=y", "#z=z")
	if _, problem := expression.ParseCondition("#x = :a", p); problem != "" {
		t.Fatal(problem)
	}
	if _, problem := expression.ParseProjection("q.#z[1]", p); problem != "" {
		t.Fatal(problem)
	}
	if got := strings.Join(p.UnusedNames(), " "); got != "#y" {
		t.Errorf("unused names: %s", got)
	}
	if got := strings.Join(p.UnusedValues(), " "); got != ":b :c" {
		t.Errorf("unused values: %s", got)
	}
}

func TestPathsOfAnExpression(t *testing.T) {
	c, problem := expression.ParseCondition("a.b = c AND size(d[1]) > e OR (f).g = (h)", bind(t, ""))
	if problem != "" {
		t.Fatal(problem)
	}
	if got, want := fmt.Sprint(c.Paths()), "[[a, b] [c] [d, [1]] [e] [f, g] [h]]"; got != want {
		t.Errorf("condition\n got: %s\nwant: %s", got, want)
	}
	u, problem := expression.ParseUpdate("SET a.b = c + d REMOVE e[1]", bind(t, ""))
	if problem != "" {
		t.Fatal(problem)
	}
	if got, want := fmt.Sprint(u.Mentions()), "[[a, b] [e, [1]] [c] [d]]"; got != want {
		t.Errorf("update\n got: %s\nwant: %s", got, want)
	}
}

func TestAnUpdateIsPure(t *testing.T) {
	base := item(t, sample)
	before := string(base)
	u, problem := expression.ParseUpdate("SET m.x = :v, l[9] = n ADD ns :s REMOVE s", bind(t, `{"v":{"N":"7"},"s":{"NS":["9"]}}`))
	if problem != "" {
		t.Fatal(problem)
	}
	first, err := u.Apply(base)
	if err != nil {
		t.Fatal(err)
	}
	second, err := u.Apply(base)
	if err != nil {
		t.Fatal(err)
	}
	if string(base) != before || string(first) != string(second) {
		t.Error("the update changed the item that it started from")
	}
}

func FuzzCondition(f *testing.F) {
	for _, seed := range []string{
		"a = :v", "NOT (a.b[0] <> #n AND c IN (:v, d)) OR size(e) BETWEEN :v AND :w", "begins_with(a, :v)",
		"attribute_type(a, :v) AND contains(b, c)", "((a))=b", "a=", "a[", "#", ":", "a.b.c[1][2].d <= :v", "(.0",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, problem := expression.ParseCondition(text, bind(t, `{"v":{"S":"S"},"w":{"S":"x"}}`, "#n=n"))
		if (problem == "") == (c == nil) {
			t.Fatalf("%q gives %v and %q", text, c, problem)
		}
		if c != nil {
			c.Holds(nil)
			c.Holds(item(t, sample))
			if keys, err := c.Keys(); (err == nil) == (len(keys) == 0) {
				t.Fatalf("%q gives %v and %v as a key condition", text, keys, err)
			}
		}
	})
}

func FuzzUpdate(f *testing.F) {
	for _, seed := range []string{
		"SET a = :v", "SET a.b[1] = if_not_exists(c, :v) + d, e = list_append(l, l) REMOVE f, g[0] ADD n :v DELETE ns :s",
		"set a=(b-c)", "SET", "ADD a", "REMOVE a.b.c[0], d", "SET #n = (((:v)))", "SET a = f(b, c(d))",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, problem := expression.ParseUpdate(text, bind(t, `{"v":{"N":"1"},"s":{"NS":["1"]}}`, "#n=n"))
		if (problem == "") == (u == nil) {
			t.Fatalf("%q gives %v and %q", text, u, problem)
		}
		if u == nil {
			return
		}
		base := item(t, sample)
		it, err := u.Apply(base)
		if (err == nil) == (it == nil) {
			t.Fatalf("%q gives %v and %v", text, it, err)
		}
	})
}

func FuzzProjection(f *testing.F) {
	for _, seed := range []string{"a", "a.b, c[0].#n", "a, a", "a.b, a[1]", ",", "a,", "(a)", "a.b.c.d[10]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		paths, problem := expression.ParseProjection(text, bind(t, "", "#n=n"))
		if (problem == "") == (paths == nil) {
			t.Fatalf("%q gives %v and %q", text, paths, problem)
		}
		if paths != nil {
			attribute.NewProjection(paths).Of(item(t, sample))
		}
	})
}

func BenchmarkParseCondition(b *testing.B) {
	p := bind(b, `{"0":{"S":"u"},"1":{"S":"101_"},"2":{"S":"201`+"`"+`"}}`, "#0=user_id", "#1=order_status_created")
	b.ReportAllocs()
	for b.Loop() {
		if _, problem := expression.ParseCondition("(#0 = :0) AND (#1 BETWEEN :1 AND :2)", p); problem != "" {
			b.Fatal(problem)
		}
	}
}
