package ddbtable

import "example.com/ddb/fields"

// An argument is an interface that only types of this package have, because of
// this method. It does nothing.
type argument interface{ argument() }

func (Attribute[T, V]) argument() {}
func (Query[T]) argument()        {}
func (Scan[T]) argument()         {}
func (*Definition[T]) argument()  {}
func (defineOption) argument()    {}
func (option) argument()          {}
func (Create[T]) argument()       {}
func (Put[T]) argument()          {}
func (update) argument()          {}
func (deletion) argument()        {}
func (check) argument()           {}
func (readInto[T]) argument()     {}

// absent reports whether a caller gave nothing: nil, a nil pointer, or a struct
// that embeds one of them. The way to the method leads through it then.
func absent(a argument) (none bool) {
	defer func() { none = recover() != nil }()
	a.argument()
	return false
}

// targetOf is the path of a handle that a caller gave.
func targetOf[T any](a AnyAttribute[T]) (*fields.Path, error) {
	if absent(a) {
		return nil, errNilHandle
	}
	return a.target(nil)
}

var errNilHandle = planErrorf("a handle is nil; make it with ddbtable.Attr, or leave it out")
