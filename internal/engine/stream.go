package engine

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"example.com/ddb/internal/engine/store"
)

// streamLife is how long the records of a stream are kept, and a stream after
// it was disabled or its table deleted, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
const streamLife = 24 * time.Hour

// streamPrefix is where the store's meta space holds the streams.
var streamPrefix = []byte("stream/")

// A stream is the list of a table's changes, in one shard. Its definition is
// immutable; a change makes a new stream.
type stream struct {
	definition streamDefinition
	// last is the sequence number that was given last. Only plans use it.
	last uint64
}

// A streamDefinition is what is known of a stream, in the form in which it is
// stored. Fields may be added, never renamed.
type streamDefinition struct {
	Table, Label, View string
	Space              store.Space
	Key                []keyElement
	Created            time.Time
	// Closed is when the stream was disabled, zero while it is open.
	Closed time.Time `json:",omitzero"`
}

func (s *stream) arn() string { return tableARN(s.definition.Table) + "/stream/" + s.definition.Label }

func (s *stream) open() bool { return s.definition.Closed.IsZero() }

// over tells whether a closed stream is past its life.
func (s *stream) over(now time.Time) bool {
	return !s.open() && now.Sub(s.definition.Closed) >= streamLife
}

// shard gives the name of the one shard.
func (s *stream) shard() string {
	return fmt.Sprintf("shardId-%020d-%08x", s.definition.Created.UnixMilli(), uint32(s.definition.Space))
}

// The sequence number of a record is the time of its change in nanoseconds, or
// one more than the last where that is not greater. So numbers also grow when
// the newest record of a file that is opened again is gone.
func (s *stream) next(r store.Reader, now time.Time) (uint64, error) {
	if s.last == 0 {
		newest, err := s.newest(r)
		if err != nil {
			return 0, err
		}
		s.last = newest
	}
	s.last = max(s.last+1, uint64(max(0, now.UnixNano())))
	return s.last, nil
}

// horizon is the lowest sequence number of records that are not too old.
func horizon(now time.Time) uint64 {
	return uint64(max(0, now.Add(-streamLife).UnixNano()))
}

func recordKey(sequence uint64) []byte { return binary.BigEndian.AppendUint64(nil, sequence) }

// streamLabel gives a label for a stream of a table that begins now.
func (e *Engine) streamLabel(table string, now time.Time) string {
	for {
		label := now.UTC().Format("2006-01-02T15:04:05.000")
		if (*e.streams.Load())[tableARN(table)+"/stream/"+label] == nil {
			return label
		}
		now = now.Add(time.Millisecond)
	}
}

// openStream makes the stream that a table's definition speaks of, nil when it
// speaks of none.
func openStream(b *store.Batch, d *definition, space store.Space, now time.Time) (*stream, error) {
	if d.Stream == "" {
		return nil, nil
	}
	s := &stream{definition: streamDefinition{
		Table: d.Name, Label: d.StreamLabel, View: d.Stream, Space: space, Key: d.Key, Created: now,
	}}
	return s, s.put(b)
}

// closed gives the stream as it is after its end. The nil stream has none.
func (s *stream) closed(b *store.Batch, now time.Time) (*stream, error) {
	if s == nil {
		return nil, nil
	}
	end := &stream{definition: s.definition}
	end.definition.Closed = now
	return end, end.put(b)
}

func (s *stream) key() []byte {
	return slices.Concat(streamPrefix, []byte(s.definition.Table+"/"+s.definition.Label))
}

func (s *stream) put(b *store.Batch) error {
	value, err := json.Marshal(s.definition)
	if err != nil {
		return fmt.Errorf("engine: cannot store the stream of table %s: %w", s.definition.Table, err)
	}
	b.Put(store.Meta, s.key(), value)
	return nil
}

// keepStream publishes a stream as it is now. The caller holds e.admin.
func (e *Engine) keepStream(s *stream) {
	if s == nil {
		return
	}
	e.changeStreams(func(streams map[string]*stream) { streams[s.arn()] = s })
}

// changeStreams replaces the map of streams by a changed one. The caller holds
// e.admin.
func (e *Engine) changeStreams(change func(map[string]*stream)) {
	streams := maps.Clone(*e.streams.Load())
	change(streams)
	e.streams.Store(&streams)
}

// loadStreams reads the streams of the store, and gives each open one to its
// table.
func (e *Engine) loadStreams(r store.Reader, tables map[string]*table) error {
	streams := make(map[string]*stream)
	var damaged error
	err := r.Range(store.Meta, store.Range{From: streamPrefix, To: prefixEnd(streamPrefix)}, func(_, value []byte) bool {
		s := new(stream)
		if damaged = json.Unmarshal(value, &s.definition); damaged != nil {
			return false
		}
		streams[s.arn()] = s
		return true
	})
	if err = errors.Join(err, damaged); err != nil {
		return err
	}
	for _, s := range streams {
		if t := tables[s.definition.Table]; s.open() && t != nil {
			t.stream = s
		}
	}
	e.streams.Store(&streams)
	return nil
}

// newest gives the highest sequence number in a stream, 0 when it is empty.
func (s *stream) newest(r store.Reader) (uint64, error) {
	var last uint64
	err := r.Range(s.definition.Space, store.Range{Descending: true}, func(key, _ []byte) bool {
		last = binary.BigEndian.Uint64(key)
		return false
	})
	return last, err
}

// streamsInOrder gives the streams that have not ended long ago, of one table
// or, for "", of all, in the order of their ARNs.
func (e *Engine) streamsInOrder(table string) []*stream {
	now := e.clock()
	var list []*stream
	for _, s := range *e.streams.Load() {
		if (table == "" || table == s.definition.Table) && !s.over(now) {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *stream) int { return strings.Compare(a.arn(), b.arn()) })
	return list
}
