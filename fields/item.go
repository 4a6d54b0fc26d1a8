package fields

import (
	"slices"
	"unsafe"

	"example.com/ddb/internal/wire"
)

// write writes the attributes of the struct at base into g.
func (s *structure) write(sink *wire.Sink, g *wire.Group, base unsafe.Pointer, omit []*Field) error {
	for _, f := range s.fields {
		if len(omit) > 0 && slices.Contains(omit, f) {
			continue
		}
		var err error
		if f.derived {
			err = f.writeDerived(sink, g, base)
		} else {
			err = f.write(sink, g, base)
		}
		if err != nil {
			return f.error(err)
		}
	}
	return nil
}

func (f *Field) write(sink *wire.Sink, g *wire.Group, base unsafe.Pointer) error {
	p, ok := f.present(base)
	switch {
	case !ok && f.primary():
		return errNoKey
	case !ok:
		return nil
	case f.codec.scalar():
		return f.writeScalar(sink, g, p)
	}
	sink.Label(g, &f.label)
	err := f.codec.put(sink, p)
	sink.Done(g)
	return err
}

// writeScalar is put, with the checks for keys.
func (f *Field) writeScalar(sink *wire.Sink, g *wire.Group, p unsafe.Pointer) error {
	open := sink.OpenLabel(g, &f.label)
	dst, err := f.codec.text(open, p)
	if err == nil && len(f.Roles) > 0 {
		err = f.codec.facet.checkKey(dst[len(open):])
	}
	if err != nil {
		return err
	}
	sink.Close(f.Kind, dst, f.codec.plain)
	sink.Done(g)
	return nil
}
