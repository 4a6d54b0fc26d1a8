package ddbtable_test

import (
	"context"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable"
)

// serve gives a client of a server on a loopback connection.
func serve(t *testing.T, handler http.HandlerFunc) *dynamodb.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(accountCredentials),
	})
}

// answer sends a body with its sum.
func answer(w http.ResponseWriter, body string) {
	w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(body))), 10))
	_, _ = io.WriteString(w, body) // who does not listen gets nothing
}

// lengths are those of a body that is written at once, and of one that no
// connection takes without a reader.
var lengths = []int{100, 1 << 20}

// letters is text that is long, and the same letter all over: a request that
// had the bytes of another would not be.
func letters(n, length int) string { return strings.Repeat(string(rune('a'+n%26)), length) }

// An answer may come before the request was read. The call ends then, and its
// buffer goes to the next call only when nothing reads it any more: the race
// detector sees it otherwise.
func TestAServerMayAnswerBeforeItReads(t *testing.T) {
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, `{}`) })
	notes := ddbtable.Open(client, labels)
	for _, length := range lengths {
		var all sync.WaitGroup
		for n := range 4 {
			all.Go(func() {
				for range 2 {
					_, err := notes.Put(label{ID: letters(n, 100), Body: []byte(letters(n, length))}).Run(t.Context())
					// The server may close the connection on a body that it does not want.
					if err != nil && length < 1<<20 {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
	}
}

// A call that is cancelled returns, although its request may still be on its
// way. What comes after it is sent whole.
func TestACancelledCallSpoilsNoOther(t *testing.T) {
	var whole atomic.Int32
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var sent struct {
			Item struct {
				ID   struct{ S string }
				Body struct{ B []byte }
			}
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // it was cancelled
		}
		err = json.Unmarshal(body, &sent)
		id := sent.Item.ID.S
		if err != nil || len(id) != 50 || strings.Trim(id+string(sent.Item.Body.B), id[:1]) != "" {
			t.Errorf("a request was spoiled: %v %.40q", err, body)
		}
		whole.Add(1)
		answer(w, `{}`)
	})
	notes := ddbtable.Open(client, labels)
	for _, length := range lengths {
		var all sync.WaitGroup
		for n := range 4 {
			all.Go(func() {
				for i := range 3 {
					ctx, cancel := context.WithCancel(t.Context())
					sent := make(chan struct{})
					go func() {
						if i%2 == 0 {
							cancel()
						}
						close(sent)
					}()
					_, err := notes.Put(label{ID: letters(n, 50), Body: []byte(letters(n, length))}).Run(ctx)
					if err != nil && !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
					<-sent
					cancel()
				}
			})
		}
		all.Wait()
	}
	if whole.Load() == 0 {
		t.Error("no request arrived")
	}
}
