package expression

import "example.com/ddb/internal/engine/attribute"

// Placeholders are a request's names and values, and which of them its
// expressions have used. The zero value has none.
type Placeholders struct {
	names  bindings[string]
	values bindings[attribute.Value]
}

// bindings are what placeholders stand for, in the order of the request. A few
// are searched in turn, which is the usual request; for more there is a map, so
// that a long request costs no more than its length.
type bindings[T any] struct {
	list   []binding[T]
	places map[string]int
}

// fewBindings is how many are searched in turn.
const fewBindings = 16

type binding[T any] struct {
	key    string
	target T
	used   bool
}

// AddName binds a placeholder such as "#n" to a name. A second name for one
// placeholder takes the first one's place.
func (p *Placeholders) AddName(placeholder, name string) {
	p.names.add(placeholder, name)
}

// AddValue binds a placeholder such as ":v" to a value.
func (p *Placeholders) AddValue(placeholder string, v attribute.Value) {
	p.values.add(placeholder, v)
}

func (b *bindings[T]) add(key string, target T) {
	if old := b.find(key); old != nil {
		old.target = target
		return
	}
	if len(b.list) == fewBindings {
		b.places = make(map[string]int, 2*fewBindings)
		for i := range b.list {
			b.places[b.list[i].key] = i
		}
	}
	if b.places != nil {
		b.places[key] = len(b.list)
	}
	b.list = append(b.list, binding[T]{key: key, target: target})
}

// find gives the binding of a placeholder, nil when there is none.
func (b *bindings[T]) find(key string) *binding[T] {
	if b.places != nil {
		if i, ok := b.places[key]; ok {
			return &b.list[i]
		}
		return nil
	}
	for i := range b.list {
		if b.list[i].key == key {
			return &b.list[i]
		}
	}
	return nil
}

func (b *bindings[T]) use(key string) (T, bool) {
	if found := b.find(key); found != nil {
		found.used = true
		return found.target, true
	}
	var none T
	return none, false
}

// UnusedNames lists the name placeholders that no expression has used.
func (p *Placeholders) UnusedNames() []string { return p.names.unused() }

// UnusedValues lists the value placeholders that no expression has used.
func (p *Placeholders) UnusedValues() []string { return p.values.unused() }

func (b *bindings[T]) unused() []string {
	var keys []string
	for i := range b.list {
		if !b.list[i].used {
			keys = append(keys, b.list[i].key)
		}
	}
	return keys
}
