package fields

import (
	"encoding/json"
	"fmt"
	"reflect"
	"unsafe"
)

// jsonCodec stores any type as S, the text that encoding/json makes of it.
func jsonCodec(t reflect.Type) *codec {
	c := &codec{
		kind: S,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			text, err := json.Marshal(reflect.NewAt(t, p).Interface())
			if err != nil {
				return dst, fmt.Errorf("not JSON: %v", err)
			}
			return append(dst, text...), nil
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			target := reflect.NewAt(t, p)
			target.Elem().SetZero()
			if err := json.Unmarshal(text, target.Interface()); err != nil {
				return fmt.Errorf("stored text is not the JSON of Go type %s", t)
			}
			return nil
		},
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Interface:
		c.absent = func(p unsafe.Pointer) bool { return reflect.NewAt(t, p).Elem().IsNil() }
		c.clear = func(p unsafe.Pointer) { reflect.NewAt(t, p).Elem().SetZero() }
	}
	return c
}
