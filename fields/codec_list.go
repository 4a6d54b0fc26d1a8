package fields

import (
	"fmt"
	"reflect"
	"sync"
	"unsafe"

	"example.com/ddb/internal/wire"
)

// sliceHeader is how the runtime lays out a slice.
type sliceHeader struct {
	data unsafe.Pointer
	len  int
	cap  int
}

// A sequence reaches the elements of one slice or array type.
type sequence struct {
	typ    reflect.Type // of the slice; of the array
	elem   *codec
	stride uintptr

	drafts sync.Pool // of *reflect.Value, slices to read into
}

func (s *sequence) at(data unsafe.Pointer, i int) unsafe.Pointer {
	return unsafe.Add(data, uintptr(i)*s.stride)
}

// listOf stores slices and arrays as L. A nil slice is absent; nil elements of
// a list are NULL.
func (c *compiler) listOf(t reflect.Type) (*codec, error) {
	if made := c.made[t]; made != nil {
		return made, nil
	}
	s := &sequence{typ: t, stride: t.Elem().Size()}
	made := &codec{kind: L, absent: nilTest(t), write: s.writeSlice, read: s.readSlice}
	if t.Kind() == reflect.Array {
		made.write, made.read = s.writeArray, s.readArray
	}
	c.made[t] = made
	elem, err := c.codecOf(t.Elem(), &tag{})
	if err != nil {
		return nil, fmt.Errorf("element of %s: %w", t, err)
	}
	s.elem, made.elem = elem, elem
	return made, nil
}

func (s *sequence) writeSlice(sink *wire.Sink, p unsafe.Pointer) error {
	h := (*sliceHeader)(p)
	return s.write(sink, h.data, h.len)
}

func (s *sequence) writeArray(sink *wire.Sink, p unsafe.Pointer) error {
	return s.write(sink, p, s.typ.Len())
}

func (s *sequence) write(sink *wire.Sink, data unsafe.Pointer, n int) error {
	g := sink.BeginList(n)
	for i := range n {
		sink.Next(&g)
		if err := s.elem.putElement(sink, s.at(data, i)); err != nil {
			return fmt.Errorf("element %d: %w", i, err)
		}
		sink.Done(&g)
	}
	sink.EndList(&g)
	return nil
}

// readSlice reads into a slice of its own, so that nothing that shares the old
// one's array sees a change.
func (s *sequence) readSlice(src wire.Source, _ Kind, p unsafe.Pointer) error {
	return s.draft(p, func(add func() unsafe.Pointer) error {
		i := -1
		return src.List(func(elem wire.Source) error {
			i++
			if err := s.elem.get(elem, add()); err != nil {
				return fmt.Errorf("element %d: %w", i, err)
			}
			return nil
		})
	})
}

// maxDraft is the most elements of a slice that is kept to read into.
const maxDraft = 64

// draft calls read, which adds elements, and sets the slice at p to them: it is
// made when their number is known.
func (s *sequence) draft(p unsafe.Pointer, read func(add func() unsafe.Pointer) error) error {
	draft, ok := s.drafts.Get().(*reflect.Value)
	if !ok {
		made := reflect.New(s.typ).Elem()
		draft = &made
	}
	at := draft.Addr().UnsafePointer()
	err := read(func() unsafe.Pointer { return s.grow(*draft, at) })
	s.copyTo(p, *draft)
	draft.Clear()
	if draft.SetLen(0); draft.Cap() <= maxDraft {
		s.drafts.Put(draft)
	}
	return err
}

// copyTo sets the slice at p to a copy of draft that has room for nothing more.
func (s *sequence) copyTo(p unsafe.Pointer, draft reflect.Value) {
	n := draft.Len()
	slice := reflect.NewAt(s.typ, p).Elem()
	if n == 0 {
		slice.Set(reflect.MakeSlice(s.typ, 0, 0)) // which is not nil
		return
	}
	slice.SetZero()
	slice.Grow(n)
	slice.SetLen(n)
	slice.SetCap(n)
	reflect.Copy(slice, draft)
}

// grow adds a zero element to the slice at p and returns its address.
func (s *sequence) grow(slice reflect.Value, p unsafe.Pointer) unsafe.Pointer {
	h := (*sliceHeader)(p)
	if h.len == h.cap {
		slice.Grow(1)
	}
	h.len++
	return s.at(h.data, h.len-1)
}

func (s *sequence) readArray(src wire.Source, _ Kind, p unsafe.Pointer) error {
	i, n := 0, s.typ.Len()
	err := src.List(func(elem wire.Source) error {
		if i == n {
			return fmt.Errorf("stored list has more than the %d elements that the field holds", n)
		}
		if err := s.elem.get(elem, s.at(p, i)); err != nil {
			return fmt.Errorf("element %d: %w", i, err)
		}
		i++
		return nil
	})
	if err == nil && i < n {
		err = fmt.Errorf("stored list has %d elements, the field holds exactly %d", i, n)
	}
	return err
}
