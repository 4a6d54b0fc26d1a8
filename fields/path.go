package fields

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unsafe"

	"example.com/ddb/internal/wire"
)

// A Path leads from an item to one value in it: an attribute, then names in
// maps and positions in lists. It is immutable.
type Path struct {
	field *Field
	steps []Step
	codec *codec
	typ   reflect.Type
}

// A Step goes one level down.
type Step struct {
	Name  string // in a map
	Index int    // in a list, if Name is empty
}

// probeDepth is how many structs deep a selector may reach.
const probeDepth = 8

// PathOf finds the value that a selector such as
// func(o *Order) *Status { return &o.Status } points to. The selector is called
// once, on a probe whose nested pointers are set up to eight structs deep.
func PathOf[T, V any](selector func(*T) *V) (*Path, error) {
	s, err := structureOf(reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	probe := unsafe.Pointer(new(T))
	s.fill(probe, probeDepth)
	at, err := call(selector, (*T)(probe))
	if err != nil {
		return nil, fmt.Errorf("selector of %s %w", s.typ, err)
	}
	path := s.locate(probe, unsafe.Pointer(at), reflect.TypeFor[V](), probeDepth)
	if path == nil || path.typ.Size() == 0 {
		return nil, fmt.Errorf("selector of %s points to no attribute; return the address of a field of the argument that has a ddb tag and takes space", s.typ)
	}
	return path, nil
}

// call runs a selector that may be mistaken in any way.
func call[T, V any](selector func(*T) *V, probe *T) (at *V, err error) {
	defer func() {
		if recover() != nil {
			at, err = nil, errors.New("panics; return the address of a field of the argument and nothing else")
		}
	}()
	if selector == nil {
		return nil, errors.New("is nil; write a function that returns the address of a field")
	}
	if at = selector(probe); at == nil {
		return nil, errors.New("returns nil; return the address of a field of the argument")
	}
	return at, nil
}

// fill sets the nested pointers of the struct at base.
func (s *structure) fill(base unsafe.Pointer, depth int) {
	for _, f := range s.fields {
		if f.codec == nil {
			continue
		}
		p, t, c := f.where.reach(base), f.typ, f.codec
		for c.pointer {
			p, t, c = allocate(t.Elem(), p), t.Elem(), c.elem
		}
		if c.sub != nil && depth > 1 {
			c.sub.fill(p, depth-1)
		}
	}
}

// locate finds the value of type t at target in the struct at base.
func (s *structure) locate(base, target unsafe.Pointer, t reflect.Type, depth int) *Path {
	for _, f := range s.fields {
		if f.codec == nil {
			continue
		}
		p, at, c := f.where.reach(base), f.typ, f.codec
		for {
			if p == target && at == t {
				return &Path{field: f, codec: c, typ: at}
			}
			if !c.pointer {
				break
			}
			p, at, c = deref(p), at.Elem(), c.elem
		}
		if c.sub == nil || depth == 1 {
			continue
		}
		if inner := c.sub.locate(p, target, t, depth-1); inner != nil {
			inner.steps = append([]Step{{Name: inner.field.Name}}, inner.steps...)
			inner.field = f
			return inner
		}
	}
	return nil
}

// Path is the path to the attribute itself.
func (f *Field) Path() *Path { return &Path{field: f, codec: f.codec, typ: f.typ} }

// Field is the attribute that the path begins with.
func (p *Path) Field() *Field { return p.field }

// Steps are what follows the attribute. The slice must not be changed.
func (p *Path) Steps() []Step { return p.steps }

// Kind is the attribute type at the path's end, "" if it depends on the value.
func (p *Path) Kind() Kind { return p.codec.kind }

// String shows the path as AWS's documentation writes it: a.b[2].
func (p *Path) String() string {
	var b strings.Builder
	b.WriteString(p.field.Name)
	for _, s := range p.steps {
		if s.Name != "" {
			b.WriteString("." + s.Name)
		} else {
			b.WriteString("[" + strconv.Itoa(s.Index) + "]")
		}
	}
	return b.String()
}

// Element is the path to the element at position i, from 0, of the list that p
// leads to.
func (p *Path) Element(i int) (*Path, error) {
	c, t := p.codec, p.typ
	switch {
	case c.kind != L || c.elem == nil || c.pointer:
		return nil, fmt.Errorf("attribute %q is no list; only a list has elements by position", p)
	case i < 0:
		return nil, fmt.Errorf("attribute %q: position %d is negative; positions count from 0", p, i)
	}
	return p.step(Step{Index: i}, c.elem, t.Elem()), nil
}

// Member is the path to the member of that name in the map that p leads to.
func Member[K comparable](p *Path, key K) (*Path, error) {
	c, t := p.codec, p.typ
	if c.kind != M || c.elem == nil || t.Kind() != reflect.Map {
		return nil, fmt.Errorf("attribute %q is no map; only a map has members by name", p)
	}
	name, err := c.key.appendText(nil, unsafe.Pointer(&key))
	if err != nil || !wire.ValidName(string(name)) {
		return nil, p.field.error(errors.Join(errMapName, err))
	}
	return p.step(Step{Name: string(name)}, c.elem, t.Elem()), nil
}

func (p *Path) step(s Step, c *codec, t reflect.Type) *Path {
	return &Path{field: p.field, steps: append(p.steps[:len(p.steps):len(p.steps)], s), codec: c, typ: t}
}

// ValueOf encodes v as the value at p, whose Go type is V. The error is a
// [*ValueError].
func ValueOf[V any](p *Path, v V) (Value, error) {
	return p.encode(unsafe.Pointer(&v), p.codec.check)
}

// BoundOf is [ValueOf] for the bound of a range, which need not be one of an
// enum's declared values.
func BoundOf[V any](p *Path, v V) (Value, error) {
	return p.encode(unsafe.Pointer(&v), nil)
}

// ElementOf encodes e as an element of the list or set at p. It fails if the
// elements have another type than E.
func ElementOf[E any](p *Path, e E) (Value, error) {
	c := p.codec
	if c.elem == nil || c.kind != L && c.kind.Element() == "" {
		return Value{}, fmt.Errorf("attribute %q is neither list nor set", p)
	}
	elem := &Path{field: p.field, codec: c.elem, typ: reflect.TypeFor[E]()}
	return ValueOf(elem, e)
}

func (p *Path) encode(at unsafe.Pointer, check func(unsafe.Pointer) error) (Value, error) {
	v, err := p.codec.value(at, check)
	if err != nil {
		return Value{}, p.field.error(err)
	}
	return v, nil
}

// value encodes what p points to.
func (c *codec) value(p unsafe.Pointer, check func(unsafe.Pointer) error) (Value, error) {
	if c.absent != nil && c.absent(p) {
		return Value{}, errAbsent
	}
	if check != nil {
		if err := check(p); err != nil {
			return Value{}, err
		}
	}
	if c.scalar() {
		text, err := c.appendText(nil, p)
		return Value{c.kind, string(text)}, err
	}
	sink := wire.NewJSONSink(nil)
	if err := c.write(&sink, p); err != nil {
		return Value{}, err
	}
	if c.kind != "" {
		return Value{c.kind, string(sink.JSON())}, nil
	}
	av, err := wire.ReadValue(wire.NewScanner(sink.JSON()))
	if err != nil {
		return Value{}, err
	}
	return FromAttributeValue(av)
}
