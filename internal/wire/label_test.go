package wire_test

import (
	"strings"
	"testing"

	"example.com/ddb/internal/wire"
)

func TestScalarTakesAWholeMemberOrNothing(t *testing.T) {
	label := wire.NewLabel("a", wire.S)
	tests := []struct {
		json  string
		width int
		text  string
		ok    bool
	}{
		{`"a":{"S":"x"},`, 0, "x", true},
		{`"a":{"S":""}`, 0, "", true},
		{`"a":{"S":"a text of more than eight bytes"}`, 0, "a text of more than eight bytes", true},
		{`"a":{"S":"abc"}`, 3, "abc", true},
		{`"a":{"S":"abcd"}`, 3, "abcd", true},
		{`"a":{"S":"ab"}`, 3, "ab", true},
		{`"a":{"S":"ab"}`, 99, "ab", true},
		{`"a":{"S":"a\"b"}`, 0, "", false},
		{`"a":{"S":"a` + "\n" + `b"}`, 0, "", false},
		{`"a":{"S":"x" }`, 0, "", false},
		{`"a":{"S":"x","N":"1"}`, 0, "", false},
		{`"a":{"N":"1"}`, 0, "", false},
		{`"a": {"S":"x"}`, 0, "", false},
		{`"b":{"S":"x"}`, 0, "", false},
		{`"a":{"S":"x"`, 0, "", false},
		{`"a":{"S":"x`, 0, "", false},
		{`"a":{"S":"`, 0, "", false},
	}
	for _, tt := range tests {
		s := wire.NewScanner([]byte(tt.json))
		text, ok := s.Scalar(&label, tt.width)
		if ok != tt.ok || string(text) != tt.text || !ok && s.Pos() != 0 {
			t.Errorf("Scalar(%s, %d) = %q %v at %d; want %q %v", tt.json, tt.width, text, ok, s.Pos(), tt.text, tt.ok)
		}
	}
}

func TestIntegerTakesAWholeMemberOrNothing(t *testing.T) {
	label := wire.NewLabel("a", wire.N)
	for text, want := range map[string]int64{"0": 0, "7": 7, "-7": -7, "-0": 0, "007": 7, "123456789012345678": 123456789012345678} {
		s := wire.NewScanner([]byte(`"a":{"N":"` + text + `"},`))
		if v, ok := s.Integer(&label); !ok || v != want || !s.Comma() {
			t.Errorf("Integer of %s = %d %v", text, v, ok)
		}
	}
	for _, text := range []string{"", "-", "+7", "1.0", "1e2", " 1", "1234567890123456789", "7x"} {
		s := wire.NewScanner([]byte(`"a":{"N":"` + text + `"}`))
		if v, ok := s.Integer(&label); ok || s.Pos() != 0 {
			t.Errorf("Integer of %q = %d %v at %d; want nothing", text, v, ok, s.Pos())
		}
	}
}

func TestKeptStringsShareLittle(t *testing.T) {
	text := []byte(strings.Repeat("x", 40))
	s := wire.NewScanner(make([]byte, 1<<20))
	var kept []string
	got := testing.AllocsPerRun(1000, func() { kept = append(kept[:0], s.Keep(text)) })
	if got > 0.05 {
		t.Errorf("Keep allocates %v times", got)
	}
	one := s.Keep(text)
	text[0] = 'y'
	two := s.Keep(text)
	if one != strings.Repeat("x", 40) || two[0] != 'y' {
		t.Errorf("kept %q and %q", one, two)
	}
	long := []byte(strings.Repeat("x", 1000))
	if n := testing.AllocsPerRun(100, func() { kept = append(kept[:0], s.Keep(long)) }); n != 1 {
		t.Errorf("Keep of a long string allocates %v times, want 1 of its own", n)
	}
}
