package ddbtable

import (
	"context"
	"math"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// typedSender sends calls through the SDK's typed inputs and outputs, which
// every client understands.
type typedSender struct {
	client  Client
	checked bool // it is the SDK's own client, whose answers are checked
}

func (s *typedSender) json() bool { return false }

func (s *typedSender) send(ctx context.Context, c *call) (reply, error) {
	switch c.op {
	case opGetItem:
		return s.get(ctx, c)
	case opPutItem:
		return s.put(ctx, c)
	case opUpdateItem:
		return s.update(ctx, c)
	case opDeleteItem:
		return s.delete(ctx, c)
	case opQuery:
		return s.query(ctx, c)
	case opScan:
		return s.scan(ctx, c)
	case opBatchGet:
		return s.batchGet(ctx, c)
	case opBatchWrite:
		return s.batchWrite(ctx, c)
	case opTransactGet:
		return s.transactGet(ctx, c)
	}
	return s.transactWrite(ctx, c)
}

// options of the call for the SDK.
func (s *typedSender) options(c *call) []func(*dynamodb.Options) {
	var all []func(*dynamodb.Options)
	if c.seen != nil {
		all = append(all, c.seen.watch)
	}
	if s.checked {
		all = append(all, c.op.checked)
	}
	return all
}

// optional is a text as the SDK takes it.
func optional(text []byte) *string {
	if len(text) == 0 {
		return nil
	}
	return aws.String(string(text))
}

func flag(b bool) *bool {
	if !b {
		return nil
	}
	return &b
}

func (c *call) oldValues() types.ReturnValuesOnConditionCheckFailure {
	if c.oldOnFailure {
		return types.ReturnValuesOnConditionCheckFailureAllOld
	}
	return ""
}

func (s *typedSender) get(ctx context.Context, c *call) (reply, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		ReturnConsumedCapacity:   c.wanted(),
		TableName:                &c.table,
		Key:                      typedMembers(c.key),
		ConsistentRead:           flag(c.consistent),
		ProjectionExpression:     optional(c.texts.projection),
		ExpressionAttributeNames: c.texts.nameMap(),
	}, s.options(c)...)
	if err != nil {
		return reply{}, err
	}
	found := item{typed: out.Item}
	return reply{item: found, capacity: capacities(out.ConsumedCapacity)}, c.into.take(found)
}

func (s *typedSender) put(ctx context.Context, c *call) (reply, error) {
	attributes, err := c.item.attributeValues()
	if err != nil {
		return reply{}, err
	}
	out, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		ReturnConsumedCapacity:              c.wanted(),
		TableName:                           &c.table,
		Item:                                attributes,
		ConditionExpression:                 optional(c.texts.condition),
		ExpressionAttributeNames:            c.texts.nameMap(),
		ExpressionAttributeValues:           c.texts.valueMap(),
		ReturnValues:                        types.ReturnValue(c.returns.String()),
		ReturnValuesOnConditionCheckFailure: c.oldValues(),
	}, s.options(c)...)
	if err != nil {
		return reply{}, err
	}
	return reply{item: item{typed: out.Attributes}, capacity: capacities(out.ConsumedCapacity)}, nil
}

func (s *typedSender) update(ctx context.Context, c *call) (reply, error) {
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		ReturnConsumedCapacity:              c.wanted(),
		TableName:                           &c.table,
		Key:                                 typedMembers(c.key),
		UpdateExpression:                    optional(c.texts.update),
		ConditionExpression:                 optional(c.texts.condition),
		ExpressionAttributeNames:            c.texts.nameMap(),
		ExpressionAttributeValues:           c.texts.valueMap(),
		ReturnValues:                        types.ReturnValue(c.returns.String()),
		ReturnValuesOnConditionCheckFailure: c.oldValues(),
	}, s.options(c)...)
	if err != nil {
		return reply{}, err
	}
	return reply{item: item{typed: out.Attributes}, capacity: capacities(out.ConsumedCapacity)}, nil
}

func (s *typedSender) delete(ctx context.Context, c *call) (reply, error) {
	out, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		ReturnConsumedCapacity:              c.wanted(),
		TableName:                           &c.table,
		Key:                                 typedMembers(c.key),
		ConditionExpression:                 optional(c.texts.condition),
		ExpressionAttributeNames:            c.texts.nameMap(),
		ExpressionAttributeValues:           c.texts.valueMap(),
		ReturnValues:                        types.ReturnValue(c.returns.String()),
		ReturnValuesOnConditionCheckFailure: c.oldValues(),
	}, s.options(c)...)
	if err != nil {
		return reply{}, err
	}
	return reply{item: item{typed: out.Attributes}, capacity: capacities(out.ConsumedCapacity)}, nil
}

func (s *typedSender) query(ctx context.Context, c *call) (reply, error) {
	start, err := c.start.attributeValues()
	if err != nil {
		return reply{}, err
	}
	in := &dynamodb.QueryInput{
		ReturnConsumedCapacity:    c.wanted(),
		TableName:                 &c.table,
		KeyConditionExpression:    optional(c.texts.keyCondition),
		FilterExpression:          optional(c.texts.filter),
		ProjectionExpression:      optional(c.texts.projection),
		ExpressionAttributeNames:  c.texts.nameMap(),
		ExpressionAttributeValues: c.texts.valueMap(),
		ConsistentRead:            flag(c.consistent),
		ExclusiveStartKey:         start,
		Limit:                     c.limitInput(),
	}
	if c.index != "" {
		in.IndexName = &c.index
	}
	if c.backward {
		in.ScanIndexForward = aws.Bool(false)
	}
	if c.count {
		in.Select = types.SelectCount
	}
	out, err := s.client.Query(ctx, in, s.options(c)...)
	if err != nil {
		return reply{}, err
	}
	c.take(out.Items)
	return reply{
		last: item{typed: out.LastEvaluatedKey}, count: int(out.Count), read: int(out.ScannedCount),
		capacity: capacities(out.ConsumedCapacity),
	}, nil
}

// take passes the items of a response on.
func (c *call) take(items []map[string]types.AttributeValue) {
	c.rows.reset()
	for _, attributes := range items {
		c.rows.add(item{typed: attributes})
	}
}

func (s *typedSender) scan(ctx context.Context, c *call) (reply, error) {
	start, err := c.start.attributeValues()
	if err != nil {
		return reply{}, err
	}
	in := &dynamodb.ScanInput{
		ReturnConsumedCapacity:    c.wanted(),
		TableName:                 &c.table,
		FilterExpression:          optional(c.texts.filter),
		ProjectionExpression:      optional(c.texts.projection),
		ExpressionAttributeNames:  c.texts.nameMap(),
		ExpressionAttributeValues: c.texts.valueMap(),
		ConsistentRead:            flag(c.consistent),
		ExclusiveStartKey:         start,
		Limit:                     c.limitInput(),
	}
	if c.index != "" {
		in.IndexName = &c.index
	}
	if c.count {
		in.Select = types.SelectCount
	}
	if c.segment.total > 1 {
		in.Segment, in.TotalSegments = aws.Int32(int32(c.segment.index)), aws.Int32(int32(c.segment.total))
	}
	out, err := s.client.Scan(ctx, in, s.options(c)...)
	if err != nil {
		return reply{}, err
	}
	c.take(out.Items)
	return reply{
		last: item{typed: out.LastEvaluatedKey}, count: int(out.Count), read: int(out.ScannedCount),
		capacity: capacities(out.ConsumedCapacity),
	}, nil
}

func (c *call) limitInput() *int32 {
	if c.limit == 0 {
		return nil
	}
	return aws.Int32(int32(min(c.limit, math.MaxInt32)))
}
