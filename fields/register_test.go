package fields_test

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"example.com/ddb/fields"
)

// Types with codecs of each sort. Registration is for the whole program, so
// every test has its own.
type (
	celsius  float64
	point    struct{ X, Y int }
	segments []point
	country  int
	pair     [2]*pair
	partial1 int
	partial2 int
	partial3 int
	twice    int
	loop     int
	late     string
)

// A Grade is an enum whose pointers have a codec of their own.
type Grade int

func (g Grade) Valid() bool { return g <= 3 }

func (c country) Valid() bool { return c == 1 }

type stored2D struct {
	X int `ddb:"x"`
	Y int `ddb:"y"`
}

func init() {
	fields.Register("kelvin", fields.Codec[celsius]{
		Kind: fields.N,
		Append: func(dst []byte, c celsius) ([]byte, error) {
			return strconv.AppendFloat(dst, float64(c)+273, 'f', -1, 64), nil
		},
		Parse: func(text []byte) (celsius, error) {
			k, err := strconv.ParseFloat(string(text), 64)
			return celsius(k - 273), err
		},
	})
	fields.Register("", fields.Via(
		func(p point) (stored2D, error) { return stored2D(p), nil },
		func(s stored2D) (point, error) { return point(s), nil }))
	fields.Register("text", fields.Via(
		func(p point) (string, error) {
			if p.X < 0 {
				return "", errors.New("no negative points")
			}
			return fmt.Sprintf("%d;%d", p.X, p.Y), nil
		},
		func(s string) (point, error) {
			var p point
			_, err := fmt.Sscanf(s, "%d;%d", &p.X, &p.Y)
			return p, err
		}))
	fields.Register("", fields.Via(
		func(u *url.URL) (string, error) { return u.String(), nil }, // panics on nil
		func(s string) (*url.URL, error) { return url.Parse(s) }))
	fields.Register("", fields.Codec[country]{
		Kind:   fields.S,
		Append: func(dst []byte, c country) ([]byte, error) { return fmt.Appendf(dst, "c%d", int(c)), nil },
		Parse:  func(text []byte) (country, error) { c, err := strconv.Atoi(string(text[1:])); return country(c), err },
	})
	fields.Register("", fields.Codec[*Grade]{
		Kind:   fields.N,
		Append: func(dst []byte, g *Grade) ([]byte, error) { return strconv.AppendInt(dst, int64(*g), 10), nil },
		Parse:  func(text []byte) (*Grade, error) { g, err := strconv.Atoi(string(text)); return ptr(Grade(g)), err },
	})
	fields.Register("maybe", fields.Via(
		func(n int) (*string, error) {
			if n == 0 {
				return nil, nil
			}
			return ptr(strconv.Itoa(n)), nil
		},
		func(s *string) (int, error) {
			if s == nil {
				return -1, nil
			}
			return strconv.Atoi(*s)
		}))
	fields.Register("name", fields.Via(
		func(u *url.URL) (*string, error) { return ptr(u.String()), nil }, // panics on nil
		func(s *string) (*url.URL, error) { return url.Parse(*s) }))
	fields.Register("bad", fields.Codec[int]{
		Kind:   fields.N,
		Append: func(dst []byte, _ int) ([]byte, error) { return append(dst, "one"...), nil },
		Parse:  func([]byte) (int, error) { return 0, errors.New("no number at all") },
	})
	fields.Register("", fields.Codec[partial1]{Kind: fields.N})
	fields.Register("", fields.Codec[partial2]{Kind: fields.L, Append: func([]byte, partial2) ([]byte, error) { return nil, nil }, Parse: func([]byte) (partial2, error) { return 0, nil }})
	fields.Register("", fields.Via[partial3, string](nil, nil))
	for range 2 {
		fields.Register("", fields.Via(func(t twice) (int, error) { return int(t), nil }, func(i int) (twice, error) { return twice(i), nil }))
	}
	fields.Register("", fields.Via(func(l loop) (*loop, error) { return &l, nil }, func(l *loop) (loop, error) { return *l, nil }))
}

func TestRegisteredCodecs(t *testing.T) {
	type named struct {
		V celsius `ddb:"v,codec=kelvin"`
	}
	type pointer struct {
		V **celsius `ddb:"v,codec=kelvin"`
	}
	type own struct {
		V celsius `ddb:"v"`
	}
	type list struct {
		V segments `ddb:"v"`
	}
	type text struct {
		V *point `ddb:"v,codec=text,sort=by_v"`
	}
	type link struct {
		V *url.URL `ddb:"v"`
	}
	type byPointer struct {
		V *url.URL `ddb:"v,codec=name"`
	}
	type links struct {
		V []*url.URL `ddb:"v"`
	}
	type enum struct {
		V country `ddb:"v"`
	}
	type maybe struct {
		V int `ddb:"v,codec=maybe"`
	}
	type bad struct {
		V int `ddb:"v,codec=bad"`
	}
	type byPoint struct {
		V map[country]point `ddb:"v"`
	}
	round(t, named{-1}, in(`{"N":"272"}`))
	round(t, pointer{ptr(ptr(celsius(0)))}, in(`{"N":"273"}`))
	round(t, own{-1}, in(`{"N":"-1"}`)) // the codec has a name
	round(t, list{segments{{1, 2}}}, in(`{"L":[{"M":{"x":{"N":"1"},"y":{"N":"2"}}}]}`))
	round(t, text{&point{1, 2}}, in(`{"S":"1;2"}`))
	round(t, link{nil}, `{}`)
	round(t, link{&url.URL{Scheme: "https", Host: "go.dev"}}, in(`{"S":"https://go.dev"}`))
	round(t, byPointer{nil}, `{}`)
	round(t, byPointer{&url.URL{Host: "go.dev"}}, in(`{"S":"//go.dev"}`))
	round(t, links{[]*url.URL{nil}}, in(`{"L":[{"NULL":true}]}`))
	round(t, enum{1}, in(`{"S":"c1"}`))
	round(t, maybe{5}, in(`{"S":"5"}`))
	round(t, byPoint{map[country]point{1: {1, 2}}}, in(`{"M":{"c1":{"M":{"x":{"N":"1"},"y":{"N":"2"}}}}}`))
	if got, err := marshal(t, maybe{0}); err != nil || got != `{}` {
		t.Errorf("what is absent as a *string is absent\n got: %s %v", got, err)
	}
	refuses(t, text{&point{-1, 0}}, "no negative points")
	refuses(t, enum{2}, "value is not one that Go type fields_test.country declares")
	rejects[enum](t, in(`{"S":"c2"}`), "value is not one that Go type fields_test.country declares")
	refuses(t, bad{1}, "number is not a decimal number")
	rejects[bad](t, in(`{"N":"1"}`), "no number at all")
	rejects[bad](t, in(`{"N":"x"}`), "number is not a decimal number")
	rejects[list](t, in(`{"L":[{"M":{"x":{"S":""}}}]}`), `element 0: fields_test.stored2D.X: attribute "x": stored attribute type is "S"`)
}

func TestMistakenCodecsAreReported(t *testing.T) {
	for _, tt := range []struct {
		got  []string
		want string
	}{
		{oneTag[partial1]("v"), "registered codec of Go type fields_test.partial1 is incomplete; set Kind to S, N or B, and Append and Parse"},
		{oneTag[partial2]("v"), "registered codec of Go type fields_test.partial2 is incomplete; set Kind"},
		{oneTag[[]partial3]("v"), "registered codec of Go type fields_test.partial3 is incomplete; give fields.Via two functions"},
		{oneTag[twice]("v"), `codec "" of Go type fields_test.twice is registered twice; register it once`},
		{oneTag[loop]("v"), "contain themselves with nothing between"},
		{oneTag[pair]("v"), ""},
	} {
		if got := strings.Join(tt.got, "\n"); !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
			t.Errorf("got: %s\nwant: …%s…", got, tt.want)
		}
	}
}

// A codec that comes too late would make two forms of one type.
func TestLateRegistrationIsReported(t *testing.T) {
	type item struct {
		V map[string][]late `ddb:"v"`
	}
	plan := planOf[item](t)
	v := item{map[string][]late{"a": {"x"}}}
	if _, err := plan.AppendJSON(nil, &v); err != nil {
		t.Fatal(err)
	}
	fields.Register("", fields.Via(func(l late) (int, error) { return len(l), nil }, func(int) (late, error) { return "", nil }))
	const want = `codec "" of Go type fields_test.late was registered after this type was compiled; register it in an init function of the package that defines it`
	_, errMarshal := plan.Marshal(&v)
	_, errAppend := plan.AppendJSON(nil, &v)
	for _, err := range []error{errMarshal, errAppend, plan.Unmarshal(nil, &v), plan.ParseJSON([]byte(`{}`), &v)} {
		if te, ok := errors.AsType[*fields.TagError](err); !ok || !strings.Contains(te.Reason, want) {
			t.Errorf("got: %v\nwant: …%s…", err, want)
		}
	}
	type other struct {
		V late `ddb:"v"`
	}
	if got, err := marshal(t, other{"xx"}); err != nil || got != in(`{"N":"2"}`) {
		t.Errorf("a plan that is compiled later\n got: %s %v", got, err)
	}
}
