package fields

import (
	"errors"
	"unsafe"

	"example.com/ddb/internal/wire"
)

var (
	errEmptyKey = errors.New("key template makes the empty string, which cannot be in a key; give a facet a value, or add a literal")
	errNoKey    = errors.New("every item has a primary key, and there is no value for it; set the field, or all facets of its key template")
)

// writeDerived writes what the template makes, or nothing if a facet is
// absent. What the Go field holds is not looked at.
func (f *Field) writeDerived(sink *wire.Sink, g *wire.Group, base unsafe.Pointer) error {
	mark := sink.Mark(g)
	open := sink.OpenLabel(g, &f.label)
	dst, present, err := f.Template.appendItem(open, base)
	switch {
	case err != nil:
		return err
	case !present && f.primary():
		return errNoKey
	case !present:
		sink.Undo(g, mark)
		return nil
	case len(f.Roles) > 0 && len(dst) == len(open):
		return errEmptyKey
	}
	sink.Close(S, dst, false)
	sink.Done(g)
	return nil
}

// checkDerived compares the text that was read for a derived attribute with
// what its template makes, and fills its Go field. Asked says which attributes
// the read asked for; nil means all.
func (r *reading) checkDerived(f *Field, base unsafe.Pointer, asked func(*Field) bool) error {
	text := r.texts[f.index]
	if f.fill != nil {
		if err := f.fill(f.Template, text, f.where.reach(base)); err != nil {
			return err
		}
	}
	for _, part := range f.Template.parts {
		if part.Facet == nil {
			continue
		}
		switch facet := part.Facet.Field; {
		case r.state[facet.index] == bad:
			return nil // told already
		case r.state[facet.index] == unseen && asked != nil && !asked(facet):
			return nil
		}
	}
	made, present, err := f.Template.appendItem(r.made[:0], base)
	r.made = made
	if err != nil || !present || string(made) != string(text) {
		return ErrStale
	}
	return nil
}

// fillString fills a string with the stored text.
func fillString(_ *Template, text []byte, p unsafe.Pointer) error {
	return stringCodec().parseText(text, p)
}

// fillIntInt fills an IntInt with the two facets.
func fillIntInt(t *Template, text []byte, p unsafe.Pointer) error {
	var pair [2]int64
	i, ok := 0, true
	split := t.split(text, func(facet []byte) {
		v, err := parseInt(facet, 64)
		pair[i] = v
		i++
		ok = ok && err == nil
	})
	if !split || !ok {
		return ErrStale
	}
	*(*IntInt)(p) = IntInt{pair[0], pair[1]}
	return nil
}

// twoIntegers reports whether an IntInt holds every pair of facets.
func twoIntegers(t *Template) bool {
	n := 0
	for _, part := range t.parts {
		if f := part.Facet; f != nil && f.Field.codec != nil {
			n++
			if !f.Padded() && (f.rule().shape != shapeInteger || !f.rule().fitsInt64) || f.digits > maxSigned {
				return false
			}
		}
	}
	return n == 2
}
