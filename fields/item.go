package fields

import (
	"slices"
	"unsafe"

	"example.com/ddb/internal/wire"
)

// write writes the attributes of the struct at base into g, in which there is
// nothing yet.
func (s *structure) write(sink *wire.Sink, g *wire.Group, base unsafe.Pointer, omit []*Field) error {
	if sink.IsJSON() {
		dst, err := s.appendMembers(sink.JSON(), sink, base, omit)
		sink.SetJSON(dst)
		return err
	}
	for _, f := range s.fields {
		if len(omit) > 0 && slices.Contains(omit, f) {
			continue
		}
		if err := f.write(sink, g, base); err != nil {
			return f.error(err)
		}
	}
	return nil
}

// write writes one attribute as a value of the SDK's type.
func (f *Field) write(sink *wire.Sink, g *wire.Group, base unsafe.Pointer) error {
	if f.scalar {
		dst, present, err := f.text(sink.Open(f.Kind), base)
		if err == nil && present {
			sink.CloseMember(g, f.Name, f.Kind, dst)
		}
		return err
	}
	p, ok := f.present(base)
	if !ok {
		return nil
	}
	sink.Name(g, f.Name)
	err := f.codec.put(sink, p)
	sink.Done(g)
	return err
}

// appendMembers is write in JSON: it appends the attributes with commas between
// them. What is no scalar is written to the sink, of which the JSON is dst.
func (s *structure) appendMembers(dst []byte, sink *wire.Sink, base unsafe.Pointer, omit []*Field) ([]byte, error) {
	first := true
	for _, f := range s.fields {
		if len(omit) > 0 && slices.Contains(omit, f) {
			continue
		}
		length := len(dst)
		var err error
		if f.scalar {
			dst, err = f.appendScalar(dst, first, base)
		} else if p, ok := f.present(base); ok {
			sink.SetJSON(f.label.AppendName(dst, first))
			err = f.codec.put(sink, p)
			dst = sink.JSON()
		}
		if err != nil {
			return dst, f.error(err)
		}
		first = first && len(dst) == length
	}
	return dst, nil
}

// appendScalar appends one attribute with a text, or nothing if it is absent.
func (f *Field) appendScalar(dst []byte, first bool, base unsafe.Pointer) ([]byte, error) {
	open := f.label.AppendOpening(dst, first)
	if f.direct {
		text, err := f.stored(open, unsafe.Add(base, f.where.offset))
		return append(text, `"}`...), err
	}
	text, present, err := f.text(open, base)
	if err != nil || !present {
		return dst, err
	}
	return wire.AppendClosing(text, len(open), f.Kind, f.plain), nil
}

// text appends the text of the attribute of the struct at base, as it may be
// stored. It is not present if there is no value.
func (f *Field) text(dst []byte, base unsafe.Pointer) (_ []byte, present bool, err error) {
	if f.derived {
		return f.derive(dst, base)
	}
	p, ok := f.present(base)
	switch {
	case !ok && f.primary():
		return dst, false, errNoKey
	case !ok:
		return dst, false, nil
	}
	dst, err = f.stored(dst, p)
	return dst, true, err
}

// stored appends the text of the value at p.
func (f *Field) stored(dst []byte, p unsafe.Pointer) (_ []byte, err error) {
	start := len(dst)
	if dst, err = f.codec.text(dst, p); err == nil && len(f.Roles) > 0 {
		err = f.codec.facet.checkKey(dst[start:])
	}
	return dst, err
}
