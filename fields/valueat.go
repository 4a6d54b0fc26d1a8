package fields

import (
	"reflect"
	"unsafe"
)

// ValueAt is the stored value that v has at a path; ok is false if it has none
// there: because of a nil pointer, slice or map, an empty set, or a zero value
// with the option omitzero, at the end of the path or on the way, or because a
// map or list has nothing in that place. The error is a [*ValueError].
func (p *Plan[T]) ValueAt(v *T, path *Path) (value Value, ok bool, err error) {
	c := path.field.codec
	at, ok := path.field.present(unsafe.Pointer(v))
	for _, s := range path.steps {
		if ok {
			at, c, ok = c.inside(at, s)
		}
	}
	if !ok {
		return Value{}, false, nil
	}
	if value, err = c.value(nil, at, true); err != nil {
		return Value{}, false, path.field.error(err)
	}
	return value, true, nil
}

// inside goes one step down from the value at p, which is not absent.
func (c *codec) inside(p unsafe.Pointer, s Step) (unsafe.Pointer, *codec, bool) {
	for ; c.pointer; c = c.elem {
		p = deref(p)
	}
	if c.sub != nil {
		f := c.sub.byName[s.Name]
		at, ok := f.present(p)
		return at, f.codec, ok
	}
	in := reflect.NewAt(c.typ, p).Elem()
	switch {
	case c.key != nil:
		key := reflect.New(c.typ.Key())
		if c.key.parseText([]byte(s.Name), key.UnsafePointer()) != nil {
			return nil, nil, false
		}
		found := in.MapIndex(key.Elem())
		if !found.IsValid() {
			return nil, nil, false
		}
		in = reflect.New(c.typ.Elem()).Elem()
		in.Set(found)
	case s.Index < in.Len():
		in = in.Index(s.Index)
	default:
		return nil, nil, false
	}
	at := in.Addr().UnsafePointer()
	return at, c.elem, c.elem.absent == nil || !c.elem.absent(at)
}
