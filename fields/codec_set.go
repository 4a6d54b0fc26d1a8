package fields

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"example.com/ddb/internal/decimal"
	"example.com/ddb/internal/wire"
)

var (
	errEmptySet  = errors.New("DynamoDB has no empty sets; leave the attribute out")
	errDuplicate = errors.New("set has the same element twice; a set holds each element once")
)

// setKinds are the set types by the type of their elements.
var setKinds = map[Kind]Kind{S: SS, N: NS, B: BS}

// setOf stores slices, and maps to struct{}, as a set. An empty one is absent.
// Elements come back in no promised order.
func (c *compiler) setOf(t reflect.Type) (*codec, error) {
	if t.Kind() == reflect.Pointer {
		elem, err := c.setOf(t.Elem())
		if err != nil {
			return nil, err
		}
		return pointerTo(t.Elem(), elem), nil
	}
	isMap := t.Kind() == reflect.Map && t.Elem() == reflect.TypeFor[struct{}]()
	if t.Kind() != reflect.Slice && !isMap {
		return nil, misfit("set", t, "a slice, or a map to struct{}")
	}
	of := t.Elem()
	if isMap {
		of = t.Key()
	}
	elem, err := c.codecOf(of, &tag{})
	if err != nil {
		return nil, fmt.Errorf("element of %s: %w", t, err)
	}
	kind, ok := setKinds[elem.kind]
	if !ok || elem.absent != nil && elem.kind != B {
		return nil, fmt.Errorf("elements of Go type %s cannot be in a set; use strings, numbers or bytes", of)
	}
	if isMap {
		return mapSet(t, kind, elem), nil
	}
	return sliceSet(t, kind, elem), nil
}

func sliceSet(t reflect.Type, kind Kind, elem *codec) *codec {
	s := &sequence{typ: t, elem: elem, stride: t.Elem().Size()}
	return &codec{
		kind:   kind,
		elem:   elem,
		absent: func(p unsafe.Pointer) bool { return (*sliceHeader)(p).len == 0 },
		clear:  func(p unsafe.Pointer) { *(*sliceHeader)(p) = sliceHeader{} },
		write: func(sink *wire.Sink, p unsafe.Pointer) error {
			h := (*sliceHeader)(p)
			set := setWriter{elem: elem}
			for i := range h.len {
				if err := set.add(s.at(h.data, i)); err != nil {
					return fmt.Errorf("element %d: %w", i, err)
				}
			}
			return set.finish(sink, kind)
		},
		read: func(src wire.Source, _ Kind, p unsafe.Pointer) error {
			slice := reflect.NewAt(t, p).Elem()
			slice.SetZero()
			h := (*sliceHeader)(p)
			return src.Set(kind, func(text []byte) error {
				slice.Grow(1)
				h.len++
				return elem.parseText(text, s.at(h.data, h.len-1))
			})
		},
	}
}

func mapSet(t reflect.Type, kind Kind, elem *codec) *codec {
	return &codec{
		kind: kind,
		elem: elem,
		absent: func(p unsafe.Pointer) bool {
			return reflect.NewAt(t, p).Elem().Len() == 0
		},
		clear: func(p unsafe.Pointer) { reflect.NewAt(t, p).Elem().SetZero() },
		write: func(sink *wire.Sink, p unsafe.Pointer) error {
			set := setWriter{elem: elem}
			key := reflect.New(t.Key())
			for iter := reflect.NewAt(t, p).Elem().MapRange(); iter.Next(); {
				key.Elem().SetIterKey(iter)
				if err := set.add(key.UnsafePointer()); err != nil {
					return err
				}
			}
			return set.finish(sink, kind)
		},
		read: func(src wire.Source, _ Kind, p unsafe.Pointer) error {
			m := reflect.MakeMap(t)
			reflect.NewAt(t, p).Elem().Set(m)
			key := reflect.New(t.Key())
			return src.Set(kind, func(text []byte) error {
				key.Elem().SetZero()
				if err := elem.parseText(text, key.UnsafePointer()); err != nil {
					return err
				}
				m.SetMapIndex(key.Elem(), reflect.ValueOf(struct{}{}))
				return nil
			})
		},
	}
}

// A setWriter collects the elements of a set.
type setWriter struct {
	elem  *codec
	texts []string
	seen  map[string]struct{}
}

func (w *setWriter) add(p unsafe.Pointer) error {
	if w.elem.check != nil {
		if err := w.elem.check(p); err != nil {
			return err
		}
	}
	text, err := w.elem.appendText(nil, p)
	if err != nil {
		return err
	}
	w.texts = append(w.texts, string(text))
	return w.once(text)
}

// once fails if the element is there already: 1 and 1.0 are one number.
func (w *setWriter) once(text []byte) error {
	if w.elem.kind == N {
		if n, err := decimal.Parse(text); err == nil {
			text = n.Append(nil)
		}
	}
	if _, twice := w.seen[string(text)]; twice {
		return errDuplicate
	}
	if w.seen == nil {
		w.seen = make(map[string]struct{})
	}
	w.seen[string(text)] = struct{}{}
	return nil
}

func (w *setWriter) finish(sink *wire.Sink, kind Kind) error {
	if len(w.texts) == 0 {
		return errEmptySet
	}
	sink.Set(kind, w.texts)
	return nil
}
