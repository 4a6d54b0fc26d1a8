package ddbtest

import (
	"context"
	"os"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable/embedded"
)

// Client gives the test a client of an embedded engine of its own, in memory
// and empty, which is closed when the test ends.
//
// If the environment variable DDB_STRICT is set, to a seed such as 1, the
// engine is as with [Strict].
//
// If the environment variable DDB_ENDPOINT is set, the client talks to that
// URL, in region us-east-1 and with credentials of nobody, as local engines
// take them. All tests share the engine then, and it is as strict as it is.
func Client(t testing.TB, options ...Option) *dynamodb.Client {
	t.Helper()
	if endpoint := os.Getenv("DDB_ENDPOINT"); endpoint != "" {
		return dynamodb.New(dynamodb.Options{
			Region:       "us-east-1",
			BaseEndpoint: &endpoint,
			Credentials:  aws.CredentialsProviderFunc(credentials),
		})
	}
	return Engine(t, engineOptions(t, options)...).Client()
}

// Engine opens an embedded engine for the test, in memory and empty, and closes
// it when the test ends. It is for a test that injects faults or sets the
// clock; any other takes the client from [Client], and runs on other engines
// too.
func Engine(t testing.TB, options ...embedded.Option) *embedded.DB {
	t.Helper()
	db, err := embedded.Open(options...)
	if err != nil {
		t.Fatalf("ddbtest: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("ddbtest: %v", err)
		}
	})
	return db
}

// An Option configures [Client].
type Option interface{ apply(*config) }

type config struct {
	strict bool
	seed   uint64
}

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

// Strict makes the test's engine do what DynamoDB may do and an engine on one
// machine never would: reads lag behind writes, tables take time to be created,
// batches are done in part, requests are throttled. [embedded.Strict] has the
// list. The seed decides what happens: a test that sends the same requests in
// the same order meets the same. A test that fails says which seed it had.
//
// With the environment variable DDB_STRICT, set to a seed, every test runs so
// that does not choose a seed itself.
func Strict(seed uint64) Option {
	return optionFunc(func(c *config) { c.strict, c.seed = true, seed })
}

// engineOptions gives what the options and the environment ask of the engine.
func engineOptions(t testing.TB, options []Option) []embedded.Option {
	t.Helper()
	var c config
	if text := os.Getenv("DDB_STRICT"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("ddbtest: DDB_STRICT is not a seed; set it to a whole number such as 1, or unset it")
		}
		Strict(seed).apply(&c)
	}
	for _, o := range options {
		o.apply(&c)
	}
	if !c.strict {
		return nil
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("ddbtest: the engine was strict, with seed %d", c.seed)
		}
	})
	return []embedded.Option{embedded.Strict(c.seed)}
}

func credentials(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "ddbtest", SecretAccessKey: "ddbtest", Source: "ddbtest"}, nil
}
