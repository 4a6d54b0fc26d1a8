package guide

import (
	"context"
	"testing"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

// onAnEngine is what docs/embedded.md begins with.
func onAnEngine(ctx context.Context) error {
	db, err := embedded.Open() // or with embedded.File("orders.db"), which keeps the data
	if err != nil {
		return err
	}
	defer db.Close()
	client := db.Client() // a *dynamodb.Client, without a socket
	return ddbtable.Open(client, Parcels).CreateTable(ctx)
}

func TestAnEngineIsReadyAtOnce(t *testing.T) {
	if err := onAnEngine(t.Context()); err != nil {
		t.Error(err)
	}
}
