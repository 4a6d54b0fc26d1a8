package store

import (
	"encoding/binary"
	"errors"
	"hash/fnv"
	"io"
	"os"
)

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
