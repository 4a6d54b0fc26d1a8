package embedded

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/internal/engine"
)

// endpoint is never connected to. The name is one that cannot exist, so that
// an option that replaces the HTTP client does not send anything anywhere.
const endpoint = "http://embedded.invalid"

// maxBackoff bounds the wait before a request is sent again. The SDK's own
// default is seconds, which a test would wait for.
const maxBackoff = 8 * time.Millisecond

// Client gives a client of the SDK whose requests the engine answers in the
// process. It tries a failed request three times in all, as the SDK does by
// default, but waits milliseconds in between. Options may change everything,
// also per request.
func (db *DB) Client(optFns ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:       engine.Region,
		BaseEndpoint: aws.String(endpoint),
		Credentials:  aws.CredentialsProviderFunc(credentials),
		HTTPClient:   db.transport,
		Retryer:      newRetryer(),
	}, optFns...)
}

// credentials are those of nobody: the engine does not check them.
func credentials(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "embedded", SecretAccessKey: "embedded", Source: "embedded"}, nil
}

// newRetryer makes the standard retryer with a short wait, and without the
// budget of retries that would end a test of many failures.
func newRetryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxBackoff = maxBackoff
		o.Backoff = retry.BackoffDelayerFunc(backoff)
		o.RateLimiter = ratelimit.None
	})
}

func backoff(attempt int, _ error) (time.Duration, error) {
	return min(time.Millisecond<<min(attempt, 10), maxBackoff), nil
}
