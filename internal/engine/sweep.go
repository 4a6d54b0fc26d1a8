package engine

import (
	"bytes"
	"slices"
	"strconv"
	"time"

	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/decimal"
	"example.com/ddb/internal/engine/store"
)

const (
	// sweepInterval is the time between two sweeps, on the engine's clock. The
	// service promises to delete an expired item within a few days, see
	// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
	sweepInterval = time.Hour
	// sweepSize is how many items or records one write of a sweep deletes, so
	// that other writes come in between.
	sweepSize = 250
	// expiryYears is how long ago an item may have expired to be deleted at
	// all: an older time is taken for a mistake.
	expiryYears = 5
)

// sweep deletes what is too old when that is due: before the first request
// after an hour. There is no clock but the engine's, so nothing happens between
// requests, and nobody could see it. What fails is left to the next sweep. See
// decision 0016.
func (e *Engine) sweep() {
	now := e.clock()
	due := e.due.Load()
	if now.Unix() < due || !e.due.CompareAndSwap(due, now.Add(sweepInterval).Unix()) {
		return
	}
	for name, t := range *e.tables.Load() {
		if t.definition.TimeToLiveAttribute != "" {
			_ = e.write(name, func(t *table) error { return e.sweepTable(t, now) })
		}
	}
	for _, s := range *e.streams.Load() {
		_ = e.sweepStream(s, now)
	}
}

// sweepTable deletes the items of a table that have expired.
func (e *Engine) sweepTable(t *table, now time.Time) error {
	if t.definition.TimeToLiveAttribute == "" {
		return nil
	}
	expiry := newExpiry(t.definition.TimeToLiveAttribute, now)
	var from []byte
	for {
		keys, err := e.expired(t, expiry, from)
		if err != nil || len(keys) == 0 {
			return err
		}
		if err := e.apply(func(r store.Reader) ([]change, error) { return e.expire(r, t, expiry, keys) }); err != nil {
			return err
		}
		from = append(slices.Clip(keys[len(keys)-1]), 0)
	}
}

// expired gives the keys of some items that have expired, from a key on.
func (e *Engine) expired(t *table, expiry *expiry, from []byte) ([][]byte, error) {
	snapshot, err := e.store.Snapshot(t.definition.Space)
	if err != nil {
		return nil, err
	}
	defer snapshot.Release()
	var keys [][]byte
	err = snapshot.Range(t.definition.Space, store.Range{From: from}, func(key, value []byte) bool {
		if expiry.has(value) {
			keys = append(keys, bytes.Clone(key))
		}
		return len(keys) < sweepSize
	})
	return keys, err
}

// expire makes the changes that delete items, in a plan. An item that was given
// more time meanwhile stays.
func (e *Engine) expire(r store.Reader, t *table, expiry *expiry, keys [][]byte) ([]change, error) {
	if err := e.current(t); err != nil {
		return nil, err
	}
	var changes []change
	for _, key := range keys {
		value, err := r.Get(t.definition.Space, key)
		if err != nil {
			return nil, err
		}
		if value != nil && expiry.has(value) {
			changes = append(changes, change{table: t, key: key, old: value, service: true})
		}
	}
	return changes, nil
}

// An expiry tells which items have expired: those whose attribute is a number
// of seconds that lies in the past, but not too long ago.
type expiry struct {
	attribute   string
	after, upTo decimal.Number
}

func newExpiry(attribute string, now time.Time) *expiry {
	return &expiry{attribute, seconds(now.AddDate(-expiryYears, 0, 0)), seconds(now)}
}

func seconds(t time.Time) decimal.Number {
	// The text of a whole number is always a number.
	n, _ := decimal.Parse(strconv.FormatInt(t.Unix(), 10))
	return n
}

func (x *expiry) has(it attribute.Item) bool {
	v := it.Get(x.attribute)
	if v.Kind() != attribute.Number {
		return false
	}
	n := v.Number()
	return decimal.Compare(&n, &x.after) > 0 && decimal.Compare(&n, &x.upTo) < 0
}

// sweepStream removes the records of a stream that are too old, or a whole
// stream that ended too long ago.
func (e *Engine) sweepStream(s *stream, now time.Time) error {
	if s.over(now) {
		return e.forget(s)
	}
	for {
		n := 0
		err := e.store.Write(func(r store.Reader) (*store.Batch, error) {
			b := new(store.Batch)
			var err error
			n, err = s.trim(r, b, now, sweepSize)
			return b, err
		})
		if err != nil || n < sweepSize {
			return err
		}
	}
}

// forget removes a stream.
func (e *Engine) forget(s *stream) error {
	e.admin.Lock()
	defer e.admin.Unlock()
	err := e.store.Write(func(store.Reader) (*store.Batch, error) {
		b := new(store.Batch)
		b.Drop(s.definition.Space)
		b.Delete(store.Meta, s.key())
		return b, nil
	})
	if err == nil {
		e.changeStreams(func(streams map[string]*stream) { delete(streams, s.arn()) })
	}
	return err
}
