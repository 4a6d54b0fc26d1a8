package wire

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// ErrUnknown says that an attribute value, or one inside it, is nil or of a
// type that is not known here. The SDK would send malformed JSON for it.
var ErrUnknown = errors.New("attribute value is nil or of a type that is not known here")

// AppendValue appends av as DynamoDB JSON.
func AppendValue(dst []byte, av types.AttributeValue) ([]byte, error) {
	sink := NewJSONSink(dst)
	err := Copy(&sink, ValueSource(av))
	return sink.JSON(), err
}

// ReadValue builds the attribute value that comes next in scan, as the SDK
// does: one of an unknown type is nil, and so is one inside another. Its text
// is copied out of scan's buffer.
func ReadValue(scan *Scanner) (types.AttributeValue, error) {
	var sink Sink
	if err := Copy(&sink, ScanSource(scan)); err != nil {
		return nil, err
	}
	return sink.Value(), nil
}

// Copy writes to sink what src holds. Texts are not looked at. Where nil cannot
// stand for a value of an unknown type, in JSON, that is an error.
func Copy(sink *Sink, src Source) error {
	if err := sink.Room(); err != nil {
		return err
	}
	k, err := src.Open()
	switch {
	case err != nil:
		return err
	case k == "" && sink.json:
		return ErrUnknown
	case k == "":
		sink.av = nil
		return nil
	}
	if err := CopyKind(sink, src, k); err != nil {
		return err
	}
	return src.Close()
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
	text, err := src.Text(k)
	if err == nil {
		sink.Close(k, append(sink.Open(k), text...), false)
	}
	return err
}

func copyList(sink *Sink, src Source) error {
	g := sink.BeginList(0)
	err := src.List(func(elem Source) error {
		sink.Next(&g)
		err := Copy(sink, elem)
		sink.Done(&g)
		return err
	})
	sink.EndList(&g)
	return err
}

func copyMap(sink *Sink, src Source) error {
	g := sink.BeginMap(0)
	err := src.Map(func(name []byte, value Source) error {
		sink.Name(&g, string(name))
		err := Copy(sink, value)
		sink.Done(&g)
		return err
	})
	sink.EndMap(&g)
	return err
}

func copySet(sink *Sink, src Source, k Kind) error {
	texts := []string{}
	err := src.Set(k, func(text []byte) error {
		texts = append(texts, string(text))
		return nil
	})
	sink.Set(k, texts)
	return err
}
