package wire

// A Label is an attribute's name, made ready for being written and read.
type Label struct {
	name   string
	kind   Kind
	member string // "name":
	open   string // "name":{"S":" as opening has it
	expect string // "name":{"S":" with the first byte of any value of the kind
}

// NewLabel returns the label of an attribute whose values are of kind k, or of
// any if that is "".
func NewLabel(name string, k Kind) Label {
	member := string(AppendString(nil, name)) + ":"
	l := Label{name: name, kind: k, member: member, open: member + opening(k)}
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

// Label is [Sink.Name] with a name that was made ready.
func (s *Sink) Label(g *Group, l *Label) {
	s.Next(g)
	if s.json {
		s.buf = append(s.buf, l.member...)
		return
	}
	g.name = l.name
}

// OpenLabel is Label, and [Sink.Open] of a scalar of the label's kind.
func (s *Sink) OpenLabel(g *Group, l *Label) []byte {
	s.Next(g)
	if s.json {
		s.buf = append(s.buf, l.open...)
	} else {
		g.name = l.name
	}
	s.start = len(s.buf)
	return s.buf
}

// Scalar passes over a whole member that is written as DynamoDB writes it: the
// label's name, a value of its kind, which is S or N, and nothing else; the text
// has no escapes. It returns the text, whose bytes are those of the JSON. If
// anything else comes next it does nothing and is not ok.
//
// If every text of the member has one width, and what the text is compared with
// refuses quotes, backslashes and control characters, width saves looking for
// them; else it is 0.
func (s *Scanner) Scalar(l *Label, width int) (text []byte, ok bool) {
	if !s.Prefix(l.open) {
		return nil, false
	}
	start := s.pos
	end := start + width
	if width == 0 || end >= len(s.data) || s.data[end] != '"' {
		end = s.plain(start)
	}
	if end+1 >= len(s.data) || s.data[end] != '"' || s.data[end+1] != '}' {
		s.pos = start - len(l.open)
		return nil, false
	}
	s.pos = end + 2
	return s.data[start:end:end], true
}

// PlainScalar is the text of a value of kind k, S or N, if json is that value
// without escapes and nothing else.
func PlainScalar(json []byte, k Kind) (text []byte, ok bool) {
	open := opening(k)
	s := Scanner{data: json}
	if !s.Prefix(open) {
		return nil, false
	}
	end := s.plain(s.pos)
	if end != len(json)-2 || string(json[end:]) != `"}` {
		return nil, false
	}
	return json[s.pos:end], true
}

// Integer is Scalar for a whole number of up to 18 digits, and returns its value.
func (s *Scanner) Integer(l *Label) (v int64, ok bool) {
	if !s.Prefix(l.open) {
		return 0, false
	}
	start := s.pos
	i, negative := start, false
	if i < len(s.data) && s.data[i] == '-' {
		i, negative = i+1, true
	}
	first := i
	for i < len(s.data) && s.data[i]-'0' <= 9 {
		v = v*10 + int64(s.data[i]-'0')
		i++
	}
	if n := i - first; n == 0 || n > 18 || i+1 >= len(s.data) || s.data[i] != '"' || s.data[i+1] != '}' {
		s.pos = start - len(l.open)
		return 0, false
	}
	s.pos = i + 2
	if negative {
		v = -v
	}
	return v, true
}

// Boolean is Scalar for true and false.
func (s *Scanner) Boolean(l *Label) (v, ok bool) {
	start := s.pos
	if s.Prefix(l.open) {
		if s.Prefix("true}") {
			return true, true
		}
		if s.Prefix("false}") {
			return false, true
		}
	}
	s.pos = start
	return false, false
}

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
