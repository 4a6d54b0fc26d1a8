package expression

import "example.com/ddb/internal/engine/attribute"

// Placeholders are a request's names and values, and which of them its
// expressions have used. The zero value has none.
type Placeholders struct {
	names  []binding[string]
	values []binding[attribute.Value]
}

// A binding is what a placeholder stands for. Requests have few of them, so
// they are searched in turn.
type binding[T any] struct {
	key    string
	target T
	used   bool
}

// AddName binds a placeholder such as "#n" to a name. A second name for one
// placeholder takes the first one's place.
func (p *Placeholders) AddName(placeholder, name string) {
	p.names = bind(p.names, placeholder, name)
}

// AddValue binds a placeholder such as ":v" to a value.
func (p *Placeholders) AddValue(placeholder string, v attribute.Value) {
	p.values = bind(p.values, placeholder, v)
}

func bind[T any](bindings []binding[T], key string, target T) []binding[T] {
	for i := range bindings {
		if bindings[i].key == key {
			bindings[i].target = target
			return bindings
		}
	}
	return append(bindings, binding[T]{key: key, target: target})
}

func use[T any](bindings []binding[T], key string) (T, bool) {
	for i := range bindings {
		if bindings[i].key == key {
			bindings[i].used = true
			return bindings[i].target, true
		}
	}
	var none T
	return none, false
}

// UnusedNames lists the name placeholders that no expression has used.
func (p *Placeholders) UnusedNames() []string { return unused(p.names) }

// UnusedValues lists the value placeholders that no expression has used.
func (p *Placeholders) UnusedValues() []string { return unused(p.values) }

func unused[T any](bindings []binding[T]) []string {
	var keys []string
	for i := range bindings {
		if !bindings[i].used {
			keys = append(keys, bindings[i].key)
		}
	}
	return keys
}
