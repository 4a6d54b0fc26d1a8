package fields

import (
	"fmt"
	"reflect"
	"unicode/utf8"
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/internal/decimal"
	"example.com/ddb/internal/wire"
)

var attributeValueType = reflect.TypeFor[types.AttributeValue]()

// rawCodec passes attribute values of any type on as they are. A nil one is
// absent.
func rawCodec() *codec {
	return &codec{
		absent: func(p unsafe.Pointer) bool { return *(*types.AttributeValue)(p) == nil },
		write: func(sink *wire.Sink, p unsafe.Pointer) error {
			av := *(*types.AttributeValue)(p)
			if err := checkStorable(wire.ValueSource(av)); err != nil {
				return err
			}
			return wire.Copy(sink, wire.ValueSource(av))
		},
		read: func(src wire.Source, k Kind, p unsafe.Pointer) error {
			var sink wire.Sink
			if err := wire.CopyKind(&sink, src, k); err != nil {
				return err
			}
			*(*types.AttributeValue)(p) = sink.Value()
			return checkStorable(wire.ValueSource(sink.Value()))
		},
	}
}

// checkStorable refuses an attribute value that DynamoDB would, or that the
// SDK would change on the way.
func checkStorable(src wire.Source) error {
	k, err := src.Open()
	switch {
	case err != nil:
		return err
	case k == "":
		return wire.ErrUnknown
	case k == L:
		return src.List(checkStorable)
	case k == M:
		return src.Map(func(name []byte, value wire.Source) error {
			if !wire.ValidName(string(name)) {
				return errMapName
			}
			return checkStorable(value)
		})
	case k.Element() != "":
		return checkSet(src, k)
	}
	text, err := src.Text(k)
	if err != nil {
		return err
	}
	return checkText(k, text)
}

func checkSet(src wire.Source, k Kind) error {
	var texts []string
	err := src.Set(k, func(text []byte) error {
		texts = append(texts, string(text))
		return checkText(k.Element(), text)
	})
	switch {
	case err != nil:
		return err
	case len(texts) == 0:
		return errEmptySet
	case hasDuplicate(texts, k.Element()):
		return errDuplicate
	}
	return nil
}

// checkText checks the text of a scalar that was not written here.
func checkText(k Kind, text []byte) error {
	switch {
	case k == S && !utf8.Valid(text):
		return errUTF8
	case k == N:
		if _, err := decimal.Parse(text); err != nil {
			return fmt.Errorf("number %w", err)
		}
	}
	return nil
}
