package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable/embedded"
)

// requestOrders is the number of orders in the table of each engine.
const requestOrders = 10_000

// A target is an engine and the client for it.
type target struct {
	name   string
	client *dynamodb.Client
}

// Targets by their places in the list.
const (
	inProcess = iota
	loopback
	cannedAnswers
	firstPeer
)

// requests measures goals (a) and (b).
func requests(ctx context.Context, r *report) (err error) {
	db, err := embedded.Open()
	if err != nil {
		return err
	}
	defer db.Close()
	url, stop, err := startServer(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	targets := []target{
		{"in process", db.Client()}, {"over loopback", newClient(url)}, {"canned answers", newClient(url + cannedPath)},
	}
	for _, peer := range []struct{ name, variable string }{
		{"dynalite", "DDB_ENDPOINT"}, {"DynamoDB Local", "DDB_LOCAL_ENDPOINT"},
	} {
		if endpoint := os.Getenv(peer.variable); endpoint != "" {
			targets = append(targets, target{peer.name, newClient(endpoint)})
		}
	}
	for i, t := range targets {
		if i == cannedAnswers {
			continue
		}
		if err := errors.Join(createTable(ctx, t.client), load(ctx, t.client, requestOrders)); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	for _, w := range workloads {
		for _, goroutines := range []int{1, 8} {
			if err := requestGoals(ctx, r, targets, w, goroutines); err != nil {
				return err
			}
		}
	}
	return nil
}

func requestGoals(ctx context.Context, r *report, targets []target, w workload, goroutines int) error {
	var contestants []contestant
	for _, t := range targets {
		contestants = append(contestants, contestant{name: w.name + " " + t.name, goroutines: goroutines,
			do: func(ctx context.Context, r *rand.Rand) error { return w.do(ctx, t.client, r, requestOrders) }})
	}
	got, err := compete(ctx, contestants)
	if err != nil {
		return err
	}
	times, ofCanned := 5.0, 0.75
	if goroutines > 1 {
		times = 4
	}
	if w.name == "Query 100" {
		ofCanned = 0.6
	}
	name := fmt.Sprintf("%s, %d goroutines", w.name, goroutines)
	for i, t := range targets[firstPeer:] {
		peer := got[firstPeer+i]
		overPeer := 1.4
		if t.name == "DynamoDB Local" {
			overPeer = 2
		}
		r.atLeast("a", name+": in process / "+t.name, got[inProcess].over(peer), times, "")
		r.atLeast("b", name+": over loopback / "+t.name, got[loopback].over(peer), overPeer, "")
	}
	r.atLeast("b", name+": over loopback / canned answers", got[loopback].over(got[cannedAnswers]), ofCanned, "")
	return nil
}

// newClient makes a client for an address, with as many connections as there
// are goroutines.
func newClient(url string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:       "us-east-1",
		BaseEndpoint: aws.String(url),
		Credentials:  credentials.NewStaticCredentialsProvider("bench", "bench", ""),
		HTTPClient:   &http.Client{Transport: plainBodies{&http.Transport{MaxIdleConns: 100, MaxIdleConnsPerHost: 100}}},
	})
}

// plainBodies hides that a request's body can write itself. The SDK closes the
// body when the answer comes, and net/http may then not be done with it, if
// the answer comes at once. Such a body says so with an error where net/http
// expects none, so that the connection is cut in the middle of the answer and
// the SDK waits before it tries again: that wait would be all that is measured.
type plainBodies struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (p plainBodies) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r = r.Clone(r.Context())
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return p.next.RoundTrip(r)
}
