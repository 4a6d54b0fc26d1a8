package ddbtable

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A ttlClient can say which attribute holds the time to live. It is asked for
// apart from [Client], whose test doubles seldom need it.
type ttlClient interface {
	DescribeTimeToLive(context.Context, *dynamodb.DescribeTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTimeToLiveOutput, error)
	UpdateTimeToLive(context.Context, *dynamodb.UpdateTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error)
}

var _ ttlClient = (*dynamodb.Client)(nil)

// EnableTTL lets DynamoDB delete items whose time to live is over: the time, in
// seconds since 1970 UTC, in the attribute with the tag option ttl. It is fine
// if that is so already; if another attribute holds the time, the error is a
// [SchemaError]. DynamoDB deletes within a few days, and for free; see
// [Table.HideExpired] for the time until then.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
//
// It costs one DescribeTimeToLive, and one UpdateTimeToLive if there is
// something to do, which DynamoDB takes up to an hour to put into effect, and
// takes once an hour.
func (t *Table[T]) EnableTTL(ctx context.Context) error {
	return t.opError("enable time to live", t.enableTTL(ctx))
}

func (t *core) enableTTL(ctx context.Context) error {
	if err := t.ready(); err != nil {
		return err
	}
	f := t.schema.duties.ttl
	if f == nil {
		return planErrorf("EnableTTL is for a type with a TTL attribute; add the option ttl to a field")
	}
	client, ok := t.client.(ttlClient)
	if !ok {
		return errors.New("the client has no UpdateTimeToLive; give a *dynamodb.Client")
	}
	out, err := client.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &t.settings.name})
	if err != nil {
		return err
	}
	if d := out.TimeToLiveDescription; d != nil && (d.TimeToLiveStatus == types.TimeToLiveStatusEnabled || d.TimeToLiveStatus == types.TimeToLiveStatusEnabling) {
		e := &SchemaError{Table: t.settings.name}
		e.differ("attribute of the time to live", f.Name, aws.ToString(d.AttributeName))
		if len(e.Differences) > 0 {
			return e
		}
		return nil
	}
	_, err = client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName:               &t.settings.name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &f.Name, Enabled: aws.Bool(true)},
	})
	return err
}
