package ddbtable_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/tracing"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

// Every operation is logged, with what it cost and without a value in it.
func ExampleOnCall_hooks() {
	ctx := context.Background()
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: repeatable}))
	jobs := ddbtable.Open(db.Client(), Jobs, ddbtable.OnCall(func(ctx context.Context, c ddbtable.Call) {
		logger.LogAttrs(ctx, slog.LevelInfo, "dynamodb", slog.Any("call", c))
	}))
	if err := jobs.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	if _, err := jobs.Create(Job{ID: "j1", Worker: "ada", State: Waiting, Began: 7}).Run(ctx); err != nil {
		log.Fatal(err)
	}
	if _, err := jobs.Query(Worker.Eq("ada")).Page(ctx, 10, ""); err != nil {
		log.Fatal(err)
	}
	_, _ = jobs.Get(ctx, JobID.Eq("j2"))
	// Output:
	// level=INFO msg=dynamodb call.op=create call.table=jobs call.requests=1 call.attempts=1 call.items=1
	// level=INFO msg=dynamodb call.op=query call.table=jobs call.index=by_worker call.requests=1 call.attempts=1 call.items=1
	// level=INFO msg=dynamodb call.op=get call.table=jobs call.requests=1 call.attempts=1 call.items=0 call.error="item not found"
}

// repeatable leaves out what differs from run to run, and the units, which an
// embedded engine does not bill.
func repeatable(_ []string, a slog.Attr) slog.Attr {
	switch a.Key {
	case slog.TimeKey, "duration", "read_units", "write_units":
		return slog.Attr{}
	}
	return a
}

// Traces are the SDK's own: give its client a tracer provider, such as
// OpenTelemetry's by way of github.com/aws/smithy-go/tracing/smithyoteltracing.
func ExampleOpen_hooksTracing() {
	ctx := context.Background()
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	client := db.Client(func(o *dynamodb.Options) { o.TracerProvider = spans{} })
	jobs := ddbtable.Open(client, Jobs)
	_, err = jobs.Get(ctx, JobID.Eq("j1"))
	fmt.Println(err != nil)
	// Output:
	// DynamoDB.GetItem
	// true
}

// spans prints the name of each span of an operation.
type spans struct{}

func (s spans) Tracer(string, ...tracing.TracerOption) tracing.Tracer { return s }

func (s spans) StartSpan(ctx context.Context, name string, _ ...tracing.SpanOption) (context.Context, tracing.Span) {
	if strings.HasPrefix(name, "DynamoDB.") {
		fmt.Println(name)
	}
	return (&tracing.NopTracerProvider{}).Tracer("").StartSpan(ctx, name)
}
