package ddbtable

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/fields"
)

// A record is an item as a value of its Go type, to what does not know that
// type: see schema.
type record interface {
	value(f *fields.Field) (value fields.Value, ok bool, err error)
	set(f *fields.Field, value fields.Value) error
	appendJSON(dst []byte, omit []*fields.Field) ([]byte, error)
	marshal(omit []*fields.Field) (map[string]types.AttributeValue, error)
}

// recordOf is the record in v.
type recordOf[T any] struct {
	plan *fields.Plan[T]
	v    *T
}

// record is a copy of an item that is going to be written.
func (t *Table[T]) record(v T) record { return recordOf[T]{t.def.plan, &v} }

func (r recordOf[T]) value(f *fields.Field) (fields.Value, bool, error) {
	return r.plan.Value(r.v, f)
}

func (r recordOf[T]) set(f *fields.Field, value fields.Value) error {
	return r.plan.Set(r.v, f, value)
}

func (r recordOf[T]) appendJSON(dst []byte, omit []*fields.Field) ([]byte, error) {
	return r.plan.AppendJSON(dst, r.v, omit...)
}

func (r recordOf[T]) marshal(omit []*fields.Field) (map[string]types.AttributeValue, error) {
	return r.plan.Marshal(r.v, omit...)
}
