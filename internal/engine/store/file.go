package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
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
