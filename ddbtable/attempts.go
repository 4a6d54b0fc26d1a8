package ddbtable

import (
	"context"
	"errors"
	"net"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// attempts watches the SDK's retries of one call. The SDK tells how many
// attempts a call took only if it succeeds, so the retryer is asked instead.
type attempts struct {
	// doubtful says that an attempt was repeated whose answer leaves open
	// whether it had been applied.
	doubtful bool

	// repeated counts the attempts behind the first.
	repeated int
}

// watch is an option of the call.
func (a *attempts) watch(o *dynamodb.Options) {
	o.Retryer = &watchedRetryer{Retryer: o.Retryer, attempts: a}
}

type watchedRetryer struct {
	aws.Retryer
	attempts *attempts
}

// GetAttemptToken passes on to a retryer of the newer interface.
func (r *watchedRetryer) GetAttemptToken(ctx context.Context) (func(error) error, error) {
	if newer, ok := r.Retryer.(aws.RetryerV2); ok {
		return newer.GetAttemptToken(ctx)
	}
	return r.Retryer.GetInitialToken(), nil
}

// GetRetryToken is called with the error of an attempt that will be repeated.
func (r *watchedRetryer) GetRetryToken(ctx context.Context, err error) (func(error) error, error) {
	if !surelyNotApplied(err) {
		r.attempts.doubtful = true
	}
	release, err := r.Retryer.GetRetryToken(ctx, err)
	if err == nil {
		r.attempts.repeated++
	}
	return release, err
}

// surelyNotApplied reports whether an attempt that failed with err cannot have
// changed anything: the service refused it (a throttle, say), or it was not
// reached.
func surelyNotApplied(err error) bool {
	if response, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		return response.HTTPStatusCode()/100 == 4
	}
	network, ok := errors.AsType[*net.OpError](err)
	return ok && network.Op == "dial"
}
