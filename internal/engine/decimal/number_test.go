package decimal_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"example.com/ddb/internal/engine/decimal"
)

func mustParse(t testing.TB, text string) decimal.Number {
	t.Helper()
	n, err := decimal.Parse(text)
	if err != nil {
		t.Fatalf("Parse(%q): %v", text, err)
	}
	return n
}

func TestParseGivesTheCanonicalForm(t *testing.T) {
	tests := []struct{ text, want string }{
		{"0", "0"}, {"-0", "0"}, {"0.000", "0"}, {"0e125", "0"}, {"0.0e-130", "0"}, {"00", "0"},
		{"7", "7"}, {"007", "7"}, {"+7", "7"}, {"-7", "-7"}, {"7.", "7"}, {".7", "0.7"}, {"-.7", "-0.7"},
		{"1.10", "1.1"}, {"100", "100"}, {"1e3", "1000"}, {"1E+3", "1000"}, {"1.5e3", "1500"}, {"1500e-3", "1.5"},
		{"0.001", "0.001"}, {"123.456", "123.456"}, {"0001.2300", "1.23"},
		{"1e125", "1" + strings.Repeat("0", 125)},
		{"1e-130", "0." + strings.Repeat("0", 129) + "1"},
		{strings.Repeat("0", 500) + "1", "1"},
		{"1" + strings.Repeat("0", 125), "1" + strings.Repeat("0", 125)},
		{"0." + strings.Repeat("0", 200) + "1e100", "0." + strings.Repeat("0", 100) + "1"},
		{"12345678901234567890123456789012345678", "12345678901234567890123456789012345678"},
		{"12345678901234567890123456789012345678000", "12345678901234567890123456789012345678000"},
		{"0.12345678901234567890123456789012345678", "0.12345678901234567890123456789012345678"},
	}
	for _, test := range tests {
		n, err := decimal.Parse(test.text)
		if got := n.String(); err != nil || got != test.want {
			t.Errorf("Parse(%q)\n got: %q, %v\nwant: %q", test.text, got, err, test.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct {
		text string
		want error
	}{
		{"", decimal.ErrSyntax}, {"-", decimal.ErrSyntax}, {"+", decimal.ErrSyntax}, {".", decimal.ErrSyntax},
		{"e5", decimal.ErrSyntax}, {"1e", decimal.ErrSyntax}, {"1e+", decimal.ErrSyntax}, {"1e5.0", decimal.ErrSyntax},
		{"1.2.3", decimal.ErrSyntax}, {" 1", decimal.ErrSyntax}, {"1 ", decimal.ErrSyntax}, {"1_000", decimal.ErrSyntax},
		{"NaN", decimal.ErrSyntax}, {"Infinity", decimal.ErrSyntax}, {"0x10", decimal.ErrSyntax}, {"--1", decimal.ErrSyntax},
		{"1e126", decimal.ErrOverflow}, {"-11e125", decimal.ErrOverflow}, {"1e9223372036854775807", decimal.ErrOverflow},
		{"1" + strings.Repeat("0", 126), decimal.ErrOverflow},
		{"1e-131", decimal.ErrUnderflow}, {"0.9e-130", decimal.ErrUnderflow}, {"1e-9223372036854775807", decimal.ErrUnderflow},
		{"1e9223372036854775808", decimal.ErrSyntax}, {"0e126", decimal.ErrOverflow}, {"-0.0e-131", decimal.ErrUnderflow},
		{"123456789012345678901234567890123456789", decimal.ErrPrecision},
		{"3.14159265358979323846264338327950288419", decimal.ErrPrecision},
		{"1" + strings.Repeat("0", 50) + "1", decimal.ErrPrecision},
	}
	for _, test := range tests {
		if n, err := decimal.Parse(test.text); !errors.Is(err, test.want) {
			t.Errorf("Parse(%q)\n got: %v, %v\nwant: %v", test.text, n, err, test.want)
		}
	}
}

func TestSizeCountsPairsOfDigits(t *testing.T) {
	tests := []struct {
		text string
		want int
	}{
		{"0", 1}, {"1", 2}, {"12", 2}, {"123", 3}, {"1234", 3}, {"12345", 4}, {"100", 2}, {"1000", 2},
		{"1.2", 3}, {"12.3", 3}, {"0.1", 2}, {"0.01", 2}, {"0.001", 2},
		{"-1", 3}, {"-12", 3}, {"-123", 4},
		{"12345678901234567890123456789012345678", 20}, {"1.2345678901234567890123456789012345678", 21},
		// Measured on the service at the limit of an item's size.
		{"0042", 2}, {"1010", 3}, {"0.0000001", 2}, {"1E125", 2}, {"1E-100", 2}, {"1.5", 3}, {"15", 2},
		{"1.200", 3}, {"1.234", 4}, {"3.14159", 5}, {"123456", 4}, {"100.5", 4}, {"0.15", 2}, {"-42", 3}, {"-0", 1},
	}
	for _, test := range tests {
		n := mustParse(t, test.text)
		if got := n.Size(); got != test.want {
			t.Errorf("Size(%s)\n got: %d\nwant: %d", test.text, got, test.want)
		}
	}
}

func TestSumsThatDoNotFit(t *testing.T) {
	tests := []struct {
		a, b string
		want error
	}{
		{"9e125", "9e125", decimal.ErrOverflow},
		{"-9e125", "-9e125", decimal.ErrOverflow},
		{"1e50", "1", decimal.ErrPrecision},
		{"1e125", "1e-130", decimal.ErrPrecision},
		{"1e50", "-1", decimal.ErrPrecision},
		{"1.1e-130", "-1e-130", decimal.ErrUnderflow},
	}
	for _, test := range tests {
		a, err := decimal.Parse(test.a)
		if err != nil {
			t.Fatal(err)
		}
		b, err := decimal.Parse(test.b)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := decimal.Add(a, b); !errors.Is(err, test.want) {
			t.Errorf("Add(%s, %s)\n got: %v, %v\nwant: %v", test.a, test.b, n, err, test.want)
		}
	}
}

// texts draws numbers of every size, with many that are near each other.
func texts() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		digits := rapid.StringMatching(`[1-9][0-9]{0,37}`).Draw(t, "digits")
		if rapid.Bool().Draw(t, "round") {
			digits = rapid.StringMatching(`[1-9]0{0,5}[1-9]?`).Draw(t, "short")
		}
		exponent := rapid.IntRange(-130, 125).Draw(t, "exponent") - (len(digits) - 1)
		sign := rapid.SampledFrom([]string{"", "-", "+"}).Draw(t, "sign")
		return sign + digits + "e" + big.NewInt(int64(exponent)).String()
	})
}

func drawNumber(t *rapid.T, name string) (decimal.Number, *big.Rat) {
	text := texts().Draw(t, name)
	n, err := decimal.Parse(text)
	if errors.Is(err, decimal.ErrUnderflow) {
		t.Skip()
	}
	if err != nil {
		t.Fatalf("Parse(%q): %v", text, err)
	}
	exact, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("big.Rat does not read %q", text)
	}
	return n, exact
}

func TestTextIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, exact := drawNumber(t, "n")
		back, ok := new(big.Rat).SetString(n.String())
		if !ok || back.Cmp(exact) != 0 {
			t.Fatalf("got %s for %s", n, exact)
		}
		again, err := decimal.Parse(n.String())
		if err != nil || again != n {
			t.Fatalf("Parse(%s)\n got: %v, %v\nwant: the same number", n, again, err)
		}
	})
}

func TestOrderIsThatOfTheNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, x := drawNumber(t, "a")
		b, y := drawNumber(t, "b")
		want := x.Cmp(y)
		if got := decimal.Compare(&a, &b); got != want {
			t.Fatalf("Compare(%s, %s)\n got: %d\nwant: %d", a, b, got, want)
		}
		ka, kb := a.AppendKey(nil), b.AppendKey(nil)
		if got := bytes.Compare(ka, kb); got != want {
			t.Fatalf("keys of %s and %s: %x %x\n got: %d\nwant: %d", a, b, ka, kb, got, want)
		}
		if want != 0 && (bytes.HasPrefix(ka, kb) || bytes.HasPrefix(kb, ka)) {
			t.Fatalf("keys of %s and %s: one begins with the other: %x %x", a, b, ka, kb)
		}
	})
}

func TestKeyOrderAroundZero(t *testing.T) {
	var last []byte
	for _, text := range []string{
		"-9.9e125", "-1e125", "-100", "-99", "-10", "-9.9", "-9", "-1.01", "-1", "-0.1", "-0.01", "-1e-130",
		"0", "1e-130", "0.01", "0.1", "0.99", "1", "1.01", "9", "9.9", "10", "10.5", "99", "100", "1e125", "9.9e125",
	} {
		n := mustParse(t, text)
		key := n.AppendKey(nil)
		if last != nil && bytes.Compare(last, key) >= 0 {
			t.Errorf("the key of %s does not sort after the one before: %x %x", text, last, key)
		}
		last = key
	}
}

// TestKeysAreStable pins the stored form: files of this release are read by
// later ones.
func TestKeysAreStable(t *testing.T) {
	for text, want := range map[string]string{
		"0":                                      "02",
		"1":                                      "0380" + "02" + "00",
		"-1":                                     "017f" + "fd" + "ff",
		"12.5":                                   "0380" + "0d33" + "00",
		"-12.5":                                  "017f" + "f2cc" + "ff",
		"123":                                    "0381" + "0218" + "00",
		"1e-130":                                 "033f" + "02" + "00",
		"9.9e125":                                "03be" + "64" + "00",
		"12345678901234567890123456789012345678": "0392" + "0d23394f5b0d23394f5b0d23394f5b0d23394f" + "00",
	} {
		n := mustParse(t, text)
		if got := fmt.Sprintf("%x", n.AppendKey(nil)); got != want {
			t.Errorf("%s\n got: %s\nwant: %s", text, got, want)
		}
	}
}

func TestSumsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, x := drawNumber(t, "a")
		b, y := drawNumber(t, "b")
		check := func(name string, got decimal.Number, err error, want *big.Rat) {
			fits, exact := fit(want)
			if err != nil {
				if fits {
					t.Fatalf("%s(%s, %s)\n got: %v\nwant: %s", name, a, b, err, exact)
				}
				return
			}
			back, _ := new(big.Rat).SetString(got.String())
			if back.Cmp(want) != 0 {
				t.Fatalf("%s(%s, %s)\n got: %s\nwant: %s", name, a, b, got, exact)
			}
		}
		n, err := decimal.Add(a, b)
		check("Add", n, err, new(big.Rat).Add(x, y))
		n, err = decimal.Sub(a, b)
		check("Sub", n, err, new(big.Rat).Sub(x, y))
	})
}

func TestSumsWithZero(t *testing.T) {
	zero, n := decimal.Number{}, mustParse(t, "-12.5")
	tests := []struct {
		name string
		sum  func(a, b decimal.Number) (decimal.Number, error)
		a, b decimal.Number
		want string
	}{
		{"0 + n", decimal.Add, zero, n, "-12.5"},
		{"n + 0", decimal.Add, n, zero, "-12.5"},
		{"0 - n", decimal.Sub, zero, n, "12.5"},
		{"n - 0", decimal.Sub, n, zero, "-12.5"},
		{"n - n", decimal.Sub, n, n, "0"},
		{"0 + 0", decimal.Add, zero, zero, "0"},
	}
	for _, test := range tests {
		got, err := test.sum(test.a, test.b)
		if err != nil || got.String() != test.want || got != mustParse(t, test.want) {
			t.Errorf("%s\n got: %s, %v\nwant: %s", test.name, got, err, test.want)
		}
	}
}

func TestZeroIsComparedBySign(t *testing.T) {
	zero := decimal.Number{}
	for text, want := range map[string]int{"-1e-130": 1, "0": 0, "-0": 0, "1e-130": -1, "9e125": -1} {
		n := mustParse(t, text)
		if got, back := decimal.Compare(&zero, &n), decimal.Compare(&n, &zero); got != want || back != -want {
			t.Errorf("0 and %s\n got: %d, %d\nwant: %d, %d", text, got, back, want, -want)
		}
	}
}

// fit tells whether a number has at most 38 digits and is in range.
func fit(x *big.Rat) (bool, string) {
	text := x.FloatString(200)
	digits := strings.Trim(strings.Replace(strings.TrimPrefix(text, "-"), ".", "", 1), "0")
	limit, _ := new(big.Rat).SetString("1e126")
	least, _ := new(big.Rat).SetString("1e-130")
	magnitude := new(big.Rat).Abs(x)
	inRange := magnitude.Sign() == 0 || magnitude.Cmp(limit) < 0 && magnitude.Cmp(least) >= 0
	return inRange && len(digits) <= decimal.MaxDigits, text
}

func TestCanonicalIntegersNeedNoParsing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?[0-9]{0,40}`).Draw(t, "text")
		n, err := decimal.Parse(text)
		if decimal.IsCanonicalInteger(text) && (err != nil || n.String() != text) {
			t.Fatalf("IsCanonicalInteger(%q) but it is %v, %v", text, n, err)
		}
	})
	for _, text := range []string{"0", "5", "-5", "10", "1428791681"} {
		if !decimal.IsCanonicalInteger(text) {
			t.Errorf("IsCanonicalInteger(%q) is false", text)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"0", "-1.5e3", "1e-130", "9.9e125", "+.5", "1e", "0e99999999999999999999", "00000"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := decimal.Parse(text)
		if err != nil {
			return
		}
		again, err := decimal.Parse(n.String())
		if err != nil || again != n {
			t.Errorf("Parse(%q) gives %s, which reads as %v, %v", text, n, again, err)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := decimal.Parse("1428791681.25"); err != nil {
			b.Fatal(err)
		}
	}
}
