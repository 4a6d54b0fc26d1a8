package wire_test

import (
	"strings"
	"testing"

	"example.com/ddb/internal/wire"
)

func TestPrefixTakesAnOpeningOrNothing(t *testing.T) {
	label := wire.NewLabel("a", wire.S)
	opening := label.Opening()
	for json, want := range map[string]bool{
		`,"a":{"S":"x"}`: true, `,"a":{"S":"`: true, `,"a":{"S":`: false, `,"a":{"N":"1"}`: false, `,"a": {"S":"x"}`: false, `"a":{"S":"x"}`: false, ``: false,
	} {
		s := wire.NewScanner([]byte(json))
		if got := s.Prefix(opening); got != want || s.Pos() > 0 != want {
			t.Errorf("Prefix of %s = %v at %d; want %v", json, got, s.Pos(), want)
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
