package wire

import (
	"maps"
	"slices"
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A Source is one attribute value to be read, once. Slices that it passes on
// are valid until its reader returns and must not be changed.
//
// It is read as the SDK reads it: a member of an unknown type, or null, counts
// as not there, and a second known member is an error.
type Source struct {
	scan  *Scanner // before the value's JSON; nil for the SDK's form
	av    types.AttributeValue
	depth int // braces and brackets around av, if it were JSON
}

// ScanSource reads the value that comes next in scan.
func ScanSource(scan *Scanner) Source { return Source{scan: scan} }

// ValueSource reads av, an attribute of an item.
func ValueSource(av types.AttributeValue) Source { return Source{av: av, depth: 1} }

// ShortText is the text of av if that is of kind k, S or N.
func ShortText(av types.AttributeValue, k Kind) (text string, ok bool) {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		if k == S && av != nil {
			return av.Value, true
		}
	case *types.AttributeValueMemberN:
		if k == N && av != nil {
			return av.Value, true
		}
	}
	return "", false
}

// Short is [ShortText] of a value in the SDK's form, as bytes.
func (s Source) Short(k Kind) (text []byte, ok bool) {
	short, ok := ShortText(s.av, k)
	return Bytes(short), ok
}

// Open passes over the descriptor and returns the value's kind. What Open is
// followed by depends on it: Text for a scalar and NULL, List, Map or Set; then
// Close. The kind is "" for nil and for an attribute type that is not known,
// and the value has been passed over.
func (s Source) Open() (Kind, error) {
	if s.scan == nil {
		return KindOf(s.av), s.within(1)
	}
	if k := s.scan.opened; k != "" {
		s.scan.opened = ""
		return k, nil
	}
	if s.scan.Null() {
		return "", nil
	}
	if err := s.scan.Begin('{'); err != nil {
		return "", err
	}
	return s.member(true)
}

// Close ends the value.
func (s Source) Close() error {
	if s.scan == nil || s.scan.Closing('}') {
		return nil
	}
	k, err := s.member(false)
	if err == nil && k != "" {
		err = s.Malformed("attribute value has two types")
	}
	return err
}

// member passes over the name of the next member that has a known type and is
// not null; without one, over the end of the value.
func (s Source) member(first bool) (Kind, error) {
	for ; ; first = false {
		more, err := s.scan.More('}', first)
		if err != nil || !more {
			return "", err
		}
		name, err := s.scan.Name()
		if err != nil {
			return "", err
		}
		k := kindNamed(name)
		switch {
		case s.scan.Null():
		case k != "":
			return k, nil
		default:
			if _, err := s.scan.Skip(); err != nil {
				return "", err
			}
		}
	}
}

// Text reads the text of a scalar of kind k: raw bytes for B, "true" or
// "false" for BOOL and NULL.
func (s Source) Text(k Kind) ([]byte, error) {
	switch {
	case s.scan == nil:
		return textOf(s.av), nil
	case k == B:
		return s.scan.binary()
	case k == BOOL || k == NULL:
		b, err := s.scan.Bool()
		return boolText(b), err
	}
	return s.scan.String()
}

// Keep is text, which Text or Set passed on for a value that is not B, as a
// string that stays.
func (s Source) Keep(text []byte) string {
	if s.scan == nil {
		return view(text) // the bytes of a string
	}
	return s.scan.Keep(text)
}

// Scanner is where the value's JSON comes next, nil in the SDK's form.
func (s Source) Scanner() *Scanner { return s.scan }

// List calls elem for each element, which must read it.
func (s Source) List(elem func(Source) error) error {
	if s.scan != nil {
		return s.scan.Each('[', ']', func([]byte) error { return elem(s) })
	}
	if err := s.within(2); err != nil {
		return err
	}
	for _, av := range s.av.(*types.AttributeValueMemberL).Value {
		if err := elem(Source{av: av, depth: s.depth + 2}); err != nil {
			return err
		}
	}
	return nil
}

// Map calls member for each member, which must read it. The name is valid
// until member reads.
func (s Source) Map(member func(name []byte, value Source) error) error {
	if s.scan != nil {
		return s.scan.Each('{', '}', func(name []byte) error { return member(name, s) })
	}
	if err := s.within(2); err != nil {
		return err
	}
	// In the order of the names, so that the first mistake is always the same.
	all := s.av.(*types.AttributeValueMemberM).Value
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if err := member(Bytes(name), Source{av: all[name], depth: s.depth + 2}); err != nil {
			return err
		}
	}
	return nil
}

// Set calls elem with the text of each element of a set of kind k.
func (s Source) Set(k Kind, elem func(text []byte) error) error {
	if s.scan == nil {
		if err := s.within(2); err != nil {
			return err
		}
		return eachElement(s.av, elem)
	}
	if err := s.scan.Begin('['); err != nil {
		return err
	}
	for first := true; ; first = false {
		more, err := s.scan.More(']', first)
		if err != nil || !more {
			return err
		}
		text, err := s.Text(k.Element())
		if err != nil {
			return err
		}
		if err := elem(text); err != nil {
			return err
		}
	}
}

// Skip passes over the value.
func (s Source) Skip() error {
	if s.scan == nil {
		return nil
	}
	_, err := s.scan.Skip()
	return err
}

// Malformed is the error that the value is malformed, for the given reason.
func (s Source) Malformed(reason string) error {
	if s.scan == nil {
		return &Error{-1, reason}
	}
	return s.scan.errAt(s.scan.pos, reason)
}

// within fails if the braces and brackets of the value, beside those around it,
// are too many.
func (s Source) within(own int) error {
	if s.depth+own > maxDepth {
		return s.Malformed(errDepth)
	}
	return nil
}

// Bytes views text as bytes that nobody may change.
func Bytes(text string) []byte {
	return unsafe.Slice(unsafe.StringData(text), len(text))
}

func boolText(b bool) []byte {
	if b {
		return Bytes("true")
	}
	return Bytes("false")
}

// KindOf is the kind of av, "" for nil, a nil pointer or an unknown type.
func KindOf(av types.AttributeValue) Kind {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return unlessNil(av, S)
	case *types.AttributeValueMemberN:
		return unlessNil(av, N)
	case *types.AttributeValueMemberB:
		return unlessNil(av, B)
	case *types.AttributeValueMemberBOOL:
		return unlessNil(av, BOOL)
	case *types.AttributeValueMemberNULL:
		return unlessNil(av, NULL)
	case *types.AttributeValueMemberM:
		return unlessNil(av, M)
	case *types.AttributeValueMemberL:
		return unlessNil(av, L)
	case *types.AttributeValueMemberSS:
		return unlessNil(av, SS)
	case *types.AttributeValueMemberNS:
		return unlessNil(av, NS)
	case *types.AttributeValueMemberBS:
		return unlessNil(av, BS)
	}
	return ""
}

func unlessNil[V any](p *V, k Kind) Kind {
	if p == nil {
		return ""
	}
	return k
}

// textOf is the text of a scalar or NULL.
func textOf(av types.AttributeValue) []byte {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return Bytes(av.Value)
	case *types.AttributeValueMemberN:
		return Bytes(av.Value)
	case *types.AttributeValueMemberB:
		return av.Value
	case *types.AttributeValueMemberBOOL:
		return boolText(av.Value)
	case *types.AttributeValueMemberNULL:
		return boolText(av.Value)
	}
	panic("wire: internal error: text of a value that is not a scalar")
}

// eachElement calls elem with the text of each element of a set.
func eachElement(av types.AttributeValue, elem func(text []byte) error) error {
	switch av := av.(type) {
	case *types.AttributeValueMemberSS:
		return eachText(av.Value, elem)
	case *types.AttributeValueMemberNS:
		return eachText(av.Value, elem)
	case *types.AttributeValueMemberBS:
		for _, b := range av.Value {
			if err := elem(b); err != nil {
				return err
			}
		}
		return nil
	}
	panic("wire: internal error: elements of a value that is not a set")
}

func eachText(texts []string, elem func([]byte) error) error {
	for _, text := range texts {
		if err := elem(Bytes(text)); err != nil {
			return err
		}
	}
	return nil
}
