package ddbtable

import (
	"errors"

	"example.com/ddb/fields"
)

// A reading is how the one item of an answer is read. It is read with the answer,
// so that the SDK's retryer has a say if it is malformed.
type reading struct {
	record record // nil if the answer's item is not read so
	asked  func(*fields.Field) bool
	err    error // of the item that was read
}

// take reads an item, whatever an attempt before brought. It fails if that is
// malformed, and keeps any other error.
func (r *reading) take(i item) error {
	if r.record == nil || i.none() {
		return nil
	}
	r.err = r.record.read(i, r.asked)
	if malformed(i, r.err) {
		return r.err
	}
	return nil
}

// malformed reports whether the error of reading an item is no matter of one
// attribute or of the program: the item itself is malformed.
func malformed(i item, err error) bool {
	_, value := errors.AsType[*fields.ValueError](err)
	_, mistaken := errors.AsType[*fields.TagError](err)
	return err != nil && i.json != nil && !value && !mistaken
}
