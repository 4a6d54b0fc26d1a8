package decimal_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"example.com/ddb/internal/decimal"
)

func TestParse(t *testing.T) {
	nines := strings.Repeat("9", 38)
	tests := []struct {
		text string
		want string
		err  error
	}{
		{"0", "0", nil},
		{"-0", "0", nil},
		{"0e999999999999999999999", "0", nil},
		{"007", "7", nil},
		{"1.10", "1.1", nil},
		{"1e3", "1000", nil},
		{"+1E+3", "1000", nil},
		{"1000e-3", "1", nil},
		{"-0.00120", "-0.0012", nil},
		{".5", "0.5", nil},
		{"5.", "5", nil},
		{"1E125", "1" + strings.Repeat("0", 125), nil},
		{"1E-130", "0." + strings.Repeat("0", 129) + "1", nil},
		{nines, nines, nil},
		{nines + "0", nines + "0", nil},
		{nines + "1", "", decimal.ErrDigits},
		{"1E126", "", decimal.ErrRange},
		{"9E-131", "", decimal.ErrRange},
		{"1e99999999999999999999", "", decimal.ErrRange},
		{"", "", decimal.ErrSyntax},
		{".", "", decimal.ErrSyntax},
		{"-", "", decimal.ErrSyntax},
		{" 1", "", decimal.ErrSyntax},
		{"1_000", "", decimal.ErrSyntax},
		{"1e", "", decimal.ErrSyntax},
		{"1e+", "", decimal.ErrSyntax},
		{"0x1", "", decimal.ErrSyntax},
		{"NaN", "", decimal.ErrSyntax},
		{"1.2.3", "", decimal.ErrSyntax},
	}
	for _, tt := range tests {
		n, err := decimal.Parse([]byte(tt.text))
		if !errors.Is(err, tt.err) {
			t.Errorf("Parse(%q) error:\n got: %v\nwant: %v", tt.text, err, tt.err)
		}
		if err == nil && n.String() != tt.want {
			t.Errorf("Parse(%q)\n got: %v\nwant: %v", tt.text, n, tt.want)
		}
	}
}

// number draws a DynamoDB number, often a short one near a power of ten.
func number(t *rapid.T, name string) decimal.Number {
	for {
		text := rapid.StringMatching(`-?(0|1|10|99|[0-9]{1,30})(\.[0-9]{1,8})?(e-?[0-9]{1,2})?`).Draw(t, name)
		if n, err := decimal.Parse([]byte(text)); err == nil {
			return n
		}
	}
}

func rat(t *rapid.T, n decimal.Number) *big.Rat {
	r, ok := new(big.Rat).SetString(n.String())
	if !ok {
		t.Fatalf("%s is not a number", n)
	}
	return r
}

func TestArithmeticAgreesWithRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := number(t, "a"), number(t, "b")
		if got, want := a.Compare(b), rat(t, a).Cmp(rat(t, b)); got != want {
			t.Fatalf("%s compared with %s\n got: %d\nwant: %d", a, b, got, want)
		}
		sum, err := a.Add(b)
		want := new(big.Rat).Add(rat(t, a), rat(t, b))
		if err == nil && rat(t, sum).Cmp(want) != 0 {
			t.Fatalf("%s + %s\n got: %s\nwant: %s", a, b, sum, want.FloatString(20))
		}
	})
}

func TestNextIsTheNeighbour(t *testing.T) {
	tests := []struct{ n, want string }{
		{"0", "1e-130"},
		{"-1e-130", "0"},
		{"1", "1.0000000000000000000000000000000000001"},
		{"-1", "-0.99999999999999999999999999999999999999"},
		{"9.9999999999999999999999999999999999999", "10"},
		{"-10", "-9.9999999999999999999999999999999999999"},
		{"123", "123.00000000000000000000000000000000001"},
	}
	for _, tt := range tests {
		n, _ := decimal.Parse([]byte(tt.n))
		want, _ := decimal.Parse([]byte(tt.want))
		if got, ok := n.Next(); !ok || got != want {
			t.Errorf("Next(%s)\n got: %s %v\nwant: %s", n, got, ok, want)
		}
		if got, ok := want.Prev(); !ok || got != n {
			t.Errorf("Prev(%s)\n got: %s %v\nwant: %s", want, got, ok, n)
		}
	}
	last, _ := decimal.Parse([]byte("9.9999999999999999999999999999999999999e125"))
	if got, ok := last.Next(); ok {
		t.Errorf("Next of the greatest number\n got: %s\nwant: none", got)
	}
	if got, ok := last.Neg().Prev(); ok {
		t.Errorf("Prev of the least number\n got: %s\nwant: none", got)
	}
}
