package fields

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"example.com/ddb/internal/wire"
)

var errMapName = errors.New("name in a map must be 1 to 65,535 bytes of UTF-8")

// mapOf stores maps as M. Keys are strings, or scalars by their text. A nil
// map is absent; nil elements of a map are NULL.
func (c *compiler) mapOf(t reflect.Type) (*codec, error) {
	key, err := c.codecOf(t.Key(), &tag{})
	if err != nil {
		return nil, fmt.Errorf("key of %s: %w", t, err)
	}
	if key.kind != S && key.kind != N || key.absent != nil || !key.scalar() {
		return nil, fmt.Errorf("key of %s cannot be a name in a map; use a string, number or UUID as key", t)
	}
	if t.Elem() == reflect.TypeFor[struct{}]() {
		return nil, fmt.Errorf("Go type %s is not stored as a map; add the option `set`", t)
	}
	elem, err := c.codecOf(t.Elem(), &tag{})
	if err != nil {
		return nil, fmt.Errorf("element of %s: %w", t, err)
	}
	m := &mapping{typ: t, key: key, elem: elem}
	return &codec{
		kind:   M,
		key:    key,
		elem:   elem,
		write:  m.write,
		read:   m.read,
		absent: func(p unsafe.Pointer) bool { return deref(p) == nil },
		clear:  func(p unsafe.Pointer) { *(*unsafe.Pointer)(p) = nil },
	}, nil
}

// A mapping reaches the entries of one map type. The runtime's maps can only
// be walked through reflect.
type mapping struct {
	typ       reflect.Type
	key, elem *codec
}

func (m *mapping) write(sink *wire.Sink, p unsafe.Pointer) error {
	all := reflect.NewAt(m.typ, p).Elem()
	key, elem := reflect.New(m.typ.Key()), reflect.New(m.typ.Elem())
	g := sink.BeginMap(all.Len())
	for iter := all.MapRange(); iter.Next(); {
		key.Elem().SetIterKey(iter)
		elem.Elem().SetIterValue(iter)
		name, err := m.key.appendText(nil, key.UnsafePointer())
		if err != nil || !wire.ValidName(string(name)) {
			return errors.Join(errMapName, err)
		}
		sink.Name(&g, string(name))
		if err := m.elem.putElement(sink, elem.UnsafePointer()); err != nil {
			return fmt.Errorf("in the map: %w", err)
		}
		sink.Done(&g)
	}
	sink.EndMap(&g)
	return nil
}

func (m *mapping) read(src wire.Source, _ Kind, p unsafe.Pointer) error {
	all := reflect.MakeMap(m.typ)
	reflect.NewAt(m.typ, p).Elem().Set(all)
	key, elem := reflect.New(m.typ.Key()), reflect.New(m.typ.Elem())
	return src.Map(func(name []byte, value wire.Source) error {
		key.Elem().SetZero()
		elem.Elem().SetZero()
		if err := m.key.parseText(name, key.UnsafePointer()); err != nil {
			return fmt.Errorf("name in the map: %w", err)
		}
		if err := m.elem.get(value, elem.UnsafePointer()); err != nil {
			return fmt.Errorf("in the map: %w", err)
		}
		all.SetMapIndex(key.Elem(), elem.Elem())
		return nil
	})
}
