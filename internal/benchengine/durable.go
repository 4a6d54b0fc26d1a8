package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"example.com/ddb/ddbtable/embedded"
)

// durableGoals are goal (c): acknowledged puts per sync of the disk, by
// goroutines.
var durableGoals = []struct {
	goroutines int
	perSync    float64
}{{1, 0.25}, {8, 0.6}, {64, 1}}

func durable(ctx context.Context, r *report) (err error) {
	dir, err := os.MkdirTemp("", "benchengine-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	db, err := embedded.Open(embedded.File(filepath.Join(dir, "data")))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	c := db.Client()
	if err := errors.Join(createTable(ctx, c), load(ctx, c, requestOrders)); err != nil {
		return err
	}
	f, err := newSynced(filepath.Join(dir, "synced"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	contestants := []contestant{{name: "a page of 4 KiB written and synced", goroutines: 1, do: f.sync}}
	for _, g := range durableGoals {
		contestants = append(contestants, contestant{name: "PutItem durable", goroutines: g.goroutines,
			do: func(ctx context.Context, r *rand.Rand) error { return putOne(ctx, c, r, requestOrders) }})
	}
	got, err := compete(ctx, contestants)
	if err != nil {
		return err
	}
	for i, g := range durableGoals {
		r.atLeast("c", fmt.Sprintf("PutItem, %d goroutines: durable / sync", g.goroutines), got[1+i].over(got[0]), g.perSync, "")
	}
	return nil
}

// A synced file is written in place and synced, as fast as that goes.
type synced struct {
	*os.File
	page [4096]byte
}

// syncedPages is the file's size.
const syncedPages = 4096

func newSynced(path string) (*synced, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	s := &synced{File: f}
	for range syncedPages {
		if _, err := f.Write(s.page[:]); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	return s, f.Sync()
}

func (s *synced) sync(_ context.Context, r *rand.Rand) error {
	s.page[0]++
	if _, err := s.WriteAt(s.page[:], int64(r.IntN(syncedPages))*int64(len(s.page))); err != nil {
		return err
	}
	return syncData(s.File)
}
