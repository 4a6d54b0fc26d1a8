package wire

// A Label is an attribute's name, made ready for being written and read.
type Label struct {
	name   string
	kind   Kind
	member string // "name":
	open   string // "name":{"S":" as Opening has it
	next   string // the same, after a comma
	expect string // "name":{"S":" with the first byte of any value of the kind
}

// NewLabel returns the label of an attribute whose values are of kind k, or of
// any if that is "".
func NewLabel(name string, k Kind) Label {
	member := string(AppendString(nil, name)) + ":"
	next := "," + member + Opening(k)
	l := Label{name: name, kind: k, member: member, open: next[1:], next: next}
	switch {
	case k == S || k == N || k == B:
		l.expect = l.open
	case k == M:
		l.expect = l.open + "{"
	case k == L || k.Element() != "":
		l.expect = l.open + "["
	}
	return l
}

// AppendName appends the label's name, after a comma unless it is the first.
func (l *Label) AppendName(dst []byte, first bool) []byte {
	if !first {
		dst = append(dst, ',')
	}
	return append(dst, l.member...)
}

// AppendOpening is AppendName, and all of a scalar of the label's kind that
// stands before the text.
func (l *Label) AppendOpening(dst []byte, first bool) []byte {
	if first {
		return append(dst, l.open...)
	}
	return append(dst, l.next...)
}

// Opening is what AppendOpening appends behind a member, with the comma.
func (l *Label) Opening() string { return l.next }

// Expect passes over the label's name and the beginning of a value of its
// kind, if exactly that comes next. A [Source] of s is open then: its Open only
// tells the kind.
func (s *Scanner) Expect(l *Label) bool {
	if l.expect == "" || !s.Prefix(l.expect) {
		return false
	}
	s.pos-- // the first byte of the value itself
	s.depth++
	s.opened = l.kind
	return true
}
