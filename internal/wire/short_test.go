package wire_test

import (
	"strings"
	"testing"

	"example.com/ddb/internal/wire"
)

func TestPlainTakesATextOrNothing(t *testing.T) {
	tests := []struct {
		json  string
		text  string
		ascii bool
		ok    bool
	}{
		{`x"},`, "x", true, true},
		{`"}`, "", true, true},
		{`a text of more than eight bytes"}`, "a text of more than eight bytes", true, true},
		{`é"}`, "é", false, true},
		{`eight by"}é and more`, "eight by", true, true},
		{`seven b"}é and more`, "seven b", true, true},
		{`a text with an é in the middle"} and more`, "a text with an é in the middle", false, true},
		{`a"é"}`, "", false, false},
		{`a\"b"}`, "", false, false},
		{"a\nb\"}", "", false, false},
		{`x" }`, "", false, false},
		{`x","N":"1"}`, "", false, false},
		{`x"`, "", false, false},
		{`x`, "", false, false},
		{``, "", false, false},
	}
	for _, tt := range tests {
		s := wire.NewScanner([]byte(tt.json))
		text, ascii, ok := s.Plain()
		if string(text) != tt.text || ascii != tt.ascii || ok != tt.ok || ok && s.Pos() != len(tt.text)+2 {
			t.Errorf("Plain(%s) = %q %v %v at %d; want %q %v %v", tt.json, text, ascii, ok, s.Pos(), tt.text, tt.ascii, tt.ok)
		}
	}
}

func TestPlainFindsEveryPlace(t *testing.T) {
	for n := range 40 {
		for _, end := range []string{`"}`, `\n"}`, "\x1f\"}", `"`} {
			for at := -1; at < n; at++ {
				text := []byte(strings.Repeat("\x7f", n))
				if at >= 0 {
					text[at] = 0x80
				}
				s := wire.NewScanner([]byte(string(text) + end + strings.Repeat("\x80", 9)))
				got, ascii, ok := s.Plain()
				if want := end == `"}`; ok != want || ok && (string(got) != string(text) || ascii != (at < 0)) {
					t.Errorf("Plain of %d bytes, %q and the high bit at %d = %q %v %v", n, end, at, got, ascii, ok)
				}
			}
		}
	}
}

func TestCharsTakesATextOrNothing(t *testing.T) {
	for json, want := range map[string]bool{
		`abc"}`: true, `abc"},`: true, `a"c"}`: true, `abcd"}`: false, `ab"}`: false, `abc"`: false, `abc`: false, `abc" }`: false, ``: false,
	} {
		s := wire.NewScanner([]byte(json))
		if text, ok := s.Chars(3); ok != want || ok && (string(text) != json[:3] || s.Pos() != 5) {
			t.Errorf("Chars(%s) = %q %v at %d; want %v", json, text, ok, s.Pos(), want)
		}
	}
}

func TestIntegerTakesANumberOrNothing(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "7": 7, "-7": -7, "-0": 0, "007": 7, "12345678": 12345678, "-123456789": -123456789, "123456789012345678": 123456789012345678} {
		s := wire.NewScanner([]byte(text + `"},`))
		if v, ok := s.Integer(); !ok || v != want || !s.Comma() {
			t.Errorf("Integer of %s = %d %v", text, v, ok)
		}
	}
	for _, text := range []string{"", "-", "+7", "1.0", "1e2", " 1", "1234567890123456789", "7x", "12345678x", "1234567x"} {
		if v, ok := wire.NewScanner([]byte(text + `"}`)).Integer(); ok {
			t.Errorf("Integer of %q = %d; want nothing", text, v)
		}
	}
	for _, json := range []string{"7", `7"`, `7" }`, `7",`, ""} {
		if v, ok := wire.NewScanner([]byte(json)).Integer(); ok {
			t.Errorf("Integer of %s = %d; want nothing", json, v)
		}
	}
}

func TestBooleanTakesATruthOrNothing(t *testing.T) {
	for json, want := range map[string][2]bool{
		"true}": {true, true}, "false}": {false, true}, "true": {false, false}, "true }": {false, false}, "null}": {false, false}, "": {false, false},
	} {
		if v, ok := wire.NewScanner([]byte(json)).Boolean(); v != want[0] || ok != want[1] {
			t.Errorf("Boolean(%s) = %v %v; want %v", json, v, ok, want)
		}
	}
}

func TestEightDigits(t *testing.T) {
	for text, want := range map[string]int64{"00000000": 0, "12345678": 12345678, "99999999": 99999999, "00000001x": 1, "900000000": 90000000} {
		if v, ok := wire.EightDigits([]byte(text)); !ok || v != want {
			t.Errorf("EightDigits(%s) = %d %v", text, v, ok)
		}
	}
	for c := range 256 {
		for i := range 8 {
			text := []byte("00000000")
			text[i] = byte(c)
			if _, ok := wire.EightDigits(text); ok != ('0' <= c && c <= '9') {
				t.Errorf("EightDigits of %q is %v", text, ok)
			}
		}
	}
}

func TestDecimalTakesANumberOrNothing(t *testing.T) {
	type number struct {
		digits int64
		scale  int
	}
	for text, want := range map[string]number{
		"0": {0, 0}, "7": {7, 0}, "-7.25": {-725, 2}, "0.5": {5, 1}, "0.50": {50, 2}, "00.5": {5, 1}, "123456789012345": {123456789012345, 0}, "12345678901234.5": {123456789012345, 1}, "0.0": {0, 1},
	} {
		s := wire.NewScanner([]byte(text + `"},`))
		if digits, scale, ok := s.Decimal(); !ok || (number{digits, scale}) != want || !s.Comma() {
			t.Errorf("Decimal of %s = %d %d %v", text, digits, scale, ok)
		}
	}
	for _, json := range []string{`"}`, `-"}`, `."}`, `.5"}`, `5."}`, `-0"}`, `-0.0"}`, `1e2"}`, `1.2.3"}`, `1234567890123456"}`, `123456789012345.6"}`, `1`, `1"`, `1" }`, ``, `1.`, `1.5`} {
		if digits, scale, ok := wire.NewScanner([]byte(json)).Decimal(); ok {
			t.Errorf("Decimal of %s = %d %d; want nothing", json, digits, scale)
		}
	}
}

func TestBinaryTakesBase64OrNothing(t *testing.T) {
	for text, want := range map[string]string{"": "", "AQ==": "\x01", "AQI=": "\x01\x02", "AQID": "\x01\x02\x03", "AQIDBA==": "\x01\x02\x03\x04"} {
		s := wire.NewScanner([]byte(text + `"},`))
		if raw, ok := s.Binary(); !ok || raw == nil || string(raw) != want || cap(raw) != len(raw) && want == "" || !s.Comma() {
			t.Errorf("Binary of %s = %q %v", text, raw, ok)
		}
	}
	for _, text := range []string{"A", "AQ", "AQ=", "A===", "====", "AQ==AQ==", "AQé=", "A*ID", "AQ=D"} {
		if raw, ok := wire.NewScanner([]byte(text + `"}`)).Binary(); ok {
			t.Errorf("Binary of %s = %q; want nothing", text, raw)
		}
	}
}
