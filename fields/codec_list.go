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

	drafts sync.Pool // of *draft
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
	return s.draft(p, func(d *draft) error {
		i := -1
		return src.List(func(elem wire.Source) error {
			i++
			if err := s.elem.get(elem, d.add()); err != nil {
				return fmt.Errorf("element %d: %w", i, err)
			}
			return nil
		})
	})
}

// A draft is memory to read elements into, and a place to make the slice that
// they go to when their number is known. The values are those of the slices,
// which reflect alone can make.
type draft struct {
	elems, made     reflect.Value
	elemsAt, madeAt *sliceHeader
	stride          uintptr
	texts           bool // the elements are strings in memory, which need no reflect
}

func (s *sequence) newDraft() *draft {
	elems, made := reflect.New(s.typ), reflect.New(s.typ)
	return &draft{
		elems.Elem(), made.Elem(), (*sliceHeader)(elems.UnsafePointer()), (*sliceHeader)(made.UnsafePointer()),
		s.stride, s.typ.Elem().Kind() == reflect.String,
	}
}

// maxDraft is the most elements of a draft that is kept.
const maxDraft = 64

// draft calls read, which adds elements, and sets the slice at p to them.
func (s *sequence) draft(p unsafe.Pointer, read func(*draft) error) error {
	d, ok := s.drafts.Get().(*draft)
	if !ok {
		d = s.newDraft()
	}
	err := read(d)
	d.moveTo((*sliceHeader)(p))
	if d.elemsAt.cap <= maxDraft {
		s.drafts.Put(d)
	}
	return err
}

// add adds a zero element and returns its address.
func (d *draft) add() unsafe.Pointer {
	h := d.elemsAt
	if h.len == h.cap {
		d.elems.Grow(1)
	}
	h.len++
	return unsafe.Add(h.data, uintptr(h.len-1)*d.stride)
}

// moveTo sets the slice at p to the elements, with room for nothing more, and
// leaves the draft empty.
func (d *draft) moveTo(p *sliceHeader) {
	n := d.elemsAt.len
	if n == 0 {
		p.data, p.len, p.cap = unsafe.Pointer(&noElements), 0, 0 // which is not nil
		return
	}
	if d.texts {
		texts, all := *(*[]string)(unsafe.Pointer(d.elemsAt)), make([]string, n)
		copy(all, texts)
		clear(texts)
		*(*[]string)(unsafe.Pointer(p)) = all
		d.elemsAt.len = 0
		return
	}
	d.made.Grow(n)
	d.madeAt.len, d.madeAt.cap = n, n
	reflect.Copy(d.made, d.elems)
	*p = *d.madeAt
	*d.madeAt = sliceHeader{}
	d.elems.Clear()
	d.elemsAt.len = 0
}

// noElements is where slices without elements point to.
var noElements struct{}

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
