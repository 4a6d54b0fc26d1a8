package ddbtest

import (
	"context"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable/embedded"
)

// Client gives the test a client of an embedded engine of its own, in memory
// and empty, which is closed when the test ends.
//
// If the environment variable DDB_ENDPOINT is set, the client talks to that
// URL, in region us-east-1 and with credentials of nobody, as local engines
// take them. All tests share the engine then.
func Client(t testing.TB) *dynamodb.Client {
	t.Helper()
	if endpoint := os.Getenv("DDB_ENDPOINT"); endpoint != "" {
		return dynamodb.New(dynamodb.Options{
			Region:       "us-east-1",
			BaseEndpoint: &endpoint,
			Credentials:  aws.CredentialsProviderFunc(credentials),
		})
	}
	db, err := embedded.Open()
	if err != nil {
		t.Fatalf("ddbtest: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("ddbtest: %v", err)
		}
	})
	return db.Client()
}

func credentials(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "ddbtest", SecretAccessKey: "ddbtest", Source: "ddbtest"}, nil
}
