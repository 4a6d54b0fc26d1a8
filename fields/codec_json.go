package fields

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"unicode/utf8"
	"unsafe"
)

var errJSONText = errors.New("value holds text that is not valid UTF-8, which JSON cannot; mend it first")

// jsonCodec stores any type as S, the text that encoding/json makes of it.
func jsonCodec(t reflect.Type) *codec {
	return &codec{
		kind: S,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			text, err := json.Marshal(reflect.NewAt(t, p).Interface())
			switch {
			case err != nil:
				return dst, fmt.Errorf("value is not JSON: %v", err)
			case lossy(text):
				return dst, errJSONText
			}
			return append(dst, text...), nil
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			if !utf8.Valid(text) {
				return errUTF8
			}
			target := reflect.NewAt(t, p)
			target.Elem().SetZero()
			if err := parseJSON(text, target.Interface()); err != nil {
				return fmt.Errorf("stored text is not the JSON of Go type %s", t)
			}
			return nil
		},
		absent: nilJSON(t),
	}
}

// nilJSON is nilTest that follows pointers.
func nilJSON(t reflect.Type) func(unsafe.Pointer) bool {
	end, pointers := pointee(t)
	test := nilTest(end)
	if pointers == 0 {
		return test
	}
	return func(p unsafe.Pointer) bool {
		at := follow(p, pointers)
		return at == nil || test != nil && test(at)
	}
}

// lossy reports whether encoding/json replaced bytes that are no UTF-8: it
// writes those as an escape sequence, and U+FFFD itself as it is.
func lossy(text []byte) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		if bytes.HasPrefix(text[i:], []byte(`\ufffd`)) {
			return true
		}
		i++
	}
	return false
}

// parseJSON is json.Unmarshal that keeps every digit of a number in an any, as
// a json.Number.
func parseJSON(text []byte, target any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(target); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text after the value")
	}
	return nil
}
