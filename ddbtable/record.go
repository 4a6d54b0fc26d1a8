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

	// read reads an item of which some attributes were asked for, nil for all.
	read(i item, asked func(*fields.Field) bool) error

	// reset forgets all of it.
	reset()

	// keep forgets all attributes that keep is not true for.
	keep(keep func(*fields.Field) bool)
}

// recordOf is the record in v.
type recordOf[T any] struct {
	def *Definition[T]
	v   *T
}

// record is a copy of an item that is going to be written.
func (t *Table[T]) record(v T) *recordOf[T] {
	r := t.blank()
	*r.v = v
	return r
}

// blank is a record to be read into. No table may be asked for one.
func (t *Table[T]) blank() *recordOf[T] {
	if t == nil {
		return (*Definition[T])(nil).blank()
	}
	return t.def.blank()
}

// blank is a record to be read into.
func (d *Definition[T]) blank() *recordOf[T] {
	var one struct {
		record recordOf[T]
		item   T
	}
	one.record = recordOf[T]{d, &one.item}
	return &one.record
}

func (r *recordOf[T]) value(f *fields.Field) (fields.Value, bool, error) {
	return r.def.plan.Value(r.v, f)
}

func (r *recordOf[T]) set(f *fields.Field, value fields.Value) error {
	return r.def.plan.Set(r.v, f, value)
}

func (r *recordOf[T]) appendJSON(dst []byte, omit []*fields.Field) ([]byte, error) {
	return r.def.plan.AppendJSON(dst, r.v, omit...)
}

func (r *recordOf[T]) marshal(omit []*fields.Field) (map[string]types.AttributeValue, error) {
	return r.def.plan.Marshal(r.v, omit...)
}

func (r *recordOf[T]) read(i item, asked func(*fields.Field) bool) (err error) {
	switch {
	case r.def.union != nil:
		var v any
		v, err = r.def.union.read(i)
		*r.v, _ = v.(T) // T is any
	case i.json != nil:
		_, err = r.def.plan.ParseNext(i.json, r.v, asked)
	default:
		err = r.def.plan.UnmarshalPart(i.typed, r.v, asked)
	}
	return err
}

func (r *recordOf[T]) reset() { *r.v = *new(T) }

func (r *recordOf[T]) keep(keep func(*fields.Field) bool) { r.def.plan.Keep(r.v, keep) }
