package store

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/exp/mmap"
)

// A bbolt file is pages: a header of 16 bytes (page, flags, count, further
// pages), then an array of elements, then what they point to, one after the
// other and without a gap. Only the meta pages have a checksum, and whoever
// follows a damaged pointer kills the process. So all that leads to the values
// is checked before bbolt maps the file; the values have checksums of their own.
// See decision 0026.
//
// A branch's element has the position and length of a key and the page below it,
// whose first key is the same. A leaf's has flags, position, and the lengths of
// key and value. See
// https://github.com/etcd-io/bbolt/blob/main/internal/common/page.go
const (
	pageHeader    = 16
	elementSize   = 16
	branchFlag    = 1
	leafFlag      = 2
	freelistFlag  = 16
	bucketElement = 1
	bucketHeader  = 16
	manyFree      = 0xFFFF
	// leafPeek is how much of a leaf is read at first: the elements of most.
	leafPeek = 1 << 9
	maxDepth = 64
)

var errStructure = errors.New("its pages are damaged; restore the file from a backup")

// A pageChecker goes through all pages of a file. Every one is in use once, or
// free, but for the two of the metas.
type pageChecker struct {
	file  io.ReaderAt
	meta  meta
	order binary.ByteOrder
	used  []atomic.Bool
	// trees are what is below the roots of values, left for several checkers that
	// work side by side: nearly all of the file.
	trees []subtree
	// peek is for the beginning of a page, until the next one is read.
	peek [leafPeek]byte
}

// A subtree is a page, with all below it, and the key that it must begin with.
type subtree struct {
	id    uint64
	first []byte
}

// checkStructure checks the pages that the newest meta page leads to. It looks at
// the beginning of each, in memory: to read 30,000 pages of a file one by one
// takes twice as long.
func checkStructure(path string, m meta) error {
	file, err := mmap.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(checkPages(file, m), file.Close())
}

func checkPages(file io.ReaderAt, m meta) error {
	c := &pageChecker{file: file, meta: m, order: binary.NativeEndian, used: make([]atomic.Bool, m.pages)}
	c.used[0].Store(true)
	c.used[1].Store(true)
	if err := c.checkFree(); err != nil {
		return err
	}
	if err := c.checkTree(m.root, nil, true, 0); err != nil {
		return err
	}
	if err := c.checkTrees(); err != nil {
		return err
	}
	for i := range c.used {
		if !c.used[i].Load() {
			return errStructure
		}
	}
	return nil
}

// checkTrees checks the trees that were left, on all processors: most of the
// time goes by waiting for memory.
func (c *pageChecker) checkTrees() error {
	errs := make([]error, runtime.GOMAXPROCS(0))
	var next atomic.Int64
	var working sync.WaitGroup
	for i := range errs {
		working.Go(func() {
			own := &pageChecker{file: c.file, meta: c.meta, order: c.order, used: c.used}
			for errs[i] == nil {
				n := int(next.Add(1)) - 1
				if n >= len(c.trees) {
					return
				}
				errs[i] = own.checkTree(c.trees[n].id, c.trees[n].first, false, 1)
			}
		})
	}
	working.Wait()
	return cmp.Or(errs...)
}

// use marks pages that lie together, which nothing else may have in use.
func (c *pageChecker) use(id, count uint64) error {
	if id > c.meta.pages || count > c.meta.pages-id {
		return errStructure
	}
	for i := id; i < id+count; i++ {
		if c.used[i].Swap(true) {
			return errStructure
		}
	}
	return nil
}

// A pageHead is a page's header.
type pageHead struct {
	flags    uint16
	count    int
	overflow uint64
}

// read reads the beginning of a page into b, and its header.
func (c *pageChecker) read(id uint64, b []byte) ([]byte, pageHead, error) {
	if id < 2 || id >= c.meta.pages {
		return nil, pageHead{}, errStructure
	}
	n, err := c.file.ReadAt(b, int64(id)*c.meta.pageSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, pageHead{}, err
	}
	if b = b[:n]; n < pageHeader || c.order.Uint64(b) != id {
		return nil, pageHead{}, errStructure
	}
	return b, c.head(b), nil
}

func (c *pageChecker) head(b []byte) pageHead {
	return pageHead{c.order.Uint16(b[8:]), int(c.order.Uint16(b[10:])), uint64(c.order.Uint32(b[12:]))}
}

// whole reads a page with those that follow it.
func (c *pageChecker) whole(id, overflow uint64) ([]byte, error) {
	if overflow >= c.meta.pages {
		return nil, errStructure
	}
	size := int64(overflow+1) * c.meta.pageSize
	b, _, err := c.read(id, make([]byte, size))
	if err == nil && int64(len(b)) < size {
		err = errStructure
	}
	return b, err
}

// checkFree marks the list of free pages and all that is in it.
func (c *pageChecker) checkFree() error {
	_, head, err := c.read(c.meta.free, c.peek[:pageHeader])
	if err != nil {
		return err
	}
	if head.flags != freelistFlag {
		return errStructure
	}
	if err := c.use(c.meta.free, head.overflow+1); err != nil {
		return err
	}
	b, err := c.whole(c.meta.free, head.overflow)
	if err != nil {
		return err
	}
	list := b[pageHeader:]
	count := uint64(head.count)
	if head.count == manyFree {
		count, list = c.order.Uint64(list), list[8:]
	}
	if count > uint64(len(list)/8) {
		return errStructure
	}
	for i := range count {
		if err := c.use(c.order.Uint64(list[8*i:]), 1); err != nil {
			return err
		}
	}
	return nil
}

// checkTree checks a page and all below it. First is the key that it must begin
// with, nil for any; buckets tells whether it holds buckets or values.
func (c *pageChecker) checkTree(id uint64, first []byte, buckets bool, depth int) error {
	b, head, err := c.read(id, c.peek[:])
	if err != nil {
		return err
	}
	if depth > maxDepth {
		return errStructure
	}
	if err := c.use(id, head.overflow+1); err != nil {
		return err
	}
	if needed := pageHeader + head.count*elementSize; head.flags == branchFlag || buckets || needed > len(b) {
		if b, err = c.whole(id, head.overflow); err != nil {
			return err
		}
	}
	switch head.flags {
	case branchFlag:
		return c.checkBranch(b, head, first, buckets, depth)
	case leafFlag:
		return c.checkLeaf(id, b, head, first, buckets)
	}
	return errStructure
}

// fits tells whether elements and data of a size fill a page with those that
// follow it, and no more of them than needed.
func (c *pageChecker) fits(size, overflow uint64) bool {
	page := uint64(c.meta.pageSize)
	return (size+page-1)/page == overflow+1
}

func (c *pageChecker) checkBranch(b []byte, head pageHead, first []byte, buckets bool, depth int) error {
	data := pageHeader + head.count*elementSize
	if head.count == 0 || data > len(b) {
		return errStructure
	}
	var keys [][]byte
	for i := range head.count {
		at := pageHeader + i*elementSize
		pos, size := uint64(c.order.Uint32(b[at:])), uint64(c.order.Uint32(b[at+4:]))
		if pos != uint64(data-at) || size == 0 || size > uint64(len(b)-data) {
			return errStructure
		}
		keys = append(keys, b[data:data+int(size)])
		data += int(size)
		if i > 0 && bytes.Compare(keys[i-1], keys[i]) >= 0 {
			return errStructure
		}
	}
	if !c.fits(uint64(data), head.overflow) || first != nil && !bytes.Equal(first, keys[0]) {
		return errStructure
	}
	for i, key := range keys {
		below := c.order.Uint64(b[pageHeader+i*elementSize+8:])
		if depth == 0 && !buckets {
			c.trees = append(c.trees, subtree{below, key})
			continue
		}
		if err := c.checkTree(below, key, buckets, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// checkLeaf checks a leaf of which the elements are read, and what follows them
// if it holds buckets.
func (c *pageChecker) checkLeaf(id uint64, b []byte, head pageHead, first []byte, buckets bool) error {
	size, err := c.leafSize(b, head.count, buckets)
	if err != nil || !c.fits(size, head.overflow) {
		return errors.Join(err, errStructure)
	}
	if first != nil {
		if head.count == 0 {
			return errStructure
		}
		data := pageHeader + head.count*elementSize
		n := int(c.order.Uint32(b[pageHeader+8:]))
		if data+n > len(b) {
			if b, err = c.whole(id, head.overflow); err != nil {
				return err
			}
		}
		if !bytes.Equal(first, b[data:data+n]) {
			return errStructure
		}
	}
	if buckets {
		return c.checkBuckets(b, head.count)
	}
	return nil
}

// leafSize checks the elements of a leaf and gives its size with all that they
// point to.
func (c *pageChecker) leafSize(b []byte, count int, buckets bool) (uint64, error) {
	if pageHeader+count*elementSize > len(b) {
		return 0, errStructure
	}
	var flags uint32
	if buckets {
		flags = bucketElement
	}
	data := uint64(pageHeader + count*elementSize)
	for i := range count {
		at := pageHeader + i*elementSize
		keySize, valueSize := c.order.Uint32(b[at+8:]), c.order.Uint32(b[at+12:])
		if c.order.Uint32(b[at:]) != flags || uint64(c.order.Uint32(b[at+4:])) != data-uint64(at) || keySize == 0 {
			return 0, errStructure
		}
		data += uint64(keySize) + uint64(valueSize)
	}
	return data, nil
}

// checkBuckets checks the buckets of a leaf that is read whole. A small one lies
// in the leaf itself, as a page without a number.
func (c *pageChecker) checkBuckets(b []byte, count int) error {
	data := pageHeader + count*elementSize
	for i := range count {
		at := pageHeader + i*elementSize
		keySize, valueSize := int(c.order.Uint32(b[at+8:])), int(c.order.Uint32(b[at+12:]))
		value := b[data+keySize : data+keySize+valueSize]
		data += keySize + valueSize
		if valueSize < bucketHeader {
			return errStructure
		}
		if root := c.order.Uint64(value); root != 0 {
			if err := c.checkTree(root, nil, false, 0); err != nil {
				return err
			}
			continue
		}
		if err := c.checkInline(value[bucketHeader:]); err != nil {
			return err
		}
	}
	return nil
}

func (c *pageChecker) checkInline(b []byte) error {
	if len(b) < pageHeader {
		return errStructure
	}
	head := c.head(b)
	size, err := c.leafSize(b, head.count, false)
	if err != nil || head.flags != leafFlag || head.overflow != 0 || c.order.Uint64(b) != 0 || size != uint64(len(b)) {
		return errStructure
	}
	return nil
}
