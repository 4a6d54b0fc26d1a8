package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	bolt "go.etcd.io/bbolt"
)

// formatKey and formatValue mark a file as one of this package. The bucket is
// not a space's, whose names are four bytes. Format 1 has no journal; a file that
// has it is given the new mark when it is opened, so that a release that knows
// of no journal refuses it.
var (
	formatBucket   = []byte("ddb-format")
	formatKey      = []byte("format")
	formatBuckets  = []byte("buckets")
	formatValue    = []byte("2")
	withoutJournal = []byte("1")
)

// checkContent checks the pages and looks for the mark, without changing the file
// and while nobody else changes it.
func checkContent(path string, f *os.File) error {
	db, err := openBolt(path, true)
	if err != nil {
		return err
	}
	m, err := newestMeta(f)
	if err == nil {
		err = checkStructure(path, m)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("store: cannot use %s: %w", path, err), db.Close())
	}
	return errors.Join(db.View(func(tx *bolt.Tx) error { return checkFormat(path, tx) }), db.Close())
}

func checkFormat(path string, tx *bolt.Tx) error {
	bucket := tx.Bucket(formatBucket)
	if bucket == nil {
		return fmt.Errorf("store: %s was not made by this engine; choose another file", path)
	}
	format := bucket.Get(formatKey)
	switch {
	case bytes.Equal(format, withoutJournal):
		return nil
	case !bytes.Equal(format, formatValue):
		return fmt.Errorf("store: %s has format %q; open it with a newer release", path, format)
	}
	listed, err := unseal(formatBuckets, bucket.Get(formatBuckets))
	if err != nil || !bytes.Equal(listed, listBuckets(tx)) {
		return fmt.Errorf("store: cannot use %s: %w", path, errStructure)
	}
	return nil
}

// listBuckets gives the names of all buckets. A name that is damaged would make
// a whole space disappear, so they are kept with a checksum.
func listBuckets(tx *bolt.Tx) []byte {
	var list []byte
	_ = tx.ForEach(func(name []byte, _ *bolt.Bucket) error { // the function never fails
		list = appendBytes(list, name)
		return nil
	})
	return list
}

// noteBuckets keeps the names of all buckets, unless they are those that are kept.
func noteBuckets(tx *bolt.Tx) error {
	bucket, sealed := tx.Bucket(formatBucket), seal(formatBuckets, listBuckets(tx))
	if bytes.Equal(bucket.Get(formatBuckets), sealed) {
		return nil
	}
	return bucket.Put(formatBuckets, sealed)
}

// mark gives a file the mark of this format, unless it has it.
func mark(db *bolt.DB) error {
	tx, err := db.Begin(true)
	if err != nil {
		return fmt.Errorf("store: cannot write the file: %w", err)
	}
	bucket, err := tx.CreateBucketIfNotExists(formatBucket)
	if err == nil && bytes.Equal(bucket.Get(formatKey), formatValue) {
		return tx.Rollback()
	}
	if err == nil {
		err = bucket.Put(formatKey, formatValue)
	}
	if err == nil {
		_, err = tx.CreateBucketIfNotExists(journalBucket)
	}
	if err == nil {
		err = noteBuckets(tx)
	}
	if err == nil {
		err = tx.Commit()
	} else {
		err = errors.Join(err, tx.Rollback())
	}
	if err != nil {
		return fmt.Errorf("store: cannot write the file: %w", err)
	}
	return nil
}
