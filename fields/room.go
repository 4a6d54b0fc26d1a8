package fields

import (
	"reflect"
	"runtime"
	"unsafe"
)

// A Room is memory for the texts of one or two short values, so that they need
// none of their own. As long as one of the values is used, all of the room is.
// A nil Room has no place.
type Room struct {
	bytes [45]byte
	used  uint8
}

// AddTo appends the text of v as the value at p, a string or a number, to the room,
// which need not be on the heap. It is not ok, and the room as it was, if the
// text has no place, or if there is another reason why v has none: [ValueOf]
// knows it, or [BoundOf] if v need not be a declared one.
func AddTo[V any](room *Room, p *Path, v V, declared bool) (ok bool) {
	ok = room.add(p.codec, reflect.TypeFor[V](), hide(unsafe.Pointer(&v)), declared)
	runtime.KeepAlive(&v)
	return ok
}

func (r *Room) add(c *codec, typ reflect.Type, v unsafe.Pointer, declared bool) bool {
	if typ != c.typ || !c.brief || c.kind != S && c.kind != N || c.absent != nil && c.absent(v) {
		return false
	}
	if declared && c.check != nil && c.check(v) != nil {
		return false
	}
	free := unsafe.Slice((*byte)(hide(unsafe.Pointer(&r.bytes))), len(r.bytes))[r.used:r.used]
	text, err := c.appendText(free, v)
	if err != nil || len(text) > cap(free) {
		return false
	}
	r.used += uint8(len(text))
	return true
}

// Len is the length of the texts in the room.
func (r *Room) Len() int { return int(r.used) }

// Text is one of the texts in the room, by where it starts and ends. It must not be
// used any more when the room is.
func (r *Room) Text(start, end int) []byte { return r.bytes[start:end] }

// Keep is a string or number with a copy of its text in the room, which is on the
// heap, if it fits.
func (r *Room) Keep(k Kind, text []byte) Value {
	if len(text) > len(r.bytes)-int(r.used) {
		return Value{k, string(text)}
	}
	start := int(r.used)
	r.used += uint8(copy(r.bytes[start:], text))
	return r.Value(k, start, int(r.used))
}

// Value is a string or number whose text is in the room, which is on the heap.
func (r *Room) Value(k Kind, start, end int) Value {
	return Value{k, unsafe.String(unsafe.SliceData(r.bytes[start:]), end-start)}
}

// free is what nothing is in yet.
func (r *Room) free() []byte {
	if r == nil {
		return nil
	}
	return r.bytes[r.used:r.used]
}

// keep makes a text of what was appended to free. It is not copied: nobody else
// has it, be it in the room or, where that was too short, in memory of its own.
func (r *Room) keep(text []byte) string {
	if r != nil && len(text) > 0 && &text[0] == &r.bytes[min(int(r.used), len(r.bytes)-1)] {
		r.used += uint8(len(text))
	}
	return unsafe.String(unsafe.SliceData(text), len(text))
}

// hide is p without the compiler's seeing that the result points to the same,
// so that a value need not be on the heap only because a codec, which is called
// through a pointer, reads it. Whoever gets the result must not keep it.
//
// While the address is a mere number, nothing may be called: a stack that grows
// moves, and numbers stay behind. So there is no check of pointers in here, which
// -race brings with it.
//
//go:nosplit
//go:nocheckptr
func hide(p unsafe.Pointer) unsafe.Pointer {
	at := uintptr(p)
	return *(*unsafe.Pointer)(unsafe.Pointer(&at))
}
