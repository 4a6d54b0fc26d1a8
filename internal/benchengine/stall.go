package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"example.com/ddb/ddbtable/embedded"
)

// minShare is what is left of the rate of puts while somebody reads, at least.
const minShare = 0.5

// stall measures whether reads stop writes: every put is of a new order, so
// that the data grows.
func stall(ctx context.Context, r *report) error {
	dir, err := os.MkdirTemp("", "benchengine-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, on := range []struct {
		name       string
		goroutines int
		options    []embedded.Option
	}{
		{"in memory", 1, nil},
		{"durable", 1, []embedded.Option{embedded.File(filepath.Join(dir, "one"))}},
		{"durable", 8, []embedded.Option{embedded.File(filepath.Join(dir, "eight"))}},
	} {
		db, err := embedded.Open(on.options...)
		if err != nil {
			return err
		}
		if err := errors.Join(stallOn(ctx, r, db, on.name, on.goroutines), db.Close()); err != nil {
			return err
		}
	}
	return nil
}

func stallOn(ctx context.Context, r *report, db *embedded.DB, name string, goroutines int) error {
	if err := errors.Join(createTable(ctx, db.Client()), newDirect(db).load(requestOrders)); err != nil {
		return err
	}
	var next atomic.Int64
	next.Store(requestOrders)
	put := func(context.Context, *rand.Rand) error {
		_, err := newDirect(db).send(putCall(order{int(next.Add(1)), 101}))
		return err
	}
	got, err := compete(ctx, []contestant{
		{name: "PutItem " + name, goroutines: goroutines, do: put},
		{name: "PutItem " + name + " while all is scanned", goroutines: goroutines, do: put, begin: during(func(ctx context.Context) error {
			return scanAll(ctx, newDirect(db))
		})},
		{name: "PutItem " + name + " while all is copied", goroutines: goroutines, do: put, begin: during(func(ctx context.Context) error {
			return db.Backup(slowWriter{ctx})
		})},
		// What is lost here is a core, not the store.
		{name: "PutItem " + name + " while somebody computes", goroutines: goroutines, do: put, begin: during(compute)},
	})
	if err != nil {
		return err
	}
	on := fmt.Sprintf("PutItem, %s, %d goroutines: ", name, goroutines)
	r.atLeast("storage", on+"during Scans / alone", got[1].over(got[0]), minShare, "")
	r.atLeast("storage", on+"during Backups / alone", got[2].over(got[0]), minShare, "")
	return nil
}

// during runs something again and again, without pause, until it is ended.
func during(run func(ctx context.Context) error) func(context.Context) func() error {
	return func(ctx context.Context) func() error {
		ctx, cancel := context.WithCancel(ctx)
		ended := make(chan error)
		go func() {
			var err error
			for err == nil && ctx.Err() == nil {
				err = run(ctx)
			}
			if ctx.Err() != nil {
				err = nil
			}
			ended <- err
		}()
		return func() error {
			cancel()
			return <-ended
		}
	}
}

// compute keeps a core busy for a while.
func compute(ctx context.Context) error {
	for n := range 1_000_000 {
		if n*n == -1 {
			return ctx.Err()
		}
	}
	return nil
}

// scanAll reads the table page by page.
func scanAll(ctx context.Context, d *direct) error {
	start := ""
	for {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		answer, err := d.send(newCall("Scan", `{"TableName":"`+tableName+`"`+start+`}`))
		if err != nil {
			return err
		}
		_, last, more := bytes.Cut(answer, []byte(`"LastEvaluatedKey":`))
		if !more {
			return nil
		}
		start = `,"ExclusiveStartKey":` + string(bytes.TrimSuffix(last, []byte("}")))
	}
}

// A slowWriter takes a moment for each write.
type slowWriter struct{ ctx context.Context }

// Write implements io.Writer.
func (w slowWriter) Write(p []byte) (int, error) {
	time.Sleep(time.Millisecond)
	return len(p), w.ctx.Err()
}
