package attribute

// Union gives a set with the elements of two sets of one type.
func Union(a, b Value) Value {
	out := append([]byte(nil), a...)
	elements := b.Elements()
	for p, ok := elements.NextPayload(); ok; p, ok = elements.NextPayload() {
		if !a.Has(p) {
			out = AppendElement(out, p)
		}
	}
	out, _ = Close(out, 0)
	return Value(out)
}

// Difference gives a set without the elements of another, nil when none are
// left. The nil set has no elements.
func Difference(a, b Value) Value {
	if a == nil {
		return nil
	}
	out := Open(nil, a.Kind())
	elements := a.Elements()
	for p, ok := elements.NextPayload(); ok; p, ok = elements.NextPayload() {
		if !b.Has(p) {
			out = AppendElement(out, p)
		}
	}
	if len(out) == headerSize {
		return nil
	}
	out, _ = Close(out, 0)
	return Value(out)
}

// Concat gives a list with the elements of two lists.
func Concat(a, b Value) Value {
	out := make([]byte, 0, len(a)+len(b))
	out = append(out, a...)
	out = append(out, b[headerSize:]...)
	finish(out, 0)
	return Value(out)
}
