package engine

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"example.com/ddb/internal/engine/store"
)

// A past holds what some writes have overwritten, by space and key, so that a
// read can be answered as if they had not happened. A nil value stands for a
// key that was not there. The nil past changes nothing.
type past map[store.Space]map[string][]byte

// remember keeps what a key held, unless an earlier value is held already.
func (p past) remember(space store.Space, key, value []byte) {
	old := p[space]
	if old == nil {
		old = make(map[string][]byte)
		p[space] = old
	}
	if _, ok := old[string(key)]; !ok {
		old[string(key)] = bytes.Clone(value)
	}
}

func (p past) clone() past {
	c := make(past, len(p))
	for space, old := range p {
		c[space] = maps.Clone(old)
	}
	return c
}

// len gives the number of keys.
func (p past) len() int {
	n := 0
	for _, old := range p {
		n += len(old)
	}
	return n
}

// of gives a value as it was, from what it is now.
func (p past) of(space store.Space, key, now []byte) []byte {
	if old, ok := p[space][string(key)]; ok {
		return old
	}
	return now
}

// A pastSnapshot is a snapshot as it was before the writes of a past.
type pastSnapshot struct {
	store.Snapshot
	past past
}

// Get implements store.Reader.
func (s pastSnapshot) Get(space store.Space, key []byte) ([]byte, error) {
	now, err := s.Snapshot.Get(space, key)
	return s.past.of(space, key, now), err
}

// Range implements store.Reader: it merges the keys that are there with those
// that were.
func (s pastSnapshot) Range(space store.Space, r store.Range, visit func(key, value []byte) bool) error {
	old := s.past[space]
	keys := keysIn(old, r)
	going := true
	// before visits the old keys in front of one.
	before := func(stop func(string) bool) {
		for going && len(keys) > 0 && !stop(keys[0]) {
			key := keys[0]
			keys = keys[1:]
			if value := old[key]; value != nil {
				going = visit([]byte(key), value)
			}
		}
	}
	err := s.Snapshot.Range(space, r, func(key, value []byte) bool {
		before(func(k string) bool {
			order := strings.Compare(k, string(key))
			return order == 0 || (order > 0) != r.Descending
		})
		switch {
		case !going:
		case len(keys) > 0 && keys[0] == string(key):
			keys = keys[1:]
			if value := old[string(key)]; value != nil {
				going = visit(key, value)
			}
		default:
			going = visit(key, value)
		}
		return going
	})
	if err == nil {
		before(func(string) bool { return false })
	}
	return err
}

// keysIn gives the keys inside a range, in its order.
func keysIn(old map[string][]byte, r store.Range) []string {
	var keys []string
	for key := range old {
		if key >= string(r.From) && (r.To == nil || key < string(r.To)) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	if r.Descending {
		slices.Reverse(keys)
	}
	return keys
}
