package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"example.com/ddb/ddbtable/embedded"
)

// firstCommand makes this program the process that is measured.
const firstCommand = "first"

// storedOrders is the size of the file that is opened.
const storedOrders = 100_000

// startUp measures goal (d).
func startUp(ctx context.Context, r *report) error {
	dir, err := os.MkdirTemp("", "benchengine-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	server := filepath.Join(dir, "local-server")
	build := exec.CommandContext(ctx, "go", "build", "-o", server, "example.com/ddb/examples/local-server")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w: %s", err, out)
	}
	path := filepath.Join(dir, "data")
	if err := store(ctx, path); err != nil {
		return err
	}
	for _, s := range []struct {
		name  string
		bound float64
		run   func() (time.Duration, error)
	}{
		{"a new process: Open to the first GetItem", 5, func() (time.Duration, error) { return firstInProcess(ctx) }},
		{"local-server: exec to the first answer", 50, func() (time.Duration, error) { return firstAnswer(ctx, server) }},
		{"a file of 100,000 items: Open to the first GetItem", 50, func() (time.Duration, error) { return firstOfFile(ctx, path) }},
	} {
		var took []float64
		for range sliceCount {
			t, err := s.run()
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			took = append(took, t.Seconds()*1000)
		}
		fmt.Printf("%-52s %6.2f ms\n", s.name, median(took))
		r.atMost("d", s.name, median(took), s.bound, " ms")
	}
	return nil
}

func store(ctx context.Context, path string) error {
	db, err := embedded.Open(embedded.File(path))
	if err != nil {
		return err
	}
	c := db.Client()
	return errors.Join(createTable(ctx, c), load(ctx, c, storedOrders), db.Close())
}

// firstInProcess has a new process measure itself.
func firstInProcess(ctx context.Context) (time.Duration, error) {
	executable, err := os.Executable()
	if err != nil {
		return 0, err
	}
	out, err := exec.CommandContext(ctx, executable, firstCommand).Output()
	if err != nil {
		return 0, err
	}
	return time.ParseDuration(strings.TrimSpace(string(out)))
}

// printFirst is the new process: it opens an engine, makes a table, puts an
// order and gets it.
func printFirst(ctx context.Context) error {
	start := time.Now()
	db, err := embedded.Open()
	if err != nil {
		return err
	}
	defer db.Close()
	c := db.Client()
	r := rand.New(rand.NewPCG(1, 1))
	if err := errors.Join(createTable(ctx, c), putOne(ctx, c, r, 1), getOne(ctx, c, r, 1)); err != nil {
		return err
	}
	fmt.Println(time.Since(start))
	return nil
}

func firstAnswer(ctx context.Context, server string) (took time.Duration, err error) {
	child := exec.CommandContext(ctx, server, "-addr", "127.0.0.1:0")
	child.Cancel = func() error { return child.Process.Signal(os.Interrupt) }
	out, err := child.StdoutPipe()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	if err := child.Start(); err != nil {
		return 0, err
	}
	defer func() {
		err = errors.Join(err, child.Process.Signal(os.Interrupt), child.Wait())
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(line, "http://")
	address, _, _ := strings.Cut(rest, ",")
	if _, err := newClient("http://"+address).ListTables(ctx, nil); err != nil {
		return 0, err
	}
	return time.Since(start), nil
}

func firstOfFile(ctx context.Context, path string) (time.Duration, error) {
	start := time.Now()
	db, err := embedded.Open(embedded.File(path))
	if err != nil {
		return 0, err
	}
	err = getOne(ctx, db.Client(), rand.New(rand.NewPCG(rand.Uint64(), 1)), storedOrders)
	took := time.Since(start)
	return took, errors.Join(err, db.Close())
}
