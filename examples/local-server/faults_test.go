package main

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/ddb/ddbtable/embedded"
)

func TestFaultsAreRead(t *testing.T) {
	got, err := parseFaults("throttle operation=Query table=t index=i skip=1 every=3 times=2;unprocessed share=0.5 seed=7; delay delay=20ms")
	if err != nil {
		t.Fatal(err)
	}
	want := []embedded.Fault{
		{Effect: embedded.Throttle, Operation: "Query", Table: "t", Index: "i", Skip: 1, Every: 3, Times: 2},
		{Effect: embedded.Unprocessed, Share: 0.5, Seed: 7},
		{Effect: embedded.Delay, Delay: 20 * time.Millisecond},
	}
	if len(got) != len(want) {
		t.Fatalf("got %v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("fault %d\n got: %+v\nwant: %+v", i, got[i], want[i])
		}
	}
	for _, e := range effects {
		if _, err := parseFaults(e.name + " delay=1s"); err != nil {
			t.Errorf("%s: %v", e.name, err)
		}
	}
}

func TestFaultsThatCannotBeRead(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "a fault is empty; begin it with one of fail-before, ",
		"throttle;":             "a fault is empty; ",
		"slow":                  `unknown fault "slow"; use one of fail-before, `,
		"throttle 3":            `"3" is no setting of throttle; use name=value with one of operation, `,
		"throttle often=3":      `"often=3" is no setting of throttle; `,
		"throttle every=":       `"every=" is no setting of throttle; `,
		"throttle every=-1":     `"-1" is not a value of every; use a whole number`,
		"throttle share=2":      `"2" is not a value of share; `,
		"throttle share=NaN":    `"NaN" is not a value of share; `,
		"delay":                 "a delay has no length; add delay=20ms",
		"delay delay=yesterday": `"yesterday" is not a value of delay; `,
	} {
		if _, err := parseFaults(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestFaultsAndLatencyAreInEffect(t *testing.T) {
	log := new(syncBuffer)
	s := start(t, log, "-log", "-latency", "1ms", "-faults", "throttle operation=GetItem every=2; fail-after operation=CreateTable")
	if got := s.call(t, "CreateTable", `{"TableName":"orders","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
		"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}`); !strings.Contains(got, "InternalServerError") {
		t.Errorf("CreateTable: %s", got)
	}
	get := `{"TableName":"orders","Key":{"id":{"S":"o1"}}}`
	if got := s.call(t, "GetItem", get); got != "{}" {
		t.Errorf("first GetItem: %s", got)
	}
	if got := s.call(t, "GetItem", get); !strings.Contains(got, "ProvisionedThroughputExceededException") {
		t.Errorf("second GetItem: %s", got)
	}
	s.stop(t)
	for line := range strings.Lines(log.String()) {
		took := line[strings.LastIndex(line, " ")+1 : len(line)-1]
		if d, err := time.ParseDuration(took); err != nil || d < time.Millisecond {
			t.Errorf("faster than the latency: %q", line)
		}
	}
}

func TestAStrictServer(t *testing.T) {
	s := start(t, new(syncBuffer), "-strict", "1")
	create := `{"TableName":"orders","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
		"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}`
	for strings.Contains(s.call(t, "CreateTable", create), "ThrottlingException") {
	}
	if got := s.call(t, "DescribeTable", `{"TableName":"orders"}`); !strings.Contains(got, "CREATING") && !strings.Contains(got, "Throttling") {
		t.Errorf("DescribeTable: %s", got)
	}
	s.stop(t)
}

// TestRequestsUnderWayAreAnswered stops the server while a request is in the
// handler.
func TestRequestsUnderWayAreAnswered(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		w.WriteHeader(http.StatusTeapot)
	})
	listener := listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- until(ctx, embedded.NewServer(handler), listener) }()
	status := make(chan int, 1)
	go func() {
		resp, err := http.Get("http://" + listener.Addr().String())
		if err != nil {
			t.Error(err)
			status <- 0
			return
		}
		resp.Body.Close()
		status <- resp.StatusCode
	}()
	<-arrived
	cancel()
	for { // until the server takes nobody in any more
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", listener.Addr().String())
		if err != nil {
			break
		}
		conn.Close()
	}
	close(release)
	if got := <-status; got != http.StatusTeapot {
		t.Errorf("status %d", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
