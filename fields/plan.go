package fields

import (
	"errors"
	"reflect"
	"sync"
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/internal/wire"
)

// A Plan stores values of struct type T as items and reads them back. It is
// compiled once per type, immutable, and used from any number of goroutines.
type Plan[T any] struct{ s *structure }

// compiled are the plans by type, with the mistakes of those that have some.
var compiled sync.Map // of reflect.Type to *compilation

type compilation struct {
	s    *structure
	err  error
	once sync.Once
}

// PlanOf returns the plan of T. Its error joins a [*TagError] for each mistake
// in T's tags.
func PlanOf[T any]() (*Plan[T], error) {
	s, err := structureOf(reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	return &Plan[T]{s}, nil
}

func structureOf(t reflect.Type) (*structure, error) {
	found, _ := compiled.LoadOrStore(t, new(compilation))
	c := found.(*compilation)
	c.once.Do(func() {
		if t.Kind() != reflect.Struct {
			c.err = &TagError{Struct: t.String(), Reason: "an item is a struct; define a struct type with ddb tags"}
			return
		}
		c.s = &structure{typ: t}
		c.err = distinct(c.s.compile(&compiler{root: c.s, made: make(map[reflect.Type]*codec)}))
	})
	return c.s, c.err
}

// distinct joins mistakes. A struct that is found in itself tells its own
// twice.
func distinct(wrong []error) error {
	var told []error
	texts := make(map[string]bool)
	for _, err := range wrong {
		if text := err.Error(); !texts[text] {
			texts[text] = true
			told = append(told, err)
		}
	}
	return errors.Join(told...)
}

// Type names T as error texts do.
func (p *Plan[T]) Type() string { return p.s.typ.String() }

// Fields lists the attributes in the order of the struct's fields. The slice
// must not be changed.
func (p *Plan[T]) Fields() []*Field { return p.s.fields }

// Without returns the plan that neither stores nor reads these derived
// attributes: to it they are attributes that no field has.
func (p *Plan[T]) Without(derived ...*Field) *Plan[T] {
	return &Plan[T]{p.s.without(derived)}
}

// Field returns the attribute of that name, nil if there is none.
func (p *Plan[T]) Field(name string) *Field { return p.s.byName[name] }

// Marshal returns v as an item of the SDK's type, without the attributes in
// omit. Derived attributes are made from their facets. The error is a
// [*ValueError] for the first field that cannot be stored.
func (p *Plan[T]) Marshal(v *T, omit ...*Field) (map[string]types.AttributeValue, error) {
	if err := p.s.usable(); err != nil {
		return nil, err
	}
	item, _, err := p.marshal(wire.Sink{}, v, omit)
	return item, err
}

// AppendJSON appends v as an item in DynamoDB JSON: what [Plan.Marshal] makes,
// byte for byte as it is sent. After an error dst's added part is undefined.
func (p *Plan[T]) AppendJSON(dst []byte, v *T, omit ...*Field) ([]byte, error) {
	if err := p.s.usable(); err != nil {
		return dst, err
	}
	if p.s.flat {
		json, err := p.s.appendMembers(append(dst, '{'), nil, unsafe.Pointer(v), omit)
		if err != nil {
			return dst, err
		}
		return append(json, '}'), nil
	}
	_, json, err := p.marshal(wire.NewJSONSink(dst), v, omit)
	if err != nil {
		return dst, err
	}
	return json, nil
}

// sinks are kept because codecs, which are called through pointers, let them
// escape.
var sinks = sync.Pool{New: func() any { return new(wire.Sink) }}

func (p *Plan[T]) marshal(into wire.Sink, v *T, omit []*Field) (item map[string]types.AttributeValue, json []byte, err error) {
	sink := sinks.Get().(*wire.Sink)
	*sink = into
	g := sink.BeginItem(len(p.s.fields))
	if err = p.s.write(sink, &g, unsafe.Pointer(v), omit); err == nil {
		item, json = sink.EndItem(&g), sink.JSON()
	}
	*sink = wire.Sink{} // what was written is not ours to keep
	sinks.Put(sink)
	return item, json, err
}

// Unmarshal reads a whole item into v, whose former content is lost. An
// attribute that the item lacks leaves the zero value; one that no field has is
// passed over. A value that does not fit its field, or a derived attribute that
// is stale, gives a [*ValueError] after all else has been read.
func (p *Plan[T]) Unmarshal(item map[string]types.AttributeValue, v *T) error {
	return p.UnmarshalPart(item, v, nil)
}

// UnmarshalPart is Unmarshal of an item of which only some attributes were
// asked for: a derived attribute is checked if all its facets were.
func (p *Plan[T]) UnmarshalPart(item map[string]types.AttributeValue, v *T, asked func(*Field) bool) error {
	*v = *new(T)
	if err := p.s.usable(); err != nil {
		return err
	}
	return p.s.readItem(item, unsafe.Pointer(v), asked)
}

// ParseJSON is [Plan.Unmarshal] of an item in DynamoDB JSON, which it does
// not keep. Text that is not the JSON of an item is an error that leaves v
// undefined.
func (p *Plan[T]) ParseJSON(item []byte, v *T) error {
	*v = *new(T)
	if err := p.s.usable(); err != nil {
		return err
	}
	r := p.s.begin()
	rest, err := r.item(item, unsafe.Pointer(v), nil)
	r.end()
	if len(rest) > 0 {
		if end := wire.NewScanner(rest).End(); end != nil {
			return p.s.malformed(end)
		}
	}
	return err
}

// ParseNext is [Plan.UnmarshalPart] of the item in DynamoDB JSON at the front of
// json, and returns what follows it.
func (p *Plan[T]) ParseNext(json []byte, v *T, asked func(*Field) bool) (rest []byte, err error) {
	*v = *new(T)
	r, err := p.Reader(asked)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.Next(json, v)
}

// A Reader reads the items of one response, one after the other. It is for one
// goroutine. The zero Reader is closed.
type Reader[T any] struct {
	r     *reading
	asked func(*Field) bool
}

// Reader returns a reader of items of which some attributes were asked for, as
// in [Plan.UnmarshalPart]. Strings of the items share memory, up to 4 KiB of it:
// as long as one of them is used, all of that is.
func (p *Plan[T]) Reader(asked func(*Field) bool) (Reader[T], error) {
	if err := p.s.usable(); err != nil {
		return Reader[T]{}, err
	}
	return Reader[T]{p.s.begin(), asked}, nil
}

// Open reports whether the reader can read.
func (r *Reader[T]) Open() bool { return r.r != nil }

// Next is [Plan.ParseJSON] of the item at the front of json, and returns what
// follows it. V must be the zero value.
func (r *Reader[T]) Next(json []byte, v *T) (rest []byte, err error) {
	return r.r.item(json, unsafe.Pointer(v), r.asked)
}

// Close ends the use of the reader.
func (r *Reader[T]) Close() {
	if r.r != nil {
		r.r.end()
		r.r = nil
	}
}

// Keep gives every attribute of v that keep is not true for its zero value.
func (p *Plan[T]) Keep(v *T, keep func(*Field) bool) {
	for _, f := range p.s.fields {
		if at, ok := f.where.at(unsafe.Pointer(v)); ok && !keep(f) {
			reflect.NewAt(f.typ, at).Elem().SetZero()
		}
	}
}
