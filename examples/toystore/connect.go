package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/logging"

	"example.com/ddb/ddbtable/embedded"
)

// An engine holds the table. All that differs between them is the client.
type engine struct {
	client *dynamodb.Client
	where  string // for people
	close  func() error
}

func connect(ctx context.Context, o *options) (*engine, error) {
	switch {
	case o.aws:
		return openAWS(ctx)
	case o.endpoint != "":
		return openEndpoint(o.endpoint), nil
	}
	return openEmbedded(o.data)
}

// openEmbedded starts an engine in this process, in memory if no file is given.
func openEmbedded(file string) (*engine, error) {
	where, options := "in memory", []embedded.Option(nil)
	if file != "" {
		where, options = "in "+file, append(options, embedded.File(file))
	}
	db, err := embedded.Open(options...)
	if err != nil {
		return nil, err
	}
	return &engine{client: db.Client(), where: where, close: db.Close}, nil
}

// How long to wait for an engine. The SDK has no such limits of its own.
const (
	dialTime        = 3 * time.Second
	answerTime      = 3 * time.Second // of an engine nearby
	retryPause      = 100 * time.Millisecond
	credentialsTime = 5 * time.Second // none are where nobody answers
)

// dialer gives up on an address that does not answer.
func dialer() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTime })
}

// openEndpoint makes a client of an engine that takes any credentials, as
// emulators do.
func openEndpoint(endpoint string) *engine {
	client := dynamodb.New(dynamodb.Options{
		BaseEndpoint: &endpoint,
		Region:       "us-east-1",
		Credentials:  aws.CredentialsProviderFunc(anybody),
		HTTPClient:   dialer().WithTimeout(answerTime),
		Retryer:      retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = retryPause }),
	})
	return &engine{client: client, where: "at " + endpoint, close: nothing}
}

func anybody(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "toystore", SecretAccessKey: "toystore"}, nil
}

func nothing() error { return nil }

// throttledAttempts is how often a request is tried that DynamoDB throttles.
// The table has the least capacity there is, one write in a second.
const throttledAttempts = 5

// openAWS makes a client as a service in production does.
func openAWS(ctx context.Context) (*engine, error) {
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithRetryMaxAttempts(throttledAttempts),
		config.WithHTTPClient(dialer()),
		config.WithLogger(logging.Nop{})) // errors say enough
	if err != nil {
		return nil, err
	}
	if cfg.Region == "" {
		return nil, errors.New("no AWS region is set; set AWS_REGION, or a profile with AWS_PROFILE")
	}
	limited, cancel := context.WithTimeout(ctx, credentialsTime)
	defer cancel()
	if _, err := cfg.Credentials.Retrieve(limited); err != nil {
		return nil, fmt.Errorf("no AWS credentials were found; sign in, or set AWS_PROFILE (%v)", err)
	}
	return &engine{client: dynamodb.NewFromConfig(cfg), where: "in DynamoDB, region " + cfg.Region, close: nothing}, nil
}
