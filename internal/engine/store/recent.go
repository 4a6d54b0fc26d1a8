package store

// A recent holds what was changed lately: the part of a durable store's state
// that is in its file's journal and not yet in its buckets. A deleted key has
// the value nil.
type recent map[Space]*recentSpace

type recentSpace struct {
	memorySpace
	// dropped tells that nothing of the space's bucket counts any more.
	dropped bool
}

// get gives the value under a key, nil when it was deleted, and whether the
// key's bucket need not be asked.
func (r recent) get(space Space, key []byte) (value []byte, known bool) {
	s := r[space]
	if s == nil {
		return nil, false
	}
	found, known := s.tree.Get(record{key: key})
	return found.value, known || s.dropped
}

func (r recent) apply(c *change) {
	s := r[c.space]
	if s == nil || c.key == nil {
		s = &recentSpace{memorySpace: memorySpace{tree: newTree()}, dropped: c.key == nil}
		r[c.space] = s
	}
	if c.key != nil {
		s.frozen = nil
		s.tree.Set(record{c.key, c.value})
	}
}

// freeze gives the state as it is now, which later changes leave alone.
func (r recent) freeze() recent {
	frozen := make(recent, len(r))
	for space, s := range r {
		frozen[space] = &recentSpace{memorySpace: memorySpace{tree: s.freeze()}, dropped: s.dropped}
	}
	return frozen
}
