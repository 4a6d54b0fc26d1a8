package store

import (
	"errors"
	"fmt"
	"io"

	bolt "go.etcd.io/bbolt"
)

// backupTo writes a snapshot's spaces into a new file and copies that to w.
func backupTo(path string, snapshot Snapshot, spaces []Space, w io.Writer) error {
	db, err := bolt.Open(path, 0o600, &bolt.Options{NoSync: true})
	if err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	err = mark(db)
	for _, space := range spaces {
		if err == nil {
			err = copySpace(db, snapshot, space)
		}
	}
	if err == nil {
		err = db.Update(noteBuckets)
	}
	if err == nil {
		err = db.View(func(tx *bolt.Tx) error {
			_, err := tx.WriteTo(w)
			return err
		})
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	return nil
}

// copyTogether is the number of values copied in one transaction.
const copyTogether = 10000

func copySpace(db *bolt.DB, snapshot Snapshot, space Space) error {
	from := []byte{}
	for from != nil {
		err := db.Update(func(tx *bolt.Tx) error {
			bucket, err := tx.CreateBucketIfNotExists(bucketName(space))
			if err != nil {
				return err
			}
			bucket.FillPercent = 1 // the keys come in their order
			start := from
			from = nil
			count := 0
			walked := snapshot.Range(space, Range{From: start}, func(key, value []byte) bool {
				if count++; count > copyTogether {
					from = key
					return false
				}
				err = bucket.Put(key, seal(key, value))
				return err == nil
			})
			return errors.Join(err, walked)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
