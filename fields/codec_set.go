package fields

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"unsafe"

	"example.com/ddb/internal/wire"
)

var (
	errEmptySet   = errors.New("DynamoDB has no empty sets; leave the attribute out")
	errDuplicate  = errors.New("set has the same element twice; a set holds each element once")
	errNilElement = errors.New("element of the set is nil, and a set has no NULL; leave it out")
)

// setKinds are the set types by the type of their elements.
var setKinds = map[Kind]Kind{S: SS, N: NS, B: BS}

// setOf stores slices, and maps to struct{}, as a set. An empty one is absent.
// Elements come back in no promised order.
func (c *compiler) setOf(t reflect.Type) (*codec, error) {
	of := t.Elem()
	if isMapSet(t) {
		of = t.Key()
	}
	elem, err := c.codecOf(of, &tag{})
	if err != nil {
		return nil, fmt.Errorf("element of %s: %w", t, err)
	}
	kind, ok := setKinds[elem.kind]
	if !ok || elem.pointer {
		return nil, fmt.Errorf("elements of Go type %s cannot be in a set; use strings, numbers or bytes", of)
	}
	if isMapSet(t) {
		return mapSet(t, kind, elem), nil
	}
	return sliceSet(t, kind, elem), nil
}

func isMapSet(t reflect.Type) bool {
	return t.Kind() == reflect.Map && t.Elem() == reflect.TypeFor[struct{}]()
}

func sliceSet(t reflect.Type, kind Kind, elem *codec) *codec {
	s := &sequence{typ: t, elem: elem, stride: t.Elem().Size()}
	return &codec{
		kind:   kind,
		elem:   elem,
		absent: func(p unsafe.Pointer) bool { return (*sliceHeader)(p).len == 0 },
		write: func(sink *wire.Sink, p unsafe.Pointer) error {
			h := (*sliceHeader)(p)
			texts := make([]string, h.len)
			for i := range texts {
				text, err := elem.element(s.at(h.data, i))
				if err != nil {
					return fmt.Errorf("element %d: %w", i, err)
				}
				texts[i] = text
			}
			if hasDuplicate(texts, elem.kind) {
				return errDuplicate
			}
			sink.Set(kind, texts)
			return nil
		},
		read: func(src wire.Source, _ Kind, p unsafe.Pointer) error {
			err := s.draft(p, func(d *draft) error {
				return src.Set(kind, func(text []byte) error { return elem.parse(src, text, d.add()) })
			})
			if err == nil && (*sliceHeader)(p).len == 0 {
				return errEmptySet
			}
			return err
		},
	}
}

func mapSet(t reflect.Type, kind Kind, elem *codec) *codec {
	return &codec{
		kind:   kind,
		elem:   elem,
		absent: func(p unsafe.Pointer) bool { return reflect.NewAt(t, p).Elem().Len() == 0 },
		write: func(sink *wire.Sink, p unsafe.Pointer) error {
			var texts []string
			key := reflect.New(t.Key())
			for iter := reflect.NewAt(t, p).Elem().MapRange(); iter.Next(); {
				key.Elem().SetIterKey(iter)
				text, err := elem.element(key.UnsafePointer())
				if err != nil {
					return err
				}
				texts = append(texts, text)
			}
			if hasDuplicate(texts, elem.kind) {
				return errDuplicate
			}
			slices.Sort(texts) // equal sets have equal bytes
			sink.Set(kind, texts)
			return nil
		},
		read: func(src wire.Source, _ Kind, p unsafe.Pointer) error {
			m := reflect.MakeMap(t)
			reflect.NewAt(t, p).Elem().Set(m)
			key, n := reflect.New(t.Key()), 0
			err := src.Set(kind, func(text []byte) error {
				n++
				key.Elem().SetZero()
				if err := elem.parse(src, text, key.UnsafePointer()); err != nil {
					return err
				}
				m.SetMapIndex(key.Elem(), reflect.ValueOf(struct{}{}))
				return nil
			})
			switch {
			case err != nil:
				return err
			case n == 0:
				return errEmptySet
			case n != m.Len():
				return errDuplicate
			}
			return nil
		},
	}
}

// element is the text of an element of a set.
func (c *codec) element(p unsafe.Pointer) (string, error) {
	if c.absent != nil && c.absent(p) {
		return "", errNilElement
	}
	text, err := c.text(nil, p)
	return string(text), err
}

// hasDuplicate reports whether two elements are the same to DynamoDB, to which
// 1 and 1.0 are one number.
func hasDuplicate(texts []string, k Kind) bool {
	all := slices.Clone(texts)
	for i, text := range all {
		if k == N {
			all[i] = canonical(text)
		}
	}
	slices.Sort(all)
	return len(slices.Compact(all)) < len(texts)
}
