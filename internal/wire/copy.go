package wire

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/internal/decimal"
)

// AppendValue appends av as DynamoDB JSON. A nil or unknown AttributeValue is
// an error, anywhere in av: the SDK would send malformed JSON for it.
func AppendValue(dst []byte, av types.AttributeValue) ([]byte, error) {
	sink := NewJSONSink(dst)
	err := Copy(&sink, ValueSource(av))
	return sink.JSON(), err
}

// ReadValue builds the attribute value that comes next in scan. Its text is
// copied out of scan's buffer. A value of an unknown type is nil.
func ReadValue(scan *Scanner) (types.AttributeValue, error) {
	var sink Sink
	err := copyKnown(&sink, ScanSource(scan))
	return sink.Value(), err
}

// An UnknownTypeError says that an attribute value is of no type that this
// package knows, or nil.
type UnknownTypeError struct{}

func (UnknownTypeError) Error() string {
	return "attribute value is nil or of a type that is not known here"
}

// Copy writes to sink what src holds.
func Copy(sink *Sink, src Source) error {
	k, err := src.Open()
	if err != nil {
		return err
	}
	if k == "" {
		return UnknownTypeError{}
	}
	if err := CopyKind(sink, src, k); err != nil {
		return err
	}
	return src.Close()
}

// copyKnown is Copy that leaves a value of an unknown type out.
func copyKnown(sink *Sink, src Source) error {
	sink.av = nil
	err := Copy(sink, src)
	if _, unknown := err.(UnknownTypeError); unknown {
		return nil
	}
	return err
}

// CopyKind is [Copy] of a value that was opened, found to be of kind k, and is
// closed by the caller.
func CopyKind(sink *Sink, src Source, k Kind) error {
	switch {
	case k == M:
		return copyMap(sink, src)
	case k == L:
		return copyList(sink, src)
	case k.Element() != "":
		return copySet(sink, src, k)
	}
	return copyScalar(sink, src, k)
}

func copyScalar(sink *Sink, src Source, k Kind) error {
	text, err := src.Text(k)
	switch {
	case err != nil:
		return err
	case k == NULL:
		sink.Null()
	default:
		sink.Close(k, append(sink.Open(k), text...), false)
	}
	return nil
}

func copyList(sink *Sink, src Source) error {
	g := sink.BeginList(0)
	err := src.List(func(elem Source) error {
		sink.Next(&g)
		if err := Copy(sink, elem); err != nil {
			return err
		}
		sink.Done(&g)
		return nil
	})
	sink.EndList(&g)
	return err
}

func copyMap(sink *Sink, src Source) error {
	g := sink.BeginMap(0)
	err := src.Map(func(name []byte, value Source) error {
		sink.Name(&g, string(name))
		if err := Copy(sink, value); err != nil {
			return err
		}
		sink.Done(&g)
		return nil
	})
	sink.EndMap(&g)
	return err
}

func copySet(sink *Sink, src Source, k Kind) error {
	var texts []string
	err := src.Set(k, func(text []byte) error {
		texts = append(texts, string(text))
		return nil
	})
	sink.Set(k, texts)
	return err
}

// Equal reports whether two attribute values are the same to DynamoDB:
// numbers by value, sets in any order.
func Equal(a, b types.AttributeValue) bool {
	switch a := a.(type) {
	case *types.AttributeValueMemberM:
		b, ok := b.(*types.AttributeValueMemberM)
		return ok && EqualMaps(a.Value, b.Value)
	case *types.AttributeValueMemberL:
		b, ok := b.(*types.AttributeValueMemberL)
		return ok && slices.EqualFunc(a.Value, b.Value, Equal)
	}
	k := kindOfValue(a)
	switch {
	case k != kindOfValue(b):
		return false
	case k == "":
		return a == nil && b == nil
	case k.Element() != "":
		return slices.Equal(elements(a, k), elements(b, k))
	}
	return canonical(k, textOfValue(a)) == canonical(k, textOfValue(b))
}

// EqualMaps reports whether two items or maps are the same.
func EqualMaps(a, b map[string]types.AttributeValue) bool {
	if len(a) != len(b) {
		return false
	}
	for name, av := range a {
		if other, ok := b[name]; !ok || !Equal(av, other) {
			return false
		}
	}
	return true
}

// Contains reports whether set a holds every element of set b.
func Contains(a, b types.AttributeValue) bool {
	return common(a, b) == len(elements(b, kindOfValue(b)))
}

// Disjoint reports whether sets a and b have no element in common.
func Disjoint(a, b types.AttributeValue) bool { return common(a, b) == 0 }

// common counts the elements that two sets of one type share.
func common(a, b types.AttributeValue) int {
	k := kindOfValue(a)
	if k != kindOfValue(b) || k.Element() == "" {
		return 0
	}
	in, n := elements(a, k), 0
	for _, text := range elements(b, k) {
		if _, found := slices.BinarySearch(in, text); found {
			n++
		}
	}
	return n
}

// elements lists a set's elements in a canonical order and spelling.
func elements(av types.AttributeValue, k Kind) []string {
	var texts []string
	_ = setOfValue(av, func(text []byte) error {
		texts = append(texts, canonical(k.Element(), text))
		return nil
	})
	slices.Sort(texts)
	return texts
}

func canonical(k Kind, text []byte) string {
	if k == N {
		if n, err := decimal.Parse(text); err == nil {
			return n.String()
		}
	}
	return string(text)
}
