package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/ddb/internal/wire"
)

// value reads any JSON with a Scanner, as encoding/json reads it into an any.
func value(s *wire.Scanner) (any, error) {
	switch {
	case s.Null():
		return nil, nil
	case s.Peek('"') == nil:
		text, err := s.String()
		return string(text), err
	case s.Peek('{') == nil:
		m := make(map[string]any)
		err := s.Each('{', '}', func(name []byte) error {
			key := string(name)
			v, err := value(s)
			m[key] = v
			return err
		})
		return m, err
	case s.Peek('[') == nil:
		list := []any{}
		err := s.Each('[', ']', func([]byte) error {
			v, err := value(s)
			list = append(list, v)
			return err
		})
		return list, err
	}
	if b, err := s.Bool(); err == nil {
		return b, nil
	}
	text, err := s.Number()
	return json.Number(text), err
}

// twin reads text with encoding/json.
func twin(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the value")
	}
	return v, nil
}

// depth is how many brackets are open at once, at most.
func depth(text []byte) int {
	now, most := 0, 0
	for _, c := range text {
		switch c {
		case '{', '[':
			now++
			most = max(most, now)
		case '}', ']':
			now--
		}
	}
	return most
}

// What is passed over is as deep as it would be if it were read.
func TestSkippedScalarsAreDeep(t *testing.T) {
	for n, fits := range map[int]bool{69: true, 70: false} {
		s := wire.NewScanner([]byte(strings.Repeat("[", n) + `{"S":"a"}` + strings.Repeat("]", n)))
		if _, err := s.Skip(); (err == nil) != fits {
			t.Errorf("a scalar inside of %d brackets: %v", n, err)
		}
	}
}

func FuzzScanner(f *testing.F) {
	for _, seed := range []string{
		``, ` `, `null`, `true`, `falsey`, `nul`, `{}`, `[]`, `{"a":1,}`, `[1,]`, `{"a"}`, `{"a":}`, `{,}`, `[,]`, `{"a":1 "b":2}`, `[1 2]`,
		`{"a":[1,{"b":null}],"a":2}`, " {\t\"a\"\n:\r1 } ", `0`, `-0`, `01`, `-`, `1.`, `.5`, `1.5e`, `1.5e+10`, `1E-3x`, `+1`, `NaN`, `0x1`,
		`"é\u00e9\ud83d\ude00\ud83dx\ude00\ud83d\u0041"`, `"\"\\\/\b\f\n\r\t"`, `"\x"`, `"\u12"`, `"\u12g4"`, `"\uD83D`, `"a`, "\"a\nb\"", "\"\x7f\"", "\"\xff\"",
		`"1234567"`, `"12345678"`, `"123456789012345\"x"`, `"abcdefg\\"`, strings.Repeat("[", 70) + strings.Repeat("]", 70), strings.Repeat(`{"a":`, 71) + "1" + strings.Repeat("}", 71),
		`{"S":"a"}`, `{"S":"é"} `, `{"S":"a"`, `{"S":"a`, `{"S":"a"x`, `{"S":"a",}`, `{"S":"a\"}`, `{"\":"a"}`, `{""":"a"}`, "{\"\x01\":\"a\"}", `{"Sx:"a"}`, `{"S"x"a"}`, `{xS":"a"}`, `{"S":xa"}`, `["S":"a"}`, `{"S":"a}}`, `{"S":"a\}`,
		`{} {}`, `"a""b"`, `[1]]`, "\ufeff{}", "\"\u2028\"", `{"":0}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		kept := bytes.Clone(text)
		s := wire.NewScanner(text)
		got, err := value(s)
		if err == nil {
			err = s.End()
		}
		if depth(text) > 70 || !utf8.Valid(text) {
			return
		}
		want, errTwin := twin(text)
		if (err == nil) != (errTwin == nil) {
			t.Fatalf("scanning %q\n got: %v\nencoding/json: %v", text, err, errTwin)
		}
		if err == nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("scanning %q\n got: %#v\nwant: %#v", text, got, want)
		}
		if malformed, ok := errors.AsType[*wire.Error](err); err != nil && (!ok || malformed.Offset < 0 || malformed.Offset > len(text)) {
			t.Fatalf("scanning %q: %#v is no error with a place", text, err)
		}
		// Passing over is as strict as reading.
		s.Reset(text)
		skipped, err := s.Skip()
		if err == nil {
			err = s.End()
		}
		if (err == nil) != (errTwin == nil) || err == nil && !bytes.Equal(skipped, bytes.Trim(text, " \t\r\n")) {
			t.Fatalf("skipping %q\n got: %q %v\nencoding/json: %v", text, skipped, err, errTwin)
		}
		if !bytes.Equal(text, kept) {
			t.Fatal("the scanner changes its input")
		}
	})
}

func FuzzString(f *testing.F) {
	for _, seed := range []string{"", "a", "\"\\/\b\x00\x1f\x7f", "é\u2028\U0001F600", "12345678\n12345678"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		written := wire.AppendString([]byte("x"), text)
		var back string
		if err := json.Unmarshal(written[1:], &back); err != nil || back != text {
			t.Fatalf("AppendString(%q) = %q, which encoding/json reads as %q, %v", text, written, back, err)
		}
		read, err := wire.NewScanner(written[1:]).String()
		if err != nil || string(read) != text {
			t.Fatalf("AppendString(%q) = %q, which is read as %q, %v", text, written, read, err)
		}
	})
}

func TestErrorsSayWhere(t *testing.T) {
	tests := []struct{ text, want string }{
		{``, "JSON at byte 0: text ends too early"},
		{`{"a" 1}`, "JSON at byte 5: : is missing"},
		{`{"a":1 "b":2}`, "JSON at byte 7: , is missing"},
		{`{a:1}`, `JSON at byte 1: " is missing`},
		{`[x]`, "JSON at byte 1: value is missing"},
		{`["\x"]`, "JSON at byte 2: escape sequence in a string is not known"},
		{"[\"a\nb\"]", "JSON at byte 3: control character in a string"},
		{`["a`, "JSON at byte 3: text ends too early"},
		{strings.Repeat("[", 71), "JSON at byte 70: value is nested too deeply; DynamoDB nests 32 levels"},
		{`[] `, ""},
		{`[] x`, "JSON at byte 3: text goes on after the end"},
	}
	for _, tt := range tests {
		s := wire.NewScanner([]byte(tt.text))
		_, err := s.Skip()
		if err == nil {
			err = s.End()
		}
		if got := errorText(err); got != tt.want {
			t.Errorf("Skip(%s)\n got: %s\nwant: %s", tt.text, got, tt.want)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestNumbersAndBools(t *testing.T) {
	s := wire.NewScanner([]byte(` 12.5 true false [ ] null`))
	if text, err := s.Number(); err != nil || string(text) != "12.5" {
		t.Errorf("Number\n got: %q %v", text, err)
	}
	if _, err := s.Number(); err == nil || s.Pos() != 6 {
		t.Errorf("Number of true\n got: %v at byte %d", err, s.Pos())
	}
	if b, err := s.Bool(); err != nil || !b {
		t.Errorf("Bool\n got: %v %v", b, err)
	}
	if b, err := s.Bool(); err != nil || b {
		t.Errorf("Bool\n got: %v %v", b, err)
	}
	if _, err := s.Bool(); err == nil {
		t.Error("Bool takes a list")
	}
	mark := s.Mark()
	for range 2 {
		if err := s.Each('[', ']', nil); err != nil {
			t.Error(err)
		}
		if !s.Null() {
			t.Error("Null does not find null")
		}
		s.Back(mark)
	}
}

func TestTakeGoesOnAfterWhatWasRead(t *testing.T) {
	s := wire.NewScanner([]byte(`[{"a":1},2]`))
	if err := s.Begin('['); err != nil {
		t.Fatal(err)
	}
	err := s.Take(func(json []byte) ([]byte, error) {
		inner := wire.NewScanner(json)
		_, err := inner.Skip()
		return json[inner.Pos():], err
	})
	if more, errMore := s.More(']', false); err != nil || !more || errMore != nil || s.Pos() != 9 {
		t.Errorf("Take\n got: %v, then %v %v at byte %d", err, more, errMore, s.Pos())
	}
	wrong := errors.New("wrong")
	if err := s.Take(func([]byte) ([]byte, error) { return nil, wrong }); !errors.Is(err, wrong) {
		t.Errorf("Take\n got: %v", err)
	}
}
