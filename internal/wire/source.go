package wire

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A Source is one attribute value to be read, once. Slices that it passes on
// are valid until its reader returns.
type Source struct {
	scan *Scanner // before the value's JSON; nil for the typed form
	av   types.AttributeValue
}

// ScanSource reads the value that comes next in scan.
func ScanSource(scan *Scanner) Source { return Source{scan: scan} }

// ValueSource reads av.
func ValueSource(av types.AttributeValue) Source { return Source{av: av} }

// Open passes over the descriptor and returns the value's kind. What Open is
// followed by depends on it: Text for a scalar, List, Map or Set; then Close.
// For an attribute type that is not known the kind is "" and the value has
// been passed over.
func (s Source) Open() (Kind, error) {
	if s.scan == nil {
		return kindOfValue(s.av), nil
	}
	if err := s.scan.Begin('{'); err != nil {
		return "", err
	}
	more, err := s.scan.More('}', true)
	if err != nil || !more {
		return "", err
	}
	name, err := s.scan.Name()
	if err != nil {
		return "", err
	}
	if k := kindOf(name); k != "" {
		return k, nil
	}
	if _, err := s.scan.Skip(); err != nil {
		return "", err
	}
	return "", s.Close()
}

// Close ends the value; a second descriptor is an error.
func (s Source) Close() error {
	if s.scan == nil {
		return nil
	}
	more, err := s.scan.More('}', false)
	if err == nil && more {
		err = fmt.Errorf("an attribute value has two types, at byte %d", s.scan.Pos())
	}
	return err
}

// Text reads the text of a scalar of kind k: raw bytes for B, "true" or
// "false" for BOOL and NULL.
func (s Source) Text(k Kind) ([]byte, error) {
	if s.scan == nil {
		return textOfValue(s.av), nil
	}
	if k == BOOL || k == NULL {
		b, err := s.scan.Bool()
		return strconv.AppendBool(nil, b), err
	}
	text, err := s.scan.String()
	if k == B && err == nil {
		return DecodeBase64(text)
	}
	return text, err
}

// DecodeBase64 returns the bytes that text stands for.
func DecodeBase64(text []byte) ([]byte, error) {
	raw, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return nil, fmt.Errorf("binary data is not base64: %v", err)
	}
	return raw, nil
}

// List calls elem for each element, which must read it.
func (s Source) List(elem func(Source) error) error {
	if s.scan == nil {
		for _, av := range s.av.(*types.AttributeValueMemberL).Value {
			if err := elem(Source{av: av}); err != nil {
				return err
			}
		}
		return nil
	}
	return s.scan.Each('[', func([]byte) error { return elem(s) })
}

// Map calls member for each member, which must read it. The name is valid
// until member reads.
func (s Source) Map(member func(name []byte, value Source) error) error {
	if s.scan == nil {
		for name, av := range s.av.(*types.AttributeValueMemberM).Value {
			if err := member(bytesOf(name), Source{av: av}); err != nil {
				return err
			}
		}
		return nil
	}
	return s.scan.Each('{', func(name []byte) error { return member(name, s) })
}

// Each calls read before each member of an object or array.
func (s *Scanner) Each(open byte, read func(name []byte) error) error {
	if err := s.Begin(open); err != nil {
		return err
	}
	// ']' is '[' + 2 and '}' is '{' + 2 in ASCII.
	for first := true; ; first = false {
		more, err := s.More(open+2, first)
		if err != nil || !more {
			return err
		}
		var name []byte
		if open == '{' {
			if name, err = s.Name(); err != nil {
				return err
			}
		}
		if err := read(name); err != nil {
			return err
		}
	}
}

// Set calls elem with the text of each element of a set of kind k.
func (s Source) Set(k Kind, elem func(text []byte) error) error {
	if s.scan == nil {
		return setOfValue(s.av, elem)
	}
	return s.scan.Each('[', func([]byte) error {
		text, err := s.Text(k.Element())
		if err != nil {
			return err
		}
		return elem(text)
	})
}

// Skip passes over the value.
func (s Source) Skip() error {
	if s.scan == nil {
		return nil
	}
	_, err := s.scan.Skip()
	return err
}

// bytesOf views text as bytes that nobody may change.
func bytesOf(text string) []byte {
	return unsafe.Slice(unsafe.StringData(text), len(text))
}

func kindOfValue(av types.AttributeValue) Kind {
	switch av.(type) {
	case *types.AttributeValueMemberS:
		return S
	case *types.AttributeValueMemberN:
		return N
	case *types.AttributeValueMemberB:
		return B
	case *types.AttributeValueMemberBOOL:
		return BOOL
	case *types.AttributeValueMemberNULL:
		return NULL
	case *types.AttributeValueMemberM:
		return M
	case *types.AttributeValueMemberL:
		return L
	case *types.AttributeValueMemberSS:
		return SS
	case *types.AttributeValueMemberNS:
		return NS
	case *types.AttributeValueMemberBS:
		return BS
	}
	return ""
}

func textOfValue(av types.AttributeValue) []byte {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return bytesOf(av.Value)
	case *types.AttributeValueMemberN:
		return bytesOf(av.Value)
	case *types.AttributeValueMemberB:
		return av.Value
	case *types.AttributeValueMemberBOOL:
		return bytesOf(strconv.FormatBool(av.Value))
	case *types.AttributeValueMemberNULL:
		return bytesOf(strconv.FormatBool(av.Value))
	}
	panic("wire: internal error: Text on a value that is not a scalar")
}

func setOfValue(av types.AttributeValue, elem func([]byte) error) error {
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
	panic("wire: internal error: Set on a value that is not a set")
}

func eachText(texts []string, elem func([]byte) error) error {
	for _, text := range texts {
		if err := elem(bytesOf(text)); err != nil {
			return err
		}
	}
	return nil
}
