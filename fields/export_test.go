package fields

import (
	"iter"
	"maps"
	"reflect"
)

// Builtins are the codecs that a tag can name.
func Builtins() iter.Seq[string] { return maps.Keys(builtins) }

// Compile compiles the plan of any type, such as one made by reflect.StructOf.
func Compile(t reflect.Type) error {
	_, err := structureOf(t)
	return err
}

// CompileTemplate makes a template of T's attributes. It returns every mistake.
func CompileTemplate[T any](p *Plan[T], text string) (*Template, []string) {
	return compileTemplate(text, p.Field)
}
