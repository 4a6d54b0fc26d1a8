package decimal_test

import (
	"errors"
	"math/big"
	"regexp"
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

// notation is what Parse takes.
var notation = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$`)

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"0", "-0.0", "1", "007", "1.10", "1e3", "-1.5E-3", ".5", "5.", "1e125", "1e126", "1E-130", "9e-131", "1e-999999999999",
		strings.Repeat("9", 38), strings.Repeat("9", 39), "1" + strings.Repeat("0", 125), "0." + strings.Repeat("0", 129) + "1",
		"0." + strings.Repeat("0", 140) + "1e20", "12345678901234567890123456789012345678000e-3", "", ".", "e1", "1e", "+", "1 ", "0x1", "1_0", "Inf",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := decimal.Parse([]byte(text))
		if got, want := errors.Is(err, decimal.ErrSyntax), !notation.MatchString(text); got != want {
			t.Fatalf("Parse(%q): %v", text, err)
		}
		if _, exp, ok := strings.Cut(strings.ToLower(text), "e"); len(text) > 1000 || ok && len(exp) > 5 {
			return // too much for big.Rat
		}
		want, ok := new(big.Rat).SetString(text)
		if !notation.MatchString(text) || !ok {
			return
		}
		if errWant := fits(want); !errors.Is(err, errWant) {
			t.Fatalf("Parse(%q)\n got: %v\nwant: %v", text, err, errWant)
		}
		if err != nil {
			return
		}
		if got, _ := new(big.Rat).SetString(n.String()); got.Cmp(want) != 0 {
			t.Fatalf("Parse(%q) = %s", text, n)
		}
		if again, err := decimal.Parse([]byte(n.String())); err != nil || again != n {
			t.Fatalf("Parse(%q) = %s, which is read as %s, %v", text, n, again, err)
		}
	})
}

// fits is the error for a number that DynamoDB does not hold.
func fits(r *big.Rat) error {
	if r.Sign() == 0 {
		return nil
	}
	power := func(n int64) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(n), nil) }
	// A decimal with a denominator of 2^a·5^b has max(a, b) digits of fraction.
	scale := int64(0)
	for ; !new(big.Rat).Mul(r, new(big.Rat).SetInt(power(scale))).IsInt(); scale++ {
	}
	digits := strings.Trim(new(big.Rat).Mul(r, new(big.Rat).SetInt(power(scale))).Num().String(), "-0")
	abs := new(big.Rat).Abs(r)
	switch {
	case len(digits) > decimal.MaxDigits:
		return decimal.ErrDigits
	case abs.Cmp(new(big.Rat).SetInt(power(126))) >= 0, abs.Cmp(new(big.Rat).SetFrac(big.NewInt(1), power(130))) < 0:
		return decimal.ErrRange
	}
	return nil
}

func TestParseDoesNotAllocate(t *testing.T) {
	text := []byte("-1234567890.12345e-3")
	if got := testing.AllocsPerRun(100, func() { _, _ = decimal.Parse(text) }); got != 0 {
		t.Errorf("Parse allocates %v times", got)
	}
}
