package main

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/uuid"

	"example.com/ddb/model"
)

// TestTheToyStoreOverASocket is a day of the toy store with AWS's SDK for Go on a
// real connection, on a server that fails and delays now and then.
func TestTheToyStoreOverASocket(t *testing.T) {
	ctx := t.Context()
	s := start(t, new(syncBuffer), "-latency", "1ms", "-faults", "fail-before every=9; drop-before operation=Query every=2")
	store := model.Open(dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &s.url, HTTPClient: new(http.Client),
		Credentials: aws.CredentialsProviderFunc(nobody),
		Retryer:     retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 2 * time.Millisecond }),
	}))
	if err := store.CreateTable(ctx); err != nil {
		t.Fatal(err)
	}
	user, product := uuid.New(), uuid.New()
	var orders []model.Order
	for range 5 {
		o, err := store.CreateOrder(ctx, user, product)
		if err != nil {
			t.Fatal(err)
		}
		orders = append(orders, o)
	}
	done, err := store.UpdateStatus(ctx, orders[2].ID, model.Completed)
	if err != nil || done.Status != model.Completed {
		t.Fatalf("UpdateStatus: %+v, %v", done, err)
	}
	seen := make(map[uuid.UUID]bool)
	for cursor := ""; ; {
		page, err := store.UserOrders(ctx, user, 2, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Items {
			seen[o.ID] = true
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if len(seen) != 5 {
		t.Errorf("the user has %d orders", len(seen))
	}
	page, err := store.ProductOrders(ctx, product, model.Completed, 10, "")
	if err != nil || len(page.Items) != 1 || page.Items[0] != done {
		t.Errorf("completed orders of the product: %+v, %v", page.Items, err)
	}
	s.stop(t)
}

func nobody(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "nobody", SecretAccessKey: "nobody"}, nil
}
