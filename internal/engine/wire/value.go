package wire

import (
	"errors"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/decimal"
)

// MaxNameBytes is the length of an attribute name.
const MaxNameBytes = 65535

// A Value is an attribute value of a request. Err tells, when it is not nil,
// why the value is not allowed although its shape is right; the stage that
// checks values reports it.
type Value struct {
	attribute.Value
	Err *apierror.Error
}

// An Item is an item or a key of a request, with the same meaning of Err.
type Item struct {
	attribute.Item
	Err *apierror.Error
}

// Value reads an attribute value. Null counts as absent.
func (r *Reader) Value() (Value, bool) {
	r.prepareArena()
	start := len(r.arena)
	arena, ok := r.appendValue(r.arena, 1, Element)
	r.arena = arena
	v := Value{Value: attribute.Value(arena[start:len(arena):len(arena)]), Err: r.takeProblem()}
	return v, ok && r.err == nil
}

// Item reads a map of attribute values. Null counts as absent.
func (r *Reader) Item() (Item, bool) {
	r.prepareArena()
	start := len(r.arena)
	arena, ok := r.appendMap(r.arena, 1)
	r.arena = arena
	it := Item{Item: attribute.Item(arena[start:len(arena):len(arena)]), Err: r.takeProblem()}
	return it, ok && r.err == nil
}

// maxArena bounds what is set aside for values before they are read. Most take
// less than their JSON.
const maxArena = 4 << 10

func (r *Reader) prepareArena() {
	if r.arena == nil {
		r.arena = make([]byte, 0, min(len(r.data), maxArena))
	}
}

func (r *Reader) takeProblem() *apierror.Error {
	p := r.problem
	r.problem = nil
	return p
}

func (r *Reader) refuse(p *apierror.Error) {
	if r.problem == nil {
		r.problem = p
	}
}

// appendValue reads an attribute value and appends it. It appends nothing when
// it gives false; a value that is refused is appended in some form, so that
// reading can go on.
func (r *Reader) appendValue(dst []byte, level int, how Struct) ([]byte, bool) {
	start, kinds := len(dst), 0
	ok := r.Structure(how, "AttributeValue", func(name []byte) {
		kind := attribute.KindOf(name)
		if kind == attribute.None {
			r.Skip()
			return
		}
		before := len(dst)
		var present bool
		if dst, present = r.appendKind(dst, kind, level); !present {
			return
		}
		if kinds++; kinds > 1 {
			dst = dst[:before]
		}
	})
	if !ok {
		return dst[:start], false
	}
	switch {
	case kinds == 0:
		r.refuse(apierror.EmptyValue())
		dst = attribute.AppendNull(dst)
	case kinds > 1:
		r.refuse(apierror.SeveralTypes())
	case level > attribute.MaxDepth:
		r.refuse(apierror.NestedTooDeep())
	}
	return dst, true
}

func (r *Reader) appendKind(dst []byte, kind attribute.Kind, level int) ([]byte, bool) {
	switch kind {
	case attribute.String:
		text, ok := r.bytes("String")
		if !ok {
			return dst, false
		}
		return attribute.AppendString(dst, text), true
	case attribute.Number:
		text, ok := r.bytes("String")
		if !ok {
			return dst, false
		}
		return r.appendNumber(append(dst, byte(kind)), text), true
	case attribute.Binary:
		payload, ok := r.blob()
		if !ok {
			return dst, false
		}
		return attribute.AppendBinary(dst, payload), true
	case attribute.Bool:
		b, ok := r.Bool()
		if !ok {
			return dst, false
		}
		return attribute.AppendBool(dst, b), true
	case attribute.Null:
		b, ok := r.Bool()
		if ok && !b {
			r.refuse(apierror.NullFalse())
		}
		if !ok {
			return dst, false
		}
		return attribute.AppendNull(dst), true
	case attribute.List:
		return r.appendList(dst, level)
	case attribute.Map:
		return r.appendMap(dst, level+1)
	default:
		return r.appendSet(dst, kind)
	}
}

// appendNumber appends a number's canonical text as an element of its own
// length; the caller has written the kind where there is one.
func (r *Reader) appendNumber(dst, text []byte) []byte {
	if decimal.IsCanonicalInteger(text) {
		return attribute.AppendElement(dst, text)
	}
	n, err := decimal.Parse(text)
	switch {
	case err == nil:
	case errors.Is(err, decimal.ErrOverflow):
		r.refuse(apierror.NumberOverflow())
	case errors.Is(err, decimal.ErrUnderflow):
		r.refuse(apierror.NumberUnderflow())
	case errors.Is(err, decimal.ErrPrecision):
		r.refuse(apierror.NumberPrecision())
	default:
		r.refuse(apierror.NotANumber(string(text)))
	}
	var canonical [192]byte
	return attribute.AppendElement(dst, n.AppendText(canonical[:0]))
}

func (r *Reader) appendSet(dst []byte, kind attribute.Kind) ([]byte, bool) {
	begin, start := r.pos, len(dst)
	dst = attribute.Open(dst, kind)
	empty := true
	ok := r.List(func() {
		var present bool
		dst, present = r.appendElement(dst, kind.Element())
		empty = empty && !present
	})
	if !ok {
		return dst[:start], false
	}
	if empty {
		r.refuse(apierror.EmptySet(kind.String()))
	}
	dst, unique := attribute.Close(dst, start)
	if !unique {
		r.refuse(apierror.DuplicateElement(kind.String(), r.texts(begin)))
	}
	return dst, true
}

func (r *Reader) appendElement(dst []byte, kind attribute.Kind) ([]byte, bool) {
	if kind == attribute.Binary {
		payload, ok := r.blob()
		if !ok {
			return dst, false
		}
		return attribute.AppendElement(dst, payload), true
	}
	text, ok := r.bytes("String")
	if !ok {
		return dst, false
	}
	if kind == attribute.Number {
		return r.appendNumber(dst, text), true
	}
	return attribute.AppendElement(dst, text), true
}

// texts reads the list of strings at an earlier position again, for a message.
func (r *Reader) texts(begin int) []string {
	again := Reader{data: r.data, pos: begin}
	var texts []string
	again.List(func() {
		if text, ok := again.Text(); ok {
			texts = append(texts, text)
		}
	})
	return texts
}

func (r *Reader) appendList(dst []byte, level int) ([]byte, bool) {
	start := len(dst)
	dst = attribute.Open(dst, attribute.List)
	ok := r.List(func() { dst, _ = r.appendValue(dst, level+1, Element) })
	if !ok {
		return dst[:start], false
	}
	dst, _ = attribute.Close(dst, start)
	return dst, true
}

// appendMap reads a map whose values are at a level.
func (r *Reader) appendMap(dst []byte, level int) ([]byte, bool) {
	start := len(dst)
	dst = attribute.Open(dst, attribute.Map)
	ok := r.Map(ClassValue, func(name []byte) {
		switch {
		case len(name) == 0:
			r.refuse(apierror.EmptyAttributeName())
		case len(name) > MaxNameBytes:
			r.refuse(apierror.AttributeNameTooLong())
		}
		before := len(dst)
		var present bool
		dst, present = r.appendValue(attribute.AppendName(dst, name), level, Element)
		if !present {
			dst = dst[:before]
		}
	})
	if !ok {
		return dst[:start], false
	}
	dst, _ = attribute.Close(dst, start)
	return dst, true
}
