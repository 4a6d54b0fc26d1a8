package fields

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
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
}

// A Step goes one level down.
type Step struct {
	Name  string // in a map
	Index int    // in a list, if Name is empty

	key bool // Name is the key of a Go map
}

// probeDepth is how many structs deep a selector may reach, and probeSize how
// many attributes a probe may have: a type that contains itself in several
// places has no end.
const (
	probeDepth = 8
	probeSize  = 100_000
)

// PathOf finds the value that a selector such as
// func(o *Order) *Status { return &o.Status } points to. The selector is called
// on a probe whose nested pointers are set, up to eight structs deep: once for
// each struct that it goes down, so it must do nothing else.
func PathOf[T, V any](selector func(*T) *V) (*Path, error) {
	s, err := structureOf(reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	var path *Path
	for p := (probe{room: probeSize}); path == nil && p.depth < probeDepth && p.room > 0; {
		p.depth++
		base := unsafe.Pointer(new(T))
		p.fill(s, base, p.depth)
		var at *V
		if at, err = call(selector, (*T)(base)); err == nil {
			path = p.locate(s, base, unsafe.Pointer(at), reflect.TypeFor[V](), p.depth)
		}
	}
	switch {
	case path != nil && path.codec.typ.Size() > 0:
		return path, nil
	case err != nil:
		return nil, fmt.Errorf("selector of %s %w", s.typ, err)
	}
	return nil, fmt.Errorf("selector of %s points to no attribute; return the address of a field of the argument that has a ddb tag and takes space", s.typ)
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

// A probe is a value to call a selector on, whose pointers are set down to a
// depth.
type probe struct {
	depth int
	room  int // for attributes
}

// fill sets the nested pointers of the struct at base.
func (p *probe) fill(s *structure, base unsafe.Pointer, depth int) {
	for _, f := range s.fields {
		if p.room--; f.Blank() || p.room < 0 {
			continue
		}
		at, c := f.where.reach(base), f.codec
		for ; c.pointer; c = c.elem {
			at = allocate(c.elem.typ, at)
		}
		if c.sub != nil && depth > 1 {
			p.fill(c.sub, at, depth-1)
		}
	}
}

// locate finds the value of type t at target in the struct at base.
func (p *probe) locate(s *structure, base, target unsafe.Pointer, t reflect.Type, depth int) *Path {
	for _, f := range s.fields {
		if f.Blank() {
			continue
		}
		at, c := f.where.reach(base), f.codec
		for ; ; c = c.elem {
			if at == target && c.typ == t {
				return &Path{field: f, codec: c}
			}
			if !c.pointer || deref(at) == nil {
				break
			}
			at = deref(at)
		}
		if c.sub == nil || depth == 1 {
			continue
		}
		if inner := p.locate(c.sub, at, target, t, depth-1); inner != nil {
			inner.steps = append([]Step{{Name: inner.field.Name}}, inner.steps...)
			inner.field = f
			return inner
		}
	}
	return nil
}

// Path is the path to the attribute itself.
func (f *Field) Path() *Path { return &f.path }

// Field is the attribute that the path begins with.
func (p *Path) Field() *Field { return p.field }

// Steps are what follows the attribute. The slice must not be changed.
func (p *Path) Steps() []Step { return p.steps }

// Kind is the attribute type at the path's end, "" if it depends on the value.
func (p *Path) Kind() Kind { return p.codec.kind }

// String shows the path in messages, as AWS's documentation writes it: a.b[2].
// The key of a Go map is data, which they do not tell: it is shown as ?.
func (p *Path) String() string { return p.text(false) }

// Document is String with the keys of Go maps.
func (p *Path) Document() string { return p.text(true) }

func (p *Path) text(keys bool) string {
	var b strings.Builder
	b.WriteString(p.field.Name)
	for _, s := range p.steps {
		switch {
		case s.key && !keys:
			b.WriteString(".?")
		case s.Name != "":
			b.WriteString("." + s.Name)
		default:
			b.WriteString("[" + strconv.Itoa(s.Index) + "]")
		}
	}
	return b.String()
}

// Element is the path to the element at position i, from 0, of the list that p
// leads to.
func (p *Path) Element(i int) (*Path, error) {
	c := p.codec.target()
	switch {
	case c.kind != L || c.elem == nil:
		return nil, fmt.Errorf("attribute %q is no list; only a list has elements by position", p)
	case i < 0:
		return nil, fmt.Errorf("attribute %q: position %d is negative; positions count from 0", p, i)
	}
	return p.step(Step{Index: i}, c.elem), nil
}

// Member is the path to the member of that name in the map that p leads to.
func Member[K comparable](p *Path, key K) (*Path, error) {
	c := p.codec.target()
	if c.kind != M || c.key == nil {
		return nil, fmt.Errorf("attribute %q is no map; only a map has members by name", p)
	}
	if err := holds[K](c.key); err != nil {
		return nil, p.field.error(err)
	}
	name, err := c.key.name(unsafe.Pointer(&key))
	if err != nil {
		return nil, p.field.error(err)
	}
	return p.step(Step{Name: name, key: true}, c.elem), nil
}

func (p *Path) step(s Step, c *codec) *Path {
	return &Path{field: p.field, steps: append(slices.Clip(p.steps), s), codec: c}
}

// ValueOf encodes v as the value at p. It fails if the value there is of
// another Go type than V. The error is a [*ValueError].
func ValueOf[V any](p *Path, v V) (Value, error) { return encode(nil, p, p.codec, v, true) }

// BoundOf is [ValueOf] for the bound of a range, which need not be one of an
// enum's declared values.
func BoundOf[V any](p *Path, v V) (Value, error) { return encode(nil, p, p.codec, v, false) }

// ValueIn is [ValueOf] with the text of the value in room, if it fits.
func ValueIn[V any](room *Room, p *Path, v V) (Value, error) {
	return encode(room, p, p.codec, v, true)
}

// BoundIn is [BoundOf] with the text of the value in room, if it fits.
func BoundIn[V any](room *Room, p *Path, v V) (Value, error) {
	return encode(room, p, p.codec, v, false)
}

// ElementOf encodes e as an element of the list or set at p. It fails if the
// elements are of another Go type than E.
func ElementOf[E any](p *Path, e E) (Value, error) {
	c := p.codec.target()
	if c.elem == nil || c.kind != L && c.kind.Element() == "" {
		return Value{}, fmt.Errorf("attribute %q is neither list nor set", p)
	}
	return encode(nil, p, c.elem, e, true)
}

func encode[V any](room *Room, p *Path, c *codec, v V, declared bool) (encoded Value, err error) {
	switch err = holds[V](c); {
	case err != nil:
	case c.brief:
		encoded, err = c.value(room, hide(unsafe.Pointer(&v)), declared)
	default:
		kept := v
		encoded, err = c.value(nil, unsafe.Pointer(&kept), declared)
	}
	if err != nil {
		return Value{}, p.field.error(err)
	}
	return encoded, nil
}

// holds fails if the codec's values are not of Go type V.
func holds[V any](c *codec) error {
	if t := reflect.TypeFor[V](); t != c.typ {
		return fmt.Errorf("got a value of Go type %s, the attribute holds %s; convert it first", t, c.typ)
	}
	return nil
}

// value encodes what p points to, a scalar in room. Declared says that an enum
// value has to be.
func (c *codec) value(room *Room, p unsafe.Pointer, declared bool) (Value, error) {
	if c.absent != nil && c.absent(p) {
		return Value{}, errAbsent
	}
	if c.scalar() {
		if declared && c.check != nil {
			if err := c.check(p); err != nil {
				return Value{}, err
			}
		}
		text, err := c.appendText(room.free(), p)
		return Value{c.kind, room.keep(text)}, err
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
