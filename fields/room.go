package fields

import "unsafe"

// A Room is memory for the texts of one or two short values, so that they need
// none of their own. As long as one of the values is used, all of the room is.
// A nil Room has no place.
type Room struct {
	bytes [39]byte
	used  uint8
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
func hide(p unsafe.Pointer) unsafe.Pointer {
	at := uintptr(p)
	return *(*unsafe.Pointer)(unsafe.Pointer(&at))
}
