package guide

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/ddbtest"
	"example.com/ddb/ddbtable/embedded"
)

// status is the HTTP status for the error of a request.
func status(err error) int {
	switch {
	case err == nil:
		return http.StatusOK
	case errors.Is(err, ddbtable.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, ddbtable.ErrBadCursor):
		return http.StatusBadRequest
	case errors.Is(err, ddbtable.ErrExists), errors.Is(err, ddbtable.ErrConditionFailed), errors.Is(err, ddbtable.ErrConflict):
		return http.StatusConflict
	}
	return http.StatusServiceUnavailable
}

func Example_status() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	parcels := office.parcels

	_, missing := parcels.Get(ctx, ID.Eq("p9"))
	_, badCursor := parcels.Query(Courier.Eq("blue van")).Page(ctx, 10, "made up")
	_, refused := parcels.Delete(ID.Eq("p4")).If(InState.Eq(Waiting)).Run(ctx)
	fmt.Println(status(nil), status(missing), status(badCursor), status(refused))
	// Output:
	// 200 404 400 409
}

func Example_sdkError() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	elsewhere := ddbtable.Open(office.client, Parcels, ddbtable.TableName("no-such-table"))

	_, err := elsewhere.Get(ctx, ID.Eq("p1"))
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		fmt.Println("the table is not there")
	}
	op, _ := errors.AsType[*ddbtable.OpError](err)
	fmt.Println(op.Op, op.Table)
	// Output:
	// the table is not there
	// get no-such-table
}

func Example_ambiguous() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	parcels, parcel := office.parcels, Parcel{ID: "p5", Courier: "blue van", State: Waiting, Due: newYear}

	// The engine stores the item and loses its answer, so the SDK sends it again.
	loseAnswer := embedded.Fault{Effect: embedded.FailAfter, Operation: "PutItem", Times: 1}
	office.db.Inject(loseAnswer)
	_, err := parcels.Create(parcel).Run(ctx)
	exists, _ := errors.AsType[*ddbtable.ConditionError[Parcel]](err)
	fmt.Println(errors.Is(err, ddbtable.ErrExists), exists.Ambiguous)

	parcel.ID = "p6"
	office.db.Inject(loseAnswer)
	_, err = parcels.Create(parcel).Idempotent().Run(ctx)
	fmt.Println(err)
	// Output:
	// true true
	// <nil>
}

// A Job is claimed by one worker.
type Job struct {
	ID     string `ddb:"id,partition"`
	Worker string `ddb:"worker,omitzero"`
	Write  string `ddb:"write_id,writeid"`
}

var (
	Jobs   = ddbtable.MustDefine[Job]("jobs")
	JobID  = ddbtable.Attr(func(j *Job) *string { return &j.ID })
	Worker = ddbtable.Attr(func(j *Job) *string { return &j.Worker })
)

func Example_writeID() {
	ctx := context.Background()
	office := openOffice(ctx)
	defer office.close()
	jobs := ddbtable.Open(office.client, Jobs)
	if err := jobs.CreateTable(ctx); err != nil {
		fmt.Println(err)
		return
	}
	if _, err := jobs.Create(Job{ID: "j1"}).Run(ctx); err != nil {
		fmt.Println(err)
		return
	}

	claim := jobs.Update(JobID.Eq("j1")).
		Change(Worker.Set("w1")).
		If(Worker.NotExists())
	office.db.Inject(embedded.Fault{Effect: embedded.FailAfter, Operation: "UpdateItem", Times: 1})
	job, err := claim.Run(ctx) // its first answer is lost
	fmt.Println(job.Worker, err)
	_, err = claim.Run(ctx) // another claim, with the same values
	fmt.Println(errors.Is(err, ddbtable.ErrConditionFailed))
	// Output:
	// w1 <nil>
	// true
}

// production is a client whose waiting is bounded.
func production(ctx context.Context) (*dynamodb.Client, error) {
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithHTTPClient(awshttp.NewBuildableClient().
			WithTimeout(2*time.Second). // of one attempt; the SDK has no limit
			WithDialerOptions(func(d *net.Dialer) { d.Timeout = time.Second })),
		config.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts = 5
				o.MaxBackoff = 500 * time.Millisecond // the SDK's own is 20 seconds
			})
		}))
	if err != nil {
		return nil, err
	}
	return dynamodb.NewFromConfig(cfg), nil
}

func TestProductionClientIsBounded(t *testing.T) {
	t.Setenv("AWS_REGION", "eu-west-1")
	client, err := production(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o := client.Options()
	if got := o.HTTPClient.(*awshttp.BuildableClient).GetTimeout(); got != 2*time.Second {
		t.Errorf("an attempt may take %s", got)
	}
	pause, err := o.Retryer.RetryDelay(4, context.DeadlineExceeded)
	if err != nil || pause > 500*time.Millisecond || o.Retryer.MaxAttempts() != 5 {
		t.Errorf("pause %s, %v, %d attempts", pause, err, o.Retryer.MaxAttempts())
	}
}

// deliver is the code under test.
func deliver(ctx context.Context, parcels *ddbtable.Table[Parcel], id string) error {
	_, err := parcels.Update(ID.Eq(id)).
		Change(InState.Set(Delivered)).
		If(InState.Eq(OnTheWay)).
		Idempotent().
		Run(ctx)
	return err
}

func TestAParcelOnTheWayIsDelivered(t *testing.T) {
	parcels := ddbtest.Table(t, ddbtest.Client(t), Parcels)
	p := Parcel{ID: "p1", Courier: "bicycle", State: OnTheWay, Due: newYear}
	if _, err := parcels.Create(p).Run(t.Context()); err != nil {
		t.Fatal(err)
	}

	if err := deliver(t.Context(), parcels, "p1"); err != nil {
		t.Fatal(err)
	}
	got, err := parcels.Consistent().Get(t.Context(), ID.Eq("p1"))
	if err != nil || got.State != Delivered {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestDeliveryNeedsNoLuck(t *testing.T) {
	parcels := ddbtest.Table(t, ddbtest.Client(t, ddbtest.Strict(1)), Parcels)
	for i := range 20 {
		id := fmt.Sprint("p", i)
		p := Parcel{ID: id, Courier: "bicycle", State: OnTheWay, Due: newYear}
		if _, err := parcels.Create(p).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := deliver(t.Context(), parcels, id); err != nil {
			t.Error(err)
		}
	}
}

func TestDeliveryOutlivesALostAnswer(t *testing.T) {
	db, err := embedded.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	parcels := ddbtest.Table(t, db.Client(), Parcels)
	p := Parcel{ID: "p1", Courier: "bicycle", State: OnTheWay, Due: newYear}
	if _, err := parcels.Create(p).Run(t.Context()); err != nil {
		t.Fatal(err)
	}

	lost := db.Inject(embedded.Fault{Effect: embedded.FailAfter, Operation: "UpdateItem", Times: 1})
	if err := deliver(t.Context(), parcels, "p1"); err != nil {
		t.Error(err)
	}
	if lost.Hits() != 1 {
		t.Error("no answer was lost")
	}
}

func TestACouriersRoundIsOneKeyRange(t *testing.T) {
	parcels := ddbtest.Table(t, ddbtest.Client(t), Parcels)
	plan := parcels.Query(Courier.Eq("bicycle"), InState.Eq(Waiting)).Explain()
	want := `courier = "bicycle" AND begins_with(round, "1_")`
	if plan.Index != "by_courier" || len(plan.KeyConditions) != 1 || plan.KeyConditions[0] != want {
		t.Errorf("the plan is\n%s", plan)
	}
}

// serve offers an engine to programs in other processes.
func serve(db *embedded.DB) *http.Server {
	server := embedded.NewServer(db)
	server.Addr = "127.0.0.1:8010"
	return server
}

func Example_server() {
	office := openOffice(context.Background())
	defer office.close()
	server := httptest.NewServer(serve(office.db).Handler)
	defer server.Close()

	client := dynamodb.New(dynamodb.Options{
		BaseEndpoint: &server.URL,
		Region:       "us-east-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "any", SecretAccessKey: "any"}, nil
		}),
	})
	n, err := ddbtable.Open(client, Parcels).Scan().Count(context.Background())
	fmt.Println(n, err)
	// Output:
	// 4 <nil>
}
