package fields

import (
	"reflect"
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/internal/wire"
)

var attributeValueType = reflect.TypeFor[types.AttributeValue]()

// rawCodec passes attribute values of any type on as they are. A nil one is
// absent.
func rawCodec() *codec {
	return &codec{
		write: func(sink *wire.Sink, p unsafe.Pointer) error {
			return wire.Copy(sink, wire.ValueSource(*(*types.AttributeValue)(p)))
		},
		read: func(src wire.Source, k Kind, p unsafe.Pointer) error {
			var sink wire.Sink
			err := wire.CopyKind(&sink, src, k)
			*(*types.AttributeValue)(p) = sink.Value()
			return err
		},
		absent: func(p unsafe.Pointer) bool { return *(*types.AttributeValue)(p) == nil },
		clear:  func(p unsafe.Pointer) { *(*types.AttributeValue)(p) = nil },
	}
}
