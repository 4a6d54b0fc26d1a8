package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	bolt "go.etcd.io/bbolt"
)

func openDurable(t *testing.T) *durable {
	t.Helper()
	s, err := OpenFile(filepath.Join(t.TempDir(), "data"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil && !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	})
	return s.(*durable)
}

// writing is a write that the test hands to the writer itself.
func writing(key string) *pending {
	return &pending{done: make(chan struct{}), plan: func(Reader) (*Batch, error) {
		b := new(Batch)
		b.Put(1, []byte(key), []byte("v"))
		return b, nil
	}}
}

// start hands a write over as Write does, and does not wait for it.
func start(t *testing.T, d *durable, p *pending) {
	t.Helper()
	if err := d.enqueue(p); err != nil {
		t.Fatal(err)
	}
	go d.await(p)
}

func TestAWriteIsAcknowledgedAfterItsCommit(t *testing.T) {
	d := openDurable(t)
	p, commits := writing("k"), 0
	d.committed = func() {
		commits++
		if p.isDone() {
			t.Error("the write was acknowledged before the commit")
		}
	}
	start(t, d, p)
	<-p.done
	d.committed = nil // Close commits too
	if p.err != nil || commits != 1 {
		t.Errorf("%d commits, %v", commits, p.err)
	}
}

// TestNoWriteIsAcknowledgedBeforeItsCommit records the order of plans, commits
// and acknowledgements of many writes.
func TestNoWriteIsAcknowledgedBeforeItsCommit(t *testing.T) {
	d := openDurable(t)
	// Both are numbers of transactions of the file.
	var planned, committed atomic.Int64
	d.committed = func() { committed.Store(planned.Load()) }
	const writers, each = 16, 20
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				var own int64
				err := d.Write(func(r Reader) (*Batch, error) {
					own = int64(r.(durableReader).tx.ID())
					planned.Store(own)
					b := new(Batch)
					b.Put(1, fmt.Append(nil, w, i), []byte("v"))
					return b, nil
				})
				if last := committed.Load(); err != nil || last < own {
					t.Errorf("acknowledged in transaction %d, committed up to %d, %v", own, last, err)
				}
			}
		})
	}
	wg.Wait()
	if last := committed.Load(); last == 0 || last > writers*each+1 {
		t.Errorf("the last commit was %d", last)
	}
}

// TestACommitIsSynced: nothing that a caller can say makes it otherwise.
func TestACommitIsSynced(t *testing.T) {
	d := openDurable(t)
	if d.db.NoSync || d.db.NoGrowSync || d.db.NoFreelistSync {
		t.Error("a commit leaves out a sync")
	}
}

// waitBehind queues writes while the writer is busy with another one, so that
// they share a commit.
func waitBehind(t *testing.T, d *durable, writes ...*pending) {
	started, release := make(chan struct{}), make(chan struct{})
	start(t, d, &pending{done: make(chan struct{}), plan: func(Reader) (*Batch, error) {
		close(started)
		<-release
		return nil, nil
	}})
	<-started
	for _, p := range writes {
		start(t, d, p)
	}
	close(release)
	for _, p := range writes {
		<-p.done
	}
}

func TestWaitingWritesShareACommit(t *testing.T) {
	d := openDurable(t)
	commits := 0
	d.committed = func() { commits++ }
	waitBehind(t, d, writing("a"), writing("b"), writing("c"))
	if commits != 1 {
		t.Errorf("%d commits of three writes", commits)
	}
}

// TestAWriteThatTheFileRefusesIsAlone shares a commit between good writes and
// one whose key is longer than the file takes.
func TestAWriteThatTheFileRefusesIsAlone(t *testing.T) {
	d := openDurable(t)
	first, bad, last := writing("a"), writing(strings.Repeat("k", bolt.MaxKeySize+1)), writing("b")
	waitBehind(t, d, first, bad, last)
	if bad.err == nil || !strings.HasPrefix(bad.err.Error(), "store: cannot write the file: ") {
		t.Errorf("the bad write: %v", bad.err)
	}
	for key, p := range map[string]*pending{"a": first, "b": last} {
		value, err := d.Get(1, []byte(key))
		if p.err != nil || err != nil || string(value) != "v" {
			t.Errorf("%s: %v; read: %q, %v", key, p.err, value, err)
		}
	}
}

func TestWritesThatWaitAtTheEndAreDone(t *testing.T) {
	d := openDurable(t)
	started, release, closed := make(chan struct{}), make(chan struct{}), make(chan error)
	start(t, d, &pending{done: make(chan struct{}), plan: func(Reader) (*Batch, error) {
		close(started)
		<-release
		return nil, nil
	}})
	<-started
	p := writing("k")
	start(t, d, p)
	go func() { closed <- d.Close() }()
	close(release)
	<-p.done
	if err := <-closed; p.err != nil || err != nil {
		t.Errorf("write: %v, Close: %v", p.err, err)
	}
}
