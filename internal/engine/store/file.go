package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
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

// mapSize is how much of the address space is reserved for the file, so that a
// growing file need not be mapped anew, which would make writers wait for
// readers. It costs no memory. It is a variable because it is no int where
// addresses are short.
var mapSize int64 = 64 << 30

// OpenFile opens a durable store in a file, or makes one where no file is.
// Nothing of an existing file is changed before it is known to be a complete
// file of this package: anything else is an error, and so is a file that
// another process has open.
func OpenFile(path string) (Store, error) {
	err := check(path)
	if errors.Is(err, os.ErrNotExist) {
		err = create(path)
	}
	if err != nil {
		return nil, err
	}
	db, err := openBolt(path, false)
	if err != nil {
		return nil, err
	}
	if err := mark(db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	d, err := newDurable(db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return d, nil
}

// check tells whether a file is one of this package and complete.
func check(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("store: cannot open %s: %w", path, remedy(err))
	}
	defer f.Close() // it was only read
	if _, err := newestMeta(f); err != nil {
		return fmt.Errorf("store: cannot use %s: %w", path, err)
	}
	return checkContent(path, f)
}

// remedy says of an error of the file system what to do. The path stands before it
// already.
func remedy(err error) error {
	if failed, ok := errors.AsType[*os.PathError](err); ok {
		err = failed.Err
	}
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%w; make its folder first", err)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%w; choose another place, or give this user the right to it", err)
	}
	return err
}

// create makes an empty store's file, whole or not at all: it gets its name
// when it is complete and on disk, so that a process that is killed meanwhile
// leaves nothing that a later one would refuse. A file that somebody else has
// made meanwhile is left alone.
func create(path string) error {
	dir := filepath.Dir(path)
	unnamed, err := os.CreateTemp(dir, "."+filepath.Base(path)+".new-")
	if err != nil {
		return fmt.Errorf("store: cannot make %s: %w", path, remedy(err))
	}
	defer os.Remove(unnamed.Name())
	err = errors.Join(unnamed.Close(), initialize(unnamed.Name()))
	if err == nil {
		err = name(unnamed.Name(), path)
	}
	if err == nil {
		err = syncFolder(dir)
	}
	if err != nil {
		return fmt.Errorf("store: cannot make %s: %w", path, remedy(err))
	}
	return nil
}

func initialize(path string) error {
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		return err
	}
	return errors.Join(mark(db), db.Close())
}

// name gives a file its name unless another one has it. Where a file system
// has no links it may take the name of one that is made at the same moment.
func name(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, os.ErrExist) {
		return nil
	}
	return os.Rename(from, to)
}

// syncFolder makes a new name in a folder last. Windows does so by itself.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func openBolt(path string, readOnly bool) (*bolt.DB, error) {
	db, err := bolt.Open(path, 0o600, &bolt.Options{
		// The shortest wait there is: a second opener fails at once.
		Timeout:         1,
		ReadOnly:        readOnly,
		FreelistType:    bolt.FreelistArrayType, // See decision 0019.
		InitialMmapSize: initialMap(readOnly),
		NoStatistics:    true,
	})
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, fmt.Errorf("store: %s is in use by another process or another open engine; close that one first", path)
	case err != nil:
		return nil, fmt.Errorf("store: cannot open %s: %w", path, remedy(err))
	}
	return db, nil
}

// initialMap gives the size of the mapping: the file's own where it is only
// read once, where addresses are too short for more, and on Windows, where a
// file is made as long as its mapping.
func initialMap(readOnly bool) int {
	if readOnly || strconv.IntSize < 64 || runtime.GOOS == "windows" {
		return 0
	}
	return int(mapSize)
}

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

// A bbolt file begins with two meta pages. Each says how many pages there are;
// the one with the higher transaction counts. Reading a page that the file no
// longer has kills the process, so the length is checked before the file is
// mapped. Layout: page header 16 bytes, then magic, version, page size, flags
// (4 bytes each), root page and sequence, freelist, page count, transaction,
// checksum (8 bytes each), see
// https://github.com/etcd-io/bbolt/blob/main/internal/common/meta.go
const (
	metaOffset   = 16
	metaSize     = 64
	metaMagic    = 0xED0CDAED
	metaVersion  = 2
	minPageSize  = 1 << 9
	maxPageSize  = 1 << 16
	metaPageSize = 8
	metaRoot     = 16
	metaFreelist = 32
	metaPages    = 40
	metaTx       = 48
	metaChecksum = 56
)

var errDamaged = errors.New("it is not a complete database file; restore it from a backup, or choose another file")

// newestMeta gives the newest valid meta page of a bbolt file that is as long as
// it says.
func newestMeta(f *os.File) (newest meta, err error) {
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return newest, errors.Join(err, errors.New("it is not a regular file; choose another one"))
	}
	consider := func(m meta, ok bool) {
		if ok && (newest.pageSize == 0 || m.tx > newest.tx) {
			newest = m
		}
	}
	first, ok := readMeta(f, 0)
	consider(first, ok)
	if ok {
		second, ok := readMeta(f, first.pageSize)
		consider(second, ok)
	} else {
		for size := int64(minPageSize); size <= maxPageSize; size <<= 1 {
			second, ok := readMeta(f, size)
			consider(second, ok && second.pageSize == size)
		}
	}
	// The length is taken after the meta pages, because the file may be in
	// use, and then it grows before they say so.
	info, err := f.Stat()
	if err != nil {
		return newest, err
	}
	if newest.pageSize == 0 || newest.pages > uint64(info.Size()/newest.pageSize) {
		return newest, errDamaged
	}
	return newest, nil
}

type meta struct {
	pageSize   int64
	root, free uint64
	pages      uint64
	tx         uint64
}

// readMeta reads the meta page at an offset and gives false when it is not
// valid.
func readMeta(r io.ReaderAt, offset int64) (meta, bool) {
	var b [metaSize]byte
	if _, err := r.ReadAt(b[:], offset+metaOffset); err != nil {
		return meta{}, false
	}
	order := binary.NativeEndian
	sum := fnv.New64a()
	_, _ = sum.Write(b[:metaChecksum])
	if order.Uint32(b[0:]) != metaMagic || order.Uint32(b[4:]) != metaVersion ||
		order.Uint64(b[metaChecksum:]) != sum.Sum64() {
		return meta{}, false
	}
	return meta{
		pageSize: int64(order.Uint32(b[metaPageSize:])),
		root:     order.Uint64(b[metaRoot:]),
		free:     order.Uint64(b[metaFreelist:]),
		pages:    order.Uint64(b[metaPages:]),
		tx:       order.Uint64(b[metaTx:]),
	}, true
}

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
