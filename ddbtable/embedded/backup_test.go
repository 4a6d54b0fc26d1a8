package embedded_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"example.com/ddb/ddbtable/embedded"
)

// TestABackupAmongWritesIsWhole copies while items are put, changed and deleted
// on all sides: in each copy every index agrees with the table.
func TestABackupAmongWritesIsWhole(t *testing.T) {
	for name, opts := range map[string][]embedded.Option{
		"memory": nil, "durable": {embedded.File(filepath.Join(t.TempDir(), "data"))},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t, opts...)
			if err := crashTable(db.Client()); err != nil {
				t.Fatal(err)
			}
			stopped, stop := errors.New("stopped"), make(chan struct{})
			busy := make(chan struct{}, crashWriters)
			var wg sync.WaitGroup
			for w := range crashWriters {
				wg.Go(func() {
					err := writeAs(w, 1, db.Client(), func(int) error {
						select {
						case <-stop:
							return stopped
						case busy <- struct{}{}:
						default:
						}
						return nil
					})
					if !errors.Is(err, stopped) {
						t.Error(err)
					}
				})
			}
			for range 3 {
				for range crashWriters {
					<-busy // so that writes lie between the copies
				}
				items := 0
				for _, of := range readCrashed(t, copyOf(t, db).Client()) {
					items += len(of)
				}
				if items == 0 {
					t.Error("the copy has no items")
				}
			}
			close(stop)
			wg.Wait()
		})
	}
}

// copyOf backs a database up and opens the copy.
func copyOf(t *testing.T, db *embedded.DB) *embedded.DB {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "copy"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Backup(f), f.Close()); err != nil {
		t.Fatal(err)
	}
	return open(t, embedded.File(f.Name()))
}
