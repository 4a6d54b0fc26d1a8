package fields

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"unsafe"

	"example.com/ddb/internal/wire"
)

var (
	errMapName    = errors.New("name in a map must be 1 to 65,535 bytes of UTF-8")
	errStoredName = errors.New("name in the stored map is not in the form that is written for the Go type of the map's key")
	errNameTwice  = errors.New("map has two entries of one name; use keys with distinct texts")
)

// mapOf stores maps as M. Keys are strings, or scalars by their text. A nil
// map is absent; nil elements of a map are NULL.
func (c *compiler) mapOf(t reflect.Type) (*codec, error) {
	if made := c.made[t]; made != nil {
		return made, nil
	}
	if isMapSet(t) {
		return nil, fmt.Errorf("values of Go type %s are not stored as a map; add the option `set`", t)
	}
	m := &mapping{typ: t, elems: reflect.SliceOf(t.Elem())}
	made := &codec{kind: M, absent: nilTest(t), write: m.write, read: m.read}
	c.made[t] = made
	key, err := c.codecOf(t.Key(), &tag{})
	if err != nil {
		return nil, fmt.Errorf("key of %s: %w", t, err)
	}
	if key.kind != S && key.kind != N || key.absent != nil || !key.scalar() {
		return nil, fmt.Errorf("key of %s cannot be a name in a map; use a string, number or UUID as key", t)
	}
	elem, err := c.codecOf(t.Elem(), &tag{})
	if err != nil {
		return nil, fmt.Errorf("element of %s: %w", t, err)
	}
	m.key, m.elem, made.key, made.elem = key, elem, key, elem
	m.texts = t.ConvertibleTo(reflect.TypeFor[map[string]string]())
	return made, nil
}

// A mapping reaches the entries of one map type. The runtime's maps can only
// be reached through reflect, or as the type that they have.
type mapping struct {
	typ       reflect.Type
	elems     reflect.Type // a slice of elements
	key, elem *codec
	texts     bool      // the underlying type is map[string]string
	places    sync.Pool // of *place
}

// A place is where an entry is read, before it goes into its map.
type place struct {
	key, elem reflect.Value
	again     []byte
}

func (m *mapping) place() *place {
	if at, ok := m.places.Get().(*place); ok {
		return at
	}
	return &place{key: reflect.New(m.typ.Key()).Elem(), elem: reflect.New(m.typ.Elem()).Elem()}
}

// leave gives the place back, empty.
func (m *mapping) leave(at *place) {
	at.key.SetZero()
	at.elem.SetZero()
	m.places.Put(at)
}

// An entry is what is written for one entry of a map.
type entry struct {
	name string
	elem reflect.Value // of a copy that can be pointed to
}

// write writes the entries in the order of their names, so that equal maps
// have equal bytes.
func (m *mapping) write(sink *wire.Sink, p unsafe.Pointer) error {
	entries, err := m.entries(reflect.NewAt(m.typ, p).Elem())
	if err != nil {
		return err
	}
	g := sink.BeginMap(len(entries))
	for i, e := range entries {
		if i > 0 && entries[i-1].name == e.name {
			return errNameTwice
		}
		sink.Name(&g, e.name)
		if err := m.elem.putElement(sink, e.elem.Addr().UnsafePointer()); err != nil {
			return fmt.Errorf("in the map: %w", err)
		}
		sink.Done(&g)
	}
	sink.EndMap(&g)
	return nil
}

func (m *mapping) entries(all reflect.Value) ([]entry, error) {
	key := reflect.New(m.typ.Key())
	elems := reflect.MakeSlice(m.elems, all.Len(), all.Len())
	entries := make([]entry, 0, all.Len())
	for iter := all.MapRange(); iter.Next(); {
		key.Elem().SetIterKey(iter)
		elem := elems.Index(len(entries))
		elem.SetIterValue(iter)
		name, err := m.key.name(key.UnsafePointer())
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry{name, elem})
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.name, b.name) })
	return entries, nil
}

// name is the name in a map of the key at p.
func (c *codec) name(p unsafe.Pointer) (string, error) {
	text, err := c.text(nil, p)
	if err != nil {
		return "", fmt.Errorf("name in a map: %w", err)
	}
	if !wire.ValidName(string(text)) {
		return "", errMapName
	}
	return string(text), nil
}

func (m *mapping) read(src wire.Source, _ Kind, p unsafe.Pointer) error {
	if m.texts {
		return m.readTexts(src, (*map[string]string)(p))
	}
	all := reflect.MakeMap(m.typ)
	reflect.NewAt(m.typ, p).Elem().Set(all)
	at := m.place()
	defer m.leave(at)
	names, err := m.readEntries(src, at, func() {
		all.SetMapIndex(at.key, at.elem)
		at.key.SetZero()
		at.elem.SetZero()
	})
	if err == nil && names != all.Len() {
		return errNameTwice
	}
	return err
}

// readTexts is read of a map of strings to strings.
func (m *mapping) readTexts(src wire.Source, p *map[string]string) error {
	all := make(map[string]string)
	*p = all
	at := m.place()
	defer m.leave(at)
	key, elem := (*string)(at.key.Addr().UnsafePointer()), (*string)(at.elem.Addr().UnsafePointer())
	names, err := m.readEntries(src, at, func() { all[*key] = *elem })
	if err == nil && names != len(all) {
		return errNameTwice
	}
	return err
}

// readEntries reads one entry after the other into its place, and calls put for
// each.
func (m *mapping) readEntries(src wire.Source, at *place, put func()) (names int, err error) {
	key, elem := at.key.Addr().UnsafePointer(), at.elem.Addr().UnsafePointer()
	err = src.Map(func(name []byte, value wire.Source) error {
		names++
		if err := m.parseName(value, name, key, at); err != nil {
			return err
		}
		if err := m.elem.get(value, elem); err != nil {
			return fmt.Errorf("in the map: %w", err)
		}
		put()
		return nil
	})
	return names, err
}

// parseName reads the key that a name stands for. A name that would be written
// in another way is refused: two such names could become one key.
func (m *mapping) parseName(src wire.Source, name []byte, p unsafe.Pointer, at *place) error {
	if err := m.key.parse(src, name, p); err != nil {
		return fmt.Errorf("name in the map: %w", err)
	}
	if m.key.verbatim && len(name) > 0 {
		return nil
	}
	again, err := m.key.appendText(at.again[:0], p)
	at.again = again
	if err != nil || len(name) == 0 || !bytes.Equal(again, name) {
		return errStoredName
	}
	return nil
}
